"""Proposed changes are checked out elsewhere, if they are small enough."""

import os
from pathlib import Path

import pytest

from feedsvc.errors import RepositoryError
from feedsvc.source.repository import (
    Checkout,
)
from tests.support.checkouts import files_of, follow
from tests.support.origins import (
    Files,
    Origin,
)


def test_a_proposed_change_is_checked_out_elsewhere(
    clone: Path, origin: Origin, tmp_path: Path
) -> None:
    base = origin.push({"a.md": "1"})
    repository = follow(clone, origin)
    repository.update()
    proposed = origin.push({"a.md": "2", "b.md": "1"}, "theirs", onto=base)
    origin.git("update-ref", "refs/pull/7/head", proposed)
    into = tmp_path / "preview"
    assert repository.preview("refs/pull/7/head", into) == proposed
    assert files_of(into) == {"a.md": b"2", "b.md": b"1"}
    assert files_of(repository.tree) == {"a.md": b"1"}
    assert repository.update() == Checkout(base, frozenset())
    assert repository.preview("main", tmp_path / "branch") == base


@pytest.mark.parametrize(
    "ref", ["refs/pull/7/head", "refs/merge-requests/7/head", "refs/pull-requests/7/from"]
)
def test_each_forge_names_its_proposed_changes(
    clone: Path, origin: Origin, tmp_path: Path, ref: str
) -> None:
    origin.git("update-ref", ref, origin.push({"a.md": "1"}))
    follow(clone, origin).preview(ref, tmp_path / "preview")
    assert files_of(tmp_path / "preview") == {"a.md": b"1"}


@pytest.mark.parametrize(
    "ref",
    [
        "refs/heads/theirs",
        "refs/pull/7/merge",
        "refs/pull-requests/7/merge",
        "refs/pull/../head",
        "refs/pull/7/head\n",
        "refs/pull/٧/head",
        "refs/pull/7/head:refs/feedsvc/fetched",
        "-x",
        "next",
        "",
    ],
)
def test_other_refs_are_not_previewed(
    clone: Path, origin: Origin, tmp_path: Path, ref: str
) -> None:
    with pytest.raises(RepositoryError, match="neither the branch nor a proposed change"):
        follow(clone, origin).preview(ref, tmp_path / "preview")


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"a.png": os.urandom(300_000)}, "adds more than 100,000 octets"),
        ({f"{n}.png": os.urandom(40_000) for n in range(9)}, "adds more than 100,000 octets"),
        ({f"{n}.md": "x" * 30_000 for n in range(9)}, "270,000 octets; .* only 100,000"),
        ({f"{'n' * 200}{n}.md": "x" for n in range(900)}, "more files than a preview"),
    ],
)
def test_a_proposed_change_that_is_far_too_large_is_refused(
    clone: Path,
    origin: Origin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: Files,
    fault: str,
) -> None:
    published: Files = {"large.png": os.urandom(90_000)}
    base = origin.push(published)
    repository = follow(clone, origin)
    repository.update()
    monkeypatch.setattr("feedsvc.source.repository.MOST_PROPOSED", 100_000)
    monkeypatch.setattr("feedsvc.source.repository._MOST_LISTED", 100_000)
    origin.git("update-ref", "refs/pull/7/head", origin.push(files, "theirs", onto=base))
    with pytest.raises(RepositoryError, match=fault):
        repository.preview("refs/pull/7/head", tmp_path / "preview")
    assert files_of(tmp_path / "preview") == {}
    assert "previewed" not in repository._git.run("for-each-ref").decode()
    assert repository.update() == Checkout(base, frozenset())
    small = origin.push({**published, "a.md": "1"}, "ours")
    origin.git("update-ref", "refs/pull/8/head", small)
    assert repository.preview("refs/pull/8/head", tmp_path / "small") == small


def test_a_preview_does_not_write_among_other_files(
    clone: Path, origin: Origin, tmp_path: Path
) -> None:
    origin.push({"a.md": "1"})
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.md").write_text("mine")
    with pytest.raises(RepositoryError, match="is not empty"):
        follow(clone, origin).preview("main", tmp_path / "full")
    assert files_of(tmp_path / "full") == {"mine.md": b"mine"}
