"""Who is told of each publish beside subscribers: outside hubs, and URLs to notify."""

import hashlib
import json
import logging
import math
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from feedsvc.core import addresses
from feedsvc.core.dates import microseconds, rfc3339
from feedsvc.core.websub.callback_addresses import origin
from feedsvc.core.websub.signatures import message_headers
from feedsvc.core.websub.subscriptions import pause
from feedsvc.errors import Unreachable
from feedsvc.push.outgoing import HttpAnswer, Outgoing
from feedsvc.store.queues.listeners import Listener, Publish
from feedsvc.store.store import Store

# A claim lasts 30 s and a request at most 10 s: the claim never ends during a request.
_RENEW_AFTER: Final = 10.0
_MOST_MESSAGES: Final = 50  # before what has been told is noted
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}

log = logging.getLogger("feedsvc.push")


@dataclass(frozen=True, slots=True)
class OutsideHub:
    """A hub of others, which fetches a topic when it hears that it has changed (WebSub §6)."""

    url: str

    @property
    def name(self) -> str:
        """What the store knows it by."""
        return _name("hub", self.url)


@dataclass(frozen=True, slots=True)
class Notified:
    """A URL that is sent a message of Standard Webhooks for each publish."""

    url: str = field(repr=False)  # its path may be a secret
    secret: str = field(repr=False)

    @property
    def name(self) -> str:
        """What the store knows it by, which does not give its URL away."""
        return _name("notify", self.url)


class _Refused(Exception):  # noqa: N818 - it never leaves this module
    """They could be reached, and did not take it."""

    def __init__(self, place: str, answer: HttpAnswer) -> None:
        super().__init__(f"{place}: it answered {answer.status}")
        self.answer = answer


class _ClaimLost(Exception):  # noqa: N818 - it never leaves this module
    """Another process has claimed the listener, and notifies it."""


class _Claim:
    """The claim on a listener, renewed as long as requests are sent to it."""

    def __init__(self, listener: Listener, store: Store) -> None:
        self.listener = listener
        self._store = store
        self._renew_at = -math.inf

    def keep(self) -> None:
        """Renew the claim if it is not new. Raises _ClaimLost and StoreError."""
        if time.monotonic() < self._renew_at:
            return
        renewed = self._store.listeners.renew(self.listener, datetime.now(UTC))
        if renewed is None:
            raise _ClaimLost
        self.listener = renewed
        self._renew_at = time.monotonic() + _RENEW_AFTER


def tell(
    who: OutsideHub | Notified,
    listener: Listener,
    last: int,
    store: Store,
    site_url: str,
    outgoing: Outgoing,
) -> None:
    """Tell a listener of what was published since it was told last, up to the publish `last`.

    What it does not take now it is told again later, with what has come since. A hub may hear
    of a feed that moved again in a later publish, and will of that publish too. Raises
    StoreError.
    """
    told, error, again = listener.last_notified, "", None
    claim = _Claim(listener, store)
    try:
        if isinstance(who, OutsideHub):
            paths = store.listeners.feeds_changed_since(told)
            _ping(who.url, paths, site_url, outgoing, claim.keep)
            told = last
        else:
            for publish in store.listeners.publishes_since(told, _MOST_MESSAGES):
                if publish.number > last:
                    break
                claim.keep()
                _send(who, publish, site_url, outgoing)
                told = publish.number
    except _ClaimLost:
        log.info("%s: another process notifies it", origin(who.url))
        return
    except (Unreachable, _Refused) as failure:
        retry_after = failure.answer.retry_after if isinstance(failure, _Refused) else None
        attempts = 1 if told > listener.last_notified else listener.attempts + 1
        wait = pause(attempts, random.random(), retry_after)  # noqa: S311 - jitter
        error, again = str(failure), datetime.now(UTC) + wait
        level = logging.WARNING if attempts == 1 else logging.INFO
        log.log(level, "not told, to be tried again in %d s: %s", wait.total_seconds(), error)
    store.listeners.settle(claim.listener, told, error, again)


def _ping(
    hub: str,
    feed_paths: list[str],
    site_url: str,
    outgoing: Outgoing,
    keep_claim: Callable[[], None],
) -> None:
    """`hub.mode=publish` for each document of the feeds (what public hubs take, W3).

    A hub that does not want a topic says so with 4xx, which is no reason to try again.
    """
    place = str(origin(hub))
    refused = 0
    for topic in _topics(feed_paths, site_url):
        keep_claim()
        body = urlencode({"hub.mode": "publish", "hub.url": topic}).encode()
        answer = outgoing.post(hub, body, _FORM)
        if answer.status >= 500 or answer.status == 429 or 300 <= answer.status < 400:
            raise _Refused(place, answer)
        refused += answer.status >= 400
    if refused:
        log.warning("%s: it refused %d topics", place, refused)
    log.info("told %s of %d feeds", place, len(feed_paths))


def _topics(feed_paths: list[str], site_url: str) -> Iterator[str]:
    for path in feed_paths:
        for format_name in addresses.FORMATS:
            yield addresses.url(site_url, addresses.document_path(path, format_name))


def _send(who: Notified, publish: Publish, site_url: str, outgoing: Outgoing) -> None:
    """One message; its id is the same whenever it is sent again."""
    place = str(origin(who.url))
    message = f"publish_{publish.number}_{microseconds(publish.at)}"
    told = {
        "type": "feeds.published",
        "timestamp": rfc3339(publish.at),
        "data": {
            "site": site_url,
            "publish": publish.number,
            **publish.summary.to_dict(site_url),
        },
    }
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    headers = message_headers(who.secret, message, body, datetime.now(UTC))
    answer = outgoing.post(who.url, body, headers | {"Content-Type": "application/json"})
    if not 200 <= answer.status < 300:
        raise _Refused(place, answer)
    log.info("told %s of publish %d", place, publish.number)


def _name(kind: str, url: str) -> str:
    return hashlib.sha256(f"{kind}\n{url}".encode()).hexdigest()[:40]
