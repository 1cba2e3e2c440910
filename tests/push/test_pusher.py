"""The push loop: start and stop, the end of subscriptions, and a store that fails."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from feedsvc.errors import StoreError
from feedsvc.push.notifications import OutsideHub
from feedsvc.store.schema import feeds, listeners, publishes
from tests.support.pushing import (
    TOPIC,
    House,
    echo,
    messages_about,
    micro,
)
from tests.support.running import wait_until
from tests.support.subscriber import Call, Subscriber, a_subscriber, respond

pytestmark = pytest.mark.usefixtures("short_pauses")


def test_nothing_is_sent_after_the_end_of_a_lease(
    house: House, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    pusher = house.start()
    house.subscribe(subscriber)
    house.age(lease_ends_at=micro(timedelta(seconds=-1)))
    house.publish("Brewed twice.")
    house.quiet()
    assert subscriber.deliveries() == []
    pusher.tidy()
    assert len(house.all()) == 1  # the clock may have been set just now
    monkeypatch.setattr("feedsvc.push.pusher._STEADY_SECONDS", 0)
    pusher.tidy()
    assert house.all() == []
    assert len(subscriber.calls) == 1  # the end of a lease is not announced


def test_a_slow_callback_does_not_delay_the_end_of_other_subscriptions(
    house: House, subscriber: Subscriber
) -> None:
    answer = threading.Event()

    def slowly(call: Call, to: Any) -> None:
        if call.query["hub.mode"] == "denied" and call.path == "/slow":
            answer.wait(9)
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
    answer.set()
    pusher.tidy()
    wait_until(lambda: not house.all(), "the end")
    denied = [c.query for c in subscriber.verifications() if c.query["hub.mode"] == "denied"]
    assert len(denied) == 4
    assert {query["hub.topic"] for query in denied} == {TOPIC}
    assert all(query["hub.reason"] and "hub.challenge" not in query for query in denied)


def test_a_subscription_is_ended_by_the_start_of_its_name(
    house: House, subscriber: Subscriber
) -> None:
    pusher = house.start()
    house.subscribe(subscriber)
    name = house.all()[0].target.name
    assert not pusher.end(name[:7], "enough")
    assert not pusher.end("0" * 12, "enough")
    assert pusher.end(name[:12], "enough")
    assert house.all() == []
    sent = subscriber.verifications()[-1].query
    assert (sent["hub.mode"], sent["hub.reason"]) == ("denied", "enough")


def test_without_a_hub_nothing_is_sent_and_nothing_is_due(
    house: House, subscriber: Subscriber
) -> None:
    house.start()
    house.subscribe(subscriber)
    house.stop()
    house.publish("Brewed twice.")
    house.ask(subscriber.callback("other"))
    assert house.start(is_hub=False).finish(3)
    assert len(subscriber.calls) == 1


def test_a_pusher_finishes_when_nothing_is_due(house: House, subscriber: Subscriber) -> None:
    house.start()
    house.subscribe(subscriber)
    house.stop()
    house.publish("Brewed twice.")
    assert house.start().finish(10)
    assert len(subscriber.deliveries()) == 1
    assert not house.all()[0].is_behind


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
                house.finish()
                sent = subscriber.deliveries()[count:]
                assert sorted(call.path for call in sent) == sorted(f"/{n}" for n in range(18))
                assert {call.body for call in sent} == {house.bytes()}
            assert hub.calls == []
    finally:
        house.stop()
        house.store.close()


def test_outcomes_are_recorded_when_a_pusher_stops(
    house: House, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    pusher = house.start()
    house.subscribe(subscriber)
    monkeypatch.setattr(pusher._deliveries, "record", lambda: False)  # it stops before that
    house.publish("Brewed twice.")
    wait_until(subscriber.deliveries, "the delivery")
    wait_until(lambda: not pusher._deliveries.is_recorded(), "its outcome")
    monkeypatch.undo()
    pusher._looking.acquire()  # nor may it look again
    threading.Timer(0.1, pusher._looking.release).start()
    house.stop()
    assert [each.is_behind for each in house.all()] == [False]


def test_a_hub_is_pinged_after_the_store_was_replaced(
    house: House, subscriber: Subscriber
) -> None:
    hub = OutsideHub(subscriber.callback("hub"))
    house.publish("Brewed twice.")
    pusher = house.start(listeners=(hub,))
    wait_until(lambda: pusher._last_publish > 1, "its first look")
    with house.store._database.writing() as connection:  # like a new store
        connection.execute(sa.delete(listeners))
        connection.execute(sa.delete(publishes))
    house.publish("Brewed a third time.")
    wait_until(house.store.listeners.all, "the hub to be registered a second time")
    house.publish("Brewed a fourth time.")
    wait_until(lambda: subscriber.deliveries("hub"), "the ping")


def test_a_pusher_starts_while_the_store_is_locked(
    house: House, subscriber: Subscriber
) -> None:
    with house.store._database.writing():
        house.start(listeners=(OutsideHub(subscriber.callback("hub")),))
    wait_until(house.store.listeners.all, "the hub to be registered")


def test_outcomes_are_recorded_when_the_store_is_back(
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
    assert messages_about("pushing", caplog) == [
        "pushing waits for the store: the store is away"
    ]
