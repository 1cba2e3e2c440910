"""Errors are pages for browsers and lines of text for programs."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import lxml.html
import pytest
from flask import Flask, abort
from werkzeug.exceptions import Gone, NotFound, TooManyRequests

from feedsvc.errors import StoreError
from feedsvc.settings.load import load_settings
from feedsvc.settings.site import site_of
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from feedsvc.web.app import create_app
from tests.support.running import SITE, Server

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("method", "path", "status", "heading"),
    [
        ("GET", "/tags/none/atom.xml", 404, "Page not found"),
        ("GET", "/static/none.css", 404, "Page not found"),
        ("GET", "/%ff", 400, "This address cannot be read"),
        ("POST", "/", 405, "This action is not allowed"),
    ],
)
def test_an_error_is_a_page_for_a_browser(
    server: Server, method: str, path: str, status: int, heading: str
) -> None:
    response = server.ask(method, path, headers=BROWSER)
    page = lxml.html.fromstring(response.content)
    assert (response.status_code, page.findtext(".//h1")) == (status, heading)
    assert f"{server.url}/" in page.xpath("//main//a/@href")
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("accept", ["*/*", "application/atom+xml", "text/html;q=0", ""])
def test_an_error_is_a_line_for_a_program(server: Server, accept: str) -> None:
    response = server.get("/tags/none/", headers={"Accept": accept})
    assert (response.status_code, response.text) == (404, "404 Not Found\n")


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
def test_a_cache_stores_the_page_and_the_line_separately(server: Server, accept: str) -> None:
    headers = server.get("/none", headers={"Accept": accept}).headers
    assert headers["Vary"] == "Accept, Accept-Encoding, Accept-Language"
    assert headers["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize(
    ("path", "suggested"),
    [
        ("/tags/Cafe/", "Café"),
        ("/tags/cafe/atom.xml", "Café"),
        ("/tags/xy", "x y"),
        ("/authors/Anne/", "Ann"),
        ("/categories/a/b/C/", "a/b / C#"),
    ],
)
def test_a_404_suggests_similar_names(server: Server, path: str, suggested: str) -> None:
    page = lxml.html.fromstring(server.get(path, headers=BROWSER).content)
    assert suggested in page.xpath("//section[h2/@id='near']//a/text()")


@pytest.mark.parametrize("path", ["/tags/" + "x" * 5000, "/none", "/tags/"])
def test_a_404_suggests_nothing_if_no_name_is_similar(server: Server, path: str) -> None:
    page = lxml.html.fromstring(server.get(path, headers=BROWSER).content)
    assert page.xpath("//section[h2/@id='near']") == []


# Errors that do not occur on a healthy server, in an app without a server.


def _broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, view: Callable[[], str]) -> Flask:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None, SITE | {"FEEDSVC_SITE__URL": "https://example.org"})
    app = create_app(settings, Store("sqlite:///nothing.sqlite3"))
    app.add_url_rule("/broken", view_func=view)
    return app


def _raising(error: Exception) -> Callable[[], str]:
    def view() -> str:
        raise error

    return view


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (
            TooManyRequests(retry_after=90),
            429,
            'please <a href="">try again in 90 seconds</a>.',
        ),
        (TooManyRequests(), 429, "You sent too many requests"),
        (Gone(), 410, "This feed or post was removed"),
        (RuntimeError("the secret"), 500, "Something went wrong"),
        (StoreError("the secret"), 503, "Temporarily unavailable"),
    ],
)
def test_an_error_of_the_server_is_a_page_without_details(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    words: str,
) -> None:
    client = _broken(tmp_path, monkeypatch, _raising(error)).test_client()
    page = client.get("/broken", headers=BROWSER)
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert words in page.text
    assert "secret" not in page.text
    assert len(_sentence_with_link(page.text)) == 1
    line = client.get("/broken")
    assert (line.status_code, line.mimetype) == (status, "text/plain")


def _sentence_with_link(text: str) -> list[str]:
    """The addresses to which the sentence of an error leads."""
    page = lxml.html.fromstring(text)
    (sentence,) = page.xpath("//main/p[not(@class)]")
    assert sentence.text_content()[-1] in ".。"
    links: list[str] = sentence.xpath(".//a/@href")
    return links


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("status", [400, 404, 405, 410, 418, 429, 500, 503])
def test_an_error_leads_on_in_one_sentence_with_one_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, language: str
) -> None:
    client = _broken(tmp_path, monkeypatch, lambda: abort(status)).test_client()
    page = client.get("/broken", headers=BROWSER | {"Accept-Language": language})
    assert page.status_code == status
    # Home, or the same address again if it may work later.
    again = status in (429, 500, 503)
    assert _sentence_with_link(page.text) == ["" if again else "https://example.org/"]


def test_retry_after_is_also_a_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = TooManyRequests(retry_after=90)
    client = _broken(tmp_path, monkeypatch, _raising(error)).test_client()
    assert client.get("/broken", headers=BROWSER).headers["Retry-After"] == "90"


def _no_snapshot(store: Store) -> None:
    raise StoreError("the store fails")


def test_a_404_is_answered_while_the_store_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = _broken(tmp_path, monkeypatch, _raising(NotFound())).test_client()
    monkeypatch.setattr(Store, "snapshot", _no_snapshot)
    assert client.get("/broken", headers=BROWSER).status_code == 404


def test_a_browser_gets_the_last_feed_while_its_page_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _broken(tmp_path, monkeypatch, _raising(NotFound()))
    site = load_settings(None, SITE | {"FEEDSVC_SITE__URL": "https://example.org"})
    store = Store("sqlite:///nothing.sqlite3")
    store.publish(Publication(site_of(site), []), datetime(2026, 3, 3, tzinfo=UTC))
    store.close()
    client = app.test_client()
    feed = client.get("/atom.xml").data
    monkeypatch.setattr(Store, "snapshot", _no_snapshot)
    opened = client.get("/atom.xml", headers=BROWSER | {"Sec-Fetch-Dest": "document"})
    assert (opened.status_code, opened.data) == (200, feed)
