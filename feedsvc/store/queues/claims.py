"""Claims: a process reserves waiting rows for half a minute, and no other process sends them.

A process that dies keeps its claims no longer than that.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import microseconds
from feedsvc.core.websub.subscriptions import LONGEST_PAUSE
from feedsvc.store.chunks import chunks
from feedsvc.store.queues.waits import due_or_past, is_due

CLAIM: Final = timedelta(seconds=30)


def is_unclaimed(table: sa.Table, now: datetime) -> sa.ColumnElement[bool]:
    """True for rows that no process has claimed now."""
    return is_due(table.c.claimed_until, now, CLAIM)


def claim(
    connection: Connection,
    key: sa.Column[str],
    values: Iterable[str],
    now: datetime,
    **more: str,
) -> None:
    """Claim the rows with these keys, and set the columns in `more`."""
    for chunk in chunks(values):
        claiming = sa.update(key.table).where(key.in_(chunk))
        connection.execute(claiming.values(claimed_until=microseconds(now + CLAIM), **more))


def release(connection: Connection, key: sa.Column[str], values: Iterable[str]) -> None:
    """End the claims on the rows with these keys."""
    for chunk in chunks(values):
        releasing = sa.update(key.table).where(key.in_(chunk))
        connection.execute(releasing.values(claimed_until=0))


def release_all(connection: Connection, table: sa.Table) -> None:
    """End every claim on the rows of a table."""
    claimed = table.c.claimed_until > 0
    connection.execute(sa.update(table).where(claimed).values(claimed_until=0))


def claimable_at(
    table: sa.Table, due_at: sa.ColumnElement[Any], now: datetime
) -> sa.ColumnElement[Any]:
    """When a row can be claimed: once it is due and its claim, if it has one, has ended."""
    due = due_or_past(due_at, now, LONGEST_PAUSE)
    claimed = due_or_past(table.c.claimed_until, now, CLAIM)
    return sa.case((due > claimed, due), else_=claimed)
