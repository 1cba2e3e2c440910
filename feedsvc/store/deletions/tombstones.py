"""Tombstones in the store: which entries each feed has lost of late (RFC 6721)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.feeds.deletions.tombstones import (
    LIFETIME,
    MOST_TOMBSTONES,
    Tombstone,
    newest_first,
)
from feedsvc.store.archives.waiting import Membership
from feedsvc.store.bulk import upsert
from feedsvc.store.chunks import chunks
from feedsvc.store.schema import feeds, tombstones

_NUMBERS: Final = """
    WITH wanted (feed, published_at, entry) AS (VALUES {})
    SELECT feed, entry, number FROM wanted JOIN memberships USING (feed, published_at, entry)
"""
_LIFETIME: Final = int(LIFETIME.total_seconds())


class Tombstones:
    """Writes the tombstones of one publish. Without any in the store it costs one query.

    A publish writes at most MOST_TOMBSTONES for each feed, and a feed keeps as many: the rows
    stay few, however many posts are deleted.
    """

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._second = int(now.timestamp())
        some = sa.select(sa.literal(1)).select_from(tombstones).limit(1)
        self._exist = connection.execute(some).first() is not None
        self._added: dict[int, int] = {}  # how many, by feed

    def add(self, lost: Iterable[Membership], ids: Mapping[int, str]) -> None:
        """Write one for each of these memberships, which still exist; `ids` are by entry."""
        wanted = []
        for membership in sorted(lost, key=lambda each: (each[0], ids[each[2]])):
            count = self._added.get(membership[0], 0)
            if count < MOST_TOMBSTONES:
                self._added[membership[0]] = count + 1
                wanted.append(membership)
        for some in chunks(wanted):
            numbers = self._numbers(some)
            rows = (
                {
                    "feed": feed,
                    "entry_id": ids[entry],
                    "deleted_at": self._second,
                    "number": numbers.get((feed, entry)) or 0,
                }
                for feed, _, entry in some
            )
            upsert(self._connection, tombstones, rows)
        self._exist = self._exist or bool(wanted)

    def _numbers(self, some: Sequence[Membership]) -> dict[tuple[int, int], int | None]:
        """The numbers of these memberships, by feed and entry."""
        # Not by a list of keys, for which SQLite reads the whole table. SQLAlchemy would take
        # longer to write such a query than the database takes to answer it.
        mark = "%s" if self._connection.dialect.name == "postgresql" else "?"
        keys = ", ".join([f"({mark}, {mark}, {mark})"] * len(some))
        rows = self._connection.exec_driver_sql(
            _NUMBERS.format(keys), tuple(chain.from_iterable(some))
        )
        return {(feed, entry): number for feed, entry, number in rows}

    def remove(self, entry_ids: Collection[str]) -> set[int]:
        """Delete those of these entries, which are published again; the feeds that had one."""
        touched: set[int] = set()
        for some in chunks(entry_ids) if self._exist else ():
            touched |= self._deleted(tombstones.c.entry_id.in_(some))
        return touched

    def expire(self) -> set[int]:
        """Delete those whose time is over; the feeds that had one."""
        if not self._exist:
            return set()
        return self._deleted(tombstones.c.deleted_at <= self._second - _LIFETIME)

    def _deleted(self, condition: sa.ColumnElement[bool]) -> set[int]:
        deleting = sa.delete(tombstones).where(condition).returning(tombstones.c.feed)
        return set(self._connection.execute(deleting).scalars())

    def prune(self) -> None:
        """Delete all but the newest of the feeds that got some, and those of removed feeds."""
        for some in chunks(self._added):
            for feed, rest in read_tombstones(self._connection, some, most=None).items():
                ids = [each.entry_id for each in rest[MOST_TOMBSTONES:]]
                if ids:
                    of_feed = tombstones.c.feed == feed
                    self._deleted(sa.and_(of_feed, tombstones.c.entry_id.in_(ids)))

    def remove_orphans(self) -> None:
        """Delete those of feeds that do not exist any more: a new feed may get their number."""
        if self._exist:
            self._deleted(tombstones.c.feed.not_in(sa.select(feeds.c.number)))

    def of(self, feed_numbers: Collection[int]) -> dict[int, list[Tombstone]]:
        """Those of these feeds, newest first, by the number of the feed."""
        return read_tombstones(self._connection, feed_numbers) if self._exist else {}


def read_tombstones(
    connection: Connection, feed_numbers: Collection[int], most: int | None = MOST_TOMBSTONES
) -> dict[int, list[Tombstone]]:
    """The newest tombstones of these feeds by the number of the feed, newest first."""
    found: dict[int, list[Tombstone]] = {}
    for some in chunks(feed_numbers):
        query = sa.select(tombstones).where(tombstones.c.feed.in_(some))
        for row in connection.execute(query):
            found.setdefault(row.feed, []).append(_tombstone(row))
    return {feed: newest_first(rows)[:most] for feed, rows in found.items()}


def next_expiry(connection: Connection) -> int | None:
    """When the first tombstone ends, in microseconds since 1970; None if there is none."""
    first = connection.execute(sa.select(sa.func.min(tombstones.c.deleted_at))).scalar()
    return None if first is None else (first + _LIFETIME) * 1_000_000


def _tombstone(row: Any) -> Tombstone:
    deleted_at = datetime.fromtimestamp(row.deleted_at, UTC)
    return Tombstone(row.entry_id, deleted_at, row.number)
