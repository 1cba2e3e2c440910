"""The processes that answer HTTP: begun, replaced when they end, and ended."""

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess
from typing import Any, Final

from feedsvc.errors import FeedsvcError

_LOOK_EVERY: Final = 0.5  # seconds
_TIME_TO_END: Final = 4.0  # seconds for all of them, of which their connections have two

_SHORT_LIFE: Final = 10.0  # seconds
_LONGEST_PAUSE: Final = 10.0  # seconds

log = logging.getLogger("feedsvc.web")


@dataclass(frozen=True, slots=True)
class _Worker:
    """A process; before it so many in a row have ended soon. `heir_at` is set when it has."""

    process: BaseProcess
    begun_at: float
    short_lives: int = 0
    heir_at: float | None = None


class Workers:
    """So many processes that call `work(*arguments)`, which ends at SIGTERM.

    The first are forked, which spares them a second of imports. Later there may be threads in
    this process, whose locks a fork would copy in any state: replacements are spawned, and
    `work` and its arguments are pickled for them.
    """

    def __init__(self, count: int, work: Callable[..., None], *arguments: Any) -> None:
        self._work = work
        self._arguments = arguments
        self._ended = threading.Event()
        forking = multiprocessing.get_context("fork")
        self._workers = [self._begun(forking, 0) for _ in range(count)]
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_number, lambda *_: self._ended.set())

    def stay(self) -> None:
        """Replace those that end, until this process gets SIGTERM or SIGINT.

        At once, but for one that ends again and again soon after it has begun.
        """
        while not self._ended.wait(_LOOK_EVERY):
            self._workers = [self._looked_after(worker) for worker in self._workers]

    def end(self) -> None:
        """End them all; who takes longer than some seconds is killed."""
        for worker in self._workers:
            worker.process.terminate()
        until = time.monotonic() + _TIME_TO_END
        for worker in self._workers:
            worker.process.join(max(0.0, until - time.monotonic()))
            worker.process.kill()

    def _looked_after(self, worker: _Worker) -> _Worker:
        now = time.monotonic()
        if worker.process.is_alive():
            return worker
        if worker.heir_at is None:
            is_short = now - worker.begun_at < _SHORT_LIFE
            short_lives = worker.short_lives + 1 if is_short else 0
            pause = pause_after(short_lives)
            log.warning(
                "a web process has ended (%s): another takes its place%s",
                worker.process.exitcode,
                f" in {pause:.0f} s" if pause else "",
            )
            worker = replace(worker, short_lives=short_lives, heir_at=now + pause)
        if worker.heir_at is None or now < worker.heir_at:
            return worker
        try:
            return self._begun(multiprocessing.get_context("spawn"), worker.short_lives)
        except OSError as error:
            log.error("no web process can be begun, to be tried again: %s", error)
            return replace(worker, heir_at=now + _LONGEST_PAUSE)

    def _begun(self, context: ForkContext | SpawnContext, short_lives: int) -> _Worker:
        process = context.Process(target=_work, args=(os.getpid(), self._work, self._arguments))
        process.start()
        return _Worker(process, time.monotonic(), short_lives)


def pause_after(short_lives: int) -> float:
    """Seconds until the next begins, when so many in a row have ended soon."""
    return 0.0 if short_lives < 2 else min(2.0 ** (short_lives - 2), _LONGEST_PAUSE)


def _work(parent: int, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """What a worker runs; it ends with its parent, so that no orphan keeps the port."""
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    try:
        work(*arguments)
    except FeedsvcError as error:
        log.error("a web process cannot serve: %s", error)
        sys.exit(1)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGKILL)
