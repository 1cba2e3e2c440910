"""A pusher over a store, in this process: real sockets, but pauses of our own choice."""

import base64
import hashlib
import hmac
import json
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from feedsvc.core.websub.callback_addresses import origin
from feedsvc.core.websub.subscriptions import (
    Intent,
    Mode,
    Subscription,
    Target,
)
from feedsvc.errors import StoreError
from feedsvc.push.notifications import Notified, OutsideHub
from feedsvc.push.pusher import Push, Pusher
from feedsvc.store.schema import feeds, listeners, publishes, subscriptions
from tests.support.asking import URL, Publisher
from tests.support.running import wait_until
from tests.support.subscriber import (
    Call,
    Subscriber,
    a_subscriber,
    respond,
)

LOOPBACK = (ip_network("127.0.0.0/8"),)
SECRET = "tea for two"  # noqa: S105 - of these tests
TOPIC = f"{URL}/tags/Tea/atom.xml"


class House:
    """A folder, its store and a pusher, which a test may end and start again."""

    def __init__(self, place: Path, store_url: str) -> None:
        self.publisher = Publisher(place, store_url)
        self.store = self.publisher.store
        self.push = Push(URL, allowed=LOOPBACK)
        self._store_url = store_url
        self._pushers: list[Pusher] = []
        self._asked = 0

    def publish(
        self, body: str = "Brewed once.", path: str = "tea.md", tags: str = "Tea"
    ) -> None:
        self.publisher.posts.write(path, body, title=path, tags=f"[{tags}]")
        self.publisher.publish()
        for pusher in self._pushers:
            pusher.wake()

    def start(self, **changes: Any) -> Pusher:
        self.push = replace(self.push, **changes)
        pusher = Pusher(self._store_url, self.push)
        pusher.start(alone=not self._pushers and self._store_url.startswith("sqlite"))
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
        self._asked += 1
        return Intent(
            target=Target(feed_path, format_name, callback, origin(callback).host),
            mode=mode,
            client=client,
            secret=secret,
            lease_seconds=864000,
            delivered=record.digest,
            asked_at=datetime.now(UTC),
            number=f"{self._asked:024}",
        )

    def ask(self, callback: str, *changes: Any, **more: Any) -> None:
        intent = self.intent(callback, *changes, **more)
        assert self.store.intents.enqueue(intent, 50_000, intent.asked_at) == ""

    def subscribe(self, subscriber: Subscriber, name: str = "callback", **more: Any) -> None:
        """Ask, and wait until it is confirmed."""
        before = len(self.all())
        self.ask(subscriber.callback(name), **more)
        wait_until(lambda: len(self.all()) > before, "the subscription")

    def all(self) -> list[Subscription]:
        return self.store.subscriptions.all()

    def settled(self) -> None:
        """Wait until everybody has what is theirs."""
        wait_until(lambda: not any(each.is_behind for each in self.all()), "no delivery is due")

    def bytes(self, feed_path: str = "tags/Tea", format_name: str = "atom") -> bytes:
        with self.store.snapshot() as snapshot:
            digest = snapshot.digests({feed_path})[feed_path]
        version = self._pushers[0]._versions.of(feed_path, format_name, digest)
        assert version is not None
        return version.body

    def age(self, **columns: Any) -> None:
        """Change every subscription behind everybody's back."""
        with self.store._database.writing() as connection:
            connection.execute(sa.update(subscriptions).values(**columns))


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str) -> Iterator[House]:
    made = House(tmp_path, sqlite_url)
    made.publish()
    yield made
    made.stop()
    made.store.close()


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with a_subscriber() as started:
        yield started


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of a second after the first failure instead of ten."""
    monkeypatch.setattr("feedsvc.core.websub.subscriptions._FIRST_PAUSE", 0.1)


def a_while() -> None:
    """Long enough for what should not happen."""
    time.sleep(0.35)


def first(*answers: Callable[[Call, Any], None]) -> Callable[[Call, Any], None]:
    """Answer so, one after another; the last for ever."""
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
    """A body that comes for ever, a letter at a time."""
    to.send_response(200)
    to.end_headers()
    while True:
        to.wfile.write(b"a")
        time.sleep(0.02)


def hurried(monkeypatch: pytest.MonkeyPatch, house: House, seconds: float) -> None:
    """A pusher whose requests may take so long and no longer."""
    monkeypatch.setattr("feedsvc.push.outgoing._LIMIT", seconds)
    pusher = house.start()
    monkeypatch.setattr(pusher._strangers, "_limit", seconds)


# Verification of intent (§5.3, F44).


def test_a_callback_is_asked_with_its_own_query_kept(
    house: House, subscriber: Subscriber
) -> None:
    house.start()
    house.subscribe(subscriber, "callback?for=us&hub.mode=sing")
    (asked,) = subscriber.verifications()
    assert asked.query["for"] == "us"
    assert asked.query["hub.mode"] == "sing"  # of two the first, which is theirs
    assert asked.target.startswith(
        "/callback?for=us&hub.mode=sing&hub.mode=subscribe&hub.topic="
    )
    assert asked.query["hub.topic"] == TOPIC
    assert asked.query["hub.lease_seconds"] == "864000"
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", asked.query["hub.challenge"])
    house.publish("Brewed twice.")
    wait_until(subscriber.deliveries, "the delivery")
    assert subscriber.deliveries()[0].target == "/callback?for=us&hub.mode=sing"


def test_a_challenge_is_used_once(house: House, subscriber: Subscriber) -> None:
    house.start()
    for name in ("a", "b", "c"):
        house.subscribe(subscriber, name)
    house.ask(subscriber.callback("a"))
    wait_until(lambda: len(subscriber.verifications()) == 4, "the renewal")
    assert len({call.query["hub.challenge"] for call in subscriber.verifications()}) == 4


def challenge_and(more: bytes) -> Callable[[Call, Any], None]:
    return lambda call, to: respond(to, 200, call.query["hub.challenge"].encode() + more)


@pytest.mark.parametrize(
    "verify",
    [
        pytest.param(lambda _, to: respond(to, 200, b"of course"), id="other"),
        pytest.param(lambda _, to: respond(to, 200), id="nothing"),
        pytest.param(challenge_and(b"\n"), id="line feed"),
        pytest.param(challenge_and(b" and more"), id="more"),
        pytest.param(
            lambda call, to: respond(to, 404, call.query["hub.challenge"].encode()), id="404"
        ),
        pytest.param(
            lambda call, to: respond(to, 302, call.query["hub.challenge"].encode()), id="302"
        ),
        pytest.param(
            lambda call, to: respond(to, 200, call.query["hub.challenge"][:-1].encode()),
            id="less",
        ),
    ],
)
def test_what_does_not_confirm_makes_no_subscription_and_is_sent_nothing_more(
    house: House, subscriber: Subscriber, verify: Callable[[Call, Any], None]
) -> None:
    subscriber.verify = verify
    house.start()
    house.ask(subscriber.callback())
    wait_until(subscriber.verifications, "the verification")
    house.publish("Brewed twice.")
    a_while()
    assert house.all() == []
    assert len(subscriber.calls) == 1  # no second try, no delivery, and no `denied`


def test_a_redirect_of_a_verification_is_not_followed(
    house: House, subscriber: Subscriber
) -> None:
    with a_subscriber() as inside:
        subscriber.verify = status(302, Location=inside.callback())
        house.start()
        house.ask(subscriber.callback())
        wait_until(subscriber.verifications, "the verification")
        a_while()
        assert inside.calls == []
        assert house.all() == []


@pytest.mark.parametrize("code", [500, 503, 429])
def test_a_callback_that_is_ill_is_asked_again(
    house: House, subscriber: Subscriber, code: int
) -> None:
    subscriber.verify = first(status(code), echo)
    house.start()
    house.subscribe(subscriber)
    assert len(subscriber.verifications()) == 2


def test_a_callback_that_stays_ill_is_asked_three_times(
    house: House, subscriber: Subscriber
) -> None:
    subscriber.verify = status(500)
    house.start()
    house.ask(subscriber.callback())
    wait_until(lambda: len(subscriber.verifications()) == 3, "three verifications")
    a_while()
    assert len(subscriber.calls) == 3
    assert house.all() == []


def test_a_callback_that_cannot_be_reached_is_asked_again(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    house.start()
    house.ask(f"http://127.0.0.1:{port}/callback")
    time.sleep(0.2)
    with a_subscriber(port) as late:
        wait_until(house.all, "the subscription")
        assert len(late.verifications()) == 1


def test_a_verification_that_never_ends_is_left_and_delays_nobody(
    house: House, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried(monkeypatch, house, 1)
    with a_subscriber() as endless:
        endless.verify = without_end
        house.ask(endless.callback())
        wait_until(endless.verifications, "the first verification")
        began = time.monotonic()
        house.subscribe(subscriber)
        assert time.monotonic() - began < 0.7
        wait_until(lambda: len(endless.verifications()) == 3, "three verifications")
    assert len(house.all()) == 1


def test_a_renewal_that_is_refused_leaves_the_subscription_as_it_was(
    house: House, subscriber: Subscriber
) -> None:
    house.start()
    house.subscribe(subscriber, secret=SECRET)
    before = house.all()
    subscriber.verify = status(404)
    house.ask(subscriber.callback(), secret="of a thief")  # noqa: S106
    wait_until(lambda: len(subscriber.verifications()) == 2, "the verification")
    a_while()
    assert house.all() == before
    house.publish("Brewed twice.")
    wait_until(subscriber.deliveries, "the delivery")
    assert signature_is_of(SECRET, subscriber.deliveries()[0])


def test_a_renewal_extends_the_lease_and_changes_the_secret(
    house: House, subscriber: Subscriber
) -> None:
    house.start()
    house.subscribe(subscriber, secret=SECRET)
    house.age(lease_ends_at=micro(timedelta(seconds=30)))
    house.ask(subscriber.callback(), secret="another")  # noqa: S106
    wait_until(lambda: lasts(house.all()[0], timedelta(days=9)), "the renewal")
    house.publish("Brewed twice.")
    wait_until(subscriber.deliveries, "the delivery")
    assert signature_is_of("another", subscriber.deliveries()[0])


def test_an_unsubscription_is_verified_and_ends_the_subscription(
    house: House, subscriber: Subscriber
) -> None:
    house.start()
    house.subscribe(subscriber)
    house.ask(subscriber.callback(), "unsubscribe")
    wait_until(lambda: not house.all(), "the end")
    asked = subscriber.verifications()[-1].query
    assert (asked["hub.mode"], asked["hub.topic"]) == ("unsubscribe", TOPIC)
    house.publish("Brewed twice.")
    a_while()
    assert subscriber.deliveries() == []


def test_an_unsubscription_by_a_stranger_changes_nothing(
    house: House, subscriber: Subscriber
) -> None:
    house.start()
    house.subscribe(subscriber)
    subscriber.verify = status(404)
    house.ask(subscriber.callback(), "unsubscribe", client="203.0.113.66")
    wait_until(lambda: len(subscriber.verifications()) == 2, "the verification")
    house.publish("Brewed twice.")
    wait_until(subscriber.deliveries, "the delivery")


def test_what_is_published_during_a_verification_is_delivered(
    house: House, subscriber: Subscriber
) -> None:
    def slowly(call: Call, to: Any) -> None:
        house.publish("Brewed twice.")
        echo(call, to)

    subscriber.verify = slowly
    house.start()
    house.ask(subscriber.callback())
    wait_until(subscriber.deliveries, "the delivery")
    assert b"Brewed twice." in subscriber.deliveries()[0].body


# Content distribution (§7, §8).


def signature_is_of(secret: str, call: Call) -> bool:
    expected = hmac.new(secret.encode(), call.body, hashlib.sha256).hexdigest()
    return call.headers["x-hub-signature"] == f"sha256={expected}"


def micro(ahead: timedelta) -> int:
    return int((datetime.now(UTC) + ahead).timestamp() * 1_000_000)


def lasts(subscription: Subscription, most: timedelta) -> bool:
    return subscription.lease_ends_at > datetime.now(UTC) + most


@pytest.mark.parametrize(
    ("format_name", "name", "media_type"),
    [
        ("atom", "atom.xml", "application/atom+xml; charset=utf-8"),
        ("rss", "rss.xml", "application/rss+xml; charset=utf-8"),
        ("json", "feed.json", "application/feed+json; charset=utf-8"),
    ],
)
def test_a_delivery_is_the_topic(
    house: House, subscriber: Subscriber, format_name: str, name: str, media_type: str
) -> None:
    house.start()
    house.subscribe(subscriber, format_name=format_name)
    house.publish("Brewed twice.")
    house.settled()
    (sent,) = subscriber.deliveries()
    assert sent.body == house.bytes(format_name=format_name)
    assert b"Brewed twice." in sent.body
    assert sent.headers["content-type"] == media_type
    assert int(sent.headers["content-length"]) == len(sent.body)
    topic = f"{URL}/tags/Tea/{name}"
    assert sent.headers["link"] == f'<{URL}/hub>; rel="hub", <{topic}>; rel="self"'
    assert "x-hub-signature" not in sent.headers


def test_nothing_is_sent_where_nothing_has_changed(
    house: House, subscriber: Subscriber
) -> None:
    house.start()
    house.subscribe(subscriber)
    house.publish()  # the same bytes
    house.publish(path="other.md", tags="Coffee")
    house.stop()
    house.start()
    a_while()
    assert subscriber.deliveries() == []


@pytest.mark.parametrize("code", [500, 404, 302, 304, 199])
def test_a_delivery_that_fails_is_sent_again(
    house: House, subscriber: Subscriber, code: int
) -> None:
    subscriber.take = first(status(code, Location="http://127.0.0.1:1/"), status(204))
    house.start()
    house.subscribe(subscriber)
    house.publish("Brewed twice.")
    house.settled()
    assert len(subscriber.deliveries()) == 2
    assert subscriber.deliveries()[0].body == subscriber.deliveries()[1].body
    assert (house.all()[0].state, house.all()[0].last_error) == ("active", "")


@pytest.mark.parametrize("code", [200, 202, 299])
def test_any_2xx_is_a_success(house: House, subscriber: Subscriber, code: int) -> None:
    subscriber.take = status(code)
    house.start()
    house.subscribe(subscriber)
    house.publish("Brewed twice.")
    house.settled()
    assert len(subscriber.deliveries()) == 1


def test_a_redirect_of_a_delivery_is_a_failure_and_not_followed(
    house: House, subscriber: Subscriber
) -> None:
    with a_subscriber() as inside:
        subscriber.take = status(308, Location=inside.callback())
        house.start()
        house.subscribe(subscriber)
        house.publish("Brewed twice.")
        wait_until(lambda: len(subscriber.deliveries()) >= 2, "two deliveries")
        (failing,) = house.all()
        assert failing.state == "failing"
        assert failing.last_error == f"{subscriber.url}: it answered 308"
        assert inside.calls == []


def test_410_ends_a_subscription(house: House, subscriber: Subscriber) -> None:
    subscriber.take = status(410)
    house.start()
    house.subscribe(subscriber)
    house.publish("Brewed twice.")
    wait_until(lambda: not house.all(), "the end")
    house.publish("Brewed three times.")
    a_while()
    assert len(subscriber.deliveries()) == 1


def test_retry_after_is_kept(house: House, subscriber: Subscriber) -> None:
    subscriber.take = first(status(503, Retry_After="1"), status(204))
    house.start()
    house.subscribe(subscriber)
    house.publish("Brewed twice.")
    house.settled()
    one, two = subscriber.deliveries()
    assert 0.9 < two.at - one.at < 2.5


def test_a_newer_version_overtakes_those_that_failed(
    house: House, subscriber: Subscriber
) -> None:
    well = threading.Event()
    subscriber.take = lambda _, to: respond(to, 204 if well.is_set() else 500)
    house.start()
    house.subscribe(subscriber)
    house.publish("Brewed twice.")
    wait_until(subscriber.deliveries, "a delivery that fails")
    house.publish("Brewed three times.")
    house.publish("Brewed four times.")
    wait_until(lambda: b"four times" in subscriber.deliveries()[-1].body, "the newest")
    count = len(subscriber.deliveries())
    well.set()
    house.settled()
    a_while()
    after = subscriber.deliveries()[count:]
    assert len(after) >= 1
    assert all(b"four times" in call.body for call in after)
    assert subscriber.deliveries()[-1].body == house.bytes()


def test_a_2xx_counts_though_its_body_never_ends(
    house: House, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A subscriber's body must be ignored (§7)."""
    hurried(monkeypatch, house, 0.5)
    house.subscribe(subscriber)
    subscriber.take = without_end
    house.publish("Brewed twice.")
    house.settled()
    a_while()
    assert len(subscriber.deliveries()) == 1


def test_an_answer_that_does_not_come_is_a_failure(
    house: House, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried(monkeypatch, house, 0.3)
    house.subscribe(subscriber)
    subscriber.take = first(lambda _, to: time.sleep(1), status(204))
    house.publish("Brewed twice.")
    house.settled()
    assert len(subscriber.deliveries()) == 2


def test_a_slow_subscriber_delays_nobody(house: House, subscriber: Subscriber) -> None:
    def slowly(call: Call, to: Any) -> None:
        if call.path == "/slow":
            time.sleep(5)
        respond(to, 204)

    subscriber.take = slowly
    house.start()
    house.subscribe(subscriber, "slow")
    for number in range(50):
        house.ask(subscriber.callback(str(number)))
    wait_until(lambda: len(house.all()) == 51, "subscriptions")
    house.publish("Brewed twice.")
    took = wait_until(lambda: len(subscriber.deliveries()) == 51, "51 deliveries")
    assert took < 3


def test_nothing_is_sent_after_the_end_of_a_lease(
    house: House, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    pusher = house.start()
    house.subscribe(subscriber)
    house.age(lease_ends_at=micro(timedelta(seconds=-1)))
    house.publish("Brewed twice.")
    a_while()
    assert subscriber.deliveries() == []
    pusher.tidy()
    assert len(house.all()) == 1  # the clock may have been set just now
    monkeypatch.setattr("feedsvc.push.pusher._STEADY_SECONDS", 0)
    pusher.tidy()
    assert house.all() == []
    assert len(subscriber.calls) == 1  # a lease ends without a word


def test_a_delivery_that_waited_beyond_its_lease_is_not_sent(
    house: House, subscriber: Subscriber
) -> None:
    pusher = house.start()
    house.subscribe(subscriber)
    house.stop()
    house.publish("Brewed twice.")
    (due,) = house.store.subscriptions.claim_deliveries(datetime.now(UTC), 10)
    late = replace(due, lease_ends_at=datetime.now(UTC))
    pusher._stopping.clear()
    pusher._deliver_one(late, time.monotonic() + 10)
    pusher._deliver_one(due, time.monotonic() - 1)  # its claim may be another's by now
    assert subscriber.deliveries() == []
    pusher._deliver_one(due, time.monotonic() + 10)
    assert len(subscriber.deliveries()) == 1


def test_a_name_that_comes_to_lead_elsewhere_is_not_followed(
    house: House, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS that changes its mind between the verification and the delivery (F30)."""
    leads_to = ["127.0.0.1"]
    port = int(subscriber.url.rpartition(":")[2])

    def look_up(host: str, *_: object, **__: object) -> list[Any]:
        assert host == "subscriber.example.org"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (leads_to[0], port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    subscriber.verify = lambda call, to: respond(
        to, 200, call.query["hub.challenge"].encode(), Connection="close"
    )
    house.start()
    house.ask(f"http://subscriber.example.org:{port}/callback")
    wait_until(house.all, "the subscription")
    leads_to[0] = "10.0.0.1"
    house.publish("Brewed twice.")
    wait_until(lambda: house.all()[0].attempts, "the failure")
    assert "10.0.0.1 is not a public address" in house.all()[0].last_error
    leads_to[0] = "127.0.0.1"
    house.settled()
    assert len(subscriber.deliveries()) == 1


def test_subscriptions_whose_feed_is_gone_are_denied_and_wait_for_nobody(
    house: House, subscriber: Subscriber
) -> None:
    def slowly(call: Call, to: Any) -> None:
        if call.query["hub.mode"] == "denied" and call.path == "/slow":
            time.sleep(2)
        echo(call, to) if "hub.challenge" in call.query else respond(to, 200)

    subscriber.verify = slowly
    pusher = house.start()
    for name in ("slow", "a", "b", "c"):
        house.subscribe(subscriber, name)
    pusher.tidy()
    assert len(house.all()) == 4
    with house.store._database.writing() as connection:
        connection.execute(sa.delete(feeds).where(feeds.c.path == "tags/Tea"))
    pusher.tidy()
    wait_until(lambda: len(house.all()) == 1, "the others", 1.5)
    pusher.tidy()
    wait_until(lambda: not house.all(), "the end")
    told = [c.query for c in subscriber.verifications() if c.query["hub.mode"] == "denied"]
    assert len(told) == 4
    assert {query["hub.topic"] for query in told} == {TOPIC}
    assert all(query["hub.reason"] and "hub.challenge" not in query for query in told)


def test_a_subscription_is_ended_by_the_beginning_of_its_id(
    house: House, subscriber: Subscriber
) -> None:
    pusher = house.start()
    house.subscribe(subscriber)
    name = house.all()[0].target.name
    assert not pusher.end(name[:7], "enough")
    assert not pusher.end("0" * 12, "enough")
    assert pusher.end(name[:12], "enough")
    assert house.all() == []
    told = subscriber.verifications()[-1].query
    assert (told["hub.mode"], told["hub.reason"]) == ("denied", "enough")


def test_without_a_hub_nothing_is_sent_and_nothing_waited_for(
    house: House, subscriber: Subscriber
) -> None:
    house.start()
    house.subscribe(subscriber)
    house.stop()
    house.publish("Brewed twice.")
    house.ask(subscriber.callback("other"))
    assert house.start(is_hub=False).finish(3)
    assert len(subscriber.calls) == 1


def test_a_pusher_ends_when_nothing_is_due(house: House, subscriber: Subscriber) -> None:
    house.start()
    house.subscribe(subscriber)
    house.stop()
    house.publish("Brewed twice.")
    assert house.start().finish(10)
    assert len(subscriber.deliveries()) == 1
    assert not house.all()[0].is_behind


# The log (F40, F41).


def test_each_delivery_is_a_line_without_the_secrets_of_anybody(
    house: House, subscriber: Subscriber, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "feedsvc.push")
    subscriber.take = first(status(500), status(204), status(410))
    house.start()
    house.subscribe(subscriber, "capability?token=hidden", secret=SECRET)
    house.publish("Brewed twice.")
    house.settled()
    house.publish("Brewed three times.")
    wait_until(lambda: not house.all(), "the end")
    lines = [
        re.sub(r"\b\d+ (ms|s)\b", r"N \1", said) for said in said_of(subscriber.url, caplog)
    ]
    assert lines == [
        f"{subscriber.url} has confirmed to subscribe {TOPIC}",
        "tags/Tea/atom.xml not delivered, to be tried again in N s: "
        f"{subscriber.url}: it answered 500",
        f"delivered {TOPIC} to {subscriber.url} in N ms",
        f"{subscriber.url} wants no more of {TOPIC}",
    ]


# Outside hubs (§6, W3, F59).


def said_of(what: str, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log says of it; the threads of tests before this one may speak of theirs."""
    messages = [record.getMessage() for record in caplog.records]
    return [message for message in messages if what in message]


def pings(hub: Subscriber) -> list[str]:
    assert {call.headers["content-type"] for call in hub.deliveries()} <= {
        "application/x-www-form-urlencoded"
    }
    forms = [call.form for call in hub.deliveries()]
    assert all(form["hub.mode"] == "publish" for form in forms)
    return [form["hub.url"] for form in forms]


def documents(*feed_paths: str) -> list[str]:
    return [
        f"{URL}/{path}{name}"
        for path in feed_paths
        for name in ("atom.xml", "rss.xml", "feed.json")
    ]


def test_an_outside_hub_is_told_of_the_topics_that_changed(house: House) -> None:
    with a_subscriber() as hub:
        house.publish(path="other.md", tags="Coffee")
        house.start(others=(OutsideHub(hub.callback()),))
        a_while()
        assert hub.calls == []  # what was published before it was named is no news
        house.publish("Brewed twice.")
        wait_until(lambda: len(hub.deliveries()) == 12, "twelve pings")
        a_while()
        assert sorted(pings(hub)) == sorted(
            documents("", "authors/Li_Wei/", "lang/en/", "tags/Tea/")
        )


def test_publishes_while_an_outside_hub_is_down_are_told_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    well = threading.Event()
    with a_subscriber() as hub:
        hub.take = lambda _, to: respond(to, 204 if well.is_set() else 503)
        house.start(others=(OutsideHub(hub.callback("path?token=hidden")),))
        house.publish("Brewed twice.")
        wait_until(hub.deliveries, "a ping that fails")
        for count in ("three", "four"):
            began = time.monotonic()
            house.publish(f"Brewed {count} times.")
            assert time.monotonic() - began < 1
        wait_until(lambda: len(hub.deliveries()) >= 3, "it is tried again")
        (down,) = house.store.listeners.all()
        assert down.last_error == f"{hub.url}: it answered 503"
        well.set()
        told = house.store.listeners.last_publish
        wait_until(
            lambda: house.store.listeners.all()[0].last_notified == told(), "all is told"
        )
        pinged = len(hub.deliveries())
        a_while()
        assert len(hub.deliveries()) == pinged
        answered = [call.form["hub.url"] for call in hub.deliveries()][-12:]
        assert sorted(answered) == sorted(
            documents("", "authors/Li_Wei/", "lang/en/", "tags/Tea/")
        )
    warnings = [r for r in caplog.records if r.levelno >= logging.WARNING]
    assert sum(hub.url in r.getMessage() for r in warnings) == 1  # F59: one line
    assert "hidden" not in caplog.text


def test_a_hub_that_refuses_a_topic_is_not_asked_again(house: House) -> None:
    with a_subscriber() as hub:
        hub.take = status(400)
        house.start(others=(OutsideHub(hub.callback()),))
        house.publish("Brewed twice.")
        wait_until(lambda: len(hub.deliveries()) == 12, "twelve pings")
        a_while()
        assert len(hub.deliveries()) == 12


def test_pings_wait_until_a_publish_is_served(house: House) -> None:
    with a_subscriber() as hub:
        house.start(others=(OutsideHub(hub.callback()),))
        time.sleep(0.4)
        published = 0.0
        for count in range(4):  # each while the one before may still be told
            house.publish(f"Brewed {count} times.")
            published = time.monotonic()
            time.sleep(0.2)
        wait_until(hub.deliveries, "the pings")
        assert hub.deliveries()[0].at - published >= 0.28
        a_while()
        assert len(hub.deliveries()) == 12


# Messages ([[notify]], Standard Webhooks).

KEY = b"a key of just thirty-two octets!"


def message_of(call: Call) -> dict[str, Any]:
    """What a message says, once its signature and its time are right."""
    signed = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode()
    expected = base64.b64encode(hmac.digest(KEY, signed + call.body, "sha256")).decode()
    assert call.headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(call.headers["webhook-timestamp"]) - time.time()) < 60
    assert call.headers["content-type"] == "application/json"
    said: dict[str, Any] = json.loads(call.body)
    return said


def notified(listener: Subscriber) -> Notified:
    return Notified(listener.callback(), f"whsec_{base64.b64encode(KEY).decode()}")


def test_a_message_is_sent_for_each_publish_in_order_and_for_no_other(house: House) -> None:
    with a_subscriber() as listener:
        house.start(others=(notified(listener),))
        house.publish("Brewed twice.")
        house.publish("Brewed twice.")
        house.publish(path="more.md", tags="Coffee")
        wait_until(lambda: len(listener.deliveries()) == 2, "two messages")
        a_while()
        one, two = map(message_of, listener.deliveries())
    assert (one["type"], one["data"]["site"]) == ("feeds.published", URL)
    assert one["data"]["changed"]["count"] == 1
    assert one["data"]["changed"]["entries"][0]["title"] == "tea.md"
    assert f"{URL}/tags/Tea/atom.xml" in one["data"]["feeds"]["topics"]
    assert two["data"]["added"]["entries"][0]["title"] == "more.md"
    assert one["data"]["publish"] < two["data"]["publish"]


def test_a_message_keeps_its_id_when_it_is_sent_again(house: House) -> None:
    with a_subscriber() as listener:
        listener.take = first(status(500), status(302, Location=listener.url), status(200))
        house.start(others=(notified(listener),))
        house.publish("Brewed twice.")
        house.publish("Brewed three times.")
        wait_until(lambda: len(listener.deliveries()) == 4, "four messages")
        a_while()
        ids = [call.headers["webhook-id"] for call in listener.deliveries()]
        bodies = [message_of(call)["data"]["publish"] for call in listener.deliveries()]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert bodies[0] == bodies[1] == bodies[2] < bodies[3]
    assert len({call.body for call in listener.deliveries()}) == 2


# Two pushers.


@pytest.mark.postgres
def test_two_pushers_over_one_store_send_each_delivery_once(
    tmp_path: Path, postgres_url: str, subscriber: Subscriber
) -> None:
    house = House(tmp_path, postgres_url)
    try:
        house.publish()
        house.start()
        house.start()
        for number in range(18):
            house.ask(subscriber.callback(str(number)))
        wait_until(lambda: len(house.all()) == 18, "subscriptions")
        assert len(subscriber.verifications()) == 18
        with a_subscriber() as hub:
            for body in ("Brewed twice.", "Brewed three times."):
                count = len(subscriber.deliveries())
                house.publish(body)
                house.settled()
                a_while()
                sent = subscriber.deliveries()[count:]
                assert sorted(call.path for call in sent) == sorted(f"/{n}" for n in range(18))
                assert {call.body for call in sent} == {house.bytes()}
            assert hub.calls == []
    finally:
        house.stop()
        house.store.close()


def test_what_was_sent_before_the_end_is_noted_and_not_sent_again(
    house: House, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    pusher = house.start()
    house.subscribe(subscriber)
    monkeypatch.setattr(pusher, "_settle", lambda: None)  # it comes no more to that
    house.publish("Brewed twice.")
    wait_until(subscriber.deliveries, "the delivery")
    wait_until(lambda: not pusher._outcomes.empty(), "its outcome")
    monkeypatch.undo()
    pusher._looking.acquire()  # nor does it now, until it is told to end
    threading.Timer(0.1, pusher._looking.release).start()
    house.stop()
    assert [each.is_behind for each in house.all()] == [False]


def test_a_hub_is_told_of_what_comes_after_the_store_was_made_anew(
    house: House, subscriber: Subscriber
) -> None:
    hub = OutsideHub(subscriber.callback("hub"))
    house.publish("Brewed twice.")
    pusher = house.start(others=(hub,))
    wait_until(lambda: pusher._last_publish > 1, "its first look")
    with house.store._database.writing() as connection:  # as a new store is
        connection.execute(sa.delete(listeners))
        connection.execute(sa.delete(publishes))
    house.publish("Brewed a third time.")
    wait_until(house.store.listeners.all, "the hub to be known again")
    house.publish("Brewed a fourth time.")
    wait_until(lambda: subscriber.deliveries("hub"), "the ping")


def test_a_store_that_cannot_be_written_yet_does_not_keep_it_from_starting(
    house: House, subscriber: Subscriber
) -> None:
    with house.store._database.writing():
        house.start(others=(OutsideHub(subscriber.callback("hub")),))
    wait_until(house.store.listeners.all, "the hub to be known")


# The store goes away.


def test_what_was_sent_is_noted_when_the_store_is_back(
    house: House,
    subscriber: Subscriber,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("feedsvc.push.pusher._PAUSE", 0.05)
    pusher = house.start()
    house.subscribe(subscriber)
    settle = pusher._store.subscriptions.settle
    away = [StoreError("the store is away")] * 3

    def settle_later(*arguments: Any) -> None:
        if away:
            raise away.pop()
        settle(*arguments)

    monkeypatch.setattr(pusher._store.subscriptions, "settle", settle_later)
    house.publish("Brewed twice.")
    house.settled()
    assert away == []
    assert len(subscriber.deliveries()) == 1
    said = said_of("pushing", caplog)
    assert said == ["pushing waits for the store: the store is away"]
