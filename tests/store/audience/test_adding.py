"""Deliveries are counted when their outcome is recorded: by outcome, and by feed and day."""

from feedsvc.core.audience.batch import Counted
from feedsvc.core.audience.figures import Period
from feedsvc.core.websub.subscriptions import Outcome
from feedsvc.store.store import Store
from tests.support.subscriptions import (
    NOW,
    claim,
    fail,
    publish,
    subscribe,
    take,
    target,
)


def test_accepted_deliveries_are_pushes_of_a_feed(either_store: Store) -> None:
    publish(either_store)
    for name in ("one", "two", "three"):
        subscribe(either_store, target(name), delivered="")
    first, second, third = claim(either_store)
    take(either_store, first)
    fail(either_store, [second], NOW)
    either_store.subscriptions.settle([Outcome(third, gone=True)], NOW)
    counters = either_store.flushes.counters()
    assert counters == {
        Counted("deliveries", ("accepted",)): 1,
        Counted("deliveries", ("failed",)): 1,
        Counted("deliveries", ("gone",)): 1,
    }
    (day,) = either_store.audience.by("day", Period("2000-01-01", "2100-01-01"))
    assert (day.pushes, day["polls"]) == (1, 0)
    (feed,) = either_store.audience.by("feed", Period("2000-01-01", "2100-01-01"))
    assert (feed.name, feed.pushes) == (first.target.feed_path, 1)
