"""Numbers of entries in place of long ids in memberships, and packed texts.

A store needs half the space. Feeds, ids, dates and digests stay. It is one
transaction: if the process is killed, the store is as it was, and the next start begins again.
"""

import logging
import time
from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from feedsvc.store.bulk import insert_rows
from feedsvc.store.chunks import chunks
from feedsvc.store.rows import pack

revision = "0010"
down_revision = "0009"

_KEPT: Final = (
    *("id", "permalink", "title", "published", "updated", "language", "terms", "digest"),
    "more",
)
_SECONDS: Final = 5  # between two lines about the progress

log = logging.getLogger("feedsvc.store")


def upgrade() -> None:
    connection = op.get_bind()
    op.drop_index("entries_permalink", "entries")
    for name in ("entries", "memberships", "unresolved"):
        op.rename_table(name, f"old_{name}")
    _rename_keys(connection)
    _create_tables()
    _copy_entries(connection)
    op.execute(
        "INSERT INTO memberships (feed, published_at, entry) "
        "SELECT feed, published_at, number FROM old_memberships "
        "JOIN entries ON entries.id = old_memberships.entry_id "
        "ORDER BY feed, published_at, number"
    )
    _copy_unresolved(connection)
    for name in ("entries", "memberships", "unresolved"):
        op.drop_table(f"old_{name}")
    if connection.dialect.name == "sqlite":
        _store_keys_once()


def _rename_keys(connection: Connection) -> None:
    """On PostgreSQL the keys of the new tables need the names of the old ones."""
    if connection.dialect.name == "postgresql":
        for name in ("entries", "memberships", "unresolved"):
            op.execute(f"ALTER INDEX {name}_pkey RENAME TO old_{name}_pkey")


def _store_keys_once() -> None:
    """SQLite had each key of `identities` twice: in the table and in an index."""
    op.rename_table("identities", "old_identities")
    op.create_table(
        "identities",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("entry_id", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO identities SELECT key, entry_id FROM old_identities ORDER BY key")
    op.drop_table("old_identities")


def _create_tables() -> None:
    op.create_table(
        "entries",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("permalink", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("published", sa.String, nullable=False),
        sa.Column("updated", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("more", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("entries_permalink", "entries", ["permalink"])
    op.create_table(
        "texts",
        sa.Column("entry", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "memberships",
        # PostgreSQL looked up the foreign key of each row, which took longer than to write it.
        # SQLite never did.
        sa.Column("feed", sa.Integer, nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("feed", "published_at", "entry"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unresolved",
        sa.Column("entry_id", sa.Text, primary_key=True),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
        sa.Column("links", sa.Text, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        # What is packed is not compressed again, and not even tried.
        for name in ("texts", "unresolved"):
            op.execute(f"ALTER TABLE {name} ALTER COLUMN packed SET STORAGE EXTERNAL")


def _copy_entries(connection: Connection) -> None:
    entries = sa.table("entries", *map(sa.column, ("number", *_KEPT)))
    texts = sa.table("texts", sa.column("entry"), sa.column("packed"))
    query = "SELECT count(*) FROM old_entries"
    total = connection.exec_driver_sql(query).scalar_one()
    done, logged_at = 0, time.monotonic()
    for rows in chunks(_rows(connection, "old_entries", "id")):
        numbers = range(done + 1, done + len(rows) + 1)
        insert_rows(
            connection,
            entries,
            (
                {"number": number, **{name: row[name] for name in _KEPT}}
                for number, row in zip(numbers, rows, strict=True)
            ),
        )
        packed = (pack(f"{row['summary']}\x00{row['content_html']}") for row in rows)
        insert_rows(
            connection,
            texts,
            (
                {"entry": number, "packed": octets}
                for number, octets in zip(numbers, packed, strict=True)
            ),
        )
        done += len(rows)
        if time.monotonic() - logged_at >= _SECONDS:
            logged_at = time.monotonic()
            log.info("upgrading to schema 0010: %d of %d entries", done, total)


def _copy_unresolved(connection: Connection) -> None:
    names = ("entry_id", "path", "links")
    unresolved = sa.table("unresolved", *map(sa.column, (*names, "packed")))
    rows = (
        {**{name: row[name] for name in names}, "packed": pack(row["content_html"])}
        for row in _rows(connection, "old_unresolved", "entry_id")
    )
    insert_rows(connection, unresolved, rows)


def _rows(connection: Connection, table: str, key: str) -> Iterator[Any]:
    """All rows of a table by their key, some at a time."""
    last = ""
    query = sa.text(f"SELECT * FROM {table} WHERE {key} > :last ORDER BY {key} LIMIT 500")  # noqa: S608
    while rows := connection.execute(query, {"last": last}).mappings().all():
        yield from rows
        last = rows[-1][key]
