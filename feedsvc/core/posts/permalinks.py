"""Fills permalink templates: the path of a post on its site.

The tokens are our own and those of Hexo, Jekyll and Hugo. If two tools use one word (`:title`,
`:slug`) differently, ours wins, then Hexo's; the other meaning has the name of its tool in
front (`:hugo_slug`).
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final, TypeAlias

from feedsvc.core.date_notations import DAYS, MONTHS
from feedsvc.core.posts.slugs import (
    hexo_slug,
    hugo_slug,
    jekyll_slug,
    mkdocs_slug,
    pelican_slug,
)
from feedsvc.core.text import nfc, one_line

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_CATEGORY: Final = "uncategorized"  # Hexo's default_category


@dataclass(frozen=True, slots=True)
class PermalinkFacts:
    """The values of one post that a template can use.

    `source` is the file's path without its suffix. `stem` is the same, but the folder's path
    for an `index`, and `name` is its last segment. `slug` is empty if the post has none. A
    category is the path of its names. `published` is in the site's zone. `field` gives the
    text of any other front matter key, or None. `language` is set for a translation whose
    `stem` and `slug` are the same as the original's.
    """

    source: str
    stem: str
    name: str
    slug: str
    title: str
    categories: tuple[tuple[str, ...], ...]
    published: datetime
    field: Callable[[str], str | None]
    language: str = ""


_Value: TypeAlias = Callable[[PermalinkFacts], str]


def _of_field(key: str, post: PermalinkFacts) -> str:
    return one_line(post.field(key) or "").strip("/ ")


def _path(post: PermalinkFacts) -> str:
    """The file's path below `_posts`, if it is in one (Hexo, Jekyll)."""
    return f"/{post.source}".rpartition("/_posts/")[2].lstrip("/")


def _key(post: PermalinkFacts) -> str:
    return "/".join(filter(None, [post.language, post.slug or post.stem]))


_DATE_OF_NAME = re.compile(r"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?![0-9])[-_ ]*+(?=.)", re.DOTALL)


_DATE_IN_PATH = re.compile(
    r"(?P<folder>.*)(?P<date>[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2})[-/]?(?P<text>.*)", re.DOTALL
)


def _dateless(post: PermalinkFacts) -> str:
    return jekyll_slug(post.slug or _DATE_OF_NAME.sub("", post.name, 1), "._~!$&'()+,;=@")


def _dated_path(post: PermalinkFacts) -> str:
    """Docusaurus: a date in the path becomes three folders in front of the rest."""
    date = None if post.slug else _DATE_IN_PATH.fullmatch(post.stem)
    if date is None:
        return post.slug or post.stem
    return f"{date['date'].replace('-', '/')}/{date['folder']}{date['text']}"


def _html_path(post: PermalinkFacts) -> str:
    is_index = post.source.rpartition("/")[2].partition(".")[0] == "index"
    return f"{post.stem}/" if is_index else f"{post.stem}.html"


def _hash(post: PermalinkFacts) -> str:
    hashed = f"{_path(post)}{_timestamp(post)}".encode()
    return hashlib.sha1(hashed, usedforsecurity=False).hexdigest()[:12]


def _timestamp(post: PermalinkFacts) -> str:
    return str((post.published - _EPOCH) // timedelta(seconds=1))


def _category(post: PermalinkFacts) -> str:
    names = post.categories[-1] if post.categories else (_NO_CATEGORY,)
    return "/".join(filter(None, map(hexo_slug, names)))


def _category_names(post: PermalinkFacts) -> list[str]:
    """Every name in the categories, once; Jekyll's categories have no levels."""
    return list(dict.fromkeys(name.lower() for path in post.categories for name in path))


def _categories(post: PermalinkFacts) -> str:
    return "/".join(name.replace("/", "-") for name in _category_names(post))


def _sections(post: PermalinkFacts) -> list[str]:
    return post.stem.split("/")[:-1]


_DATES: Final[dict[str, tuple[str, _Value]]] = {
    "year": ("the year, four digits", lambda p: f"{p.published.year:04}"),
    "short_year": ("the year, two digits", lambda p: f"{p.published.year % 100:02}"),
    "month": ("the month, two digits", lambda p: f"{p.published.month:02}"),
    "i_month": ("the month, without a zero in front", lambda p: f"{p.published.month}"),
    "short_month": ("the month, such as Mar", lambda p: MONTHS[p.published.month - 1][:3]),
    "long_month": ("the month, such as March", lambda p: MONTHS[p.published.month - 1]),
    "monthname": ("as `:long_month` (Hugo)", lambda p: MONTHS[p.published.month - 1]),
    "day": ("the day of the month, two digits", lambda p: f"{p.published.day:02}"),
    "i_day": ("the day, without a zero in front", lambda p: f"{p.published.day}"),
    "y_day": ("the day of the year, three digits", lambda p: f"{_year_day(p):03}"),
    "yearday": ("the day of the year, without zeros in front", lambda p: f"{_year_day(p)}"),
    "hour": ("the hour, 00 to 23", lambda p: f"{p.published.hour:02}"),
    "minute": ("the minute, two digits", lambda p: f"{p.published.minute:02}"),
    "second": ("the second, two digits", lambda p: f"{p.published.second:02}"),
    "timestamp": ("the seconds since 1970", _timestamp),
    "week": (
        "the week of ISO 8601, two digits",
        lambda p: f"{p.published.isocalendar()[1]:02}",
    ),
    "w_year": ("the year that `:week` is of", lambda p: f"{p.published.isocalendar()[0]:04}"),
    "w_day": ("the day of the week, Monday is 1", lambda p: f"{p.published.isoweekday()}"),
    "weekday": (
        "the day of the week, Sunday is 0",
        lambda p: f"{p.published.isoweekday() % 7}",
    ),
    "short_day": (
        "the day of the week, such as Sun",
        lambda p: DAYS[p.published.weekday()][:3],
    ),
    "long_day": ("the day of the week, such as Sunday", lambda p: DAYS[p.published.weekday()]),
    "weekdayname": ("as `:long_day` (Hugo)", lambda p: DAYS[p.published.weekday()]),
}


def _year_day(post: PermalinkFacts) -> int:
    return post.published.timetuple().tm_yday


_NAMES: Final[dict[str, tuple[str, _Value]]] = {
    "key": ("the slug, else the file's path", _key),
    "slug": ("the slug, else the file's name", lambda p: p.slug or p.name),
    "name": ("the file's name; the folder's for its `index`", lambda p: p.name),
    "title": ("the file's path below `_posts`, as it is (Hexo)", _path),
    "path": ("as `:title` (Jekyll)", _path),
    "post_title": ("the words of the title (Hexo)", lambda p: hexo_slug(p.title).lower()),
    "id": ("`id` of the front matter", lambda p: _of_field("id", p)),
    "hash": ("12 hex digits, made of `:title` and the date (Hexo)", _hash),
    "dateless": ("the slug, else the name without its date; Jekyll's `:title`", _dateless),
    "filename": ("the file's name in lower case (Hugo)", lambda p: hugo_slug(p.name)),
    "contentbasename": ("as `:filename` (Hugo)", lambda p: hugo_slug(p.name)),
    "slugorfilename": (
        "the slug, else `:filename` (Hugo)",
        lambda p: hugo_slug(p.slug or p.name),
    ),
    "slugorcontentbasename": (
        "as `:slugorfilename` (Hugo)",
        lambda p: hugo_slug(p.slug or p.name),
    ),
}
_OF_TOOLS: Final[dict[str, tuple[str, _Value]]] = {
    "jekyll_slug": (
        "Jekyll's `:slug`: `:dateless`, slugified",
        lambda p: jekyll_slug(_dateless(p)).lower(),
    ),
    "hugo_slug": (
        "Hugo's `:slug`: the slug, else the words of the title",
        lambda p: hugo_slug(p.slug or p.title),
    ),
    "hugo_title": ("Hugo's `:title`: the words of the title", lambda p: hugo_slug(p.title)),
    "pelican_slug": (
        "Pelican's `{slug}`: the slug, else the words of the title",
        lambda p: p.slug or pelican_slug(p.title),
    ),
    "mkdocs_slug": (
        "Material for MkDocs' `{slug}`: the slug, else the words of the title",
        lambda p: p.slug or mkdocs_slug(p.title),
    ),
    "docusaurus_path": (
        "Docusaurus: the slug, else the file's path, its date as folders in front",
        _dated_path,
    ),
    "quarto_path": (
        "Quarto: the file's path with `.html`; the folder's path for its `index`",
        _html_path,
    ),
}
_GROUPS: Final[dict[str, tuple[str, _Value]]] = {
    "category": ("the last category's path, else `uncategorized` (Hexo)", _category),
    "categories": ("all names of categories, in lower case (Jekyll)", _categories),
    "slugified_categories": (
        "`:categories` with hyphens for all but letters and digits (Jekyll)",
        lambda p: "/".join(filter(None, map(jekyll_slug, _category_names(p)))),
    ),
    "section": ("the first folder (Hugo)", lambda p: "".join(_sections(p)[:1])),
    "sections": (
        "all folders; `:sections[1:]`, `:sections[last]` are some (Hugo)",
        lambda p: "/".join(_sections(p)),
    ),
    "collection": ("posts (Jekyll)", lambda _: "posts"),
    "output_ext": (".html (Jekyll)", lambda _: ".html"),
}
_ALL: Final = _NAMES | _OF_TOOLS | _GROUPS | _DATES

# The meaning of each token. Any other word is a front matter key.
TOKENS: Final[Mapping[str, str]] = MappingProxyType(
    {f":{word}": meaning for word, (meaning, _) in _ALL.items()}
)

# Jekyll's names for whole templates.
STYLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "date": "/:categories/:year/:month/:day/:dateless:output_ext",
        "pretty": "/:categories/:year/:month/:day/:dateless/",
        "ordinal": "/:categories/:year/:y_day/:dateless:output_ext",
        "weekdate": "/:categories/:year/W:week/:short_day/:dateless:output_ext",
        "none": "/:categories/:dateless:output_ext",
    }
)

_MAY_BE_EMPTY = frozenset(["categories", "slugified_categories", "section", "sections"])
_DISTINCT = frozenset([*_NAMES, *_OF_TOOLS, "timestamp"])
# Tokens with equal values for a translation and its original: the language goes in front.
_SHARED_BY_LANGUAGES = frozenset(
    ["slug", "name", "dateless", "filename", "contentbasename"]
) | frozenset(["slugorfilename", "slugorcontentbasename", *_OF_TOOLS])
_SHARED_KEYS = frozenset(["lang", "language", "layout", "author"])  # shared by many posts

# A word does not end with `_`, so `:year_:month` is two (Hexo); `\:` is a colon (Hugo).
_TOKEN = re.compile(
    r"""(?P<colon>\\:)
    | :sections\[(?:(?P<only>\d{1,4}|last)|(?P<low>\d{1,4}|last)?:(?P<high>\d{1,4}|last)?)\]
    | :(?P<word>[A-Za-z_][A-Za-z0-9_]*[A-Za-z0-9]|[A-Za-z])""",
    re.VERBOSE | re.ASCII,
)


def permalink_path(template: str, post: PermalinkFacts) -> str:
    """The decoded path of `post` on its site, with a leading slash.

    `template` is a template such as `/:year/:month/:title/`, or a name in STYLES. A slash in a
    value separates segments, as in Hexo; empty segments are dropped. Raises ValueError if the
    post has no value for a token, or if a segment would be `.` or `..`.
    """
    path = nfc("".join(part(post) for part in _parts(template)))
    segments = [segment for segment in path.split("/") if segment]
    if post.language and post.language not in segments and _is_shared(template):
        segments.insert(0, post.language)
    if "." in segments or ".." in segments:
        raise ValueError("the permalink would have a segment `.` or `..`")
    joined = "/".join(segments)
    return f"/{joined}/" if joined and path.endswith("/") else f"/{joined}"


def names_one_post(template: str) -> bool:
    """True if a token of `template` differs from post to post."""
    return any(
        word in _DISTINCT or (word not in _ALL and word not in _SHARED_KEYS)
        for word in _words(template)
    )


@lru_cache(maxsize=64)
def _is_shared(template: str) -> bool:
    return not _SHARED_BY_LANGUAGES.isdisjoint(_words(template))


def _words(template: str) -> set[str]:
    tokens = _TOKEN.finditer(STYLES.get(template, template))
    return {token["word"] for token in tokens} - {None}


@lru_cache(maxsize=64)
def _parts(template: str) -> tuple[_Value, ...]:
    template = STYLES.get(template, template)
    parts: list[_Value] = []
    end = 0
    for token in _TOKEN.finditer(template):
        parts += [_text(template[end : token.start()]), _part(token)]
        end = token.end()
    return (*parts, _text(template[end:]))


def _text(text: str) -> _Value:
    return lambda _: text


def _part(token: re.Match[str]) -> _Value:
    if token["colon"]:
        return _text(":")
    if token["word"]:
        return lambda post: _value(token["word"], post)
    return lambda post: "/".join(_slice(_sections(post), token))


def _value(word: str, post: PermalinkFacts) -> str:
    value = _ALL[word][1](post) if word in _ALL else _of_field(word, post)
    if not value and word not in _MAY_BE_EMPTY:
        raise ValueError(f"the permalink uses :{word}, but the post has no value for it")
    return value


def _slice(sections: list[str], token: re.Match[str]) -> list[str]:
    """Hugo's slices: `[0]`, `[last]`, `[1:]`, `[:last]`; missing sections are left out."""

    def number(text: str) -> int:
        return len(sections) - 1 if text == "last" else int(text)

    if token["only"]:
        start = number(token["only"])
        return sections[start : start + 1]
    return sections[number(token["low"] or "0") : number(token["high"] or "9999")]
