"""Searches in the index: the newest entries of a feed that match a query."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import microseconds
from feedsvc.core.feeds.entries import NOTICE, Entry
from feedsvc.core.search.matching import SearchedText, matches
from feedsvc.core.search.queries import SearchQuery
from feedsvc.core.text import bare_text
from feedsvc.store.chunks import chunks
from feedsvc.store.rows import content_of, entry_of
from feedsvc.store.schema import WHOLE_ENTRIES, entries, feed_order, memberships
from feedsvc.store.search.indexing import index_state
from feedsvc.store.search.search_tables import numbers_with, use_index

MOST_COMPARED: Final = 300  # entries of which the text is read for one search
_FEW: Final = 2_000  # hits that are sorted, instead of looking through the feed
_FEW_IN_CONDITION: Final = 500  # likewise: a condition names each of them
_AT_ONCE: Final = 100


class SearchReader:
    """Searches in the state of one snapshot."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def is_on(self) -> bool:
        """True if there is an index, even if it is not complete yet."""
        return index_state(self._connection) is not None

    def is_ready(self) -> bool:
        """True if the index is complete."""
        state = index_state(self._connection)
        return state is not None and state.is_ready

    def newest(
        self, feed_number: int, query: SearchQuery, most: int, *, in_title: bool = False
    ) -> list[tuple[Entry, SearchedText]]:
        """The newest entries of a feed that match, with their texts.

        Phrases are compared with the text of up to MOST_COMPARED entries that have their words.
        """
        found: list[tuple[Entry, SearchedText]] = []
        at_once = min(most, MOST_COMPARED) if query.is_exact else _AT_ONCE
        compared = 0
        for numbers in chunks(self._candidates(feed_number, query, in_title), at_once):
            for row in self._rows(numbers[: MOST_COMPARED - compared]):
                text = _text_of(row)
                if matches(query, text):
                    found.append((entry_of(row), text))
                if len(found) == most:
                    return found
            compared += len(numbers)
            if compared >= MOST_COMPARED:
                break
        return found

    def condition(
        self, query: SearchQuery, feed_numbers: Sequence[int]
    ) -> sa.ColumnElement[bool]:
        """True for the memberships of these feeds whose entries match.

        Phrases are compared as for `newest`, with the newest entries of the feeds.
        """
        hits = numbers_with(query, self._connection.dialect.name)
        few = self._few(hits, _FEW_IN_CONDITION)
        if few is None and query.is_exact:
            return memberships.c.entry.in_(hits)
        dated = self._dated(self._members_with(hits, feed_numbers) if few is None else few)
        if not query.is_exact:
            dated = dated[:MOST_COMPARED]
            numbers = [number for _, _, number in dated]
            rows = zip(dated, self._rows(numbers), strict=True)
            dated = [each for each, row in rows if matches(query, _text_of(row))]
        return are_members(dated) if dated else sa.false()

    def _candidates(
        self, feed_number: int, query: SearchQuery, in_title: bool
    ) -> Iterator[int]:
        """The numbers of entries of a feed that have the tokens of a query, newest first."""
        hits = numbers_with(query, self._connection.dialect.name, in_title=in_title)
        few = self._few(hits, _FEW)
        if few is None:
            yield from self._members_with(hits, [feed_number])
            return
        for chunk in chunks(self._dated(few), _AT_ONCE):
            kept = sa.select(memberships.c.entry).where(
                memberships.c.feed == feed_number, are_members(chunk)
            )
            members = set(self._connection.execute(kept).scalars())
            yield from (number for _, _, number in chunk if number in members)

    def _few(self, hits: sa.Select[Any], most: int) -> list[int] | None:
        """The numbers of all hits; None if there are more than `most`."""
        use_index(self._connection)
        few = list(self._connection.execute(hits.limit(most + 1)).scalars())
        return few if len(few) <= most else None

    def _members_with(self, hits: sa.Select[Any], feed_numbers: Sequence[int]) -> list[int]:
        """The newest MOST_COMPARED entries of feeds that are hits, newest first."""
        members = (
            sa.select(memberships.c.entry)
            .join(entries, entries.c.number == memberships.c.entry)
            .where(memberships.c.feed.in_(feed_numbers), memberships.c.entry.in_(hits))
            .order_by(*feed_order(self._connection.dialect.name))
            .limit(MOST_COMPARED * len(feed_numbers))
        )
        found = dict.fromkeys(self._connection.execute(members).scalars())
        return list(found)[:MOST_COMPARED]

    def _dated(self, numbers: Sequence[int]) -> list[tuple[int, str, int]]:
        """These entries, newest first: date in microseconds, id, number."""
        dated: list[tuple[int, str, int]] = []
        for some in chunks(numbers):
            is_notice = entries.c.digest.like(f"%{NOTICE}")
            date = sa.case((is_notice, entries.c.updated), else_=entries.c.published)
            columns = (date.label("placed_at"), entries.c.id, entries.c.number)
            query = sa.select(*columns).where(entries.c.number.in_(some))
            rows = self._connection.execute(query)
            dated += [(_instant(row.placed_at), row.id, row.number) for row in rows]
        return sorted(dated, reverse=True)

    def _rows(self, numbers: list[int]) -> Iterator[sa.RowMapping]:
        """The rows of the entries with these numbers, in the same order."""
        query = WHOLE_ENTRIES.where(entries.c.number.in_(numbers))
        rows = {row["number"]: row for row in self._connection.execute(query).mappings()}
        return (rows[number] for number in numbers)


def _text_of(row: sa.RowMapping) -> SearchedText:
    return SearchedText.of(row["title"], bare_text(content_of(row["packed"])))


def are_members(dated: Iterable[tuple[int, str, int]]) -> sa.ColumnElement[bool]:
    """True for memberships of these entries: date in microseconds, id, number.

    Each date and each entry in a list of its own: SQLite uses no index for a list of pairs.
    """
    dates, _, numbers = zip(*dated, strict=True)
    return sa.and_(
        memberships.c.published_at.in_(sorted(set(dates))), memberships.c.entry.in_(numbers)
    )


def _instant(date: str) -> int:
    return microseconds(datetime.fromisoformat(date))
