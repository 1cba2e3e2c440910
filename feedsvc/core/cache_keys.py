"""Names feeds for caches in front of feedsvc, so that single feeds can be purged."""

import hashlib
from typing import Final

EVERYTHING: Final = "feedsvc"


def cache_key(feed_path: str) -> str:
    """The cache key of all documents of the feed at a path: ASCII without spaces and commas."""
    return f"feed-{hashlib.sha256(feed_path.encode()).hexdigest()[:16]}"


def page_key(path: str) -> str:
    """The cache key of a post's page, or of a file that it shows, at a decoded path."""
    return f"page-{hashlib.sha256(path.encode()).hexdigest()[:16]}"


def separator(header: str) -> str:
    """The separator of cache keys in a header."""
    return "," if header == "Cache-Tag" else " "
