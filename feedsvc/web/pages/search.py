"""The search of the pages: one at a time in a process, for at most a second.

A search compares all names and titles, so its cost grows with the folder, and anybody may
start one. The limits keep the other threads free for feeds, the hub and the webhook.
"""

import threading
import time
from typing import Final

from werkzeug.exceptions import ServiceUnavailable

from feedsvc.core.feeds.entries import Entry
from feedsvc.errors import StoreSlow
from feedsvc.store.snapshot import FeedRecord, Snapshot

MOST_SECONDS: Final = 1.0
_BUSY_SECONDS: Final = 1  # after which a visitor may retry while others search
_SLOW_SECONDS: Final = 10  # after which a search that took too long may be retried

_searching = threading.BoundedSemaphore(1)


def search(
    snapshot: Snapshot, feed_number: int, text: str, most: int
) -> tuple[list[FeedRecord], list[Entry]]:
    """The feeds that have each word of `text` in a name, the entries that have it in the title.

    At most `most` of each. Raises ServiceUnavailable (503 with Retry-After) while another
    thread of this process searches, and if it takes longer than MOST_SECONDS.
    """
    if not _searching.acquire(blocking=False):
        raise ServiceUnavailable(retry_after=_BUSY_SECONDS)
    try:
        deadline = time.monotonic() + MOST_SECONDS
        with snapshot.until(deadline):
            feeds = snapshot.feeds_named_like(text, most)
        with snapshot.until(deadline):
            posts = snapshot.entries_titled_like(feed_number, text, most)
    except StoreSlow as error:
        raise ServiceUnavailable(retry_after=_SLOW_SECONDS) from error
    finally:
        _searching.release()
    return feeds, posts
