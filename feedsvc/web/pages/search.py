"""The search of the pages: one at a time in a process, for at most a second; another one waits.

Without an index it compares all names and titles, so its cost grows with the folder, and
anybody may start one. The limits keep other threads free for feeds, the hub and the webhook.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, request
from werkzeug.exceptions import NotFound, ServiceUnavailable

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import Kind
from feedsvc.core.filters.filter import Filter
from feedsvc.core.search.matching import rank
from feedsvc.core.search.queries import (
    MOST_QUERY_CHARACTERS,
    MOST_TERMS,
    SearchFault,
    SearchQuery,
    search_query,
)
from feedsvc.core.site import Site
from feedsvc.core.text import legal, nfc
from feedsvc.errors import StoreSlow
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.web.pages import navigation
from feedsvc.web.pages.further_pages import PAGE_NUMBER, Steps
from feedsvc.web.pages.rendering import kept, rendered
from feedsvc.web.pages.snippets import FoldedMarker, Marker

MOST_SECONDS: Final = 1.0
_BUSY_SECONDS: Final = 1  # after which a visitor may retry while others search
_SLOW_SECONDS: Final = 10  # after which a search that took too long may be retried
MOST_RANKED: Final = 100  # posts, from the index
_PER_PAGE: Final = 20  # of them
_MATCHES: Final = 40  # feeds and posts each, without an index
_LONGEST_QUERY: Final = 100

_searching = threading.BoundedSemaphore(1)
_waiting = threading.BoundedSemaphore(1)  # of four threads two stay free


def query_of(arguments: Mapping[str, str]) -> str:
    """The words that a visitor looks for; empty if there are none."""
    return nfc(legal(arguments.get("q", ""))).strip()[:_LONGEST_QUERY]


def results_page(site: Site, snapshot: Snapshot, main: FeedRecord, query: str) -> Response:
    """The results of a search, with its words marked."""
    if snapshot.search.is_ready():
        text = legal(request.args.get("q", ""))
        parsed = search_query(text)
        if isinstance(parsed, SearchQuery):
            return _full_text_page(site, snapshot, main, query, parsed)
        if parsed.kind in ("long", "many"):
            return _refusal(site, query, parsed)
    records, posts = search(snapshot, main.number, query, _MATCHES)
    return _page(site, snapshot, query, Marker(query.split()), records, posts)


def _full_text_page(
    site: Site, snapshot: Snapshot, main: FeedRecord, query: str, parsed: SearchQuery
) -> Response:
    """A page of the posts that match, the best ones first."""
    with _search() as deadline:
        with snapshot.until(deadline):
            records = snapshot.feeds_named_like(query, _MATCHES)
        with snapshot.until(deadline):
            posts = ranked_posts(snapshot, main.number, parsed)
        if not posts:  # parts of words in titles, as without the index
            with snapshot.until(deadline):
                posts = snapshot.entries_titled_like(main.number, query, _MATCHES)
            return _page(site, snapshot, query, Marker(query.split()), records, posts)
    steps = _steps(site, request.args["q"], len(posts))
    start = (steps.number - 1) * _PER_PAGE
    shown = posts[start : start + _PER_PAGE]
    more: dict[str, Any] = {"steps": steps, "is_cut": len(posts) >= MOST_RANKED}
    more["feed"] = Filter(search=parsed).builder_address(site.url)
    records = records if steps.number == 1 else []
    return _page(site, snapshot, query, FoldedMarker(parsed.words), records, shown, **more)


def ranked_posts(snapshot: Snapshot, feed_number: int, query: SearchQuery) -> list[Entry]:
    """The posts of a feed that match, the best ones first; of equal ones, the newest.

    Ranked are the newest MOST_RANKED of those that have the words in the title, and of all.
    """
    reader = snapshot.search
    in_title = reader.newest(feed_number, query, MOST_RANKED, in_title=True)
    found = {entry.id: (entry, text) for entry, text in in_title}
    for entry, text in reader.newest(feed_number, query, MOST_RANKED):
        found[entry.id] = (entry, text)
    newest_first = sorted(
        found.values(), key=lambda each: (each[0].published, each[0].id), reverse=True
    )
    ranked = sorted(newest_first, key=lambda each: rank(query, each[1]), reverse=True)
    return [entry for entry, _ in ranked[:MOST_RANKED]]


def _steps(site: Site, text: str, count: int) -> Steps:
    """The position in the results. Raises NotFound for a page that they do not have."""
    last = max(1, -(-count // _PER_PAGE))
    given = request.args.get("page", "1")
    number = int(given) if PAGE_NUMBER.fullmatch(given) else 0
    if not 1 <= number <= last:
        raise NotFound

    def address(page: int) -> str:
        further = {"page": page} if page > 1 else {}
        return f"{site.url}/?{urlencode({'q': text, **further})}" if 1 <= page <= last else ""

    return Steps(number, last, *(address(number + step) for step in (0, -1, 1)))


def _refusal(site: Site, query: str, fault: SearchFault) -> Response:
    """The page that says why something is no search."""
    counts = {"long": MOST_QUERY_CHARACTERS, "many": MOST_TERMS}
    refused = {"kind": fault.kind, "count": counts[fault.kind]}
    page = rendered("search.html", site, query=query, refused=refused)
    page.status_code = HTTPStatus.BAD_REQUEST
    return page


def _page(
    site: Site,
    snapshot: Snapshot,
    query: str,
    marker: Marker,
    records: list[FeedRecord],
    posts: list[Entry],
    **more: Any,
) -> Response:
    page = rendered(
        "search.html",
        site,
        query=query,
        mark=marker.marked,
        feeds=navigation.feed_lines(snapshot, site, records),
        posts=[(entry, marker.snippet(entry)) for entry in posts],
        most=_MATCHES,
        most_ranked=MOST_RANKED,
        **more,
    )
    return kept(page)


def search(
    snapshot: Snapshot, feed_number: int, text: str, most: int
) -> tuple[list[FeedRecord], list[Entry]]:
    """The feeds that have each word of `text` in a name, the entries that have it in the title.

    At most `most` of each. Raises ServiceUnavailable: see `_search`.
    """
    with _search() as deadline:
        with snapshot.until(deadline):
            feeds = snapshot.feeds_named_like(text, most)
        with snapshot.until(deadline):
            posts = snapshot.entries_titled_like(feed_number, text, most)
    return feeds, posts


def search_of_kind(snapshot: Snapshot, kind: Kind, text: str, most: int) -> list[FeedRecord]:
    """The feeds of a kind that have each word of `text` in a name.

    Raises ServiceUnavailable: see `_search`.
    """
    with _search() as deadline, snapshot.until(deadline):
        return snapshot.feeds_named_like(text, most, kind)


@contextmanager
def _search() -> Iterator[float]:
    """The only search of this process, until the deadline.

    While another thread of this process searches, one more waits for its turn. Raises
    ServiceUnavailable (503 with Retry-After) if a third comes, if the turn of the second does
    not come within MOST_SECONDS, and if the search takes longer than that.
    """
    if not _has_turn():
        raise ServiceUnavailable(retry_after=_BUSY_SECONDS)
    try:
        yield time.monotonic() + MOST_SECONDS
    except StoreSlow as error:
        raise ServiceUnavailable(retry_after=_SLOW_SECONDS) from error
    finally:
        _searching.release()


def _has_turn() -> bool:
    """True once no other thread searches; False if too many wait, or for too long."""
    if _searching.acquire(blocking=False):
        return True
    if not _waiting.acquire(blocking=False):
        return False
    try:
        return _searching.acquire(timeout=MOST_SECONDS)
    finally:
        _waiting.release()
