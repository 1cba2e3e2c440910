"""Purges changed feeds from a cache in front of the server (Varnish, a CDN)."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import quote, urlsplit

import requests

from feedsvc.core import addresses
from feedsvc.core.cache_keys import cache_key, page_key, separator
from feedsvc.core.websub.callback_addresses import origin

SERVED_AFTER: Final = 0.3  # seconds until every web process serves a publish
_TIMEOUT: Final = 5
_LONGEST_WAIT: Final = 60.0
_MOST_KEYS: Final = 200  # in one request

# What is purged: its kind, feed or page, and its path.
Purged: TypeAlias = tuple[str, str]
_KEYS: Final = {"feed": cache_key, "page": page_key}

log = logging.getLogger("feedsvc.purging")


@dataclass(frozen=True, slots=True)
class Cache:
    """The cache: its URL, and how a purge names a feed.

    With a `key_header`, a request to `url` names many feeds by their keys. Without one, there
    is a request below `url` for the path of each document. The host is that of `site_url`. A
    page is named in the same two ways.
    """

    url: str = field(repr=False)  # its path may be a secret
    method: str
    site_url: str
    key_header: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)

    def purges(
        self, due: Iterable[Purged]
    ) -> Iterator[tuple[str, dict[str, str], set[Purged]]]:
        """The requests to send: a URL, headers, and what each purges."""
        host = {"Host": urlsplit(self.site_url).netloc}
        ordered = sorted(due)
        if not self.key_header:
            for each in ordered:
                for address in self._addresses(each):
                    yield self.url.rstrip("/") + address, host, {each}
            return
        for start in range(0, len(ordered), _MOST_KEYS):
            batch = ordered[start : start + _MOST_KEYS]
            keys = separator(self.key_header).join(_KEYS[kind](path) for kind, path in batch)
            yield self.url, host | {self.key_header: keys}, set(batch)

    def _addresses(self, due: Purged) -> Iterator[str]:
        kind, path = due
        base = urlsplit(self.site_url).path
        if kind == "page":
            yield f"{base}{addresses.page_url('', path)}"
            return
        yield from self._documents(base, path)

    def _documents(self, base: str, feed_path: str) -> Iterator[str]:
        for format_name in addresses.FORMATS:
            path = addresses.document_path(feed_path, format_name)
            yield f"{base}/{quote(path, safe='/~')}"
        if not feed_path:
            yield from (f"{base}{alias}" for alias in self.aliases)
            yield f"{base}/{addresses.OPML_PATH}"


class Purger:
    """Sends purges in its own thread, and retries them until the cache accepts them.

    Publishing does not wait for it. Purges that were not sent when the program ends are lost;
    the cache keeps those feeds until they expire.
    """

    def __init__(self, cache: Cache, sleep: Callable[[float], object] = time.sleep) -> None:
        self._cache = cache
        self._sleep = sleep
        self._due: set[Purged] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._failed = 0

    def start(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._loop, name="purger", daemon=True).start()

    def ask(self, feed_paths: Iterable[str], pages: Iterable[str] = ()) -> None:
        """Enqueue purges of these feeds, and of the pages at these decoded paths."""
        due = [*(("feed", path) for path in feed_paths), *(("page", path) for path in pages)]
        self._ask_again(due)

    def _ask_again(self, due: Iterable[Purged]) -> None:
        with self._lock:
            self._due |= set(due)
            if self._due:
                self._wake.set()

    def finish(self, seconds: float) -> bool:
        """Send what is due without a thread. False if the cache does not accept it in time."""
        until = time.monotonic() + seconds
        self._sleep(SERVED_AFTER)
        self.send()
        while self._due and time.monotonic() < until:
            self._sleep(1)
            self.send()
        return not self._due

    def send(self) -> None:
        """Send the purges that are due. Those that fail stay due."""
        with self._lock:
            due, self._due = self._due, set()
        try:
            with requests.Session() as session:
                session.trust_env = False  # no proxy, no ~/.netrc
                for url, headers, purged in self._cache.purges(due):
                    self._send_one(session, url, headers)
                    if self._cache.key_header:
                        due -= purged
        except requests.RequestException as error:
            self._failed += 1
            if self._failed == 1:
                log.warning(
                    "the cache at %s was not purged, will retry: %s",
                    origin(self._cache.url),
                    _fault(error),
                )
            self._ask_again(due)
            return
        if self._failed:
            log.info("the cache was purged, after %d failures", self._failed)
        self._failed = 0

    def _send_one(
        self, session: requests.Session, url: str, headers: Mapping[str, str]
    ) -> None:
        response = session.request(
            self._cache.method,
            url,
            headers=headers,
            timeout=_TIMEOUT,
            allow_redirects=False,
        )
        if response.status_code != 404:  # nothing to purge
            response.raise_for_status()

    def _loop(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            self._sleep(SERVED_AFTER)
            self.send()
            if self._failed:
                self._sleep(min(_LONGEST_WAIT, 2.0 ** min(self._failed, 10)))


def _fault(error: requests.RequestException) -> str:
    """Describe a failure without the URL, whose path and query may be secret."""
    if error.response is not None:
        return f"it answered {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return f"no answer within {_TIMEOUT} seconds"
    return f"no connection ({type(error).__name__})"
