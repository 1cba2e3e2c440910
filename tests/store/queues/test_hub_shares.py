"""No client and no callback host fills the hub, or the queue of verifications, for others."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from feedsvc.core.websub.subscriptions import (
    MOST_QUEUED_OF_CLIENT,
    QUEUE_DRAINS_IN,
    Intent,
    Target,
)
from feedsvc.store.schema import intents, subscriptions
from feedsvc.store.store import Store
from tests.support.subscriptions import (
    NOW,
    SECOND,
    claim,
    enqueue,
    intent,
    publish,
    row_of,
    subscribe,
    target,
)

CLIENT_HAS_ITS_SHARE = "this client has too many subscriptions"
HOST_HAS_ITS_SHARE = "the host of this callback has too many subscriptions"
QUEUE_IS_FULL = "too many subscriptions of this client wait to be verified"
FULL = "this hub has no room for more subscriptions"


def of_client(number: int, client: str = "192.0.2.1") -> Intent:
    """An intent of a client, for a different host each time."""
    return intent(target(f"{client}-{number}"), client=client)


def of_host(number: int, host: str = "one.example") -> Intent:
    """An intent for a host, by a different client each time."""
    return intent(
        target(callback=f"https://{host}/{number}", host=host), client=f"203.0.113.{number}"
    )


@pytest.mark.parametrize("is_confirmed", [False, True])
@pytest.mark.parametrize(
    ("made", "fault"), [(of_client, CLIENT_HAS_ITS_SHARE), (of_host, HOST_HAS_ITS_SHARE)]
)
@pytest.mark.parametrize(("most", "share"), [(4, 2), (5, 3)])
def test_one_client_or_host_may_take_half_of_the_hub(
    either_store: Store,
    made: Callable[[int], Intent],
    fault: str,
    most: int,
    share: int,
    is_confirmed: bool,
) -> None:
    for number in range(share):
        wanted = made(number)
        assert enqueue(either_store, wanted, most) == ""
        if is_confirmed:
            assert either_store.intents.confirm(wanted, NOW)
    assert enqueue(either_store, made(share), most) == fault
    others = [intent(target(f"o{n}"), client=f"o{n}") for n in range(most)]
    answers = [enqueue(either_store, other, most) for other in others]
    assert answers == [""] * (most - share) + [FULL] * share
    assert enqueue(either_store, made(0), most) == ""  # a renewal, or the same again


def test_confirmed_and_queued_subscriptions_count_together(either_store: Store) -> None:
    subscribe(either_store, of_client(0).target)
    assert [enqueue(either_store, of_client(n), 6) for n in (1, 2)] == ["", ""]
    assert enqueue(either_store, of_client(3), 6) == CLIENT_HAS_ITS_SHARE


def test_failed_intents_take_no_room(either_store: Store) -> None:
    for number in range(4):
        wanted = of_client(number)
        assert enqueue(either_store, wanted, 4) == ""
        either_store.intents.refuse(wanted, "404", None, NOW)
    assert enqueue(either_store, of_client(5), 4) == ""


def test_a_client_may_queue_a_thousand_intents(either_store: Store) -> None:
    assert MOST_QUEUED_OF_CLIENT == 1000
    with either_store._database.writing() as connection:
        rows = [queued(of_client(n)) for n in range(999)]
        connection.execute(intents.insert(), rows)
    assert either_store.intents.retry_at(of_client(999), NOW) is None
    assert enqueue(either_store, of_client(999), 50_000) == ""
    assert enqueue(either_store, of_client(1000), 50_000) == QUEUE_IS_FULL
    until = either_store.intents.retry_at(of_client(1000), NOW)
    assert until == NOW + QUEUE_DRAINS_IN
    assert enqueue(either_store, of_client(999), 50_000) == ""  # it replaces its own intent
    assert enqueue(either_store, of_client(1000, "::1"), 50_000) == ""
    (first,) = either_store.intents.claim(NOW, 1)
    assert either_store.intents.confirm(first, NOW)
    assert enqueue(either_store, of_client(1000), 50_000) == ""


def queued(wanted: Intent) -> dict[str, object]:
    row = row_of(wanted.target)
    kept = {name: row[name] for name in row.keys() & set(intents.c.keys())}
    more = {"mode": "subscribe", "client": wanted.client, "lease_seconds": 1, "delivered": ""}
    more |= {"number": wanted.number, "asked_at": 1, "next_attempt_at": 1, "attempts": 0}
    return {**kept, **more}


# --- turns


def claimed(store: Store, now: datetime = NOW, most: int = 99) -> list[str]:
    return [each.target.callback for each in store.intents.claim(now, most)]


def test_eight_intents_of_a_host_are_claimed_at_a_time(either_store: Store) -> None:
    made = [of_host(number) for number in range(20)]
    for wanted in made:
        enqueue(either_store, wanted)
    enqueue(either_store, intent(target("two")))
    first = either_store.intents.claim(NOW, 99)
    assert sum(each.target.host == "one.example" for each in first) == 8
    assert len(first) == 9
    assert claimed(either_store) == []
    ours = [each for each in first if each.target.host == "one.example"]
    either_store.intents.confirm(ours[0], NOW)
    either_store.intents.refuse(ours[1], "404", None, NOW)
    either_store.intents.refuse(ours[2], "500", NOW + SECOND, NOW)
    assert len(claimed(either_store)) == 3


def test_a_client_with_many_intents_does_not_delay_another_client(
    either_store: Store,
) -> None:
    for number in range(30):
        enqueue(either_store, of_client(number))
    assert len(claimed(either_store, most=5)) == 5
    late = intent(target("late"), client="::1", asked_at=NOW + SECOND)
    enqueue(either_store, late)
    assert late.target.callback in claimed(either_store, NOW + SECOND, most=1)


def test_clients_take_turns_at_one_host(either_store: Store) -> None:
    for number in range(30):
        enqueue(either_store, intent(of_host(number).target))
    late = intent(of_host(99).target, client="::1", asked_at=NOW + SECOND)
    enqueue(either_store, late)
    assert late.target.callback in claimed(either_store, NOW + SECOND)


def test_dropping_a_queue_keeps_claimed_intents(either_store: Store) -> None:
    for number in range(10):
        enqueue(either_store, of_host(number))
    enqueue(either_store, intent(target("two")))
    under_way = [
        each
        for each in either_store.intents.claim(NOW, 99)
        if each.target.host == "one.example"
    ]
    assert len(under_way) == 8
    again, *rest = under_way
    either_store.intents.refuse(again, "500", NOW, NOW)
    assert either_store.intents.drop_queue("one.example", NOW) == 3
    assert claimed(either_store, NOW + timedelta(seconds=1)) == []
    assert either_store.intents.confirm(rest[0], NOW)
    assert either_store.intents.drop_queue("one.example", NOW) == 0
    assert either_store.intents.drop_queue("none.example", NOW) == 0


# --- deliveries


@pytest.mark.parametrize(("share", "some"), [(64, 70), (3, 5), (1, 2)])
def test_exactly_the_share_of_one_host_is_claimed(
    either_store: Store, share: int, some: int
) -> None:
    publish(either_store)
    hosts = {"one.example": some, "two.example": share - 1}
    with either_store._database.writing() as connection:
        rows = [
            row_of(Target("tags/Tea", "atom", f"https://{host}/{n}", host))
            for host, count in hosts.items()
            for n in range(count)
        ]
        connection.execute(subscriptions.insert(), rows)
    more: dict[str, Any] = {} if share == 64 else {"most_of_host": share}  # the default
    found = [delivery.target.host for delivery in claim(either_store, **more)]
    assert (found.count("one.example"), found.count("two.example")) == (share, share - 1)


# --- the topic as it was sent


def test_two_spellings_of_a_topic_are_one_subscription_with_the_last_spelling(
    either_store: Store,
) -> None:
    first, second = (target(topic=f"https://example.org/{n}") for n in "ab")
    assert first.name == second.name == target().name
    subscribe(either_store, first)
    assert [s.target.topic for s in either_store.subscriptions.all()] == [first.topic]
    subscribe(either_store, second, asked_at=NOW + SECOND)
    assert [s.target.topic for s in either_store.subscriptions.all()] == [second.topic]
    publish(either_store, "new")
    assert [each.target.topic for each in claim(either_store)] == [second.topic]
    subscribe(either_store, first, mode="unsubscribe", asked_at=NOW + 2 * SECOND)
    assert either_store.subscriptions.all() == []


def test_an_intent_keeps_its_topic_and_its_token(either_store: Store) -> None:
    wanted = intent(target(topic="https://example.org/feed/"), verify_token="t" * 255)
    assert enqueue(either_store, wanted) == ""
    assert either_store.intents.claim(NOW, 1) == [wanted]
    assert "ttt" not in repr(wanted)
    assert wanted.secret not in repr(wanted)
