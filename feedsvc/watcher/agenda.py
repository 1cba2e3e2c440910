"""What the watcher has to read, and when."""

import threading
import time
from collections.abc import Collection
from typing import Final

TICK: Final = 0.2  # seconds; the longest wait, so that requests in the store are noticed


class Stopped(Exception):  # noqa: N818 - not an error
    """The watcher was stopped in the middle of a publish or a preview."""


class Agenda:
    """The paths to read, or the whole folder, each with the monotonic time it is due at."""

    def __init__(self) -> None:
        self._paths: dict[str, float] = {}
        self._whole: float | None = None
        self._lock = threading.Lock()
        self._wake = threading.Event()

    def look_at(self, paths: Collection[str], delay: float) -> None:
        """Read these paths after a delay. A path that is on the agenda is postponed."""
        with self._lock:
            for path in paths:
                self._paths[path] = time.monotonic() + delay
        self._wake.set()

    def look_at_everything(self, delay: float = 0) -> None:
        """Read the whole folder after a delay, or earlier if that is already planned."""
        with self._lock:
            due = time.monotonic() + delay
            self._whole = due if self._whole is None else min(due, self._whole)
        self._wake.set()

    def wait(self) -> None:
        """Wait until something is due or is added, at most a tick."""
        due = self._next_due()
        self._wake.wait(TICK if due is None else min(TICK, max(0.0, due - time.monotonic())))
        self._wake.clear()

    def wake(self) -> None:
        """End the wait."""
        self._wake.set()

    def take(self) -> tuple[bool, set[str]]:
        """Remove what is due: whether that is the whole folder, and the single paths."""
        now = time.monotonic()
        with self._lock:
            whole = self._whole is not None and self._whole <= now
            paths = {path for path, due in self._paths.items() if due <= now}
            if whole:
                self._whole = None
            for path in paths:
                del self._paths[path]
        return whole, paths

    def _next_due(self) -> float | None:
        with self._lock:
            times = [*self._paths.values(), *([] if self._whole is None else [self._whole])]
        return min(times, default=None)
