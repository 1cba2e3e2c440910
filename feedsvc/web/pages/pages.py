"""HTML pages for people: the index, feeds, posts, search results."""

import io
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

import segno
from flask import Response, current_app, redirect, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from feedsvc.core import addresses
from feedsvc.core.dates import rfc3339
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import (
    SITE_TOPIC,
    Kind,
    Topic,
    license_link,
    topics_of,
)
from feedsvc.core.licences.licences import licence_address, licence_name
from feedsvc.core.media import image_type
from feedsvc.core.site import Site
from feedsvc.core.text import legal, nfc
from feedsvc.errors import StoreError
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.store.store import Store
from feedsvc.web.pages import further_pages, navigation
from feedsvc.web.pages.catalogues import catalogue_for
from feedsvc.web.pages.discovery import offered_by_feed, offered_by_post, offered_feeds
from feedsvc.web.pages.further_pages import PagedList
from feedsvc.web.pages.once import Once
from feedsvc.web.pages.search import search
from feedsvc.web.polls.codings import CODINGS, coding_for
from feedsvc.web.polls.documents import conditions

# The style attributes of posts are clean (core/html/styles.py).
_CSP: Final = (
    "default-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; script-src 'self'; "
    "img-src http: https:; media-src http: https:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_NO_CODE: Final = (  # enough for the XML view of a browser
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
)
_NEWEST: Final = 10  # posts on the index
_LISTED: Final = 60  # feeds of a kind on the index, the largest
_PER_PAGE: Final = 200  # feeds on a page of one kind
_POSTS: Final = 20  # on a page of a feed
_MATCHES: Final = 40  # of a search, feeds and posts each
_LONGEST_QUERY: Final = 100
_LONGEST_CODE: Final = 1000  # characters in a QR code that cameras can still read


def index_page(site: Site, snapshot: Snapshot, main: FeedRecord) -> AnyResponse:
    """The index; with `?q=` the results of a search."""
    query = legal(request.args.get("q", "")).strip()[:_LONGEST_QUERY]
    if query:
        return _kept(_search_page(site, snapshot, main, query))
    if "page" in request.args or "qr" in request.args:  # as in earlier versions
        moved = _list_page(site, snapshot, "") if "page" in request.args else None
        return moved or redirect(navigation.code_of(site, SITE_TOPIC), 301)
    counts = snapshot.feed_counts()
    groups = [
        (kind, counts[kind], counts[kind] > _LISTED, _largest(site, snapshot, kind))
        for kind in navigation.FOLDERS
        if counts.get(kind, 0) > (kind == "language")  # a single language is not listed
    ]
    page = _page(
        "index.html",
        site,
        main=navigation.feed_line(site, main),
        newest=snapshot.newest(main.number, _NEWEST),
        groups=groups,
        folders=navigation.FOLDERS,
    )
    return _kept(page)


def bare_index(site: Site, snapshot: Snapshot) -> Response:
    """Only a list of all feeds: for a site whose pages another program serves.

    The cost grows with the number of feeds, so the page is rendered once for each revision.
    """
    once: Once = current_app.extensions["feedsvc.once"]
    revision = (snapshot.fingerprint(), snapshot.last_publish(), site)
    return _kept(once.page(revision, site.language, lambda: _bare_index(site, snapshot)))


def _bare_index(site: Site, snapshot: Snapshot) -> Response:
    lines: dict[Kind, list[navigation.FeedLine]] = {kind: [] for kind in navigation.FOLDERS}
    for record in snapshot.listed_feeds():
        if record.topic.names:
            lines[record.topic.kind].append(navigation.feed_line(site, record))
    groups = [(kind, of_kind) for kind, of_kind in lines.items() if of_kind]
    documents = navigation.documents_of(site, SITE_TOPIC)
    return _page("bare.html", site, groups=groups, main=documents, has_pages=False)


def _largest(site: Site, snapshot: Snapshot, kind: Kind) -> list[navigation.FeedLine]:
    lines = [navigation.feed_line(site, r) for r in snapshot.largest_feeds(kind, _LISTED)]
    return navigation.tree(lines) if kind == "category" else lines


def _search_page(site: Site, snapshot: Snapshot, main: FeedRecord, query: str) -> Response:
    records, posts = search(snapshot, main.number, query, _MATCHES)
    feeds = [navigation.feed_line(site, record) for record in records]
    return _page("search.html", site, query=query, feeds=feeds, posts=posts, most=_MATCHES)


def page_at(site: Site, snapshot: Snapshot, path: str) -> AnyResponse | None:
    """The page at a decoded path, or a redirect to it; None if there is none.

    A post's permalink takes precedence over a feed's page.
    """
    entry = snapshot.entry_at(addresses.page_url(site.url, path))
    if entry and nfc(path) == path:
        return _kept(_post_page(site, entry))
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
            return PagedList(path, record.entries, _POSTS)
        kind = navigation.KINDS.get(path.removesuffix("/")) if path.endswith("/") else None
        if kind is None or not snapshot.has_feeds_of(kind):
            return None
        return PagedList(path, snapshot.feed_counts().get(kind, 0), _PER_PAGE)

    def show(paged: PagedList, number: int) -> AnyResponse:
        record = records.get(paged.path)
        if record is None:
            return _kept(_kind_page(site, snapshot, paged, number))
        if "qr" in request.args:
            return redirect(navigation.code_of(site, record.topic), 301)
        return _kept(_feed_page(site, snapshot, record, number))

    return further_pages.answer_at(site, snapshot, path, list_at, show)


def _may_be_list(path: str) -> bool:
    return path.endswith("/") or not path


def _code_at(site: Site, snapshot: Snapshot, path: str) -> Response | None:
    folder, _, name = path.rpartition("/")
    record = snapshot.feed(folder) if name == addresses.QR_NAME else None
    return _kept(_code(site, record.topic)) if record else None


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
    if not _navigates() or "raw" in request.args or name not in addresses.FORMATS.values():
        return None
    try:
        with store.snapshot() as snapshot:
            site, record = snapshot.site(), snapshot.feed(feed_path)
            if site is None or record is None:
                return None
            page = _feed_page(site, snapshot, record, 1, opened=name)
    except StoreError:
        return None
    page.headers["Cache-Control"] = "no-store"
    page.headers["Vary"] = "Sec-Fetch-Dest, Accept-Encoding, Accept-Language"
    return page


def shows_source() -> bool:
    """True if a person wants to see the source of a feed."""
    return _navigates() and "raw" in request.args


def source(response: Response) -> Response:
    """A document as plain XML or JSON, which a browser shows instead of saving it."""
    kind = "json" if "json" in response.headers["Content-Type"] else "xml"
    response.headers["Content-Type"] = f"application/{kind}; charset=utf-8"
    response.headers["Content-Security-Policy"] = _NO_CODE
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Sec-Fetch-Dest, Accept-Encoding"
    return response


def _navigates() -> bool:
    """True if a browser requests a document for a tab (Fetch Metadata)."""
    return request.headers.get("Sec-Fetch-Dest") == "document"


def _feed_page(
    site: Site, snapshot: Snapshot, record: FeedRecord, number: int, opened: str = ""
) -> Response:
    """One feed: how to subscribe, its posts, related feeds. `opened` is a document's name."""
    topic = record.topic
    line = navigation.feed_line(site, record)
    document = line.documents["Atom"]
    path = f"{topic.path}/" if topic.names else ""
    posts = snapshot.older(record.number, _POSTS, (number - 1) * _POSTS)
    return _page(
        "feed.html",
        site,
        offered_by_feed(snapshot, topic),
        feed=line,
        opened=opened and addresses.url(site.url, f"{topic.path}/{opened}".lstrip("/")),
        above=navigation.above(site, topic),
        folders=navigation.FOLDERS,
        readers=navigation.reader_links(document, current_app.config["READERS"]),
        app=f"feed:{document}",
        has_code=len(document) <= _LONGEST_CODE,
        posts=posts,
        related=navigation.related(snapshot, site, topic, posts),
        code=navigation.code_of(site, topic),
        steps=PagedList(path, record.entries, _POSTS).steps(site, snapshot, number),
    )


def _code(site: Site, topic: Topic) -> Response:
    """The address of a feed as a QR code in SVG. Raises NotFound if the address is too long."""
    document = navigation.documents_of(site, topic)["Atom"]
    if len(document) > _LONGEST_CODE:
        raise NotFound
    picture = io.BytesIO()
    segno.make_qr(document).save(picture, kind="svg", scale=4, light="white", xmldecl=False)
    response = Response(picture.getvalue(), content_type="image/svg+xml")
    response.headers["Content-Security-Policy"] = _NO_CODE
    return response


def _kind_page(site: Site, snapshot: Snapshot, paged: PagedList, number: int) -> Response:
    """One page of the feeds of a kind, the largest first."""
    kind = navigation.KINDS[paged.path.removesuffix("/")]
    records = snapshot.largest_feeds(kind, _PER_PAGE, (number - 1) * _PER_PAGE)
    lines = [navigation.feed_line(site, record) for record in records]
    feeds = navigation.tree(lines) if kind == "category" else lines
    steps = paged.steps(site, snapshot, number)
    return _page("kind.html", site, kind=kind, feeds=feeds, steps=steps)


def _post_page(site: Site, entry: Entry) -> Response:
    """One post, with links to the feeds of its categories and tags that contain it."""
    named = [Topic("category", names) for names in entry.categories]
    named += [Topic("tag", (tag,)) for tag in entry.tags]
    holding = set(topics_of(entry))
    feeds = [
        (topic, navigation.address_of(site, topic), navigation.documents_of(site, topic))
        for topic in named
        if topic in holding
    ]
    offered = offered_by_post(entry)
    return _page("post.html", site, offered, licence=entry.license, entry=entry, feeds=feeds)


def _page(
    template: str,
    site: Site,
    offered: Iterable[Topic] = (),
    licence: str = "",
    **values: Any,
) -> Response:
    """A page in the visitor's language, with a policy that permits only our files and media.

    It offers the feeds `offered` to feed readers, and then the site's feed. `licence` is that
    of its content, if that is not the site's.
    """
    catalogue = catalogue_for(request.accept_languages, site.language)
    values = {
        "has_pages": True,
        "site": site,
        # A relative address: `'self'` of the policy is the host of the request.
        "root": urlsplit(site.url).path,
        "say": catalogue.say,
        "language": catalogue.language,
        "offered": offered_feeds(site, offered),
        "touch_icon": _touch_icon(site),
        "licence_address": licence_address,
        "licence_name": licence_name,
        "opml": addresses.url(site.url, addresses.OPML_PATH),
        "rfc3339": rfc3339,
        **values,
    }
    body = render_template(template, **values).encode()
    coding = coding_for(request.headers.get("Accept-Encoding", ""), len(body))
    response = Response(CODINGS[coding](body) if coding else body)
    if coding:
        response.headers["Content-Encoding"] = coding
    response.headers["Content-Type"] = "text/html; charset=utf-8"
    response.headers["Content-Security-Policy"] = _CSP
    # For privacy, and because many hosts refuse images that other sites embed.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Vary"] = "Accept-Encoding, Accept-Language"
    if link := license_link(licence or site.license):
        response.headers["Link"] = link
    return response


def _touch_icon(site: Site) -> str:
    """The icon for home screens of phones, which show no SVG and no small `.ico`."""
    kind = image_type(site.icon)
    return "" if kind in ("image/svg+xml", "image/vnd.microsoft.icon") else site.icon


def _kept(response: Response) -> Response:
    """A page that a cache may store for a minute and then revalidate."""
    response.headers["Cache-Control"] = "public, max-age=60"
    response.add_etag()
    response.make_conditional(conditions())
    return response


def refusal_page(site: Site, status: int, **values: Any) -> Response:
    """The page of an error, with links to other pages."""
    response = _page("refusal.html", site, status=status, **values)
    response.status_code = status
    return response
