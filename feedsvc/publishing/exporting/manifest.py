"""Remembers what each exported file was rendered from, so that current files are not rendered.

The manifest is a hidden file of JSON lines in the target folder: a head, an array for each
file, and the number of files. An export trusts it only where a file is still as it was written.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from feedsvc.core.file_records import Stamp
from feedsvc.publishing.exporting.feed_files import CurrentFile
from feedsvc.publishing.exporting.replacing import (
    digest_of,
    remove_temporary_files,
    stamp_of,
)

MANIFEST: Final = ".feedsvc-export"
_NEXT: Final = ".feedsvc-export.next"  # exists while an export writes files, or was killed
_HEAD: Final = {"manifest": "feedsvc export", "version": 1}


class Manifest:
    """The manifest of a folder: what the last export left, and what this one leaves."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._before = dict(_lines(folder / MANIFEST))
        self._now: list[str] = []
        self._is_same = True

    def is_current(self, path: str, source: str) -> bool:
        """True if the file at `path` was rendered from `source`, and still has these bytes."""
        line = self._before.pop(path, None)
        if line is not None:
            _, rendered_from, digest, *numbers = json.loads(line)
            stamp = stamp_of(self._folder / path) if rendered_from == source else None
            if stamp == Stamp(*numbers):
                self._now.append(line)
                return True
            if stamp and digest_of((self._folder / path).read_bytes()) == digest:
                # It was copied or restored.
                return not self.add(CurrentFile(path, source, digest, stamp, False))
        self._is_same = False
        return False

    def add(self, file: CurrentFile) -> bool:
        """Note a file that has the right bytes now. Returns whether it was written."""
        if stamp := file.stamp:
            numbers = (stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode)
            self._now.append(_json([file.path, file.source, file.digest, *numbers]))
        self._is_same = False
        return file.was_written

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Files are written in this context. The new manifest is written at its end.

        After an error the old manifest stays. It does no harm: files that were written since
        differ from it.
        """
        following = self._folder / _NEXT
        following.touch()
        try:
            yield
            following.write_text(self._text(), encoding="utf-8")
            following.replace(self._folder / MANIFEST)
        except BaseException:
            following.unlink(missing_ok=True)
            raise

    def has_changed(self) -> bool:
        """False if the manifest is as the last export left it."""
        return not self._is_same or bool(self._before)

    def _text(self) -> str:
        lines = [_json(_HEAD), *self._now, _json({"files": len(self._now)})]
        return "\n".join(lines) + "\n"


@contextmanager
def sole_export(folder: Path) -> Iterator[None]:
    """Be the only export into a folder: another one waits. Removes what a killed one has left.

    The lock is that of the folder itself, and a process that dies loses it. Where the file
    system has no locks, nothing is locked, and nothing is removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if (folder / _NEXT).exists():
                remove_temporary_files(folder)
        yield
    finally:
        os.close(descriptor)


def _lines(manifest: Path) -> Iterator[tuple[str, str]]:
    """The path and the line of each file; nothing if the manifest is not whole or not ours."""
    try:
        head, *lines, end = manifest.read_text(encoding="utf-8").splitlines()
        is_whole = json.loads(head) == _HEAD and json.loads(end) == {"files": len(lines)}
        paths = [_path_of(json.loads(line)) for line in lines] if is_whole else []
    except (OSError, ValueError, RecursionError):
        return iter(())
    return zip(paths, lines, strict=False)


def _path_of(fields: Any) -> str:
    """The path in a line; raises ValueError if it is not a line of a manifest."""
    kinds = (str, str, str, int, int, int, int)
    if not isinstance(fields, list) or tuple(map(type, fields)) != kinds:
        raise ValueError("not a file of a manifest")
    path: str = fields[0]
    return path


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
