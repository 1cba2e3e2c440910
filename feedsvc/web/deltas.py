"""The versions of feeds that this process has served: what their readers know already."""

from collections import OrderedDict
from collections.abc import Iterable, Set
from threading import Lock
from typing import Final

MOST_VERSIONS: Final = 4000  # of twenty entries each: about 4 MB


class Versions:
    """The marks of the entries in each version, by its tag; the oldest give way."""

    def __init__(self, most: int = MOST_VERSIONS) -> None:
        self._marks: OrderedDict[str, Set[int]] = OrderedDict()
        self._lock = Lock()
        self._most = most

    def remember(self, tag: str, marks: Set[int]) -> None:
        """Keep what a version held."""
        with self._lock:
            self._marks[tag] = marks
            self._marks.move_to_end(tag)
            if len(self._marks) > self._most:
                self._marks.popitem(last=False)

    def known(self, tags: Iterable[str]) -> tuple[str, Set[int]] | None:
        """The first of these tags that is remembered, and what it held."""
        with self._lock:
            return next(((tag, self._marks[tag]) for tag in tags if tag in self._marks), None)
