"""Replaces files atomically, and tells whether a file is still as it was written."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from feedsvc.core.file_records import Stamp
from feedsvc.source.stamps import stamp_of_status

# The beginning of the names of temporary files: they stay if feedsvc is killed.
TEMPORARY: Final = ".feedsvc-part-"


def replaced(file: Path, document: bytes) -> tuple[bool, Stamp | None]:
    """Write the document atomically, if the file has other bytes.

    Returns whether it was written, and its stamp; None if another program changes it meanwhile.
    """
    stamp = stamp_of(file)
    try:
        if file.read_bytes() == document:
            return False, stamp
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
    return True, _write(file, document)


def _write(file: Path, document: bytes) -> Stamp | None:
    opened, temporary = tempfile.mkstemp(dir=file.parent, prefix=TEMPORARY)
    try:
        with os.fdopen(opened, "wb") as out:
            out.write(document)
            out.flush()
            os.fchmod(opened, 0o644)
            written = stamp_of_status(os.fstat(opened))
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    stamp = stamp_of(file)  # to rename a file changes its ctime
    is_ours = stamp is not None and _content_of(stamp) == _content_of(written)
    return stamp if is_ours else None


def stamp_of(file: Path) -> Stamp | None:
    """The stamp of a file, or of what a link leads to; None if it is not a regular file."""
    try:
        status = file.stat()
    except OSError:
        return None
    return stamp_of_status(status) if stat.S_ISREG(status.st_mode) else None


def _content_of(stamp: Stamp) -> tuple[int, int, int]:
    return stamp.size, stamp.mtime_ns, stamp.inode


def digest_of(document: bytes) -> str:
    """A hash of the bytes of a file."""
    return hashlib.sha256(document).hexdigest()


def remove_temporary_files(folder: Path) -> None:
    """Remove what a killed export has left below a folder. No export runs there now."""
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.startswith(TEMPORARY):
                Path(parent, name).unlink(missing_ok=True)
