"""Translates the permalink patterns of other generators to the templates of our settings.

Each function raises ValueError, with the reason, for a pattern that we cannot express.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from feedsvc.core.posts.permalinks import STYLES, TOKENS, names_one_post

_WORD = re.compile(r"(?<!\\):([A-Za-z_][A-Za-z0-9_]*[A-Za-z0-9]|[A-Za-z])", re.ASCII)
_JEKYLL: Final = {"title": "dateless", "slug": "jekyll_slug"}
_NOT_JEKYLL: Final = frozenset(["key", "name", "id", "hash", "category", "section", "sections"])
_HUGO: Final = {"title": "hugo_title", "slug": "hugo_slug"}
_HUGO_SAME: Final = frozenset(
    [
        *("year", "month", "monthname", "day", "weekday", "weekdayname", "yearday"),
        *("section", "sections", "filename", "contentbasename"),
        *("slugorfilename", "slugorcontentbasename"),
    ]
)
_BRACES = re.compile(r"\{([A-Za-z_]+)(?::([^{}]*))?\}")
_STRFTIME = re.compile(r"%(-?[A-Za-z%])")
_OF_STRFTIME: Final = {
    **{"Y": ":year", "y": ":short_year", "m": ":month", "-m": ":i_month", "b": ":short_month"},
    **{"B": ":long_month", "d": ":day", "-d": ":i_day", "j": ":y_day", "H": ":hour"},
    **{"M": ":minute", "S": ":second", "a": ":short_day", "A": ":long_day", "V": ":week"},
    **{"u": ":w_day", "w": ":weekday", "G": ":w_year", "s": ":timestamp", "%": "%"},
}
_LETTERS = re.compile(r"([A-Za-z])\1*+|'([^']*+)'")
_OF_LETTERS: Final = {  # of Babel's date patterns
    **{"yyyy": ":year", "y": ":year", "yy": ":short_year", "MM": ":month", "M": ":i_month"},
    **{"MMM": ":short_month", "MMMM": ":long_month", "dd": ":day", "d": ":i_day"},
    **{"DDD": ":y_day", "ww": ":week", "YYYY": ":w_year", "HH": ":hour", "mm": ":minute"},
}


def hexo(pattern: str, new_post_name: str, *, with_index: bool, with_html: bool) -> str:
    """Hexo's `permalink`. Its `:title` depends on `new_post_name`, by which it reads names.

    Without `with_index`, and without `with_html`, it leaves these endings out of addresses.
    """
    name = new_post_name.rpartition(".")[0] or new_post_name
    folders, _, last = name.rpartition("/")
    if last == ":title" and folders:
        title = ":name"
    elif last in (":year-:month-:day-:title", ":year-:i_month-:i_day-:title"):
        title = ":dateless"
    elif last == ":title":
        title = ":title"
    else:
        raise ValueError(f"depends on new_post_name, which is {new_post_name[:60]!r}")
    template = _WORD.sub(lambda word: title if word[0] == ":title" else word[0], pattern)
    if not with_index:
        template = template.removesuffix("index.html")
    if not with_html and not template.endswith("/index.html"):
        template = template.removesuffix(".html")
    return _checked(template)


def jekyll(pattern: str) -> str:
    """Jekyll's `permalink`: a style, or a pattern."""
    if pattern in STYLES:
        return pattern
    return _checked(_translated(pattern, _JEKYLL, lambda word: word not in _NOT_JEKYLL))


def hugo(pattern: str) -> str:
    """A pattern of Hugo's `permalinks`."""
    return _checked(_translated(pattern, _HUGO, lambda word: word in _HUGO_SAME))


def pelican(pattern: str, slug: str) -> str:
    """Pelican's `ARTICLE_URL`, in which `slug` is our token for `{slug}`."""
    fields = {"slug": slug, "category": ":slugified_categories"}
    return _checked(_filled(pattern, fields, _strftime))


def mkdocs(pattern: str, date_pattern: str, slug: str) -> str:
    """The `post_url_format` of Material for MkDocs, in which `slug` is our token."""
    fields = {"slug": slug, "file": ":name"}  # `{categories}` is the first one or two of them
    return _checked(_filled(pattern, fields, lambda _: _babel(date_pattern)))


def _checked(template: str) -> str:
    template = f"/{template.lstrip('/')}"
    if not names_one_post(template):
        raise ValueError("has nothing that differs for each post")
    return template


def _translated(pattern: str, words: Mapping[str, str], is_same: Callable[[str], bool]) -> str:
    def token(match: re.Match[str]) -> str:
        word = match[1]
        if word in words:
            return f":{words[word]}"
        if f":{word}" not in TOKENS or not is_same(word):
            raise ValueError(f"has :{word[:60]}, which feedsvc does not have")
        return match[0]

    return _WORD.sub(token, pattern)


def _filled(pattern: str, fields: Mapping[str, str], date: Callable[[str], str]) -> str:
    """A pattern with fields in braces. `date` gives the tokens for the format of a date."""

    def token(match: re.Match[str]) -> str:
        if match[1] == "date":
            return date(match[2] or "")
        if match[1] not in fields or match[2]:
            raise ValueError(f"has {match[0][:60]}, which feedsvc does not have")
        return fields[match[1]]

    template = _BRACES.sub(token, pattern)
    if "{" in template or "}" in template:
        raise ValueError("has a brace that is not one of a field")
    if any(f":{word}" not in TOKENS for word in _WORD.findall(template)):
        raise ValueError("has a letter or a colon beside a field")
    return template


def _strftime(pattern: str) -> str:
    def token(match: re.Match[str]) -> str:
        if match[1] not in _OF_STRFTIME:
            raise ValueError(f"has %{match[1]}, which feedsvc does not have")
        return _OF_STRFTIME[match[1]]

    return _STRFTIME.sub(token, pattern)


def _babel(pattern: str) -> str:
    def token(match: re.Match[str]) -> str:
        if match[2] is not None:
            return match[2]
        if match[0] not in _OF_LETTERS:
            raise ValueError(f"has the date {match[0][:60]}, which feedsvc does not have")
        return _OF_LETTERS[match[0]]

    return _LETTERS.sub(token, pattern)
