"""The processes that answer HTTP: begun, replaced when they end, and ended."""

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess
from typing import Any, Final

_LOOK_EVERY: Final = 0.5  # seconds
_TIME_TO_END: Final = 4.0  # seconds for all of them, of which their connections have two

log = logging.getLogger("feedsvc.web")


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
        self._processes = [self._begun(forking) for _ in range(count)]
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_number, lambda *_: self._ended.set())

    def stay(self) -> None:
        """Replace those that end, until this process gets SIGTERM or SIGINT."""
        while not self._ended.wait(_LOOK_EVERY):
            for place, process in enumerate(self._processes):
                if not process.is_alive():
                    log.warning(
                        "a web process has ended (%s): another takes its place",
                        process.exitcode,
                    )
                    self._processes[place] = self._begun(multiprocessing.get_context("spawn"))

    def end(self) -> None:
        """End them all; who takes longer than some seconds is killed."""
        for process in self._processes:
            process.terminate()
        until = time.monotonic() + _TIME_TO_END
        for process in self._processes:
            process.join(max(0.0, until - time.monotonic()))
            process.kill()

    def _begun(self, context: ForkContext | SpawnContext) -> BaseProcess:
        process = context.Process(target=_work, args=(os.getpid(), self._work, self._arguments))
        process.start()
        return process


def _work(parent: int, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """What a worker runs; it ends with its parent, so that no orphan keeps the port."""
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    work(*arguments)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGKILL)
