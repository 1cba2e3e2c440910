"""Copies of a SQLite file that may be in use: one committed state, complete or not at all."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from feedsvc.errors import StoreDamaged, StoreError

_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_BUSY_SECONDS: Final = 5


def copy_to(source: Path, target: Path, *, replaces: bool = False) -> None:
    """Copy a database to a file with the mode 0600, while other processes write into it.

    The copy has one committed state, and appears at its path when it is complete. Raises
    StoreDamaged if the source is damaged, and StoreError if the copy cannot be written, or if
    the target exists and `replaces` is false.
    """
    if os.path.lexists(target) and not replaces:
        raise _exists(target)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            _copy(source, temporary)
            _sync(temporary)
            if replaces:
                temporary.replace(target)
            else:
                _link(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
        _sync(target.parent)
    except sqlite3.Error as error:
        raise _fault(source, target, error) from error
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {_cure(error)}") from error


def _copy(source: Path, target: Path) -> None:
    with closing(connect(source)) as old, closing(sqlite3.connect(target)) as new:
        new.execute("PRAGMA synchronous=OFF")  # it is synced once, at the end
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # so that the copy is one file


def connect(file: Path) -> sqlite3.Connection:
    """A connection to a file that exists. It can also be read from a disk that is read-only."""
    uri = file.resolve().as_uri()
    connection = sqlite3.connect(f"{uri}?mode=rw", timeout=_BUSY_SECONDS, uri=True)
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1")
        return connection
    except sqlite3.OperationalError:
        connection.close()
        if file.with_name(f"{file.name}-wal").exists():
            raise
    return sqlite3.connect(f"{uri}?immutable=1", uri=True)  # needs no file beside it


def _link(temporary: Path, target: Path) -> None:
    """Give the file its name, unless another file has it meanwhile."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise _exists(target) from None
    except OSError:  # some file systems have no hard links
        if os.path.lexists(target):
            raise _exists(target) from None
        temporary.replace(target)


def _exists(target: Path) -> StoreError:
    return StoreError(f"{target} exists and is not overwritten; choose another name")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fault(source: Path, target: Path, error: sqlite3.Error) -> StoreError:
    code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    if code in _DAMAGED:
        return StoreDamaged(f"{source} is damaged: {error}")
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return StoreError(
            f"{target} cannot be written: {error}; free as much space on its disk as {source} "
            "takes (ENOSPC)"
        )
    if code == sqlite3.SQLITE_BUSY:
        return StoreError(f"{source} is locked by another program; close that program")
    return StoreError(f"{source} cannot be copied to {target}: {error}")


def _cure(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "the disk is full (ENOSPC); free some space"
    reason = error.strerror or type(error).__name__
    return f"{reason}; let feedsvc write to its folder"
