"""The address of a post that was published and is withdrawn answers 410."""

from datetime import UTC, datetime
from typing import Final

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from feedsvc.core.site import Site
from feedsvc.settings.load import load_settings
from feedsvc.settings.site import site_of
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from feedsvc.web.app import create_app
from tests.support.builders import an_entry
from tests.support.running import SITE

NOW: Final = datetime(2026, 3, 3, tzinfo=UTC)
URL: Final = "https://example.org"
TEA: Final = an_entry("tea")
CAFE: Final = an_entry("cafe", permalink=f"{URL}/caf%C3%A9/au%20lait.html")
STAYS: Final = an_entry("stays", permalink=f"{URL}/new/")
BROWSER: Final = {"Accept": "text/html"}


def _client(store: Store, **settings: str) -> tuple[FlaskClient, Site]:
    environ = {f"FEEDSVC_{name}": value for name, value in settings.items()}
    loaded = load_settings(None, SITE | {"FEEDSVC_SITE__URL": URL} | environ)
    return create_app(loaded, store).test_client(), site_of(loaded)


@pytest.fixture
def client(
    either_store: Store,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> FlaskClient:
    """A site on either engine from which two posts were withdrawn."""
    monkeypatch.chdir(tmp_path_factory.mktemp("without-settings"))
    client, site = _client(either_store)
    either_store.publish(Publication(site, [TEA, CAFE, STAYS]), NOW)
    either_store.publish(Publication(site, withdrawn=[TEA.id, CAFE.id]), NOW)
    return client


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/posts/tea/", 410),
        ("/posts/tea", 410),
        ("/caf%C3%A9/au%20lait.html", 410),
        ("/cafe%CC%81/au%20lait.html", 410),
        ("/new/", 200),
        ("/new", 301),
        ("/posts/", 404),
        ("/posts/tea/leaf.png", 404),
        ("/posts/never/", 404),
    ],
)
def test_a_withdrawn_post_is_410_and_what_never_was_is_404(
    client: FlaskClient, path: str, status: int
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    if status == 410:
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert client.head(path).status_code == 410
        page = client.get(path, headers=BROWSER)
        assert (page.status_code, page.mimetype) == (410, "text/html")


def test_a_post_that_comes_back_has_its_page_again(
    client: FlaskClient, either_store: Store
) -> None:
    _, site = _client(either_store)
    either_store.publish(Publication(site, [TEA]), NOW)
    assert client.get("/posts/tea/").status_code == 200


def test_another_post_at_the_same_address_is_shown(
    client: FlaskClient, either_store: Store
) -> None:
    _, site = _client(either_store)
    other = an_entry("other", permalink=TEA.permalink)
    either_store.publish(Publication(site, [other]), NOW)
    assert b"<h1>other</h1>" in client.get("/posts/tea/").data


def test_a_redirect_of_the_settings_comes_first(
    client: FlaskClient, either_store: Store
) -> None:
    redirecting, _ = _client(either_store, REDIRECTS__PATHS='{"/posts/tea/": "/new/"}')
    answer = redirecting.get("/posts/tea/")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{URL}/new/")


def test_a_forgotten_post_leaves_no_trace(client: FlaskClient, either_store: Store) -> None:
    assert either_store.forget(TEA.id, NOW) is not None
    assert client.get("/posts/tea/").status_code == 404


def test_without_pages_nothing_is_gone(client: FlaskClient, either_store: Store) -> None:
    bare, site = _client(either_store, SERVER__PAGES="false")
    either_store.publish(Publication(site), NOW)
    assert bare.get("/posts/tea/").status_code == 404


def test_a_look_for_a_gone_post_uses_an_index(client: FlaskClient, either_store: Store) -> None:
    query = "SELECT id FROM ledger WHERE permalink = 'x' AND withdrawn_at IS NOT NULL LIMIT 1"
    with either_store._database.reading() as connection:
        is_postgres = connection.dialect.name == "postgresql"
        if is_postgres:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN" if is_postgres else "EXPLAIN QUERY PLAN"
        plan = connection.execute(sa.text(f"{explain} {query}")).all()
    assert "ledger_gone" in str(plan)
