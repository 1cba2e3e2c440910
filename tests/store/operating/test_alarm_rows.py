"""Alarms become messages for listeners, once each, over processes and restarts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from feedsvc.core.admin.attention import Attention
from feedsvc.errors import StoreLocked
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry

NOW: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
LOW: Final = Attention("disk-low", "the disk is nearly full", "free some space")


@pytest.fixture
def other(either_store: Store, either_url: str) -> Iterator[Store]:
    """The same store, as another process has it open."""
    opened = Store(either_url)
    yield opened
    opened.close()


def test_two_processes_tell_listeners_once(either_store: Store, other: Store) -> None:
    either_store.publish(Publication(a_site(), [an_entry()]), NOW)
    for seconds in range(0, 120, 15):
        for store in (either_store, other):
            store.alarms.note([LOW], NOW + timedelta(seconds=seconds))
    other.publish(Publication(a_site(), [an_entry("two")]), NOW + timedelta(minutes=3))
    for seconds in range(180, 600, 15):
        for store in (other, either_store):
            store.alarms.note([], NOW + timedelta(seconds=seconds))
    rows = either_store.listeners.publishes_since(0, 50)
    assert [(row.number, row.kind) for row in rows] == [
        (1, "published"),
        (2, "attention"),
        (3, "published"),
        (4, "attention"),
    ]
    began, ended = (row.attention or {} for row in (rows[1], rows[3]))
    assert (began["code"], began["state"], began["sentence"]) == (
        "disk-low",
        "began",
        LOW.sentence,
    )
    assert (ended["code"], ended["state"]) == ("disk-low", "ended")
    assert began["since"] == ended["since"] == "2026-06-01T08:00:00Z"


def test_what_is_told_waits_for_a_publish_to_end(either_store: Store, other: Store) -> None:
    either_store.alarms.note([LOW], NOW)
    later = NOW + timedelta(minutes=2)
    with other.lock(), pytest.raises(StoreLocked):
        either_store.alarms.note([LOW], later)
    assert either_store.listeners.publishes_since(0, 50) == []
    (news,) = either_store.alarms.note([LOW], later)
    assert news.state == "began"
    assert len(either_store.listeners.publishes_since(0, 50)) == 1
