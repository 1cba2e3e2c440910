"""Replaces and removes files below a folder, atomically and nowhere else."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

from feedsvc.core.file_records import Stamp
from feedsvc.errors import ExportError
from feedsvc.publishing.exporting.file_names import folders_of
from feedsvc.source.stamps import stamp_of_status

# The beginning of the names of temporary files: they stay if feedsvc is killed.
TEMPORARY: Final = ".feedsvc-part-"


def replaced(folder: Path, path: str, document: bytes) -> tuple[bool, Stamp | None]:
    """Write the document atomically to `path` below `folder`, if the file has other bytes.

    Returns whether it was written, and its stamp; None if another program changes it meanwhile.
    Raises ExportError if the path leads out of the folder.
    """
    file = folder / path
    _require_inside(folder, os.path.dirname(path))  # noqa: PTH120 - much faster than pathlib
    stamp = stamp_of(file)
    try:
        if file.read_bytes() == document:
            return False, stamp
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
    stamp, _ = _write(file, [document], "")
    return True, stamp


def replaced_by_pieces(
    folder: Path, path: str, pieces: Iterable[bytes]
) -> tuple[bool, Stamp | None, str]:
    """As `replaced`, for a document of any size. Also returns the digest of its bytes."""
    file = folder / path
    _require_inside(folder, os.path.dirname(path))  # noqa: PTH120 - as above
    file.parent.mkdir(parents=True, exist_ok=True)
    before = digest_of_file(file)
    stamp, digest = _write(file, pieces, before)
    return digest != before, stamp, digest


def _write(file: Path, pieces: Iterable[bytes], before: str) -> tuple[Stamp | None, str]:
    """Write the file, but not if the digest of the pieces is that of `before`."""
    digest = hashlib.sha256()
    opened, temporary = tempfile.mkstemp(dir=file.parent, prefix=TEMPORARY)
    try:
        with os.fdopen(opened, "wb") as out:
            for piece in pieces:
                digest.update(piece)
                out.write(piece)
            out.flush()
            os.fchmod(opened, 0o644)
            written = stamp_of_status(os.fstat(opened))
        if digest.hexdigest() == before:
            Path(temporary).unlink()
            return stamp_of(file), before
        Path(temporary).replace(file)
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(file)  # of a write to a full disk, nobody else knows it
        raise
    stamp = stamp_of(file)  # to rename a file changes its ctime
    is_ours = stamp is not None and _content_of(stamp) == _content_of(written)
    return stamp if is_ours else None, digest.hexdigest()


def removed(folder: Path, path: str, stamp: Stamp, digest: str) -> bool:
    """Remove a file that is still as it was written, and the folders that it leaves empty.

    True if there is no such file any more. False if it was changed since, is no regular file,
    or is outside of the folder: then it stays.
    """
    file = folder / path
    try:
        status = file.lstat()
        _require_inside(folder, os.path.dirname(path))  # noqa: PTH120 - as above
    except (FileNotFoundError, NotADirectoryError):
        return True
    except ExportError:
        return False
    if not stat.S_ISREG(status.st_mode):
        return False
    if stamp_of_status(status) != stamp and digest_of_file(file) != digest:
        return False
    file.unlink(missing_ok=True)
    _remove_empty(folder, file.parent)
    return True


def obstacles(folder: Path, paths: Collection[str]) -> Iterator[tuple[str, str]]:
    """The files below `folder` that cannot be written, each with what is in the way.

    That is a folder in the place of a file, or a file in the place of a folder.
    """
    above = {each for path in paths for each in folders_of(path)}
    no_folders = {each for each in above if _is_no_folder(folder / each)}
    for path in paths:
        if (folder / path).is_dir() and not (folder / path).is_symlink():
            yield path, path
        elif no_folders and (found := no_folders.intersection(folders_of(path))):
            yield path, min(found)


def _is_no_folder(place: Path) -> bool:
    return place.exists() and not place.is_dir()


def _remove_empty(folder: Path, parent: Path) -> None:
    with suppress(OSError):  # a folder that is not empty ends this
        while parent != folder:
            parent.rmdir()
            parent = parent.parent


def folds_case(folder: Path) -> bool:
    """True if the file system does not tell upper case from lower case."""
    opened, temporary = tempfile.mkstemp(dir=folder, prefix=TEMPORARY, suffix="-x")
    os.close(opened)
    try:
        return Path(temporary).with_name(Path(temporary).name.upper()).exists()
    finally:
        Path(temporary).unlink()


def look_at_folders_again() -> None:
    """Forget which folders are inside: an export begins."""
    _require_inside.cache_clear()


@lru_cache(maxsize=4096)
def _require_inside(folder: Path, parent: str) -> None:
    """Raise ExportError if a folder below `folder` is outside of it, all links followed."""
    root = os.path.realpath(folder)
    real = os.path.realpath(folder / parent)
    if real != root and not real.startswith(root.rstrip("/") + "/"):
        fault = f"{folder / parent} leads out of {folder}"
        raise ExportError(f"{fault}; remove the link, or export into another folder")


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


def digest_of_file(file: Path) -> str:
    """The same of a file of any size; empty if there is none."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def remove_temporary_files(folder: Path) -> None:
    """Remove what a killed export has left below a folder. No export runs there now."""
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.startswith(TEMPORARY):
                Path(parent, name).unlink(missing_ok=True)
