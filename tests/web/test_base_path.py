"""A site whose URL has a path: answers with the path, and without it behind a proxy."""

from pathlib import Path

import lxml.html
import pytest
from flask.testing import FlaskClient

from feedsvc.settings.load import load_settings
from feedsvc.store.store import Store
from feedsvc.web.app import create_app
from tests.support.running import SITE


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The app of a site below `/茶`."""
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None, SITE | {"FEEDSVC_SITE__URL": "https://example.org/茶"})
    return create_app(settings, Store("sqlite:///nothing.sqlite3")).test_client()


@pytest.mark.parametrize("path", ["/茶/healthz", "/%E8%8C%B6/healthz", "/healthz"])
def test_a_base_path_in_any_script_is_removed(client: FlaskClient, path: str) -> None:
    assert client.get(path).text == "ok\n"


def test_pages_load_their_style_sheet_below_the_base_path(client: FlaskClient) -> None:
    page = lxml.html.fromstring(client.post("/none", headers={"Accept": "text/html"}).text)
    (style,) = page.xpath("//link[@rel='stylesheet']/@href")
    assert style == "/%E8%8C%B6/static/style.css"
    with client.get(style) as response:
        assert response.status_code == 200


def test_a_path_with_only_a_common_prefix_is_not_below_the_base_path(
    client: FlaskClient,
) -> None:
    assert client.get("/茶茶/healthz").text != "ok\n"
