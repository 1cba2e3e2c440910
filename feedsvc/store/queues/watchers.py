"""The watchers that use this store; each records every few seconds that it is alive."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.store.bulk import upsert
from feedsvc.store.engine.database import Database
from feedsvc.store.engine.file_locks import has_watcher
from feedsvc.store.schema import watchers

HEARTBEAT: Final = 5.0  # seconds between two heartbeats
DEAD_AFTER: Final = timedelta(seconds=20)  # without a heartbeat
_FORGOTTEN_AFTER: Final = timedelta(hours=1)

# The database's clock, in microseconds since 1970: the clocks of machines differ.
_CLOCKS: Final = {
    "postgresql": "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
    "sqlite": "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
}


@dataclass(frozen=True, slots=True)
class RunningWatcher:
    """A watcher that is alive. `folder` is the configured folder or repository."""

    name: str
    folder: str


class Watchers:
    """The running watchers. Every method raises StoreError if the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, name: str, folder: str) -> None:
        """Record that this watcher is alive now, by the database's clock.

        A SQLite store has one watcher at a time, so the others are removed there.
        """
        with self._database.writing() as connection:
            row = {"name": name, "folder": folder, "alive_at": _now(connection)}
            upsert(connection, watchers, [row])
            gone: sa.ColumnElement[bool] = watchers.c.name != name
            if self._database.is_shared:
                gone = sa.not_(_is_recent(connection, _FORGOTTEN_AFTER))
            connection.execute(sa.delete(watchers).where(gone))

    def leave(self, name: str) -> None:
        """Remove this watcher, which is about to end."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(watchers).where(watchers.c.name == name))

    def alive(self) -> list[RunningWatcher]:
        """The watchers that are alive, by name."""
        if not has_watcher(self._database.file):
            return []
        with self._database.reading() as connection:
            query = sa.select(watchers).where(is_alive(connection)).order_by(watchers.c.name)
            rows = connection.execute(query).mappings()
            return [RunningWatcher(row["name"], row["folder"]) for row in rows]


def watcher_rows(connection: Connection) -> Iterator[tuple[str, str, float | None]]:
    """The name and the folder of each watcher that is alive, and the age of its heartbeat.

    The age is None on SQLite, where a lock tells whether a watcher is alive.
    """
    now = None if connection.dialect.name == "sqlite" else _now(connection)
    query = sa.select(watchers).where(is_alive(connection)).order_by(watchers.c.name)
    for row in connection.execute(query).mappings():
        age = None if now is None else max(0.0, (now - row["alive_at"]) / 1e6)
        yield row["name"], row["folder"], age


def is_alive(connection: Connection) -> sa.ColumnElement[bool]:
    """The condition on a row of `watchers` that its watcher is alive.

    On SQLite there is only one watcher, and a long write of another process may keep it from
    recording that it is alive.
    """
    if connection.dialect.name == "sqlite":
        return sa.true()
    return _is_recent(connection, DEAD_AFTER)


def _is_recent(connection: Connection, age: timedelta) -> sa.ColumnElement[bool]:
    now, span = _now(connection), int(age / timedelta(microseconds=1))
    # If the clock is set back, a dead watcher must not count as alive.
    return watchers.c.alive_at.between(now - span, now + span)


def _now(connection: Connection) -> int:
    clock: Any = connection.exec_driver_sql(f"SELECT {_CLOCKS[connection.dialect.name]}")
    return int(clock.scalar_one())
