"""The search of the pages: one at a time in a process, for at most a second.

A search compares all names and titles, so its cost grows with the folder, and anybody may
start one. The limits keep the other threads free for feeds, the hub and the webhook.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from flask import Response
from werkzeug.exceptions import ServiceUnavailable

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import Kind
from feedsvc.core.site import Site
from feedsvc.core.text import legal, nfc
from feedsvc.errors import StoreSlow
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.web.pages import navigation
from feedsvc.web.pages.rendering import kept, rendered
from feedsvc.web.pages.snippets import Marker

MOST_SECONDS: Final = 1.0
_BUSY_SECONDS: Final = 1  # after which a visitor may retry while others search
_SLOW_SECONDS: Final = 10  # after which a search that took too long may be retried
_MATCHES: Final = 40  # feeds and posts each
_LONGEST_QUERY: Final = 100

_searching = threading.BoundedSemaphore(1)


def query_of(arguments: Mapping[str, str]) -> str:
    """The words that a visitor looks for; empty if there are none."""
    return nfc(legal(arguments.get("q", ""))).strip()[:_LONGEST_QUERY]


def results_page(site: Site, snapshot: Snapshot, main: FeedRecord, query: str) -> Response:
    """The results of a search, with its words marked."""
    records, posts = search(snapshot, main.number, query, _MATCHES)
    marker = Marker(query.split())
    page = rendered(
        "search.html",
        site,
        query=query,
        mark=marker.marked,
        feeds=navigation.feed_lines(snapshot, site, records),
        posts=[(entry, marker.snippet(entry)) for entry in posts],
        most=_MATCHES,
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

    Raises ServiceUnavailable (503 with Retry-After) while another thread of this process
    searches, and if it takes longer than MOST_SECONDS.
    """
    if not _searching.acquire(blocking=False):
        raise ServiceUnavailable(retry_after=_BUSY_SECONDS)
    try:
        yield time.monotonic() + MOST_SECONDS
    except StoreSlow as error:
        raise ServiceUnavailable(retry_after=_SLOW_SECONDS) from error
    finally:
        _searching.release()
