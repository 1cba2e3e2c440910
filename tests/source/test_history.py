"""Git tells when each file of a folder was added."""

import os
import random
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feedsvc.errors import HistoryError
from feedsvc.source import history as history_module
from feedsvc.source.history import Arrival, History
from tests.support.histories import Commits, day, git

TEA, CUP = (f"{word} line\n" * 40 for word in ("tea", "cup"))
ODD = 'new\nline 茶 "[x]*.md', "\x01R100.md", " R.md", "-M.md"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which files come, go and move in every way."""
    commits = Commits(tmp_path_factory.mktemp("repository"))
    commits.add(1, {"notes/root.md": "root", "notes/edited.md": TEA, "outside.md": CUP})
    commits.add(2, dict.fromkeys((f"notes/{name}" for name in ODD), "odd"))
    commits.add(3, {"notes/edited.md": TEA + "more", "notes/there.md": "back and forth"})
    commits.add(4, {"notes/Untitled.md": "the first", "notes/again.md": "again"})
    commits.add(5, renamed={"notes/Untitled.md": "notes/first.md", "notes/there.md": "b.md"})
    commits.add(6, {"notes/Untitled.md": "the second", "notes/again.md": None})
    commits.add(7, renamed={"outside.md": "notes/inside.md", "b.md": "notes/there.md"})
    commits.add(8, {"notes/again.md": "again", "notes/copy.md": TEA + "more"})
    commits.add(9, {"notes/moved.md": None, "notes/other.md": CUP + "other"})
    commits.add(
        10,
        {"notes/deep/moved and edited.md": CUP + "other, and more", "notes/other.md": None},
    )
    commits.add(11, {"notes/side.md": "side"}, branch="side", begins="refs/heads/main")
    commits.add(12, renamed={"notes/root.md": "notes/renamed.md"}, branch="main")
    commits.add(13, {"notes/edited.md": "new"}, branch="side")
    commits.add(
        14,
        {"notes/in merge.md": "evil", "notes/first.md": None, "notes/of merge.md": "the first",
         "notes/side.md": "side", "notes/edited.md": "new"},
        merged="side",
    )  # fmt: skip
    commits.add(15, {"notes/zone.md": "zone"}, zone="-0330")
    commits.add(16, {"notes/no zone.md": "no zone"}, zone="+2359")
    commits.add(17, {"notes/far.md": "far"}, at=999_999_999_999)
    commits.add(18, {"notes/gone.md": "gone"})
    commits.add(19, {"notes/gone.md": None})
    root = commits.check_out()
    (root / "notes/new.md").write_text("not committed")
    (root / "notes/gone.md").write_text("not committed again")
    return root


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("renamed.md", 1),  # of the first commit, which has no parent
        *((name, 2) for name in ODD),
        ("edited.md", 1),  # an edit does not count
        ("there.md", 3),  # renamed and renamed back
        ("of merge.md", 4),  # renamed, and renamed again by a merge
        ("Untitled.md", 6),  # the name of another file before
        ("inside.md", 1),  # from outside of the folder
        ("again.md", 8),  # deleted, and added again
        ("copy.md", 8),
        ("deep/moved and edited.md", 9),
        ("side.md", 11),  # on a branch, before it was merged
        ("in merge.md", 14),
        ("new.md", None),
        ("gone.md", None),
    ],
)
def test_a_file_has_the_date_of_the_commit_that_added_it(
    repository: Path, path: str, number: int | None
) -> None:
    with History(repository / "notes") as history:
        arrival = history.arrival(path)
    assert (arrival.at if arrival else None) == (day(number) if number else None)


def test_dates_keep_the_offset_of_the_author(repository: Path) -> None:
    with History(repository / "notes") as history:
        arrivals = [history.arrival(f"{name}.md") for name in ("zone", "no zone", "far")]
    zone, no_zone, far = (arrival.at for arrival in arrivals if arrival)
    assert (zone, zone.utcoffset()) == (day(15), -timedelta(hours=3, minutes=30))
    assert (no_zone, no_zone.utcoffset()) == (day(16), timedelta())  # no feed can have it
    assert far.year == 9999


def test_earlier_names_are_told_if_they_were_in_the_folder(repository: Path) -> None:
    with History(repository / "notes") as history:
        assert history.arrival("of merge.md") == Arrival(day(4), ("first.md", "Untitled.md"))
        assert history.arrival("inside.md") == Arrival(day(1), ())


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_adding_renaming_and_deleting_is_followed(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    commits = Commits(tmp_path / "notes")
    added: dict[str, int] = {}
    names = [f"{n}.md" for n in range(6)]
    for number in range(1, 80):
        name, other = chance.sample(names, 2)
        if name not in added:
            commits.add(number, {name: f"text {number}\n" * 9})
            added[name] = number
        elif other not in added:
            commits.add(number, renamed={name: other})
            added[other] = added.pop(name)
        else:
            commits.add(number, {name: None})
            del added[name]
    commits.add(80, {"last.md": "last"})
    with History(commits.check_out()) as history:
        found = {name: history.arrival(name) for name in names}
    assert {n: a.at for n, a in found.items() if a} == {n: day(at) for n, at in added.items()}


def test_only_the_commits_since_a_file_was_added_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = Commits(tmp_path)
    for number in range(1, 101):
        commits.add(number, {f"{number}.md": f"{number}"})
    root = commits.check_out()
    read: list[object] = []

    def counted(words: Iterator[bytes]) -> Iterator[object]:
        for addition in additions(words):
            read.append(addition)
            yield addition

    additions = history_module._additions
    monkeypatch.setattr(history_module, "_additions", counted)
    with History(root) as history:
        assert history.arrival("95.md") == Arrival(day(95))
        assert history.arrival("98.md") == Arrival(day(98))
    assert len(read) == 6


@pytest.mark.parametrize("kind", ["worktree", "submodule", "of another user"])
def test_every_kind_of_checkout_has_a_history(
    repository: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path))  # as in a hook of another repository
    root = tmp_path / "outer" / "inner"
    if kind == "worktree":
        git(repository, "worktree", "add", "--quiet", "--detach", str(root))
    elif kind == "submodule":
        Commits(root.parent)
        git(root.parent, "submodule", "--quiet", "add", str(repository), "inner")
    else:
        shutil.copytree(repository, root)
        if os.geteuid() == 0:
            os.chown(root, 12345, 12345)
            os.chown(root / ".git", 12345, 12345)
    with History(root / "notes") as history:
        assert history.exists
        assert history.arrival("edited.md") == Arrival(day(1))


@pytest.mark.parametrize(
    ("kind", "fault", "cure"),
    [
        ("shallow", "the git repository is a shallow clone", "git fetch --unshallow"),
        ("none", "the folder is in no git repository", "git clone"),
        ("no program", "the program git cannot be started", "install git 2.32"),
        ("damaged", "git log failed", "git fsck"),
        ("partial", "git ", "without --filter"),
    ],
)
def test_a_repository_that_cannot_tell_is_refused_with_its_cure(
    repository: Path, tmp_path: Path, kind: str, fault: str, cure: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    root = tmp_path / "clone"
    root.mkdir()
    if kind == "shallow":
        git(root, "clone", "--quiet", "--depth=3", f"file://{repository}", ".")
    elif kind == "no program":
        monkeypatch.setenv("PATH", str(tmp_path))
    elif kind == "partial":
        git(repository, "config", "uploadpack.allowFilter", "true")
        git(
            root,
            "clone",
            "--quiet",
            "--no-checkout",
            "--filter=tree:0",
            f"file://{repository}",
            ".",
        )
    elif kind == "damaged":
        git(root, "clone", "--quiet", str(repository), ".")
        lost = git(repository, "rev-parse", "main~5")
        (root / ".git/objects" / lost[:2] / lost[2:]).unlink()
    with History(root) as history, pytest.raises(HistoryError) as refused:
        history.arrival("notes/renamed.md")
    assert fault in refused.value.fault
    assert cure in refused.value.cure


def test_nothing_is_committed_in_a_new_repository(tmp_path: Path) -> None:
    Commits(tmp_path)
    with History(tmp_path) as history:
        assert history.arrival("tea.md") is None


def test_the_configuration_of_a_repository_runs_no_program(tmp_path: Path) -> None:
    commits = Commits(tmp_path / "notes")
    commits.add(1, {"in/tea.md": TEA, ".gitattributes": "*.md diff=bad filter=bad\n"})
    commits.add(2, renamed={"in/tea.md": "in/cup.md"})
    root = commits.check_out()
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    spy.chmod(0o755)
    for name in (
        *("core.fsmonitor", "core.pager", "pager.log", "gpg.program", "diff.external"),
        *("diff.bad.command", "diff.bad.textconv", "filter.bad.clean", "core.sshCommand"),
        *("core.alternateRefsCommand", "core.editor", "alias.log"),
    ):
        git(root, "config", name, str(spy))
    for name in ("log.showSignature", "diff.relative", "log.follow", "diff.noPrefix"):
        git(root, "config", name, "true")
    git(root, "config", "log.showRoot", "false")
    git(root, "config", "diff.renames", "false")
    with History(root / "in") as history:
        assert history.arrival("cup.md") == Arrival(day(1), ("tea.md",))
    assert not (tmp_path / "ran").exists()
