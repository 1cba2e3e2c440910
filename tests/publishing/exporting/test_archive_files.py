"""An export has the archive pages that its feeds lead to; an edit writes only its page."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.exported_site import ExportedSite, exported_site

_PAGES = {
    f"archive/{n}/{name}" for n in (1, 2) for name in ("atom.xml", "rss.xml", "feed.json")
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExportedSite]:
    """A site of 55 posts, of which three have a tag, exported once."""
    place: Path = tmp_path_factory.mktemp("archived")
    with exported_site(place) as site:
        for number in range(55):
            _write(site, number)
        site.publish()
        site.export()
        yield site


def _write(site: ExportedSite, number: int, title: str = "") -> None:
    month, day = divmod(number, 28)
    site.posts.write(
        f"{number:02}.md",
        title=title or f"Post {number}",
        date=f"2026-0{1 + month}-{1 + day:02} 10:00:00",
        tags="[few]" if number < 3 else "[]",
    )


def _archive(site: ExportedSite) -> dict[str, bytes]:
    return {path: body for path, body in site.files().items() if path.startswith("archive/")}


def test_a_feed_that_shows_all_its_entries_has_no_pages(written: ExportedSite) -> None:
    archive = _archive(written)
    assert {p for p in archive if p.count("/") == 2} == _PAGES
    assert not any("few" in path for path in archive)


def test_following_the_links_of_files_gives_every_post(written: ExportedSite) -> None:
    files = written.files()
    ids: set[str] = set()
    path = "feed.json"
    while path:
        document = json.loads(files[path])
        ids |= {item["id"] for item in document["items"]}
        path = document.get("next_url", "").removeprefix("https://example.org/blog/")
    assert len(ids) == 55


def test_an_edit_writes_only_its_page(written: ExportedSite) -> None:
    before = _archive(written)
    _write(written, 1, title="Edited")
    written.publish()
    written.export()
    after = _archive(written)
    changed = {path for path in before if path.count("/") == 2 and before[path] != after[path]}
    assert changed == {path for path in _PAGES if path.startswith("archive/1/")}
    assert written.export().written == 0


def test_with_feeds_only_files_lead_to_no_page(written: ExportedSite) -> None:
    written.export("feeds", pages=None)
    files = written.files("feeds")
    assert not any(path.startswith("archive/") for path in files)
    assert b"prev-archive" not in files["atom.xml"]
    assert "next_url" not in json.loads(files["feed.json"])
