"""Hands what a process has counted to the store: each minute, and at the end of the process.

A thread writes. While the store cannot be written, one batch waits for it, and the process goes
on counting in bounded memory.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from feedsvc.core.audience.batch import (
    FLUSH_MICROSECONDS,
    FLUSHES,
    RENDERINGS,
    Batch,
    Counted,
)
from feedsvc.core.audience.days import Day
from feedsvc.errors import StoreError
from feedsvc.processors import resident_octets
from feedsvc.store.audience.flushes import CountingProcess
from feedsvc.store.store import Store
from feedsvc.web.counting.counting import Counting

INTERVAL: Final = 60.0  # seconds between two flushes
RETRY: Final = 5.0  # seconds until the next attempt, if the store failed
_AHEAD: Final = 600.0  # seconds before a day begins, its key is read
_LATE: Final = 300.0  # seconds after a day, another process may still flush it
_TIME_TO_END: Final = 1.5  # seconds for the last flush

log = logging.getLogger("feedsvc.audience")


class Flusher:
    """Writes the batches of one process, from `start` to `finish`."""

    def __init__(
        self,
        store: Store,
        zone: ZoneInfo,
        process: CountingProcess,
        now: Callable[[], float] = time.time,
        interval: float = INTERVAL,
    ) -> None:
        self.keys: dict[str, bytes] = {}  # by day
        self.counting = Counting(zone, self.keys, now)
        self.rendered: Callable[[], Mapping[str, int]] = dict  # since the last call, by format
        self._store = store
        self._zone = zone
        self._process = process
        self._now = now
        self._interval = interval
        self._waiting: Batch | None = None  # that is not in the store yet
        self._number = 0  # of the last batch
        self._took: list[float] = []  # seconds of the flushes that are not counted yet
        self._flushed_at = time.monotonic()
        self._given = threading.Event()
        self._stopping = threading.Event()
        self._fault = ""
        self._thread = threading.Thread(target=self._run, name="flusher", daemon=True)

    def start(self) -> None:
        """Read the key of the day, and write batches in a thread."""
        self._try(self.read_keys)
        self.counting.turn(self._now())
        self._thread.start()

    def tick(self) -> None:
        """Give a batch to the thread if it is time. The event loop calls this several times a
        second.
        """
        self.counting.turn(self._now())
        is_due = time.monotonic() - self._flushed_at >= self._interval
        if (is_due or self.counting.is_full) and self._waiting is None:
            self._flushed_at = time.monotonic()
            self._give(self.counting.take())

    def finish(self) -> None:
        """Write what is left, if the store answers within seconds."""
        self._stopping.set()
        self._given.set()
        self._thread.join(_TIME_TO_END)
        if self._waiting is not None:
            return  # the store fails
        self._give(self.counting.take())
        last = threading.Thread(target=self._end, name="last flush", daemon=True)
        last.start()
        last.join(_TIME_TO_END)

    def read_keys(self) -> None:
        """Read the key of this day and, towards its end, that of the next one.

        Forget those of other days. Raises StoreError.
        """
        now = self._now()
        days = {Day.at(now, self._zone).name, Day.at(now + _AHEAD, self._zone).name}
        for day in days - set(self.keys):
            self.keys[day] = self._store.flushes.key_of(day)
        for day in set(self.keys) - days:
            del self.keys[day]

    def flush(self) -> None:
        """Write the batch that waits. End days that are over. Raises StoreError."""
        if self._waiting is not None:
            now = datetime.fromtimestamp(self._now(), UTC)
            process = CountingProcess(self._process.name, self._process.kind, resident_octets())
            began = time.monotonic()
            self._store.flushes.add(self._waiting, process, self._number, now)
            self._waiting = None
            self._took.append(time.monotonic() - began)
        self._store.flushes.end_days(Day.at(self._now() - _LATE, self._zone).name)

    def _give(self, batch: Batch) -> None:
        for format_name, times in self.rendered().items():
            batch.count(Counted(RENDERINGS, (format_name,)), times)
        took, self._took = self._took, []
        if took:
            batch.count(Counted(FLUSHES), len(took))
            batch.count(Counted(FLUSH_MICROSECONDS), round(sum(took) * 1_000_000))
        self._number += 1
        self._waiting = batch
        self._given.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._given.wait(RETRY if self._fault else self._interval)
            self._given.clear()
            if self._stopping.is_set() and self._waiting is None:
                return
            self._try(self._flush_and_read_keys)

    def _flush_and_read_keys(self) -> None:
        self.flush()
        self.read_keys()

    def _end(self) -> None:
        self._try(self.flush)
        self._try(lambda: self._store.flushes.leave(self._process.name))

    def _try(self, work: Callable[[], None]) -> None:
        """Do something with the store. Log a fault once."""
        try:
            work()
        except StoreError as error:
            if str(error) != self._fault:
                log.warning("figures of who reads wait for the store: %s", error)
            self._fault = str(error)
        except Exception:
            log.exception("who reads is not counted because of a bug in feedsvc")
            self._waiting = None
        else:
            self._fault = ""
