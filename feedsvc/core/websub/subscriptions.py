"""What our hub promises to whom, and when it tries again (W3C WebSub)."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

Mode: TypeAlias = Literal["subscribe", "unsubscribe"]

LEASE: Final = timedelta(days=10)  # where none is asked for (WebSub §5.1)
SHORTEST_LEASE: Final = timedelta(minutes=5)
LONGEST_LEASE: Final = timedelta(days=30)
LONGEST_CALLBACK: Final = 2048  # characters
MOST_SECRET_OCTETS: Final = 199  # "less than 200 bytes" (WebSub §5.1)

MOST_TOKEN_OCTETS: Final = 255  # of hub.verify_token (PubSubHubbub 0.3 §6.1)

MOST_OF_CALLBACK: Final = 1000  # subscriptions of one callback
MOST_OF_CLIENT: Final = 10_000  # subscriptions that one client has requested
MOST_QUEUED_OF_CLIENT: Final = 1000  # intents of one client that wait to be verified
MOST_UNPROVEN: Final = 20  # verifications of one host that failed, in UNPROVEN_FOR
MOST_UNPROVEN_OF_CLIENT: Final = 100  # the same of one client
UNPROVEN_FOR: Final = timedelta(minutes=10)
QUEUE_DRAINS_IN: Final = timedelta(minutes=1)  # when a client with a full queue may retry
MOST_VERIFICATIONS: Final = 3  # attempts at a callback that cannot be reached
MOST_VERIFIED_AT_ONCE: Final = 8  # verifications of one callback host
MOST_FAILURES: Final = 3  # of one host without a success; then its queue is dropped

LONGEST_PAUSE: Final = timedelta(seconds=4500)  # of `pause`, with jitter

_FIRST_PAUSE: Final = 10.0  # seconds
_LONGEST_PAUSE: Final = 3600.0  # seconds, without jitter


@dataclass(frozen=True, slots=True)
class Target:
    """Which document is sent where: a feed's path, a format, and a callback of this host.

    `topic` is the URL by which the subscriber named the document; empty if it is the self link
    that the site has now. It is no part of the identity: two spellings are one subscription.
    """

    feed_path: str
    format: str
    callback: str
    host: str
    topic: str = ""

    @property
    def name(self) -> str:
        """A hash: the same for the same topic and callback."""
        seen = "\n".join((self.feed_path, self.format, self.callback))
        return hashlib.sha256(seen.encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody asked for, and whether the callback wants it is to be verified.

    `number` tells it from others about the same target; `delivered` is the digest that the feed
    had when it was asked for, so that nothing is missed that is published meanwhile.
    `verify_token` is returned to the callback with the challenge (PubSubHubbub 0.3 §6.2.1).
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
    """What came of a verification: it confirmed, or failed with `error`.

    Without a `next_attempt_at` a failed one is not tried again.
    """

    intent: Intent
    is_confirmed: bool = False
    error: str = ""
    next_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A verified subscription, and how its deliveries fare."""

    target: Target
    client: str
    since: datetime
    lease_ends_at: datetime
    is_behind: bool  # a version of its feed is due to it
    delivered_at: datetime | None
    attempts: int
    next_attempt_at: datetime
    last_error: str

    @property
    def state(self) -> str:
        """A word for people: `active`, `due` or `failing`."""
        if self.attempts:
            return "failing"
        return "due" if self.is_behind else "active"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The version `digest` of a feed, due to a subscription; so many `attempts` have failed."""

    target: Target
    secret: str = field(repr=False)
    digest: str
    attempts: int
    lease_ends_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a delivery: it was taken, or it failed with `error` and is tried again.

    `gone` says that the callback wants no more (410).
    """

    delivery: Delivery
    error: str = ""
    next_attempt_at: datetime | None = None
    gone: bool = False


def share(most: int) -> int:
    """How much of a hub with room for `most` one client, or one callback host, may take."""
    return (most + 1) // 2


def granted_lease(asked_seconds: int | None) -> int:
    """The seconds of a lease: what was asked for within bounds, never for ever (§5.3)."""
    if asked_seconds is None or asked_seconds <= 0:
        return int(LEASE.total_seconds())
    least, most = SHORTEST_LEASE.total_seconds(), LONGEST_LEASE.total_seconds()
    return int(min(max(asked_seconds, least), most))


def pause(attempts: int, luck: float, retry_after: int | None = None) -> timedelta:
    """How long to wait after so many failures: doubled each time up to an hour, with jitter.

    `luck` is in [0, 1): it spreads those that failed together. A `Retry-After` is kept, up to
    an hour.
    """
    seconds = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(attempts - 1, 20))
    seconds *= 0.75 + luck / 2
    return timedelta(seconds=max(seconds, min(retry_after or 0, _LONGEST_PAUSE)))
