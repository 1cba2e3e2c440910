"""A SQLite store that cannot be written: it is read as it is, and nothing is created."""

import gc
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from feedsvc.errors import StoreError, StoreTooNew, StoreTooOld
from feedsvc.store.engine.database import Database
from feedsvc.store.engine.sqlite import engine_to_read
from feedsvc.store.store import Store, store_to_look_at, store_to_try
from tests.support.commands import tree

NOBODY: Final = 65534
NOW: Final = datetime(2026, 11, 29, tzinfo=UTC)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Within this context, nobody may write into the folder or its files."""
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    is_root = os.geteuid() == 0
    try:
        if is_root:
            os.seteuid(NOBODY)
        yield
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o755)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user may enter, unlike `tmp_path`."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        yield place


@pytest.fixture
def folder(place: Path) -> Path:
    return place / "var"


@pytest.fixture
def url(folder: Path) -> str:
    return f"sqlite:///{folder}/feeds.sqlite3"


def names_of_jobs(url: str) -> int:
    with closing(Store(url, upgrade=False, reads=True)) as store:
        return len(store.jobs.newest(10))


def closed(folder: Path, store: Store) -> None:
    store.close()
    assert not list(folder.glob("*-wal"))


def killed(folder: Path, store: Store) -> None:
    """The process was killed: its last transactions are in the log."""
    _copied_while_open(folder, store)


def copied_without_index(folder: Path, store: Store) -> None:
    _copied_while_open(folder, store)
    (folder / "feeds.sqlite3-shm").unlink()


def copied_with_an_empty_log(folder: Path, store: Store) -> None:
    store.close()
    (folder / "feeds.sqlite3-wal").touch()


def _copied_while_open(folder: Path, store: Store) -> None:
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept)
    store.close()
    shutil.rmtree(folder)
    kept.rename(folder)
    assert (folder / "feeds.sqlite3-wal").stat().st_size


def not_in_wal_mode(folder: Path, store: Store) -> None:
    store.close()
    with closing(sqlite3.connect(folder / "feeds.sqlite3")) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


LEAVING: Final = [
    *(closed, killed, copied_without_index, copied_with_an_empty_log),
    not_in_wal_mode,
]


@pytest.mark.parametrize("leave", LEAVING, ids=lambda leave: leave.__name__)
def test_a_read_only_store_is_read_and_nothing_is_created(
    folder: Path, url: str, leave: Callable[[Path, Store], None]
) -> None:
    store = Store(url)
    store.jobs.enqueue(NOW)
    leave(folder, store)
    before = tree(folder)
    with read_only(folder):
        assert names_of_jobs(url) == 1
    assert tree(folder) == before


def test_a_store_that_another_process_writes_is_read_as_it_is_now(
    folder: Path, url: str
) -> None:
    with closing(Store(url)) as store:
        store.jobs.enqueue(NOW)
        with read_only(folder):
            assert names_of_jobs(url) == 1
            with closing(Store(url, upgrade=False, reads=True)) as reader:
                assert len(reader.jobs.newest(10)) == 1


def test_a_path_with_characters_of_a_uri_is_opened(place: Path) -> None:
    Database(f"sqlite:///{place}/plain.sqlite3").close()
    file = place / "a?b#c%20 茶" / "feeds.sqlite3"
    file.parent.mkdir()
    (place / "plain.sqlite3").rename(file)
    with read_only(file.parent):
        engine = engine_to_read(file)
        with engine.connect() as connection:
            query = "SELECT version_num FROM alembic_version"
            assert connection.exec_driver_sql(query).scalar()
        engine.dispose()


def test_the_temporary_copy_of_a_store_is_deleted(
    folder: Path, url: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(url)
    copied_without_index(folder, store)
    temporary = place / "temporary"
    temporary.mkdir()
    temporary.chmod(0o777)
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with read_only(folder):
        assert names_of_jobs(url) == 0
        gc.collect()
    assert tree(temporary) == set()


@pytest.mark.parametrize(("version", "error"), [("0003", StoreTooOld), ("9999", StoreTooNew)])
def test_a_read_only_store_of_another_version_is_refused(
    folder: Path, url: str, version: str, error: type[StoreError]
) -> None:
    Store(url).close()
    with closing(sqlite3.connect(folder / "feeds.sqlite3")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [version])
    with read_only(folder), pytest.raises(error):
        names_of_jobs(url)


def test_a_read_only_file_that_is_empty_is_no_store(folder: Path, url: str) -> None:
    folder.mkdir()
    (folder / "feeds.sqlite3").touch()
    with (
        read_only(folder),
        pytest.raises(StoreError, match="has no posts of feedsvc and cannot"),
    ):
        names_of_jobs(url)


def test_a_file_that_may_not_be_read_is_refused_with_the_reason(folder: Path, url: str) -> None:
    Store(url).close()
    with read_only(folder):
        if os.geteuid() == NOBODY:
            os.seteuid(0)
        (folder / "feeds.sqlite3").chmod(0)
        if os.getuid() == 0:
            os.seteuid(NOBODY)
        with pytest.raises(StoreError, match="cannot be read: Permission denied; let feedsvc"):
            names_of_jobs(url)


def test_a_write_into_a_read_only_store_names_the_cure(folder: Path, url: str) -> None:
    Store(url).close()
    with (
        read_only(folder),
        closing(Store(url, upgrade=False, reads=True)) as store,
        pytest.raises(StoreError, match=r"cannot be written: .*; let feedsvc write to it"),
    ):
        store.jobs.enqueue(NOW)


def test_a_dry_run_of_a_read_only_store_works_on_a_copy(folder: Path, url: str) -> None:
    Store(url).close()
    with read_only(folder):
        with store_to_look_at(url) as looked_at:
            assert not looked_at.can_write
        with store_to_try(url) as tried, tried.lock():
            assert tried.can_write


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_store_on_a_disk_that_is_mounted_read_only_is_read(folder: Path, url: str) -> None:
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "none", str(folder)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        store = Store(url)
        store.jobs.enqueue(NOW)
        store.close()
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        assert names_of_jobs(url) == 1
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)
