"""`feedsvc export`: the files that it writes."""

from pathlib import Path

import pytest

from feedsvc.cli import exporting
from feedsvc.publishing.exporting.export import Exported, ExportPlan
from tests.support.commands import Run
from tests.support.s3 import object_server
from tests.support.writing import PostFolder


def exported(run: Run, folder: str = "public") -> dict[str, bytes]:
    run("export", "--feeds-only", folder)
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
    run("export", "--feeds-only", "public", FEEDSVC_FEEDS__ALIASES='{"/blog/index.rdf": "rss"}')
    assert Path("public/blog/index.rdf").read_bytes() == Path("public/rss.xml").read_bytes()
    assert not Path("public/feed.xml").exists()


@pytest.mark.parametrize("workers", [0, 3])
def test_export_has_as_many_workers_as_the_settings_say(
    run: Run, posts: PostFolder, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    asked: list[int] = []

    def record(_store: object, _target: Path, plan: ExportPlan, _progress: object) -> Exported:
        asked.append(plan.workers)
        return Exported()

    monkeypatch.setattr(exporting, "export", record)
    posts.write()
    run("export", "--feeds-only", "public", FEEDSVC_WATCHER__WORKERS=str(workers))
    assert asked == [workers]


def test_export_prints_how_many_files_it_wrote(run: Run, posts: PostFolder) -> None:
    posts.write()
    result = run("export", "--feeds-only", "public").stdout
    number = sum(path.is_file() for path in Path("public").rglob("[!.]*"))
    assert result == f"{number} of {number} files written below public\n"


def test_a_second_export_rewrites_no_file(run: Run, posts: PostFolder) -> None:
    posts.write()
    names = exported(run)
    before = {name: Path("public", name).stat().st_mtime_ns for name in names}
    result = run("export", "--feeds-only", "public").stdout
    assert result == f"0 of {len(names)} files written below public\n"
    assert {name: Path("public", name).stat().st_mtime_ns for name in names} == before


def test_export_ends_with_1_when_a_post_was_refused_and_writes_the_rest(
    run: Run, posts: PostFolder
) -> None:
    posts.write("broken.md", date="soon")
    posts.write("tea.md", title="Green tea")
    result = run("export", "--feeds-only", "public")
    assert result.exit_code == 1
    assert "  posts/broken.md:3:7: date: 'soon' " in result.stdout
    assert b"Green tea" in Path("public/atom.xml").read_bytes()


def test_export_into_a_file_ends_with_2(run: Run, posts: PostFolder) -> None:
    posts.write()
    Path("public").write_text("mine")
    assert run("export", "--feeds-only", "public").exit_code == 2
    assert Path("public").read_text() == "mine"


def test_export_that_cannot_write_a_file_ends_with_1_and_names_what_is_in_the_way(
    run: Run, posts: PostFolder
) -> None:
    posts.write()
    Path("public/atom.xml").mkdir(parents=True)
    result = run("export", "--feeds-only", "public")
    assert result.exit_code == 1
    assert "/atom.xml: not exported: public/atom.xml is in its place" in result.stdout
    assert Path("public/rss.xml").is_file()


# A complete export.


def test_an_export_has_pages_styles_and_files_of_posts(run: Run, posts: PostFolder) -> None:
    posts.write("tea/index.md", "![](leaf.png)", tags="[Green]")
    posts.write_raw("tea/leaf.png", b"leaf")
    result = run("export", "--compress", "--nginx", "rules", "public")
    assert result.exit_code == 0
    files = {path.relative_to("public").as_posix() for path in Path("public").rglob("*")}
    pages = {"index.html", "posts/tea/index.html", "tags/Green/index.html", "404.html"}
    others = {
        "posts/tea/leaf.png",
        "static/style.css",
        "tags/Green/qr.svg",
        "static/style.css.br",
    }
    assert pages | others | {"page/1/index.html", "opml.xml", "feed.xml"} <= files
    assert "rules/feedsvc-http.conf written; reload nginx" in result.stdout


def test_a_file_that_cannot_be_written_is_printed_with_a_cure(
    run: Run, posts: PostFolder
) -> None:
    posts.write("long.md", permalink=f"/{'x' * 300}/")
    result = run("export", "public")
    assert result.exit_code == 1
    assert f"/{'x' * 300}/: not exported: a file name of 300 octets" in result.stdout


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--nginx", "public/rules", "public"], "outside of DIRECTORY"),
        (["--to", "https://bucket"], "write s3://BUCKET"),
        (["--nginx", "rules", "--to", "s3://bucket"], "DIRECTORY"),
        ([], "DIRECTORY"),
    ],
)
def test_a_wrong_option_is_explained(run: Run, words: list[str], fault: str) -> None:
    result = run("export", *words)
    assert (result.exit_code, fault in result.stderr) == (2, True)


def test_an_export_is_uploaded_with_and_without_a_folder(run: Run, posts: PostFolder) -> None:
    posts.write()
    with object_server() as server:
        server.create("tea")
        first = run("export", "--to", "s3://tea/site", "public", **server.environ)
        again = run("export", "--to", "s3://tea/site", **server.environ)
        (posts.root / "tea.md").unlink()
        posts.write("new.md")
        assert run("publish").exit_code == 0
        third = run("export", "--to", "s3://tea/site", "public", **server.environ)
        wrong = run("export", "--to", "s3://none", "public", **server.environ)
    assert "objects written to s3://tea/site" in first.stdout
    assert "\n0 of " in again.stdout
    assert "objects of the last export deleted" in third.stdout
    assert wrong.exit_code == 2
    assert wrong.stderr.startswith("feedsvc: s3://none: status 404 NoSuchBucket; create it")
