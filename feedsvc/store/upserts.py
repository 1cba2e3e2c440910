"""Inserting rows that may already exist, in the SQL dialect of either engine."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection

from feedsvc.store.chunks import chunks


def upsert(connection: Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or replace those that have the same primary key."""
    insert = _insert_into(table, connection.dialect.name)
    keys = [column.name for column in table.primary_key]
    others = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in keys}
    if others:
        statement = insert.on_conflict_do_update(index_elements=keys, set_=others)
    else:
        statement = insert.on_conflict_do_nothing()
    for chunk in chunks(rows):
        connection.execute(statement, chunk)


def insert_new(connection: Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Insert a row; False, without a change, if a row with its primary key exists."""
    insert = _insert_into(table, connection.dialect.name).values(row).on_conflict_do_nothing()
    # Not `rowcount`, which is -1 after an INSERT on PostgreSQL.
    return connection.execute(insert.returning(*table.primary_key)).first() is not None


def _insert_into(table: sa.Table, dialect: str) -> Any:
    """The INSERT of the dialect, which supports ON CONFLICT."""
    if dialect != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # not at the top: this import takes 125 ms

    return postgresql.insert(table)
