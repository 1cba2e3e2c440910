"""The memberships of feeds that get their first entries, until all of these are known."""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

Membership: TypeAlias = tuple[int, int, int]  # feed, microseconds since 1970, entry


class WaitingMemberships:
    """They take 4 octets each in memory, and 20 for each entry: a first publish has a million.

    An entry is known by its position, which tells how many were added before it.
    """

    def __init__(self) -> None:
        self._entries = array("q")  # their numbers, by position
        self._dates = array("q")
        self._ids: list[str] = []
        self._positions: dict[int, array[int]] = {}  # by feed

    def add(self, added: Iterable[Membership], ids: Mapping[int, str]) -> None:
        """Add memberships that are not here yet. `ids` are those of entries, by number."""
        positions: dict[tuple[int, int], int] = {}
        for feed, published_at, entry in added:
            position = positions.get((entry, published_at))
            if position is None:
                position = positions[entry, published_at] = len(self._ids)
                self._entries.append(entry)
                self._dates.append(published_at)
                self._ids.append(ids[entry])
            of_feed = self._positions.get(feed)
            if of_feed is None:
                of_feed = self._positions[feed] = array("i")
            of_feed.append(position)

    def remove(self, gone: Collection[Membership]) -> None:
        """Take back memberships that were added."""
        entries: dict[int, set[int]] = {}
        for feed, _, entry in gone:
            entries.setdefault(feed, set()).add(entry)
        for feed in entries.keys() & self._positions.keys():
            kept = (p for p in self._positions[feed] if self._entries[p] not in entries[feed])
            self._positions[feed] = array("i", kept)

    def count(self) -> dict[int, int]:
        """How many there are, by feed."""
        return {feed: len(of_feed) for feed, of_feed in self._positions.items() if of_feed}

    def take(self) -> Iterator[tuple[int, int, int, int]]:
        """All of them with their numbers, feed by feed. They are not here any more then.

        Each feed numbers its own by their dates. Of equal dates, the lesser id comes first.
        """
        dates, ids = self._dates, self._ids
        order = array("i", sorted(range(len(ids)), key=ids.__getitem__))
        order = array("i", sorted(order, key=dates.__getitem__))  # it keeps equal ones in order
        ranks = array("i", order)
        for rank, position in enumerate(order):
            ranks[position] = rank
        for feed in sorted(self._positions):
            ranked = sorted(map(ranks.__getitem__, self._positions.pop(feed)))
            for number, rank in enumerate(ranked, 1):
                position = order[rank]
                yield feed, dates[position], self._entries[position], number
