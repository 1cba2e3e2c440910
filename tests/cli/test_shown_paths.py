"""Every message names files as the user can open them, and GitHub's as in the repository."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from feedsvc.publishing.publish import publish
from feedsvc.settings.load import load_settings
from feedsvc.settings.site import site_of
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.commands import Run, settings
from tests.support.origins import Origin
from tests.support.writing import PostFolder

BROKEN: Final = "---\ntitle: Tea\ndate: soon\n---\nTea.\n"


@pytest.mark.parametrize("command", ["check", "publish", "export"])
def test_an_absolute_folder_below_the_current_one_is_shown_relative_to_it(
    run: Run, posts: PostFolder, command: str
) -> None:
    posts.write("tea.md", date="soon")
    words = [command, "public"] if command == "export" else [command]
    printed = run(*words, FEEDSVC_CONTENT__SEEDS=str(posts.root)).stdout
    assert re.search(r"^ *posts/tea\.md:3:7: ", printed, re.M)
    assert str(posts.root) not in printed


@pytest.mark.parametrize("command", ["check", "publish"])
@pytest.mark.parametrize(
    ("inside", "seeds", "shown"),
    [
        ("sub", "../posts", "../posts/tea.md"),
        ("sub", "{}", "{}/tea.md"),
        ("posts", "{}", "tea.md"),
    ],
)
def test_a_path_is_one_that_the_user_can_open_from_where_he_stands(
    run: Run,
    posts: PostFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    inside: str,
    seeds: str,
    shown: str,
) -> None:
    posts.write("tea.md", date="soon")
    (tmp_path / inside).mkdir(exist_ok=True)
    monkeypatch.chdir(tmp_path / inside)
    folder = seeds.format(posts.root)
    printed = run(command, FEEDSVC_CONTENT__SEEDS=folder).stdout
    path = shown.format(posts.root)
    assert [line for line in printed.splitlines() if line.strip().startswith(f"{path}:3:7: ")]
    assert Path(path).exists()


def test_every_path_of_a_dry_run_in_json_can_be_opened(run: Run, posts: PostFolder) -> None:
    posts.write("a.md", guid="urn:tea")
    posts.write("b.md", guid="urn:tea")
    posts.write("soon.md", date="2099-01-01")
    told = json.loads(run("publish", "--dry-run", "--format", "json").stdout)
    (problem,) = told["problems"]
    named = [entry["path"] for entry in told["new"]["entries"]]
    named += [problem["path"], *told["files"]["refused"]["by"]["twin"]["first"]]
    named += [each["path"] for each in told["files"]["waiting"]["soonest"]]
    assert named == ["posts/a.md", "posts/b.md", "posts/b.md", "posts/soon.md"]
    assert problem["fault"].endswith(" as posts/a.md")


def test_a_warning_about_another_post_is_shown_right_after_it_was_stored(
    run: Run, posts: PostFolder
) -> None:
    posts.write("a.md", permalink="/tea/")
    posts.write("b.md", permalink="/tea/")
    for _ in range(2):  # the second publish reads nothing
        assert "which is also the permalink of posts/a.md; " in run("publish").stdout


def test_a_store_keeps_paths_that_are_relative_to_the_folder(
    run: Run, posts: PostFolder, sqlite_url: str
) -> None:
    posts.write("a.md", guid="urn:tea")
    posts.write("b.md", guid="urn:tea")
    run("publish")
    store = Store(sqlite_url)
    with store.snapshot() as snapshot:
        (problem,) = snapshot.problems()
        assert set(snapshot.files()) == {"a.md", "b.md"}
    assert (problem.path, problem.fault.rpartition(" ")[2]) == ("b.md", "a.md")
    report = publish(
        Folder(posts.root, 0),
        store,
        site_of(load_settings(None, settings(sqlite_url))),
        datetime(2026, 11, 29, tzinfo=UTC),
    )
    store.close()
    assert [each.path for each in report.problems] == ["b.md"]


def test_status_names_what_is_held_as_the_user_can_open_it(run: Run, posts: PostFolder) -> None:
    path = posts.write("2026/tea.md", title="Tea")
    run("publish")
    path.unlink()
    run("publish")
    assert "posts/2026/tea.md: Tea" in run("status").stdout
    told = json.loads(run("status", "--format", "json").stdout)
    assert told["held"]["entries"][0]["path"] == "posts/2026/tea.md"


def test_posts_of_git_have_their_path_in_the_repository(run: Run, tmp_path: Path) -> None:
    origin = Origin(tmp_path / "posts.git")
    origin.push({"source/_posts/tea.md": BROKEN})
    git = {"FEEDSVC_SOURCE__GIT": origin.url, "FEEDSVC_SOURCE__PATH": "source/_posts"}
    assert "\n  source/_posts/tea.md:3:7: " in run("publish", **git).stdout
    for format_name in ("text", "json", "github"):
        printed = run("check", "--format", format_name, **git).stdout
        assert "source/_posts/tea.md" in printed
        assert "var/source" not in printed


@pytest.mark.parametrize(
    ("inside", "seeds"),
    [
        (".", "blog/posts"),
        ("blog", "posts"),
        ("blog/posts", "."),
        ("elsewhere", "{}/blog/posts"),
    ],
)
def test_github_gets_paths_from_the_root_of_the_repository(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: str, seeds: str
) -> None:
    root = tmp_path / "checkout"
    PostFolder(root / "blog/posts").write("tea.md", date="soon")
    (root / ".git").mkdir()
    (root / "elsewhere").mkdir()
    monkeypatch.chdir(root / inside)
    chosen = {"FEEDSVC_CONTENT__SEEDS": seeds.format(root)}
    printed = run("check", "--format", "github", **chosen).stdout
    assert printed.startswith("::error file=blog/posts/tea.md,line=3,col=7,")


def test_github_gets_the_usual_path_outside_a_repository(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", date="soon")
    printed = run("check", "--format", "github").stdout
    assert printed.startswith("::error file=posts/tea.md,line=3,")
