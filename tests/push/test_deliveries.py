"""Content distribution (WebSub §7, §8), with a pusher and real sockets."""

import logging
import re
import socket
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.asking import URL
from tests.support.pushing import (
    SECRET,
    TOPIC,
    House,
    first,
    messages_about,
    start_hurried,
    status,
    without_end,
)
from tests.support.running import wait_until
from tests.support.subscriber import Call, Subscriber, a_subscriber, respond

pytestmark = pytest.mark.usefixtures("short_pauses")


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


def test_nothing_is_sent_if_nothing_changed(house: House, subscriber: Subscriber) -> None:
    house.start()
    house.subscribe(subscriber)
    house.publish()  # the same bytes
    house.publish(path="other.md", tags="Coffee")
    house.stop()
    house.start()
    house.quiet()
    assert subscriber.deliveries() == []


@pytest.mark.parametrize("code", [500, 404, 302, 304, 199])
def test_a_failed_delivery_is_retried(house: House, subscriber: Subscriber, code: int) -> None:
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
    house.quiet(failures=2)
    assert len(subscriber.deliveries()) == 1


def test_retry_after_is_kept(house: House, subscriber: Subscriber) -> None:
    subscriber.take = first(status(503, Retry_After="1"), status(204))
    house.start()
    house.subscribe(subscriber)
    house.publish("Brewed twice.")
    house.settled()
    one, two = subscriber.deliveries()
    assert 0.9 < two.at - one.at < 2.5


def test_a_newer_version_replaces_a_failed_one(house: House, subscriber: Subscriber) -> None:
    healthy = threading.Event()
    subscriber.take = lambda _, to: respond(to, 204 if healthy.is_set() else 500)
    house.start()
    house.subscribe(subscriber)
    house.publish("Brewed twice.")
    wait_until(subscriber.deliveries, "a delivery that fails")
    house.publish("Brewed three times.")
    house.publish("Brewed four times.")
    wait_until(lambda: b"four times" in subscriber.deliveries()[-1].body, "the newest")
    count = len(subscriber.deliveries())
    healthy.set()
    house.settled()
    house.quiet()
    after = subscriber.deliveries()[count:]
    assert len(after) >= 1
    assert all(b"four times" in call.body for call in after)
    assert subscriber.deliveries()[-1].body == house.bytes()


def test_a_2xx_counts_even_if_its_body_never_ends(
    house: House, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub must ignore the body of a subscriber's answer (§7)."""
    start_hurried(monkeypatch, house, 0.5)
    house.subscribe(subscriber)
    subscriber.take = without_end
    house.publish("Brewed twice.")
    house.settled()
    house.quiet(failures=2)
    assert len(subscriber.deliveries()) == 1


def test_no_answer_in_time_is_a_failure(
    house: House, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_hurried(monkeypatch, house, 0.3)
    house.subscribe(subscriber)
    subscriber.take = first(lambda _, to: time.sleep(1), status(204))
    house.publish("Brewed twice.")
    house.settled()
    assert len(subscriber.deliveries()) == 2


def test_a_slow_subscriber_delays_nobody(house: House, subscriber: Subscriber) -> None:
    answer = threading.Event()

    def slowly(call: Call, to: Any) -> None:
        if call.path == "/slow":
            answer.wait(9)
        respond(to, 204)

    subscriber.take = slowly
    house.start()
    house.subscribe(subscriber, "slow")
    for number in range(50):
        house.ask(subscriber.callback(str(number)))
    wait_until(lambda: len(house.all()) == 51, "subscriptions")
    house.publish("Brewed twice.")
    took = wait_until(lambda: len(subscriber.deliveries()) == 51, "51 deliveries")
    answer.set()
    assert took < 3


def test_a_delivery_is_not_sent_after_its_lease_or_its_claim(
    house: House, subscriber: Subscriber
) -> None:
    pusher = house.start()
    house.subscribe(subscriber)
    house.stop()
    house.publish("Brewed twice.")
    (due,) = house.store.subscriptions.claim_deliveries(datetime.now(UTC), 10)
    late = replace(due, lease_ends_at=datetime.now(UTC))
    pusher._stopping.clear()
    pusher._deliveries.send(late, time.monotonic() + 10)
    pusher._deliveries.send(due, time.monotonic() - 1)  # another process may have claimed it
    assert subscriber.deliveries() == []
    pusher._deliveries.send(due, time.monotonic() + 10)
    assert len(subscriber.deliveries()) == 1


def test_a_host_name_is_checked_before_each_delivery(
    house: House, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the address changes between the verification and the delivery."""
    address = ["127.0.0.1"]
    port = int(subscriber.url.rpartition(":")[2])

    def look_up(host: str, *_: object, **__: object) -> list[Any]:
        assert host == "subscriber.example.org"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address[0], port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    subscriber.verify = lambda call, to: respond(
        to, 200, call.query["hub.challenge"].encode(), Connection="close"
    )
    house.start()
    house.ask(f"http://subscriber.example.org:{port}/callback")
    wait_until(house.all, "the subscription")
    address[0] = "10.0.0.1"
    house.publish("Brewed twice.")
    wait_until(lambda: house.all()[0].attempts, "the failure")
    assert "10.0.0.1 is not a public address" in house.all()[0].last_error
    address[0] = "127.0.0.1"
    house.settled()
    assert len(subscriber.deliveries()) == 1


def test_the_log_has_a_line_for_each_delivery_and_no_secret(
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
    messages = messages_about(subscriber.url, caplog)
    lines = [re.sub(r"\b\d+ (ms|s)\b", r"N \1", message) for message in messages]
    assert lines == [
        f"{subscriber.url} confirmed hub.mode=subscribe for {TOPIC}",
        "tags/Tea/atom.xml not delivered, will retry in N s: "
        f"{subscriber.url}: it answered 500",
        f"delivered {TOPIC} to {subscriber.url} in N ms",
        f"{subscriber.url}: it answered 410, its subscription to {TOPIC} has ended",
    ]
