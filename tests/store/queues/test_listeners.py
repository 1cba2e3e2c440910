"""Listeners on both engines: which publishes are stored, and who is notified of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feedsvc.store.publication import MOST_PUBLISHES, Changes, Publication
from feedsvc.store.queues.claims import CLAIM
from feedsvc.store.queues.listeners import Listener
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def publish(store: Store, *titles: str, now: datetime = NOW, tag: str = "Tea") -> Changes:
    """Publish an entry with each title; without titles, only the feed of the site."""
    entries = [an_entry(title, tags=(tag,)) for title in titles]
    return store.publish(Publication(a_site(), entries), now)


def claimed(store: Store, now: datetime = NOW) -> list[str]:
    return sorted(listener.name for listener in store.listeners.claim(now))


# --- publishes


def test_a_publish_is_stored_with_its_number_and_its_summary(either_store: Store) -> None:
    assert either_store.listeners.last_publish() == 0
    changes = publish(either_store, "tea")
    (stored,) = either_store.listeners.publishes_since(0, 9)
    assert (stored.number, stored.at, stored.summary) == (1, NOW, changes.summary)
    assert [line.title for line in stored.summary.added] == ["tea"]
    assert stored.summary.counts == (1, 0, 0, 3)
    assert set(stored.summary.feeds) == {"", "authors/Li", "tags/Tea"}


def test_a_publish_that_changes_nothing_has_no_number(either_store: Store) -> None:
    publish(either_store, "tea")
    assert not publish(either_store, "tea").summary
    assert either_store.listeners.last_publish() == 1
    publish(either_store, "pots")
    assert [p.number for p in either_store.listeners.publishes_since(0, 9)] == [1, 2]


def test_a_summary_counts_more_entries_than_it_names(either_store: Store) -> None:
    news = publish(either_store, *(str(n) for n in range(120))).summary
    assert (len(news.added), news.counts[0]) == (100, 120)


def test_a_summary_names_changed_and_withdrawn_entries(either_store: Store) -> None:
    publish(either_store, "tea", "pots")
    news = either_store.publish(
        Publication(
            a_site(), [an_entry("tea", title="Teas", tags=("Tea",))], [an_entry("pots").id]
        ),
        NOW,
    ).summary
    assert [line.title for line in news.changed] == ["Teas"]
    assert [line.title for line in news.withdrawn] == ["pots"]
    assert news.counts == (0, 1, 1, 3)


def test_publishes_are_returned_in_order_up_to_a_limit(either_store: Store) -> None:
    for n in range(4):
        publish(either_store, str(n), now=NOW + n * SECOND)
    listeners = either_store.listeners
    assert [p.number for p in listeners.publishes_since(1, 2)] == [2, 3]
    assert [p.at for p in listeners.publishes_since(3, 9)] == [NOW + 3 * SECOND]
    assert listeners.publishes_since(4, 9) == []


def test_only_the_last_publishes_are_kept_and_numbers_continue(
    either_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_PUBLISHES == 1000
    monkeypatch.setattr("feedsvc.store.publication.MOST_PUBLISHES", 2)
    for n in range(5):
        publish(either_store, str(n))
    assert [p.number for p in either_store.listeners.publishes_since(0, 9)] == [4, 5]
    assert either_store.listeners.last_publish() == 5


def test_a_feed_has_the_number_of_the_publish_that_changed_it(either_store: Store) -> None:
    publish(either_store, "green", tag="Green")
    publish(either_store, "black", tag="Black")
    moved = either_store.listeners.feeds_changed_since
    assert moved(2) == []
    assert moved(1) == ["", "authors/Li", "tags/Black"]
    assert moved(0) == ["", "authors/Li", "tags/Black", "tags/Green"]
    publish(either_store, "black", tag="Black")  # nothing new
    assert moved(2) == []


# --- listeners


def test_a_new_listener_is_not_notified_of_earlier_publishes(either_store: Store) -> None:
    publish(either_store, "tea")
    either_store.listeners.register(["hub"])
    assert either_store.listeners.all() == [Listener("hub", 1, 0, EPOCH, "", EPOCH)]
    assert claimed(either_store) == []
    assert either_store.listeners.next_due(NOW) is None
    publish(either_store, "pots")
    assert claimed(either_store) == ["hub"]


def test_a_listener_is_notified_of_the_first_publish(either_store: Store) -> None:
    either_store.listeners.register(["hub"])
    assert claimed(either_store) == []
    publish(either_store, "tea")
    assert claimed(either_store) == ["hub"]


def test_registering_twice_keeps_the_state_of_listeners(either_store: Store) -> None:
    either_store.listeners.register(["hub", "gone"])
    publish(either_store, "tea")
    either_store.listeners.register(["hub", "new"])
    numbers = {each.name: each.last_notified for each in either_store.listeners.all()}
    assert numbers == {"hub": 0, "new": 1}
    either_store.listeners.register([])
    assert either_store.listeners.all() == []


def test_a_claim_on_a_listener_excludes_others_for_half_a_minute(
    either_store: Store, other: Store
) -> None:
    either_store.listeners.register(["hub"])
    publish(either_store, "tea")
    assert claimed(either_store) == ["hub"]
    assert claimed(other) == []
    assert timedelta(seconds=30) == CLAIM  # so long a listener waits after a kill -9
    assert either_store.listeners.next_due(NOW) == NOW + CLAIM
    assert claimed(other, NOW + CLAIM) == ["hub"]
    other.listeners.release_claims()
    assert claimed(either_store) == ["hub"]


def test_a_notified_listener_waits_for_the_next_publish(either_store: Store) -> None:
    either_store.listeners.register(["hub"])
    publish(either_store, "tea")
    (hub,) = either_store.listeners.claim(NOW)
    either_store.listeners.settle(hub, 1)
    assert claimed(either_store) == []
    assert either_store.listeners.next_due(NOW) is None
    publish(either_store, "pots")
    assert claimed(either_store) == ["hub"]


def test_a_failed_listener_is_notified_later(either_store: Store) -> None:
    either_store.listeners.register(["hub"])
    publish(either_store, "tea")
    for attempts in (1, 2):
        (hub,) = either_store.listeners.claim(NOW)
        either_store.listeners.settle(hub, 0, "it answered 500", NOW)
        (hub,) = either_store.listeners.all()
        assert (hub.last_notified, hub.attempts, hub.last_error) == (
            0,
            attempts,
            "it answered 500",
        )
    (hub,) = either_store.listeners.claim(NOW)
    either_store.listeners.settle(hub, 0, "it answered 500", NOW + SECOND)
    assert claimed(either_store) == []
    assert either_store.listeners.next_due(NOW) == NOW + SECOND
    (hub,) = either_store.listeners.claim(NOW + SECOND)
    either_store.listeners.settle(hub, 1)
    (hub,) = either_store.listeners.all()
    assert (hub.last_notified, hub.attempts, hub.last_error) == (1, 0, "")


def test_a_claim_on_a_listener_can_be_renewed(either_store: Store, other: Store) -> None:
    either_store.listeners.register(["hub"])
    publish(either_store, "tea")
    (hub,) = either_store.listeners.claim(NOW)
    for number in (1, 2):
        renewed = either_store.listeners.renew(hub, NOW + number * SECOND)
        assert renewed == replace(hub, claimed_until=NOW + CLAIM + number * SECOND)
        hub = renewed
    assert claimed(other, NOW + CLAIM + SECOND) == []
    either_store.listeners.settle(hub, 1)
    (hub,) = either_store.listeners.all()
    assert (hub.last_notified, hub.claimed_until) == (1, EPOCH)


@pytest.mark.parametrize("later", [CLAIM, -CLAIM], ids=["later", "set back"])
def test_a_claim_that_another_process_took_over_is_lost(
    either_store: Store, other: Store, later: timedelta
) -> None:
    either_store.listeners.register(["hub"])
    publish(either_store, "tea")
    (late,) = either_store.listeners.claim(NOW)
    other.listeners.release(["hub"])
    (hub,) = other.listeners.claim(NOW + later)
    assert either_store.listeners.renew(late, NOW + later) is None
    either_store.listeners.settle(late, 0, "no answer", NOW + 99 * SECOND)
    assert either_store.listeners.all() == [hub]
    other.listeners.settle(hub, 1)
    assert either_store.listeners.renew(late, NOW) is None
    (hub,) = either_store.listeners.all()
    assert (hub.last_notified, hub.attempts, hub.claimed_until) == (1, 0, EPOCH)


def test_a_listener_is_not_claimed_for_a_publish_that_the_caller_does_not_know(
    either_store: Store,
) -> None:
    either_store.listeners.register(["hub"])
    publish(either_store, "tea")
    assert either_store.listeners.claim(NOW, last=0) == []
    assert [each.name for each in either_store.listeners.claim(NOW, last=1)] == ["hub"]


def test_busy_listeners_are_not_claimed(either_store: Store) -> None:
    either_store.listeners.register(["hub", "url"])
    publish(either_store, "tea")
    found = either_store.listeners.claim(NOW, busy=["hub"])
    assert [listener.name for listener in found] == ["url"]
