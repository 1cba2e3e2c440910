"""Shares work among processes: this one and its workers.

The workers get all that they need from this process. They have no connection to the store, so
all documents of an export are of one revision on either engine.
"""

import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from typing import Any, Final, TypeVar

_CHUNK: Final = 8  # pieces that a worker gets at once
_OWN_CHUNK: Final = 2  # likewise for this process, which must not keep workers waiting
_WAITING: Final = 2  # chunks for each worker
_Piece = TypeVar("_Piece")
_Done = TypeVar("_Done")

log = logging.getLogger("feedsvc.export")


def shared(
    work: Callable[[list[_Piece]], list[_Done]], pieces: Iterator[_Piece], processes: int
) -> Iterator[_Done]:
    """What `work` returns for all pieces, in any order, from this many processes.

    If workers cannot be started, or one of them dies, this process does what is left, and
    again what the workers had. At a Ctrl+C the workers end quietly.
    """
    pool = _started(processes - 1) if processes > 1 else None
    if pool is None:
        yield from _alone(work, pieces)
        return
    chunks: deque[list[_Piece]] = deque()
    try:
        yield from _together(pool, work, pieces, chunks, _WAITING * (processes - 1))
    except BrokenProcessPool as error:
        log.warning("a worker process died; one process does the rest: %s", error)
        yield from _alone(work, chain(chain.from_iterable(chunks), pieces))
    finally:
        pool.shutdown(cancel_futures=True)


def _alone(
    work: Callable[[list[_Piece]], list[_Done]], pieces: Iterator[_Piece]
) -> Iterator[_Done]:
    for piece in pieces:
        yield from work([piece])


def _together(
    pool: ProcessPoolExecutor,
    work: Callable[[list[_Piece]], list[_Done]],
    pieces: Iterator[_Piece],
    chunks: deque[list[_Piece]],
    most: int,
) -> Iterator[_Done]:
    """`chunks` are those that the workers have: up to `most`."""
    futures: deque[Future[list[_Done]]] = deque()
    while True:
        while len(chunks) < most and (chunk := list(islice(pieces, _CHUNK))):
            chunks.append(chunk)
            try:
                futures.append(_submit(pool, work, chunk))
            except OSError as error:  # a further worker cannot be started
                raise BrokenProcessPool(str(error)) from error
        own = list(islice(pieces, _OWN_CHUNK))
        if own:
            yield from work(own)
        while futures and (futures[0].done() or not own):
            done = futures.popleft().result()
            chunks.popleft()
            yield from done
        if not own and not futures:
            return


def _started(workers: int) -> ProcessPoolExecutor | None:
    """A pool in which a worker is starting; None if none can be started."""
    try:
        resource_tracker.ensure_running()  # not in _submit: it unblocks SIGINT once it runs
        spawning = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(workers, spawning, initializer=_end_with_parent)
        _submit(pool, os.getpid)
    except OSError as error:
        log.warning("cannot start worker processes: %s; one process does the work", error)
        return None
    return pool


def _submit(
    pool: ProcessPoolExecutor, work: Callable[..., _Done], *given: Any
) -> Future[_Done]:
    """Submit work. It may start a worker: one that ignores Ctrl+C, which all processes get."""
    with _without_sigint():  # a new process inherits what is blocked
        return pool.submit(work, *given)


@contextmanager
def _without_sigint() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent() -> None:
    """End this process as soon as its parent is gone: otherwise it would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
