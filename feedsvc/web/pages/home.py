"""The first page of a site: how to subscribe, the newest posts, the largest feeds."""

from typing import Final

from flask import Response, current_app

from feedsvc.core.feeds.feeds import SITE_TOPIC, Kind
from feedsvc.core.site import Site
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.web.pages import navigation
from feedsvc.web.pages.feed_pages import POSTS, subscribing
from feedsvc.web.pages.further_pages import PagedList
from feedsvc.web.pages.once import Once
from feedsvc.web.pages.rendering import FEW, kept, rendered

_NEWEST: Final = 10  # posts


def home_page(site: Site, snapshot: Snapshot, main: FeedRecord) -> Response:
    """The home page. Its cost does not depend on the number of posts."""
    counts = snapshot.feed_counts()
    groups = [
        (kind, counts[kind], _largest(site, snapshot, kind))
        for kind in navigation.FOLDERS
        if counts.get(kind, 0) > (kind == "language")  # a single language is not listed
    ]
    (line,) = navigation.feed_lines(snapshot, site, [main])
    page = rendered(
        "index.html",
        site,
        main=line,
        **subscribing(line),
        newest=snapshot.newest(main.number, _NEWEST),
        all_posts=PagedList("", main.entries, POSTS).address(site, snapshot, 1),
        groups=groups,
    )
    return kept(page)


def _largest(site: Site, snapshot: Snapshot, kind: Kind) -> list[navigation.FeedLine]:
    lines = navigation.feed_lines(snapshot, site, snapshot.largest_feeds(kind, FEW))
    return navigation.tree(lines) if kind == "category" else lines


def bare_index(site: Site, snapshot: Snapshot) -> Response:
    """Only a list of all feeds: for a site whose pages another program serves.

    The cost grows with the number of feeds, so the page is rendered once for each revision.
    """
    once: Once = current_app.extensions["feedsvc.once"]
    revision = (snapshot.fingerprint(), snapshot.last_publish(), site)
    return kept(once.page(revision, site.language, lambda: _bare_index(site, snapshot)))


def _bare_index(site: Site, snapshot: Snapshot) -> Response:
    lines: dict[Kind, list[navigation.FeedLine]] = {kind: [] for kind in navigation.FOLDERS}
    for record in snapshot.listed_feeds():
        if record.topic.names:
            lines[record.topic.kind].append(navigation.feed_line(site, record))
    groups = [(kind, of_kind) for kind, of_kind in lines.items() if of_kind]
    documents = navigation.documents_of(site, SITE_TOPIC)
    return rendered("bare.html", site, groups=groups, main=documents, has_pages=False)
