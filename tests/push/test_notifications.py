"""Pings of outside hubs (WebSub §6) and messages (Standard Webhooks), over real sockets."""

import base64
import hmac
import json
import logging
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from feedsvc.push.due_notifications import DueNotifications
from feedsvc.push.notifications import NotifyUrl, OutsideHub
from feedsvc.push.outgoing import Outgoing
from tests.support.asking import URL
from tests.support.pushing import (
    House,
    first,
    status,
)
from tests.support.running import wait_until
from tests.support.subscriber import Call, Subscriber, a_subscriber, respond

pytestmark = pytest.mark.usefixtures("short_pauses")


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


def test_an_outside_hub_is_pinged_for_each_changed_topic(house: House) -> None:
    with a_subscriber() as hub:
        house.publish(path="other.md", tags="Coffee")
        house.start(listeners=(OutsideHub(hub.callback()),))
        house.finish()
        assert hub.calls == []  # only later publishes count
        house.publish("Brewed twice.")
        wait_until(lambda: len(hub.deliveries()) == 12, "twelve pings")
        house.finish()
        assert sorted(pings(hub)) == sorted(
            documents("", "authors/Li_Wei/", "lang/en/", "tags/Tea/")
        )


def test_a_publish_during_the_look_for_listeners_is_pinged_once(house: House) -> None:
    with a_subscriber() as hub:
        listener = OutsideHub(hub.callback())
        house.store.listeners.register([listener.name])
        known = house.store.listeners.last_publish()
        house.publish("Brewed twice.")
        client, events = Outgoing(anywhere=True), (threading.Event(), threading.Event())
        due = DueNotifications(house.store, [listener], URL, client, *events)
        for last in (known, known + 1):
            due.claim(datetime.now(UTC), last)
            wait_until(lambda: not due.claimed, "the pings")
        due.queues.close()
        client.close()
        assert len(hub.deliveries()) == 12


def test_publishes_during_an_outage_of_a_hub_are_pinged_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    is_up = threading.Event()
    with a_subscriber() as hub:
        hub.take = lambda _, to: respond(to, 204 if is_up.is_set() else 503)
        house.start(listeners=(OutsideHub(hub.callback("path?token=hidden")),))
        house.publish("Brewed twice.")
        wait_until(hub.deliveries, "a ping that fails")
        for count in ("three", "four"):
            started = time.monotonic()
            house.publish(f"Brewed {count} times.")
            assert time.monotonic() - started < 1
        wait_until(lambda: len(hub.deliveries()) >= 3, "a retry")
        (down,) = house.store.listeners.all()
        assert down.last_error == f"{hub.url}: it answered 503"
        is_up.set()
        last = house.store.listeners.last_publish()
        wait_until(lambda: house.store.listeners.all()[0].last_notified == last, "all pings")
        pinged = len(hub.deliveries())
        house.finish()
        assert len(hub.deliveries()) == pinged
        answered = [call.form["hub.url"] for call in hub.deliveries()][-12:]
        assert sorted(answered) == sorted(
            documents("", "authors/Li_Wei/", "lang/en/", "tags/Tea/")
        )
    warnings = [r for r in caplog.records if r.levelno >= logging.WARNING]
    assert sum(hub.url in r.getMessage() for r in warnings) == 1
    assert "hidden" not in caplog.text


def test_a_ping_that_a_hub_refuses_is_not_retried(house: House) -> None:
    with a_subscriber() as hub:
        hub.take = status(400)
        house.start(listeners=(OutsideHub(hub.callback()),))
        house.publish("Brewed twice.")
        wait_until(lambda: len(hub.deliveries()) == 12, "twelve pings")
        house.finish()
        assert len(hub.deliveries()) == 12


def test_pings_wait_until_a_publish_is_served(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.push.pusher.SERVED_AFTER", 2.0)
    with a_subscriber() as hub:
        house.start(listeners=(OutsideHub(hub.callback()),))
        house.finish()
        published = 0.0
        for count in range(4):  # each before the pings of the last one
            house.publish(f"Brewed {count} times.")
            published = time.monotonic()
        wait_until(hub.deliveries, "the pings")
        assert hub.deliveries()[0].at - published >= 1.9
        house.finish()
        assert len(hub.deliveries()) == 12


KEY = b"a key of just thirty-two octets!"


def message_of(call: Call) -> dict[str, Any]:
    """The payload of a message, after a check of its signature and timestamp."""
    signed = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode()
    expected = base64.b64encode(hmac.digest(KEY, signed + call.body, "sha256")).decode()
    assert call.headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(call.headers["webhook-timestamp"]) - time.time()) < 60
    assert call.headers["content-type"] == "application/json"
    payload: dict[str, Any] = json.loads(call.body)
    return payload


def notify_url(listener: Subscriber) -> NotifyUrl:
    return NotifyUrl(listener.callback(), f"whsec_{base64.b64encode(KEY).decode()}")


def test_each_publish_that_changes_something_sends_a_message(house: House) -> None:
    with a_subscriber() as listener:
        house.start(listeners=(notify_url(listener),))
        house.publish("Brewed twice.")
        house.publish("Brewed twice.")
        house.publish(path="more.md", tags="Coffee")
        wait_until(lambda: len(listener.deliveries()) == 2, "two messages")
        house.finish()
        one, two = map(message_of, listener.deliveries())
    assert (one["type"], one["data"]["site"]) == ("feeds.published", URL)
    assert one["data"]["changed"]["count"] == 1
    assert one["data"]["changed"]["entries"][0]["title"] == "tea.md"
    assert f"{URL}/tags/Tea/atom.xml" in one["data"]["feeds"]["topics"]
    assert two["data"]["added"]["entries"][0]["title"] == "more.md"
    assert one["data"]["publish"] < two["data"]["publish"]


def test_a_retried_message_keeps_its_id(house: House) -> None:
    with a_subscriber() as listener:
        listener.take = first(status(500), status(302, Location=listener.url), status(200))
        house.start(listeners=(notify_url(listener),))
        house.publish("Brewed twice.")
        house.publish("Brewed three times.")
        wait_until(lambda: len(listener.deliveries()) == 4, "four messages")
        house.finish()
        ids = [call.headers["webhook-id"] for call in listener.deliveries()]
        bodies = [message_of(call)["data"]["publish"] for call in listener.deliveries()]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert bodies[0] == bodies[1] == bodies[2] < bodies[3]
    assert len({call.body for call in listener.deliveries()}) == 2
