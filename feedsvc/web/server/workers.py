"""The processes that answer HTTP: starts them, replaces those that die, and ends them."""

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

_CHECK_INTERVAL: Final = 0.5  # seconds
_TIME_TO_END: Final = 4.0  # seconds for all processes; uvicorn gives their connections two

_SHORT_LIFE: Final = 10.0  # seconds
_LONGEST_PAUSE: Final = 10.0  # seconds

log = logging.getLogger("feedsvc.web")


@dataclass(frozen=True, slots=True)
class _Worker:
    """A process.

    `short_lives` counts its predecessors in a row that died soon after their start.
    `replace_at` is set when the process has died.
    """

    process: BaseProcess
    started_at: float
    short_lives: int = 0
    replace_at: float | None = None


class Workers:
    """`count` processes that call `work(*arguments)`, which must end at SIGTERM.

    The first ones are forked, which saves a second of imports in each. Later this process may
    have threads, and a fork would copy their locks in any state. So replacements are spawned,
    and `work` and its arguments are pickled for them.
    """

    def __init__(self, count: int, work: Callable[..., None], *arguments: Any) -> None:
        self._work = work
        self._arguments = arguments
        self._ended = threading.Event()
        forking = multiprocessing.get_context("fork")
        self._workers = [self._start(forking, 0) for _ in range(count)]
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_number, lambda *_: self._ended.set())

    def supervise(self) -> None:
        """Replace processes that die, until this process gets SIGTERM or SIGINT.

        A replacement starts at once, unless several in a row died soon after their start.
        """
        while not self._ended.wait(_CHECK_INTERVAL):
            self._workers = [self._replaced_if_dead(worker) for worker in self._workers]

    def end(self) -> None:
        """End all processes. Those that take longer than four seconds are killed."""
        for worker in self._workers:
            worker.process.terminate()
        until = time.monotonic() + _TIME_TO_END
        for worker in self._workers:
            worker.process.join(max(0.0, until - time.monotonic()))
            worker.process.kill()

    def _replaced_if_dead(self, worker: _Worker) -> _Worker:
        now = time.monotonic()
        if worker.process.is_alive():
            return worker
        if worker.replace_at is None:
            is_short = now - worker.started_at < _SHORT_LIFE
            short_lives = worker.short_lives + 1 if is_short else 0
            pause = pause_after(short_lives)
            log.warning(
                "a web process ended (exit code %s); starting another%s",
                worker.process.exitcode,
                f" in {pause:.0f} s" if pause else "",
            )
            worker = replace(worker, short_lives=short_lives, replace_at=now + pause)
        if worker.replace_at is None or now < worker.replace_at:
            return worker
        try:
            return self._start(multiprocessing.get_context("spawn"), worker.short_lives)
        except OSError as error:
            log.error(
                "cannot start a web process: %s; trying again in %.0f s", error, _LONGEST_PAUSE
            )
            return replace(worker, replace_at=now + _LONGEST_PAUSE)

    def _start(self, context: ForkContext | SpawnContext, short_lives: int) -> _Worker:
        process = context.Process(target=_work, args=(os.getpid(), self._work, self._arguments))
        process.start()
        return _Worker(process, time.monotonic(), short_lives)


def pause_after(short_lives: int) -> float:
    """Seconds to wait before the next process starts, after so many short lives in a row."""
    return 0.0 if short_lives < 2 else min(2.0 ** (short_lives - 2), _LONGEST_PAUSE)


def _work(parent: int, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """Run a worker. It ends with its parent, so that no orphan keeps the port."""
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    try:
        work(*arguments)
    except FeedsvcError as error:
        log.error("a web process cannot serve: %s", error)
        sys.exit(1)
    except Exception:
        log.exception("a web process ended because of a bug in feedsvc")
        sys.exit(1)  # else multiprocessing prints the traceback too


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_CHECK_INTERVAL)
    os.kill(os.getpid(), signal.SIGKILL)
