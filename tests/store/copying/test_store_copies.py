"""`copy_store`: every row of a store in an empty one, from and to each engine."""

import os
import signal
import sqlite3
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa

from feedsvc.errors import StoreDamaged, StoreError, StoreLocked, StoreTooNew, StoreTooOld
from feedsvc.store.copying.store_copies import copy_store
from feedsvc.store.engine.file_locks import sole_watcher
from feedsvc.store.engine.urls import file_of
from feedsvc.store.schema import facts, metadata, search_index, watchers
from feedsvc.store.store import Store
from tests.support.commands import environment
from tests.support.postgres import database_url
from tests.support.run import adopt
from tests.support.running import wait_until
from tests.support.starter import start_forked
from tests.support.stores import put_empty_file

NOW: Final = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ODD: Final = "上海 \\N \t\r\n ' \" %s \\. {} \x7f"
LEFT_OUT: Final = (watchers, search_index)
COPIED: Final = [table for table in metadata.sorted_tables if table not in LEFT_OUT]


@pytest.fixture
def source_url(tmp_path: Path) -> str:
    """A SQLite store with rows in every table."""
    url = f"sqlite:///{tmp_path}/source.sqlite3"
    put_empty_file(tmp_path / "source.sqlite3")
    fill(url)
    return url


@pytest.fixture
def new_file(tmp_path: Path) -> str:
    """The URL of a file that does not exist."""
    return f"sqlite:///{tmp_path}/new.sqlite3"


@pytest.fixture
def other_postgres_url(postgres_database: str) -> str:
    """A second empty database of the same server."""
    url = database_url("other")
    assert url
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    engine.dispose()
    return url


def fill(url: str, rows: int = 40, text: str = ODD) -> None:
    """Put rows with odd values into every table, whatever its columns."""
    with transaction(url) as connection:
        for table in metadata.sorted_tables:
            numbers = range(7, 7 + rows)
            made = [
                {c.name: value_of(c, number, text) for c in table.columns} for number in numbers
            ]
            connection.execute(sa.insert(table), made)


def value_of(column: sa.Column[Any], number: int, text: str) -> object:
    if column.nullable and number % 2:
        return None
    kind = column.type
    if isinstance(kind, sa.LargeBinary):
        return bytes(range(256)) + number.to_bytes(2)
    if isinstance(kind, sa.BigInteger):
        return number - 2**62
    if isinstance(kind, sa.Integer):
        return number
    return f"{column.name} {number} {text}"


@contextmanager
def transaction(url: str) -> Iterator[sa.Connection]:
    """A transaction on a database, whatever its schema."""
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def rows_of(url: str) -> dict[str, list[Any]]:
    """Every row of every table, ordered by all of its columns."""
    with transaction(url) as connection:
        return {
            table.name: sorted(map(repr, map(tuple, connection.execute(sa.select(table)))))
            for table in metadata.sorted_tables
        }


def is_empty(url: str) -> bool:
    return not any(rows_of(url).values())


@pytest.mark.postgres
def test_every_row_is_the_same_after_a_way_through_both_engines(
    source_url: str, new_file: str, postgres_url: str, other_postgres_url: str, tmp_path: Path
) -> None:
    expected = rows_of(source_url) | {"watchers": [], "search_index": []}
    assert all(len(expected[table.name]) == 40 for table in COPIED)
    way = [source_url, new_file, postgres_url, other_postgres_url]
    way.append(f"sqlite:///{tmp_path}/deeper/last.sqlite3")
    for here, there in pairwise(way):
        assert copy_store(here, there).rows == 40 * len(COPIED)
        assert rows_of(there) == expected, there


def test_every_type_of_column_is_one_that_both_drivers_leave_as_it_is() -> None:
    kinds = {type(column.type) for table in COPIED for column in table.columns}
    assert kinds <= {sa.String, sa.Text, sa.Integer, sa.BigInteger, sa.LargeBinary}


@pytest.mark.postgres
def test_numbers_go_on_after_the_highest(source_url: str, postgres_url: str) -> None:
    copy_store(source_url, postgres_url)
    numbered = [table for table in COPIED if table.autoincrement_column is not None]
    assert len(numbered) >= 2
    with transaction(postgres_url) as connection:
        for table in numbered:
            column = table.autoincrement_column
            assert column is not None
            row = {c.name: value_of(c, 99, "") for c in table.columns if c is not column}
            inserted = connection.execute(sa.insert(table).returning(column), row)
            assert inserted.scalar() == 47, table


@pytest.mark.postgres
def test_numbers_of_an_empty_table_begin_at_1(new_file: str, postgres_url: str) -> None:
    Store(new_file).close()
    copy_store(new_file, postgres_url)
    with closing(Store(postgres_url)) as store:
        store.jobs.enqueue(NOW)
    with transaction(postgres_url) as connection:
        assert connection.exec_driver_sql("SELECT number FROM jobs").scalar() == 1


def test_a_copy_has_few_rows_in_memory_at_once(source_url: str, new_file: str) -> None:
    rows = [{"name": str(number), "value": "x" * 2000} for number in range(10_000)]
    with transaction(source_url) as connection:
        connection.execute(sa.insert(facts), rows)
    del rows
    tracemalloc.start()
    copy_store(source_url, new_file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000  # of 20 MB


# What is refused.


def refused(source: str, target: str, error: type[StoreError], match: str) -> None:
    with pytest.raises(error, match=match):
        copy_store(source, target)


def test_a_target_with_rows_is_refused_and_named(source_url: str, either_url: str) -> None:
    with closing(Store(either_url)) as store:
        store.jobs.enqueue(NOW)
    refused(source_url, either_url, StoreError, r"not empty: it has jobs \(1 rows\)")
    with closing(Store(either_url)) as store:
        assert len(store.jobs.newest(9)) == 1


def test_a_target_with_tables_of_others_is_refused(source_url: str, new_url: str) -> None:
    file = file_of(new_url)
    if file:
        file.parent.mkdir()
    with transaction(new_url) as connection:
        connection.exec_driver_sql("CREATE TABLE entries (id integer)")
    refused(
        source_url, new_url, StoreError, "not empty.* another program has the tables entries"
    )


def test_a_store_cannot_be_copied_to_itself(source_url: str, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "source.sqlite3")
    for other in (source_url, f"sqlite:///{tmp_path}/link"):
        refused(source_url, other, StoreError, "to itself")
    url = "postgresql+psycopg://li:secret@db.invalid/feeds"
    refused(url, url.replace("li:secret", "mei"), StoreError, "db.invalid/feeds cannot.*itself")


def test_a_source_that_is_no_store_is_refused(new_url: str, tmp_path: Path) -> None:
    missing = f"sqlite:///{tmp_path}/gone.sqlite3"
    refused(missing, new_url, StoreError, "there is no store at .*gone.sqlite3")
    other = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE notes (text)")
    refused(f"sqlite:///{other}", new_url, StoreError, "is not a store of feedsvc")
    other.write_bytes(b"not a database" * 999)
    refused(f"sqlite:///{other}", new_url, StoreDamaged, "damaged")
    assert not (tmp_path / "gone.sqlite3").exists()
    file = file_of(new_url)
    assert not (file and file.exists())


@pytest.mark.postgres
def test_an_empty_database_is_no_store(postgres_url: str, new_file: str) -> None:
    refused(postgres_url, new_file, StoreError, "is not a store of feedsvc")
    with transaction(postgres_url) as connection:
        assert sa.inspect(connection).get_table_names() == []


@pytest.mark.parametrize(
    ("version", "error", "cure"),
    [("0008", StoreTooOld, "feedsvc publish"), ("9999", StoreTooNew, "feedsvc")],
)
def test_a_store_of_another_feedsvc_is_refused_on_both_sides(
    source_url: str, new_file: str, version: str, error: type[StoreError], cure: str
) -> None:
    Store(new_file).close()
    with transaction(new_file) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (version,))
    refused(new_file, f"{source_url}.new", error, cure)
    refused(source_url, new_file, StoreError, f"schema {version}.*{cure}")


# Beside others.


def is_waiting(connection: sa.Connection) -> bool:
    """True if a process waits for a lock on a table of this database."""
    query = (
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
        "WHERE NOT granted AND relation IS NOT NULL AND datname = current_database()"
    )
    return bool(connection.exec_driver_sql(query).scalar())


@pytest.mark.postgres
def test_a_row_that_another_process_is_writing_into_the_target_is_not_overlooked(
    source_url: str, postgres_url: str
) -> None:
    Store(postgres_url).close()
    with ThreadPoolExecutor(1) as pool:
        with transaction(postgres_url) as connection:
            connection.execute(sa.insert(facts), {"name": "revision", "value": "1"})
            copying = pool.submit(copy_store, source_url, postgres_url)
            wait_until(lambda: is_waiting(connection), "the copy", 20)
        with pytest.raises(StoreError, match=r"not empty: it has facts \(1 rows\)"):
            copying.result(10)


def test_a_copy_waits_for_a_publish_and_leaves_the_source_alone(
    source_url: str, new_file: str
) -> None:
    before = rows_of(source_url)
    with ThreadPoolExecutor(1) as pool:
        with closing(Store(source_url)) as store, store.lock():
            copying = pool.submit(copy_store, source_url, new_file)
            assert not wait([copying], 1).done
        copying.result(10)
    assert rows_of(source_url) == before
    assert rows_of(new_file) == before | {"watchers": [], "search_index": []}


def test_nothing_is_copied_while_a_process_publishes_into_the_target(
    source_url: str, either_url: str
) -> None:
    with closing(Store(either_url)) as store, store.lock():
        refused(source_url, either_url, StoreLocked, "another process is publishing into")


def test_the_watchers_of_the_source_are_named(source_url: str, new_file: str) -> None:
    with sole_watcher(source_url), closing(Store(source_url)) as store:
        store.watchers.beat("a", "/posts")
        assert copy_store(source_url, new_file).watched == ("/posts",)
    assert copy_store(source_url, f"{new_file}.more").watched == ()


def test_a_read_only_source_is_copied(
    source_url: str, new_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "feedsvc.store.engine.sqlite.is_writable", lambda file: "new" in str(file)
    )
    expected = rows_of(source_url) | {"watchers": [], "search_index": []}
    assert copy_store(source_url, new_file).rows == 40 * len(COPIED)
    assert rows_of(new_file) == expected


# A copy that does not end.


@pytest.mark.postgres
def test_a_row_that_postgresql_refuses_leaves_an_empty_target(
    source_url: str, postgres_url: str
) -> None:
    last = COPIED[-1]
    column = next(c for c in last.columns if isinstance(c.type, sa.String))
    with transaction(source_url) as connection:
        connection.execute(sa.update(last).values({column.name: column.concat("\0")}))
    refused(source_url, postgres_url, StoreError, "NUL")
    assert is_empty(postgres_url)
    with transaction(source_url) as connection:
        connection.execute(sa.delete(last))
    assert copy_store(source_url, postgres_url).rows == 40 * (len(COPIED) - 1)


@pytest.fixture(params=["sqlite", "postgres"])
def target_url(request: pytest.FixtureRequest, new_file: str) -> str:
    if request.param == "sqlite":
        return new_file
    url: str = request.getfixturevalue("other_postgres_url")
    return url


@pytest.fixture
def filled_postgres_url(postgres_url: str) -> str:
    Store(postgres_url).close()
    fill(postgres_url)
    return postgres_url


@pytest.mark.postgres
def test_a_copy_that_is_killed_leaves_a_target_that_can_be_used_again(
    filled_postgres_url: str, target_url: str, tmp_path: Path
) -> None:
    last = COPIED[-1].name  # the copy waits for it, when it has copied all other tables
    with transaction(filled_postgres_url) as connection:
        connection.exec_driver_sql(f"LOCK TABLE {last} IN ACCESS EXCLUSIVE MODE")
        words = ["store", "copy", filled_postgres_url, target_url]
        process = start_forked(words, environment({}), tmp_path, tmp_path / "log")
        adopt(process)
        wait_until(lambda: is_waiting(connection), "the copy", 20)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
    wait_until(lambda: is_empty(target_url), "an empty target", 10)
    assert copy_store(filled_postgres_url, target_url).rows == 40 * len(COPIED)
