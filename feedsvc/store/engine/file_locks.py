"""Locks beside a SQLite file: one process publishes into it, one watches a folder for it."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from feedsvc.errors import StoreError, StoreLocked
from feedsvc.store.engine.sqlite import make_folder
from feedsvc.store.engine.urls import file_of

_PEEK_SECONDS: Final = 0.5  # `has_watcher` of another process holds the lock for a moment


@contextmanager
def file_lock(path: Path, *, wait: bool) -> Iterator[bool]:
    """Hold a lock on a file; False if another process has it. A process that dies loses it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}; let feedsvc write to its folder or "
            "set another store.url"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_ours = True
        except BlockingIOError:
            is_ours = False
        yield is_ours
    finally:
        os.close(descriptor)


@contextmanager
def sole_watcher(url: str) -> Iterator[None]:
    """Be the only process that watches a folder for this SQLite store.

    Raises StoreLocked if there is another one: two watchers of two folders would withdraw each
    other's posts. Machines that share a PostgreSQL share one folder, and each may watch it.
    """
    file = file_of(url)
    if file is None:
        yield
        return
    make_folder(file)
    until = time.monotonic() + _PEEK_SECONDS
    while has_watcher(file) and time.monotonic() < until:
        time.sleep(_PEEK_SECONDS / 10)
    with file_lock(_watcher_lock(file), wait=False) as is_ours:
        if not is_ours:
            raise StoreLocked(
                f"another feedsvc watches a folder for {file}; stop it or set another store.url"
            )
        yield


def has_watcher(file: Path | None) -> bool:
    """False if no process watches a folder for this SQLite file; True for PostgreSQL."""
    if file is None:
        return True
    if not _watcher_lock(file).exists():
        return False
    with file_lock(_watcher_lock(file), wait=False) as is_ours:
        return not is_ours


def _watcher_lock(file: Path) -> Path:
    return file.with_name(file.name + ".watcher")
