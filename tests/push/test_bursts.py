"""Many subscriptions at once, over real sockets, and topics as subscribers write them."""

import logging
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from feedsvc.push.notifications import OutsideHub
from feedsvc.push.pusher import Pusher
from tests.support.asking import URL
from tests.support.pushing import TOPIC, House, echo, status
from tests.support.running import wait_until
from tests.support.subscriber import Call, Subscriber, a_subscriber, respond

pytestmark = pytest.mark.usefixtures("short_pauses")

TOKEN = "a token &=%"  # noqa: S105 - of these tests


class Gauge:
    """Answers verifications slowly, and counts how many run at the same time."""

    def __init__(self, seconds: float) -> None:
        self.most = 0
        self._now = 0
        self._seconds = seconds
        self._lock = threading.Lock()

    def __call__(self, call: Call, to: Any) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(self._seconds)
        with self._lock:
            self._now -= 1
        echo(call, to)


def burst(house: House, subscriber: Subscriber, count: int, **more: Any) -> None:
    for number in range(count):
        house.ask(subscriber.callback(str(number)), **more)


def test_a_host_gets_eight_verifications_at_a_time(
    house: House, subscriber: Subscriber
) -> None:
    gauge = Gauge(0.1)
    subscriber.verify = gauge
    burst(house, subscriber, 40)
    house.start()
    wait_until(lambda: len(house.all()) == 40, "40 subscriptions", 20)
    assert gauge.most == 8


def test_after_three_failures_the_rest_of_the_queue_is_dropped(
    house: House, subscriber: Subscriber, caplog: pytest.LogCaptureFixture
) -> None:
    subscriber.verify = status(404)
    burst(house, subscriber, 60)
    with caplog.at_level(logging.WARNING):
        pusher = house.start()
        wait_until(lambda: "dropped" in caplog.text, "the end of the queue")
        assert pusher.finish(10)
    assert 3 <= len(subscriber.verifications()) <= 10  # eight are sent at once
    assert "127.0.0.1: 3 verifications failed in a row" in caplog.text
    assert house.all() == []


def test_after_three_server_errors_the_queue_is_dropped_too(
    house: House, subscriber: Subscriber
) -> None:
    subscriber.verify = status(500)
    burst(house, subscriber, 60)
    assert house.start().finish(10)
    assert len(subscriber.verifications()) <= 10


def test_a_success_between_failures_keeps_the_queue(
    house: House, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.push.due_verifications._THREADS", 1)  # in order
    lock, count = threading.Lock(), 0

    def two_of_three_fail(call: Call, to: Any) -> None:
        nonlocal count
        with lock:
            count += 1
            confirms = count % 3 == 0
        echo(call, to) if confirms else respond(to, 404)

    subscriber.verify = two_of_three_fail
    burst(house, subscriber, 21)
    assert house.start().finish(10)
    assert len(subscriber.verifications()) == 21
    assert len(house.all()) == 7


def test_a_host_may_subscribe_after_its_queue_was_dropped(
    house: House, subscriber: Subscriber
) -> None:
    subscriber.verify = status(404)
    burst(house, subscriber, 8)
    pusher = house.start()
    assert pusher.finish(10)
    subscriber.verify = echo
    house.subscribe(subscriber, "mended")
    burst(house, subscriber, 20)
    assert pusher.finish(10)
    assert len(house.all()) == 21


def test_a_slow_host_does_not_delay_another_host(house: House, subscriber: Subscriber) -> None:
    free = threading.Event()

    def slowly(call: Call, to: Any) -> None:
        free.wait(20)
        echo(call, to)

    subscriber.verify = slowly
    with a_subscriber(host="127.0.0.2") as other:
        burst(house, subscriber, 12)
        house.start()
        wait_until(lambda: len(subscriber.verifications()) == 8, "eight that wait")
        house.ask(other.callback(), client="203.0.113.7")
        took = wait_until(house.all, "the subscription of the other host")
        assert took < 3
        assert len(subscriber.verifications()) == 8
        free.set()
        wait_until(lambda: len(house.all()) == 13, "the rest")


# Topics and tokens are sent back as the subscriber wrote them.


def ask_for(house: House, callback: str, topic: str, **more: Any) -> None:
    intent = house.intent(callback, **more)
    target = replace(intent.target, topic=topic)
    intent = replace(intent, target=target, verify_token=TOKEN)
    assert house.store.intents.enqueue(intent, 50_000, intent.asked_at) == ""


@pytest.mark.parametrize(
    ("topic", "named"),
    [
        ("https://example.org:443/tags/%54ea/atom.xml?x", None),
        ("https://example.org/tags/茶/atom.xml", None),
        ("https://example.org/tags/a>b/atom.xml", "https://example.org/tags/a%3Eb/atom.xml"),
    ],
)
def test_a_topic_keeps_the_spelling_of_the_subscriber(
    house: House, subscriber: Subscriber, topic: str, named: str | None
) -> None:
    house.start()
    ask_for(house, subscriber.callback(), topic)
    wait_until(house.all, "the subscription")
    (sent,) = subscriber.verifications()
    assert sent.query["hub.topic"] == topic
    assert sent.query["hub.verify_token"] == TOKEN
    house.publish("Brewed twice.")
    house.settled()
    (delivery,) = subscriber.deliveries()
    link = delivery.headers["link"].encode("latin-1").decode()
    assert link == f'<{URL}/hub>; rel="hub", <{named or topic}>; rel="self"'
    assert delivery.body == house.bytes()


def test_a_renewal_changes_the_spelling_of_the_topic(
    house: House, subscriber: Subscriber
) -> None:
    spellings = [TOPIC, f"{TOPIC}?again", TOPIC.replace("Tea", "%54ea")]
    house.start()
    for number, topic in enumerate(spellings, start=1):
        ask_for(house, subscriber.callback(), topic)
        wait_until(lambda n=number: len(subscriber.verifications()) == n, "a verification")  # type: ignore[misc]
        wait_until(lambda t=topic: [s.target.topic for s in house.all()] == [t], "its end")  # type: ignore[misc]
    house.publish("Brewed twice.")
    house.settled()
    (delivery,) = subscriber.deliveries()
    assert f'<{spellings[-1]}>; rel="self"' in delivery.headers["link"]
    ask_for(house, subscriber.callback(), spellings[1], mode="unsubscribe")
    wait_until(lambda: not house.all(), "the end")
    assert subscriber.verifications()[-1].query["hub.topic"] == spellings[1]


def test_a_denial_names_the_topic_as_the_subscriber_wrote_it(
    house: House, subscriber: Subscriber
) -> None:
    pusher = house.start()
    ask_for(house, subscriber.callback(), f"{TOPIC}?mine")
    wait_until(house.all, "the subscription")
    assert pusher.end(house.all()[0].target.name, "by hand")
    denial = subscriber.verifications()[-1].query
    assert (denial["hub.mode"], denial["hub.topic"]) == ("denied", f"{TOPIC}?mine")


def test_each_attempt_returns_the_token_and_none_logs_it(
    house: House, subscriber: Subscriber, caplog: pytest.LogCaptureFixture
) -> None:
    subscriber.verify = status(500)
    with caplog.at_level(logging.INFO):
        ask_for(house, subscriber.callback(), TOPIC)
        assert house.start().finish(10)
        wait_until(lambda: len(subscriber.verifications()) == 3, "three verifications")
    assert {c.query["hub.verify_token"] for c in subscriber.verifications()} == {TOKEN}
    assert "token" not in caplog.text


# Start.


def test_a_pusher_registers_before_its_first_look(house: House) -> None:
    """Otherwise listeners would miss a publish right after the start."""
    house.ask("http://127.0.0.1:9/callback")
    assert len(house.store.intents.claim(datetime.now(UTC), 9)) == 1
    house.push = replace(house.push, listeners=(OutsideHub("http://127.0.0.1:9/hub"),))
    pusher = Pusher(house.store_url, house.push)
    with pusher._looking:  # it cannot look yet
        pusher.start(alone=True)
        house.publish("Brewed twice.")
        assert house.store.listeners.claim(datetime.now(UTC))
        assert len(house.store.intents.claim(datetime.now(UTC), 9)) == 1
    pusher.stop()
