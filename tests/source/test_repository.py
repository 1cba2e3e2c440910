"""A tree of posts follows a branch of a git repository."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from feedsvc.errors import RepositoryError
from feedsvc.source.repository import (
    Checkout,
    Remote,
    Repository,
)
from tests.support.checkouts import files_of, follow, octets
from tests.support.origins import (
    Files,
    Origin,
)


def test_the_first_fetch_checks_out_the_whole_branch(clone: Path, origin: Origin) -> None:
    files = {"tea.md": "茶", "posts/pots.md": "pots", "empty.md": ""}
    commit = origin.push(files)
    repository = follow(clone, origin)
    assert repository.update() == Checkout(commit, None)
    assert files_of(repository.tree) == octets(files)
    assert repository.whole == commit


def test_an_update_returns_only_the_paths_that_differ(clone: Path, origin: Origin) -> None:
    origin.push({"a.md": "1", "b.md": "1", "d/c.md": "1", "stays.md": "1"})
    repository = follow(clone, origin)
    repository.update()
    after = {"a.md": "2", "e/b.md": "1", "stays.md": "1", 'new\n茶 "x".md': "1"}
    commit = origin.push(after)
    assert repository.update() == Checkout(
        commit, frozenset({"a.md", "b.md", "e/b.md", "d/c.md", 'new\n茶 "x".md'})
    )
    assert files_of(repository.tree) == octets(after)
    assert not (repository.tree / "d").exists()


def test_an_update_without_a_new_commit_returns_no_path(clone: Path, origin: Origin) -> None:
    commit = origin.push({"a.md": "1"})
    repository = follow(clone, origin)
    repository.update()
    assert repository.update() == Checkout(commit, frozenset())


def test_a_forced_push_to_another_history_is_followed(clone: Path, origin: Origin) -> None:
    first = origin.push({"a.md": "1", "b.md": "1"})
    origin.push({"a.md": "2", "b.md": "1"})
    repository = follow(clone, origin)
    repository.update()
    other = origin.push({"a.md": "1", "c.md": "1"}, onto=None)
    assert repository.update() == Checkout(other, frozenset({"a.md", "b.md", "c.md"}))
    origin.git("update-ref", "refs/heads/main", first)
    assert repository.update() == Checkout(first, frozenset({"b.md", "c.md"}))
    assert files_of(repository.tree) == {"a.md": b"1", "b.md": b"1"}


def test_a_branch_that_is_deleted_leaves_the_tree_until_it_is_back(
    clone: Path, origin: Origin
) -> None:
    commit = origin.push({"a.md": "1"})
    repository = follow(clone, origin)
    repository.update()
    origin.git("update-ref", "-d", "refs/heads/main")
    with pytest.raises(RepositoryError, match="has no refs/heads/main; push it"):
        repository.update()
    assert files_of(repository.tree) == {"a.md": b"1"}
    assert repository.whole == commit
    newer = origin.push({"b.md": "1"}, onto=None)
    assert repository.update() == Checkout(newer, frozenset({"a.md", "b.md"}))


def test_an_empty_repository_has_no_branch_yet(clone: Path, origin: Origin) -> None:
    repository = follow(clone, origin)
    with pytest.raises(RepositoryError, match="has no refs/heads/main"):
        repository.update()
    assert repository.mend() is None
    assert repository.whole is None


def test_a_repository_that_was_deleted_and_is_back_is_followed(
    clone: Path, origin: Origin
) -> None:
    commit = origin.push({"a.md": "1"})
    repository = follow(clone, origin)
    repository.update()
    gone = origin.path.rename(origin.path.with_name("gone"))
    with pytest.raises(RepositoryError, match=r"cannot be fetched: .*does not appear to be"):
        repository.update()
    assert repository.mend() == commit
    gone.rename(origin.path)
    assert repository.update() == Checkout(commit, frozenset())


def test_the_whole_history_is_fetched_if_no_depth_is_set(clone: Path, origin: Origin) -> None:
    origin.push({"a.md": "1"})
    commit = origin.push({"a.md": "2"})
    repository = Repository(clone, Remote(origin.url, "main", depth=0))
    assert repository.update().commit == commit
    assert not (clone / "git" / "shallow").exists()


@pytest.mark.parametrize("is_other_branch", [False, True])
def test_a_new_remote_replaces_the_old_one_completely(
    clone: Path, origin: Origin, tmp_path: Path, is_other_branch: bool
) -> None:
    origin.push({"a.md": "1", "both.md": "1"})
    follow(clone, origin).update()
    other = origin if is_other_branch else Origin(tmp_path / "other.git")
    branch = "next" if is_other_branch else "main"
    repository = follow(clone, other, branch)
    with pytest.raises(RepositoryError):
        repository.update()
    assert repository.mend() is None
    assert repository.whole is None
    assert files_of(repository.tree) == {"a.md": b"1", "both.md": b"1"}
    commit = other.push({"b.md": "2", "both.md": "2"}, branch)
    assert repository.update() == Checkout(commit, None)
    assert files_of(repository.tree) == {"b.md": b"2", "both.md": b"2"}


def test_files_that_others_put_into_the_tree_are_deleted(clone: Path, origin: Origin) -> None:
    origin.push({"a.md": "1", ".gitignore": "*.tmp\n", "was/file.md": "1"})
    repository = follow(clone, origin)
    repository.update()
    (repository.tree / "a.md").write_text("by hand")
    (repository.tree / "x.tmp").write_text("ignored")
    (repository.tree / "was" / "more").mkdir()
    (repository.tree / "was" / "more" / "y.md").write_text("y")
    subprocess.run(["git", "init", "-q", repository.tree / "nested"], check=True)
    after = {"a.md": "1", ".gitignore": "*.tmp\n", "was": "a file now"}
    origin.push(after)
    repository.update()
    assert files_of(repository.tree) == octets(after)


def test_a_deleted_tree_is_checked_out_again(clone: Path, origin: Origin) -> None:
    commit = origin.push({"a.md": "1"})
    repository = follow(clone, origin)
    repository.update()
    shutil.rmtree(repository.tree)
    assert repository.update() == Checkout(commit, None)
    assert files_of(repository.tree) == {"a.md": b"1"}


def test_files_are_checked_out_byte_for_byte(clone: Path, origin: Origin) -> None:
    files: Files = {
        ".gitattributes": "* text eol=crlf ident\n*.utf working-tree-encoding=UTF-16\n",
        "lf.md": b"a\nb\n",
        "crlf.md": b"a\r\nb\r\n",
        "mixed.md": b"a\r\nb\n",
        "ident.md": b"$Id$\n",
        "x.utf": b"x\n",
        "sub/.gitattributes": "[attr]evil text eol=crlf\n*.md evil\n",
        "sub/lf.md": b"a\nb\n",
    }
    origin.push(files)
    repository = follow(clone, origin)
    repository.update()
    assert files_of(repository.tree) == octets(files)


def test_a_file_of_any_name_is_checked_out_and_returned(clone: Path, origin: Origin) -> None:
    origin.push({"a.md": "1"})
    repository = follow(clone, origin)
    repository.update()
    names = ["Tea.md", "tea.md", "茶/é.md", "e\u0301.md", "new\nline.md", "tab\t.md", "-rf.md"]
    names += [":(glob)x.md", "a b\\c.md", os.fsdecode(b"latin\xe9.md")]
    files = dict.fromkeys(names, "1")
    origin.push(files)
    assert repository.update().changed == frozenset({*names, "a.md"})
    assert files_of(repository.tree) == octets(files)
