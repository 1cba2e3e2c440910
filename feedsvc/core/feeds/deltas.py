"""Delta encoding (RFC 3229): only the entries that a client does not have yet."""

from collections.abc import Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from feedsvc.core.feeds.feeds import Feed


@dataclass(frozen=True)
class Delta(Feed):
    """Some entries of a feed, with the title, dates and links of the whole feed."""

    whole: Feed = field(kw_only=True)

    @property
    def updated(self) -> datetime:
        """The date of the whole feed."""
        return self.whole.updated

    @property
    def is_podcast(self) -> bool:
        """True if the whole feed is a podcast: its head says the same in each answer."""
        return self.whole.is_podcast


def entry_hashes(feed: Feed) -> frozenset[int]:
    """One number for each entry. The number changes when anything in the entry changes.

    The numbers are valid only within one process.
    """
    return frozenset(map(hash, feed.entries))


def delta(feed: Feed, client_hashes: Set[int]) -> Delta | None:
    """The entries that were added or changed since the version that a client has.

    `client_hashes` are the `entry_hashes` of that version. None if the whole feed is the better
    answer: if all entries are new, the client may also have missed others; if none is new,
    entries were only removed, and a delta cannot say so.
    """
    new = tuple(entry for entry in feed.entries if hash(entry) not in client_hashes)
    if not new or len(new) == len(feed.entries):
        return None
    paging = replace(feed.paging, is_complete=False)  # other entries were not removed
    return Delta(feed.site, feed.topic, new, paging, feed.deleted, whole=feed)
