"""What is new in a feed for somebody who has an earlier version of it (RFC 3229)."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from feedsvc.core.feeds.feeds import Feed


@dataclass(frozen=True)
class Delta(Feed):
    """Some entries of a feed, under the head of the whole."""

    whole: Feed

    @property
    def updated(self) -> datetime:
        """That of the whole feed."""
        return self.whole.updated


def marks(feed: Feed) -> frozenset[int]:
    """One number for each entry as it is; another when anything of it changes.

    They mean something within one run of the program only.
    """
    return frozenset(map(hash, feed.entries))


def delta(feed: Feed, known: Set[int]) -> Delta | None:
    """The entries of a feed whose marks are not known: those that were added or changed.

    None where the whole feed is the better answer: nothing of it is known, so that more may
    have come and gone meanwhile; or all is, so that entries have only gone.
    """
    new = tuple(entry for entry in feed.entries if hash(entry) not in known)
    if not new or len(new) == len(feed.entries):
        return None
    return Delta(feed.site, feed.topic, new, feed)
