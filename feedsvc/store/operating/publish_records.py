"""How the last publishes went: how long they took, how many files they read, and for whom."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import from_microseconds
from feedsvc.store.bulk import upsert
from feedsvc.store.publication import MOST_PUBLISHES
from feedsvc.store.schema import IS_PUBLISH, publishes
from feedsvc.store.tables.status import publish_records

if TYPE_CHECKING:
    from feedsvc.core.admin.status import PublishLine

_MOST_POSTS: Final = 3  # that are named
_RECORD: Final = ("milliseconds", "files_read", "publisher")
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
    """Add a record to the publish with this number, and delete those of old publishes."""
    row = {"number": number, "milliseconds": round(record.took * 1000)}
    upsert(
        connection, publish_records, [row | {"files_read": record.read, "publisher": record.by}]
    )
    is_old = publish_records.c.number <= number - MOST_PUBLISHES
    connection.execute(sa.delete(publish_records).where(is_old))


def last_publishes(connection: Connection, most: int) -> "tuple[PublishLine, ...]":
    """The last publishes that changed or held something, the newest first."""
    query = (
        sa.select(publishes, *(publish_records.c[name] for name in _RECORD))
        .outerjoin(publish_records, publish_records.c.number == publishes.c.number)
        .where(IS_PUBLISH)
        .order_by(publishes.c.number.desc())
        .limit(most)
    )
    return tuple(map(_line, connection.execute(query).mappings()))


def _line(row: sa.RowMapping) -> "PublishLine":
    from feedsvc.core.admin.status import PublishLine

    news: dict[str, Any] = json.loads(row["news"])
    at = from_microseconds(row["at"])
    took = None if row["milliseconds"] is None else row["milliseconds"] / 1000
    record = (took, row["files_read"], row["publisher"] or "")
    if "held" in news:
        held = news["held"]
        titles = tuple(f"held: {each['title']}" for each in held["entries"][:_MOST_POSTS])
        return PublishLine(row["number"], at, {}, titles, *record, held["count"])
    counts = dict(zip((*_KINDS, "feeds"), news["counts"], strict=True))
    posts = [f"{kind}: {each['title']}" for kind in _KINDS for each in news[kind]]
    return PublishLine(row["number"], at, counts, tuple(posts[:_MOST_POSTS]), *record)
