"""How the last publishes went: how long they took, how many files they read, and for whom."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.admin.status import PublishLine
from feedsvc.core.dates import from_microseconds
from feedsvc.store.schema import IS_PUBLISH, publishes

_MOST_POSTS: Final = 3  # that are named
_KINDS: Final = ("added", "changed", "withdrawn")


@dataclass(frozen=True, slots=True)
class PublishRecord:
    """How a publish went. `took` is in seconds, `read` counts files that were read.

    `by` is watcher or command.
    """

    took: float
    read: int
    by: str


def write_record(connection: Connection, number: int, record: PublishRecord) -> None:
    """Add a record to the publish with this number."""
    of_it = sa.update(publishes).where(publishes.c.number == number)
    connection.execute(of_it.values(record=json.dumps(asdict(record))))


def last_publishes(connection: Connection, most: int) -> tuple[PublishLine, ...]:
    """The last publishes that changed or held something, the newest first."""
    query = (
        sa.select(publishes).where(IS_PUBLISH).order_by(publishes.c.number.desc()).limit(most)
    )
    return tuple(map(_line, connection.execute(query).mappings()))


def _line(row: sa.RowMapping) -> PublishLine:
    news: dict[str, Any] = json.loads(row["news"])
    record = json.loads(row["record"]) if row["record"] else {}
    at = from_microseconds(row["at"])
    if "held" in news:
        held = news["held"]
        titles = tuple(f"held: {each['title']}" for each in held["entries"][:_MOST_POSTS])
        return PublishLine(row["number"], at, {}, titles, **record, held=held["count"])
    counts = dict(zip((*_KINDS, "feeds"), news["counts"], strict=True))
    posts = [f"{kind}: {each['title']}" for kind in _KINDS for each in news[kind]]
    return PublishLine(row["number"], at, counts, tuple(posts[:_MOST_POSTS]), **record)
