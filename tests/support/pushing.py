"""A folder, its store and a pusher in this process, and the answers of its subscribers."""

import hashlib
import hmac
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa

from feedsvc.core.websub.callback_addresses import origin
from feedsvc.core.websub.subscriptions import Intent, Mode, Subscription, Target
from feedsvc.push.pusher import Push, Pusher
from feedsvc.push.rendered import RenderedTopics
from feedsvc.store.schema import subscriptions
from tests.support.asking import URL, Publisher
from tests.support.running import wait_until
from tests.support.subscriber import Call, Subscriber, a_subscriber, respond

LOOPBACK: Final = (ip_network("127.0.0.0/8"),)
SECRET: Final = "tea for two"  # noqa: S105 - of these tests
TOPIC: Final = f"{URL}/tags/Tea/atom.xml"


class House:
    """A folder, its store and pushers, which a test may stop and start."""

    def __init__(self, folder: Path, store_url: str) -> None:
        self.publisher = Publisher(folder, store_url)
        self.store = self.publisher.store
        self.push = Push(URL, allowed=LOOPBACK)
        self.store_url = store_url
        self._pushers: list[Pusher] = []
        self._intents = 0

    def publish(
        self, body: str = "Brewed once.", path: str = "tea.md", tags: str = "Tea"
    ) -> None:
        self.publisher.posts.write(path, body, title=path, tags=f"[{tags}]")
        self.publisher.publish()
        for pusher in self._pushers:
            pusher.wake()

    def start(self, **changes: Any) -> Pusher:
        self.push = replace(self.push, **changes)
        pusher = Pusher(self.store_url, self.push)
        pusher.start(alone=not self._pushers and self.store_url.startswith("sqlite"))
        self._pushers.append(pusher)
        return pusher

    def stop(self) -> None:
        while self._pushers:
            self._pushers.pop().stop()

    def intent(
        self,
        callback: str,
        mode: Mode = "subscribe",
        feed_path: str = "tags/Tea",
        format_name: str = "atom",
        secret: str = "",
        client: str = "198.51.100.1",
    ) -> Intent:
        with self.store.snapshot() as snapshot:
            record = snapshot.feed(feed_path)
        assert record is not None
        self._intents += 1
        return Intent(
            target=Target(feed_path, format_name, callback, origin(callback).host),
            mode=mode,
            client=client,
            secret=secret,
            lease_seconds=864000,
            delivered=record.digest,
            asked_at=datetime.now(UTC),
            number=f"{self._intents:024}",
        )

    def ask(self, callback: str, *changes: Any, **more: Any) -> None:
        intent = self.intent(callback, *changes, **more)
        assert self.store.intents.enqueue(intent, 50_000, intent.asked_at) == ""

    def subscribe(self, subscriber: Subscriber, name: str = "callback", **more: Any) -> None:
        """Request a subscription and wait until it is confirmed."""
        before = len(self.all())
        self.ask(subscriber.callback(name), **more)
        wait_until(lambda: len(self.all()) > before, "the subscription")

    def all(self) -> list[Subscription]:
        return self.store.subscriptions.all()

    def settled(self) -> None:
        """Wait until every subscription has its newest version."""
        wait_until(lambda: not any(each.is_behind for each in self.all()), "no delivery is due")

    def finish(self) -> None:
        """Wait until no pusher has anything to send now."""
        assert all(pusher.finish(10) for pusher in self._pushers)

    def quiet(self, failures: int = 0) -> None:
        """Wait until the pushers have sent everything that was due before this call.

        They verify a sentinel and deliver to it after that. Its delivery fails `failures`
        times first: two are enough to outlast the first retry of another request, three to
        outlast its third.
        """
        with a_subscriber() as sentinel:
            sentinel.take = first(*[status(500)] * failures, status(204))
            intent = replace(self.intent(sentinel.callback()), delivered="an older version")
            assert self.store.intents.enqueue(intent, 50_000, intent.asked_at) == ""
            for pusher in self._pushers:
                pusher.wake()
            wait_until(lambda: len(sentinel.deliveries()) > failures, "the sentinel's delivery")
            self.finish()
            self.store.subscriptions.end(intent.target)

    def bytes(self, feed_path: str = "tags/Tea", format_name: str = "atom") -> bytes:
        with self.store.snapshot() as snapshot:
            digest = snapshot.digests({feed_path})[feed_path]
        version = RenderedTopics(self.store).of(feed_path, format_name, digest)
        assert version is not None
        return version.body

    def age(self, **columns: Any) -> None:
        """Change the row of every subscription."""
        with self.store._database.writing() as connection:
            connection.execute(sa.update(subscriptions).values(**columns))


def first(*answers: Callable[[Call, Any], None]) -> Callable[[Call, Any], None]:
    """Give these answers one after another, and repeat the last."""
    left = list(answers)
    lock = threading.Lock()

    def answer(call: Call, to: Any) -> None:
        with lock:
            now = left.pop(0) if len(left) > 1 else left[0]
        now(call, to)

    return answer


def status(code: int, **headers: str) -> Callable[[Call, Any], None]:
    return lambda _, to: respond(to, code, **headers)


def echo(call: Call, to: Any) -> None:
    respond(to, 200, call.query["hub.challenge"].encode())


def without_end(_: Call, to: Any) -> None:
    """A body that never ends, one letter at a time."""
    to.send_response(200)
    to.end_headers()
    while True:
        to.wfile.write(b"a")
        time.sleep(0.02)


def start_hurried(monkeypatch: pytest.MonkeyPatch, house: House, seconds: float) -> None:
    """Start a pusher whose requests may take this long."""
    monkeypatch.setattr("feedsvc.push.outgoing._LIMIT", seconds)
    pusher = house.start()
    monkeypatch.setattr(pusher._public_client, "_limit", seconds)


def signature_is_of(secret: str, call: Call) -> bool:
    expected = hmac.new(secret.encode(), call.body, hashlib.sha256).hexdigest()
    return call.headers["x-hub-signature"] == f"sha256={expected}"


def micro(ahead: timedelta) -> int:
    """A moment from now, as the store writes it."""
    return int((datetime.now(UTC) + ahead).timestamp() * 1_000_000)


def messages_about(text: str, caplog: pytest.LogCaptureFixture) -> list[str]:
    """The log messages with this text. Threads of earlier tests may log others."""
    messages = [record.getMessage() for record in caplog.records]
    return [message for message in messages if text in message]
