"""Verification of intent: does the callback want what was asked for? (WebSub §5.3)"""

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


def verify(intent: Intent, topic: str, outgoing: Outgoing) -> Verification:
    """Ask the callback. What it does not confirm changes nothing, and is no exception.

    Only an answer of 2xx whose body is the challenge, to the octet, confirms. A callback that
    cannot be reached is asked a few times more.
    """
    challenge = secrets.token_urlsafe(_CHALLENGE_OCTETS)
    asked = {"hub.mode": intent.mode, "hub.topic": topic, "hub.challenge": challenge}
    if intent.mode == "subscribe":
        asked["hub.lease_seconds"] = str(intent.lease_seconds)
    if intent.verify_token:
        asked["hub.verify_token"] = intent.verify_token
    place = origin(intent.target.callback)
    try:
        answer = outgoing.get(with_query(intent.target.callback, asked))
    except Unreachable as error:
        return _again(intent, str(error))
    if _confirms(answer, challenge):
        log.info("%s has confirmed to %s %s", place, intent.mode, topic)
        return Verification(intent, is_confirmed=True)
    if answer.status >= 500 or answer.status == 429:
        return _again(intent, f"{place}: it answered {answer.status}", answer.retry_after)
    fault = f"{place}: it did not confirm (status {answer.status})"
    log.info("%s to %s %s", fault, intent.mode, topic)
    return Verification(intent, error=fault)


def deny(target: Target, topic: str, reason: str, outgoing: Outgoing) -> None:
    """Tell a callback that was confirmed before that its subscription ends (§5.2).

    Raises Unreachable.
    """
    told = {"hub.mode": "denied", "hub.topic": topic, "hub.reason": reason}
    outgoing.get(with_query(target.callback, told))


def with_query(callback: str, parameters: dict[str, str]) -> str:
    """The callback with parameters behind those that it has of its own (§5.3)."""
    return f"{callback}{'&' if '?' in callback else '?'}{urlencode(parameters)}"


def _confirms(answer: HttpAnswer, challenge: str) -> bool:
    is_well = 200 <= answer.status < 300
    return is_well and hmac.compare_digest(answer.body, challenge.encode())


def _again(intent: Intent, error: str, retry_after: int | None = None) -> Verification:
    if intent.attempts + 1 >= MOST_VERIFICATIONS:
        log.warning("not verified: %s", error)
        return Verification(intent, error=error)
    wait = pause(intent.attempts + 1, random.random(), retry_after)  # noqa: S311 - jitter
    return Verification(intent, error=error, next_attempt_at=datetime.now(UTC) + wait)
