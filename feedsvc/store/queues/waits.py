"""Due times: when a waiting row may be processed, although the clocks of machines differ.

Due times are wall-clock times. If a process dies, other processes continue its work, perhaps
on other machines, and the wall clock is the only clock that machines share. A due time further
ahead than its longest possible wait was written by a clock that was ahead. It is due now.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from feedsvc.core.dates import microseconds

CLOCKS_APART: Final = timedelta(minutes=1)  # at most, between machines that share a store


def is_due(
    due_at: "sa.ColumnElement[Any]", now: datetime, longest: timedelta
) -> "sa.ColumnElement[bool]":
    """True for a due time (microseconds) that has passed, or is too far ahead to be true."""
    return sa.or_(due_at <= microseconds(now), is_beyond(due_at, now, longest))


def is_beyond(
    moment: "sa.ColumnElement[Any]", now: datetime, longest: timedelta
) -> "sa.ColumnElement[bool]":
    """True for a time that is further ahead of now than `longest`."""
    return moment > microseconds(now + longest + CLOCKS_APART)


def due_or_past(
    due_at: "sa.ColumnElement[Any]", now: datetime, longest: timedelta
) -> "sa.ColumnElement[Any]":
    """A due time; 0 for one that is too far ahead to be true."""
    return sa.case((is_beyond(due_at, now, longest), 0), else_=due_at)
