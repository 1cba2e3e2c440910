"""The watcher records what fails, and that it succeeds again."""

from datetime import UTC, datetime, timedelta

from feedsvc.core.admin.status import Failure
from feedsvc.store.engine.limits import DEFAULT_LIMITS
from feedsvc.store.operating.lasting_failures import read_failures
from feedsvc.store.store import Store
from feedsvc.watcher.current_store import CurrentStore
from feedsvc.watcher.failure_log import FailureLog


def failures(store: Store) -> list[Failure]:
    with store._database.reading() as connection:
        return list(read_failures(connection, datetime.now(UTC)))


def test_a_failure_is_recorded_once_and_ends_with_a_success(
    store: Store, sqlite_url: str
) -> None:
    log = FailureLog(CurrentStore(sqlite_url, DEFAULT_LIMITS))
    log.failed("folder", "gone")
    (first,) = failures(store)
    log.failed("folder", "gone")
    assert failures(store) == [first]
    log.failed("folder", "not a folder")
    (again,) = failures(store)
    assert (again.since, again.fault) == (first.since, "not a folder")
    log.succeeded("folder", "publish")
    assert failures(store) == []
    log.failed("folder", "gone")
    assert len(failures(store)) == 1


def test_a_failure_of_an_earlier_watcher_ends_too(store: Store, sqlite_url: str) -> None:
    store.failures.note("publish", "full", datetime.now(UTC) - timedelta(days=1))
    FailureLog(CurrentStore(sqlite_url, DEFAULT_LIMITS)).succeeded("publish")
    assert failures(store) == []


def test_a_store_that_cannot_be_used_stops_nothing(store: Store, sqlite_url: str) -> None:
    current = CurrentStore(sqlite_url, DEFAULT_LIMITS)
    log = FailureLog(current)
    with store._database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE failures RENAME TO hidden")
    log.failed("folder", "gone")
    log.succeeded("folder")
    with store._database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE hidden RENAME TO failures")
    log.failed("folder", "gone")
    assert len(failures(store)) == 1
