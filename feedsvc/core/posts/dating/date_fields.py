"""Finds fields that date a post besides those in KEYS: in maps, and by the words of keys."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from feedsvc.core.dates import read_date
from feedsvc.core.frontmatter.source import Field, Value
from feedsvc.core.markdown.inline_text import targets_of_links, words_of_links
from feedsvc.core.posts.dating.date_keys import (
    WAITED_FOR,
    DateKey,
    date_key,
    date_key_in_map,
)
from feedsvc.core.posts.fields import NamedField, PostFields
from feedsvc.core.posts.keys import fold

_MAPS: Final = frozenset(["date", "dates"])
_LIKE_A_DATE: Final = re.compile(r"\d{4}|\d\D{1,9}\d")


class DateFields:
    """The fields of one post that date it, by meaning, the most certain first.

    Maps of dates are those of Material for MkDocs: `date: {created: ..., updated: ...}`. A key
    with such words is `publishedAt`.
    """

    def __init__(self, fields: PostFields) -> None:
        self._in_maps: list[tuple[DateKey, NamedField]] = []
        self._by_words: list[tuple[DateKey, NamedField]] = []
        for field in fields.all():
            value = field.field.value
            if (key := date_key(field.name)) and value is not None:
                self._by_words.append((key, field))
            elif isinstance(value, dict) and fold(field.name) in _MAPS:
                self._in_maps += _members(field, value)

    def in_maps(self, meaning: str) -> list[NamedField]:
        """The members of maps of dates with this meaning."""
        return _sorted(self._in_maps, meaning)

    def by_words(self, meaning: str) -> list[NamedField]:
        """The fields whose keys have this meaning to judge by their words."""
        return _sorted(self._by_words, meaning)

    def awaited(self) -> list[NamedField]:
        """The fields of both whose key says that the post is published then."""
        inner = [field for _, field in self._in_maps if _is_waited_for(field.name)]
        return [field for key, field in self._by_words if key == ("published", 0)] + inner


def _is_waited_for(name: str) -> bool:
    key = name.partition(".")[2]
    return fold(key) in WAITED_FOR or date_key(key) == ("published", 0)


def _members(
    field: NamedField, table: dict[str, Value]
) -> Iterator[tuple[DateKey, NamedField]]:
    for name, value in table.items():
        key = date_key_in_map(name)
        if key and value is not None:
            inner = Field(value, field.line, field.column, field.key_column)
            yield key, NamedField(f"{field.name}.{name}", inner)


def _sorted(dated: list[tuple[DateKey, NamedField]], meaning: str) -> list[NamedField]:
    if not dated:
        return []
    chosen = [(key.rank, field) for key, field in dated if key.meaning == meaning]
    return [field for _, field in sorted(chosen, key=lambda each: each[0])]


def dates_post(field: NamedField) -> bool:
    """True if the field is one of DateFields, to judge by its key."""
    if isinstance(field.value, dict) and fold(field.name) in _MAPS:
        return True
    return date_key(field.name) is not None


def written_dates(value: Value) -> tuple[str, ...]:
    """The texts to read a date from, in this order; empty if the value is none.

    A list of one date is that date. A link of Obsidian is its words, or its target.
    """
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        return ()
    if "[[" in value:
        return (words_of_links(value), *targets_of_links(value))
    return (value,)


def date_of(value: Value, zone: ZoneInfo) -> datetime | None:
    """The date that a value is; None if it is none."""
    for text in written_dates(value):
        with suppress(ValueError):
            return read_date(text, zone)
    return None


def looks_like_a_date(value: Value) -> bool:
    """False for `true`, `5 min` and other values of a key that may not be a date at all."""
    return any(_LIKE_A_DATE.search(text[:200]) for text in written_dates(value))
