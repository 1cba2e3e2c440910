"""An export deletes its own files that are gone, and writes and deletes nothing else."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsvc.errors import ExportError
from feedsvc.web.polls.codings import CODINGS
from tests.support.exported_site import ExportedSite, exported_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ExportedSite]:
    """A site with two posts, exported."""
    with exported_site(tmp_path) as site:
        site.posts.write("tea.md", "Leaves. " * 200, tags="[Green]")
        site.posts.write("cake.md", tags="[Sweet]", permalink="/cake")
        site.publish()
        site.export()
        yield site


def _delete(site: ExportedSite, post: str) -> None:
    (site.posts.root / post).unlink()
    site.publish()
    site.publish()


def test_the_files_of_a_deleted_post_are_deleted_with_their_folders(site: ExportedSite) -> None:
    _delete(site, "tea.md")
    done = site.export()
    assert done.deleted > 0
    assert not (site.place / "public/posts").exists()
    site.export("whole")
    assert site.files() == site.files("whole")


def test_files_of_others_stay(site: ExportedSite) -> None:
    folder = site.place / "public/posts/tea"
    (folder / "mine.txt").write_text("mine")
    (site.place / "public/empty").mkdir()
    (folder / "index.html").write_text("edited")
    _delete(site, "tea.md")
    done = site.export()
    assert done.left == ["posts/tea/index.html"]
    assert sorted(os.listdir(folder)) == ["index.html", "mine.txt"]  # noqa: PTH208 - all of them
    assert (site.place / "public/empty").is_dir()
    assert site.export().left == []


def test_nothing_is_deleted_while_posts_are_held_but_later(site: ExportedSite) -> None:
    _delete(site, "tea.md")
    assert site.export(deletes=False).deleted == 0
    assert (site.place / "public/posts/tea/index.html").exists()
    assert site.export().deleted > 0
    assert not (site.place / "public/posts/tea/index.html").exists()


def test_a_twin_is_never_older_than_its_document(site: ExportedSite) -> None:
    site.export(codings=CODINGS)
    site.posts.write("tea.md", "Other leaves. " * 200, tags="[Green]")
    site.publish()
    site.export(deletes=False)
    assert not list((site.place / "public").rglob("*.gz"))


@pytest.mark.parametrize("place", ["posts/tea/index.html", "tags", "static/style.css"])
def test_what_somebody_has_put_in_the_way_stays_and_the_rest_is_written(
    site: ExportedSite, place: str
) -> None:
    file = site.place / "other" / place
    if place == "tags":
        file.parent.mkdir(parents=True)
        file.write_text("mine")
    else:
        file.mkdir(parents=True)
    done = site.export("other")
    assert {each.cure for each in done.unwritable} == {"move it away, then export again"}
    assert all(f"other/{place} is in its place" in each.fault for each in done.unwritable)
    expected = {path: octets for path, octets in site.files().items() if path[:4] != place[:4]}
    assert expected.items() <= site.files("other").items()
    file.unlink() if place == "tags" else file.rmdir()
    assert site.export("other").unwritable == []
    assert site.files("other") == site.files()


def test_a_file_becomes_a_folder_and_a_folder_a_file(site: ExportedSite) -> None:
    site.posts.write("cake.md", permalink="/cake/plum/cherry.html")
    site.publish()
    site.export()
    assert (site.place / "public/cake/plum/cherry.html").is_file()
    site.posts.write("cake.md", permalink="/cake")
    site.publish()
    done = site.export()
    assert (done.unwritable, done.left) == ([], [])
    assert (site.place / "public/cake").is_file()


def test_a_file_that_may_not_be_deleted_stays_in_the_way(site: ExportedSite) -> None:
    site.posts.write("cake.md", permalink="/cake/plum")
    site.publish()
    done = site.export(deletes=False)
    assert [each.address for each in done.unwritable] == ["cake/plum"]
    assert site.export().unwritable == []
    assert (site.place / "public/cake/plum").is_file()


def test_nothing_is_written_or_deleted_through_a_link_that_leads_out(
    site: ExportedSite, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    shutil.move(site.place / "public/posts", outside)
    (site.place / "public/posts").symlink_to(outside)
    before = {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()}
    site.posts.write("tea.md", "Other leaves.")
    site.publish()
    with pytest.raises(ExportError, match="leads out of"):
        site.export()
    _delete(site, "tea.md")
    assert site.export().left == ["posts/tea/index.html"]
    assert {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()} == before


def test_a_link_to_the_folder_itself_is_fine(site: ExportedSite) -> None:
    (site.place / "current").symlink_to(site.place / "public")
    assert site.export("current").written == 0
    _delete(site, "tea.md")
    assert site.export("current").deleted > 0


def test_only_feeds_are_left_if_only_they_are_exported(site: ExportedSite) -> None:
    site.export(pages=None, aliases={})
    kinds = {Path(name).name for name in site.files()}
    assert kinds == {"atom.xml", "rss.xml", "feed.json", "opml.xml"}


def test_without_pages_there_is_only_the_bare_index(site: ExportedSite) -> None:
    site.set(SERVER__PAGES="false")
    site.publish()
    site.export()
    names = {name for name in site.files() if name.endswith((".html", ".svg"))}
    assert names == {"index.html", "static/icon.svg", "feed/index.html"}


def test_twins_come_and_go_with_their_files(site: ExportedSite) -> None:
    site.export(codings=CODINGS)
    twins = {name for name in site.files() if name.endswith((".gz", ".br", ".zst"))}
    assert {"posts/tea/index.html.gz", "atom.xml.br", "opml.xml.zst"} <= twins
    assert site.export(codings=CODINGS).written == 0
    (site.place / "public/atom.xml.br").write_bytes(b"damaged")
    assert site.export(codings=CODINGS).written == 1
    _delete(site, "tea.md")
    site.export(codings=CODINGS)
    assert "posts/tea/index.html.gz" not in site.files()
    site.export()
    assert not {name for name in site.files() if name.endswith((".gz", ".br", ".zst"))}


def test_a_name_that_is_too_long_harms_no_other_page(site: ExportedSite) -> None:
    site.posts.write("long.md", permalink=f"/{'茶' * 90}/")
    site.publish()
    done = site.export()
    (problem,) = done.unwritable
    assert "octets" in problem.fault
    assert site.export().unwritable == [problem]
