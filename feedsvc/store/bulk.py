"""Writing many rows at once, past the parameter handling of SQLAlchemy, on either engine.

That takes longer than SQLite needs to write the rows. PostgreSQL gets one statement for each
chunk: COPY, or the rows as JSON if some of them may exist.
"""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from feedsvc.store.chunks import chunks

Row: TypeAlias = Mapping[str, Any]

_MOST_VALUES: Final = 5_000  # rows of a few numbers in one statement


def insert_rows(connection: Connection, table: sa.TableClause, rows: Iterable[Row]) -> None:
    """Insert rows that do not exist. All have the same columns."""
    for chunk in chunks(rows):
        names = tuple(chunk[0])
        _insert(connection, table, names, _values(chunk, names))


def insert_values(
    connection: Connection,
    table: sa.TableClause,
    names: tuple[str, ...],
    rows: Iterable[tuple[Any, ...]],
) -> None:
    """Insert rows that do not exist, given as the values of the columns with these names."""
    for chunk in chunks(rows, _MOST_VALUES):
        _insert(connection, table, names, chunk)


def _insert(
    connection: Connection,
    table: sa.TableClause,
    names: tuple[str, ...],
    rows: list[tuple[Any, ...]],
) -> None:
    if _is_postgres(connection):
        _copy(connection, f"COPY {_target(table, names)} FROM STDIN", rows)
    else:
        sql = f"INSERT INTO {_target(table, names)} VALUES ({_marks(names)})"  # noqa: S608
        connection.exec_driver_sql(sql, rows)


def upsert(connection: Connection, table: sa.Table, rows: Iterable[Row]) -> None:
    """Insert rows, or replace those that have the same primary key.

    All have the same columns, without binary ones.
    """
    keys = tuple(column.name for column in table.primary_key)
    for chunk in chunks(rows):
        names = tuple(chunk[0])
        sql = _upsert_sql(table, names, keys, is_postgres=_is_postgres(connection))
        # PostgreSQL refuses a statement that has one key twice; the last row counts.
        last = dict(zip(_values(chunk, keys), chunk, strict=True))
        _run(connection, sql, list(last.values()), names)


def delete_rows(connection: Connection, table: sa.TableClause, rows: Iterable[Row]) -> None:
    """Delete the rows with these primary keys, which are all that the given rows have."""
    for chunk in chunks(rows):
        names = tuple(chunk[0])
        sql = _delete_sql(table, names, is_postgres=_is_postgres(connection))
        _run(connection, sql, chunk, names)


def move_rows(
    connection: Connection, table: sa.Table, column: str, moves: Iterable[Row]
) -> None:
    """Change a column of the primary key of rows. A move has the present key, and `to`."""
    keys = tuple(each.name for each in table.primary_key)
    for chunk in chunks(moves):
        sql = _move_sql(table, column, keys, is_postgres=_is_postgres(connection))
        _run(connection, sql, chunk, ("to", *keys))


def insert_new(connection: Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Insert a row; False, without a change, if a row with its primary key exists."""
    insert = insert_of(connection, table).values(row).on_conflict_do_nothing()
    # Not `rowcount`, which is -1 after an INSERT on PostgreSQL.
    return connection.execute(insert.returning(*table.primary_key)).first() is not None


def insert_of(connection: Connection, table: sa.Table) -> Any:
    """The INSERT of SQLAlchemy that knows `ON CONFLICT`, for the engine of a connection."""
    if _is_postgres(connection):
        from sqlalchemy.dialects import postgresql  # this import takes 125 ms

        return postgresql.insert(table)
    return sqlite.insert(table)


def _is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _copy(connection: Connection, sql: str, rows: list[tuple[Any, ...]]) -> None:
    import psycopg  # it is an extra

    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the driver of PostgreSQL
    try:
        with driver.cursor() as cursor, cursor.copy(sql.encode()) as writing:
            for values in rows:
                writing.write_row(values)
    except psycopg.Error as error:  # as every other statement raises it
        raise OperationalError(sql, None, error) from error


def _run(connection: Connection, sql: str, rows: list[Row], names: tuple[str, ...]) -> None:
    if _is_postgres(connection):
        text = json.dumps(rows, ensure_ascii=False, default=dict)
        connection.exec_driver_sql(sql, (text,))
    else:
        connection.exec_driver_sql(sql, _values(rows, names))


def _values(rows: list[Row], names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    if len(names) == 1:  # of one name, itemgetter returns no tuple
        return [(row[names[0]],) for row in rows]
    return list(map(itemgetter(*names), rows))


@lru_cache(maxsize=64)
def _upsert_sql(
    table: sa.TableClause, names: tuple[str, ...], keys: tuple[str, ...], *, is_postgres: bool
) -> str:
    others = ", ".join(f'"{n}" = excluded."{n}"' for n in names if n not in keys)
    action = f"UPDATE SET {others}" if others else "NOTHING"
    values = f"VALUES ({_marks(names)})"
    if is_postgres:
        values = f"SELECT {_quoted(names)} FROM {_json_rows(table)}"  # noqa: S608
    return (
        f"INSERT INTO {_target(table, names)} {values} "
        f"ON CONFLICT ({_quoted(keys)}) DO {action}"
    )


@lru_cache(maxsize=64)
def _delete_sql(table: sa.TableClause, names: tuple[str, ...], *, is_postgres: bool) -> str:
    keys = f"({_quoted(names)})"
    values = f"({_marks(names)})"
    if is_postgres:
        values = f"ANY (SELECT {_quoted(names)} FROM {_json_rows(table)})"  # noqa: S608
    return f"DELETE FROM {table.name} WHERE {keys} = {values}"  # noqa: S608


@lru_cache(maxsize=64)
def _move_sql(table: sa.Table, column: str, keys: tuple[str, ...], *, is_postgres: bool) -> str:
    if not is_postgres:
        key, values = _quoted(keys), _marks(keys)
        return f'UPDATE {table.name} SET "{column}" = ? WHERE ({key}) = ({values})'  # noqa: S608
    types = {**{name: table.c[name].type for name in keys}, "to": table.c[column].type}
    names = ", ".join(f'"{name}" {type_}' for name, type_ in types.items())
    present = " AND ".join(f'{table.name}."{name}" = moves."{name}"' for name in keys)
    return (
        f'UPDATE {table.name} SET "{column}" = moves."to" '  # noqa: S608
        f"FROM json_to_recordset(%s::json) AS moves ({names}) WHERE {present}"
    )


def _json_rows(table: sa.TableClause) -> str:
    """The rows of a JSON array, for PostgreSQL. Our side needs a quarter of the time that an
    array for each column takes, and no temporary table, which a database may not allow.
    """
    return f"json_populate_recordset(NULL::{table.name}, %s::json)"


def _target(table: sa.TableClause, names: tuple[str, ...]) -> str:
    return f"{table.name} ({_quoted(names)})"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _marks(names: tuple[str, ...]) -> str:
    return ", ".join("?" * len(names))
