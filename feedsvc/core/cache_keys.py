"""The names by which a cache in front knows feeds, so that it can be told what to drop."""

import hashlib
from typing import Final

EVERYTHING: Final = "feedsvc"


def cache_key(feed_path: str) -> str:
    """The name of all documents of the feed at a path; ASCII, without spaces and commas."""
    return f"feed-{hashlib.sha256(feed_path.encode()).hexdigest()[:16]}"


def separator(header: str) -> str:
    """What stands between two names in a header."""
    return "," if header == "Cache-Tag" else " "
