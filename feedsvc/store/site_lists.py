"""Lists of a whole site: its posts, the order of its feeds, and the files that posts show."""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.feeds.entries import Entry
from feedsvc.store.chunks import chunks
from feedsvc.store.rows import entry_of
from feedsvc.store.schema import (
    WHOLE_ENTRIES,
    attachments,
    entries,
    files,
    ledger,
    memberships,
)


class EntryLine(NamedTuple):
    """An entry without its texts; `number` is that of its row."""

    number: int
    id: str
    permalink: str
    digest: str


def entry_lines(connection: Connection) -> Iterator[EntryLine]:
    """Every entry, by id."""
    columns = (entries.c.number, entries.c.id, entries.c.permalink, entries.c.digest)
    rows = connection.execute(sa.select(*columns)).all()
    return iter(sorted((EntryLine(*row) for row in rows), key=lambda line: line.id))


def members(connection: Connection) -> Iterator[tuple[int, int, int]]:
    """The number of each feed with its entries: when they were published, and their numbers.

    The newest come first; of equal dates, any.
    """
    columns = (memberships.c.feed, memberships.c.published_at, memberships.c.entry)
    query = sa.select(*columns).order_by(*(column.desc() for column in columns))
    return (tuple(row) for row in connection.execute(query))


def digests_by_number(
    connection: Connection, feed_numbers: Collection[int]
) -> Iterator[tuple[int, int, str]]:
    """The number of a feed with its memberships: their numbers, and the digests of entries.

    By feed and number. `feed_numbers` are those of the feeds.
    """
    for chunk in chunks(sorted(feed_numbers)):
        query = (
            sa.select(memberships.c.feed, memberships.c.number, entries.c.digest)
            .join(entries, entries.c.number == memberships.c.entry)
            .where(memberships.c.feed.in_(chunk))
            .order_by(memberships.c.feed, memberships.c.number)
        )
        yield from (tuple(row) for row in connection.execute(query))


def attached(connection: Connection) -> Iterator[tuple[str, Entry, str]]:
    """Each file that an entry shows, with the entry and the path of its post, by path."""
    query: sa.Select[Any] = (
        WHOLE_ENTRIES.add_columns(files.c.path, attachments.c.path.label("file"))
        .join(attachments, attachments.c.entry_id == entries.c.id)
        .join(files, files.c.entry_id == entries.c.id)
        .order_by(attachments.c.path, attachments.c.entry_id)
    )
    rows = connection.execute(query).mappings()
    return ((row["file"], entry_of(row), row["path"]) for row in rows)


def withdrawn_permalinks(connection: Connection) -> Iterator[str]:
    """The permalinks of withdrawn posts that no published entry has now."""
    has_another = sa.exists().where(entries.c.permalink == ledger.c.permalink)
    query = sa.select(ledger.c.permalink).where(
        ledger.c.withdrawn_at.is_not(None), ledger.c.permalink != "", sa.not_(has_another)
    )
    return iter(connection.execute(query).scalars())
