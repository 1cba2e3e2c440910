"""An export of what has changed leaves the same files as an export of everything."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feedsvc.web.exporting import sources
from tests.support.exported_site import ExportedSite, exported_site


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of 26 posts in several categories and tags, exported once."""
    place = tmp_path_factory.mktemp("exported")
    with exported_site(place) as site:
        for number in range(25):
            _write(site, number)
        site.posts.write("pictured/index.md", "![](leaf.png)", title="Pictured")
        site.posts.write_raw("pictured/leaf.png", b"\x89PNG leaf")
        site.publish()
        site.export()
    return place


@pytest.fixture
def site(exported: Path, tmp_path: Path) -> Iterator[ExportedSite]:
    """A copy of that site."""
    shutil.copytree(exported, tmp_path / "site")
    with exported_site(tmp_path / "site") as site:
        yield site


def _write(site: ExportedSite, number: int, **fields: str) -> None:
    front = {
        "title": f"Post {number}",
        "date": f"2026-01-{1 + number:02} 10:00:00",
        "tags": f"[tag {number % 4}, all]",
        "categories": f"[[Drinks, Kind {number % 3}]]",
    }
    site.posts.write(f"{number:02}.md", f"Text of {number}.", **(front | fields))


def _edit(site: ExportedSite) -> None:
    _write(site, 7, title="Edited")


def _edit_the_text(site: ExportedSite) -> None:
    site.posts.write("07.md", "Other text.", title="Post 7", date="2026-01-08 10:00:00")


def _add(site: ExportedSite) -> None:
    _write(site, 60, date="2026-01-20 12:00:00")


def _delete(site: ExportedSite) -> None:
    (site.posts.root / "20.md").unlink()
    site.publish()  # a second look


def _hide(site: ExportedSite) -> None:
    _write(site, 12, draft="true")


def _rename_a_tag(site: ExportedSite) -> None:
    site.set(ALIASES__TAGS='{"tag 1": "tag one"}')


def _new_title(site: ExportedSite) -> None:
    site.set(SITE__TITLE="Another")


def _new_readers(site: ExportedSite) -> None:
    site.set(SERVER__READERS='{"Mine": "https://mine.example/{url}"}')


def _other_category(site: ExportedSite) -> None:
    _write(site, 3, categories="[[Food, Cake]]")


def _permalink_of_a_page(site: ExportedSite) -> None:
    _write(site, 3, permalink="/page/2/")


def _new_picture(site: ExportedSite) -> None:
    site.posts.write_raw("pictured/leaf.png", b"\x89PNG another leaf")


def _robots(site: ExportedSite) -> None:
    site.posts.write_raw("robots.txt", b"User-agent: *\nDisallow: /\n")


def _icon(site: ExportedSite) -> None:
    site.posts.write_raw("favicon.ico", b"icon")


def _nothing(site: ExportedSite) -> None:
    pass


CHANGES = (
    *(_edit, _edit_the_text, _add, _delete, _hide, _rename_a_tag, _new_title, _new_readers),
    *(_other_category, _permalink_of_a_page, _new_picture, _robots, _icon, _nothing),
)


@pytest.mark.parametrize("change", [_edit, _delete, _rename_a_tag, _permalink_of_a_page])
def test_files_are_those_of_a_full_export(
    site: ExportedSite, change: Callable[[ExportedSite], None]
) -> None:
    change(site)
    site.publish()
    site.export()
    site.export("whole")
    assert site.files() == site.files("whole")


def test_after_all_changes_too(site: ExportedSite) -> None:
    for change in CHANGES:
        change(site)
        site.publish()
        site.export()
    site.export("whole")
    assert site.files() == site.files("whole")


def test_without_a_change_no_page_is_rendered(
    site: ExportedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.export()  # the picture was copied
    monkeypatch.setattr("feedsvc.web.exporting.asking.create_app", None)
    assert site.export().written == 0


def test_an_edit_renders_only_pages_that_show_the_post(site: ExportedSite) -> None:
    before = {path: path.stat().st_ino for path in (site.place / "public").rglob("*.html")}
    _write(site, 7, summary="In short")
    site.publish()
    site.export()
    moved = {path for path, inode in before.items() if path.stat().st_ino != inode}
    names = {path.relative_to(site.place / "public").as_posix() for path in moved}
    assert "posts/07/index.html" in names
    assert not {name for name in names if name.startswith("posts/")} - {"posts/07/index.html"}


def test_other_code_renders_all_pages_again(
    site: ExportedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "code_digest", lambda: "other")
    (site.place / "public" / "posts" / "07" / "index.html").write_bytes(b"old")
    assert site.export().written == 1


def test_pages_are_the_same_whoever_renders_them(
    site: ExportedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.publishing.exporting.export._FEWEST_TO_SHARE", 1)
    before = site.files()
    shutil.rmtree(site.place / "public")
    site.export(workers=2)
    assert site.files() == before
