"""An export has the feeds and pages of filters with a name, and no page that needs a server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.exported_site import ExportedSite, exported_site

MEDICINE: Final = {"medicine": {"title": "Medicine", "query": "tag=AI&not-tag=diary"}}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ExportedSite]:
    with exported_site(tmp_path, FILTERS=json.dumps(MEDICINE)) as made:
        made.posts.write("ai.md", title="About AI", tags="[AI]")
        made.posts.write("diary.md", title="Diary", tags="[AI, diary]")
        made.publish()
        yield made


def test_the_feeds_and_pages_of_a_filter_are_written(site: ExportedSite) -> None:
    site.export()
    public = site.place / "public"
    feed = json.loads((public / "filters/medicine/feed.json").read_text("utf-8"))
    assert [item["title"] for item in feed["items"]] == ["About AI"]
    assert "About AI" in (public / "filters/medicine/index.html").read_text("utf-8")
    assert "Medicine" in (public / "filters/index.html").read_text("utf-8")
    assert "filters/medicine/atom.xml" in (public / "opml.xml").read_text("utf-8")


def test_no_page_leads_to_one_that_needs_a_server(site: ExportedSite) -> None:
    site.export()
    for page in (site.place / "public").rglob("*.html"):
        assert "/filter/" not in page.read_text("utf-8"), page


def test_another_query_exports_the_filter_anew(site: ExportedSite) -> None:
    site.export()
    other = {"medicine": {"title": "Medicine", "query": "tag=diary"}}
    site.set(FILTERS=json.dumps(other))
    site.publish()
    site.export()
    feed = site.place / "public/filters/medicine/feed.json"
    assert [i["title"] for i in json.loads(feed.read_text("utf-8"))["items"]] == ["Diary"]
