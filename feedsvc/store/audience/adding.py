"""Adds counts to rows that may exist already, on either engine."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.audience.batch import Counted
from feedsvc.core.audience.days import Day
from feedsvc.core.site import Site
from feedsvc.store.bulk import insert_of
from feedsvc.store.schema import facts
from feedsvc.store.tables.audience import audience_pushes, counters


def add_rows(
    connection: Connection, table: sa.Table, rows: Iterable[Mapping[str, Any]]
) -> None:
    """Insert rows, or add their values to those of the rows with the same primary key."""
    given = list(rows)
    if not given:
        return
    statement = insert_of(connection, table)
    keys = [column.name for column in table.primary_key]
    added = {
        column.name: column + statement.excluded[column.name]
        for column in table.columns
        if column.name not in keys
    }
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=added), given)


def add_counters(connection: Connection, counts: Mapping[Counted, int]) -> None:
    """Increase counters of the metrics."""
    rows = [
        {"name": counted.name, "labels": json.dumps(counted.labels), "value": value}
        for counted, value in sorted(counts.items())
    ]
    add_rows(connection, counters, rows)


def add_pushes(connection: Connection, now: datetime, counts: Mapping[str, int]) -> None:
    """Count deliveries that were accepted, by the path of the feed, on the day of the site."""
    if not counts:
        return
    query = sa.select(facts.c.value).where(facts.c.name == "site")
    site = connection.execute(query).scalar()
    zone = Site.from_json(site).zone if site else ZoneInfo("UTC")
    day = Day.at(now.timestamp(), zone).name
    rows = [{"day": day, "feed": feed, "pushes": n} for feed, n in sorted(counts.items())]
    add_rows(connection, audience_pushes, rows)
