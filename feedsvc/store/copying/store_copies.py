"""A copy of every row of a store in an empty store, on either engine."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.errors import StoreError, StoreTooNew
from feedsvc.store.bulk import insert_rows
from feedsvc.store.chunks import chunks
from feedsvc.store.engine.database import Database
from feedsvc.store.engine.urls import display_name, file_of, parse_url
from feedsvc.store.queues.watchers import Watchers
from feedsvc.store.schema import SCHEMA_VERSION, metadata, search_index, watchers

# A row says that a process uses this store. In the copy it would be a watcher that is not
# there, and on SQLite one that lives until the next start.
# The copy gets a search index of its own.
_LEFT_OUT: Final = (watchers, search_index)
_ROWS: Final = 200  # that are in memory at once


@dataclass(frozen=True, slots=True)
class StoreCopy:
    """What was copied: how many rows. `watched` are the folders of the source's watchers."""

    rows: int
    watched: tuple[str, ...]


def copy_store(source_url: str, target_url: str) -> StoreCopy:
    """Copy one committed state of a store into an empty one.

    Nothing is published into the source meanwhile, and the source is not changed. If the copy
    fails or is killed, the target stays empty. Raises StoreError, before anything is copied, if
    the source is no store of this feedsvc, or the target is not empty.
    """
    _refuse_same(source_url, target_url)
    with closing(_opened_source(source_url)) as source:
        source.verify()
        with closing(_opened_target(target_url)) as target, target.lock():
            if not source.can_write:  # nor can a watcher, and there is no place for a lock
                return StoreCopy(_copy(source, target), ())
            with source.lock(wait=True):
                rows = _copy(source, target)
        return StoreCopy(rows, tuple(each.folder for each in Watchers(source).alive()))


def _refuse_same(source_url: str, target_url: str) -> None:
    source, target = parse_url(source_url), parse_url(target_url)
    files = file_of(source_url), file_of(target_url)
    if files[0] and files[1]:
        is_same = files[0].resolve() == files[1].resolve()
    else:
        is_same = _place(source) == _place(target)
    if is_same:
        raise StoreError(f"{display_name(source)} cannot be copied to itself; name another one")


def _place(url: sa.URL) -> tuple[object, ...]:
    return url.get_backend_name(), url.host, url.port, url.database


def _opened_source(url: str) -> Database:
    file = file_of(url)
    if file and not file.is_file():
        raise StoreError(f"there is no store at {file}; name the file of a store")
    source = Database(url, upgrade=False, as_found=True, reads=True)
    try:
        version = source.version()
        if version is None:
            raise StoreError(f"{source.name} is not a store of feedsvc; name another one")
        _refuse_other_schema(source, version)
    except BaseException:
        source.close()
        raise
    return source


def _opened_target(url: str) -> Database:
    """An empty store, which is created if there is none."""
    target = Database(url, as_found=True)
    try:
        version = target.version()
        if version is None:
            with target.reading() as connection:
                _refuse_tables(target, sa.inspect(connection).get_table_names())
            target.migrate()
        else:
            _refuse_other_schema(target, version)
            with target.reading() as connection:
                _refuse_rows(target, connection)
    except BaseException:
        target.close()
        raise
    return target


def _refuse_other_schema(database: Database, version: str) -> None:
    if version > SCHEMA_VERSION:
        raise StoreTooNew(
            f"{database.name} was written by a newer feedsvc (schema {version}, this one "
            f"writes {SCHEMA_VERSION}); copy it with that feedsvc"
        )
    if version != SCHEMA_VERSION:
        raise StoreError(
            f"{database.name} has the schema {version}, and this feedsvc copies only "
            f"{SCHEMA_VERSION}; run feedsvc publish with it first, or name another one"
        )


def _refuse_tables(target: Database, names: Sequence[str]) -> None:
    if names:
        raise StoreError(
            f"{target.name} is not empty: another program has the tables "
            f"{', '.join(sorted(names))} there; name an empty database"
        )


def _refuse_rows(target: Database, connection: Connection) -> None:
    counts = {
        table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar()
        for table in metadata.sorted_tables
    }
    found = [f"{name} ({count} rows)" for name, count in counts.items() if count]
    if found:
        raise StoreError(
            f"{target.name} is not empty: it has {', '.join(found)}; name an empty database or "
            "a file that does not exist"
        )


def _copy(source: Database, target: Database) -> int:
    tables = [table for table in metadata.sorted_tables if table not in _LEFT_OUT]
    with source.reading() as reading, target.writing() as writing:
        if target.is_shared:  # SQLite has one writer at a time
            names = ", ".join(_quoted(writing, table) for table in metadata.sorted_tables)
            writing.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")
        _refuse_rows(target, writing)
        rows = sum(_copy_table(table, reading, writing) for table in tables)
        if target.is_shared:
            for table in tables:
                _end_table(table, writing)
        target.check_lock()
    return rows


def _copy_table(table: sa.Table, source: Connection, target: Connection) -> int:
    rows = source.execution_options(yield_per=_ROWS).execute(sa.select(table))
    copied = 0
    for chunk in chunks(rows, _ROWS):
        insert_rows(target, table, [row._asdict() for row in chunk])
        copied += len(chunk)
    return copied


def _end_table(table: sa.Table, target: Connection) -> None:
    """Let numbers go on after the highest, and tell the planner of the rows."""
    number = table.autoincrement_column
    if number is not None:
        sequence = sa.func.pg_get_serial_sequence(_quoted(target, table), number.name)
        highest = sa.select(sa.func.max(number)).scalar_subquery()
        target.execute(sa.select(sa.func.setval(sequence, highest)))
    target.exec_driver_sql(f"ANALYZE {_quoted(target, table)}")


def _quoted(connection: Connection, table: sa.Table) -> str:
    return connection.dialect.identifier_preparer.format_table(table)
