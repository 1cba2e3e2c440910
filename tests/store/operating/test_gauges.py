"""Gauges: what the store has now."""

from datetime import timedelta

from feedsvc.store.operating.gauges import Gauges
from feedsvc.store.store import Store
from tests.support.subscriptions import NOW, claim, fail, publish, subscribe, target


def test_an_empty_store_has_nothing(either_store: Store) -> None:
    found = either_store.gauges.read()
    assert found == Gauges(latency=found.latency)


def test_due_deliveries_and_failing_subscriptions_are_counted(either_store: Store) -> None:
    publish(either_store)
    subscribe(either_store, delivered="")
    subscribe(either_store, target("two"))
    fail(either_store, claim(either_store), NOW + timedelta(minutes=2))
    found = either_store.gauges.read()
    assert found.subscriptions == {"active": 1, "failing": 1}
    assert found.due == 1
    assert found.oldest_due is not None
    assert abs(found.oldest_due - NOW.timestamp()) < 5
    assert (found.revision, found.feeds > 0) == (1, True)
