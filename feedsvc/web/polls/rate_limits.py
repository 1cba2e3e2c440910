"""Limits how often a client polls without a conditional request (429, RFC 6585 §4)."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Final

from feedsvc.core.clients import client_at, client_before

BURST: Final = 10.0  # polls at once; to add a feed, a reader needs two or three
MOST_BUCKETS: Final = 20_000

# The environ key for the seconds that a client must wait before its next poll.
RETRY_AFTER: Final = "feedsvc.retry_after"


class Buckets:
    """A token bucket for each key, which holds `burst` requests and fills at `per_second`.

    The buckets that were used longest ago are evicted. An evicted bucket counts as full.
    """

    def __init__(
        self, burst: float, per_second: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst = burst
        self._per_second = per_second
        self._now = now
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, key: Hashable) -> int:
        """Take a request from the bucket. 0, or the seconds until there is one to take."""
        with self._lock:
            return self._take(key, self._now())

    def give_back(self, key: Hashable) -> None:
        """Return a request that was taken from the bucket."""
        with self._lock:
            left, since = self._buckets.get(key, (self._burst, self._now()))
            self._buckets[key] = (min(self._burst, left + 1), since)

    def _take(self, key: Hashable, now: float) -> int:
        left, since = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._per_second)
        allowed = left >= 1
        self._buckets[key] = (left - allowed, now)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return 0 if allowed else math.ceil((1 - left) / self._per_second)


class Limiter:
    """A bucket of polls for each client and feed, which fills at `per_hour`."""

    def __init__(
        self,
        per_hour: int,
        proxies: int,
        header: str,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._proxies = proxies
        self._header = header
        self._buckets = Buckets(BURST, per_hour / 3600, now)

    def wait(self, environ: dict[str, Any]) -> int:
        """Take a poll for this request. 0, or the seconds until there is one to take.

        Conditional requests and HEAD are free.
        """
        if is_conditional(environ) or environ["REQUEST_METHOD"] != "GET":
            return 0
        key = (client(environ, self._proxies, self._header), environ["PATH_INFO"])
        return self._buckets.wait(key)


def is_conditional(environ: dict[str, Any]) -> bool:
    """True if a request names the version that its client has."""
    return "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ


def client(environ: dict[str, Any], proxies: int, header: str) -> str:
    """The client of a request, as the outermost of `proxies` trusted proxies saw it.

    The proxies write it into `header`; other headers are not read. If the header is missing or
    names no client, it is the peer of the connection.
    """
    value = environ.get(f"HTTP_{header.upper().replace('-', '_')}", "")
    peer = str(environ.get("REMOTE_ADDR", ""))
    return client_before(proxies, header, value) or client_at(peer) or peer
