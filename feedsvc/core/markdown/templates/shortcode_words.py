"""What an unknown shortcode shows: its words, its picture or its link."""

import re
from typing import Final

from feedsvc.core.markdown.templates.holes import HOLE

_ARGUMENT = re.compile(
    r"(?:(?P<name>[A-Za-z_][\w-]*+)[ \t]*+(?:=|:(?!//|:))\s*+)?"
    r"(?:\"(?P<double>(?:[^\"\\]|\\.)*+)\"|'(?P<single>(?:[^'\\]|\\.)*+)'|`(?P<raw>[^`]*+)`"
    r"|(?P<bare>[^\s,\"'`]++))"
)
_ADDRESSES: Final = ("href", "link", "url", "src")
_ABSOLUTE = re.compile(r"(?:https?:)?//[^\s<>]++", re.IGNORECASE)
_PICTURE = re.compile(r"[^?#]*\.(?:png|jpe?g|gif|webp|avif|svg|bmp)(?:[?#].*)?", re.IGNORECASE)
_PICTURE_NAME = re.compile(r"im(?:g|age)|figure|pic|photo", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([\"'\\])")
_ICON = re.compile(r"(?:fa[a-z]?|fa-[a-z]++|bi|ri|mdi|iconfont) [a-z-]++(?: [a-z-]++)*+")
_FILE = re.compile(r"\.{0,2}/.*|.*\.\w{2,5}", re.DOTALL)
_SPECIAL = re.compile(r"([\[\]\\])")
_MOST_ARGUMENTS: Final = 100
_IN_TARGET = re.compile(r"(?:\]\([ \t]*+<?|(?:href|src)[ \t]*+=[ \t]*+[\"']?)\Z")
_LOOK_BACK: Final = 20  # characters between the beginning of a target and a shortcode
_INNER = re.compile(
    r"([^{}<>\[\]\n]{1,300}+)(?:\{\{[<%]\s*+/\s*+(?P<hugo>[\w./-]++)\s*+[>%]\}\}"
    r"|\{%-?+\s*+end(?P<hexo>\w*+)\s*+-?%\})"
)


def arguments_of(words: str) -> tuple[dict[str, str], list[str]]:
    """The named arguments of a tag by small names, and the texts without a name.

    These are quoted, are absolute addresses, or begin with a word that can only be words.
    """
    words = words.strip()
    if words.startswith("(") and words.endswith(")"):  # Zola: {% aside(title="Tea") %}
        words = words[1:-1]
    named: dict[str, str] = {}
    quoted: list[str] = []
    has_bare_words = False  # at the end of `quoted`
    for number, argument in enumerate(_ARGUMENT.finditer(words)):
        if number == _MOST_ARGUMENTS:
            break
        text = next(
            (
                argument[form]
                for form in ("double", "single", "raw")
                if argument[form] is not None
            ),
            None,
        )
        value = _ESCAPE.sub(r"\1", text) if text is not None else argument["bare"]
        if argument["name"]:
            named.setdefault(argument["name"].lower(), " ".join(value.split()))
        elif text is not None or _ABSOLUTE.fullmatch(value):
            quoted.append(" ".join(value.split()))
        elif has_bare_words:
            quoted[-1] += f" {value}"
            continue
        elif is_words(value.rpartition("::")[2]):
            quoted.append(value.rpartition("::")[2])
            has_bare_words = True
            continue
        has_bare_words = False
    return named, quoted


def is_words(text: str) -> bool:
    """True for what readers read: text of several words or of other letters than ASCII.

    A word alone, such as `info`, can be a kind or a name.
    """
    if " " in text:
        return _ICON.fullmatch(text) is None
    return not text.isascii() and _FILE.fullmatch(text) is None


def words_of_shortcode(name: str, words: str, inner: str = "") -> str:
    """The Markdown for an unknown shortcode, on one line; empty if it has nothing to show.

    An absolute `src`, `href`, `url` or `link` is a picture or a link. `inner` are the words
    between the shortcode and its end, if they are known; they are the words of the link.
    """
    named, quoted = arguments_of(words)
    targets = {key: named[key] for key in _ADDRESSES if _is_absolute(named.get(key))}
    given = _given(named)
    alt = named.get("alt", "")
    source = targets.get("src", "")
    if source and (_PICTURE.fullmatch(source) or _PICTURE_NAME.search(name)):
        del targets["src"]
        picture = f"![{_escaped(alt or given)}](<{source}>)"
        target = next(iter(targets.values()), "")
        shown = f"[{picture}](<{target}>)" if target else picture
        return " ".join(filter(None, [shown, given if alt else "", inner]))
    target = next(iter(targets.values()), "") or next(filter(_is_absolute, quoted), "")
    if (
        target
        and _PICTURE.fullmatch(target)
        and target not in (named.get("href"), named.get("link"))
    ):
        return " ".join(filter(None, [f"![{_escaped(alt or given)}](<{target}>)", inner]))
    label = inner or given or alt or next(filter(is_words, quoted), "")
    if not target:
        return label
    return f"[{_escaped(label)}](<{target}>)" if label else f"<{_with_scheme(target)}>"


def shown_of_shortcode(
    body: str, start: int, end: int, name: str, words: str
) -> tuple[str, int]:
    """The Markdown for the unknown shortcode from `start` to `end`, and the end that it covers.

    In the target of a link it is an address, or HOLE.
    """
    if _IN_TARGET.search(body[max(0, start - _LOOK_BACK) : start]):
        return _target(words) or HOLE, end
    shown = words_of_shortcode(name, words)
    if "](<" in shown or shown.startswith("<"):
        inner = _INNER.match(body, end)
        if inner and (inner["hugo"] == name or inner["hexo"] in (name, "")):
            return words_of_shortcode(name, words, inner[1].strip()), inner.end()
    is_alone = body[start - 1 : start] in ("", "\n") and body[end : end + 1] in ("", "\n")
    if shown and is_alone:
        shown += "\n"  # what it encloses is no part of the same paragraph
    return shown, end


def _target(words: str) -> str:
    named, quoted = arguments_of(words)
    targets = [*(named.get(key, "") for key in _ADDRESSES), *quoted]
    return next(filter(_is_absolute, targets), "")


def _given(named: dict[str, str]) -> str:
    """The label; else the title, and the text below it."""
    if named.get("label"):
        return named["label"]
    below = ("text", "caption", "content", "description")
    texts = [named.get("title"), next(filter(None, map(named.get, below)), "")]
    return ": ".join(dict.fromkeys(filter(None, texts)))


def _is_absolute(target: str | None) -> bool:
    return bool(target and _ABSOLUTE.fullmatch(target))


def _with_scheme(target: str) -> str:
    return f"https:{target}" if target.startswith("//") else target


def _escaped(label: str) -> str:
    return _SPECIAL.sub(r"\\\1", label)
