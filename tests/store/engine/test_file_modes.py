"""Who may read the file of a SQLite store: it has the secrets of subscriptions."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from feedsvc.store.engine.urls import file_of
from feedsvc.store.store import Store, open_sound_store


@pytest.fixture
def file(sqlite_url: str) -> Path:
    found = file_of(sqlite_url)
    assert found
    return found


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(file: Path) -> dict[str, int]:
    """The modes of the file and of SQLite's files beside it, by suffix."""
    parts = {suffix: file.with_name(file.name + suffix) for suffix in ("", "-wal", "-shm")}
    return {suffix: part.stat().st_mode & 0o777 for suffix, part in parts.items()}


def test_only_the_owner_can_read_a_new_store(sqlite_url: str, file: Path) -> None:
    with closing(Store(sqlite_url)):
        assert modes(file) == {"": 0o600, "-wal": 0o600, "-shm": 0o600}


@pytest.mark.parametrize("mode", [0o644, 0o660])
def test_a_store_that_exists_keeps_its_mode(sqlite_url: str, file: Path, mode: int) -> None:
    Store(sqlite_url).close()
    file.chmod(mode)
    with closing(Store(sqlite_url)):
        assert modes(file) == {"": mode, "-wal": mode, "-shm": mode}


def test_only_the_owner_can_read_the_target_of_a_link(sqlite_url: str, file: Path) -> None:
    target = file.parent / "elsewhere" / "store.sqlite3"
    target.parent.mkdir(parents=True)
    file.symlink_to(target)
    with closing(Store(sqlite_url)):
        assert target.stat().st_mode & 0o777 == 0o600


def test_only_the_owner_can_read_a_store_that_replaces_a_deleted_one(
    sqlite_url: str, file: Path
) -> None:
    with closing(Store(sqlite_url)) as store:
        for part in file.parent.glob(f"{file.name}*"):
            part.unlink()
        store._database.migrate()
        assert modes(file) == {"": 0o600, "-wal": 0o600, "-shm": 0o600}


def test_a_store_that_replaces_a_damaged_one_has_its_mode(sqlite_url: str, file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"no database " * 1000)
    file.chmod(0o660)
    with closing(open_sound_store(sqlite_url)):
        assert modes(file) == {"": 0o660, "-wal": 0o660, "-shm": 0o660}
    (aside,) = file.parent.glob("*.damaged-*")
    assert aside.stat().st_mode & 0o777 == 0o660
