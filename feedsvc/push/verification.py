"""Verification of intent: asks the callback to confirm a request (WebSub §5.3)."""

import hmac
import logging
import random
import secrets
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from feedsvc.core.websub.callback_addresses import origin
from feedsvc.core.websub.subscriptions import (
    MOST_VERIFICATIONS,
    Intent,
    Target,
    Verification,
    pause,
)
from feedsvc.errors import Unreachable
from feedsvc.push.outgoing import HttpAnswer, Outgoing

_CHALLENGE_OCTETS: Final = 24

log = logging.getLogger("feedsvc.push")


def verify(intent: Intent, topic: str, client: Outgoing) -> Verification:
    """Send a challenge to the callback and return the result. A failure raises nothing.

    The callback confirms if it answers 2xx and echoes the challenge and nothing else. If it
    cannot be reached, or answers 5xx or 429, the verification is retried a few times.
    """
    challenge = secrets.token_urlsafe(_CHALLENGE_OCTETS)
    parameters = {"hub.mode": intent.mode, "hub.topic": topic, "hub.challenge": challenge}
    if intent.mode == "subscribe":
        parameters["hub.lease_seconds"] = str(intent.lease_seconds)
    if intent.verify_token:
        parameters["hub.verify_token"] = intent.verify_token
    callback_origin = origin(intent.target.callback)
    try:
        answer = client.get(with_query(intent.target.callback, parameters))
    except Unreachable as error:
        return _retry_later(intent, str(error))
    if _confirms(answer, challenge):
        log.info("%s confirmed hub.mode=%s for %s", callback_origin, intent.mode, topic)
        return Verification(intent, is_confirmed=True)
    if answer.status >= 500 or answer.status == 429:
        fault = f"{callback_origin}: it answered {answer.status}"
        return _retry_later(intent, fault, answer.retry_after)
    fault = f"{callback_origin}: it did not confirm (status {answer.status})"
    log.info("%s hub.mode=%s for %s", fault, intent.mode, topic)
    return Verification(intent, error=fault)


def deny(target: Target, topic: str, reason: str, client: Outgoing) -> None:
    """Notify a callback that its subscription ends (§5.2). Raises Unreachable."""
    parameters = {"hub.mode": "denied", "hub.topic": topic, "hub.reason": reason}
    client.get(with_query(target.callback, parameters))


def with_query(callback: str, parameters: dict[str, str]) -> str:
    """The callback with these parameters after its own (§5.3)."""
    return f"{callback}{'&' if '?' in callback else '?'}{urlencode(parameters)}"


def _confirms(answer: HttpAnswer, challenge: str) -> bool:
    is_success = 200 <= answer.status < 300
    return is_success and hmac.compare_digest(answer.body, challenge.encode())


def _retry_later(intent: Intent, error: str, retry_after: int | None = None) -> Verification:
    if intent.attempts + 1 >= MOST_VERIFICATIONS:
        log.warning("not verified: %s", error)
        return Verification(intent, error=error)
    wait = pause(intent.attempts + 1, random.random(), retry_after)  # noqa: S311 - jitter
    return Verification(intent, error=error, next_attempt_at=datetime.now(UTC) + wait)
