"""The bodies of errors: a line of text for programs, a page for people."""

from typing import Final

from flask import Response, request
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response as AnyResponse

from feedsvc.errors import StoreError
from feedsvc.settings.settings import Settings
from feedsvc.settings.site import site_of
from feedsvc.store.store import Store
from feedsvc.web.pages import navigation
from feedsvc.web.pages.rendering import refusal_page

VARIES: Final = "Accept, Accept-Encoding, Accept-Language"


def line(status: int, text: str) -> Response:
    """One line of plain text that no cache may store."""
    response = Response(text + "\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def not_yet() -> Response:
    """503 until the first publish."""
    response = line(503, "the first scan is not finished")
    response.headers["Retry-After"] = "2"
    return response


def refusal(
    settings: Settings, store: Store, status: int, text: str, wait: str = "", detail: str = ""
) -> AnyResponse:
    """`text` as a line or, for a browser, as a page. `wait` is the value of Retry-After.

    `detail` is a sentence that says what is wrong with this request.
    The page needs the store only for similar names, so it works while the store fails.
    """
    text = f"{text}: {detail}" if detail else text
    if not settings.server.pages:
        return line(status, text)
    if not wants_page():
        response = line(status, text)
        response.headers["Vary"] = VARIES
        return response
    site = site_of(settings)
    page = refusal_page(
        site,
        status,
        near=_near(settings, store) if status in (404, 410) else [],
        detail=detail,
        wait=int(wait) if wait.isascii() and wait.isdigit() else 0,
    )
    page.headers["Cache-Control"] = "no-store"
    page.headers["Vary"] = VARIES
    return page


def wants_page() -> bool:
    """True if Accept names `text/html`, as browsers do; `*/*` does not count.

    Werkzeug's `accept_mimetypes` would need seconds for 60 kB of white space.
    """
    accepted = parse_accept_header(request.headers.get("Accept", ""))
    return any(kind == "text/html" and q > 0 for kind, q in accepted)


def _near(settings: Settings, store: Store) -> list[navigation.FeedLine]:
    try:
        with store.snapshot() as snapshot:
            site = snapshot.site() or site_of(settings)
            return navigation.nearest(snapshot, site, request.path.lstrip("/"))
    except StoreError:  # the page is useful without them
        return []
