"""`/status`: a page for browsers, JSON for programs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from feedsvc.core.file_records import FileRecord, Stamp
from feedsvc.core.problems import Problem
from feedsvc.store.publication import Publication
from feedsvc.web.admin.status_page import CONNECTIONS
from tests.support.builders import a_site, an_entry
from tests.support.operators import BEARER, BROWSER, TOKEN, Site
from tests.support.stores import opened_store

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
PAGE = BEARER | BROWSER


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a post, a hidden one, and a refused one whose text is hostile."""
    place = tmp_path_factory.mktemp("status")
    url = f"sqlite:///{place}/feedsvc.sqlite3"
    store = opened_store(url)
    problem = Problem(
        "<b>.md", 3, "date: '<script>' is not a date", "write 2026-03-01", True, "date"
    )
    files = [
        FileRecord("one.md", Stamp(1, 1, 1, 1), "d", "published", entry_id=an_entry("one").id),
        FileRecord("<b>.md", Stamp(1, 1, 1, 1), "d", "refused", problems=(problem,)),
        FileRecord("mine.md", Stamp(1, 1, 1, 1), "d", "draft", hidden_by="draft"),
    ]
    store.publish(Publication(a_site(), [an_entry("one", title="One & two")], files=files), NOW)
    store.failures.note("fetch", "no route to host", NOW)
    store.jobs.enqueue(NOW)
    yield Site(store, ADMIN__TOKEN=TOKEN, STORE__URL=url, CONTENT__SEEDS="posts")
    store.close()


def json_of(site: Site, connections: tuple[int, int] | None = None) -> Any:
    environ = {CONNECTIONS: connections} if connections else {}
    return site.visitor().get("/status", headers=BEARER, environ_overrides=environ).json


def test_the_page_says_what_wants_attention(site: Site) -> None:
    got = site.visitor().get("/status", headers=PAGE)
    page = lxml.html.fromstring(got.text)
    assert got.status_code == 200
    assert page.findtext(".//h2") == "2 things want attention"
    wanted = page.xpath("//section[1]//li/@id")
    assert wanted == ["fetch-fails", "posts-refused"]
    text = page.text_content()
    assert "The repository of posts cannot be fetched: no route to host." in text
    assert "posts/<b>.md:3" in text
    assert "'<script>' is not a date" in text
    assert "added: One & two" in text
    assert "Hidden by draft 1." in text
    assert page.xpath("//script") == []


def test_it_loads_itself_again_without_a_script_unless_asked_not_to(site: Site) -> None:
    visitor = site.visitor()
    assert int(visitor.get("/status", headers=PAGE).headers["Refresh"]) == 15
    still = visitor.get("/status?still=1", headers=PAGE)
    assert "Refresh" not in still.headers
    assert "Load it again every few seconds" in still.text


def test_programs_get_json(site: Site) -> None:
    for accept in ("*/*", "application/json"):
        got = site.visitor().get("/status", headers=BEARER | {"Accept": accept})
        assert got.headers["Content-Type"] == "application/json"
        assert "Refresh" not in got.headers
    told = json_of(site)
    assert told["posts"] == 1
    assert [each["code"] for each in told["attention"]] == ["fetch-fails", "posts-refused"]
    assert told["first_problems"][0]["path"] == "posts/<b>.md"


def test_the_connections_are_those_of_the_process(site: Site) -> None:
    assert json_of(site, (3, 4096))["connections"] == {"open": 3, "limit": 4096}
    assert json_of(site)["connections"] is None
    environ = {CONNECTIONS: (3, 4096)}
    got = site.visitor().get("/status", headers=PAGE, environ_overrides=environ)
    assert "3 of 4,096" in got.text


def test_no_detail_is_shown_without_a_token(site: Site) -> None:
    for headers in ({}, BROWSER, {"Authorization": "Bearer wrong"}):
        got = site.visitor().get("/status", headers=headers)
        assert "One" not in got.text
        assert "md" not in got.text


def test_a_head_request_has_the_headers_alone(site: Site) -> None:
    got = site.visitor().head("/status", headers=PAGE)
    assert (got.status_code, got.text) == (200, "")


def test_a_quiet_site_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/feedsvc.sqlite3"
    store = opened_store(url)
    visitor = Site(store, ADMIN__TOKEN=TOKEN, STORE__URL=url).visitor()
    page = lxml.html.fromstring(visitor.get("/status", headers=PAGE).text)
    assert page.findtext(".//h2") == "Nothing wants attention"
    assert "Nothing is published yet." in page.text_content()
    store.close()


def test_while_the_store_cannot_be_used_the_page_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/feedsvc.sqlite3"
    store = opened_store(url)
    with store._database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE jobs")
    site = Site(store, ADMIN__TOKEN=TOKEN, STORE__URL=url)
    got = site.visitor().get("/status", headers=PAGE)
    assert (got.status_code, got.headers["Retry-After"]) == (503, "5")
    assert "The store sqlite:///" in got.text
    assert site.visitor().get("/status", headers=BEARER).status_code == 503
    assert json_of(site)["attention"][0]["code"] == "store-unreachable"
    store.close()
