"""`feedsvc export`: the files that it writes."""

from pathlib import Path

import pytest

from tests.support.commands import Run
from tests.support.writing import PostFolder


def exported(run: Run, folder: str = "public") -> dict[str, bytes]:
    run("export", folder)
    files = (path for path in Path(folder).rglob("[!.]*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_export_publishes_and_writes_every_feed_in_every_format(
    run: Run, posts: PostFolder
) -> None:
    posts.write("tea.md", tags="[Green]", categories="[Drinks, Tea]")
    feeds = ["", "tags/Green/", "categories/Drinks/", "categories/Drinks/Tea/"]
    feeds += ["authors/Li/", "lang/en/"]
    formats = ["atom.xml", "rss.xml", "feed.json"]
    expected = {f"{feed}{name}" for feed in feeds for name in formats}
    aliases = {"feed.xml", "index.xml", "rss2.xml"}
    assert exported(run).keys() == expected | aliases | {"opml.xml"}


def test_export_writes_the_aliases_of_the_settings(run: Run, posts: PostFolder) -> None:
    posts.write()
    run("export", "public", FEEDSVC_FEEDS__ALIASES='{"/blog/index.rdf": "rss"}')
    assert Path("public/blog/index.rdf").read_bytes() == Path("public/rss.xml").read_bytes()
    assert not Path("public/feed.xml").exists()


@pytest.mark.parametrize("workers", [0, 3])
def test_export_has_as_many_workers_as_the_settings_say(
    run: Run, posts: PostFolder, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    asked: list[int] = []

    def record(*_: object, workers: int) -> tuple[int, int]:
        asked.append(workers)
        return 0, 0

    monkeypatch.setattr("feedsvc.publishing.exporting.export.export", record)
    posts.write()
    run("export", "public", FEEDSVC_WATCHER__WORKERS=str(workers))
    assert asked == [workers]


def test_export_prints_how_many_files_it_wrote(run: Run, posts: PostFolder) -> None:
    posts.write()
    result = run("export", "public").stdout
    number = sum(path.is_file() for path in Path("public").rglob("[!.]*"))
    assert result == f"{number} of {number} files written below public\n"


def test_a_second_export_rewrites_no_file(run: Run, posts: PostFolder) -> None:
    posts.write()
    names = exported(run)
    before = {name: Path("public", name).stat().st_mtime_ns for name in names}
    result = run("export", "public").stdout
    assert result == f"0 of {len(names)} files written below public\n"
    assert {name: Path("public", name).stat().st_mtime_ns for name in names} == before


def test_export_ends_with_1_when_a_post_was_refused_and_writes_the_rest(
    run: Run, posts: PostFolder
) -> None:
    posts.write("broken.md", date="soon")
    posts.write("tea.md", title="Green tea")
    result = run("export", "public")
    assert result.exit_code == 1
    assert "  posts/broken.md:3:7: date: 'soon' " in result.stdout
    assert b"Green tea" in Path("public/atom.xml").read_bytes()


def test_export_into_a_file_ends_with_2(run: Run, posts: PostFolder) -> None:
    posts.write()
    Path("public").write_text("mine")
    assert run("export", "public").exit_code == 2
    assert Path("public").read_text() == "mine"


def test_export_that_cannot_write_a_file_ends_with_2_and_names_the_file(
    run: Run, posts: PostFolder
) -> None:
    posts.write()
    Path("public/atom.xml").mkdir(parents=True)
    result = run("export", "public")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "public/atom.xml" in line
