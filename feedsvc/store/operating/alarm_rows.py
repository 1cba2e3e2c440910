"""Alarms: what wants attention, and whether listeners were told, for all processes together."""

import json
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.admin.alarms import Alarm, AlarmChanges, AlarmNews, changes_of
from feedsvc.core.admin.attention import Attention
from feedsvc.core.dates import from_microseconds, microseconds
from feedsvc.store.bulk import upsert
from feedsvc.store.engine.database import Database
from feedsvc.store.publication import next_number
from feedsvc.store.schema import publishes
from feedsvc.store.tables.status import alarms


class AlarmRows:
    """The alarms. Every method raises StoreError if the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, attention: Collection[Attention], now: datetime) -> tuple[AlarmNews, ...]:
        """Record what wants attention now; what listeners will be told because of it.

        News get numbers like those of publishes, so nobody may publish meanwhile. Raises
        StoreLocked if somebody does.
        """
        with self._database.reading() as connection:
            changes = changes_of(_read(connection), attention, now)
        if not changes:
            return ()
        lock = self._database.lock() if changes.news else nullcontext()
        with lock, self._database.writing(alone="alarms") as connection:
            changes = changes_of(_read(connection), attention, now)
            _write(connection, changes, now)
        return changes.news


def _read(connection: Connection) -> list[Alarm]:
    rows = connection.execute(sa.select(alarms).order_by(alarms.c.since, alarms.c.code))
    return [_alarm(row) for row in rows.mappings()]


def _alarm(row: sa.RowMapping) -> Alarm:
    told = row["announced_at"]
    return Alarm(
        row["code"],
        from_microseconds(row["since"]),
        from_microseconds(row["seen_at"]),
        None if told is None else from_microseconds(told),
    )


def _write(connection: Connection, changes: AlarmChanges, now: datetime) -> None:
    upsert(connection, alarms, [_row(alarm) for alarm in changes.written])
    is_over = alarms.c.code.in_(changes.deleted)
    connection.execute(sa.delete(alarms).where(is_over))
    for news in changes.news:
        text = json.dumps({"attention": news.to_dict()}, ensure_ascii=False)
        row = {"number": next_number(connection), "at": microseconds(now), "news": text}
        connection.execute(sa.insert(publishes), [row])


def _row(alarm: Alarm) -> dict[str, object]:
    told = alarm.announced_at
    return {
        **asdict(alarm),
        "since": microseconds(alarm.since),
        "seen_at": microseconds(alarm.seen_at),
        "announced_at": None if told is None else microseconds(told),
    }
