"""Inserting rows that may be there already, in the words of either engine."""

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
    statement = insert.on_conflict_do_update(index_elements=keys, set_=others)
    for chunk in chunks(rows):
        connection.execute(statement, chunk)


def insert_new(connection: Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Insert a row; False, and nothing, where one with its primary key is there."""
    insert = _insert_into(table, connection.dialect.name).values(row).on_conflict_do_nothing()
    # Not `rowcount`, which an INSERT leaves at -1 on PostgreSQL.
    return connection.execute(insert.returning(*table.primary_key)).first() is not None


def _insert_into(table: sa.Table, dialect: str) -> Any:
    """The dialect's own INSERT, which knows ON CONFLICT; both spell it the same."""
    if dialect != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # not above: it takes an eighth of a second

    return postgresql.insert(table)
