"""Backups of a SQLite store, also of one in use, and copies before a migration."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from feedsvc.core.ledger.ledger import LedgerEntry
from feedsvc.core.ledger.ledger_lines import LedgerRecord
from feedsvc.errors import StoreDamaged, StoreError, StoreLocked
from feedsvc.store.copying.backups import back_up, restore
from feedsvc.store.engine.file_locks import sole_watcher
from feedsvc.store.engine.urls import file_of
from feedsvc.store.publication import Publication
from feedsvc.store.schema import SCHEMA_VERSION
from feedsvc.store.store import Store, open_store
from tests.support.builders import a_site, an_entry
from tests.support.commands import HOUSE
from tests.support.older_schemas import take_back
from tests.support.stores import put_empty_file

NOW: Final = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
COPY: Final = f"feedsvc.sqlite3.before-{SCHEMA_VERSION}"


def publish(store: Store, *names: str) -> None:
    store.publish(Publication(a_site(), [an_entry(name) for name in names]), NOW)


def titles(url: str) -> list[str]:
    with closing(Store(url)) as store, store.snapshot() as snapshot:
        feed = snapshot.feed("")
        return (
            sorted(entry.title for entry in snapshot.newest(feed.number, 500)) if feed else []
        )


def names_in(folder: Path) -> set[str]:
    return {
        path.name
        for path in folder.iterdir()
        if not path.name.endswith((".lock", "-wal", "-shm"))
    }


@pytest.fixture
def file(sqlite_url: str) -> Path:
    found = file_of(sqlite_url)
    assert found
    return found


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "backup.sqlite3"


def test_a_backup_of_a_store_in_use_has_what_was_committed(
    store: Store, sqlite_url: str, backup: Path
) -> None:
    publish(store, "tea")
    with store._database.writing() as connection:  # somebody is in the middle of a publish
        connection.exec_driver_sql("DELETE FROM entries")
        back_up(sqlite_url, backup)
    assert titles(f"sqlite:///{backup}") == ["tea"]


def test_a_backup_is_one_file_of_its_owner(store: Store, sqlite_url: str, backup: Path) -> None:
    publish(store, "tea")
    back_up(sqlite_url, backup)
    assert backup.stat().st_mode & 0o777 == 0o600
    assert names_in(backup.parent) == {"backup.sqlite3", "var"}


def test_backups_are_sound_while_a_store_is_published(
    store: Store, sqlite_url: str, tmp_path: Path
) -> None:
    stopping = threading.Event()

    def publish_on() -> None:
        number = 0
        while not stopping.is_set():
            publish(store, f"a{number}", f"b{number}")
            number += 1

    thread = threading.Thread(target=publish_on)
    thread.start()
    try:
        for number in range(5):
            back_up(sqlite_url, tmp_path / f"{number}.sqlite3")
    finally:
        stopping.set()
        thread.join()
    for number in range(5):
        found = titles(f"sqlite:///{tmp_path / f'{number}.sqlite3'}")
        assert len([t for t in found if t[0] == "a"]) == len([t for t in found if t[0] == "b"])


def test_a_backup_overwrites_nothing(store: Store, sqlite_url: str, backup: Path) -> None:
    backup.write_text("mine")
    with pytest.raises(StoreError, match=r"backup.sqlite3 exists and is not overwritten"):
        back_up(sqlite_url, backup)
    assert backup.read_text() == "mine"
    backup.unlink()
    backup.symlink_to("nowhere")
    with pytest.raises(StoreError, match="exists"):
        back_up(sqlite_url, backup)
    assert backup.is_symlink()


def test_there_is_no_backup_of_a_store_that_does_not_exist(
    sqlite_url: str, backup: Path, file: Path
) -> None:
    with pytest.raises(StoreError, match="there is no store at"):
        back_up(sqlite_url, backup)
    assert not file.exists()
    assert not backup.exists()


def test_there_is_no_backup_of_a_damaged_store(
    store: Store, sqlite_url: str, backup: Path, file: Path
) -> None:
    store.close()
    file.write_bytes(b"not a database" * 999)
    with pytest.raises(StoreError, match="not a store that can be read"):
        back_up(sqlite_url, backup)
    assert not backup.exists()


def test_a_backup_into_a_folder_that_does_not_exist_names_it(
    store: Store, sqlite_url: str, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match=r"nowhere is not a folder"):
        back_up(sqlite_url, tmp_path / "nowhere" / "b.sqlite3")


@pytest.mark.postgres
def test_postgresql_has_its_own_programs(postgres_database: str, backup: Path) -> None:
    with pytest.raises(StoreError, match=r"pg_dump --format=custom --file=") as raised:
        back_up(postgres_database, backup)
    assert "password" not in str(raised.value)
    backup.touch()
    with pytest.raises(StoreError, match="pg_restore"):
        restore(postgres_database, backup, NOW)


# Restoring.


def test_a_restored_store_is_as_it_was_and_the_other_one_is_kept(
    store: Store, sqlite_url: str, backup: Path, file: Path
) -> None:
    publish(store, "tea")
    back_up(sqlite_url, backup)
    publish(store, "late")
    file.chmod(0o640)
    aside = restore(sqlite_url, backup, NOW)
    assert aside == file.with_name("feedsvc.sqlite3.before-restore-20260302T080000")
    assert titles(f"sqlite:///{aside}") == ["late", "tea"]
    assert titles(sqlite_url) == ["tea"]
    assert file.stat().st_mode & 0o777 == 0o640
    with store.snapshot() as snapshot:  # a web process that had the old file open
        assert snapshot.count_published() == 0
        feed = snapshot.feed("")
        assert feed is not None
        assert feed.entries == 1
    assert names_in(file.parent) == {"feedsvc.sqlite3", "feedsvc.sqlite3.watcher", aside.name}


def test_two_restores_in_one_second_keep_both_stores(
    store: Store, sqlite_url: str, backup: Path
) -> None:
    back_up(sqlite_url, backup)
    asides = {restore(sqlite_url, backup, NOW) for _ in range(3)}
    assert len(asides) == 3
    assert all(aside and aside.exists() for aside in asides)


def test_a_store_is_restored_where_there_is_none(
    store: Store, sqlite_url: str, backup: Path, tmp_path: Path
) -> None:
    publish(store, "tea")
    back_up(sqlite_url, backup)
    url = f"sqlite:///{tmp_path / 'other' / 'new.sqlite3'}"
    assert restore(url, backup, NOW) is None
    assert titles(url) == ["tea"]


def test_a_damaged_store_is_kept_too(
    store: Store, sqlite_url: str, backup: Path, file: Path
) -> None:
    publish(store, "tea")
    back_up(sqlite_url, backup)
    store.close()
    file.write_bytes(b"not a database" * 999)
    aside = restore(sqlite_url, backup, NOW)
    assert aside
    assert aside.read_bytes() == b"not a database" * 999
    assert titles(sqlite_url) == ["tea"]


def test_an_older_store_is_upgraded(store: Store, sqlite_url: str, backup: Path) -> None:
    publish(store, "tea")
    back_up(sqlite_url, backup)
    downgrade(backup)
    restore(sqlite_url, backup, NOW)
    assert titles(sqlite_url) == ["tea"]
    with closing(sqlite3.connect(backup)) as connection:  # which stays as it was
        assert connection.execute("SELECT * FROM alembic_version").fetchone() == ("0006",)


def test_a_copy_of_a_store_with_its_log_is_restored_with_it(
    store: Store, sqlite_url: str, backup: Path, file: Path
) -> None:
    publish(store, "tea")
    for suffix in ("", "-wal"):
        source = file.with_name(file.name + suffix)
        backup.with_name(backup.name + suffix).write_bytes(source.read_bytes())
    restore(sqlite_url, backup, NOW)
    assert titles(sqlite_url) == ["tea"]


REFUSED: Final[dict[str, tuple[Callable[[Path], object], str]]] = {
    "no file": (lambda path: None, "there is no file"),
    "a folder": (lambda path: path.mkdir(), "there is no file"),
    "an empty file": (lambda path: path.touch(), "is not a store of feedsvc"),
    "a text": (lambda path: path.write_text("tea" * 999), "not a store that can be read"),
    "another database": (
        lambda path: run_sql(path, "CREATE TABLE tea (x)"),
        "is not a store of feedsvc",
    ),
    "a damaged store": (lambda path: damage(path), r"damaged|cannot be read"),
    "a newer store": (
        lambda path: run_sql(path, "UPDATE alembic_version SET version_num = '9999'"),
        "written by a newer feedsvc",
    ),
    "a store of an unknown schema": (
        lambda path: run_sql(path, "UPDATE alembic_version SET version_num = '0000'"),
        r"backup.sqlite3 has a schema that feedsvc never wrote \(0000\); name another file",
    ),
    "a store without a version": (
        lambda path: run_sql(path, "DELETE FROM alembic_version"),
        "written by a newer feedsvc",
    ),
    "a store that lost a table": (
        lambda path: run_sql(path, "DROP TABLE memberships"),
        "has lost the tables memberships; use another copy",
    ),
}


def run_sql(path: Path, sql: str) -> None:
    if not sql.startswith("CREATE"):
        put_empty_file(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql)


def damage(path: Path) -> None:
    put_empty_file(path)
    octets = bytearray(path.read_bytes())
    octets[4096 * 3 : 4096 * 12] = b"\xff" * (4096 * 9)
    path.write_bytes(octets)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_store_is_refused_and_changes_nothing(
    store: Store, sqlite_url: str, backup: Path, file: Path, name: str
) -> None:
    prepare, message = REFUSED[name]
    publish(store, "tea")
    prepare(backup)
    with pytest.raises(StoreError, match=message) as raised:
        restore(sqlite_url, backup, NOW)
    assert not isinstance(raised.value, StoreDamaged)  # it is not the store that is
    assert titles(sqlite_url) == ["tea"]
    assert names_in(file.parent) <= {"feedsvc.sqlite3", "feedsvc.sqlite3.watcher"}


def test_the_store_itself_is_no_copy(store: Store, sqlite_url: str, file: Path) -> None:
    with pytest.raises(StoreError, match="is the store itself"):
        restore(sqlite_url, file, NOW)


def test_nothing_is_restored_while_a_watcher_or_a_publish_runs(
    store: Store, sqlite_url: str, backup: Path, file: Path
) -> None:
    publish(store, "tea")
    back_up(sqlite_url, backup)
    publish(store, "late")
    start, again = f"{file} cannot be replaced while", "then run feedsvc restore again"
    with sole_watcher(sqlite_url), pytest.raises(StoreLocked) as watched:
        restore(sqlite_url, backup, NOW)
    assert str(watched.value) == (
        f"{start} feedsvc serve or feedsvc watch uses it; stop it, {again}"
    )
    with store.lock(), pytest.raises(StoreLocked) as locked:
        restore(sqlite_url, backup, NOW)
    assert str(locked.value) == (
        f"{start} a process publishes into it; wait until it ends, {again}"
    )
    assert titles(sqlite_url) == ["late", "tea"]


# Before a migration.


def downgrade(file: Path) -> None:
    """As the schema was before, with what the entries are now."""
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        take_back(connection, "0007")
        for table in ("ledger", "forgotten", "held", "losses", "adoptions"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("ALTER TABLE jobs DROP COLUMN accept")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0006'")
    engine.dispose()


@pytest.fixture
def old_url(store: Store, sqlite_url: str, file: Path) -> str:
    """A store as the release before wrote it, with one post."""
    publish(store, "tea")
    store.close()
    downgrade(file)
    return sqlite_url


def version_of(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        return str(connection.execute("SELECT * FROM alembic_version").fetchone()[0])


def test_a_store_is_copied_before_it_is_migrated(old_url: str, file: Path) -> None:
    assert titles(old_url) == ["tea"]
    copy = file.with_name(COPY)
    assert (version_of(copy), version_of(file)) == ("0006", SCHEMA_VERSION)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert names_in(file.parent) == {"feedsvc.sqlite3", COPY}
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT title FROM entries").fetchall() == [("tea",)]


def test_a_store_that_is_opened_again_is_not_copied_again(old_url: str, file: Path) -> None:
    Store(old_url).close()
    file.with_name(COPY).unlink()
    Store(old_url).close()
    assert names_in(file.parent) == {"feedsvc.sqlite3"}


def test_a_later_copy_replaces_an_earlier_one(old_url: str, file: Path) -> None:
    file.with_name(COPY).write_text("earlier")
    Store(old_url).close()
    assert version_of(file.with_name(COPY)) == "0006"


def test_a_new_or_empty_store_is_not_copied(sqlite_url: str, file: Path) -> None:
    Store(sqlite_url).close()
    assert names_in(file.parent) == {"feedsvc.sqlite3"}
    downgrade(file)
    Store(sqlite_url).close()
    assert names_in(file.parent) == {"feedsvc.sqlite3"}


def test_a_store_that_cannot_be_copied_is_not_migrated(old_url: str, file: Path) -> None:
    before = file.read_bytes()
    file.with_name(COPY).mkdir()
    with pytest.raises(StoreError, match=r"not upgraded.+no copy.+let feedsvc write to its f"):
        Store(old_url)
    assert file.read_bytes() == before


def test_a_full_disk_stops_a_migration(old_url: str, file: Path) -> None:
    before = file.read_bytes()
    code = (
        "import resource, sys; from feedsvc.store.store import Store\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "Store(sys.argv[1])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, old_url],
        env={**os.environ, "PYTHONPATH": str(HOUSE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "is not upgraded to schema" in ended.stderr
    assert "free as much space" in ended.stderr
    assert file.read_bytes() == before
    assert names_in(file.parent) == {"feedsvc.sqlite3"}


def test_a_damaged_older_store_is_put_aside_as_before(old_url: str, file: Path) -> None:
    octets = bytearray(file.read_bytes())
    octets[4096 * 4 : 4096 * 12] = b"\xff" * (4096 * 8)
    file.write_bytes(octets)
    with closing(open_store(old_url)):
        assert any(".damaged-" in name for name in names_in(file.parent))


def test_the_upgrade_fills_the_ledger(old_url: str, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("INSERT INTO identities VALUES ('path:gone', 'a:gone')")
    with closing(Store(old_url)) as store, store.snapshot() as snapshot:
        lines = list(snapshot.ledger_lines())
    assert [line.entry.id for line in lines if isinstance(line, LedgerRecord)] == [
        "a:gone",
        "tag:example.org,2026:tea",
    ]
    assert lines[0] == LedgerRecord(LedgerEntry("a:gone", "path:gone", withdrawn_at=0))
