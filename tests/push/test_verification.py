"""Verification of intent (WebSub §5.3), with a pusher and real sockets."""

import re
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feedsvc.core.websub.subscriptions import Subscription
from tests.support.pushing import (
    SECRET,
    TOPIC,
    House,
    echo,
    first,
    micro,
    signature_is_of,
    start_hurried,
    status,
    without_end,
)
from tests.support.running import wait_until
from tests.support.subscriber import Call, Subscriber, a_subscriber, respond

pytestmark = pytest.mark.usefixtures("short_pauses")


def lasts(subscription: Subscription, most: timedelta) -> bool:
    return subscription.lease_ends_at > datetime.now(UTC) + most


def test_a_verification_keeps_the_query_of_the_callback(
    house: House, subscriber: Subscriber
) -> None:
    house.start()
    house.subscribe(subscriber, "callback?for=us&hub.mode=sing")
    (sent,) = subscriber.verifications()
    assert sent.query["for"] == "us"
    assert sent.query["hub.mode"] == "sing"  # the first of two counts
    assert sent.target.startswith(
        "/callback?for=us&hub.mode=sing&hub.mode=subscribe&hub.topic="
    )
    assert sent.query["hub.topic"] == TOPIC
    assert sent.query["hub.lease_seconds"] == "864000"
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", sent.query["hub.challenge"])
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
def test_any_other_answer_makes_no_subscription_and_is_not_retried(
    house: House, subscriber: Subscriber, verify: Callable[[Call, Any], None]
) -> None:
    subscriber.verify = verify
    house.start()
    house.ask(subscriber.callback())
    wait_until(subscriber.verifications, "the verification")
    house.publish("Brewed twice.")
    house.quiet(failures=2)
    assert house.all() == []
    assert len(subscriber.calls) == 1  # no retry, no delivery and no `denied`


def test_a_redirect_of_a_verification_is_not_followed(
    house: House, subscriber: Subscriber
) -> None:
    with a_subscriber() as inside:
        subscriber.verify = status(302, Location=inside.callback())
        house.start()
        house.ask(subscriber.callback())
        wait_until(subscriber.verifications, "the verification")
        house.quiet()
        assert inside.calls == []
        assert house.all() == []


@pytest.mark.parametrize("code", [500, 503, 429])
def test_a_server_error_is_retried(house: House, subscriber: Subscriber, code: int) -> None:
    subscriber.verify = first(status(code), echo)
    house.start()
    house.subscribe(subscriber)
    assert len(subscriber.verifications()) == 2


def test_a_verification_is_tried_three_times(house: House, subscriber: Subscriber) -> None:
    subscriber.verify = status(500)
    house.start()
    house.ask(subscriber.callback())
    wait_until(lambda: len(subscriber.verifications()) == 3, "three verifications")
    house.quiet(failures=3)
    assert len(subscriber.calls) == 3
    assert house.all() == []


def test_an_unreachable_callback_is_retried(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    house.start()
    house.ask(f"http://127.0.0.1:{port}/callback")
    time.sleep(0.2)
    with a_subscriber(port) as late:
        wait_until(house.all, "the subscription")
        assert len(late.verifications()) == 1


def test_an_endless_verification_is_aborted_and_delays_nobody(
    house: House, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_hurried(monkeypatch, house, 1)
    with a_subscriber() as endless:
        endless.verify = without_end
        house.ask(endless.callback())
        wait_until(endless.verifications, "the first verification")
        started = time.monotonic()
        house.subscribe(subscriber)
        assert time.monotonic() - started < 0.7
        wait_until(lambda: len(endless.verifications()) == 3, "three verifications")
    assert len(house.all()) == 1


def test_a_refused_renewal_leaves_the_subscription_unchanged(
    house: House, subscriber: Subscriber
) -> None:
    house.start()
    house.subscribe(subscriber, secret=SECRET)
    before = house.all()
    subscriber.verify = status(404)
    house.ask(subscriber.callback(), secret="of a thief")  # noqa: S106
    wait_until(lambda: len(subscriber.verifications()) == 2, "the verification")
    house.quiet()
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
    sent = subscriber.verifications()[-1].query
    assert (sent["hub.mode"], sent["hub.topic"]) == ("unsubscribe", TOPIC)
    house.publish("Brewed twice.")
    house.quiet()
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


def test_a_version_published_during_a_verification_is_delivered(
    house: House, subscriber: Subscriber
) -> None:
    def publish_first(call: Call, to: Any) -> None:
        house.publish("Brewed twice.")
        echo(call, to)

    subscriber.verify = publish_first
    house.start()
    house.ask(subscriber.callback())
    wait_until(subscriber.deliveries, "the delivery")
    assert b"Brewed twice." in subscriber.deliveries()[0].body
