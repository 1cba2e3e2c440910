"""Flushes: what a process has counted is added to the store, once, in one transaction."""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.audience.batch import ALL, OTHERS, Batch, Counted, DayRow
from feedsvc.core.audience.polls import FIGURES
from feedsvc.core.audience.sketch import Sketch
from feedsvc.core.dates import microseconds
from feedsvc.store.audience.adding import add_counters, add_rows
from feedsvc.store.bulk import insert_new, insert_of, upsert
from feedsvc.store.chunks import chunks
from feedsvc.store.engine.database import Database
from feedsvc.store.tables.audience import (
    audience,
    audience_claims,
    audience_days,
    audience_pushes,
    audience_sketches,
    counters,
    processes,
)

KEPT_DAYS: Final = 731  # two years
MOST_ROWS_OF_A_DAY: Final = 5000  # rows with fewer polls become one row for each product
MOST_SOURCES: Final = 64  # of the claims of one product about one feed
ALIVE: Final = timedelta(minutes=5)  # a process flushes each minute
_KEY_OCTETS: Final = 32
_ALONE: Final = "audience"
_SUMS: Final = (*FIGURES, "individuals", "subscribers")


@dataclass(frozen=True, slots=True)
class CountingProcess:
    """A process that counts: a random name, what it does, and its memory in octets."""

    name: str
    kind: str
    memory: int = 0


class Flushes:
    """Writes figures and counters. Every method raises StoreError if that is not possible."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def key_of(self, day: str) -> bytes:
        """The random key of a day, which is the same for all processes and machines."""
        with self._database.writing() as connection:
            insert_new(
                connection,
                audience_days,
                {"day": day, "key": secrets.token_hex(_KEY_OCTETS)},
            )
            query = sa.select(audience_days.c.key).where(audience_days.c.day == day)
            return bytes.fromhex(connection.execute(query).scalar_one())

    def add(self, batch: Batch, process: CountingProcess, number: int, now: datetime) -> None:
        """Add a batch. It is counted once, however often it is sent with the same number."""
        with self._database.writing(alone=_ALONE) as connection:
            if _last_flushed(connection, process.name) >= number:
                return  # the answer to the last attempt was lost
            rows = sorted({*batch.figures, *batch.sketches})
            add_rows(
                connection, audience, [_figures(r, batch.figures.get(r, {})) for r in rows]
            )
            _add_claims(connection, batch.claims)
            _add_sketches(connection, batch.sketches)
            add_counters(connection, batch.counters)
            _enter(connection, process, number, now)

    def count(self, counts: Mapping[Counted, int]) -> None:
        """Increase counters of the metrics at once."""
        with self._database.writing() as connection:
            add_counters(connection, counts)

    def counters(self) -> dict[Counted, int]:
        """All counters of the metrics."""
        with self._database.reading() as connection:
            return {
                Counted(row.name, tuple(json.loads(row.labels))): row.value
                for row in connection.execute(sa.select(counters))
            }

    def running(self, now: datetime) -> list[CountingProcess]:
        """The processes that have flushed lately, by name."""
        since, until = microseconds(now - ALIVE), microseconds(now + ALIVE)
        query = sa.select(processes).where(processes.c.alive_at.between(since, until))
        with self._database.reading() as connection:
            return [
                CountingProcess(row.name, row.kind, row.memory)
                for row in connection.execute(query.order_by(processes.c.name))
            ]

    def leave(self, name: str) -> None:
        """Remove a process that ends."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(processes).where(processes.c.name == name))

    def end_days(self, today: str) -> bool:
        """Delete the keys, sketches and claims of the days before `today`.

        Once a day, also what is older than two years. True if a day has ended.
        """
        is_over = audience_days.c.day < today
        with self._database.reading() as connection:
            query = sa.select(audience_days.c.day).where(is_over)
            if not connection.execute(query.limit(1)).first():
                return False
        with self._database.writing(alone=_ALONE) as connection:
            self._database.overwrite_deleted(connection)
            for day in connection.execute(query).scalars().all():
                _merge_small_rows(connection, day)
            connection.execute(sa.delete(audience_days).where(is_over))
            for table in (audience_sketches, audience_claims):
                connection.execute(sa.delete(table).where(table.c.day < today))
            oldest = (date.fromisoformat(today) - timedelta(days=KEPT_DAYS)).isoformat()
            for table in (audience, audience_pushes):
                connection.execute(sa.delete(table).where(table.c.day < oldest))
        self._database.empty_log()
        return True


def _last_flushed(connection: Connection, name: str) -> int:
    query = sa.select(processes.c.flushed).where(processes.c.name == name)
    return int(connection.execute(query).scalar() or 0)


def _enter(
    connection: Connection, process: CountingProcess, number: int, now: datetime
) -> None:
    row = {
        **{"name": process.name, "kind": process.kind, "memory": process.memory},
        **{"flushed": number, "alive_at": microseconds(now)},
    }
    upsert(connection, processes, [row])
    # A process may wait for hours until the store can be written. Its row must be there then.
    gone = processes.c.alive_at < microseconds(now - timedelta(days=7))
    connection.execute(sa.delete(processes).where(gone))


def _figures(row: DayRow, figures: Mapping[str, int]) -> dict[str, Any]:
    return {**row._asdict(), **dict.fromkeys(_SUMS, 0), **figures}


def _add_claims(connection: Connection, claims: Mapping[DayRow, Mapping[str, int]]) -> None:
    """Keep the highest claim of each source, and their sum with the figures.

    The claims of a day that has ended are deleted: they are no longer changed.
    """
    open_days = _open_days(connection)
    for rows in chunks(sorted(row for row in claims if row.day in open_days), 100):
        highest: dict[DayRow, dict[str, int]] = {}
        for row in _stored(connection, audience_claims, rows):
            highest.setdefault(_key(row), {})[row.source] = row.subscribers
        for key in rows:
            kept = highest.setdefault(key, {})
            for source, subscribers in claims[key].items():
                known = source if source in kept or len(kept) < MOST_SOURCES else OTHERS
                kept[known] = max(kept.get(known, 0), subscribers)
        upsert(connection, audience_claims, _claim_rows(highest))
        _set(connection, "subscribers", {k: sum(each.values()) for k, each in highest.items()})


def _claim_rows(highest: Mapping[DayRow, Mapping[str, int]]) -> Iterator[dict[str, Any]]:
    for key, sources in highest.items():
        for source, subscribers in sources.items():
            yield {**key._asdict(), "source": source, "subscribers": subscribers}


def _add_sketches(connection: Connection, sketches: Mapping[DayRow, Sketch]) -> None:
    open_days = _open_days(connection)
    for rows in chunks(sorted(row for row in sketches if row.day in open_days), 100):
        merged = {
            _key(row): Sketch.unpacked(row.packed)
            for row in _stored(connection, audience_sketches, rows)
        }
        for key in rows:
            merged.setdefault(key, Sketch()).merge(sketches[key])
        packed = [{**key._asdict(), "packed": each.packed()} for key, each in merged.items()]
        insert = insert_of(connection, audience_sketches)
        replacing = insert.on_conflict_do_update(
            index_elements=["day", "feed", "product"],
            set_={"packed": insert.excluded.packed},
        )
        connection.execute(replacing, packed)  # not `upsert`: these values are binary
        _set(connection, "individuals", {key: each.count() for key, each in merged.items()})


def _open_days(connection: Connection) -> set[str]:
    return set(connection.execute(sa.select(audience_days.c.day)).scalars())


def _stored(connection: Connection, table: sa.Table, rows: list[DayRow]) -> Iterable[Any]:
    key = sa.tuple_(table.c.day, table.c.feed, table.c.product)
    return connection.execute(sa.select(table).where(key.in_(rows)))


def _key(row: Any) -> DayRow:
    return DayRow(row.day, row.feed, row.product)


def _set(connection: Connection, column: str, values: Mapping[DayRow, int]) -> None:
    """Set a column of figures. It never decreases, even if a clock is wrong."""
    value = sa.bindparam("value", type_=sa.BigInteger)
    highest = sa.case((audience.c[column] > value, audience.c[column]), else_=value)
    changing = (
        sa.update(audience)
        .where(audience.c.day == sa.bindparam("of_day"))
        .where(audience.c.feed == sa.bindparam("of_feed"))
        .where(audience.c.product == sa.bindparam("of_product"))
        .values({column: highest})
    )
    connection.execute(
        changing,
        [
            {"of_day": key.day, "of_feed": key.feed, "of_product": key.product, "value": value}
            for key, value in sorted(values.items())
        ],
    )


def _merge_small_rows(connection: Connection, day: str) -> None:
    """Keep the rows of a day with the most polls; add the others up, for each product."""
    order = (audience.c.polls.desc(), audience.c.feed, audience.c.product)
    kept = (ALL, OTHERS)
    query = sa.select(audience).where(audience.c.day == day, audience.c.feed.not_in(kept))
    small = connection.execute(query.order_by(*order).offset(MOST_ROWS_OF_A_DAY)).all()
    for rows in chunks(small):
        others: dict[str, dict[str, int]] = {}
        for row in rows:
            sums = others.setdefault(row.product, dict.fromkeys(_SUMS, 0))
            for name in _SUMS:
                sums[name] += row._mapping[name]
        add_rows(
            connection,
            audience,
            [_figures(DayRow(day, OTHERS, name), sums) for name, sums in others.items()],
        )
        key = sa.tuple_(audience.c.day, audience.c.feed, audience.c.product)
        connection.execute(sa.delete(audience).where(key.in_([_key(row) for row in rows])))
