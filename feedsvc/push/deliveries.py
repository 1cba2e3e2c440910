"""Content distribution: a version of a topic goes to a callback (WebSub §7)."""

import logging
import random
import time
from dataclasses import replace
from datetime import UTC, datetime

from feedsvc.core import addresses
from feedsvc.core.websub.callback_addresses import origin
from feedsvc.core.websub.signatures import hub_signature
from feedsvc.core.websub.subscriptions import (
    Delivery,
    Outcome,
    pause,
)
from feedsvc.errors import StoreError, Unreachable
from feedsvc.push.outgoing import HttpAnswer, Outgoing
from feedsvc.push.rendered import RenderedTopics

log = logging.getLogger("feedsvc.push")


def deliver(delivery: Delivery, versions: RenderedTopics, outgoing: Outgoing) -> Outcome:
    """Send what is due to a callback, and say what came of it: a failure is no exception.

    Any answer with a status of 2xx is a success and 410 ends the subscription; all else fails,
    redirects too. The log has a line for each, in which a callback is without path and query.
    """
    target, began = delivery.target, time.monotonic()
    try:
        version = versions.of(target.feed_path, target.format, delivery.digest)
        if version is None:
            return _failed(delivery, "its feed is not published")
        headers = version.headers(target.topic)
        if delivery.secret:
            signature = hub_signature(delivery.secret, version.body)
            headers = headers | {"X-Hub-Signature": signature}
        answer = outgoing.post(target.callback, version.body, headers)
    except (Unreachable, StoreError) as error:
        return _failed(delivery, str(error))
    took = round((time.monotonic() - began) * 1000)
    if 200 <= answer.status < 300:
        log.info("delivered %s to %s in %d ms", version.topic, _place(target.callback), took)
        return Outcome(replace(delivery, digest=version.digest))
    if answer.status == 410:
        log.info("%s wants no more of %s", _place(target.callback), version.topic)
        return Outcome(delivery, gone=True)
    return _failed(delivery, _said(target.callback, answer), answer.retry_after)


def _failed(delivery: Delivery, error: str, retry_after: int | None = None) -> Outcome:
    wait = pause(delivery.attempts + 1, random.random(), retry_after)  # noqa: S311 - jitter
    document = addresses.document_path(delivery.target.feed_path, delivery.target.format)
    seconds = wait.total_seconds()
    log.warning("%s not delivered, to be tried again in %d s: %s", document, seconds, error)
    return Outcome(delivery, error, datetime.now(UTC) + wait)


def _said(callback: str, answer: HttpAnswer) -> str:
    return f"{_place(callback)}: it answered {answer.status}"


def _place(callback: str) -> str:
    """A callback for the log: what is behind the host may be a secret."""
    return str(origin(callback))
