"""Empty stores with the current schema, in a fraction of the time that its migrations take."""

import os
import shutil
import sqlite3
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from feedsvc.store.engine.urls import file_of
from feedsvc.store.schema import SCHEMA_VERSION, metadata
from feedsvc.store.store import Store
from tests.support.run import shared


def opened_store(url: str) -> Store:
    """The store at a URL. If it is a SQLite file that does not exist, an empty one."""
    prepare_store(url)
    return Store(url)


def prepare_store(url: str) -> None:
    """Put an empty store at the URL, if it is a SQLite file that does not exist."""
    file = file_of(url)
    if file and not file.exists():
        put_empty_file(file)


def put_empty_file(file: Path) -> None:
    """Copy an empty store to a file, as it would be created there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(shared("empty-store", _created), file)


def _created(folder: Path) -> str:
    file = folder / "store.sqlite3"
    Store(f"sqlite:///{file}").close()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return os.fspath(file)


def empty_database(url: str) -> None:
    """Delete every row of a database that has the current schema, or everything in another."""
    with _engine_of(url).connect() as connection:
        if _has_current_schema(connection):
            _delete_rows(connection)
        else:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")


@cache  # a new connection takes longer than to empty the database
def _engine_of(url: str) -> sa.Engine:
    return sa.create_engine(url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)


def _delete_rows(connection: sa.Connection) -> None:
    """Delete every row, and let numbers begin at 1 again. TRUNCATE takes ten times as long.

    The index of searches, which a store has only while it is switched on, is dropped.
    """
    inspector = sa.inspect(connection)
    others = {*inspector.get_table_names()} - {"alembic_version", *metadata.tables}
    drops = [f"DROP TABLE {name}" for name in others]
    restarts = [f"ALTER SEQUENCE {name} RESTART" for name in inspector.get_sequence_names()]
    connection.exec_driver_sql(";".join((*drops, *_deletes(), *restarts)))


@cache
def _deletes() -> list[str]:
    return [str(sa.delete(table)) for table in reversed(metadata.sorted_tables)]


def _has_current_schema(connection: sa.Connection) -> bool:
    tables = set(sa.inspect(connection).get_table_names())
    if not tables.issuperset({"alembic_version", *metadata.tables}):
        return False
    query = sa.text("SELECT version_num FROM alembic_version")
    return bool(connection.execute(query).scalar() == SCHEMA_VERSION)


def titles(store: Store) -> set[str]:
    """The titles in the feed of the whole site."""
    with store.snapshot() as snapshot:
        feed = snapshot.feed("")
        return {entry.title for entry in snapshot.newest(feed.number, 99)} if feed else set()


def is_held(store: Store) -> bool:
    """True if a publication is held until somebody accepts it."""
    with store.snapshot() as snapshot:
        return snapshot.held_name()[0] > 0
