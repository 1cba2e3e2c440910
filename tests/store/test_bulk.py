"""Many rows at once on either engine."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from feedsvc.errors import StoreError
from feedsvc.store.bulk import delete_rows, insert_rows, insert_values, move_rows, upsert
from feedsvc.store.engine.database import Database
from feedsvc.store.schema import attachments, forgotten, identities, memberships
from tests.support.stores import empty_database

MANY = 1_200  # rows take several statements


@pytest.fixture
def database(either_url: str) -> Iterator[Database]:
    opened = Database(either_url)
    yield opened
    opened.close()


def rows(database: Database, table: sa.Table) -> list[tuple[Any, ...]]:
    with database.reading() as connection:
        return sorted(tuple(row) for row in connection.execute(sa.select(table)))


def test_many_rows_are_inserted_replaced_and_deleted(database: Database) -> None:
    pinned = {f"path:{number}": f"id {number}" for number in range(MANY)}
    with database.writing() as connection:
        new = [{"key": key, "entry_id": entry_id} for key, entry_id in pinned.items()]
        insert_rows(connection, identities, new[1:])
        upsert(connection, identities, ({**row, "entry_id": "other"} for row in new))
        delete_rows(connection, identities, ({"key": row["key"]} for row in new[2:]))
    assert rows(database, identities) == [("path:0", "other"), ("path:1", "other")]


def test_many_values_are_inserted(database: Database) -> None:
    given = [(1, number, number, number) for number in range(6_000)]
    names = ("feed", "published_at", "entry", "number")
    with database.writing() as connection:
        insert_values(connection, memberships, names, iter(given))
    assert rows(database, memberships) == given


def test_of_rows_with_the_same_key_the_last_one_counts(database: Database) -> None:
    with database.writing() as connection:
        upsert(connection, identities, [{"key": "a", "entry_id": name} for name in "123"])
        upsert(connection, forgotten, [{"hash": "a"}, {"hash": "a"}])
    assert rows(database, identities) == [("a", "3")]
    assert rows(database, forgotten) == [("a",)]


def test_texts_stay_as_they_are(database: Database) -> None:
    names = ["\\N", "a\tb\nc\\", "'\"%s", "茶 \U0001f375", "\\x41"]
    with database.writing() as connection:
        insert_rows(connection, attachments, [{"path": n, "entry_id": n} for n in names])
        upsert(connection, identities, [{"key": n, "entry_id": n} for n in names])
    assert rows(database, attachments) == rows(database, identities)
    assert rows(database, attachments) == sorted((name, name) for name in names)


def test_a_row_that_exists_cannot_be_inserted(database: Database) -> None:
    twice = [{"hash": "a"}, {"hash": "a"}]
    with pytest.raises(StoreError, match=r"(?i)unique"), database.writing() as connection:
        insert_rows(connection, forgotten, twice)
    assert rows(database, forgotten) == []


@pytest.mark.postgres
def test_a_server_that_is_lost_between_rows_is_a_store_error(postgres_database: str) -> None:
    empty_database(postgres_database)
    database = Database(postgres_database)

    def dying(connection: sa.Connection) -> Iterator[dict[str, str]]:
        yield {"hash": "a"}
        with pytest.raises(sa.exc.OperationalError):
            connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        yield {"hash": "b"}

    with pytest.raises(StoreError, match="postgresql"), database.writing() as connection:
        insert_rows(connection, forgotten, dying(connection))
    assert rows(database, forgotten) == []
    database.close()


def test_rows_move_to_another_key(database: Database) -> None:
    old = [
        {"feed": feed, "published_at": 2**51, "entry": n}
        for n in range(MANY)
        for feed in (1, 2)
    ]
    moves = [{**row, "to": 2**51 - row["entry"]} for row in old if row["feed"] == 1]
    with database.writing() as connection:
        insert_rows(connection, memberships, ({**row, "number": row["entry"]} for row in old))
        move_rows(connection, memberships, "published_at", moves)
        move_rows(connection, memberships, "published_at", [])
    assert rows(database, memberships) == sorted(
        (feed, 2**51 - n if feed == 1 else 2**51, n, n) for n in range(MANY) for feed in (1, 2)
    )
