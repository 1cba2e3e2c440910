"""Requests to subscribe, on both engines: verified once, in order, and limited."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from feedsvc.core.websub.subscriptions import (
    MOST_UNPROVEN,
    MOST_UNPROVEN_OF_CLIENT,
    UNPROVEN_FOR,
    Intent,
    Target,
)
from feedsvc.store.queues.claims import CLAIM
from feedsvc.store.store import Store
from tests.support.subscriptions import (
    LEASE,
    NOW,
    SECOND,
    SECRETS,
    claim,
    claim_intents,
    due,
    enqueue,
    fail,
    intent,
    publish,
    subscribe,
    target,
    the_only,
)

TOO_MANY_UNPROVEN = "too many subscriptions were asked for that were not confirmed"


def test_an_intent_waits_to_be_verified(either_store: Store) -> None:
    wanted = intent()
    assert enqueue(either_store, wanted) == ""
    assert either_store.subscriptions.all() == []
    assert either_store.intents.next_due(NOW) == NOW
    assert claim_intents(either_store) == [wanted]


def test_an_intent_is_verified_by_one_process_at_a_time(
    either_store: Store, other: Store
) -> None:
    enqueue(either_store, wanted := intent())
    assert claim_intents(either_store) == [wanted]
    assert claim_intents(other) == []
    assert either_store.intents.next_due(NOW) == NOW + CLAIM
    assert claim_intents(other, NOW + CLAIM) == [wanted]
    other.intents.release_claims()
    assert claim_intents(either_store) == [wanted]


def test_a_confirmed_intent_becomes_a_subscription_with_a_lease(either_store: Store) -> None:
    enqueue(either_store, wanted := intent(delivered="x"))
    assert either_store.intents.confirm(wanted, NOW + SECOND)
    found = the_only(either_store)
    assert found.target == wanted.target
    assert (found.client, found.attempts, found.delivered_at) == ("192.0.2.1", 0, None)
    assert (found.since, found.lease_ends_at) == (NOW + SECOND, NOW + SECOND + LEASE)
    assert claim_intents(either_store) == []
    assert either_store.intents.next_due(NOW) is None


def test_a_version_published_between_request_and_confirmation_is_due(
    either_store: Store,
) -> None:
    asked_at_digest = publish(either_store, "one")
    enqueue(either_store, wanted := intent(delivered=asked_at_digest))
    newer = publish(either_store, "two")
    either_store.intents.confirm(wanted, NOW)
    assert the_only(either_store).state == "due"
    assert [delivery.digest for delivery in claim(either_store)] == [newer]


def test_a_renewal_keeps_the_delivered_version(either_store: Store) -> None:
    publish(either_store, "one")
    subscribe(either_store)
    publish(either_store, "two")
    subscribe(either_store, asked_at=NOW + SECOND, secret=SECRETS[1], client="::1")
    found = the_only(either_store)
    assert (found.since, found.lease_ends_at) == (NOW, NOW + SECOND + LEASE)
    assert (found.state, found.client) == ("due", "::1")
    assert [delivery.secret for delivery in claim(either_store)] == [SECRETS[1]]


def test_a_renewal_makes_a_failed_delivery_due_now(either_store: Store) -> None:
    publish(either_store)
    subscribe(either_store, delivered="")
    fail(either_store, claim(either_store), NOW + 99 * SECOND)
    assert due(either_store) == set()
    subscribe(either_store)
    assert due(either_store) == {"one.example"}
    assert the_only(either_store).attempts == 1


def test_a_confirmed_unsubscription_ends_the_subscription(either_store: Store) -> None:
    subscribe(either_store, target("one"))
    subscribe(either_store, target("two"))
    subscribe(either_store, target("one"), mode="unsubscribe")
    assert the_only(either_store).target == target("two")


def test_an_intent_replaces_an_earlier_one(either_store: Store) -> None:
    enqueue(either_store, intent())
    enqueue(either_store, later := intent(asked_at=NOW + SECOND, mode="unsubscribe"))
    assert claim_intents(either_store, NOW + SECOND) == [later]


def test_an_earlier_intent_cannot_be_confirmed_after_a_later_one(either_store: Store) -> None:
    enqueue(either_store, earlier := intent())
    enqueue(either_store, later := intent(mode="unsubscribe", asked_at=NOW + SECOND))
    assert either_store.intents.confirm(later, NOW + SECOND)
    assert not either_store.intents.confirm(earlier, NOW + SECOND)
    assert either_store.subscriptions.all() == []


def test_a_later_intent_stays_when_an_earlier_one_is_confirmed(
    either_store: Store,
) -> None:
    enqueue(either_store, earlier := intent())
    assert claim_intents(either_store) == [earlier]  # it is being verified
    enqueue(either_store, later := intent(mode="unsubscribe"))  # at the same moment
    assert either_store.intents.confirm(earlier, NOW)
    assert claim_intents(either_store) == [later]


def test_an_unreachable_callback_is_verified_again_later(either_store: Store) -> None:
    enqueue(either_store, intent())
    (wanted,) = claim_intents(either_store)
    either_store.intents.refuse(wanted, "no answer", NOW + SECOND, NOW)
    assert either_store.intents.next_due(NOW) == NOW + SECOND
    assert claim_intents(either_store) == []
    assert claim_intents(either_store, NOW + SECOND) == [replace(wanted, attempts=1)]


def test_a_refused_intent_is_not_verified_again(either_store: Store) -> None:
    subscribe(either_store)
    enqueue(either_store, intent(mode="unsubscribe"))
    (wanted,) = claim_intents(either_store)
    either_store.intents.refuse(wanted, "404", None, NOW)
    assert claim_intents(either_store, NOW + CLAIM) == []
    assert either_store.intents.next_due(NOW) is None
    assert the_only(either_store).target == target()


def test_a_late_refusal_does_not_affect_a_later_intent(either_store: Store) -> None:
    enqueue(either_store, earlier := intent())
    enqueue(either_store, later := intent())
    either_store.intents.refuse(earlier, "no answer", NOW, NOW)
    assert claim_intents(either_store) == [later]


# --- limits


def enqueue_in_vain(store: Store, wanted: Intent) -> None:
    """Queue an intent, and let its verification fail."""
    assert enqueue(store, wanted) == ""
    store.intents.refuse(wanted, "404", None, wanted.asked_at)


def test_failed_verifications_of_one_host_are_limited(either_store: Store) -> None:
    for n in range(MOST_UNPROVEN):
        of = target(callback=f"https://one.example/{n}")
        enqueue_in_vain(either_store, intent(of, client=f"192.0.2.{n}"))
    assert enqueue(either_store, intent()) == TOO_MANY_UNPROVEN
    assert enqueue(either_store, intent(mode="unsubscribe")) == TOO_MANY_UNPROVEN
    assert enqueue(either_store, intent(target("two"))) == ""
    assert enqueue(either_store, intent(asked_at=NOW + UNPROVEN_FOR)) == ""


def test_a_limited_client_learns_when_it_may_retry(either_store: Store) -> None:
    def free_in(wanted: Intent, now: datetime) -> timedelta | None:
        until = either_store.intents.retry_at(wanted, now)
        return None if until is None else until - now

    assert free_in(intent(), NOW) is None
    for n in range(MOST_UNPROVEN):
        of = target(callback=f"https://one.example/{n}")
        wanted = intent(of, client=f"192.0.2.{n}", asked_at=NOW + n * SECOND)
        enqueue_in_vain(either_store, wanted)
    later = NOW + 30 * SECOND
    assert free_in(intent(), later) == UNPROVEN_FOR - 30 * SECOND
    again = later + UNPROVEN_FOR - 30 * SECOND
    assert free_in(intent(), again) is None
    assert enqueue(either_store, intent(asked_at=again)) == ""


def test_failed_and_replaced_verifications_count(either_store: Store) -> None:
    for n in range(MOST_UNPROVEN):
        assert enqueue(either_store, intent(asked_at=NOW + n * SECOND)) == ""
        assert len(claim_intents(either_store, NOW + n * SECOND)) == 1  # it is being verified
    assert enqueue(either_store, intent(asked_at=NOW + 30 * SECOND)) == ""
    assert enqueue(either_store, intent(asked_at=NOW + 30 * SECOND)) == TOO_MANY_UNPROVEN
    first_ends = NOW + UNPROVEN_FOR
    either_store.intents.forget_old(first_ends)
    assert enqueue(either_store, intent(asked_at=first_ends - SECOND)) == TOO_MANY_UNPROVEN
    either_store.intents.forget_old(first_ends + SECOND)
    assert enqueue(either_store, intent(asked_at=first_ends)) == ""


def test_intents_whose_verification_has_not_begun_do_not_count(either_store: Store) -> None:
    for _ in range(MOST_UNPROVEN + 5):
        assert enqueue(either_store, intent()) == ""  # each replaces the one before
    assert len(claim_intents(either_store)) == 1


def test_confirmed_intents_do_not_count(either_store: Store) -> None:
    for n in range(MOST_UNPROVEN + 5):
        subscribe(either_store, target(callback=f"https://one.example/{n}"))
    for _ in range(MOST_UNPROVEN - 1):
        enqueue_in_vain(either_store, intent())
    subscribe(either_store, asked_at=NOW + SECOND)  # proves those before it too
    assert enqueue(either_store, intent()) == ""


def test_failed_verifications_of_one_client_are_limited(either_store: Store) -> None:
    for n in range(MOST_UNPROVEN_OF_CLIENT):
        enqueue_in_vain(either_store, intent(target(str(n))))
    assert enqueue(either_store, intent()) == TOO_MANY_UNPROVEN
    assert enqueue(either_store, intent(client="192.0.2.2")) == ""


def test_a_full_hub_refuses_new_subscriptions_but_no_renewals(
    either_store: Store,
) -> None:
    subscribe(either_store, target("one"), client="::1")
    assert enqueue(either_store, intent(target("two")), most=2) == ""
    full = "this hub has no room for more subscriptions"
    assert enqueue(either_store, intent(target("three")), most=2) == full
    assert enqueue(either_store, intent(target("one")), most=2) == ""
    assert enqueue(either_store, intent(target("three"), mode="unsubscribe"), most=2) == ""


@pytest.mark.parametrize(
    ("limit", "fault", "free"),
    [
        ("CALLBACK", "this callback has too many subscriptions", target("two")),
        ("CLIENT", "this client has too many subscriptions", None),
    ],
)
def test_subscriptions_of_one_callback_and_of_one_client_are_limited(
    either_store: Store,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    fault: str,
    free: Target | None,
) -> None:
    monkeypatch.setattr(f"feedsvc.store.queues.intents.MOST_OF_{limit}", 2)
    for name in ("atom", "rss"):
        subscribe(either_store, target(format=name))
    third = target(format="json")
    assert enqueue(either_store, intent(third)) == fault
    assert enqueue(either_store, intent(target())) == ""
    assert enqueue(either_store, intent(free or third, client="::1" if not free else "")) == ""


def test_a_limit_holds_for_simultaneous_requests(either_store: Store) -> None:
    threads = 8
    together = threading.Barrier(threads)
    answers: list[str] = []

    def call(name: str) -> None:
        together.wait()
        answers.append(enqueue(either_store, intent(target(name), client=name), most=3))

    calls = [threading.Thread(target=call, args=[str(n)]) for n in range(threads)]
    for thread in calls:
        thread.start()
    for thread in calls:
        thread.join()
    assert len(answers) == threads
    assert answers.count("") == 3
