"""Counts publishes for the metrics, and hands the counts to the store."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from feedsvc.core.audience.batch import (
    PUBLISH_BOUNDS,
    PUBLISH_MICROSECONDS,
    PUBLISH_TIMES,
    PUBLISHES,
    Batch,
    Counted,
)
from feedsvc.errors import StoreError
from feedsvc.processors import resident_octets
from feedsvc.store.audience.flushes import CountingProcess
from feedsvc.store.store import Store

INTERVAL: Final = 60.0  # seconds between two flushes, at least


class PublishCounts:
    """What one watcher has counted. A fault of the store only delays its counts."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._batch = Batch()
        self._waiting: Batch | None = None
        self._number = 0
        self._flushed_at = time.monotonic()

    def note(self, outcome: str, seconds: float) -> None:
        """Count a publish that `changed` feeds, left them `unchanged`, or `failed`."""
        bound = next(bound for bound in PUBLISH_BOUNDS if seconds <= float(bound))
        self._batch.count(Counted(PUBLISHES, (outcome,)))
        self._batch.count(Counted(PUBLISH_TIMES, (bound,)))
        self._batch.count(Counted(PUBLISH_MICROSECONDS), round(seconds * 1_000_000))

    def flush(self, store: Callable[[], Store], *, at_once: bool = False) -> None:
        """Add the counts to the store, if the last time was long enough ago."""
        if time.monotonic() - self._flushed_at < INTERVAL and not at_once:
            return
        self._flushed_at = time.monotonic()
        if self._waiting is None:
            self._number += 1
            self._waiting, self._batch = self._batch, Batch()
        process = CountingProcess(self._name, "watcher", resident_octets())
        try:
            store().flushes.add(self._waiting, process, self._number, datetime.now(UTC))
        except StoreError:
            return  # whoever publishes logs it
        self._waiting = None
