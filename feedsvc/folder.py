"""The folder of posts: list it, read it, and never trip over what lies in it."""

import errno
import hashlib
import os
import re
import stat
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from feedsvc.core.files import Stamp
from feedsvc.core.posts import SUFFIXES
from feedsvc.core.problems import Problem
from feedsvc.errors import FolderError

MOST_BYTES: Final = 5 * 1024 * 1024  # of one post; what no author ever wrote by hand


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file on disk as it was read, whole: its digest is of `source`."""

    path: str
    stamp: Stamp
    digest: str
    source: bytes


@dataclass(frozen=True, slots=True)
class Survey:
    """What is in the folder: a stamp by path, and what could not be looked at."""

    stamps: dict[str, Stamp] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def hides(self, path: str) -> bool:
        """True where a file that is not in the survey may still be there."""
        return any(path == place or path.startswith(f"{place}/") for place in self.unreadable)


class Unsettled(Exception):  # noqa: N818 - not an error: look again
    """The file is being written, or vanished while it was looked at."""


class Folder:
    """A folder of posts below `root`; paths are relative to it, with `/`.

    A file whose last change is younger than `quiet` seconds may still be being written. Only
    regular files count; a link is followed if it leads to a file inside. Of these, posts are
    what one of the globs in `include` matches, if there are any, and none in `exclude` does:
    `*` and `?` stay within a folder, `**` does not; what matches a folder matches all in it.

    Into a folder that `stands` nobody writes while we look: what is missing there is gone.
    """

    def __init__(
        self,
        root: Path,
        quiet: float,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        *,
        stands: bool = False,
    ) -> None:
        self.configured = root.absolute()  # not what a link in it leads to
        self.root = root.resolve()
        self.quiet = quiet
        self.stands = stands
        self._include = _globs(include)
        self._exclude = _globs(exclude)

    def standing_at(self, root: Path) -> "Folder":
        """A folder at another place with the same globs, into which nobody writes."""
        folder = Folder(root, 0, stands=True)
        folder._include, folder._exclude = self._include, self._exclude
        return folder

    def holds(self, path: str) -> bool:
        """True for a relative path that may be a post's, by the names in it."""
        return is_post_name(path.rpartition("/")[2]) and not self.ignores(path)

    def ignores(self, path: str) -> bool:
        """True for a relative path that is not looked at, by the names in it."""
        if any(_is_ignored(part) for part in path.split("/")):
            return True
        excluded = self._exclude and self._exclude.fullmatch(path)
        included = not self._include or self._include.fullmatch(path)
        return bool(excluded or (is_post_name(path.rpartition("/")[2]) and not included))

    def survey(self, only: Collection[str] | None = None) -> Survey:
        """List the posts of the folder, or of these paths those that are there.

        Raises FolderError when the folder itself cannot be listed.
        """
        if not self.root.is_dir():
            raise FolderError(
                f"{self.root} is not a folder; set content.seeds or source.path to one of posts"
            )
        survey = Survey()
        if only is None:
            self._list(survey)
            return survey
        for path in only:
            if self.holds(path) and self._is_inside((self.root / path).parent):
                self._note(path, survey)
        return survey

    def _list(self, survey: Survey) -> None:
        folders = [""]  # a stack, for folders may be nested deeper than calls may
        while folders:
            folder = folders.pop()
            for child in self._children(folder, survey):
                path = f"{folder}/{child.name}" if folder else child.name
                if self.ignores(path):
                    continue
                if child.is_dir(follow_symlinks=False):
                    folders.append(path)
                elif is_post_name(child.name):
                    self._note(path, survey)

    def size_of(self, path: str) -> int | None:
        """The octets of any regular file inside the folder; None where there is none."""
        status = self._status_of(path)
        return status.st_size if status else None

    def is_being_written(self, path: str) -> bool:
        """True for such a file whose last change is younger than the quiet period."""
        status = self._status_of(path)
        return bool(status and 0 <= time.time_ns() - status.st_ctime_ns < self.quiet * 1e9)

    def _status_of(self, path: str) -> os.stat_result | None:
        try:
            place = (self.root / path).resolve(strict=True)
            status = place.stat()
        except (OSError, RuntimeError, ValueError):  # a loop of links; a NUL in the name
            return None
        inside = place.is_relative_to(self.root) and stat.S_ISREG(status.st_mode)
        return status if inside else None

    def open_beside(self, path: str) -> BinaryIO | None:
        """Open a file that a post brings along; None where there is none that may be shown.

        It is a regular file inside the folder, wherever a link leads, and no post; neither its
        path nor where that leads has a name that is not looked at. Raises Unsettled.
        """
        try:
            place = (self.root / path).resolve(strict=True)
            inner = place.relative_to(self.root).as_posix()
            if not (_is_shown(self, path) and _is_shown(self, inner) and place.is_file()):
                return None
            opened = _opened_below(self.root, inner)
        except (OSError, RuntimeError, ValueError):  # see size_of; or it is outside
            return None
        status = os.fstat(opened)
        if not stat.S_ISREG(status.st_mode):
            os.close(opened)
            return None
        if 0 <= time.time_ns() - status.st_ctime_ns < self.quiet * 1e9:
            os.close(opened)
            raise Unsettled(path)
        return os.fdopen(opened, "rb")

    def _children(self, folder: str, survey: Survey) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.root / folder) as found:
                return sorted(found, key=lambda child: child.name)
        except OSError as error:
            if not folder:
                raise FolderError(f"{self.root} cannot be listed: {error.strerror}") from error
            if not isinstance(error, FileNotFoundError):  # or it went while we looked
                survey.unreadable.append(folder)
                survey.problems.append(_unreadable(folder, error))
            return []

    def _is_inside(self, folder: Path) -> bool:
        """False below a link to a folder: those are not followed."""
        try:
            return folder.resolve() == folder
        except (OSError, RuntimeError):  # a loop of links
            return False

    def _note(self, path: str, survey: Survey) -> None:
        if not _is_text(path):
            shown = path.encode(errors="surrogateescape").decode(errors="backslashreplace")
            fault, cure = "the file's name is not UTF-8", "rename it"
            survey.problems.append(Problem(shown, 0, fault, cure, code="name"))
            return
        try:
            status = (self.root / path).lstat()
            if stat.S_ISLNK(status.st_mode):
                target = (self.root / path).resolve(strict=True)
                if not target.is_relative_to(self.root):
                    return
                status = target.stat()
        except FileNotFoundError:
            return
        except (OSError, RuntimeError) as error:  # RuntimeError: a link loop, before 3.13
            survey.unreadable.append(path)
            survey.problems.append(_unreadable(path, error))
            return
        if stat.S_ISREG(status.st_mode):
            survey.stamps[path] = _stamp(status)
        elif not stat.S_ISDIR(status.st_mode):
            fault, cure = "it is not a regular file and is not read", "give it another name"
            survey.problems.append(Problem(path, 0, fault, cure, code="not-a-file"))

    def read(self, path: str, stamp: Stamp) -> SourceFile | Problem:
        """The whole file, as it was at `stamp`; a Problem where it can't or shouldn't be read.

        Raises Unsettled when it has changed since, or so lately that it may change again.
        """
        if 0 <= time.time_ns() - stamp.ctime_ns < self.quiet * 1e9:
            raise Unsettled(path)
        if stamp.size > MOST_BYTES:
            fault = f"the file has {stamp.size:,} bytes, more than {MOST_BYTES:,}"
            return Problem(path, 0, fault, "split it", code="too-large")
        try:
            source = self._source(path, stamp)
        except FileNotFoundError as error:
            raise Unsettled(path) from error
        except OSError as error:
            return _unreadable(path, error)
        return SourceFile(path, stamp, hashlib.sha256(source).hexdigest(), source)

    def _source(self, path: str, stamp: Stamp) -> bytes:
        opened = self._opened(path)
        try:
            if _stamp(os.fstat(opened)) != stamp:
                raise Unsettled(path)
            with open(opened, "rb", closefd=False) as file:
                source = file.read(stamp.size + 1)
            if _stamp(os.fstat(opened)) != stamp or len(source) != stamp.size:
                raise Unsettled(path)
        finally:
            os.close(opened)
        return source

    def _opened(self, path: str) -> int:
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            return os.open(self.root / path, flags)
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
        try:
            return os.open((self.root / path).resolve(), flags)  # the stamp is of its target
        except RuntimeError as error:  # a loop of links, before Python 3.13
            raise Unsettled(path) from error


def _is_shown(folder: Folder, path: str) -> bool:
    return not (folder.ignores(path) or is_post_name(path.rpartition("/")[2]))


def _opened_below(root: Path, path: str) -> int:
    """A descriptor of the file at a path in which nothing is a link, also by now."""
    how = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for name in path.split("/"):
        try:
            inner = os.open(name, how, dir_fd=at)
        finally:
            os.close(at)
        at = inner
    return at


def _globs(patterns: Sequence[str]) -> re.Pattern[str] | None:
    """One expression for all of them; None where there are none."""
    if not patterns:
        return None
    return re.compile("|".join(f"(?:{_glob(p.strip('/'))})(?:/.*)?" for p in patterns), re.S)


def _glob(pattern: str) -> str:
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return "".join(words.get(piece) or re.escape(piece) for piece in pieces)


def is_post_name(name: str) -> bool:
    """True for the name of a file that may be a post."""
    return os.path.splitext(name)[1].lower() in SUFFIXES and not _is_ignored(name)  # noqa: PTH122


def _is_ignored(name: str) -> bool:
    lowered = name.lower()
    if name == "_posts":  # where Hexo and Jekyll keep theirs
        return False
    return (
        name.startswith(("_", ".", "#"))
        or name.endswith(("~", "%"))
        or lowered == "templates"
        or lowered.partition(".")[0] == "readme"
    )


def _stamp(status: os.stat_result) -> Stamp:
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unreadable(path: str, error: Exception) -> Problem:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    fault, cure = f"it cannot be read: {reason}", "give feedsvc the right to read it"
    return Problem(path, 0, fault, cure, code="unreadable")
