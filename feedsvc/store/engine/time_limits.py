"""A time limit for queries whose cost depends on what a visitor asks for."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection

from feedsvc.errors import StoreSlow

_EVERY: Final = 10_000  # instructions of SQLite's virtual machine, about a millisecond
_QUERY_CANCELED: Final = "57014"  # PostgreSQL, appendix A: query_canceled


@contextmanager
def read_until(connection: Connection, deadline: float) -> Iterator[None]:
    """Interrupt a query that still runs at `deadline` (monotonic time); raises StoreSlow.

    On PostgreSQL the transaction cannot be used after an interruption, and the limit holds for
    each statement by itself: use one context for each statement.
    """
    try:
        if connection.dialect.name == "sqlite":
            with _sqlite_limit(connection, deadline):
                yield
        else:
            with _postgres_limit(connection, deadline):
                yield
    except exc.DBAPIError as error:
        if not _is_interrupted(error.orig):
            raise
        raise StoreSlow("the query took too long and was interrupted") from error


@contextmanager
def _sqlite_limit(connection: Connection, deadline: float) -> Iterator[None]:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - the dialect says so
    driver.set_progress_handler(lambda: time.monotonic() >= deadline, _EVERY)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


@contextmanager
def _postgres_limit(connection: Connection, deadline: float) -> Iterator[None]:
    # SET takes no parameters, and 0 would mean no limit.
    milliseconds = max(1, round(1000 * (deadline - time.monotonic())))
    connection.execute(sa.text(f"SET LOCAL statement_timeout = {milliseconds}"))
    yield
    connection.execute(sa.text("SET LOCAL statement_timeout TO DEFAULT"))


def _is_interrupted(cause: object) -> bool:
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT
    return getattr(cause, "sqlstate", "") == _QUERY_CANCELED
