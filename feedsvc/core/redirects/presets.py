"""The addresses that other generators, and their usual plugins, give to feeds."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias
from urllib.parse import parse_qsl

from feedsvc.core.text import nfc

Preset: TypeAlias = Literal["hexo", "jekyll", "hugo", "wordpress"]
OldKind: TypeAlias = Literal["site", "section", "tag", "category", "author", "language"]

PRESETS: Final[tuple[Preset, ...]] = ("hexo", "jekyll", "hugo", "wordpress")

_LONGEST: Final = 2000  # characters of a path
_MOST_FIELDS: Final = 20  # of a query
_TERMS: Final[dict[str, OldKind]] = {
    **{"tag": "tag", "tags": "tag", "author": "author", "authors": "author"},
    **{"category": "category", "categories": "category"},
}
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")

_HEXO: Final = {"atom.xml": "atom", "rss2.xml": "rss", "rss.xml": "rss", "feed.json": "json"}
_JEKYLL: Final = {
    **{"feed.xml": "atom", "atom.xml": "atom", "rss.xml": "rss"},
    "feed.json": "json",
}
_HUGO: Final = {
    **{"index.xml": "rss", "feed.xml": "rss", "rss.xml": "rss", "atom.xml": "atom"},
    **{"index.json": "json", "feed.json": "json"},
}
_WORDPRESS: Final = {
    **{"feed": "rss", "rss": "rss", "rss2": "rss", "rdf": "rss", "atom": "atom"},
    "json": "json",
}
_WORDPRESS_FILES: Final = {
    **{"wp-rss.php": "rss", "wp-rss2.php": "rss", "wp-rdf.php": "rss", "wp-feed.php": "rss"},
    "wp-atom.php": "atom",
}
_WORDPRESS_TERMS: Final[dict[str, str]] = {
    **{"tag": "tag", "category_name": "category", "author_name": "author"},
}
# Fields of a query that choose posts by the number of something, or by a search.
_UNKNOWABLE: Final = frozenset(
    ["p", "page_id", "attachment_id", "name", "pagename", "cat", "author", "s", "m"]
) | frozenset(["year", "monthnum", "day", "w", "withcomments", "tag_id", "post_type"])


@dataclass(frozen=True, slots=True)
class PresetFeed:
    """What an old address means: a kind of feed, the slug in the address, and a format.

    The slug of a category may have several levels: `tech/python`. It is as in the address,
    decoded and in NFC.
    """

    kind: OldKind
    slug: str
    format_name: str


def old_feeds(preset: Preset, path: str, query: str = "") -> tuple[PresetFeed, ...]:
    """The feeds that an address may have meant to a generator, the likeliest first.

    `path` is decoded and has no leading slash; a slash at its end makes no difference.
    `query` is as in the URL; only WordPress has feeds that it names.
    """
    segments = _segments(path)
    if segments is None:
        return ()
    if preset == "wordpress":
        return tuple(_of_wordpress(segments, query))
    return tuple(_READERS[preset](segments)) if segments else ()


def asks_for_feed(query: str) -> bool:
    """True if the query asks WordPress for a feed, such as `feed=rss2`."""
    name = _fields(query).get("feed", "").removeprefix("comments-")
    return name in _WORDPRESS


def _segments(path: str) -> list[str] | None:
    """The segments of a path; None for a path that is none of a feed."""
    if len(path) > _LONGEST:
        return None
    bare = nfc(path).removesuffix("/")
    segments = bare.split("/") if bare else []
    return None if {"", ".", ".."} & {*segments} else segments


def _of_hexo(segments: list[str]) -> Iterator[PresetFeed]:
    yield from _in_folder(segments, _HEXO)


def _of_jekyll(segments: list[str]) -> Iterator[PresetFeed]:
    match segments:
        case ["feed", *folders, "index.xml"]:
            yield from _of_folders(folders, "atom")
        case ["feed", "by_tag", name] if name.endswith(".xml"):
            yield PresetFeed("tag", name.removesuffix(".xml"), "atom")
        case ["feed", *levels, name] if name.endswith(".xml"):
            last = name.removesuffix(".xml")
            yield PresetFeed("category", "/".join([*levels, last]), "atom")
            if levels:  # the first is the name of a collection
                yield PresetFeed("category", "/".join([*levels[1:], last]), "atom")
        case _:
            yield from _in_folder(_without_blog(segments), _JEKYLL)
            yield from _ugly(segments, "atom")


def _of_hugo(segments: list[str]) -> Iterator[PresetFeed]:
    yield from _in_folder(segments, _HUGO)
    yield from _ugly(segments, "rss")
    match segments:
        case [first, *folders, name] if name in _HUGO and not _TERMS.keys() & {first, *folders}:
            if folders and _LANGUAGE.fullmatch(first):
                yield PresetFeed("language", first, _HUGO[name])
            yield PresetFeed("section", "/".join([first, *folders]), _HUGO[name])


def _of_wordpress(segments: list[str], query: str) -> Iterator[PresetFeed]:
    if segments[:1] == ["index.php"]:
        segments = segments[1:]
    fields = _fields(query)
    if "feed" in fields:
        yield from _of_query(segments, fields)
        return
    match segments:
        case [name] if name in _WORDPRESS_FILES and not fields.keys() & _UNKNOWABLE:
            yield PresetFeed("site", "", _WORDPRESS_FILES[name])
        case [*folders, "feed", name] if name in _WORDPRESS:
            yield from _of_folders(_without_blog(folders), _WORDPRESS[name])
            if name != "json":  # a term with the name "feed"
                yield from _of_folders([*folders, "feed"], _WORDPRESS[name])
        case [*folders, name] if name in _WORDPRESS and name != "json":
            yield from _of_folders(_without_blog(folders), _WORDPRESS[name])


def _of_query(segments: list[str], fields: Mapping[str, str]) -> Iterator[PresetFeed]:
    """The feeds of `?feed=rss2` and `?feed=atom&tag=tea`."""
    format_name = _WORDPRESS.get(fields["feed"])
    if format_name is None or fields.keys() & _UNKNOWABLE:
        return
    if segments and segments[0] not in _WORDPRESS_FILES:
        yield from _of_folders(segments, format_name)
        return
    named = [
        (folder, fields[name]) for name, folder in _WORDPRESS_TERMS.items() if name in fields
    ]
    if not named:
        yield PresetFeed("site", "", format_name)
    for folder, slug in named[:1]:
        levels = _segments(slug)
        yield from _of_folders([folder, *(levels or [])], format_name)


_READERS: Final[Mapping[str, Callable[[list[str]], Iterator[PresetFeed]]]] = {
    "hexo": _of_hexo,
    "jekyll": _of_jekyll,
    "hugo": _of_hugo,
}


def _in_folder(segments: Sequence[str], files: Mapping[str, str]) -> Iterator[PresetFeed]:
    """The feeds that a file such as `tags/tea/atom.xml` may have."""
    *folders, name = segments
    if name in files:
        yield from _of_folders(folders, files[name])


def _of_folders(folders: Sequence[str], format_name: str) -> Iterator[PresetFeed]:
    """The feeds of a folder: of the site, a term, a language, or a term in a language."""
    match folders:
        case []:
            yield PresetFeed("site", "", format_name)
        case [folder, *levels] if folder in _TERMS and levels:
            yield PresetFeed(_TERMS[folder], "/".join(levels), format_name)
        case [language] if _LANGUAGE.fullmatch(language):
            yield PresetFeed("language", language.replace("_", "-"), format_name)
        case [language, folder, *levels] if (
            _LANGUAGE.fullmatch(language) and folder in _TERMS and levels
        ):
            yield PresetFeed(_TERMS[folder], "/".join(levels), format_name)


def _ugly(segments: Sequence[str], format_name: str) -> Iterator[PresetFeed]:
    """The feed of a term whose address has no folder of its own: `tags/tea.xml`."""
    *folders, name = segments
    last = name.removesuffix(".xml")
    if (
        name.endswith(".xml")
        and last != "index"
        and any(each in _TERMS for each in folders[:2])
    ):
        yield from _of_folders([*folders, last], format_name)


def _without_blog(segments: list[str]) -> list[str]:
    """Octopress and WordPress networks have their feeds below `blog/` too."""
    return segments[1:] if segments[:1] == ["blog"] else segments


def _fields(query: str) -> dict[str, str]:
    """The fields of a query; empty if it is not UTF-8 or has too many."""
    try:
        return dict(parse_qsl(query, errors="strict", max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}
