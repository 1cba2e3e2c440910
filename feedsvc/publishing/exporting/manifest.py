"""Remembers what each exported file was rendered from, so that current files are not rendered.

The manifest is a hidden file of JSON lines in the target folder: a head, an array for each
file, and the number of files. The head has the HTTP headers of all files, each set of them
once. An array has the path of the file, what it was rendered from, the SHA-256 of its bytes,
its size, mtime, ctime and inode, the number of its headers, and the decoded address of the
site that it answers (null for the twin of another file, and for the page of an error). An
export trusts a line only where the file is still as it was written.

While an export writes, a journal of the same lines grows beside the manifest, so that the next
export knows the files of one that was killed.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from feedsvc.core.file_records import Stamp
from feedsvc.publishing.exporting.feed_files import CurrentFile
from feedsvc.publishing.exporting.replacing import (
    TEMPORARY,
    digest_of_file,
    remove_temporary_files,
    stamp_of,
)

MANIFEST: Final = ".feedsvc-export"
_NEXT: Final = ".feedsvc-export.next"  # exists while an export writes files, or was killed
_NAME: Final = "feedsvc export"
_VERSION: Final = 2  # 1 had neither headers nor addresses
_KINDS: Final = (str, str, str, int, int, int, int)
_NO_HEADERS: Final = -1

Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as a line of the manifest has it. `address` is None for a twin
    of another file, and for the page of an error.
    """

    path: str
    source: str
    digest: str
    stamp: Stamp
    headers: Headers
    address: str | None


class Manifest:
    """The manifest of a folder: what the last export left, and what this one leaves."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        head, lines = _read(folder / MANIFEST)
        self._headers: list[Headers] = [_pairs(each) for each in head.get("headers", ())]
        self._numbers = {each: number for number, each in enumerate(self._headers)}
        self._before = dict(lines)
        self._is_same = head.get("version") == _VERSION or not self._before
        self._now: dict[str, str] = {}
        self._journal: IO[str] | None = None
        self._resumed: dict[str, str] = {}
        if (folder / _NEXT).exists():
            self._is_same = False
            self._resume()
        self._has_lines = bool(self._resumed)  # of files that only the journal has

    def is_current(self, path: str, source: str) -> bool:
        """True if the file at `path` was rendered from `source`, and still has these bytes."""
        line = self._before.get(path)
        if line is None:
            self._is_same = False
            return False
        fields = json.loads(line)
        _, rendered_from, digest, *numbers = fields[: len(_KINDS)]
        stamp = stamp_of(self._folder / path) if rendered_from == source else None
        if stamp == Stamp(*numbers):
            return True
        if stamp and digest_of_file(self._folder / path) == digest:
            # It was copied or restored.
            fields[3:7] = stamp
            self._before[path] = _json(fields)
            self._is_same = False
            return True
        self._is_same = False
        return False

    def keep(self, path: str, headers: Headers | None, address: str | None) -> None:
        """List a file as before, because it is current. Without headers, those are kept too."""
        line = self._before.pop(path)
        fields = json.loads(line)
        number = self._number(headers) if headers is not None else _number_in(fields)
        fields = [*fields[: len(_KINDS)], number, address]
        self._now[path] = _json(fields)
        self._is_same = self._is_same and self._now[path] == line

    def keep_all(self, paths: Iterable[str]) -> None:
        """List files as before that may not be deleted now, if they were listed."""
        for path in paths:
            if path in self._before:
                self._now[path] = self._before.pop(path)

    def twins_of(self, path: str, suffixes: Iterable[str]) -> list[str]:
        """The files that the manifest had before beside `path`, with one of these suffixes."""
        return [path + suffix for suffix in suffixes if path + suffix in self._before]

    def add(self, file: CurrentFile, headers: Headers, address: str | None) -> bool:
        """Note a file that has the right bytes now. Returns whether it was written."""
        self._is_same = False
        self._before.pop(file.path, None)
        if stamp := file.stamp:
            numbers = (stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode)
            where = (self._number(headers), address)
            line = _json([file.path, file.source, file.digest, *numbers, *where])
            self._now[file.path] = line
            if self._journal:
                self._has_lines = True
                self._journal.write(line + "\n")
        return file.was_written

    def gone(self) -> list[Listed]:
        """The files that the last export left, and this one has not named."""
        return [self._listed(line) for line in self._before.values()]

    def drop(self, path: str) -> None:
        """Forget a file that is gone, or is not ours any more."""
        del self._before[path]
        self._is_same = False

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Files are written in this context. The new manifest is written at its end.

        After an error it has what was written until then, and what was there before.
        """
        journal = self._folder / _NEXT
        # The journal of an export that was killed stays until this one has the same lines.
        self._replace(journal, [_json(self._head()), *self._resumed.values()])
        try:
            with journal.open("a", buffering=1, encoding="utf-8") as self._journal:
                yield
        except BaseException:
            with suppress(OSError):  # the disk may be full: then the lines are needed
                if listed := {**self._before, **self._now}:
                    self._write(listed)
                self._has_lines = False
            if not self._has_lines:
                journal.unlink(missing_ok=True)
            raise
        finally:
            self._journal = None
        self._write(self._now)
        journal.unlink()

    def has_changed(self) -> bool:
        """False if the manifest is as the last export left it."""
        return not self._is_same or bool(self._before)

    def _write(self, by_path: Mapping[str, str]) -> None:
        lines = [_json(self._head()), *by_path.values(), _json({"files": len(by_path)})]
        self._replace(self._folder / MANIFEST, lines)

    def _replace(self, file: Path, lines: Iterable[str]) -> None:
        following = self._folder / f"{TEMPORARY}manifest"
        try:
            following.write_text("\n".join(lines) + "\n", encoding="utf-8")
            following.replace(file)
        finally:
            following.unlink(missing_ok=True)

    def _head(self) -> dict[str, Any]:
        return {"manifest": _NAME, "version": _VERSION, "headers": self._headers}

    def _number(self, headers: Headers) -> int:
        number = self._numbers.setdefault(headers, len(self._headers))
        if number == len(self._headers):
            self._headers.append(headers)
            if self._journal:
                self._journal.write(_json({"headers": headers}) + "\n")
        return number

    def _listed(self, line: str) -> Listed:
        fields = json.loads(line)
        path, source, digest, *numbers = fields[: len(_KINDS)]
        number = _number_in(fields)
        headers = self._headers[number] if number >= 0 else ()
        address = fields[8] if len(fields) > len(_KINDS) else None
        return Listed(path, source, digest, Stamp(*numbers), headers, address)

    def _resume(self) -> None:
        """Take over the files of an export that was killed, from its journal."""
        with suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
            journal = _lines(self._folder / _NEXT, errors="replace")  # the last may be torn
            theirs = [_pairs(each) for each in json.loads(journal[0])["headers"]]
            for line in journal[1:]:
                fields = json.loads(line)
                if isinstance(fields, dict):
                    theirs.append(_pairs(fields["headers"]))
                    continue
                path = _path_of(fields)
                number = _number_in(fields)
                if number >= 0:
                    fields[len(_KINDS)] = self._number(theirs[number])
                self._before[path] = self._resumed[path] = _json(fields)


def listed_in(folder: Path) -> list[Listed]:
    """The files of the last export into a folder, by path."""
    manifest = Manifest(folder)
    return sorted(manifest.gone(), key=lambda listed: listed.path)


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


def _read(manifest: Path) -> tuple[dict[str, Any], Iterator[tuple[str, str]]]:
    """The head, and the path and the line of each file.

    Nothing if the manifest is not whole or not ours.
    """
    try:
        first, *lines, end = _lines(manifest)
        head = json.loads(first)
        is_whole = _is_head(head) and json.loads(end) == {"files": len(lines)}
        most = len(head.get("headers", ())) if is_whole else 0
        paths = [_path_of(json.loads(line), most) for line in lines] if is_whole else []
    except (OSError, ValueError, RecursionError):
        return {}, iter(())
    return (head, zip(paths, lines, strict=True)) if is_whole else ({}, iter(()))


def _lines(file: Path, errors: str = "strict") -> list[str]:
    """The lines of a file. `splitlines` also ends a line at U+2028, which a path may have."""
    return file.read_text(encoding="utf-8", errors=errors).removesuffix("\n").split("\n")


def _is_head(head: Any) -> bool:
    if not isinstance(head, dict) or head.get("manifest") != _NAME:
        return False
    if head.get("version") == 1:
        return True
    headers = head.get("headers")
    return head.get("version") == _VERSION and isinstance(headers, list)


def _path_of(fields: Any, most: int | None = None) -> str:
    """The path in a line; raises ValueError if it is not a line of a manifest.

    `most` is the number of sets of headers.
    """
    if not isinstance(fields, list) or tuple(map(type, fields[: len(_KINDS)])) != _KINDS:
        raise ValueError("not a file of a manifest")
    rest = fields[len(_KINDS) :]
    is_known = not rest or (
        len(rest) == 2 and type(rest[0]) is int and isinstance(rest[1], str | None)
    )
    if not is_known or (rest and most is not None and not _NO_HEADERS <= rest[0] < most):
        raise ValueError("not a file of a manifest")
    path: str = fields[0]
    path.encode()  # a lone surrogate is a ValueError
    if path.startswith("/") or ".." in path.split("/") or "\0" in path:
        raise ValueError("not a path below the folder")
    return path


def _number_in(fields: list[Any]) -> int:
    number: int = fields[len(_KINDS)] if len(fields) > len(_KINDS) else _NO_HEADERS
    return number


def _pairs(headers: Any) -> Headers:
    return tuple((str(name), str(value)) for name, value in headers)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
