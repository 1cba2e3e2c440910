"""The git source: a tree of files that follows a branch of a repository elsewhere.

Which commit is meant is written down before the tree is touched, and that it is whole after;
so no tree that a kill -9 left half laid out passes for a whole one.
"""

import logging
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from feedsvc.core.git_remotes import (
    Remote,
    address_of,
    identity_of,
    is_branch,
)
from feedsvc.errors import RepositoryError
from feedsvc.source.git import Git

__all__ = ["Checkout", "Remote", "Repository"]

_FETCHED: Final = "refs/feedsvc/fetched"
MOST_PROPOSED: Final = 256 * 1024 * 1024  # octets that a proposed change may bring along
_MOST_LISTED: Final = 32 * 1024 * 1024  # octets of a list of a commit's files
_PREVIEWED: Final = "refs/feedsvc/previewed"
_CHANGE: Final = re.compile(
    r"refs/(?:(?:pull|merge-requests)/[0-9]{1,18}/head|pull-requests/[0-9]{1,18}/from)"
)
_STATE: Final = re.compile(r"([0-9a-f]+)\n([0-9a-f]+)\n([0-9a-f]*)\n(whole|not whole)\n")
_MOST_LOOSE: Final = 2000  # objects, and packs, before they are packed anew: see tidy()
_MOST_PACKS: Final = 30

log = logging.getLogger("feedsvc.repository")


@dataclass(frozen=True, slots=True)
class Checkout:
    """A commit whose tree is laid out, whole.

    `changed` are the paths, relative to the tree, that differ from the tree that was whole
    before; None where that is not known, and all must be looked at.
    """

    commit: str
    changed: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class _State:
    """What is written down of the tree: the commit it is meant to be at, and whether it is.

    `known` is the commit at which it was last known to be whole; empty where there is none.
    """

    remote: str
    meant: str
    known: str
    is_whole: bool


class Repository:
    """A tree of files below `place` that follows a branch; nobody else writes into it.

    `timeout` bounds each command of git, in seconds. Methods raise RepositoryError, also where
    another process or thread is at work here for longer than that.
    """

    def __init__(self, place: Path, remote: Remote, *, timeout: float = 120.0) -> None:
        """Raises RepositoryError where the URL or the branch cannot be used."""
        if not is_branch(remote.branch):
            raise RepositoryError(f"{remote.branch!r} is no name of a branch; give one as main")
        try:
            address = address_of(remote.url)
        except ValueError as error:
            raise RepositoryError(f"the git source cannot be used: {error}") from None
        self.tree = place.absolute() / "tree"
        self._place = place.absolute()
        self._address = address.text
        self._remote = remote
        self._identity = identity_of(remote)
        self.address = address_of(remote.url).text  # without a password
        self._git = Git(self._place, address, timeout)

    @property
    def whole(self) -> str | None:
        """The commit that the tree is at, all of it; None where it must not be read now."""
        state = self._state()
        is_ours = state is not None and state.remote == self._identity and state.is_whole
        return state.meant if state is not None and is_ours else None

    def mend(self) -> str | None:
        """Bring the tree to the commit that it is meant to be at, without asking the remote.

        To be called after a start, before the tree is read. Returns that commit; None where
        nothing was fetched yet from this remote and branch, and the tree must not be read.
        """
        if not self._place.is_dir():
            return None
        with self._git.alone():
            state = self._state()
            if state is None or state.remote != self._identity:
                return None
            self._lay(state.meant, known="")
            return state.meant

    def update(self) -> Checkout:
        """Fetch, and bring the tree to the new commit, wherever that leads.

        Raises RepositoryError where it cannot be fetched; the tree is as it was then. It is
        raised too where the tree could not be laid out, which is not whole then until a later
        update() or mend() has returned.
        """
        with self._git.alone():
            try:
                return self._follow()
            except RepositoryError:
                if not self._is_damaged():
                    raise
            log.warning("the git directory in %s is damaged; it is fetched anew", self._place)
            self._git.remove()
            return self._follow()

    def preview(self, ref: str, into: Path) -> str:
        """Lay out what a proposed change would make of the tree, in a new or empty folder.

        `ref` is the branch, or a forge's name of a change: refs/pull/<digits>/head,
        refs/merge-requests/<digits>/head or refs/pull-requests/<digits>/from. Returns the
        commit; the tree is not touched. A stranger may have made the change, so one that is far
        larger than what is published is refused.
        """
        if ref == self._remote.branch:
            ref = f"refs/heads/{ref}"
        if ref != f"refs/heads/{self._remote.branch}" and not _CHANGE.fullmatch(ref):
            raise RepositoryError(f"{ref[:80]!r} is neither the branch nor a proposed change")
        with self._git.alone():
            self._git.make()
            index = self._git.directory / "preview-index"
            index.unlink(missing_ok=True)
            into = into.absolute()
            into.mkdir(parents=True, exist_ok=True)
            if any(into.iterdir()):
                raise RepositoryError(f"{into} is not empty; name another folder")
            try:
                commit = self._fetch(ref, _PREVIEWED, depth=1, most=MOST_PROPOSED)
                self._check_size(ref, commit)
                self._git.run("read-tree", "--reset", "-u", commit, tree=into, index=index)
            except BaseException:
                shutil.rmtree(into, ignore_errors=True)
                raise
            finally:
                index.unlink(missing_ok=True)
                self._git.run("update-ref", "-d", _PREVIEWED)
            return commit

    def _follow(self) -> Checkout:
        before = self._state() if self.tree.is_dir() else None
        self._git.make()
        commit = self._fetch(f"refs/heads/{self._remote.branch}", _FETCHED, self._remote.depth)
        known = before.known if before and before.remote == self._identity else ""
        changed = self._changed(known, commit)
        if before != _State(self._identity, commit, commit, is_whole=True):
            self._lay(commit, known)
            self._tidy()
        return Checkout(commit, changed)

    def _check_size(self, ref: str, commit: str) -> None:
        """Few octets can be fetched that become many files: RepositoryError for those."""
        state = self._state()
        known = self._octets(state.meant) if state and state.remote == self._identity else 0
        octets = self._octets(commit)
        if octets - known > MOST_PROPOSED:
            raise RepositoryError(
                f"{ref} has files of {octets:,} octets, of which only {MOST_PROPOSED:,} may be "
                f"more than the {known:,} that are published; make it smaller"
            )

    def _octets(self, commit: str) -> int:
        words = ("ls-tree", "-r", "-l", "-z", "--full-tree", commit)
        answer = self._git.ask(*words, most=_MOST_LISTED)
        if answer.code:
            raise RepositoryError(f"git ls-tree failed: {answer.complaint}")
        if len(answer.output) >= _MOST_LISTED:
            raise RepositoryError(
                f"commit {commit} has more files than a preview looks through; make it smaller"
            )
        sizes = (
            line.partition(b"\t")[0].split()[-1] for line in answer.output.split(b"\0")[:-1]
        )
        return sum(int(size) for size in sizes if size != b"-")  # of a submodule

    def _fetch(self, ref: str, into: str, depth: int, most: int | None = None) -> str:
        """The commit at a ref of the remote, fetched with its tree: at most so many octets."""
        answer = self._git.ask(
            *("fetch", "--quiet", "--force", "--no-tags", "--no-recurse-submodules"),
            *("--no-write-fetch-head", "--no-auto-gc"),
            *([f"--depth={depth}"] if depth else []),
            *("--", self._address, f"+{ref}:{into}"),
            most=most,
        )
        if most is not None and "File too large" in answer.complaint:
            raise RepositoryError(f"{ref} brings more than {most:,} octets; make it smaller")
        if "couldn't find remote ref" in answer.complaint:
            raise RepositoryError(
                f"{self._address} has no {ref}; push it, or name another branch"
            )
        if answer.code:
            raise RepositoryError(
                f"{self._address} cannot be fetched: {answer.complaint}; "
                "see that its address and feedsvc's right to read it are good"
            )
        told = self._git.run("rev-parse", "--verify", "--quiet", f"{into}^{{commit}}")
        return told.decode("ascii").strip()

    def _changed(self, known: str, commit: str) -> frozenset[str] | None:
        if not known or known == commit:
            return frozenset() if known else None
        words = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff")
        answer = self._git.ask(*words, known, commit)
        if answer.code:  # an earlier commit that is no longer there
            return None
        return frozenset(os.fsdecode(path) for path in answer.output.split(b"\0") if path)

    def _lay(self, commit: str, known: str) -> None:
        """Make the tree that of the commit, whatever lies there."""
        self._write(_State(self._identity, commit, known, is_whole=False))
        self.tree.mkdir(exist_ok=True)
        self._git.run("read-tree", "--reset", "-u", commit, tree=self.tree)
        self._git.run("clean", "-ffdxq", tree=self.tree)
        self._write(_State(self._identity, commit, commit, is_whole=True))

    def _is_damaged(self) -> bool:
        """True where what was fetched is no longer all there, and no fetch can mend it."""
        if not self._git.directory.is_dir():
            return False
        return self._git.ask("fsck", "--connectivity-only", "--no-dangling").code > 0

    def _tidy(self) -> None:
        """Pack and prune what the fetches have brought, once that is much."""
        counted = self._git.run("count-objects", "-v").decode("ascii")
        counts = dict(line.split(": ") for line in counted.splitlines())
        if int(counts["count"]) < _MOST_LOOSE and int(counts["packs"]) < _MOST_PACKS:
            return
        try:
            self._git.run("gc", "--quiet", "--prune=now", "--force")
        except RepositoryError as error:  # the tree is whole all the same
            log.warning("%s is not tidied: %s", self._place, error)

    def _state(self) -> _State | None:
        try:
            written = (self._place / "state").read_text("ascii")
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        found = _STATE.fullmatch(written)
        return _State(found[1], found[2], found[3], found[4] == "whole") if found else None

    def _write(self, state: _State) -> None:
        fresh = self._place / "state.new"
        standing = "whole" if state.is_whole else "not whole"
        with fresh.open("w") as file:
            file.write(f"{state.remote}\n{state.meant}\n{state.known}\n{standing}\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._place / "state")
