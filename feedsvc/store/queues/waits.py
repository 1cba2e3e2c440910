"""Due times in the store. They are wall-clock times, and a clock may have been ahead.

A process that dies leaves its waits to others, on other machines too: they have no clock in
common but that on the wall. A due time that lies further ahead than its longest possible wait
was written by a clock that was ahead of ours, and is due now.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from feedsvc.core.dates import microseconds

CLOCKS_APART: Final = timedelta(minutes=1)  # of machines that share a store, at most


def is_due(
    due_at: "sa.ColumnElement[Any]", now: datetime, longest: timedelta
) -> "sa.ColumnElement[bool]":
    """True for a due time in microseconds that has come, or that no wait reaches."""
    return sa.or_(due_at <= microseconds(now), is_beyond(due_at, now, longest))


def is_beyond(
    moment: "sa.ColumnElement[Any]", now: datetime, longest: timedelta
) -> "sa.ColumnElement[bool]":
    """True for a time that lies further ahead of now than `longest`."""
    return moment > microseconds(now + longest + CLOCKS_APART)


def due_or_past(
    due_at: "sa.ColumnElement[Any]", now: datetime, longest: timedelta
) -> "sa.ColumnElement[Any]":
    """A due time; 0 for one that no wait reaches."""
    return sa.case((is_beyond(due_at, now, longest), 0), else_=due_at)
