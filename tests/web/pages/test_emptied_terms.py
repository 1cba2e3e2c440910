"""A term whose posts are all gone is served, and no list has it."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from feedsvc.settings.load import load_settings
from feedsvc.settings.site import site_of
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from feedsvc.web.app import create_app
from tests.support.builders import an_entry
from tests.support.feedcheck import check_opml
from tests.support.running import SITE

NOW = datetime(2026, 3, 3, tzinfo=UTC)
URL = "https://example.org"
STAYS = an_entry("stays", tags=("Tea",), categories=(("Drinks", "Hot"),))
GOES = an_entry(
    "goes", tags=("Lost",), categories=(("Drinks", "Lost"),), authors=(), language="fr"
)


def _client(store: Store, pages: str) -> FlaskClient:
    environ = SITE | {"FEEDSVC_SITE__URL": URL, "FEEDSVC_SERVER__PAGES": pages}
    settings = load_settings(None, environ)
    site = site_of(settings)
    store.publish(Publication(site, [STAYS, GOES]), NOW)
    store.publish(Publication(site, withdrawn=[GOES.id]), NOW)
    return create_app(settings, store).test_client()


@pytest.fixture
def client(
    store: Store, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> FlaskClient:
    monkeypatch.chdir(tmp_path_factory.mktemp("without-settings"))
    return _client(store, "true")


def test_its_feed_and_its_page_are_served(client: FlaskClient) -> None:
    for path in ("/tags/Lost/", "/categories/Drinks/Lost/", "/lang/fr/"):
        assert client.get(path).status_code == 200
        document = client.get(f"{path}atom.xml")
        assert (document.status_code, document.data.count(b"<entry>")) == (200, 0)


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/tags/", "/categories/", "/lang/", "/?q=lost", "/tags/Losd/", "/tags/Tea/"),
        *("/categories/Drinks/", "/categories/Drinks/Hot/", "/opml.xml"),
    ],
)
def test_no_page_leads_to_it(client: FlaskClient, path: str) -> None:
    shown = client.get(path, headers={"Accept": "text/html"})
    assert b"/Lost/" not in shown.data
    assert b"/lang/fr/" not in shown.data


def test_it_is_not_counted(client: FlaskClient, store: Store) -> None:
    with store.snapshot() as snapshot:
        assert snapshot.feed_counts() == {"site": 1, "tag": 1, "category": 2, "author": 1}


def test_the_list_of_a_kind_stays_when_all_its_feeds_are_empty(
    client: FlaskClient, store: Store
) -> None:
    with store.snapshot() as snapshot:
        site = snapshot.site()
        assert site is not None
    store.publish(Publication(site, withdrawn=[STAYS.id]), NOW)
    shown = client.get("/tags/")
    assert shown.status_code == 200
    assert "no feed is listed" in shown.text
    assert "No results" not in shown.text
    assert "No results" in client.get("/tags/?q=tea").text
    assert client.get("/tags").status_code == 301
    assert b"/atom.xml" in client.get("/opml.xml").data


def test_the_list_of_feeds_gets_a_new_version_without_it(
    store: Store, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("without-settings"))
    client = _client(store, "false")
    first = client.get("/opml.xml")
    assert b"/Lost/" not in client.get("/").data
    with store.snapshot() as snapshot:
        site = snapshot.site()
        assert site is not None
    store.publish(Publication(site, [GOES]), NOW)
    second = client.get("/opml.xml")
    assert b"/tags/Lost/" in second.data
    assert first.headers["ETag"] != second.headers["ETag"]
    assert check_opml(second.data) == []
    store.publish(Publication(site, withdrawn=[GOES.id]), NOW)
    third = client.get("/opml.xml")
    assert (third.data, third.headers["ETag"]) == (first.data, first.headers["ETag"])
