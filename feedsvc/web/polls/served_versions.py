"""Remembers the entries of versions that this process served, to answer with deltas."""

from collections import OrderedDict
from collections.abc import Iterable, Set
from threading import Lock
from typing import Final

MOST_MARKS: Final = 80_000  # 100 octets each: 4,000 versions of twenty entries take 8 MB


class ServedVersions:
    """The marks of the entries in each version, by the tag of the version.

    The oldest versions are evicted.
    """

    def __init__(self, most_marks: int = MOST_MARKS) -> None:
        self._marks: OrderedDict[str, Set[int]] = OrderedDict()
        self._lock = Lock()
        self._most = most_marks
        self._held = 0

    def remember(self, tag: str, marks: Set[int]) -> None:
        """Store the marks of a version."""
        with self._lock:
            self._held += self._weight(marks) - self._weight(self._marks.pop(tag, None))
            self._marks[tag] = marks
            while self._held > self._most:
                self._held -= self._weight(self._marks.popitem(last=False)[1])

    @staticmethod
    def _weight(marks: Set[int] | None) -> int:
        """The weight of a version: its marks, plus one so that an empty feed has a weight."""
        return 0 if marks is None else len(marks) + 1

    def first_stored(self, tags: Iterable[str]) -> tuple[str, Set[int]] | None:
        """The first of these tags that is stored, with the marks of its version."""
        with self._lock:
            return next(((tag, self._marks[tag]) for tag in tags if tag in self._marks), None)
