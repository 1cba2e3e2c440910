"""Intents, subscriptions and deliveries of the hub, its limits and its pauses (W3C WebSub)."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

Mode: TypeAlias = Literal["subscribe", "unsubscribe"]

LEASE: Final = timedelta(days=10)  # the default (WebSub §5.1)
SHORTEST_LEASE: Final = timedelta(minutes=5)
LONGEST_LEASE: Final = timedelta(days=30)
LONGEST_CALLBACK: Final = 2048  # characters
MOST_SECRET_OCTETS: Final = 199  # "less than 200 bytes" (WebSub §5.1)

MOST_TOKEN_OCTETS: Final = 255  # of hub.verify_token (PubSubHubbub 0.3 §6.1)

MOST_OF_CALLBACK: Final = 1000  # subscriptions of one callback
MOST_OF_CLIENT: Final = 10_000  # subscriptions that one client has requested
MOST_QUEUED_OF_CLIENT: Final = 1000  # intents of one client that wait for verification
MOST_UNPROVEN: Final = 20  # failed verifications of one host, in UNPROVEN_FOR
MOST_UNPROVEN_OF_CLIENT: Final = 100  # the same for one client
UNPROVEN_FOR: Final = timedelta(minutes=10)
QUEUE_DRAINS_IN: Final = timedelta(minutes=1)  # when a client with a full queue may retry
MOST_VERIFICATIONS: Final = 3  # attempts at a callback that is unreachable
MOST_VERIFIED_AT_ONCE: Final = 8  # concurrent verifications of one callback host
MOST_FAILURES: Final = 3  # in a row, of one host; then its queue is dropped

LONGEST_PAUSE: Final = timedelta(seconds=4500)  # of `pause`, with jitter

_FIRST_PAUSE: Final = 10.0  # seconds
_LONGEST_PAUSE: Final = 3600.0  # seconds, without jitter


@dataclass(frozen=True, slots=True)
class Target:
    """A document and the callback that it is sent to: feed path, format, callback and its host.

    `topic` is the URL with which the subscriber named the document. If it is empty, the self
    link is used. It does not identify a subscription: two spellings are one subscription.
    """

    feed_path: str
    format: str
    callback: str
    host: str
    topic: str = ""

    @property
    def name(self) -> str:
        """A hash of feed path, format and callback."""
        identity = "\n".join((self.feed_path, self.format, self.callback))
        return hashlib.sha256(identity.encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Intent:
    """A request to subscribe or unsubscribe that the callback has not confirmed yet.

    `number` distinguishes it from other requests for the same target. `delivered` is the digest
    of the feed at the time of the request: versions published during the verification are
    delivered. `verify_token` is sent to the callback with the challenge (PubSubHubbub 0.3
    §6.2.1).
    """

    target: Target
    mode: Mode
    client: str
    secret: str = field(repr=False)
    lease_seconds: int
    delivered: str
    asked_at: datetime
    number: str
    attempts: int = 0
    verify_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of a verification: it was confirmed, or it failed with `error`.

    A failed one is retried at `next_attempt_at`, or not at all if that is None.
    """

    intent: Intent
    is_confirmed: bool = False
    error: str = ""
    next_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A verified subscription and the state of its deliveries."""

    target: Target
    client: str
    since: datetime
    lease_ends_at: datetime
    is_behind: bool  # a delivery is due
    delivered_at: datetime | None
    attempts: int
    next_attempt_at: datetime
    last_error: str

    @property
    def state(self) -> str:
        """`active`, `due` or `failing`, for people to read."""
        if self.attempts:
            return "failing"
        return "due" if self.is_behind else "active"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A due delivery: the version `digest` of a feed. `attempts` of it have failed."""

    target: Target
    secret: str = field(repr=False)
    digest: str
    attempts: int
    lease_ends_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a delivery: it was accepted, or it failed with `error` and is retried.

    `gone`: the callback answered 410, which ends the subscription.
    """

    delivery: Delivery
    error: str = ""
    next_attempt_at: datetime | None = None
    gone: bool = False


def share(most: int) -> int:
    """How many of `most` subscriptions one client, or one callback host, may have: half."""
    return (most + 1) // 2


def granted_lease(requested_seconds: int | None) -> int:
    """The lease in seconds: the requested one, within bounds. It always ends (§5.3)."""
    if requested_seconds is None or requested_seconds <= 0:
        return int(LEASE.total_seconds())
    least, most = SHORTEST_LEASE.total_seconds(), LONGEST_LEASE.total_seconds()
    return int(min(max(requested_seconds, least), most))


def pause(attempts: int, luck: float, retry_after: int | None = None) -> timedelta:
    """How long to wait after `attempts` failures. It doubles each time, up to an hour.

    `luck`, in [0, 1), is the jitter: it spreads requests that failed together. The pause is not
    shorter than `retry_after` seconds, up to an hour.
    """
    seconds = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(attempts - 1, 20))
    seconds *= 0.75 + luck / 2
    return timedelta(seconds=max(seconds, min(retry_after or 0, _LONGEST_PAUSE)))
