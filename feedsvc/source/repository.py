"""The git source: a work tree that follows a branch of a remote repository.

A state file names the commit before the checkout begins, and marks the tree as whole when it
is complete. So a tree that a kill -9 left incomplete is never taken for a whole one.
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
from feedsvc.source.history import WorkTree

__all__ = ["Checkout", "Remote", "Repository"]

_FETCHED: Final = "refs/feedsvc/fetched"
MOST_PROPOSED: Final = 256 * 1024 * 1024  # octets that a proposed change may add
_MOST_LISTED: Final = 32 * 1024 * 1024  # octets of the list of the files of a commit
_PREVIEWED: Final = "refs/feedsvc/previewed"
_CHANGE: Final = re.compile(
    r"refs/(?:(?:pull|merge-requests)/[0-9]{1,18}/head|pull-requests/[0-9]{1,18}/from)"
)
_STATE: Final = re.compile(r"([0-9a-f]+)\n([0-9a-f]+)\n([0-9a-f]*)\n(whole|not whole)\n")
_MOST_LOOSE: Final = 2000  # objects, and packs, before git gc packs them: see _tidy()
_MOST_PACKS: Final = 30

log = logging.getLogger("feedsvc.repository")


@dataclass(frozen=True, slots=True)
class Checkout:
    """A commit that is completely checked out.

    `changed` are the paths, relative to the tree, that differ from the previous complete
    checkout. None if that is unknown, so that every file must be looked at.
    """

    commit: str
    changed: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class _State:
    """The state file: the commit that is being checked out, and whether that is complete.

    `last_whole` is the commit of the last complete checkout; empty if there is none.
    """

    remote: str
    commit: str
    last_whole: str
    is_whole: bool


class Repository:
    """A work tree below `folder` that follows a branch. Nobody else writes into it.

    `timeout` limits each git command, in seconds. Methods raise RepositoryError, also if
    another process or thread holds the lock for longer than that.
    """

    def __init__(self, folder: Path, remote: Remote, *, timeout: float = 120.0) -> None:
        """Raise RepositoryError if the URL or the branch cannot be used."""
        if not is_branch(remote.branch):
            raise RepositoryError(
                f"{remote.branch!r} is no name of a branch; give one such as main"
            )
        try:
            address = address_of(remote.url)
        except ValueError as error:
            raise RepositoryError(f"the git source cannot be used: {error}") from None
        self.tree = folder.absolute() / "tree"
        self._folder = folder.absolute()
        self._address = address.text
        self._remote = remote
        self._identity = identity_of(remote)
        self.address = address_of(remote.url).text  # without a password
        self._git = Git(self._folder, address, timeout)

    @property
    def whole(self) -> str | None:
        """The commit that is completely checked out; None if the tree must not be read now."""
        state = self._state()
        is_ours = state is not None and state.remote == self._identity and state.is_whole
        return state.commit if state is not None and is_ours else None

    @property
    def checked_out(self) -> WorkTree:
        """The work tree with its commit, for a History. No commit if it is not whole."""
        return self.work_tree(self.tree, self.whole or "")

    def work_tree(self, root: Path, commit: str) -> WorkTree:
        """The files of a fetched commit below `root`, for a History."""
        return WorkTree(root.resolve(), self._git.directory, commit)

    def mend(self) -> str | None:
        """Complete an interrupted checkout, without a fetch.

        Call it after a start, before the tree is read. Returns the commit; None if nothing was
        fetched yet from this remote and branch, so that the tree must not be read.
        """
        if not self._folder.is_dir():
            return None
        with self._git.alone():
            state = self._state()
            if state is None or state.remote != self._identity:
                return None
            self._check_out(state.commit, last_whole="")
            return state.commit

    def update(self) -> Checkout:
        """Fetch the branch and check out its commit, also after a forced push.

        Raises RepositoryError if the fetch fails; the tree stays as it was. If the checkout
        fails, the tree is not whole until a later update() or mend() succeeds.
        """
        with self._git.alone():
            try:
                return self._follow()
            except RepositoryError:
                if not self._is_damaged():
                    raise
            log.warning(
                "the git directory in %s is damaged; it is deleted and fetched again",
                self._folder,
            )
            self._git.remove()
            return self._follow()

    def preview(self, ref: str, into: Path) -> str:
        """Check out a proposed change in a new or empty folder, and return its commit.

        `ref` is the branch, or the ref of a change at a forge: refs/pull/<digits>/head,
        refs/merge-requests/<digits>/head or refs/pull-requests/<digits>/from. The tree of the
        branch stays as it is. Anybody may propose a change, so one that is far larger than the
        published tree is refused.
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
                # A depth would cut off the history that is here already.
                depth = 1 if self._remote.depth else 0
                commit = self._fetch(ref, _PREVIEWED, depth, most=MOST_PROPOSED)
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
        last_whole = before.last_whole if before and before.remote == self._identity else ""
        changed = self._changed(last_whole, commit)
        if before != _State(self._identity, commit, commit, is_whole=True):
            self._check_out(commit, last_whole)
            self._tidy()
        return Checkout(commit, changed)

    def _check_size(self, ref: str, commit: str) -> None:
        """Raise RepositoryError if a small fetch expands to far more than is published."""
        state = self._state()
        ours = state is not None and state.remote == self._identity
        published = self._octets(state.commit) if state and ours else 0
        octets = self._octets(commit)
        if octets - published > MOST_PROPOSED:
            raise RepositoryError(
                f"{ref} has files of {octets:,} octets; the published files have "
                f"{published:,}, and a change may add only {MOST_PROPOSED:,}; make it smaller"
            )

    def _octets(self, commit: str) -> int:
        words = ("ls-tree", "-r", "-l", "-z", "--full-tree", commit)
        answer = self._git.ask(*words, most=_MOST_LISTED)
        if answer.code:
            raise RepositoryError(f"git ls-tree failed: {answer.complaint}")
        if len(answer.output) >= _MOST_LISTED:
            raise RepositoryError(
                f"commit {commit} has more files than a preview reads; make it smaller"
            )
        sizes = (
            line.partition(b"\t")[0].split()[-1] for line in answer.output.split(b"\0")[:-1]
        )
        return sum(int(size) for size in sizes if size != b"-")  # "-" is a submodule

    def _fetch(self, ref: str, into: str, depth: int, most: int | None = None) -> str:
        """Fetch a ref of the remote, of at most `most` octets, and return its commit."""
        answer = self._git.ask(
            *("fetch", "--quiet", "--force", "--no-tags", "--no-recurse-submodules"),
            *("--no-write-fetch-head", "--no-auto-gc"),
            *([f"--depth={depth}"] if depth else self._whole_history()),
            *("--", self._address, f"+{ref}:{into}"),
            most=most,
        )
        if most is not None and "File too large" in answer.complaint:
            raise RepositoryError(f"{ref} adds more than {most:,} octets; make it smaller")
        if "couldn't find remote ref" in answer.complaint:
            raise RepositoryError(
                f"{self._address} has no {ref}; push it, or name another branch"
            )
        if answer.code:
            raise RepositoryError(
                f"{self._address} cannot be fetched: {answer.complaint}; "
                "check the address, and that feedsvc may read it"
            )
        commit = self._git.run("rev-parse", "--verify", "--quiet", f"{into}^{{commit}}")
        return commit.decode("ascii").strip()

    def _whole_history(self) -> list[str]:
        """The option that fetches all commits, also those that an earlier fetch left out.

        If the remote is a shallow clone itself, as many as it has.
        """
        is_shallow = self._git.run("rev-parse", "--is-shallow-repository").strip() == b"true"
        return ["--unshallow"] if is_shallow else ["--update-shallow"]

    def _changed(self, before: str, commit: str) -> frozenset[str] | None:
        """The paths that differ between two commits; None if the earlier one is missing."""
        if not before or before == commit:
            return frozenset() if before else None
        words = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff")
        answer = self._git.ask(*words, before, commit)
        if answer.code:  # the earlier commit no longer exists
            return None
        return frozenset(os.fsdecode(path) for path in answer.output.split(b"\0") if path)

    def _check_out(self, commit: str, last_whole: str) -> None:
        """Check out the commit, and delete every file that is not part of it."""
        self._write(_State(self._identity, commit, last_whole, is_whole=False))
        self.tree.mkdir(exist_ok=True)
        self._git.run("read-tree", "--reset", "-u", commit, tree=self.tree)
        self._git.run("clean", "-ffdxq", tree=self.tree)
        self._write(_State(self._identity, commit, commit, is_whole=True))

    def _is_damaged(self) -> bool:
        """True if fetched objects are missing, which a fetch cannot repair."""
        if not self._git.directory.is_dir():
            return False
        return self._git.ask("fsck", "--connectivity-only", "--no-dangling").code > 0

    def _tidy(self) -> None:
        """Pack and prune the objects of many fetches."""
        counted = self._git.run("count-objects", "-v").decode("ascii")
        counts = dict(line.split(": ") for line in counted.splitlines())
        if int(counts["count"]) < _MOST_LOOSE and int(counts["packs"]) < _MOST_PACKS:
            return
        try:
            self._git.run("gc", "--quiet", "--prune=now", "--force")
        except RepositoryError as error:  # the tree is whole nevertheless
            log.warning("git gc failed in %s: %s", self._folder, error)

    def _state(self) -> _State | None:
        try:
            written = (self._folder / "state").read_text("ascii")
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        match = _STATE.fullmatch(written)
        return _State(match[1], match[2], match[3], match[4] == "whole") if match else None

    def _write(self, state: _State) -> None:
        fresh = self._folder / "state.new"
        extent = "whole" if state.is_whole else "not whole"
        with fresh.open("w") as file:
            file.write(f"{state.remote}\n{state.commit}\n{state.last_whole}\n{extent}\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._folder / "state")
