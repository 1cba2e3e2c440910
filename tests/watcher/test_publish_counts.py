"""Publishes are counted with their durations, once, and for all watchers of a store."""

import pytest
import sqlalchemy as sa

from feedsvc.core.audience.batch import Counted
from feedsvc.store.store import Store
from feedsvc.watcher import publish_counts
from feedsvc.watcher.publish_counts import PublishCounts


def test_publishes_are_added_to_those_of_other_watchers(store: Store) -> None:
    for name in ("one", "two"):
        counts = PublishCounts(name)
        counts.note("changed", 0.2)
        counts.note("failed", 4000)
        counts.flush(lambda: store)  # too early
        assert (
            Counted("publishes", ("changed",)) not in store.flushes.counters() or name == "two"
        )
        counts.flush(lambda: store, at_once=True)
    assert store.flushes.counters() == {
        Counted("publishes", ("changed",)): 2,
        Counted("publishes", ("failed",)): 2,
        Counted("publish_times", ("0.25",)): 2,
        Counted("publish_times", ("+Inf",)): 2,
        Counted("publish_microseconds"): 8_000_400_000,
    }


def test_counts_wait_for_a_store_that_fails(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish_counts, "INTERVAL", 0.0)
    counts = PublishCounts("one")
    counts.note("changed", 0.01)
    with store._database.writing() as connection:
        connection.execute(sa.text("ALTER TABLE processes RENAME TO taken"))
    counts.flush(lambda: store)
    counts.note("changed", 0.01)
    with store._database.writing() as connection:
        connection.execute(sa.text("ALTER TABLE taken RENAME TO processes"))
    for _ in range(3):
        counts.flush(lambda: store)
    assert store.flushes.counters()[Counted("publishes", ("changed",))] == 2
