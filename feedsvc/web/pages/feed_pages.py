"""Pages of feeds: one feed, and all feeds of a kind."""

import io
from typing import Any, Final

import segno
from flask import Response, current_app, request
from werkzeug.exceptions import NotFound

from feedsvc.core import addresses
from feedsvc.core.feeds.feeds import Topic
from feedsvc.core.filters.filter import PARAMETERS, Filter, Term
from feedsvc.core.site import Site
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.web.pages import navigation
from feedsvc.web.pages.discovery import offered_by_feed
from feedsvc.web.pages.further_pages import PagedList
from feedsvc.web.pages.rendering import kept, rendered
from feedsvc.web.pages.search import query_of, search_of_kind
from feedsvc.web.pages.snippets import Marker

_NO_CODE: Final = "default-src 'none'; style-src 'unsafe-inline'"  # the style of the SVG
POSTS: Final = 20  # on a page of a feed
PER_PAGE: Final = 100  # feeds on a page of one kind
_LONGEST_CODE: Final = 1000  # characters in a QR code that cameras can still read


def feed_page(
    site: Site, snapshot: Snapshot, record: FeedRecord, number: int, opened: str = ""
) -> Response:
    """One feed: how to subscribe, its posts, related feeds. `opened` is a document's name."""
    topic = record.topic
    path = f"{topic.path}/" if topic.names else ""
    posts = snapshot.older(record.number, POSTS, (number - 1) * POSTS)
    (line,) = navigation.feed_lines(snapshot, site, [record])
    return rendered(
        "feed.html",
        site,
        offered_by_feed(snapshot, topic),
        feed=line,
        opened=opened and addresses.url(site.url, f"{topic.path}/{opened}".lstrip("/")),
        above=navigation.above(snapshot, site, topic),
        **subscribing(line),
        narrowed=_narrowed(site, topic),
        has_code=has_code(site, topic),
        code=navigation.code_of(site, topic),
        posts=posts,
        related=navigation.related(snapshot, site, topic, posts),
        steps=PagedList(path, record.entries, POSTS).steps(site, snapshot, number),
    )


def _narrowed(site: Site, topic: Topic) -> str:
    """The page that narrows the feed of a term down; empty for other feeds."""
    if topic.kind not in PARAMETERS.values():
        return ""
    cut = Filter(((Term(topic.kind, topic.names, (topic.path,)),),))
    return cut.builder_address(site.url)


def subscribing(line: navigation.FeedLine) -> dict[str, Any]:
    """The links with which readers subscribe to a feed."""
    document = line.documents["Atom"]
    return {
        "readers": navigation.reader_links(document, current_app.config["READERS"]),
        "app": f"feed:{document}",
    }


def has_code(site: Site, topic: Topic) -> bool:
    """True if the address of a feed is short enough for a QR code."""
    return len(navigation.documents_of(site, topic)["Atom"]) <= _LONGEST_CODE


def code(site: Site, topic: Topic) -> Response:
    """The address of a feed as a QR code in SVG. Raises NotFound if the address is too long."""
    document = navigation.documents_of(site, topic)["Atom"]
    if not has_code(site, topic):
        raise NotFound
    picture = io.BytesIO()
    segno.make_qr(document).save(picture, kind="svg", scale=4, light="white", xmldecl=False)
    response = Response(picture.getvalue(), content_type="image/svg+xml")
    response.headers["Content-Security-Policy"] = _NO_CODE
    return response


def kind_page(site: Site, snapshot: Snapshot, paged: PagedList, number: int) -> Response:
    """One page of the feeds of a kind, the largest first; with `?q=` those so named."""
    kind = navigation.KINDS[paged.path.removesuffix("/")]
    query = query_of(request.args)
    values: dict[str, Any] = {"kind": kind, "count": paged.count, "wanted": query}
    if query:
        records = search_of_kind(snapshot, kind, query, PER_PAGE)
        feeds = navigation.feed_lines(snapshot, site, records)
        values |= {"mark": Marker(query.split()).marked, "most": PER_PAGE}
    else:
        records = snapshot.largest_feeds(kind, PER_PAGE, (number - 1) * PER_PAGE)
        feeds = navigation.feed_lines(snapshot, site, records)
        feeds = navigation.tree(feeds) if kind == "category" else feeds
        values["steps"] = paged.steps(site, snapshot, number)
    return kept(rendered("kind.html", site, **values, feeds=feeds))
