"""Made-up feeds with tombstones, and feeds of filters, to count how their rules grow."""

from collections.abc import Callable
from datetime import timedelta

from feedsvc.core.feeds.deletions.tombstones import Tombstone, newest_first
from feedsvc.core.feeds.feeds import SITE_TOPIC, feed_of
from feedsvc.core.filters.filter import Filter
from feedsvc.core.filters.filtered_feeds import (
    Around,
    filter_digest,
    filtered_feed,
    filtered_page,
)
from tests.support.builders import a_site, an_entry, at

_DAY = at("2026-03-01")


def a_feed_of_deleted_posts(count: int) -> Callable[[], object]:
    gone = [Tombstone(f"tag:x:{n}", _DAY + timedelta(n % 7), n + 1) for n in range(count)]
    entries = [an_entry("tea")]
    return lambda: feed_of(a_site(), SITE_TOPIC, entries, deleted=newest_first(gone))


def a_filtered_feed(count: int) -> Callable[[], object]:
    site, cut = a_site(), Filter()
    entries = [an_entry(f"n{number}") for number in range(count)]

    def made() -> object:
        digests = (entry.digest for entry in entries)
        filter_digest(site, cut, digests, Around(), is_cut=False)
        filtered_page(site, cut, entries, Around())
        return filtered_feed(site, cut, entries, Around(), is_cut=False)

    return made
