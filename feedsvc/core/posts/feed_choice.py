"""Reads the keys `feed` and `feeds`: which feeds show a post, and in what length."""

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
from feedsvc.core.posts.visibility import as_bool

_KINDS: Final = ("site", "tags", "categories", "authors", "languages")
_FOLDERS: Final = ("tags/", "categories/", "authors/", "lang/")
_COMMA = re.compile("[,，、;；]")  # addresses of feeds have none: a comma is ~2C there
_DOCUMENT = re.compile(r"/(?:atom\.xml|rss\.xml|feed\.json)\Z")


@dataclass(frozen=True, slots=True)
class FeedChoice:
    """`content` is `full`, `summary` or empty; `feeds` are as in Entry, None for all."""

    content: str = ""
    feeds: tuple[str, ...] | None = None
    addressed: tuple["_Address", ...] = ()


@dataclass(frozen=True, slots=True)
class _Address:
    """An address in `feeds`, and the feed paths that it may mean."""

    field: NamedField
    text: str
    paths: tuple[str, ...]


def feed_choice(fields: PostFields) -> FeedChoice | None:
    """The feeds that the post asks for; None if a value is unknown, which hides the post.

    It reads `feed: true | false | full | summary`, `feeds: [site, tags, tags/AI]` and
    jekyll-feed's `feed: {excerpt_only: true}`.
    """
    content = ""
    feeds, addressed = _feeds(fields)
    for field in fields.with_meaning("feed"):
        word = _word(field.value)
        fields.record_origin("feed", field)
        if word in ("full", "summary"):
            content = word
        elif as_bool(word) is False:
            feeds = ()
        elif as_bool(word) is None:
            fault = f"{field.name}: {field.shown} is unknown, so it hides the post"
            fields.warn("flag", fault, "write feed: true, false, full or summary", field)
            return None
    return FeedChoice(content, feeds, addressed)


def _word(value: Value) -> str:
    if isinstance(value, dict):
        only = as_bool(value.get("excerpt_only")) if len(value) == 1 else None
        return {True: "summary", False: "full", None: "?"}[only]
    return value.strip().lower() if isinstance(value, str) else "?"


def _feeds(fields: PostFields) -> tuple[tuple[str, ...] | None, tuple[_Address, ...]]:
    for field in fields.with_meaning("feeds"):
        members = _members(field.value)
        if len(members) == 1 and as_bool(members[0]) is not None:
            return None if as_bool(members[0]) else (), ()
        fields.record_origin("feeds", field)
        addresses = [_address(fields, field, member) for member in members]
        paths = (path for address in addresses for path in address.paths)
        return tuple(dict.fromkeys(paths)), tuple(addresses)
    return None, ()


def _members(value: Value) -> list[Value]:
    if isinstance(value, str):
        return list[Value]([word for word in map(str.strip, _COMMA.split(value)) if word])
    return value if isinstance(value, list) else [value]


def _address(fields: PostFields, field: NamedField, member: Value) -> _Address:
    """The feeds that a member of `feeds` means. Names may be plain or encoded as in URLs."""
    text = member.strip().strip("/") if isinstance(member, str) else ""
    path = _DOCUMENT.sub("", text)
    if path in _KINDS:
        return _Address(field, text, (path,))
    if path.startswith(_FOLDERS):
        return _Address(field, text, (path, raw_name_path(path) or path))
    fault = f"{field.name}: {shown(text)} is not a feed and is left out"
    cure = "write site, tags, categories, authors, languages or an address such as tags/AI"
    fields.warn("feeds", fault, cure, field)
    return _Address(field, text, ())


def warn_of_unreachable_feeds(
    fields: PostFields,
    choice: FeedChoice,
    tags: Iterable[str],
    categories: Iterable[tuple[str, ...]],
    authors: Iterable[str],
    language: str,
) -> None:
    """Warn about addresses in `feeds` of feeds that a post with these terms is not in."""
    if not choice.addressed:
        return
    levels = (path[: depth + 1] for path in categories for depth in range(len(path)))
    own = {*_KINDS, language_path(language), *map(tag_path, tags), *map(author_path, authors)}
    own.update(map(category_path, levels))
    for address in choice.addressed:
        if address.paths and own.isdisjoint(address.paths):
            name = address.field.name
            fault = f"{name}: {shown(address.text)} is not a feed that the post could be in"
            cure = "give it that tag, category, author or language"
            fields.warn("feeds", fault, cure, address.field)
