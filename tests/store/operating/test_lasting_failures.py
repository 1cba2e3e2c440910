"""Failures last until the work succeeds, also after a restart."""

from datetime import UTC, datetime, timedelta
from typing import Final

from feedsvc.core.admin.status import Failure
from feedsvc.store.operating.lasting_failures import MOST_CHARACTERS, read_failures
from feedsvc.store.store import Store

NOW: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
LATER: Final = NOW + timedelta(hours=1)


def failures(store: Store, now: datetime = LATER) -> tuple[Failure, ...]:
    with store._database.reading() as connection:
        return read_failures(connection, now)


def test_a_failure_keeps_its_beginning_and_has_the_last_fault(either_store: Store) -> None:
    either_store.failures.note("fetch", "no route", NOW)
    either_store.failures.note("fetch", "refused", LATER)
    assert failures(either_store) == (Failure("fetch", NOW, "refused"),)


def test_it_ends_with_a_success(either_store: Store) -> None:
    either_store.failures.note("fetch", "no route", NOW)
    either_store.failures.note("folder", "gone", LATER)
    either_store.failures.end(["folder", "publish"])
    assert [each.kind for each in failures(either_store)] == ["fetch"]
    either_store.failures.end(["fetch"])
    either_store.failures.note("fetch", "again", LATER)
    assert failures(either_store) == (Failure("fetch", LATER, "again"),)


def test_a_long_fault_is_cut_and_a_clock_ahead_means_now(either_store: Store) -> None:
    either_store.failures.note("publish", "x" * 9999, LATER)
    (found,) = failures(either_store, NOW)
    assert (len(found.fault), found.since) == (MOST_CHARACTERS, NOW)
