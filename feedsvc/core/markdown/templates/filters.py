"""The filters of Liquid, Jekyll and Nunjucks whose result depends on known values only.

See https://shopify.github.io/liquid/ and https://jekyllrb.com/docs/liquid/filters/.
"""

import html
import json
import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import quote, quote_plus

from feedsvc.core.date_notations import DAYS, MONTHS
from feedsvc.core.dates import read_date, rfc822, rfc3339
from feedsvc.core.markdown.templates.values import UNKNOWN, Scope, TemplateValue, text_of
from feedsvc.core.text import plain

_MOST_TEXT: Final = 10_000  # characters of a value, so that no post can double one for ever
_MOST_NUMBER: Final = 10**15
_NO_WORD = re.compile(r"[^\w]+")
_DIRECTIVE = re.compile(r"%([-^]?)([A-Za-z%])")
_LINE_END = re.compile(r"\r?\n")
_URL_FILTERS: Final = frozenset(
    ["relative_url", "absolute_url", "url", "url_for", "full_url_for"]
)


def filtered(
    name: str, value: TemplateValue, arguments: list[TemplateValue], scope: Scope
) -> TemplateValue:
    """The result of a filter; UNKNOWN if the filter or one of its values is unknown."""
    if name == "default":
        return arguments[0] if arguments and value in (UNKNOWN, None, False, "") else value
    if value is UNKNOWN or UNKNOWN in arguments:
        return UNKNOWN
    try:
        if name in _URL_FILTERS or name == "date" or name.startswith("date_to_"):
            return _of_site(name, value, arguments, scope)
        if name in _OF_LISTS and isinstance(value, list):
            return _OF_LISTS[name](value, *arguments)
        if name in _OF_NUMBERS:
            return _number(_OF_NUMBERS[name](_float(value), *map(_float, arguments)))
        return _of_text(name, value, arguments)
    except (ArithmeticError, IndexError, TypeError, ValueError):
        return UNKNOWN


def _of_text(name: str, value: TemplateValue, arguments: list[TemplateValue]) -> TemplateValue:
    text = text_of(value)
    words = [text_of(each) or "" for each in arguments]
    if text is None or name not in _OF_TEXTS:
        return UNKNOWN
    if len(text) + sum(map(len, words)) > _MOST_TEXT:
        return UNKNOWN
    result = _OF_TEXTS[name](text, *words)
    return UNKNOWN if isinstance(result, str) and len(result) > _MOST_TEXT else result


def _of_site(
    name: str, value: TemplateValue, arguments: list[TemplateValue], scope: Scope
) -> TemplateValue:
    if name in _URL_FILTERS:
        path = text_of(value) or ""
        is_absolute = name in ("absolute_url", "full_url_for")
        return path if "://" in path else scope.address(path, is_absolute=is_absolute)
    moment = value if isinstance(value, datetime) else read_date(str(value), scope.zone)
    if name == "date":
        return _formatted(moment, str(arguments[0])) if arguments else UNKNOWN
    return _DATES[name](moment) if name in _DATES else UNKNOWN


def _formatted(moment: datetime, pattern: str) -> str:
    """strftime with English names on every machine, and with `%-d` and `%^b`."""

    def replaced(directive: re.Match[str]) -> str:
        flag, letter = directive[1], directive[2]
        if letter not in _DIRECTIVES:
            return directive[0]
        text = _DIRECTIVES[letter](moment)
        return text.upper() if flag == "^" else text.lstrip("0 ") or "0" if flag else text

    return _DIRECTIVE.sub(replaced, pattern[:_MOST_TEXT])


def _float(value: TemplateValue) -> float:
    return float(value or 0)


def _number(value: float) -> TemplateValue:
    if not abs(value) < _MOST_NUMBER:
        return UNKNOWN
    return int(value) if value == int(value) else value


def _replaced(text: str, old: str, new: str = "", most: int = -1) -> TemplateValue:
    if (text.count(old) + 1) * len(new) > 2 * _MOST_TEXT:
        return UNKNOWN
    return text.replace(old, new, most)


def _truncated(text: str, most: str = "50", end: str = "...") -> str:
    kept = max(0, int(most) - len(end))
    return text if len(text) <= int(most) else text[:kept] + end


def _cut_to_words(text: str, most: str = "15", end: str = "...") -> str:
    words = text.split()
    return text if len(words) <= int(most) else " ".join(words[: int(most)]) + end


def _slice(text: str, start: str, length: str = "1") -> str:
    first = int(start) if int(start) >= 0 else len(text) + int(start)
    return text[first : first + int(length)]


def _joined(values: list[TemplateValue], between: TemplateValue = " ") -> TemplateValue:
    texts = [text_of(each) for each in values]
    length = sum(len(text or "") for text in texts) + len(texts) * len(str(between))
    if None in texts or length > _MOST_TEXT:
        return UNKNOWN
    return str(between).join(text or "" for text in texts)


def _sentence(values: list[TemplateValue], connector: str = "and") -> TemplateValue:
    texts = [text_of(each) or "" for each in values]
    if len(texts) < 3:
        return _joined(list(texts), f" {connector} ")
    return _joined([*texts[:-1], f"{connector} {texts[-1]}"], ", ")


def _sorted(values: list[TemplateValue]) -> list[TemplateValue]:
    return sorted(values, key=lambda each: text_of(each) or "")


def _first(values: list[TemplateValue]) -> TemplateValue:
    return values[0] if values else None


_DIRECTIVES: Final[dict[str, Callable[[datetime], str]]] = {
    "Y": lambda m: f"{m.year:04}",
    "y": lambda m: f"{m.year % 100:02}",
    "m": lambda m: f"{m.month:02}",
    "d": lambda m: f"{m.day:02}",
    "e": lambda m: f"{m.day:2}",
    "j": lambda m: f"{m.timetuple().tm_yday:03}",
    "B": lambda m: MONTHS[m.month - 1],
    "b": lambda m: MONTHS[m.month - 1][:3],
    "h": lambda m: MONTHS[m.month - 1][:3],
    "A": lambda m: DAYS[m.weekday()],
    "a": lambda m: DAYS[m.weekday()][:3],
    "H": lambda m: f"{m.hour:02}",
    "I": lambda m: f"{m.hour % 12 or 12:02}",
    "M": lambda m: f"{m.minute:02}",
    "S": lambda m: f"{m.second:02}",
    "p": lambda m: "AM" if m.hour < 12 else "PM",
    "z": lambda m: f"{m:%z}",
    "F": lambda m: f"{m.year:04}-{m.month:02}-{m.day:02}",
    "T": lambda m: f"{m.hour:02}:{m.minute:02}:{m.second:02}",
    "%": lambda _: "%",
}
_DATES: Final[dict[str, Callable[[datetime], str]]] = {
    "date_to_xmlschema": rfc3339,
    "date_to_rfc822": rfc822,
    "date_to_string": lambda moment: _formatted(moment, "%d %b %Y"),
    "date_to_long_string": lambda moment: _formatted(moment, "%d %B %Y"),
}
_OF_LISTS: Final[dict[str, Callable[..., TemplateValue]]] = {
    "join": _joined,
    "first": _first,
    "last": lambda values: _first(values[::-1]),
    "size": len,
    "length": len,
    "reverse": lambda values: values[::-1],
    "sort": _sorted,
    "uniq": lambda values: list({text_of(each): each for each in values}.values()),
    "compact": lambda values: [each for each in values if each is not None],
    "array_to_sentence_string": _sentence,
}
_OF_NUMBERS: Final[dict[str, Callable[..., float]]] = {
    "plus": lambda a, b: a + b,
    "minus": lambda a, b: a - b,
    "times": lambda a, b: a * b,
    "divided_by": lambda a, b: a // b,
    "modulo": lambda a, b: a % b,
    "abs": abs,
    "ceil": math.ceil,
    "floor": math.floor,
    "round": lambda a, digits=0: round(a, int(digits)),
    "at_least": max,
    "at_most": min,
}
_OF_TEXTS: Final[dict[str, Callable[..., TemplateValue]]] = {
    **dict.fromkeys(("append",), lambda text, more: text + more),
    **dict.fromkeys(("prepend",), lambda text, more: more + text),
    **dict.fromkeys(("escape", "xml_escape", "e", "h", "forceescape"), html.escape),
    "escape_once": lambda text: html.escape(html.unescape(text)),
    **dict.fromkeys(("upcase", "upper"), str.upper),
    **dict.fromkeys(("downcase", "lower"), str.lower),
    "capitalize": lambda text: text[:1].upper() + text[1:],
    "title": str.title,
    **dict.fromkeys(("strip", "trim"), str.strip),
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
    "strip_html": plain,
    "striptags": plain,
    "strip_newlines": lambda text: _LINE_END.sub("", text),
    "newline_to_br": lambda text: _LINE_END.sub("<br />\n", text),
    "normalize_whitespace": lambda text: " ".join(text.split()),
    "replace": _replaced,
    "replace_first": lambda text, old, new="": _replaced(text, old, new, 1),
    "remove": _replaced,
    "remove_first": lambda text, old: _replaced(text, old, "", 1),
    "slice": _slice,
    "split": lambda text, at: text.split(at) if at else list(text),
    "size": len,
    "length": len,
    "truncate": _truncated,
    "truncatewords": _cut_to_words,
    "number_of_words": lambda text: len(text.split()),
    "slugify": lambda text, *_: _NO_WORD.sub("-", text.lower()).strip("-"),
    "url_encode": quote_plus,
    "cgi_escape": quote_plus,
    "uri_escape": lambda text: quote(text, safe="/:?#[]@!$&'()*+,;=%"),
    "urlencode": lambda text: quote(text, safe=""),
    "jsonify": lambda text: json.dumps(text, ensure_ascii=False),
    # The body is Markdown and is sanitised, so these change nothing.
    **dict.fromkeys(("markdownify", "smartify", "safe", "raw", "string"), lambda text: text),
}
