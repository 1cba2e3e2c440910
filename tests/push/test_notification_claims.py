"""Notifying a listener keeps the claim on it, and stops if another process has it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from feedsvc.push.notifications import NotifyUrl, OutsideHub, notify
from feedsvc.push.outgoing import HttpAnswer, Outgoing
from feedsvc.store.publication import Publication
from feedsvc.store.queues.claims import CLAIM
from feedsvc.store.queues.listeners import Listener
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry

HUB = OutsideHub("https://hub.example/")
URL = NotifyUrl("https://notify.example/", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjqrTwjUPD8I")


class Server:
    """Stands for the network: calls `during` in each request and answers 200."""

    def __init__(self) -> None:
        self.requests = 0
        self.during: Callable[[], object] = lambda: None

    def post(self, *_: object) -> HttpAnswer:
        self.requests += 1
        self.during()
        return HttpAnswer(200, b"", None)

    def notify(
        self, who: OutsideHub | NotifyUrl, listener: Listener, last: int, store: Store
    ) -> None:
        """Notify a listener of everything up to a publish."""
        notify(who, listener, last, store, "https://example.org", cast("Outgoing", self))


@pytest.fixture
def server() -> Server:
    return Server()


def publish(store: Store, title: str) -> None:
    store.publish(Publication(a_site(), [an_entry(title)]), datetime.now(UTC))


@pytest.mark.parametrize("who", [HUB, URL], ids=["hub", "notify"])
def test_a_long_notification_keeps_its_claim(
    either_store: Store,
    server: Server,
    who: OutsideHub | NotifyUrl,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("feedsvc.push.notifications._RENEW_AFTER", 0)
    either_store.listeners.register([who.name])
    for title in ("tea", "pots", "cups"):
        publish(either_store, title)
    (listener,) = either_store.listeners.claim(datetime.now(UTC) - CLAIM + timedelta(seconds=5))
    free: list[object] = []
    nearly = CLAIM - timedelta(seconds=5)
    server.during = lambda: free.extend(
        either_store.listeners.claim(datetime.now(UTC) + nearly)
    )
    server.notify(who, listener, 3, either_store)
    assert server.requests >= 3
    assert free == []
    (listener,) = either_store.listeners.all()
    assert listener.last_notified == 3


@pytest.mark.parametrize("who", [HUB, URL], ids=["hub", "notify"])
def test_a_notification_ends_when_another_process_has_the_claim(
    either_store: Store,
    server: Server,
    who: OutsideHub | NotifyUrl,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("feedsvc.push.notifications._RENEW_AFTER", 0)
    either_store.listeners.register([who.name])
    for title in ("tea", "pots", "cups"):
        publish(either_store, title)
    (listener,) = either_store.listeners.claim(datetime.now(UTC))
    later = datetime.now(UTC) + 2 * CLAIM
    server.during = lambda: either_store.listeners.claim(later)
    server.notify(who, listener, 3, either_store)
    assert server.requests == 1
    (listener,) = either_store.listeners.all()
    assert (listener.last_notified, listener.claimed_until) == (0, later + CLAIM)


def test_a_claim_is_not_renewed_before_each_request(
    either_store: Store, server: Server
) -> None:
    either_store.listeners.register([HUB.name])
    publish(either_store, "tea")
    (listener,) = either_store.listeners.claim(datetime.now(UTC))
    claims = set()
    server.during = lambda: claims.add(either_store.listeners.all()[0].claimed_until)
    server.notify(HUB, listener, 1, either_store)
    assert server.requests > 3
    assert len(claims) == 1
