"""The page of a retracted post answers 410 with the notice, and its files are gone."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from flask.testing import FlaskClient

from feedsvc.publishing.retracting import retract
from feedsvc.settings.load import load_settings
from feedsvc.settings.site import site_of
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from feedsvc.web.app import create_app
from tests.support.builders import an_entry
from tests.support.running import SITE

NOW: Final = datetime(2026, 3, 3, tzinfo=UTC)
TEXT: Final = "The wrong recipe."
TEA: Final = an_entry("tea", title="Tea", content_html=f"<p>{TEXT}</p>", tags=("Tea",))
BROWSER: Final = {"Accept": "text/html"}


@pytest.fixture
def client(
    store: Store, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> FlaskClient:
    monkeypatch.chdir(tmp_path_factory.mktemp("without-settings"))
    loaded = load_settings(None, SITE | {"FEEDSVC_SITE__URL": "https://example.org"})
    store.publish(Publication(site_of(loaded), [TEA, an_entry("milk")]), NOW)
    with store.lock():
        retract(store, TEA.id, "See <i>below</i>.", NOW + timedelta(days=30), NOW)
    return create_app(loaded, store).test_client()


def test_the_page_is_410_with_the_notice(client: FlaskClient) -> None:
    page = client.get("/posts/tea/", headers=BROWSER)
    assert (page.status_code, page.mimetype) == (410, "text/html")
    assert "See &lt;i&gt;below&lt;/i&gt;." in page.text
    assert "<h1>Tea</h1>" in page.text
    assert page.headers["Cache-Control"] == "public, max-age=60"
    line = client.get("/posts/tea/")
    assert (line.status_code, line.text) == (410, "410 Gone: See <i>below</i>.\n")
    assert line.headers["Content-Type"] == "text/plain; charset=utf-8"
    for answer in (page, line):
        assert answer.headers["Vary"] == "Accept, Accept-Encoding, Accept-Language"
    assert client.head("/posts/tea/").status_code == 410
    assert client.get("/posts/tea").headers["Location"].endswith("/posts/tea/")


def test_the_text_is_on_no_page_and_in_no_document(client: FlaskClient) -> None:
    paths = ["/", "/tags/Tea/", "/posts/milk/", "/?q=recipe", "/?q=Tea"]
    paths += ["/atom.xml", "/tags/Tea/rss.xml", "/feed.json", "/archive/1/atom.xml"]
    for path in paths:
        answer = client.get(path, headers=BROWSER)
        assert answer.status_code == 200, path
        assert TEXT not in answer.text
    archived = client.get("/archive/1/atom.xml").text
    assert "See &amp;lt;i&amp;gt;below" in archived


def test_the_page_is_in_the_language_of_the_visitor(client: FlaskClient) -> None:
    page = client.get("/posts/tea/", headers={**BROWSER, "Accept-Language": "zh"})
    assert "撤回于" in page.text
