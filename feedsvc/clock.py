"""Notices that the clock on the wall was set. Waits use the monotonic clock, which never is."""

import time
from typing import Final

SET_BY: Final = 1.0  # seconds by which the clock has to move at once; less harms nobody


class SteadyClock:
    """Compares the clock on the wall with the monotonic one, each time it is asked."""

    def __init__(self) -> None:
        self._offset = _offset()
        self._steady_since = time.monotonic()

    def was_set(self) -> bool:
        """True if the clock was set since this was last asked.

        After the machine has slept this is true too: the monotonic clock does not count that.
        """
        before, self._offset = self._offset, _offset()
        was_set = abs(self._offset - before) > SET_BY
        if was_set:
            self._steady_since = time.monotonic()
        return was_set

    def steady_seconds(self) -> float:
        """For how long the clock has run undisturbed, as far as is known."""
        self.was_set()
        return time.monotonic() - self._steady_since


def _offset() -> float:
    return time.time() - time.monotonic()
