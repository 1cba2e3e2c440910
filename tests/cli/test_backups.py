"""`feedsvc backup`, `feedsvc restore` and `feedsvc store copy`."""

import re
from contextlib import closing
from pathlib import Path

from feedsvc.store.engine.file_locks import sole_watcher
from feedsvc.store.store import Store
from tests.support.commands import Run
from tests.support.writing import PostFolder


def test_a_restored_store_exports_the_same_bytes(
    run: Run, posts: PostFolder, tmp_path: Path
) -> None:
    file = posts.write("tea.md")
    run("export", "--feeds-only", "before")
    assert run("backup", "b.sqlite3").stdout == "copied the store to b.sqlite3\n"
    text = file.read_bytes()
    posts.write("tea.md", title="New")
    posts.write("late.md")
    run("publish")
    (posts.root / "late.md").unlink()
    file.write_bytes(text)
    result = run("restore", "b.sqlite3")
    assert result.exit_code == 0
    assert "is kept as" in result.stdout
    run("export", "--feeds-only", "after")
    for name in ("atom.xml", "rss.xml", "feed.json"):
        assert (tmp_path / "after" / name).read_bytes() == (
            tmp_path / "before" / name
        ).read_bytes()


def test_faults_end_with_2(
    run: Run, posts: PostFolder, tmp_path: Path, sqlite_url: str
) -> None:
    posts.write("tea.md")
    assert run("backup", "b.sqlite3").exit_code == 2  # there is no store yet
    run("publish")
    run("backup", "b.sqlite3")
    again = run("backup", "b.sqlite3")
    assert (again.exit_code, again.stderr) == (
        2,
        "feedsvc: b.sqlite3 exists and is not overwritten; choose another name\n",
    )
    with sole_watcher(sqlite_url):
        assert run("restore", "b.sqlite3").exit_code == 2
    assert run("restore", "posts/tea.md").exit_code == 2


def test_a_copied_store_exports_the_same_bytes(
    run: Run, posts: PostFolder, tmp_path: Path, sqlite_url: str
) -> None:
    posts.write("tea.md")
    assert not run("export", "--feeds-only", "before").stdout.startswith("0")
    copy_url = f"sqlite:///{tmp_path}/copy.sqlite3"
    result = run("store", "copy", sqlite_url, copy_url)
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.fullmatch(rf"copied \d+ rows from {sqlite_url} to {copy_url}\n", result.stdout)
    again = run("export", "--feeds-only", "before", FEEDSVC_STORE__URL=copy_url)
    assert re.fullmatch(r"0 of \d+ files written below before\n", again.stdout)


def test_a_copy_names_what_the_target_has_and_the_watcher_that_goes_on(
    run: Run, posts: PostFolder, sqlite_url: str
) -> None:
    posts.write("tea.md")
    run("publish")
    with sole_watcher(sqlite_url), closing(Store(sqlite_url)) as store:
        store.watchers.beat("a", "/posts")
        assert run("store", "copy", sqlite_url, "sqlite:///b.sqlite3").stderr == (
            f"feedsvc: a watcher of /posts still publishes into {sqlite_url}, and what it "
            "publishes now is not in the copy; stop it and copy again into an empty store\n"
        )
    again = run("store", "copy", sqlite_url, "sqlite:///b.sqlite3")
    assert again.exit_code == 2
    assert again.stderr.startswith("feedsvc: sqlite:///b.sqlite3 is not empty: it has ")
