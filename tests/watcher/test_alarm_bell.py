"""A look at the site records what wants attention; a fault of the store stops nothing."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from feedsvc.core.admin.status import Surroundings
from feedsvc.store.engine.limits import DEFAULT_LIMITS
from feedsvc.store.store import Store
from feedsvc.watcher.alarm_bell import AlarmBell


def test_a_look_tells_listeners_of_what_has_lasted(
    store: Store, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    store.failures.note("fetch", "no route to host", datetime.now(UTC) - timedelta(hours=1))
    bell = AlarmBell(Surroundings(sqlite_url, "", "", "https://example.org"), DEFAULT_LIMITS)
    bell.look()
    assert store.listeners.publishes_since(0, 9) == []
    with store._database.writing() as connection:
        connection.execute(sa.text("UPDATE alarms SET since = since - 60000000"))
    bell.look()
    bell.look()
    (row,) = store.listeners.publishes_since(0, 9)
    assert row.attention
    assert row.attention["code"] == "fetch-fails"
    assert "fetch-fails began to want attention: the repository of posts" in caplog.text
    bell.close()


def test_a_store_that_cannot_be_used_is_tried_again(store: Store, sqlite_url: str) -> None:
    store.failures.note("fetch", "no route to host", datetime.now(UTC) - timedelta(hours=1))
    bell = AlarmBell(Surroundings(sqlite_url, "", "", "https://example.org"), DEFAULT_LIMITS)
    with store._database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE failures RENAME TO hidden")
    bell.look()
    with store._database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE hidden RENAME TO failures")
    with store.lock():
        bell.look()
    with store._database.reading() as connection:
        assert connection.execute(sa.text("SELECT code FROM alarms")).scalar() == "fetch-fails"
    bell.close()
