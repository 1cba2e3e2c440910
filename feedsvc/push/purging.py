"""Tells a cache in front which feeds have changed, once web processes serve the new ones."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlsplit

import requests

from feedsvc.core import addresses
from feedsvc.core.cache_keys import cache_key, separator
from feedsvc.core.websub.callback_addresses import origin

SEEN_AFTER: Final = 0.3  # seconds: by then every web process has seen what was published
_TIMEOUT: Final = 5
_LONGEST_WAIT: Final = 60.0
_MOST_KEYS: Final = 200  # in one request

log = logging.getLogger("feedsvc.purging")


@dataclass(frozen=True, slots=True)
class Cache:
    """A cache in front: where and how it is told, and by what it knows a feed.

    With a `key_header` it is told names, many at a time, at `url` itself; without, the path of
    each document below `url`. `site_url` says which host it knows them under.
    """

    url: str = field(repr=False)  # its path may be a secret
    method: str
    site_url: str
    key_header: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)

    def purges(
        self, feed_paths: Iterable[str]
    ) -> Iterator[tuple[str, dict[str, str], set[str]]]:
        """The requests to send: an address, headers, and the feeds it is about."""
        host = {"Host": urlsplit(self.site_url).netloc}
        paths = sorted(feed_paths)
        if not self.key_header:
            for path in paths:
                for address in self._addresses(path):
                    yield self.url.rstrip("/") + address, host, {path}
            return
        for start in range(0, len(paths), _MOST_KEYS):
            some = paths[start : start + _MOST_KEYS]
            names = separator(self.key_header).join(map(cache_key, some))
            yield self.url, host | {self.key_header: names}, set(some)

    def _addresses(self, feed_path: str) -> Iterator[str]:
        base = urlsplit(self.site_url).path
        for format_name in addresses.FORMATS:
            path = addresses.document_path(feed_path, format_name)
            yield f"{base}/{quote(path, safe='/~')}"
        if not feed_path:
            yield from (f"{base}{alias}" for alias in self.aliases)
            yield f"{base}/{addresses.OPML_PATH}"


class Purger:
    """Sends purges in a thread of its own, again until the cache has taken them.

    Publishing never waits for it. What was not sent when the program ends is not sent later:
    the cache keeps those feeds for as long as it was told to.
    """

    def __init__(self, cache: Cache, sleep: Callable[[float], object] = time.sleep) -> None:
        self._cache = cache
        self._sleep = sleep
        self._due: set[str] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._failed = 0

    def start(self) -> None:
        """Send what is asked for, from now on."""
        threading.Thread(target=self._send_for_ever, name="purger", daemon=True).start()

    def ask(self, feed_paths: Iterable[str]) -> None:
        """Have the documents of these feeds dropped, soon."""
        with self._lock:
            self._due |= set(feed_paths)
            if self._due:
                self._wake.set()

    def send(self) -> None:
        """Send what is due; what fails stays due."""
        with self._lock:
            due, self._due = self._due, set()
        try:
            with requests.Session() as session:
                session.trust_env = False  # the cache is ours: no proxy, no ~/.netrc
                for address, headers, about in self._cache.purges(due):
                    self._send_one(session, address, headers)
                    if self._cache.key_header:
                        due -= about
        except requests.RequestException as error:
            self._failed += 1
            if self._failed == 1:
                place = origin(self._cache.url)
                log.warning(
                    "the cache at %s was not purged, will retry: %s", place, _fault(error)
                )
            self.ask(due)
            return
        if self._failed:
            log.info("the cache was purged, after %d failures", self._failed)
        self._failed = 0

    def _send_one(
        self, session: requests.Session, address: str, headers: Mapping[str, str]
    ) -> None:
        response = session.request(
            self._cache.method,
            address,
            headers=headers,
            timeout=_TIMEOUT,
            allow_redirects=False,
        )
        if response.status_code != 404:  # what it does not have need not be dropped
            response.raise_for_status()

    def _send_for_ever(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            self._sleep(SEEN_AFTER)
            self.send()
            if self._failed:
                self._sleep(min(_LONGEST_WAIT, 2.0 ** min(self._failed, 10)))


def _fault(error: requests.RequestException) -> str:
    """What went wrong, without the URL: the text of requests repeats its path and query."""
    if error.response is not None:
        return f"it answered {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return f"no answer within {_TIMEOUT} seconds"
    return f"no connection ({type(error).__name__})"
