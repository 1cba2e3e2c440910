"""Gives memberships the numbers of their feed, from which archive pages are made (RFC 5005).

A feed counts its memberships for good: no number is given twice, and one of an entry that has
left stays empty. A feed that gets its first entries numbers them in the order of publication
once all of them are known; a feed that has numbers goes on with each chunk.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy.engine import Connection

from feedsvc.store.archives.waiting import Membership, WaitingMemberships
from feedsvc.store.bulk import delete_rows, insert_values, move_rows
from feedsvc.store.schema import memberships

_KEY: Final = ("feed", "published_at", "entry")
_NAMES: Final = (*_KEY, "number")


class Numbering:
    """Writes memberships within one publish, and numbers them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._numbered: dict[int, int] = {}  # the last number that each feed has given
        self._new: set[int] = set()  # feeds that have not given one before this publish
        self._waiting = WaitingMemberships()  # of the new feeds

    def see(self, feed: int, numbered: int) -> None:
        """Learn which number a feed has given last; 0 if none."""
        self._numbered[feed] = numbered
        if not numbered:
            self._new.add(feed)

    def numbered(self, feed: int, stored: int) -> int:
        """The last number that a feed has given; `stored` is that in its row."""
        return self._numbered.get(feed, stored)

    def replace(
        self,
        gone: set[Membership],
        added: Collection[Membership],
        ids: Mapping[int, str],
    ) -> None:
        """Delete memberships, and write others. `ids` are those of the entries of the latter.

        A membership that only gets another date keeps its number.
        """
        if self._new:
            waiting = {each for each in gone if each[0] in self._new}
            self._waiting.remove(waiting)
            self._waiting.add((each for each in added if each[0] in self._new), ids)
            gone = gone - waiting
            added = [each for each in added if each[0] not in self._new]
        dates = {(feed, entry): published_at for feed, published_at, entry in gone}
        moved = {each for each in added if (each[0], each[2]) in dates} if dates else set()
        moves = [(feed, dates[feed, entry], entry, at) for feed, at, entry in sorted(moved)]
        gone = gone - {move[:3] for move in moves}
        delete_rows(self._connection, memberships, map(_row, sorted(gone)))
        move_rows(
            self._connection,
            memberships,
            "published_at",
            ({**_row(move[:3]), "to": move[3]} for move in moves),
        )
        rest = [each for each in added if each not in moved]
        insert_values(self._connection, memberships, _NAMES, self._numbered_rows(rest, ids))

    def _numbered_rows(
        self, added: list[Membership], ids: Mapping[int, str]
    ) -> Iterator[tuple[int, ...]]:
        for each in sorted(added, key=lambda each: (each[1], ids[each[2]])):
            self._numbered[each[0]] += 1
            yield (*each, self._numbered[each[0]])

    def number_new(self) -> None:
        """Write the memberships of the feeds that had none before."""
        self._numbered |= self._waiting.count()
        insert_values(self._connection, memberships, _NAMES, self._waiting.take())
        self._new.clear()


def _row(membership: Iterable[int]) -> dict[str, Any]:
    return dict(zip(_KEY, membership, strict=True))
