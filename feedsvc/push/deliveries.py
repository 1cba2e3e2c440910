"""Content distribution: sends the newest version of a topic to a callback (WebSub §7)."""

import logging
import random
import time
from dataclasses import replace
from datetime import UTC, datetime

from feedsvc.core import addresses
from feedsvc.core.websub.callback_addresses import origin
from feedsvc.core.websub.signatures import hub_signature
from feedsvc.core.websub.subscriptions import Delivery, Outcome, pause
from feedsvc.errors import StoreError, Unreachable
from feedsvc.push.outgoing import Outgoing
from feedsvc.push.rendered import RenderedTopics

log = logging.getLogger("feedsvc.push")


def deliver(delivery: Delivery, rendered: RenderedTopics, client: Outgoing) -> Outcome:
    """Send a delivery and return its outcome. A failure raises nothing.

    A status of 2xx is a success. 410 ends the subscription. Everything else is a failure,
    redirects included. Each outcome is logged, without path and query of the callback.
    """
    target, started = delivery.target, time.monotonic()
    try:
        version = rendered.of(target.feed_path, target.format, delivery.digest)
        if version is None:
            return _failed(delivery, "its feed is not published")
        headers = version.headers(target.topic)
        if delivery.secret:
            signature = hub_signature(delivery.secret, version.body)
            headers = headers | {"X-Hub-Signature": signature}
        answer = client.post(target.callback, version.body, headers)
    except (Unreachable, StoreError) as error:
        return _failed(delivery, str(error))
    milliseconds = round((time.monotonic() - started) * 1000)
    if 200 <= answer.status < 300:
        log.info(
            "delivered %s to %s in %d ms",
            version.topic,
            _origin(target.callback),
            milliseconds,
        )
        return Outcome(replace(delivery, digest=version.digest))
    if answer.status == 410:
        log.info(
            "%s: it answered 410, its subscription to %s has ended",
            _origin(target.callback),
            version.topic,
        )
        return Outcome(delivery, gone=True)
    fault = f"{_origin(target.callback)}: it answered {answer.status}"
    return _failed(delivery, fault, answer.retry_after)


def _failed(delivery: Delivery, error: str, retry_after: int | None = None) -> Outcome:
    wait = pause(delivery.attempts + 1, random.random(), retry_after)  # noqa: S311 - jitter
    document = addresses.document_path(delivery.target.feed_path, delivery.target.format)
    seconds = wait.total_seconds()
    log.warning("%s not delivered, will retry in %d s: %s", document, seconds, error)
    return Outcome(delivery, error, datetime.now(UTC) + wait)


def _origin(callback: str) -> str:
    """A callback as the log shows it: its path and query may be secret."""
    return str(origin(callback))
