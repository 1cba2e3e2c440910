"""Due times that a clock ahead of ours has written are due now."""

from datetime import UTC, datetime, timedelta

import pytest

from feedsvc.core.webhook.jobs import LONGEST_PAUSE as LONGEST_PAUSE_OF_JOB
from feedsvc.core.websub.subscriptions import (
    LONGEST_LEASE,
    LONGEST_PAUSE,
    MOST_UNPROVEN,
    UNPROVEN_FOR,
    Delivery,
    Outcome,
    pause,
)
from feedsvc.store.queues.claims import CLAIM
from feedsvc.store.queues.jobs import REMEMBERED
from feedsvc.store.store import Store
from tests.store.queues.test_listeners import publish as publish_news
from tests.support.subscriptions import (
    NOW,
    SECOND,
    claim_intents,
    enqueue,
    intent,
    publish,
    subscribe,
    target,
    the_only,
)

AHEAD = [timedelta(hours=2), timedelta(days=800)]
BACK = pytest.mark.parametrize("ahead", AHEAD, ids=["hours", "years"])
APART = timedelta(seconds=3)


def due(store: Store, now: datetime) -> list[Delivery]:
    return store.subscriptions.claim_deliveries(now, 10)


@BACK
def test_a_claim_by_a_clock_that_was_ahead_does_not_count(
    either_store: Store, ahead: timedelta
) -> None:
    subscribe(either_store, lease_seconds=864000)
    publish(either_store)
    if ahead < timedelta(days=1):  # else its lease has ended
        assert len(due(either_store, NOW + ahead)) == 1
    assert either_store.subscriptions.next_delivery_due(NOW) is not None
    assert len(due(either_store, NOW)) == 1
    assert due(either_store, NOW) == []
    assert due(either_store, NOW - APART) == []  # another machine's clock
    assert len(due(either_store, NOW + CLAIM)) == 1


@BACK
def test_a_pause_by_a_clock_that_was_ahead_has_ended(
    either_store: Store, ahead: timedelta
) -> None:
    subscribe(either_store)
    publish(either_store)
    (delivery,) = due(either_store, NOW)
    failed = Outcome(delivery, "503", NOW + ahead + timedelta(minutes=10))
    either_store.subscriptions.settle([failed], NOW + ahead)
    found = either_store.subscriptions.next_delivery_due(NOW)
    assert found is not None
    assert found <= NOW
    assert len(due(either_store, NOW)) == 1


def test_the_longest_pause_is_kept(either_store: Store) -> None:
    assert pause(50, 0.999999) <= LONGEST_PAUSE
    subscribe(either_store)
    publish(either_store)
    (delivery,) = due(either_store, NOW)
    failed = Outcome(delivery, "503", NOW + LONGEST_PAUSE)
    either_store.subscriptions.settle([failed], NOW)
    assert either_store.subscriptions.next_delivery_due(NOW) == NOW + LONGEST_PAUSE
    assert due(either_store, NOW - APART) == []


@BACK
def test_an_intent_by_a_clock_that_was_ahead_is_due_and_does_not_count(
    either_store: Store, ahead: timedelta
) -> None:
    later = NOW + ahead
    for n in range(MOST_UNPROVEN):
        enqueue(
            either_store, intent(target(callback=f"https://one.example/{n}"), asked_at=later)
        )
    assert either_store.intents.next_due(NOW) == NOW
    assert either_store.intents.retry_at(intent(), NOW) is None
    found = either_store.intents.claim(NOW, 100, most_of_host=100)
    assert len(found) == MOST_UNPROVEN
    for each in found:
        either_store.intents.refuse(each, "404", None, NOW)
    either_store.intents.forget_old(NOW)
    either_store.intents.release_claims()
    assert claim_intents(either_store, NOW + UNPROVEN_FOR) == []


def test_a_new_intent_is_due_even_if_its_clock_was_ahead(either_store: Store) -> None:
    enqueue(either_store, intent(asked_at=NOW + APART))
    assert either_store.intents.next_due(NOW) == NOW
    assert len(claim_intents(either_store)) == 1


def test_the_later_intent_counts_even_if_its_clock_is_behind(either_store: Store) -> None:
    enqueue(either_store, intent(asked_at=NOW + APART))
    (earlier,) = claim_intents(either_store, NOW + APART)
    enqueue(either_store, intent(mode="unsubscribe", asked_at=NOW))
    (later,) = claim_intents(either_store, NOW + APART)
    assert later.mode == "unsubscribe"
    assert either_store.intents.confirm(later, NOW)
    assert not either_store.intents.confirm(earlier, NOW + APART)
    assert either_store.subscriptions.all() == []


@BACK
def test_a_lease_by_a_clock_that_was_ahead_is_cut_to_the_longest(
    either_store: Store, ahead: timedelta
) -> None:
    subscribe(either_store, asked_at=NOW + ahead)
    either_store.subscriptions.end_leases(NOW)
    assert the_only(either_store).lease_ends_at <= NOW + LONGEST_LEASE


def test_a_lease_by_a_clock_that_was_behind_does_not_end_early(either_store: Store) -> None:
    """The last publish says that it is later than the clock does."""
    publish(either_store)
    subscribe(either_store, asked_at=datetime(1970, 1, 2, tzinfo=UTC), lease_seconds=864000)
    assert the_only(either_store).lease_ends_at > NOW + timedelta(days=5)


@BACK
def test_a_listener_paused_by_a_clock_that_was_ahead_is_due(
    either_store: Store, ahead: timedelta
) -> None:
    either_store.listeners.register(["hub"])
    publish_news(either_store)
    assert len(either_store.listeners.claim(NOW + ahead)) == 1
    found = either_store.listeners.next_due(NOW)
    assert found is not None
    assert found <= NOW
    (listener,) = either_store.listeners.claim(NOW)
    either_store.listeners.settle(listener, 0, "503", NOW + ahead + SECOND)
    assert len(either_store.listeners.claim(NOW)) == 1


@BACK
def test_a_job_held_by_a_clock_that_was_ahead_is_due(
    either_store: Store, ahead: timedelta
) -> None:
    job, _ = either_store.jobs.enqueue(NOW + ahead)
    assert [each.name for each in either_store.jobs.waiting(NOW)] == [job.name]
    either_store.jobs.begin([job.name], NOW)
    either_store.jobs.fail(job, "held", "no", NOW + ahead + LONGEST_PAUSE_OF_JOB, NOW)
    assert [each.name for each in either_store.jobs.waiting(NOW)] == [job.name]


def test_a_queued_job_is_due_even_if_its_clock_was_ahead(either_store: Store) -> None:
    either_store.jobs.enqueue(NOW + APART)
    assert len(either_store.jobs.waiting(NOW)) == 1


def test_a_message_by_a_clock_that_was_years_ahead_is_deleted(either_store: Store) -> None:
    first, _ = either_store.jobs.enqueue(NOW + timedelta(days=800), message="m")
    either_store.jobs.begin([first.name], NOW)
    either_store.jobs.end([first.name], "{}", NOW)
    either_store.jobs.forget_old(NOW)
    assert either_store.jobs.enqueue(NOW, message="m")[1]
    either_store.jobs.forget_old(NOW + REMEMBERED / 2)
    assert not either_store.jobs.enqueue(NOW, message="m")[1]
