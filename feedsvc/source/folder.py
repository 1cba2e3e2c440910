"""The folder of posts: list its files, read them, and survive whatever else is in it."""

import copy
import errno
import hashlib
import os
import stat
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from feedsvc.core.file_records import Stamp
from feedsvc.core.problems import Problem
from feedsvc.errors import FolderError
from feedsvc.source.globs import Globs, UnmatchedGlobs
from feedsvc.source.history import History, WorkTree
from feedsvc.source.left_out import (
    LeftOut,
    Reason,
    has_post_suffix,
    ignored_reason,
    is_post_name,
    is_usual_post,
    rule_that_ignores,
    suffix_reason,
)
from feedsvc.source.rendered import has_rendered_post
from feedsvc.source.stamps import Stamps, stamp_of_status

HIDDEN: Final = -1  # in place of a size: something is there, and it is not served
_GONE: Final = (FileNotFoundError, NotADirectoryError)  # the file, or a folder above it
MOST_BYTES: Final = 5 * 1024 * 1024  # of one post; nobody writes more by hand


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was read, all of it. `digest` is the hash of `source`."""

    path: str
    stamp: Stamp
    digest: str
    source: bytes


@dataclass(frozen=True, slots=True)
class Survey:
    """What is in the folder: stamps by path, in this order, and what could not be read.

    The files that are `left_out` are counted on demand.
    """

    stamps: Mapping[str, Stamp] = field(default_factory=Stamps)
    problems: list[Problem] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    left_out: LeftOut | None = None

    def hides(self, path: str) -> bool:
        """True if a file that is not in `stamps` may still exist, in an unreadable folder."""
        if not self.unreadable:
            return False
        slashes = (at for at, char in enumerate(path) if char == "/")
        return path in self.unreadable or any(path[:at] in self.unreadable for at in slashes)


class Unsettled(Exception):  # noqa: N818 - not an error: look again
    """The file is being written, or disappeared while it was read."""


class Folder:
    """A folder of posts below `root`. Paths are relative to it, with `/`.

    A file whose last change is less than `quiet` seconds ago may still be being written. Only
    regular files count; a link counts if it leads to a file in the folder. `include` and
    `exclude` are the patterns of `content.include` and `content.exclude`: see Globs. If this is
    a part of the configured folder, `checks_globs` is false, because a pattern may match
    elsewhere.

    The config files of its generator may be in it, or in one of so many `levels` above it. If
    many of its files have changed, so many `workers` read them: processes beside this one.

    Nobody writes into a folder that `stands` while it is read, so a file that is missing there
    is gone for good.

    `root` is `path` with all links followed. It never changes, so that one scan reads one
    folder: see `resolved`.
    """

    def __init__(
        self,
        root: Path,
        quiet: float,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        *,
        stands: bool = False,
        checks_globs: bool = True,
        levels: int = 0,
        workers: int = 0,
    ) -> None:
        self.path = root
        self.root = _resolved(root)
        self.quiet = quiet
        self.stands = stands
        self.levels = levels
        self.workers = workers
        self._work_tree: WorkTree | None = None
        self._globs = Globs(include, exclude)
        self._checks_globs = checks_globs

    def resolved(self) -> "Folder":
        """The same folder with its path resolved again: a link in it may have been replaced."""
        folder = copy.copy(self)
        folder.root = _resolved(self.path)
        return folder

    def standing_at(self, root: Path) -> "Folder":
        """A folder at another path with the same patterns, into which nobody writes."""
        folder = copy.copy(self)
        folder.path, folder.root, folder.quiet, folder.stands = root, _resolved(root), 0, True
        return folder

    def of_commit(self, work_tree: WorkTree) -> "Folder":
        """The same folder, if it is in a work tree whose git directory is elsewhere."""
        folder = copy.copy(self)
        folder._work_tree = work_tree
        return folder

    def history(self) -> History:
        """The commits of the git repository that the folder is in. Git does not run yet."""
        tree = self._work_tree
        is_in_it = tree is not None and self.root.is_relative_to(tree.root)
        return History(self.root, tree if is_in_it else None)

    def __str__(self) -> str:
        """The path for messages, with the target if a link is in it."""
        shown = shown_path(self.path)
        has_link = os.path.abspath(self.path) != str(self.root)  # noqa: PTH100 - without ".."
        return f"{shown} (a link to {self.root})" if has_link else shown

    def holds(self, path: str) -> bool:
        """True if a relative path may be the path of a post, to judge by its names."""
        return is_post_name(path.rpartition("/")[2]) and not self.ignores(path)

    def why_left_out(self, path: str) -> Reason | None:
        """Why a relative path is no post; None if it may be one."""
        reason = ignored_reason(path)
        if reason is None and (pattern := self._globs.that_excludes(path)):
            reason = Reason("not chosen", f"content.exclude {pattern!r}")
        reason = reason or suffix_reason(path.rpartition("/")[2])
        if reason is None and not self._globs.includes(path):
            reason = Reason("not chosen", "content.include")
        if reason is None and has_rendered_post(self.root, path, self.holds):
            reason = Reason("not chosen", "its rendered file")
        return reason

    def ignores(self, path: str) -> bool:
        """True if a relative path is ignored, to judge by its names."""
        *folders, name = path.split("/")
        return any(map(rule_that_ignores, (*folders, name))) or self._leaves_out(
            path, is_post=has_post_suffix(name)
        )

    def survey(
        self, only: Collection[str] | None = None, *, counts_all: bool = False
    ) -> Survey:
        """List the posts of the folder; with `only`, those of these paths that exist.

        A survey of the whole folder also has the warnings about patterns. If it `counts_all`,
        it counts the files that are no posts too, also below ignored folders. Raises
        FolderError if the folder itself cannot be listed.
        """
        self.require_root()
        stamps = Stamps()
        survey = Survey(stamps, left_out=LeftOut() if counts_all and only is None else None)
        if only is None:
            unmatched = UnmatchedGlobs(self._globs)
            for path, child in self._listed(survey, unmatched or None):
                self._add(path, survey, stamps, child)
            survey.problems.extend(self._glob_problems(survey, unmatched))
            return survey
        for path in sorted({*only}):
            if not self.holds(path) or has_rendered_post(self.root, path, self.holds):
                continue
            if self._is_inside((self.root / path).parent):
                self._add(path, survey, stamps)
        return survey

    def is_empty(self) -> bool:
        """True if it has no post at all. Raises FolderError if the folder cannot be listed."""
        self.require_root()
        stamps = Stamps()
        survey = Survey(stamps)
        for path, child in self._listed(survey):
            self._add(path, survey, stamps, child)
            if stamps:
                return False
        return True

    def require_root(self) -> None:
        """Raise FolderError if there is no folder, or if it cannot be read."""
        try:
            if stat.S_ISDIR(self.root.stat().st_mode):
                return
        except OSError as error:
            if not _is_absent(error):
                raise FolderError(
                    f"{self} cannot be read: {error.strerror}; check that its disk or network "
                    "share is mounted and that feedsvc may read it"
                ) from error
        raise FolderError(
            f"{self} is not a folder; set content.seeds or source.path to one of posts"
        )

    def _glob_problems(self, survey: Survey, unmatched: UnmatchedGlobs) -> list[Problem]:
        """Warnings about patterns. A pattern may match a file that cannot be read."""
        if not self._checks_globs:
            return []
        is_complete = not survey.unreadable and self._visit_ignored(unmatched)
        return [*self._globs.ambiguous(), *(unmatched.problems() if is_complete else ())]

    def _visit_ignored(self, unmatched: UnmatchedGlobs) -> bool:
        """Visit what is below ignored folders, if a pattern has matched nothing elsewhere.

        False if something there cannot be read.
        """
        errors: list[OSError] = []
        for folder in unmatched.ignored:
            for root, folders, files in os.walk(self.root / folder, onerror=errors.append):
                inner = Path(root).relative_to(self.root).as_posix()
                for name in (*folders, *files):
                    if not unmatched.has_exclude:
                        return True
                    unmatched.visit(f"{inner}/{name}", is_post=False)
        return all(isinstance(error, _GONE) for error in errors)

    def _listed(
        self, survey: Survey, unmatched: UnmatchedGlobs | None = None
    ) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """All files with the name of a post, by path. Every path visits `unmatched`."""
        takes_all = not self._globs
        listings = [self._listing("", survey)]  # a stack: folders may be nested deeply
        while listings:
            prefix, names, children = listings[-1]
            for child in children:
                path = prefix + child.name
                is_usual = takes_all and is_usual_post(child.name)
                if not is_usual and self._passes_over(path, child, survey, unmatched):
                    continue
                try:
                    is_folder = child.is_dir(follow_symlinks=False)
                except OSError as error:  # some file systems do not list what an entry is
                    _hide(path, error, survey)
                    continue
                if is_folder:
                    listings.append(self._listing(path, survey))
                    break  # and continue here after that
                if is_usual or self._is_post(path, child.name, names):
                    yield path, child
                else:
                    self._count(path, child, survey)
            else:
                listings.pop()

    def _passes_over(
        self,
        path: str,
        child: os.DirEntry[str],
        survey: Survey,
        unmatched: UnmatchedGlobs | None,
    ) -> bool:
        """True for a child that is ignored or that the patterns leave out. It is counted."""
        is_ignored = bool(rule_that_ignores(child.name))
        is_post = not is_ignored and has_post_suffix(child.name)
        if unmatched is not None:
            unmatched.visit(path, is_post=is_post)
        if not is_ignored and not self._leaves_out(path, is_post=is_post):
            return False
        self._count(path, child, survey)
        if unmatched and unmatched.has_exclude and _may_be_folder(child):
            unmatched.ignored.append(path)
        return True

    def _is_post(self, path: str, name: str, names: Collection[str]) -> bool:
        return has_post_suffix(name) and not has_rendered_post(
            self.root, path, self.holds, names
        )

    def _listing(
        self, folder: str, survey: Survey
    ) -> tuple[str, Collection[str], Iterator[os.DirEntry[str]]]:
        """What the paths in a folder begin with, the names in it, and its children by path."""
        children = self._children(folder, survey)
        names = {child.name for child in children}
        return f"{folder}/" if folder else "", names, iter(children)

    def _leaves_out(self, path: str, *, is_post: bool) -> bool:
        """True if the patterns leave out a path whose names are not ignored."""
        if self._globs.excludes(path):
            return True
        return is_post and not self._globs.includes(path)

    def _count(self, path: str, child: os.DirEntry[str], survey: Survey) -> None:
        if survey.left_out and (reason := self.why_left_out(path)):
            survey.left_out.add_child(self.root, path, child, reason)

    def size_of(self, path: str) -> int | None:
        """The size in octets of a file that `open_beside` opens.

        None if there is no file. HIDDEN if there is something else: a post, a pipe, a file
        outside the folder, or one with an ignored name. Raises OSError if the disk fails.
        """
        try:
            (self.root / path).lstat()  # most are missing, and this is fast
            target = (self.root / path).resolve(strict=True)
            status = target.stat()
            inner = target.relative_to(self.root).as_posix()
        except OSError as error:
            if error.errno == errno.ELOOP:
                return HIDDEN
            if _is_absent(error):
                return None
            raise
        except RuntimeError:  # a loop of links, before Python 3.13
            return HIDDEN
        except ValueError:  # it is outside, or its name has a NUL
            return None if "\0" in path else HIDDEN
        if stat.S_ISDIR(status.st_mode):
            return None
        is_file = stat.S_ISREG(status.st_mode)
        is_served = is_file and _is_served(self, path) and _is_served(self, inner)
        return status.st_size if is_served else HIDDEN

    def is_being_written(self, path: str) -> bool:
        """True if the last change of such a file is younger than the quiet period.

        Raises OSError if the disk fails.
        """
        status = self._status_of(path)
        return bool(status and self.has_just_changed(status.st_ctime_ns))

    def has_just_changed(self, ctime_ns: int) -> bool:
        """True if a file with this `st_ctime_ns` changed within the quiet period."""
        return 0 <= time.time_ns() - ctime_ns < self.quiet * 1e9

    def _status_of(self, path: str) -> os.stat_result | None:
        try:
            target = (self.root / path).resolve(strict=True)
            status = target.stat()
        except OSError as error:
            if _is_absent(error):
                return None
            raise
        except (RuntimeError, ValueError):  # a loop of links, or a NUL in the name
            return None
        inside = target.is_relative_to(self.root) and stat.S_ISREG(status.st_mode)
        return status if inside else None

    def open_beside(
        self, path: str, *, like_post: bool = False, settled: bool = True
    ) -> BinaryIO | None:
        """Open a file that a post attaches; None if there is no such file, or it is not served.

        A file is served if it is a regular file inside the folder, all links followed, and not
        a post, and if neither its path nor the target of a link has an ignored name. If
        `like_post`, its path itself may be one that posts have. Raises Unsettled if the disk
        or the network fails and, unless it need not be `settled`, if it is being written.
        """
        try:
            target = (self.root / path).resolve(strict=True)
            inner = target.relative_to(self.root).as_posix()
            may_be = like_post and inner == path and not self.ignores(path)
            if not (may_be or (_is_served(self, path) and _is_served(self, inner))):
                return None
            if not target.is_file():
                return None
            opened = _opened_below(self.root, inner)
        except OSError as error:
            if _is_absent(error) or isinstance(error, PermissionError):
                return None
            raise Unsettled(path) from error
        except (RuntimeError, ValueError):  # as in size_of
            return None
        status = os.fstat(opened)
        if not stat.S_ISREG(status.st_mode):
            os.close(opened)
            return None
        if settled and self.has_just_changed(status.st_ctime_ns):
            os.close(opened)
            raise Unsettled(path)
        return os.fdopen(opened, "rb")

    def _children(self, folder: str, survey: Survey) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.root / folder) as children:
                return sorted(children, key=_beginning)
        except OSError as error:
            if not folder:
                raise FolderError(f"{self} cannot be listed: {error.strerror}") from error
            if not isinstance(error, _GONE):  # else it disappeared meanwhile
                _hide(folder, error, survey)
                if survey.left_out:
                    survey.left_out.closed.add(folder)
            return []

    def _is_inside(self, folder: Path) -> bool:
        """False below a link to a folder, because such links are not followed."""
        try:
            return folder.resolve() == folder
        except (OSError, RuntimeError):  # a loop of links
            return False

    def _add(
        self,
        path: str,
        survey: Survey,
        stamps: Stamps,
        child: os.DirEntry[str] | None = None,
    ) -> None:
        """Add the stamp of a file, or the problem with it. `child` is it as it was listed."""
        if not (path.isascii() or _is_text(path)):
            shown = path.encode(errors="surrogateescape").decode(errors="backslashreplace")
            fault, cure = "the file's name is not UTF-8", "rename it"
            survey.problems.append(Problem(shown, 0, fault, cure, code="name"))
            return
        try:
            status = child.stat(follow_symlinks=False) if child else (self.root / path).lstat()
            if stat.S_ISREG(status.st_mode):
                stamps.add(path, status)
                return
            if stat.S_ISLNK(status.st_mode):
                target = (self.root / path).resolve(strict=True)
                if not target.is_relative_to(self.root):
                    if survey.left_out and target.is_file():
                        survey.left_out.add(Reason("link", ""))
                    return
                status = target.stat()
        except _GONE:
            return
        except (OSError, RuntimeError) as error:  # RuntimeError: a link loop, before 3.13
            _hide(path, error, survey)
            return
        if stat.S_ISREG(status.st_mode):
            stamps.add(path, status)
        elif not stat.S_ISDIR(status.st_mode):
            fault, cure = "it is not a regular file and is not read", "give it another name"
            survey.problems.append(Problem(path, 0, fault, cure, code="not-a-file"))

    def read(self, path: str, stamp: Stamp) -> SourceFile | Problem:
        """The whole file as it was at `stamp`; a Problem if it cannot be read or is too large.

        Raises Unsettled if it has changed since, or so recently that it may change again.
        """
        if self.has_just_changed(stamp.ctime_ns):
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
            if stamp_of_status(os.fstat(opened)) != stamp:
                raise Unsettled(path)
            source = _octets_of(opened, stamp.size + 1)
            if stamp_of_status(os.fstat(opened)) != stamp or len(source) != stamp.size:
                raise Unsettled(path)
        finally:
            os.close(opened)
        return source

    def _opened(self, path: str) -> int:
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            return os.open(f"{self.root}/{path}", flags)
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
        try:
            return os.open((self.root / path).resolve(), flags)  # the stamp is its
        except RuntimeError as error:  # a loop of links, before Python 3.13
            raise Unsettled(path) from error


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a loop of links
        return path.absolute()


def _is_absent(error: OSError) -> bool:
    """True if the error means that there is no such file, not that the disk failed."""
    return error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)


def _beginning(child: os.DirEntry[str]) -> str:
    """What all paths of a child begin with: it sorts folders among files by these paths."""
    try:
        return f"{child.name}/" if child.is_dir(follow_symlinks=False) else child.name
    except OSError:
        return child.name


def _may_be_folder(child: os.DirEntry[str]) -> bool:
    try:
        return child.is_dir(follow_symlinks=False)
    except OSError:
        return True


def _hide(path: str, error: Exception, survey: Survey) -> None:
    survey.unreadable.add(path)
    survey.problems.append(_unreadable(path, error))


def _is_served(folder: Folder, path: str) -> bool:
    return not (folder.ignores(path) or is_post_name(path.rpartition("/")[2]))


def _octets_of(opened: int, most: int) -> bytes:
    """At most so many octets of an opened file."""
    octets = os.read(opened, most)
    while len(octets) < most and (more := os.read(opened, most - len(octets))):
        octets += more
    return octets


def _opened_below(root: Path, path: str) -> int:
    """A descriptor of the file. Fails if any part of the path is a link by now."""
    how = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for name in path.split("/"):
        try:
            inner = os.open(name, how, dir_fd=at)
        finally:
            os.close(at)
        at = inner
    return at


def shown_path(path: Path) -> str:
    """A path as the user can open it: relative to the current folder if it is below that."""
    if path.is_absolute():
        with suppress(OSError, ValueError):  # the current folder was deleted; it is elsewhere
            path = path.relative_to(Path.cwd())
    return path.as_posix()


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unreadable(path: str, error: Exception) -> Problem:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    fault, cure = f"it cannot be read: {reason}", "give feedsvc the permission to read it"
    return Problem(path, 0, fault, cure, code="unreadable")
