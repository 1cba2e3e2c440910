"""`/audience`: plots with tables beneath, of all feeds or of one."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import lxml.html
import pytest

from feedsvc.store.store import Store
from tests.support.operators import BEARER, BROWSER, TOKEN, Site, polled_site
from tests.support.stores import opened_store

PAGE = BEARER | BROWSER
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = opened_store(f"sqlite:///{tmp_path_factory.mktemp('audience')}/feedsvc.sqlite3")
    yield made
    made.close()


@pytest.fixture(scope="module")
def site(store: Store) -> Site:
    return polled_site(store)


def page(site: Site, query: str = "") -> Any:
    response = site.visitor().get(f"/audience{query}", headers=PAGE)
    assert response.status_code == 200
    return lxml.html.fromstring(response.text)


def table(got: Any, name: str) -> list[list[str]]:
    rows = got.xpath(f"//section[@aria-labelledby='{name}']//tbody/tr")
    return [[cell.text_content() for cell in row] for row in rows]


def test_it_is_behind_the_door(site: Site) -> None:
    refused = site.visitor().get("/audience", headers=BROWSER)
    assert refused.status_code == 401
    assert "Newsboat" not in refused.text
    response = site.visitor().get("/audience", headers=PAGE)
    assert response.headers["Cache-Control"] == "no-store"


def test_plots_have_titles_and_tables_stand_beneath(site: Site) -> None:
    got = page(site)
    titles = got.xpath("//figure//svg[@role='img']/title/text()")
    assert len(titles) == len(got.xpath("//figure")) == 4
    assert all("on the last day" in text for text in got.xpath("//svg/desc/text()"))
    assert got.xpath("//script") == []
    assert len(table(got, "days")) == 30
    assert table(got, "days")[0][1:4] == ["2", "42", "35"]
    assert [row[0] for row in table(got, "feeds")] == ["/tags/Tea/", "/", "/tags/<i>&/"]
    assert [(row[0], row[4], row[-1]) for row in table(got, "products")] == [
        ("Newsboat", "100 %", "reader"),
        ("Python", "0 %", "library"),
        ("Feedly", "0 %", "aggregator"),
    ]
    assert "Python wastes most: 36 kB were sent in 4 polls" in got.text_content()


def test_one_feed_is_shown_by_its_link(site: Site) -> None:
    for link, title in (("<i>&", "Audience of /tags/<i>&/"), ("/", "Audience of /")):
        (address,) = [
            each.get("href")
            for each in page(site).xpath("//section[@aria-labelledby='feeds']//a")
            if each.text == (f"/tags/{link}/" if link != "/" else "/")
        ]
        got = page(site, address)
        assert got.findtext(".//h1") is not None
        assert got.xpath("//h1")[0].text_content() == title
        assert table(got, "feeds") == []
        assert len(table(got, "products")) == 1


@pytest.mark.parametrize(
    ("query", "days"), [("?days=7", 7), ("?days=365", 365), ("?days=1e9", 30), ("?days=-1", 30)]
)
def test_only_the_offered_periods_are_shown(site: Site, query: str, days: int) -> None:
    assert len(table(page(site, query), "days")) == days


def test_a_feed_without_polls_is_empty_and_an_unknown_one_is_not_found(site: Site) -> None:
    assert "No polls were counted" in page(site, "?feed=authors/Li").text_content()
    unknown = site.visitor().get("/audience?feed=tags/none", headers=PAGE)
    assert unknown.status_code == 404


def test_a_feed_that_is_no_text_is_not_found(either_url: str) -> None:
    with closing(opened_store(either_url)) as store:
        visitor = Site(store, ADMIN__TOKEN=TOKEN).visitor()
        for octets in ("%00", "tags/a%00", "%EF%BF%BF"):
            response = visitor.get(f"/audience?feed={octets}", headers=PAGE)
            assert response.status_code == 404
