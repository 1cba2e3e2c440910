"""Which commit added each file of a folder, as the git repository that it is in tells."""

import os
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from feedsvc.errors import HistoryError, RepositoryError
from feedsvc.source.git import environment_to_read, require_git

_LOG: Final = (
    *("log", "-z", "--format=%x01%ad", "--date=raw", "--no-color", "--no-notes"),
    *("--no-show-signature", "--no-mailmap", "--no-decorate", "--no-relative"),
    # Files that were added or renamed. Of merges, only what is in none of the parents.
    *("--name-status", "-M", "-c", "--combined-all-paths", "--diff-filter=AR"),
    *("--no-ext-diff", "--no-textconv"),
)
_COMMIT: Final = b"\x01"  # what the line of a commit begins with
_CHUNK: Final = 65536
_TIMEOUT: Final = 60.0  # seconds, of all commands but `git log`
_LATEST: Final = 253_402_128_000  # seconds since 1970; later ones are beyond the year 9999
_FARTHEST: Final = timedelta(hours=14)  # from UTC, by the schema of Atom


@dataclass(frozen=True, slots=True)
class WorkTree:
    """The files of a `commit` below `root`. Its git `directory` is elsewhere."""

    root: Path
    directory: Path
    commit: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a file was added, by the author's clock, and its earlier names in the folder."""

    at: datetime
    former_names: tuple[str, ...] = ()


class History:
    """The commits of the repository that a folder is in, the newest first.

    They are read only as far back as somebody asks, and once. Enter it as a context, which ends
    the git that runs meanwhile. The folder must be in the `work_tree`, if that is given;
    otherwise git looks for the repository, and its current commit counts.
    """

    def __init__(self, folder: Path, work_tree: WorkTree | None = None) -> None:
        self._folder = folder
        self._work_tree = work_tree
        self._walk: _HistoryWalk | None = None
        self._error: HistoryError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._walk:
            self._walk.end()

    @cached_property
    def exists(self) -> bool:
        """True if the folder is in a git repository, to judge by its folders."""
        folders = (self._folder, *self._folder.parents)
        # Unlike Path.exists, this is False in a folder that may not be searched.
        found = (os.path.exists(each / ".git") for each in folders)  # noqa: PTH110
        return bool(self._work_tree) or any(found)

    def arrival(self, path: str) -> Arrival | None:
        """When the file at a path of the folder was added; None if it is not committed.

        That is the last commit that added a file of this name, or of the name that it was
        renamed from. Raises HistoryError if git cannot tell.
        """
        if self._error:
            raise self._error
        try:
            self._walk = self._walk or self._begun()
            return self._walk.arrival(path)
        except HistoryError as error:
            self._error = error
            raise

    def _begun(self) -> "_HistoryWalk":
        tree = self._work_tree
        git = _Reading(self._folder, environment_to_read(tree.directory if tree else None))
        try:
            require_git(git.environment, _TIMEOUT)
        except RepositoryError as error:
            fault, _, cure = str(error).partition("; ")
            raise HistoryError(fault, cure) from error
        is_shallow, _, prefix = git.output(
            "rev-parse", "--is-shallow-repository", "--show-prefix"
        ).partition(b"\n")
        prefix = prefix.removesuffix(b"\n")
        if tree:
            inner = self._folder.relative_to(tree.root).as_posix()
            prefix = b"" if inner == "." else os.fsencode(f"{inner}/")
        if is_shallow == b"true":
            raise _shallow(bool(tree))
        named = f"{tree.commit if tree else 'HEAD'}^{{commit}}"
        commit = git.ask("rev-parse", "--verify", "--quiet", named).stdout.decode().strip()
        return _HistoryWalk(git, commit, prefix)


def _shallow(is_fetched: bool) -> HistoryError:
    fault = "the git repository is a shallow clone, which lacks older commits"
    cure = "run git fetch --unshallow in it"
    if is_fetched:
        cure = (
            "run feedsvc publish, which fetches all commits; if source.git is a shallow clone "
            "itself, first run git fetch --unshallow there"
        )
    return HistoryError(fault, cure)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The git program, for commands that only read."""

    folder: Path
    environment: dict[str, str]

    def ask(self, *words: str) -> "subprocess.CompletedProcess[bytes]":
        try:
            return subprocess.run(  # noqa: S603 - fixed words, and names of commits
                ["git", *words],  # noqa: S607 - from the PATH, like all programs
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(words[0], str(error)) from error

    def output(self, *words: str) -> bytes:
        answer = self.ask(*words)
        if answer.returncode:
            raise _failed(words[0], answer.stderr.decode(errors="replace"))
        return answer.stdout

    def words(self, *words: str) -> Generator[bytes]:
        """The output up to each NUL, as it comes. Git ends when nobody reads on."""
        with tempfile.TemporaryFile() as complaints:
            child = subprocess.Popen(  # noqa: S603 - as above
                ["git", *words],  # noqa: S607
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
            )
            assert child.stdout is not None  # noqa: S101 - asked for above
            try:
                yield from _split(child.stdout)
                if child.wait():
                    complaints.seek(0)
                    raise _failed(words[0], complaints.read(2000).decode(errors="replace"))
            finally:
                child.kill()
                child.stdout.close()
                child.wait()


def _failed(command: str, complaint: str) -> HistoryError:
    said = " ".join(complaint.split()) or "it gave no reason"
    if "not a git repository" in said:
        cure = "publish from a git clone, with its folder .git"
        return HistoryError("the folder is in no git repository", cure)
    cure = "run git fsck in the repository; make a partial clone again, without --filter"
    return HistoryError(f"git {command} failed ({said[:300]})", cure)


def _split(pipe: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while chunk := os.read(pipe.fileno(), _CHUNK):
        *words, rest = (rest + chunk).split(b"\0")
        yield from words
    yield rest


@dataclass(frozen=True, slots=True)
class _Addition:
    """A file that a commit adds, or renames: then it had other names in its parents."""

    at: datetime
    name: bytes
    renamed_from: frozenset[bytes]


class _HistoryWalk:
    """Walks back from a commit. Names are those in the repository, in octets."""

    def __init__(self, git: _Reading, commit: str, prefix: bytes) -> None:
        self._prefix = prefix
        self._committed: frozenset[bytes] = frozenset()
        self._additions: Iterator[_Addition] = iter(())
        self._words: Generator[bytes] | None = None
        if commit:
            below = [os.fsdecode(prefix)] if prefix else []
            names = ("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, "--", *below)
            self._committed = frozenset(git.output(*names).split(b"\0"))
            self._words = git.words(*_LOG, commit, "--")
            self._additions = _additions(self._words)
        self._added: dict[bytes, datetime] = {}
        self._renamed: dict[bytes, datetime] = {}  # the first renaming that was seen
        self._former: dict[bytes, list[bytes]] = {}
        # The files of today that have a name at this point; by default the one of this name.
        self._today: dict[bytes, list[bytes]] = {}

    def end(self) -> None:
        """End the git that runs."""
        if self._words:
            self._words.close()

    def arrival(self, path: str) -> Arrival | None:
        """As in History."""
        name = self._prefix + os.fsencode(path)
        if name not in self._committed:
            return None
        while name not in self._added and (addition := next(self._additions, None)):
            self._note(addition)
        # With clocks that differ, git may list the commit that added a file before a renaming.
        at = self._added.get(name, self._renamed.get(name))
        former = self._former.get(name, ())
        return Arrival(at, tuple(self._inner(former))) if at else None

    def _inner(self, names: list[bytes] | tuple[()]) -> Iterator[str]:
        for name in names:
            if name.startswith(self._prefix):
                yield os.fsdecode(name.removeprefix(self._prefix))

    def _note(self, addition: _Addition) -> None:
        files = self._today.get(addition.name, [addition.name])
        self._today[addition.name] = []  # an older file of this name was deleted
        for file in files:
            if addition.renamed_from:
                self._renamed[file] = addition.at
                self._former.setdefault(file, []).extend(addition.renamed_from)
            else:
                self._added.setdefault(file, addition.at)
        for name in addition.renamed_from:
            self._today[name] = [*self._today.get(name, [name]), *files]


def _additions(words: Iterator[bytes]) -> Iterator[_Addition]:
    """What `git log` lists: of each commit its date, and then states, each with its names.

    The state of a file in a merge has a letter for each parent, and a name in each of them.
    """
    at = datetime.fromtimestamp(0, UTC)
    for word in words:
        if word.startswith(_COMMIT):
            at = _moment(word.removeprefix(_COMMIT))
            continue
        letters = word.strip(b"\n0123456789").decode("ascii", "replace")  # R100: the similarity
        if not letters:
            continue
        is_renamed_in_one = letters == "R"
        count = len(letters) + (is_renamed_in_one or len(letters) > 1)
        names = [next(words) for _ in range(count)]
        if set(letters) <= {"A", "R"}:
            before = (n for letter, n in zip(letters, names, strict=False) if letter == "R")
            yield _Addition(at, names[-1], frozenset(before))


def _moment(raw: bytes) -> datetime:
    """The author's date: seconds since 1970, and an offset such as +0800."""
    seconds, _, offset = raw.decode("ascii", "replace").partition(" ")
    away = timedelta()
    if len(offset) == len("+0800") and offset[1:].isdecimal():
        away = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:]))
    if away > _FARTHEST:
        away = timedelta()
    zone = timezone(-away if offset.startswith("-") else away)
    count = int(seconds) if seconds.isdecimal() else 0
    return datetime.fromtimestamp(min(count, _LATEST), zone)
