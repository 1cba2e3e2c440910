"""`feedsvc backup` and `feedsvc restore`."""

from pathlib import Path

from feedsvc.store.engine.file_locks import sole_watcher
from tests.support.commands import Run
from tests.support.writing import PostFolder


def test_a_restored_store_exports_the_same_bytes(
    run: Run, posts: PostFolder, tmp_path: Path
) -> None:
    file = posts.write("tea.md")
    run("export", "before")
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
    run("export", "after")
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
