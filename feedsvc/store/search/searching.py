"""Searches in the index: the newest entries of a feed that match a query."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

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
from feedsvc.store.search.search_tables import numbers_with

MOST_COMPARED: Final = 300  # entries of which the text is read for one search
_FEW: Final = 2_000  # hits that are sorted, instead of looking through the feed
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
        is_exact = all(term.is_exact for term in (*query.words, *query.without))
        at_once = min(most, MOST_COMPARED) if is_exact else _AT_ONCE
        compared = 0
        for numbers in chunks(self._candidates(feed_number, query, in_title), at_once):
            for row in self._rows(numbers[: MOST_COMPARED - compared]):
                text = SearchedText.of(row["title"], bare_text(content_of(row["packed"])))
                if matches(query, text):
                    found.append((entry_of(row), text))
                if len(found) == most:
                    return found
            compared += len(numbers)
            if compared >= MOST_COMPARED:
                break
        return found

    def _candidates(
        self, feed_number: int, query: SearchQuery, in_title: bool
    ) -> Iterator[int]:
        """The numbers of entries of a feed that have the tokens of a query, newest first."""
        hits = numbers_with(query, self._connection.dialect.name, in_title=in_title)
        few = list(self._connection.execute(hits.limit(_FEW + 1)).scalars())
        if len(few) <= _FEW:
            return self._sorted(feed_number, few)
        is_hit = memberships.c.entry.in_(hits)
        members = (
            sa.select(memberships.c.entry)
            .join(entries, entries.c.number == memberships.c.entry)
            .where(memberships.c.feed == feed_number, is_hit)
            .order_by(*feed_order(self._connection.dialect.name))
            .limit(MOST_COMPARED)
        )
        return iter(self._connection.execute(members).scalars().all())

    def _sorted(self, feed_number: int, numbers: list[int]) -> Iterator[int]:
        """Those of some entries that a feed has, newest first."""
        dated: list[tuple[int, str, int]] = []
        for some in chunks(numbers):
            is_notice = entries.c.digest.like(f"%{NOTICE}")
            date = sa.case((is_notice, entries.c.updated), else_=entries.c.published)
            columns = (date.label("placed_at"), entries.c.id, entries.c.number)
            query = sa.select(*columns).where(entries.c.number.in_(some))
            rows = self._connection.execute(query)
            dated += [(_instant(row.placed_at), row.id, row.number) for row in rows]
        dated.sort(reverse=True)
        for chunk in chunks(dated, _AT_ONCE):
            kept = sa.select(memberships.c.entry).where(
                memberships.c.feed == feed_number, are_members(chunk)
            )
            members = set(self._connection.execute(kept).scalars())
            yield from (number for _, _, number in chunk if number in members)

    def _rows(self, numbers: list[int]) -> Iterator[sa.RowMapping]:
        """The rows of the entries with these numbers, in the same order."""
        query = WHOLE_ENTRIES.where(entries.c.number.in_(numbers))
        rows = {row["number"]: row for row in self._connection.execute(query).mappings()}
        return (rows[number] for number in numbers)


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
