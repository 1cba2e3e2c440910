"""Reads the entries that several feeds decide: in one of each group, and in none of others.

The smallest group is read from its newest entry, and each entry is looked up in the other
feeds, by the primary key of `memberships`: an entry has the same date in all of its feeds.
So the cost is that of the smallest group, or less: reading ends when enough is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.feeds.entries import Entry
from feedsvc.store.rows import entry_of
from feedsvc.store.schema import WHOLE_ENTRIES, by_octets, entries, memberships

_OTHER = memberships.alias("other")


@dataclass(frozen=True, slots=True)
class Choice:
    """Entries in a feed of `first` and of each of `others`, and in no feed of `none_of`.

    Feeds are numbers. `first` should be the smallest group. `since` is in microseconds.
    """

    first: tuple[int, ...]
    others: tuple[tuple[int, ...], ...] = ()
    none_of: tuple[int, ...] = ()
    since: int | None = None


class ChosenEntry(NamedTuple):
    """The number and the digest of an entry. `place` is the number of its membership.

    It is None if the first group has several feeds.
    """

    entry: int
    digest: str
    place: int | None


class ChosenEntries:
    """The entries of a choice, of one state of the store."""

    def __init__(self, connection: Connection, choice: Choice) -> None:
        self._connection = connection
        self._choice = choice

    def newest(self, most: int) -> list[ChosenEntry]:
        """The newest entries, in the order of feeds."""
        feeds = self._choice.first
        if not feeds:
            return []
        place = memberships.c.number if len(feeds) == 1 else sa.null()
        arms = [self._arm(feed, place) for feed in feeds]
        query = arms[0] if len(arms) == 1 else sa.union(*arms)
        return self._in_order(query, most)

    def numbered(self, feed: int, first: int, last: int) -> list[ChosenEntry]:
        """The entries whose memberships of a feed of the first group have these numbers."""
        number = memberships.c.number
        return self._in_order(self._arm(feed, number).where(number.between(first, last)))

    def _in_order(
        self, query: sa.Select[Any] | sa.CompoundSelect[Any], most: int | None = None
    ) -> list[ChosenEntry]:
        dated = query.order_by(sa.desc("published_at"), sa.desc("id")).limit(most)
        rows = self._connection.execute(dated).mappings()
        return [ChosenEntry(row["entry"], row["digest"], row["place"]) for row in rows]

    def number_before(self, feed: int, number: int | None, above: int = 0) -> int | None:
        """The highest number of a feed between these two that an entry of the choice has."""
        query = self._numbers(feed).where(memberships.c.number > above)
        query = query.order_by(memberships.c.number.desc())
        if number is not None:
            query = query.where(memberships.c.number < number)
        return self._first(query)

    def number_after(self, feed: int, number: int) -> int | None:
        """The lowest number of a feed, above `number`, that an entry of the choice has."""
        query = self._numbers(feed).where(memberships.c.number > number)
        query = query.order_by(memberships.c.number)
        return self._first(query)

    def _first(self, query: sa.Select[Any]) -> int | None:
        number: int | None = self._connection.execute(query.limit(1)).scalar()
        return number

    def whole(self, numbers: Sequence[int]) -> list[Entry]:
        """The entries with these numbers, in the same order, with their texts."""
        query = WHOLE_ENTRIES.where(entries.c.number.in_(numbers))
        rows = self._connection.execute(query).mappings()
        by_number = {row["number"]: entry_of(row) for row in rows}
        return [by_number[number] for number in numbers]

    def _arm(self, feed: int, place: sa.ColumnElement[Any]) -> sa.Select[Any]:
        """The entries of the choice that are in a feed of its first group."""
        entry_id = by_octets(entries.c.id, self._connection.dialect.name)
        return (
            sa.select(
                memberships.c.published_at,
                entry_id.label("id"),
                memberships.c.entry,
                entries.c.digest,
                sa.cast(place, sa.Integer).label("place"),
            )
            .join(entries, entries.c.number == memberships.c.entry)
            .where(memberships.c.feed == feed, *self._conditions())
        )

    def _numbers(self, feed: int) -> sa.Select[Any]:
        is_numbered = memberships.c.number.is_not(None)  # as in the index on it
        query = sa.select(memberships.c.number)
        return query.where(memberships.c.feed == feed, is_numbered, *self._conditions())

    def _conditions(self) -> list[sa.ColumnElement[bool]]:
        choice, conditions = self._choice, []
        if choice.since is not None:
            conditions.append(memberships.c.published_at >= choice.since)
        conditions += [_is_in(feeds) for feeds in choice.others]
        if choice.none_of:
            conditions.append(sa.not_(_is_in(choice.none_of)))
        return conditions


def _is_in(feeds: Sequence[int]) -> sa.ColumnElement[bool]:
    """True if the entry of a membership is in one of these feeds, too."""
    return sa.or_(
        *(
            sa.exists().where(
                _OTHER.c.feed == feed,
                _OTHER.c.published_at == memberships.c.published_at,
                _OTHER.c.entry == memberships.c.entry,
            )
            for feed in feeds
        ),
        sa.false(),
    )
