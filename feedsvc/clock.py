"""Detects that the wall clock was set. Waits use the monotonic clock, which is never set."""

import time
from typing import Final

SET_BY: Final = 1.0  # seconds; a smaller step has no effect on feedsvc


class SteadyClock:
    """Compares the wall clock with the monotonic clock at each call."""

    def __init__(self) -> None:
        self._offset = _offset()
        self._steady_since = time.monotonic()

    def was_set(self) -> bool:
        """True if the wall clock was set since the last call.

        Also true after the machine was suspended: the monotonic clock stops meanwhile.
        """
        before, self._offset = self._offset, _offset()
        was_set = abs(self._offset - before) > SET_BY
        if was_set:
            self._steady_since = time.monotonic()
        return was_set

    def steady_seconds(self) -> float:
        """Seconds since the wall clock was last set, or since this object was created."""
        self.was_set()
        return time.monotonic() - self._steady_since


def _offset() -> float:
    return time.time() - time.monotonic()
