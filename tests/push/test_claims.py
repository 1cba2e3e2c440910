"""A pusher that stops releases its claims, so that other processes can send at once."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc.core.websub.subscriptions import Intent, Target
from feedsvc.push.notifications import NotifyUrl
from feedsvc.push.pusher import Push, Pusher
from feedsvc.store.store import Store
from tests.support.asking import URL, Publisher
from tests.support.pushing import LOOPBACK
from tests.support.running import wait_until

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjqrTwjUPD8I"  # noqa: S105 - of these tests


@contextmanager
def silent_hosts(count: int) -> Iterator[list[str]]:
    """Origins with different addresses that accept connections and never answer."""
    with socket.create_server(("0.0.0.0", 0), backlog=512) as listener:  # noqa: S104
        port = listener.getsockname()[1]
        yield [f"http://127.0.{n // 250}.{n % 250 + 1}:{port}" for n in range(count)]


def subscribe(store: Store, callback: str, host: str, *, confirm: bool = True) -> None:
    now = datetime.now(UTC)
    target = Target("tags/Tea", "atom", callback, host)
    intent = Intent(target, "subscribe", callback[-20:], "", 864000, "old", now, callback[-24:])
    assert store.intents.enqueue(intent, 50_000, now) == ""
    if confirm:
        assert store.intents.confirm(intent, now)


def claimable(store: Store) -> int:
    return len(store.subscriptions.claim_deliveries(datetime.now(UTC), 9999, (), 9999))


def test_a_pusher_that_stops_releases_its_claims(tmp_path: Path, either_url: str) -> None:
    publisher = Publisher(tmp_path, either_url)
    publisher.posts.write("tea.md", title="Tea", tags="[Tea]")
    publisher.publish()
    store = publisher.store
    with silent_hosts(30) as hosts:
        for number in range(40):
            subscribe(store, f"{hosts[0]}/{number}", hosts[0])
        for host in hosts[1:9]:
            subscribe(store, f"{host}/intent", host, confirm=False)
        listeners = (NotifyUrl(f"{hosts[20]}/", SECRET),)
        pusher = Pusher(either_url, Push(URL, allowed=LOOPBACK, listeners=listeners))
        pusher.start()
        publisher.posts.write("tea.md", "More.", title="Tea", tags="[Tea]")
        publisher.publish()
        wait_until(lambda: all(each.claimed for each in pusher._due), "claims of every kind")
        started = time.monotonic()
        pusher.stop()
        assert time.monotonic() - started < 6
        assert claimable(store) == 40
        assert len(store.intents.claim(datetime.now(UTC), 99)) == 8
        assert len(store.listeners.claim(datetime.now(UTC))) == 1
    store.close()


def test_a_pusher_claims_no_more_than_it_can_send_within_seconds(
    tmp_path: Path, either_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.push.due_deliveries.MOST_QUEUED", 30)
    publisher = Publisher(tmp_path, either_url)
    publisher.posts.write("tea.md", title="Tea", tags="[Tea]")
    publisher.publish()
    with silent_hosts(70) as hosts:
        for host in hosts:
            subscribe(publisher.store, f"{host}/", host)
        pusher = Pusher(either_url, Push(URL, allowed=LOOPBACK))
        pusher.start()
        wait_until(lambda: len(pusher._deliveries.claimed) == 30, "its share")
        time.sleep(0.5)
        assert claimable(publisher.store) == 70 - 30
        pusher.stop()
    publisher.store.close()
