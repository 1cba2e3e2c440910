"""Failures that last: what fails, and since when, also after a restart."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import sqlalchemy as sa

from feedsvc.core.dates import from_microseconds, microseconds
from feedsvc.store.bulk import insert_new
from feedsvc.store.engine.database import Database
from feedsvc.store.tables.status import failures

if TYPE_CHECKING:
    from feedsvc.core.admin.status import Failure

FailureKind: TypeAlias = Literal["fetch", "folder", "publish"]

FAILURE_KINDS: Final[tuple[FailureKind, ...]] = get_args(FailureKind)
MOST_CHARACTERS: Final = 500  # of a fault


class LastingFailures:
    """The failures. Every method raises StoreError if the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, kind: str, fault: str, now: datetime) -> None:
        """Record that work of this kind has failed. It fails since the first such call."""
        at, fault = microseconds(now), fault[:MOST_CHARACTERS]
        with self._database.writing() as connection:
            row = {"kind": kind, "since": at, "at": at, "fault": fault}
            if not insert_new(connection, failures, row):
                again = sa.update(failures).where(failures.c.kind == kind)
                connection.execute(again.values(at=at, fault=fault))

    def end(self, kinds: Collection[str]) -> None:
        """Record that work of these kinds has succeeded. Nothing is written if none failed."""
        is_one = failures.c.kind.in_(kinds)
        with self._database.reading() as connection:
            if connection.execute(sa.select(failures.c.kind).where(is_one)).first() is None:
                return
        with self._database.writing() as connection:
            connection.execute(sa.delete(failures).where(is_one))


def read_failures(connection: sa.Connection, now: datetime) -> "tuple[Failure, ...]":
    """Every failure, the oldest first. One that a clock ahead of ours wrote is from now."""
    from feedsvc.core.admin.status import Failure

    query = sa.select(failures).order_by(failures.c.since, failures.c.kind)
    return tuple(
        Failure(row["kind"], min(from_microseconds(row["since"]), now), row["fault"])
        for row in connection.execute(query).mappings()
    )
