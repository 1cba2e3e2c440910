"""Reads the entries that several feeds decide: in one of each group, and in none of others.

The smallest group is read from its newest entry, and each entry is looked up in the other
feeds, by the primary key of `memberships`: an entry has the same date in all of its feeds.
So the cost is that of the smallest group, or less: reading ends when enough is found. If little
is found among the newest, two feeds of similar size are merged instead, which costs a third.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import microseconds
from feedsvc.core.feeds.entries import NOTICE, Entry
from feedsvc.core.search.queries import SearchQuery
from feedsvc.store.rows import entry_of
from feedsvc.store.schema import WHOLE_ENTRIES, by_octets, entries, memberships, retractions
from feedsvc.store.search.searching import SearchReader

_OTHER = memberships.alias("other")
_FEW: Final = 1000  # entries that are looked up one by one, before two feeds are merged


@dataclass(frozen=True, slots=True)
class Choice:
    """Entries in a feed of `first` and of each of `others`, and in no feed of `none_of`.

    Feeds are numbers. `first` should be the smallest group. `since` is in microseconds.
    `shared` is the one feed of another group, and `excluded` one of `none_of`, that has not
    many more entries than the one feed of `first`; at most one of these is given. With a
    `search` the entries also match that.
    """

    first: tuple[int, ...]
    others: tuple[tuple[int, ...], ...] = ()
    none_of: tuple[int, ...] = ()
    since: int | None = None
    shared: int | None = None
    excluded: int | None = None
    search: SearchQuery | None = None


class ChosenEntry(NamedTuple):
    """The number, the date and the digest of an entry.

    `place` is the number of its membership, or None if the first group has several feeds.
    """

    entry: int
    published_at: int  # microseconds since 1970
    digest: str
    place: int | None


class ChosenEntries:
    """The entries of a choice, of one state of the store."""

    def __init__(self, connection: Connection, choice: Choice) -> None:
        self._connection = connection
        self._choice = choice
        self._match: sa.ColumnElement[bool] | None = None
        self._too_old: list[int] | None = None

    def newest(self, most: int) -> list[ChosenEntry]:
        """The newest entries, in the order of feeds."""
        feeds = self._choice.first
        if not feeds:
            return []
        if len(feeds) > 1:
            arms = [self._arm(feed, sa.null()) for feed in feeds]
            return self._in_order(sa.union(*arms), most)
        query = self._arm(feeds[0], memberships.c.number)
        if self._choice.shared is None and self._choice.excluded is None:
            return self._in_order(query, most)
        since = self._date_at(feeds[0], _FEW)
        if since is None:
            return self._in_order(query, most)
        found = self._in_order(query.where(memberships.c.published_at >= since), most)
        return found if len(found) >= most else self._merged(feeds[0], query, most)

    def _date_at(self, feed: int, position: int) -> int | None:
        """The date of the entry at a position of a feed; None if it has fewer."""
        date = memberships.c.published_at
        query = sa.select(date).where(memberships.c.feed == feed).order_by(date.desc())
        return self._first(query.offset(position))

    def _merged(self, feed: int, query: sa.Select[Any], most: int) -> list[ChosenEntry]:
        """The newest entries of a feed, found by merging it with another one."""
        shared = self._choice.shared
        merged_with = self._choice.excluded if shared is None else shared
        date = memberships.c.published_at
        keys = sa.select(date, memberships.c.entry)
        ours = keys.where(memberships.c.feed == feed, *self._conditions(but_for=merged_with))
        if shared is not None:
            merged = sa.intersect(ours, keys.where(memberships.c.feed == merged_with))
        else:
            merged = sa.except_(ours, keys.where(memberships.c.feed == merged_with))
        newest = merged.order_by(sa.desc("published_at"), sa.desc("entry")).limit(most)
        found = self._connection.execute(newest).all()
        if not found:
            return []
        # Of equal dates the ids decide, which the keys have not.
        oldest = found[-1][0]
        numbers = [entry for at, entry in found if at > oldest]
        rows = self._in_order(query.where(memberships.c.entry.in_(numbers), date > oldest))
        return [*rows, *self._in_order(query.where(date == oldest))][:most]

    def numbered(self, feed: int, first: int, last: int) -> list[ChosenEntry]:
        """The entries whose memberships of a feed of the first group have these numbers."""
        number = memberships.c.number
        return self._in_order(self._arm(feed, number).where(number.between(first, last)))

    def _in_order(
        self, query: sa.Select[Any] | sa.CompoundSelect[Any], most: int | None = None
    ) -> list[ChosenEntry]:
        dated = query.order_by(sa.desc("published_at"), sa.desc("id")).limit(most)
        rows = self._connection.execute(dated).mappings()
        names = ChosenEntry._fields
        return [ChosenEntry(*(row[name] for name in names)) for row in rows]

    def number_before(
        self, feed: int, number: int | None, above: int = 0, until: int | None = None
    ) -> int | None:
        """The highest number of a feed between these two that an entry of the choice has.

        With `until` it is one of an entry that was not published after that.
        """
        query = self._numbers(feed).where(memberships.c.number > above)
        if until is not None:
            query = query.where(memberships.c.published_at <= until)
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

    def _conditions(self, but_for: int | None = None) -> list[sa.ColumnElement[bool]]:
        """What memberships of the first group must fulfil, `but_for` what one feed says."""
        choice, conditions = self._choice, []
        if choice.since is not None:
            conditions.append(memberships.c.published_at >= choice.since)
            conditions.append(memberships.c.entry.not_in(self._older_notices(choice.since)))
        conditions += [_is_in(feeds) for feeds in choice.others if feeds != (but_for,)]
        none_of = [feed for feed in choice.none_of if feed != but_for]
        if none_of:
            conditions.append(sa.not_(_is_in(none_of)))
        if choice.search:
            if self._match is None:
                reader = SearchReader(self._connection)
                self._match = reader.condition(choice.search, choice.first)
            conditions.append(self._match)
        return conditions

    def _older_notices(self, since: int) -> list[int]:
        """The notices of posts that were published earlier. Feeds hold them as of today."""
        if self._too_old is None:
            taken_back = sa.select(retractions.c.entry_id)
            query = sa.select(entries.c.number, entries.c.published).where(
                entries.c.id.in_(taken_back), entries.c.digest.like(f"%{NOTICE}")
            )
            rows = self._connection.execute(query)
            self._too_old = [
                row.number
                for row in rows
                if microseconds(datetime.fromisoformat(row.published)) < since
            ]
        return self._too_old


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
