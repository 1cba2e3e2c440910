"""`feedsvc publish`: what it reports, writes and refuses."""

import os
import re
import threading
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from feedsvc.store.store import Store
from tests.support.commands import Run, forked, tree
from tests.support.origins import Origin
from tests.support.writing import PostFolder


def test_publish_reports_what_was_added(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", tags="[Green]")
    result = run("publish")
    assert (result.exit_code, result.stdout.splitlines()) == (
        0,
        [
            *("added: 1", "  posts/tea.md", "changed: 0", "withdrawn: 0"),
            *("feeds changed: 4", "files read: 1", "problems: 0"),
            *("files: 1", "  published: 1"),
        ],
    )


def test_publish_names_tags_with_one_old_address(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", tags='["C++", "C#"]')
    wordpress = {"FEEDSVC_REDIRECTS__FROM": '["wordpress"]'}
    lines = run("publish", **wordpress).stdout.splitlines()
    assert lines[-2] == "old addresses that several names share: 1"
    assert "tag 'C++': wordpress gave the same address" in lines[-1]
    assert "old addresses" not in run("publish").stdout


def test_publish_reports_what_was_changed(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", title="Old")
    run("publish")
    posts.write("tea.md", title="New")
    assert run("publish").stdout.startswith(
        "added: 0\nchanged: 1\n  posts/tea.md\nwithdrawn: 0\n"
    )


def test_publish_reports_that_nothing_changed(run: Run, posts: PostFolder) -> None:
    posts.write()
    run("publish")
    assert run("publish").stdout == (
        "added: 0\nchanged: 0\nwithdrawn: 0\nfeeds changed: 0\nfiles read: 0\n"
        "problems: 0\nfiles: 1\n  published: 1\n"
    )


def test_new_settings_of_feeds_read_no_file_and_a_new_title_those_that_show_it(
    posts: PostFolder, environ: dict[str, str], tmp_path: Path
) -> None:
    posts.write("tea.md", tags="[Green]")
    posts.write("named.md", "{{ site.title }}")
    counts = []
    for change in (
        {},
        {"FEEDSVC_FEEDS__ENTRIES": "3"},
        {"FEEDSVC_FEEDS__ENTRIES": "3", "FEEDSVC_SITE__TITLE": "Pu-erh"},
    ):
        result = forked("publish", environ=environ | change, cwd=tmp_path)
        assert (result.returncode, result.stderr) == (0, "")
        report = dict(line.split(": ") for line in result.stdout.splitlines() if ": " in line)
        counts.append((report["files read"], report["feeds changed"]))
    assert counts == [("2", "4"), ("0", "4"), ("1", "4")]


def test_one_publish_withdraws_what_was_deleted(run: Run, posts: PostFolder) -> None:
    posts.write("other.md")  # the folder is not empty
    path = posts.write("tea.md")
    run("publish")
    path.unlink()
    assert "\nwithdrawn: 1\n  posts/tea.md\n" in run("publish").stdout


def test_one_publish_waits_until_a_file_is_no_longer_being_written(
    run: Run, posts: PostFolder
) -> None:
    posts.write("tea.md")
    result = run("publish", FEEDSVC_WATCHER__QUIET="0.2")
    assert result.stdout.startswith("added: 1\n  posts/tea.md\n")


def test_publish_ends_with_1_and_the_reason_if_a_post_is_refused(
    run: Run, posts: PostFolder
) -> None:
    posts.write("broken.md", date="soon")
    result = run("publish")
    assert result.exit_code == 1
    assert re.search(
        r"^problems: 1\n  posts/broken\.md:3:7: date: 'soon' .+; write .+$", result.stdout, re.M
    )


def test_the_other_posts_are_published_if_one_is_refused(run: Run, posts: PostFolder) -> None:
    posts.write("broken.md", date="soon")
    posts.write("tea.md")
    assert run("publish").stdout.startswith("added: 1\n  posts/tea.md\n")


def test_a_post_that_stays_refused_ends_every_publish_with_1(
    run: Run, posts: PostFolder
) -> None:
    posts.write("broken.md", date="soon")
    run("publish")
    assert run("publish").exit_code == 1


def test_a_warning_is_reported_but_ends_with_0(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", lang="Chinese (simplified)")
    result = run("publish")
    assert result.exit_code == 0
    assert "\nproblems: 1\n  posts/tea.md:4:7: lang: " in result.stdout


def test_a_long_list_is_cut_and_shows_how_many_are_left_out(
    run: Run, posts: PostFolder
) -> None:
    for number in range(23):
        posts.write(f"{number:02}.md")
    result = run("publish").stdout.splitlines()
    assert result[0] == "added: 23"
    assert result[20:23] == ["  posts/19.md", "  ... and 3 more", "changed: 0"]


def test_a_damaged_store_is_put_aside_and_the_folder_is_published_again(
    run: Run, posts: PostFolder, tmp_path: Path
) -> None:
    posts.write("tea.md")
    (tmp_path / "var").mkdir()
    damaged = tmp_path / "var" / "feedsvc.sqlite3"
    damaged.write_bytes(b"this is no database " * 500)
    assert run("publish").stdout.startswith("added: 1\n")
    (aside,) = damaged.parent.glob("feedsvc.sqlite3.damaged-*")
    assert aside.read_bytes() == b"this is no database " * 500


def test_a_dry_run_reports_as_publish_would_and_writes_nothing(
    run: Run, posts: PostFolder, tmp_path: Path
) -> None:
    posts.write("tea.md", title="Old")
    run("publish")
    posts.write("tea.md", title="New")
    posts.write("more.md")
    before = run("feeds").stdout
    result = run("publish", "--dry-run")
    assert run("feeds").stdout == before
    assert result.exit_code == 0
    start, _, outlook = result.stdout.partition("subscribers would see\n")
    assert start == run("publish").stdout
    assert outlook == (
        "new: 1\n  posts/more.md\nupdated: 0\ncorrected: 1\n  posts/tea.md\nwithdrawn: 0\n"
        "returned: 0\nre-identified: 0\nheld: 0\nhidden by a key that restricts them: 0\n"
    )
    assert "added: 1\n  posts/more.md\nchanged: 1\n  posts/tea.md\n" in result.stdout


def test_a_dry_run_reports_what_would_be_withdrawn(run: Run, posts: PostFolder) -> None:
    posts.write("other.md")  # the folder is not empty
    path = posts.write("tea.md")
    run("publish")
    path.unlink()
    assert "\nwithdrawn: 1\n  posts/tea.md\n" in run("publish", "--dry-run").stdout


def test_a_dry_run_without_a_store_leaves_none_behind(
    run: Run, posts: PostFolder, tmp_path: Path
) -> None:
    posts.write("tea.md")
    before = tree(tmp_path)
    result = run("publish", "--dry-run")
    assert result.stdout.startswith("added: 1\n  posts/tea.md\n")
    assert tree(tmp_path) == before


def test_a_dry_run_ends_with_1_if_a_post_would_be_refused(run: Run, posts: PostFolder) -> None:
    posts.write("broken.md", date="soon")
    result = run("publish", "--dry-run")
    assert result.exit_code == 1
    assert "problems: 1\n  posts/broken.md:3:7: " in result.stdout


def test_a_dry_run_of_a_branch_leaves_the_tree_alone(run: Run, tmp_path: Path) -> None:
    origin = Origin(tmp_path / "posts.git")
    post = "---\ntitle: {}\ndate: 2026-03-01\n---\nTea.\n"
    origin.push({"tea.md": post.format("Tea")})
    run("publish", FEEDSVC_SOURCE__GIT=origin.url)
    origin.push({"tea.md": post.format("Green"), "new.md": post.format("New")})
    result = run("publish", "--dry-run", FEEDSVC_SOURCE__GIT=origin.url)
    assert result.stdout.startswith("added: 1\n  new.md\nchanged: 1\n  tea.md\n")
    assert sorted(p.name for p in tmp_path.glob("var/source/tree/*")) == ["tea.md"]


@pytest.mark.parametrize("name", ["publish", "check"])
def test_a_missing_folder_of_posts_ends_with_2(run: Run, name: str) -> None:
    result = run(name, "--seeds", "gone")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "gone is not a folder; set content.seeds" in line


def test_a_folder_that_vanished_withdraws_nothing(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md")
    run("publish")
    posts.root.rename("elsewhere")
    assert run("publish").exit_code == 2
    assert run("feeds").stdout.split("\t")[2] == "1"


@pytest.mark.parametrize("arguments", [("publish",), ("check",)])
def test_control_characters_in_a_name_are_escaped(
    run: Run, posts: PostFolder, arguments: tuple[str, ...]
) -> None:
    posts.write("\x1b[31mred\nforged.md:1: fault; cure\u2028.md", title="x", date="soon")
    result = run(*arguments).stdout
    assert not {"\x1b", "\u2028"} & set(result)
    line, *_ = [line for line in result.splitlines() if "forged" in line]
    name = r"\x1b[31mred\nforged.md:1: fault; cure\u2028.md"
    assert re.match(rf"(posts/)?{re.escape(name)}:3(:\d+)?: date: ", line.strip())


def test_control_characters_in_the_name_of_a_good_post_are_escaped(
    run: Run, posts: PostFolder
) -> None:
    posts.write("\x1b[31mred.md", title="Red")
    assert run("publish").stdout.splitlines()[:2] == ["added: 1", r"  posts/\x1b[31mred.md"]


def test_a_file_name_that_is_not_utf_8_is_reported_and_the_rest_is_published(
    run: Run, posts: PostFolder
) -> None:
    Path(os.fsdecode(os.fsencode(posts.root) + b"/caf\xe9.md")).write_text("---\n---\n")
    posts.write("tea.md")
    result = run("publish")
    assert result.stdout.startswith("added: 1\n  posts/tea.md\n")
    assert "\n  posts/caf\\xe9.md: " in result.stdout
    assert result.stdout.endswith("  refused: 1\n    name: 1 (posts/caf\\xe9.md)\n")


@pytest.mark.parametrize("name", ["publish", "feeds"])
def test_a_store_that_cannot_be_created_ends_with_2(
    run: Run, tmp_path: Path, name: str
) -> None:
    (tmp_path / "var").write_text("in the way")
    result = run(name)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "set store.url to a path that feedsvc may write to" in line


@pytest.mark.parametrize("words", [["publish"], ["publish", "--dry-run"]])
def test_a_publish_is_refused_if_another_process_publishes_for_long(
    run: Run,
    posts: PostFolder,
    environ: dict[str, str],
    tmp_path: Path,
    sqlite_url: str,
    words: list[str],
) -> None:
    posts.write("tea.md")
    run("publish")
    posts.write("new.md")
    publishing = Store(sqlite_url)
    try:
        with publishing.lock():
            result = forked(*words, environ=environ, cwd=tmp_path)
    finally:
        publishing.close()
    assert result.returncode == 2
    assert result.stderr == f"feedsvc: another process is publishing into {sqlite_url}\n"
    assert run("publish").stdout.startswith("added: 1\n  posts/new.md\n")


@pytest.mark.parametrize("words", [["publish"], ["publish", "--dry-run"]])
def test_a_publish_waits_for_another_process_that_publishes(
    run: Run, posts: PostFolder, sqlite_url: str, words: list[str]
) -> None:
    posts.write("tea.md")
    run("publish")
    posts.write("new.md")
    publishing = Store(sqlite_url)
    unlock = ExitStack()
    unlock.enter_context(publishing.lock())
    timer = threading.Timer(1, unlock.close)
    timer.start()
    try:
        assert run(*words).stdout.startswith("added: 1\n  posts/new.md\n")
    finally:
        timer.join()
        publishing.close()


def test_publish_builds_the_search_index_and_drops_it(
    run: Run, posts: PostFolder, environ: dict[str, str]
) -> None:
    def is_ready() -> tuple[bool, bool]:
        with (
            closing(Store(environ["FEEDSVC_STORE__URL"])) as store,
            store.snapshot() as snapshot,
        ):
            return snapshot.search.is_on(), snapshot.search.is_ready()

    posts.write("tea.md")
    run("publish")
    assert is_ready() == (False, False)
    with_index = {"FEEDSVC_SEARCH__FULL_TEXT": "true"}
    assert "files read: 0" in run("publish", **with_index).stdout
    assert is_ready() == (True, True)
    run("publish", "--dry-run")  # writes nothing
    assert is_ready() == (True, True)
    run("publish")
    assert is_ready() == (False, False)
