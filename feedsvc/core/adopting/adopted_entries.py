"""What an entry keeps of the feed that its post was adopted from, through every edit."""

from dataclasses import replace

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.ledger.ledger import LedgerEntry


def as_adopted(entry: Entry, remembered: LedgerEntry) -> Entry:
    """The entry with what its post took over from another feed: id for RSS, and dates.

    The first date is that of the other feed. `updated` is never before the last edit there.
    """
    published, edited = entry.published, entry.updated
    first = remembered.adopted_published
    if first and first != published:
        edited = edited if edited > published else first
        published = first
    updated = max(published, edited, remembered.adopted_updated or published)
    return replace(entry, published=published, updated=updated, rss_guid=remembered.rss_guid)
