"""Subscriptions on both engines: what is due, who claims it, and what is recorded."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.core.websub.subscriptions import Delivery, Outcome
from feedsvc.store.engine.database import Database
from feedsvc.store.publication import Publication
from feedsvc.store.queues.claims import CLAIM
from feedsvc.store.schema import subscriptions
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry
from tests.support.pipeline import new_pipeline
from tests.support.subscriptions import (
    LEASE,
    NOW,
    SECOND,
    SECRETS,
    claim,
    claim_intents,
    digest,
    due,
    enqueue,
    fail,
    intent,
    publish,
    row_of,
    subscribe,
    take,
    target,
    the_only,
)


def test_a_subscription_is_due_if_and_only_if_its_feed_has_changed(either_store: Store) -> None:
    publish(either_store, "one")
    subscribe(either_store)
    assert the_only(either_store).state == "active"
    assert claim(either_store) == []
    assert either_store.subscriptions.next_delivery_due(NOW) is None
    newer = publish(either_store, "two")
    assert the_only(either_store).state == "due"
    assert either_store.subscriptions.next_delivery_due(NOW) is not None
    (delivery,) = claim(either_store)
    ends = the_only(either_store).lease_ends_at
    assert delivery == Delivery(target(), SECRETS[0], newer, 0, ends)
    take(either_store, delivery, NOW + SECOND)
    found = the_only(either_store)
    assert (found.state, found.delivered_at) == ("active", NOW + SECOND)
    assert claim(either_store) == []


def test_a_topic_that_is_not_published_is_not_due(either_store: Store) -> None:
    publish(either_store)
    subscribe(either_store, target(feed_path="tags/None"), delivered="")
    assert claim(either_store) == []
    assert the_only(either_store).state == "due"


def test_a_claim_excludes_others_until_it_ends(either_store: Store, other: Store) -> None:
    publish(either_store)
    subscribe(either_store, delivered="")
    (delivery,) = claim(either_store)
    assert claim(other) == []
    assert either_store.subscriptions.next_delivery_due(NOW) == NOW + CLAIM
    assert claim(other, NOW + CLAIM - SECOND) == []
    assert claim(other, NOW + CLAIM) == [delivery]
    either_store.subscriptions.release_claims()
    assert claim(either_store) == [delivery]


def test_processes_that_claim_at_once_share_the_deliveries(
    either_store: Store, other: Store
) -> None:
    publish(either_store)
    for n in range(40):
        subscribe(either_store, target(str(n)), delivered="")
    together = threading.Barrier(2)
    claims: list[str] = []

    def work(store: Store) -> None:
        together.wait()
        while found := claim(store, most=3):
            claims.extend(delivery.target.host for delivery in found)

    workers = [threading.Thread(target=work, args=[store]) for store in (either_store, other)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(claims) == sorted(f"{n}.example" for n in range(40))


@pytest.mark.postgres
def test_postgres_skips_rows_that_another_process_has_locked(postgres_url: str) -> None:
    # Should it wait and not skip, that is a fault in 2 s and not a test that hangs.
    impatient = f"{postgres_url}?options=-c%20lock_timeout%3D2000"
    store, held = Store(impatient), Database(postgres_url)
    publish(store)
    for name in ("one", "two"):
        subscribe(store, target(name), delivered="")
    enqueue(store, intent(target("three")))
    with held.writing() as connection:
        row = subscriptions.c.host == "one.example"
        connection.execute(subscriptions.select().where(row).with_for_update())
        connection.exec_driver_sql("SELECT * FROM intents FOR UPDATE")
        assert [delivery.target.host for delivery in claim(store)] == ["two.example"]
        assert claim_intents(store) == []
    assert [delivery.target.host for delivery in claim(store)] == ["one.example"]
    store.close()
    held.close()


def test_busy_hosts_are_left_out(either_store: Store) -> None:
    publish(either_store)
    for name in ("one", "two", "three"):
        subscribe(either_store, target(name), delivered="")
    assert due(either_store, busy={"one.example", "three.example"}) == {"two.example"}


def test_failed_deliveries_come_last(either_store: Store) -> None:
    publish(either_store)
    subscribe(either_store, target("slow"), delivered="")
    fail(either_store, claim(either_store), NOW)
    for name in ("one", "two"):
        subscribe(either_store, target(name), delivered="")
    first = claim(either_store, most=2)
    assert {delivery.target.host for delivery in first} == {"one.example", "two.example"}
    (last,) = claim(either_store)
    assert (last.target.host, last.attempts) == ("slow.example", 1)


def test_a_failed_delivery_is_due_at_its_next_attempt(either_store: Store) -> None:
    publish(either_store)
    subscribe(either_store, delivered="")
    fail(either_store, claim(either_store), NOW + SECOND)
    found = the_only(either_store)
    assert (found.state, found.attempts, found.last_error) == ("failing", 1, "it answered 500")
    assert found.next_attempt_at == NOW + SECOND
    assert claim(either_store) == []
    assert either_store.subscriptions.next_delivery_due(NOW) == NOW + SECOND
    (delivery,) = claim(either_store, NOW + SECOND)
    take(either_store, delivery)
    found = the_only(either_store)
    assert (found.state, found.attempts, found.last_error) == ("active", 0, "")


def test_a_gone_callback_ends_its_subscription(either_store: Store) -> None:
    publish(either_store)
    subscribe(either_store, delivered="")
    (delivery,) = claim(either_store)
    either_store.subscriptions.settle([Outcome(delivery, "410", gone=True)], NOW)
    assert either_store.subscriptions.all() == []


def test_many_outcomes_of_each_kind_are_recorded_at_once(either_store: Store) -> None:
    publish(either_store)
    many = 1800
    with either_store._database.writing() as connection:
        rows = [row_of(target(str(n))) for n in range(many)]
        connection.execute(subscriptions.insert(), rows)
    found = sorted(claim(either_store), key=lambda d: int(d.target.host.split(".")[0]))
    assert len(found) == many
    outcomes = [
        Outcome(d, "500", NOW + SECOND) if n % 3 == 1 else Outcome(d, gone=n % 3 == 2)
        for n, d in enumerate(found)
    ]
    either_store.subscriptions.settle(iter(outcomes), NOW)
    states = {s.target.host: s.state for s in either_store.subscriptions.all()}
    expected = {0: "active", 1: "failing"}
    assert states == {f"{n}.example": expected[n % 3] for n in range(many) if n % 3 != 2}


def test_delivering_an_older_version_leaves_the_subscription_due(either_store: Store) -> None:
    publish(either_store, "one")
    subscribe(either_store, delivered="")
    (older,) = claim(either_store)
    newer = publish(either_store, "two")
    take(either_store, older)
    assert the_only(either_store).state == "due"
    assert [delivery.digest for delivery in claim(either_store)] == [newer]


def test_a_version_that_may_have_arrived_is_also_taken_back(either_store: Store) -> None:
    first = publish(either_store, "one")
    subscribe(either_store)
    publish(either_store, "two")
    fail(either_store, claim(either_store), NOW)  # it took it, and its answer was lost
    assert publish(either_store, "one") == first
    assert [delivery.digest for delivery in claim(either_store)] == [first]


def test_the_outcome_of_an_ended_subscription_is_ignored(either_store: Store) -> None:
    publish(either_store)
    subscribe(either_store, delivered="")
    found = claim(either_store)
    assert either_store.subscriptions.end(target())
    assert not either_store.subscriptions.end(target())
    take(either_store, found[0])
    fail(either_store, found, NOW)
    assert either_store.subscriptions.all() == []


def test_nothing_is_due_after_the_end_of_a_lease(either_store: Store) -> None:
    publish(either_store)
    subscribe(either_store, delivered="")
    subscribe(either_store, target("two"), delivered="", asked_at=NOW + SECOND)
    end = NOW + LEASE
    assert due(either_store, end - SECOND) == {"one.example", "two.example"}
    assert due(either_store, end) == {"two.example"}
    assert either_store.subscriptions.next_delivery_due(end + SECOND) is None
    assert either_store.subscriptions.end_leases(end - SECOND) == 0
    assert either_store.subscriptions.end_leases(end) == 1
    assert the_only(either_store).target == target("two")


def test_failed_deliveries_of_a_topic_can_be_made_due(either_store: Store) -> None:
    publish(either_store)
    for name in ("atom", "rss"):
        subscribe(either_store, target(name, format=name), delivered="")
    subscribe(either_store, target("site", feed_path=""), delivered="")
    fail(either_store, claim(either_store), NOW + 99 * SECOND)
    assert due(either_store) == set()
    assert either_store.subscriptions.retry("tags/Tea", "rss") == 1
    assert due(either_store) == {"rss.example"}
    assert either_store.subscriptions.retry("tags/Tea", None) == 2
    assert due(either_store) == {"atom.example", "rss.example"}
    assert either_store.subscriptions.retry("tags/None", None) == 0


def test_subscriptions_are_listed_by_topic_and_callback(either_store: Store) -> None:
    wanted = [
        target("two", feed_path="", format="rss"),
        target("one"),
        target("two"),
        target("one", format="json"),
    ]
    for of in reversed(wanted):
        subscribe(either_store, of)
    assert [found.target for found in either_store.subscriptions.all()] == wanted


# --- nobody is left behind


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["publish", "claim", "crash", "renew"]),
        st.sampled_from("AB"),
        st.sampled_from(["taken", "lost", "failed"]),
    ),
    max_size=12,
)


@settings(max_examples=30, deadline=None)
@given(events=EVENTS)
def test_no_sequence_of_events_leaves_a_subscriber_behind(
    events: list[tuple[str, str, str]],
) -> None:
    """`has` is the subscriber's version; "lost": it got one, and its answer was lost."""
    with new_pipeline() as pipeline:
        store = pipeline.store
        has = publish(store, "A")
        subscribe(store)
        in_hand: list[Delivery] = []
        for kind, version, outcome in events:
            if kind == "publish":
                publish(store, version)
            elif kind == "claim":
                for delivery in in_hand:
                    has = delivery.digest if outcome != "failed" else has
                    error = "" if outcome == "taken" else "no answer"
                    again = NOW if error else None
                    store.subscriptions.settle([Outcome(delivery, error, again)], NOW)
                in_hand = claim(store)
            elif kind == "crash":
                has = in_hand[0].digest if in_hand and outcome == "lost" else has
                in_hand = []
                store.subscriptions.release_claims()
            else:
                subscribe(store)
        store.subscriptions.release_claims()
        for delivery in claim(store):
            has = delivery.digest
            take(store, delivery)
        assert has == digest(store)
        assert claim(store) == []


# Feeds with another name.

SITE_URL = "https://example.org"


def rename(store: Store, new: str) -> None:
    """The tag Tea is renamed: no post has it any more, and a setting says so."""
    site = a_site(tag_redirects=(("Tea", new),))
    entry = an_entry("tea", tags=("Green",), content_html="one")
    store.publish(Publication(site, [entry]), NOW)


def follow(store: Store, new: str = "Green") -> int:
    return store.subscriptions.follow_renamed({"tags/Tea": f"tags/{new}"}, SITE_URL)


def test_a_subscription_follows_its_feed_to_a_new_name(either_store: Store) -> None:
    publish(either_store)
    subscribe(either_store)
    subscribe(either_store, target("two", topic="https://example.org/feed/tea"))
    assert follow(either_store) == 0  # the feed is there
    rename(either_store, "Green")
    assert follow(either_store) == 2
    assert follow(either_store) == 0
    moved = {s.target.callback: s for s in either_store.subscriptions.all()}
    one, two = moved["https://one.example/"], moved["https://two.example/"]
    assert one.target.feed_path == "tags/Green"
    assert one.target.topic == "https://example.org/tags/Tea/atom.xml"
    assert two.target.topic == "https://example.org/feed/tea"
    assert due(either_store) == {"one.example", "two.example"}
    assert either_store.subscriptions.without_feed() == []


def test_a_subscription_to_both_names_stays_one(either_store: Store) -> None:
    publish(either_store)
    subscribe(either_store)
    rename(either_store, "Green")
    new = subscribe(either_store, target(feed_path="tags/Green"))
    follow(either_store)
    assert the_only(either_store).target.name == new.name


def test_a_feed_stays_until_there_is_one_of_its_new_name(either_store: Store) -> None:
    publish(either_store)
    subscribe(either_store)
    rename(either_store, "Oolong")
    assert follow(either_store, "Oolong") == 0
    with either_store.snapshot() as snapshot:
        assert snapshot.feed("tags/Tea")
        assert [(path, n) for path, topic, n in snapshot.terms() if topic.kind == "tag"] == [
            ("tags/Green", 1),
            ("tags/Tea", 0),
        ]
