"""HTML pages for people: which page is at an address."""

from typing import Final

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from feedsvc.core import addresses
from feedsvc.core.feeds.feeds import SITE_TOPIC
from feedsvc.core.site import Site
from feedsvc.core.text import nfc
from feedsvc.errors import StoreError
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.store.store import Store
from feedsvc.web.pages import further_pages, navigation
from feedsvc.web.pages.feed_pages import PER_PAGE, POSTS, code, feed_page, kind_page
from feedsvc.web.pages.further_pages import PagedList
from feedsvc.web.pages.home import home_page
from feedsvc.web.pages.post_pages import notice_page, post_page
from feedsvc.web.pages.rendering import kept
from feedsvc.web.pages.search import query_of, results_page
from feedsvc.web.polls.shelf import Document

_NO_CODE: Final = (  # enough for the XML view of a browser
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
)


def index_page(site: Site, snapshot: Snapshot, main: FeedRecord) -> AnyResponse:
    """The home page; with `?q=` the results of a search."""
    query = query_of(request.args)
    if query:
        return results_page(site, snapshot, main, query)
    if "page" in request.args or "qr" in request.args:  # as in earlier versions
        moved = _list_page(site, snapshot, "") if "page" in request.args else None
        return moved or redirect(navigation.code_of(site, SITE_TOPIC), 301)
    return home_page(site, snapshot, main)


def page_at(site: Site, snapshot: Snapshot, path: str) -> AnyResponse | None:
    """The page at a decoded path, or a redirect to it; None if there is none.

    A post's permalink takes precedence over a feed's page.
    """
    entry, main = snapshot.entry_at(addresses.page_url(site.url, path)), snapshot.feed("")
    if entry and main and nfc(path) == path:
        is_notice = entry.is_notice
        return notice_page(site, entry) if is_notice else post_page(site, snapshot, main, entry)
    return (
        _list_page(site, snapshot, path)
        or _code_at(site, snapshot, path)
        or _moved(site, snapshot, path)
    )


def is_gone(site: Site, snapshot: Snapshot, path: str) -> bool:
    """True if the page of a post was at this decoded path, with or without its last slash."""
    other = path.removesuffix("/") if path.endswith("/") else f"{path}/"
    permalinks = (addresses.page_url(site.url, each) for each in (path, other))
    return site.pages and any(map(snapshot.is_gone, permalinks))


def _list_page(site: Site, snapshot: Snapshot, path: str) -> AnyResponse | None:
    """The page of a feed or of a kind of feeds at this path."""
    records: dict[str, FeedRecord] = {}  # by the path of the list, which is that of the feed

    def list_at(path: str) -> PagedList | None:
        record = snapshot.feed(path.removesuffix("/")) if _may_be_list(path) else None
        if record:
            records[path] = record
            return PagedList(path, record.entries, POSTS)
        kind = navigation.KINDS.get(path.removesuffix("/")) if path.endswith("/") else None
        if kind is None or not snapshot.has_feeds_of(kind):
            return None
        return PagedList(path, snapshot.feed_counts().get(kind, 0), PER_PAGE)

    def show(paged: PagedList, number: int) -> AnyResponse:
        record = records.get(paged.path)
        if record is None:
            return kind_page(site, snapshot, paged, number)
        if "qr" in request.args:
            return redirect(navigation.code_of(site, record.topic), 301)
        return kept(feed_page(site, snapshot, record, number))

    return further_pages.answer_at(site, snapshot, path, list_at, show)


def _may_be_list(path: str) -> bool:
    return path.endswith("/") or not path


def _code_at(site: Site, snapshot: Snapshot, path: str) -> Response | None:
    folder, _, name = path.rpartition("/")
    record = snapshot.feed(folder) if name == addresses.QR_NAME else None
    return kept(code(site, record.topic)) if record else None


def _moved(site: Site, snapshot: Snapshot, path: str) -> AnyResponse | None:
    other = path.removesuffix("/") if path.endswith("/") else path + "/"
    for candidate in (nfc(path), nfc(other)):
        if snapshot.entry_at(addresses.page_url(site.url, candidate)):
            return redirect(addresses.page_url(site.url, candidate), 301)
    bare = nfc(path.removesuffix("/"))
    for feed_path in (bare, addresses.raw_name_path(bare) or ""):
        if feed_path and f"{feed_path}/" != path and snapshot.feed(feed_path):
            return redirect(f"{addresses.url(site.url, feed_path)}/", 301)
    kind = navigation.KINDS.get(path)
    if kind and snapshot.has_feeds_of(kind):
        return redirect(f"{site.url}/{path}/", 301)
    return None


def for_browser(store: Store, path: str) -> Response | None:
    """The page of the feed whose document has this path, if a browser navigates to it.

    No cache may store it. None if the document is the answer: for feed readers, with `?raw`,
    and while the store cannot be read.
    """
    feed_path, _, name = path.rpartition("/")
    if not navigates() or "raw" in request.args or name not in addresses.FORMATS.values():
        return None
    try:
        with store.snapshot() as snapshot:
            site, record = snapshot.site(), snapshot.feed(feed_path)
            if site is None or record is None:
                return None
            page = feed_page(site, snapshot, record, 1, opened=name)
    except StoreError:
        return None
    page.headers["Cache-Control"] = "no-store"
    page.headers["Vary"] = "Sec-Fetch-Dest, Accept-Encoding, Accept-Language"
    return page


def asks_for_source() -> bool:
    """True if a person asks for the source of a feed."""
    return navigates() and "raw" in request.args


def shows_source(document: Document) -> bool:
    """True if a person wants to see the source of a feed, or it has no page."""
    return navigates() and ("raw" in request.args or document.is_passing)


def source(response: Response) -> Response:
    """A document as plain XML or JSON, which a browser shows instead of saving it."""
    kind = "json" if "json" in response.headers["Content-Type"] else "xml"
    response.headers["Content-Type"] = f"application/{kind}; charset=utf-8"
    response.headers["Content-Security-Policy"] = _NO_CODE
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Sec-Fetch-Dest, Accept-Encoding"
    return response


def navigates() -> bool:
    """True if a browser requests a document for a tab (Fetch Metadata)."""
    return request.headers.get("Sec-Fetch-Dest") == "document"
