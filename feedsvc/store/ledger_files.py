"""Ledger files: the ledger is written to one line by line, and read from one."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO, Final

from feedsvc.core.ledger.ledger_lines import (
    MOST_OCTETS,
    ForgottenHash,
    LedgerLine,
    LedgerRecord,
    line_of,
    read_ledger,
)
from feedsvc.store.ledger_tables import Merged
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.store import Store

_CHUNK: Final = 1024 * 1024


def write_ledger(snapshot: Snapshot, out: BinaryIO) -> int:
    """Write every line of the ledger, in UTF-8; how many there are."""
    count = 0
    for count, line in enumerate(snapshot.ledger_lines(), 1):  # noqa: B007 - it is the result
        out.write(f"{line_of(line)}\n".encode())
    return count


def replace_file(snapshot: Snapshot, file: Path) -> bool:
    """Write the ledger to a file, atomically. False if the file has these bytes already.

    The file keeps its mode, and a link to it stays a link. Raises OSError.
    """
    file = Path(os.path.realpath(file))
    file.parent.mkdir(parents=True, exist_ok=True)
    # The name begins with a dot, so that no watcher takes it for a file of posts.
    temporary = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        with temporary.open("wb") as out:
            with suppress(FileNotFoundError):
                os.fchmod(out.fileno(), file.stat().st_mode & 0o7777)
            write_ledger(snapshot, out)
            out.flush()
            os.fsync(out.fileno())
        if _are_equal(temporary, file):
            return False
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(file.parent)
    return True


def import_ledger(store: Store, source: BinaryIO, name: str, now: datetime) -> Merged:
    """Merge the lines of an open file into the store, all or none.

    It is read twice: the hashes of forgotten posts must be known before the first post. The
    caller holds the lock to publish. Raises LedgerError and StoreError.
    """
    with tempfile.TemporaryFile() as copy:
        if not source.seekable():
            copyfileobj(source, copy)
            source = copy
            source.seek(0)
        start = source.tell()
        lines = read_lines(source, name)
        hashes = [line.hash for line in lines if isinstance(line, ForgottenHash)]
        source.seek(start)
        return store.merge_ledger(hashes, read_lines(source, name), now)


def read_lines(source: BinaryIO, name: str) -> Iterator[LedgerLine]:
    """The lines of an open file. Raises LedgerError."""
    return read_ledger(iter(partial(source.readline, MOST_OCTETS + 1), b""), name)


def ids_in(source: BinaryIO, name: str) -> Iterator[str]:
    """The ids of the posts in an open file. Raises LedgerError."""
    for line in read_lines(source, name):
        if isinstance(line, LedgerRecord):
            yield line.entry.id


def _are_equal(one: Path, other: Path) -> bool:
    try:
        if one.stat().st_size != other.stat().st_size:
            return False
        with one.open("rb") as first, other.open("rb") as second:
            while chunk := first.read(_CHUNK):
                if chunk != second.read(_CHUNK):
                    return False
    except FileNotFoundError:
        return False
    return True


def sync_folder(folder: Path) -> None:
    """Let a renamed file survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
