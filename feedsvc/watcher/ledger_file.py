"""Keeps the file of `ledger.file` up to date with the store, and fills a new store from it."""

import errno
import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from feedsvc.errors import FeedsvcError, LedgerError, StoreError
from feedsvc.store.ledger_files import ids_in, import_ledger, replace_file
from feedsvc.store.store import Store

PAUSE: Final = 60.0  # seconds between two writes
_TICK: Final = 0.5
_READ_ONLY: Final = (errno.EACCES, errno.EPERM, errno.EROFS)

log = logging.getLogger("feedsvc.ledger")


class LedgerFile:
    """The file in which the ledger is kept outside the store. The store wins.

    It is read only into a store that has no ledger yet. If it cannot be read, or has ids that
    the store lacks, it is not overwritten: an ERROR says what to do. With `is_kept` false it is
    read, but never written.
    """

    def __init__(self, file: Path, *, is_kept: bool = True) -> None:
        self.file = file
        self.is_kept = is_kept
        self._filled: Store | None = None
        self._written: tuple[int, ...] | None = None  # the file as it was written last
        self._logged = ""
        self._changed = threading.Event()
        self._writing = threading.Lock()
        self._last_publish = -1  # that the file has

    def fill(self, store: Store) -> None:
        """Read the file into the store, if the store has no ledger. Call this before a publish.

        Raises LedgerError if a line cannot be read, and FeedsvcError if the file cannot: with
        new ids, every post would be new to its readers.
        """
        if _has_no_ledger(store):  # also later: another process may have made a new store
            self._import_into(store)
        self._filled = store

    def _import_into(self, store: Store) -> None:
        try:
            with self.file.open("rb") as source, store.lock(wait=True):
                if not _has_no_ledger(store):  # another process was faster
                    return
                merged = import_ledger(store, source, str(self.file), datetime.now(UTC))
        except FileNotFoundError:
            return
        except OSError as error:
            raise FeedsvcError(
                f"{self.file} cannot be read ({error.strerror}), and without it every post "
                "would get a new id; let feedsvc read it, or set another ledger.file"
            ) from error
        log.info("the ledger of %d posts was read from %s", merged.added, self.file)

    def note_change(self) -> None:
        """A publish may have changed the ledger."""
        self._changed.set()

    def keep(self, store: Callable[[], Store], stopping: threading.Event) -> None:
        """Write the file at most once a minute, and once more when feedsvc stops."""
        if not self.is_kept:
            return
        try:
            self._keep(store, stopping)
        except Exception:
            log.exception("the ledger file is no longer kept because of a bug in feedsvc")

    def _keep(self, store: Callable[[], Store], stopping: threading.Event) -> None:
        next_write, next_look = 0.0, 0.0  # monotonic times
        while not stopping.wait(_TICK):
            now = time.monotonic()
            if now < next_write or not (self._changed.is_set() or now >= next_look):
                continue
            next_look = now + PAUSE
            if self._write_if_changed(store()):
                next_write = now + PAUSE
        self._write_if_changed(store())

    def _write_if_changed(self, store: Store) -> bool:
        """Write if something was published here or elsewhere; True if this was tried."""
        if store is not self._filled:
            return False  # nothing was published into it yet
        try:
            with store.snapshot() as snapshot:
                last = snapshot.last_publish()
        except StoreError:
            return False  # the publish loop logs it
        if not self._changed.is_set() and last == self._last_publish:
            return False
        self._changed.clear()
        if self.write(store):
            self._last_publish = last
        else:
            self._changed.set()
        return True

    def write(self, store: Store) -> bool:
        """Write the file now, if its bytes have changed. False if that failed: it is logged."""
        if not self.is_kept:
            return True
        with self._writing:
            try:
                if fault := self._fault(store):
                    self._log_once(logging.ERROR, fault)
                    return False
                with store.snapshot() as snapshot:
                    if not snapshot.has_no_ledger():
                        replace_file(snapshot, self.file)
                self._written = _identity(self.file)
            except LedgerError as error:
                self._log_once(logging.ERROR, f"the ledger file is not overwritten: {error}")
                return False
            except StoreError as error:
                self._log_once(logging.ERROR, f"{self.file} is not written: {error}")
                return False
            except OSError as error:
                self._log_once(*_fault_of_disk(self.file, error))
                return False
        self._logged = ""
        return True

    def _fault(self, store: Store) -> str:
        """Why the file must not be overwritten; empty if it may be. Raises LedgerError."""
        found = _identity(self.file)
        if found is None or found == self._written:
            return ""
        with self.file.open("rb") as source, store.snapshot() as snapshot:
            unknown = list(islice(snapshot.unknown_ids(ids_in(source, str(self.file))), 1))
        if not unknown:
            return ""
        return (
            f"{self.file} is not overwritten: it has posts that the store does not know, such "
            f"as {unknown[0]} (was an older backup restored?); add them to the store with "
            f"feedsvc ledger import {self.file}, or move the file away"
        )

    def _log_once(self, level: int, text: str) -> None:
        if text != self._logged:
            log.log(level, text)
        self._logged = text


def _has_no_ledger(store: Store) -> bool:
    with store.snapshot() as snapshot:
        return snapshot.has_no_ledger()


def _identity(file: Path) -> tuple[int, ...] | None:
    """A value that changes if somebody else writes the file; None if there is none."""
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def _fault_of_disk(file: Path, error: OSError) -> tuple[int, str]:
    reason = error.strerror or type(error).__name__
    if error.errno in _READ_ONLY:
        return logging.WARNING, (
            f"{file} is not kept up to date: {reason}; let feedsvc write to "
            f"{os.path.dirname(file) or '.'}, or set another ledger.file"  # noqa: PTH120
        )
    return logging.ERROR, f"{file} is not written, will be retried: {reason}"
