"""A notify URL receives the kinds of messages that it asks for, also about attention."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from feedsvc.core.admin.attention import Attention
from feedsvc.core.websub.listener_names import MessageKind
from feedsvc.push.notifications import NotifyUrl
from tests.support.pushing import House
from tests.support.running import wait_until
from tests.support.subscriber import Subscriber, a_subscriber

pytestmark = pytest.mark.usefixtures("short_pauses")
KEY = f"whsec_{base64.b64encode(b'k' * 32).decode()}"
ATTENTION: tuple[MessageKind, ...] = ("attention",)
LOW = Attention("disk-low", "the disk is nearly full", "free some space")


def types(listener: Subscriber) -> list[str]:
    return [json.loads(call.body)["type"] for call in listener.calls]


def begin_and_end(house: House) -> None:
    """The disk is nearly full for two minutes. A publish comes in between."""
    now = datetime.now(UTC)
    for minute in (0, 2):
        house.store.alarms.note([LOW], now + timedelta(minutes=minute))
    house.publish("Brewed twice.")
    house.store.alarms.note([], now + timedelta(minutes=9))


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (None, ["feeds.attention", "feeds.published", "feeds.attention"]),
        (ATTENTION, ["feeds.attention", "feeds.attention"]),
        (("published", "held"), ["feeds.published"]),
    ],
)
def test_a_url_receives_the_kinds_that_it_asks_for(
    house: House, kinds: tuple[MessageKind, ...] | None, expected: list[str]
) -> None:
    with a_subscriber() as listener:
        url = listener.callback()
        notify = NotifyUrl(url, KEY) if kinds is None else NotifyUrl(url, KEY, kinds)
        house.start(listeners=(notify,))
        begin_and_end(house)
        wait_until(lambda: len(listener.calls) >= len(expected), "the messages")
        house.finish()
        assert types(listener) == expected
        (row,) = house.store.listeners.all()
        assert row.last_notified == house.store.listeners.last_publish()


def test_a_message_about_attention_says_what_to_do(house: House) -> None:
    with a_subscriber() as listener:
        house.start(listeners=(NotifyUrl(listener.callback(), KEY, ATTENTION),))
        begin_and_end(house)
        wait_until(lambda: len(listener.calls) == 2, "the messages")
    began, ended = (json.loads(call.body)["data"] for call in listener.calls)
    assert began["attention"]["state"] == "began"
    assert began["attention"]["sentence"] == LOW.sentence
    assert began["attention"]["cure"] == LOW.cure
    assert began["site"] == "https://example.org"
    assert ended["attention"]["state"] == "ended"
    assert ended["publish"] == began["publish"] + 2
    ids = {call.headers["webhook-id"] for call in listener.calls}
    assert len(ids) == 2
