"""Which feeds show a post, and how much of it: the keys `feed` and `feeds`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from feedsvc.core.addresses import (
    author_path,
    category_path,
    language_path,
    raw_name_path,
    tag_path,
)
from feedsvc.core.frontmatter.source import Value
from feedsvc.core.posts.fields import (
    NamedField,
    PostFields,
    shown,
)
from feedsvc.core.posts.visibility import truth

_KINDS: Final = ("site", "tags", "categories", "authors", "languages")
_FOLDERS: Final = ("tags/", "categories/", "authors/", "lang/")
_COMMA = re.compile("[,，、;；]")  # no address of a feed has one: it would be ~2C there
_DOCUMENT = re.compile(r"/(?:atom\.xml|rss\.xml|feed\.json)\Z")


@dataclass(frozen=True, slots=True)
class FeedChoice:
    """`content` is `full`, `summary` or not said; `feeds` are as in Entry, None for all."""

    content: str = ""
    feeds: tuple[str, ...] | None = None
    addressed: tuple["_Address", ...] = ()


@dataclass(frozen=True, slots=True)
class _Address:
    """An address in `feeds`, and the paths that it may mean."""

    found: NamedField
    words: str
    paths: tuple[str, ...]


def feed_choice(fields: PostFields) -> FeedChoice | None:
    """What the post says of it; None where that cannot be read, which hides the post.

    `feed: true | false | full | summary`, jekyll-feed's `feed: {excerpt_only: true}`, and
    `feeds: [site, tags, tags/AI]`.
    """
    content = ""
    feeds, addressed = _feeds(fields)
    for found in fields.all("feed"):
        word = _word(found.value)
        fields.note("feed", found)
        if word in ("full", "summary"):
            content = word
        elif truth(word) is False:
            feeds = ()
        elif truth(word) is None:
            fault = f"{found.name}: {found.shown} is not known, so it hides the post"
            fields.warn("flag", fault, "write feed: true, false, full or summary", found)
            return None
    return FeedChoice(content, feeds, addressed)


def _word(value: Value) -> str:
    if isinstance(value, dict):
        only = truth(value.get("excerpt_only")) if len(value) == 1 else None
        return {True: "summary", False: "full", None: "?"}[only]
    return value.strip().lower() if isinstance(value, str) else "?"


def _feeds(fields: PostFields) -> tuple[tuple[str, ...] | None, tuple[_Address, ...]]:
    for found in fields.all("feeds"):
        members = _members(found.value)
        if len(members) == 1 and truth(members[0]) is not None:
            return None if truth(members[0]) else (), ()
        fields.note("feeds", found)
        addresses = [_address(fields, found, member) for member in members]
        paths = (path for address in addresses for path in address.paths)
        return tuple(dict.fromkeys(paths)), tuple(addresses)
    return None, ()


def _members(value: Value) -> list[Value]:
    if isinstance(value, str):
        return list[Value]([word for word in map(str.strip, _COMMA.split(value)) if word])
    return value if isinstance(value, list) else [value]


def _address(fields: PostFields, found: NamedField, member: Value) -> _Address:
    """The feeds that a word means: an address may be written as it is or as it is encoded."""
    words = member.strip().strip("/") if isinstance(member, str) else ""
    path = _DOCUMENT.sub("", words)
    if path in _KINDS:
        return _Address(found, words, (path,))
    if path.startswith(_FOLDERS):
        return _Address(found, words, (path, raw_name_path(path) or path))
    fault = f"{found.name}: {shown(words)} is no feed and is left out"
    cure = "write site, tags, categories, authors, languages or an address such as tags/AI"
    fields.warn("feeds", fault, cure, found)
    return _Address(found, words, ())


def warn_of_unreachable_feeds(
    fields: PostFields,
    showing: FeedChoice,
    tags: Iterable[str],
    categories: Iterable[tuple[str, ...]],
    authors: Iterable[str],
    language: str,
) -> None:
    """Tell of the addresses in `feeds` that cannot show a post of these terms."""
    if not showing.addressed:
        return
    levels = (path[: depth + 1] for path in categories for depth in range(len(path)))
    own = {*_KINDS, language_path(language), *map(tag_path, tags), *map(author_path, authors)}
    own.update(map(category_path, levels))
    for address in showing.addressed:
        if address.paths and own.isdisjoint(address.paths):
            name = address.found.name
            fault = f"{name}: {shown(address.words)} is not a feed that the post could be in"
            cure = "give it that tag, category, author or language"
            fields.warn("feeds", fault, cure, address.found)
