"""Gives memberships the numbers of their feed, from which archive pages are made (RFC 5005).

A feed counts its memberships for good: no number is given twice, and one of an entry that has
left stays empty. A feed that gets its first entries numbers them in the order of publication
once all of them are written; a feed that has numbers goes on with each chunk.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.store.bulk import delete_rows, insert_rows, move_rows
from feedsvc.store.chunks import chunks
from feedsvc.store.schema import by_octets, entries, memberships

Membership: TypeAlias = tuple[int, int, int]  # feed, microseconds since 1970, entry
_COLUMNS: Final = ("feed", "published_at", "entry")


class Numbering:
    """Writes memberships within one publish, and numbers them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._numbered: dict[int, int] = {}  # the last number that each feed has given
        self._new: set[int] = set()  # feeds that have not given one before this publish

    def see(self, feed: int, numbered: int) -> None:
        """Learn which number a feed has given last; 0 if none."""
        self._numbered[feed] = numbered
        if not numbered:
            self._new.add(feed)

    def numbered(self, feed: int, stored: int) -> int:
        """The last number that a feed has given; `stored` is that in its row."""
        return self._numbered.get(feed, stored)

    def replace(
        self, old: set[Membership], new: set[Membership], ids: Mapping[int, str]
    ) -> None:
        """Write the difference between these memberships. `ids` are those of the new entries.

        A membership that only gets another date keeps its number.
        """
        gone, added = old - new, new - old
        dates = {(feed, entry): published_at for feed, published_at, entry in gone}
        moved = [each for each in added if (each[0], each[2]) in dates] if dates else []
        moves = [(feed, dates[feed, entry], entry, at) for feed, at, entry in sorted(moved)]
        gone -= {move[:3] for move in moves}
        delete_rows(self._connection, memberships, map(_row, sorted(gone)))
        move_rows(
            self._connection,
            memberships,
            "published_at",
            ({**_row(move[:3]), "to": move[3]} for move in moves),
        )
        rows = self._rows(sorted(added.difference(moved)), ids)
        insert_rows(self._connection, memberships, rows)

    def _rows(
        self, added: list[Membership], ids: Mapping[int, str]
    ) -> Iterator[dict[str, Any]]:
        numbers: dict[Membership, int] = {}
        going_on = (each for each in added if each[0] not in self._new)
        for each in sorted(going_on, key=lambda each: (each[1], ids[each[2]])):
            self._numbered[each[0]] += 1
            numbers[each] = self._numbered[each[0]]
        for each in added:
            yield {**_row(each), "number": numbers.get(each)}

    def number_new(self, growth: Mapping[int, int]) -> None:
        """Number the entries of the feeds that had none before. `growth` is by feed."""
        new = [feed for feed in growth if feed in self._new and growth[feed] > 0]
        for feeds in chunks(new):
            number_memberships(self._connection, feeds)
        self._numbered |= {feed: growth[feed] for feed in new}
        self._new.difference_update(new)


def number_memberships(connection: Connection, feeds: Collection[int]) -> None:
    """Number all memberships of these feeds in the order of publication."""
    order = memberships.c.published_at, by_octets(entries.c.id, connection.dialect.name)
    place = sa.func.row_number().over(partition_by=memberships.c.feed, order_by=order)
    keys = [memberships.c[name] for name in _COLUMNS]
    placed = (
        sa.select(*keys, place.label("place"))
        .join(entries, entries.c.number == memberships.c.entry)
        .where(memberships.c.feed.in_(feeds))
        .subquery("placed")
    )
    numbering = sa.update(memberships).values(number=placed.c.place)
    connection.execute(numbering.where(*(key == placed.c[key.name] for key in keys)))


def _row(membership: Iterable[int]) -> dict[str, Any]:
    return dict(zip(_COLUMNS, membership, strict=True))
