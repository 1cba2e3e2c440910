"""Answers for the doctor, as feedsvc sends them, with what a test changes."""

import gzip
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from feedsvc.core.doctor.agents import BROWSER, READERS
from feedsvc.core.doctor.exchanges import Examination, Exchange, Poll, Visit

URL: Final = "https://example.org/atom.xml"
NOW: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
TAG: Final = '"b5ebe69e5df04d0731886da6fc66c8aa-gzip"'
_LINKS: Final = (
    '<link rel="self" href="https://example.org/atom.xml"/>'
    '<link rel="hub" href="https://example.org/hub"/>'
)
ATOM: Final = (
    f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">{_LINKS}'
    f"<title>茶</title>{'<entry><title>Tea</title></entry>' * 50}</feed>"
).encode()
RSS: Final = (
    '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
    f"{_LINKS.replace('<link', '<atom:link').replace('atom.xml', 'rss.xml')}</channel></rss>"
).encode()
JSON: Final = (
    b'{"version": "https://jsonfeed.org/version/1.1", "feed_url": '
    b'"https://example.org/feed.json", "hubs": [{"type": "WebSub", "url": "https://h/"}]}'
)
PAGE: Final = b"<!doctype html><html><title>Just a moment...</title></html>"
HEADERS: Final = {
    "Content-Type": "application/atom+xml; charset=utf-8",
    "Content-Encoding": "gzip",
    "ETag": TAG,
    "Last-Modified": "Mon, 01 Jun 2026 07:00:00 GMT",
    "Date": "Mon, 01 Jun 2026 08:00:00 GMT",
    "Cache-Control": "public, max-age=1800",
    "Vary": "A-IM, Accept-Encoding",
    "Link": f'<https://example.org/hub>; rel="hub", <{URL}>; rel="self"',
}
FEEDLY: Final = READERS[-1]


def answer(body: bytes = ATOM, status: int = 200, /, **changed: str | None) -> Exchange:
    """An answer to Feedly with the headers of feedsvc; None takes one away."""
    headers = HEADERS | {name.replace("_", "-"): value for name, value in changed.items()}
    if headers["Content-Encoding"] == "gzip":
        body = gzip.compress(body)
    lines = tuple((name, value) for name, value in headers.items() if value is not None)
    return Exchange(FEEDLY.name, URL, status, lines, body)


def with_line(exchange: Exchange, name: str, value: str) -> Exchange:
    """The same answer with one more header."""
    return replace(exchange, headers=(*exchange.headers, (name, value)))


def not_modified() -> Exchange:
    return Exchange(FEEDLY.name, URL, 304)


def right_poll(first: Exchange | None = None) -> Poll:
    return Poll(first or answer(), not_modified(), not_modified())


def visit(first: Exchange | None = None, /, **changed: object) -> Visit:
    """A visit at which nothing is wrong, but for the first answer and what is changed."""
    browser = Exchange(BROWSER.name, URL, 200, body=PAGE)
    right = Visit((right_poll(first),), NOW, browser=browser, unknown_tag=answer())
    return replace(right, **changed)  # type: ignore[arg-type]  # fields of a visit


def hub_answer(status: int = 400, body: bytes = b"hub.callback is missing") -> Exchange:
    return Exchange("a subscriber", "https://example.org/hub", status, body=body, method="POST")


def examined(*visits: Visit, hub: Exchange | None = None) -> Examination:
    return Examination(visits or (visit(),), {"https://example.org/hub": hub or hub_answer()})
