"""Notifies outside hubs and URLs of each publish."""

import json
import logging
import math
import random
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from feedsvc.core import addresses
from feedsvc.core.dates import microseconds, rfc3339
from feedsvc.core.websub.callback_addresses import origin
from feedsvc.core.websub.listener_names import MESSAGE_KINDS, MessageKind, listener_name
from feedsvc.core.websub.signatures import message_headers
from feedsvc.core.websub.subscriptions import pause
from feedsvc.errors import Unreachable
from feedsvc.push.outgoing import HttpAnswer, Outgoing
from feedsvc.store.queues.listeners import Listener, Publish
from feedsvc.store.store import Store

_MOST_MESSAGES: Final = 50  # sent before the progress is recorded
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}

log = logging.getLogger("feedsvc.push")


@dataclass(frozen=True, slots=True)
class OutsideHub:
    """A hub that we do not run. It fetches a topic after we ping it (WebSub §6)."""

    url: str

    @property
    def name(self) -> str:
        """Its name in the store."""
        return listener_name("hub", self.url)


@dataclass(frozen=True, slots=True)
class NotifyUrl:
    """A URL that receives a signed message (Standard Webhooks) for each publish.

    It receives only messages of its `kinds`.
    """

    url: str = field(repr=False)  # its path may be a secret
    secret: str = field(repr=False)
    kinds: Collection[MessageKind] = MESSAGE_KINDS

    @property
    def name(self) -> str:
        """Its name in the store, which does not reveal the URL."""
        return listener_name("notify", self.url)


# A claim lasts 30 s and a request at most 10 s: the claim never ends during a request.
_RENEW_AFTER: Final = 10.0


class _ClaimLost(Exception):  # noqa: N818 - it never leaves this module
    """Another process has claimed the listener, and notifies it."""


class _Claim:
    """The claim on a listener, renewed as long as requests are sent to it."""

    def __init__(self, row: Listener, store: Store) -> None:
        self.row = row
        self._store = store
        self._renew_at = -math.inf

    def keep(self) -> None:
        """Renew the claim if it is not new. Raises _ClaimLost and StoreError."""
        if time.monotonic() < self._renew_at:
            return
        renewed = self._store.listeners.renew(self.row, datetime.now(UTC))
        if renewed is None:
            raise _ClaimLost
        self.row = renewed
        self._renew_at = time.monotonic() + _RENEW_AFTER


class _Refused(Exception):  # noqa: N818 - it never leaves this module
    """The listener answered, but did not accept the request."""

    def __init__(self, listener_origin: str, answer: HttpAnswer) -> None:
        super().__init__(f"{listener_origin}: it answered {answer.status}")
        self.answer = answer


def notify(
    listener: OutsideHub | NotifyUrl,
    row: Listener,
    last: int,
    store: Store,
    site_url: str,
    client: Outgoing,
) -> None:
    """Notify a listener of the publishes after `row.last_notified`, up to the publish `last`.

    If it refuses one, that one and later publishes are retried together. A hub may be pinged
    for a feed that changed after `last`; the later publish pings it once more. Raises
    StoreError.
    """
    claim = _Claim(row, store)
    notified, error, next_attempt_at = row.last_notified, "", None
    try:
        if isinstance(listener, OutsideHub):
            paths = store.listeners.feeds_changed_since(notified)
            _ping(listener.url, paths, site_url, client, claim.keep)
            notified = last
        else:
            for publish in store.listeners.publishes_since(notified, _MOST_MESSAGES):
                if publish.number > last:
                    break
                if publish.kind in listener.kinds:
                    claim.keep()
                    _send(listener, publish, site_url, client)
                notified = publish.number
    except _ClaimLost:
        log.info("%s: another process notifies it", origin(listener.url))
        return
    except (Unreachable, _Refused) as failure:
        retry_after = failure.answer.retry_after if isinstance(failure, _Refused) else None
        attempts = 1 if notified > row.last_notified else row.attempts + 1
        wait = pause(attempts, random.random(), retry_after)  # noqa: S311 - jitter
        error, next_attempt_at = str(failure), datetime.now(UTC) + wait
        level = logging.WARNING if attempts == 1 else logging.INFO
        log.log(level, "not notified, will retry in %d s: %s", wait.total_seconds(), error)
    store.listeners.settle(claim.row, notified, error, next_attempt_at)


def _ping(
    hub: str,
    feed_paths: list[str],
    site_url: str,
    client: Outgoing,
    keep_claim: Callable[[], None],
) -> None:
    """Send `hub.mode=publish` for each document of the feeds, as public hubs expect it.

    WebSub §6 leaves the request open. A hub refuses a topic with 4xx; that is not retried.
    """
    hub_origin = str(origin(hub))
    refused = 0
    for topic in _topics(feed_paths, site_url):
        keep_claim()
        body = urlencode({"hub.mode": "publish", "hub.url": topic}).encode()
        answer = client.post(hub, body, _FORM)
        if answer.status >= 500 or answer.status == 429 or 300 <= answer.status < 400:
            raise _Refused(hub_origin, answer)
        refused += answer.status >= 400
    if refused:
        log.warning("%s: it refused %d topics", hub_origin, refused)
    log.info("pinged %s for %d feeds", hub_origin, len(feed_paths))


def _topics(feed_paths: list[str], site_url: str) -> Iterator[str]:
    for path in feed_paths:
        for format_name in addresses.FORMATS:
            yield addresses.url(site_url, addresses.document_path(path, format_name))


def _send(listener: NotifyUrl, publish: Publish, site_url: str, client: Outgoing) -> None:
    """Send one message. A retry has the same id."""
    listener_origin = str(origin(listener.url))
    message = f"publish_{publish.number}_{microseconds(publish.at)}"
    payload = {
        "type": f"feeds.{publish.kind}",
        "timestamp": rfc3339(publish.at),
        "data": {"site": site_url, "publish": publish.number, **_news(publish, site_url)},
    }
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    headers = message_headers(listener.secret, message, body, datetime.now(UTC))
    answer = client.post(listener.url, body, headers | {"Content-Type": "application/json"})
    if not 200 <= answer.status < 300:
        raise _Refused(listener_origin, answer)
    log.info("notified %s of publish %d", listener_origin, publish.number)


def _news(publish: Publish, site_url: str) -> dict[str, Any]:
    if publish.attention:
        return {"attention": publish.attention}
    return {"held": publish.held} if publish.held else publish.summary.to_dict(site_url)
