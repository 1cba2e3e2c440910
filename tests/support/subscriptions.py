"""Subscriptions and intents of tests, in a store."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from feedsvc.core.websub.subscriptions import Delivery, Intent, Outcome, Subscription, Target
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=3600)
MOST = 1000
SECRETS = ("not told", "another")


def publish(store: Store, body: str = "one") -> str:
    """Publish a version of the feed of the tag Tea; returns its digest."""
    entry = an_entry("tea", tags=("Tea",), content_html=body)
    store.publish(Publication(a_site(), [entry]), NOW)
    return digest(store)


def digest(store: Store) -> str:
    """The digest of the feed of the tag Tea; "" if it is not published."""
    with store.snapshot() as snapshot:
        return snapshot.digests(["tags/Tea"]).get("tags/Tea", "")


def target(name: str = "one", **changes: str) -> Target:
    """A callback at a host of this name."""
    host = f"{name}.example"
    return replace(Target("tags/Tea", "atom", f"https://{host}/", host), **changes)


def intent(of: Target | None = None, **changes: Any) -> Intent:
    """A request to subscribe."""
    made = Intent(
        target=of or target(),
        mode="subscribe",
        client="192.0.2.1",
        secret=SECRETS[0],
        lease_seconds=3600,
        delivered="",
        asked_at=NOW,
        number=secrets.token_hex(8),
    )
    return replace(made, **changes)


def enqueue(store: Store, wanted: Intent, most: int = MOST) -> str:
    """Queue an intent; the reason if it is refused."""
    return store.intents.enqueue(wanted, most, wanted.asked_at)


def subscribe(store: Store, of: Target | None = None, /, **changes: Any) -> Target:
    """Subscribe; the subscriber has the version that is published now."""
    wanted = intent(of, **{"delivered": digest(store)} | changes)
    assert enqueue(store, wanted) == ""
    assert store.intents.confirm(wanted, wanted.asked_at)
    return wanted.target


def claim_intents(store: Store, now: datetime = NOW) -> list[Intent]:
    """Claim every intent that is due."""
    return store.intents.claim(now, 99)


def claim(store: Store, now: datetime = NOW, most: int = 9999, **more: Any) -> list[Delivery]:
    """Claim every delivery that is due."""
    return store.subscriptions.claim_deliveries(now, most, **more)


def due(store: Store, now: datetime = NOW, **more: Any) -> set[str]:
    """The hosts of the deliveries that are due."""
    hosts = {delivery.target.host for delivery in claim(store, now, **more)}
    store.subscriptions.release_claims()
    return hosts


def take(store: Store, delivery: Delivery, now: datetime = NOW) -> None:
    """Record that a delivery succeeded."""
    store.subscriptions.settle([Outcome(delivery)], now)


def the_only(store: Store) -> Subscription:
    """The only subscription."""
    (found,) = store.subscriptions.all()
    return found


def fail(store: Store, deliveries: list[Delivery], again: datetime) -> None:
    """Record that these deliveries failed."""
    outcomes = (Outcome(d, "it answered 500", again) for d in deliveries)
    store.subscriptions.settle(outcomes, NOW)


def row_of(of: Target) -> dict[str, Any]:
    """A row of `subscriptions`, for tests that need many."""
    return {
        **{"name": of.name, "feed_path": of.feed_path, "format": of.format},
        **{"callback": of.callback, "host": of.host, "client": "::1", "secret": ""},
        **{"since": 0, "lease_ends_at": 2**52, "delivered": "", "delivered_at": None},
        **{"attempts": 0, "next_attempt_at": 0, "claimed_until": 0, "last_error": ""},
    }
