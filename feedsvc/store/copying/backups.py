"""Backups of a SQLite store: a copy while it is in use, and a copy put in its place."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from feedsvc.errors import StoreDamaged, StoreError, StoreLocked, StoreTooNew
from feedsvc.store.engine.database import Database
from feedsvc.store.engine.file_locks import file_lock, sole_watcher
from feedsvc.store.engine.sqlite import make_folder
from feedsvc.store.engine.sqlite_copies import connect, copy_to
from feedsvc.store.engine.urls import display_name, file_of, parse_url
from feedsvc.store.schema import SCHEMA_VERSION

_LOG_FILES: Final = ("-wal", "-shm")
_FIRST_VERSION: Final = "0001"


def back_up(url: str, file: Path) -> None:
    """Copy the store to a new file, also while it is served and published into.

    Raises StoreError if the file exists or cannot be written.
    """
    store = file_of(url)
    if store is None:
        raise StoreError(
            f"feedsvc backup copies SQLite stores; back up {display_name(parse_url(url))} with "
            f"pg_dump --format=custom --file={file}"
        )
    if not store.exists():
        raise StoreError(f"there is no store at {store}; set store.url to the file of a store")
    if not file.parent.is_dir():
        raise StoreError(f"{file.parent} is not a folder; create it, or choose another one")
    require_store(store)
    copy_to(store, file)


def restore(url: str, file: Path, now: datetime) -> Path | None:
    """Put a copy of a store in the place of the store, with the current schema.

    Returns the path to which the present store was renamed; None if there was none. Raises
    StoreError, before anything is changed, if the file is no store that this feedsvc can read,
    and StoreLocked if a process watches or publishes.
    """
    store = file_of(url)
    if store is None:
        raise StoreError(
            f"feedsvc restore puts back SQLite stores; restore {display_name(parse_url(url))} "
            "with pg_restore"
        )
    if not file.is_file():
        raise StoreError(f"there is no file {file}; name a copy that feedsvc backup wrote")
    if store.exists() and file.samefile(store):
        raise StoreError(f"{file} is the store itself; name a copy of it")
    require_store(file)
    make_folder(store)
    with _unused(url, store):
        new = store.with_name(f".{store.name}.{os.getpid()}.restored")
        try:
            _copy_upgraded(file, new)
            _take_over(store, new)
            return _swap(store, new, now)
        finally:
            for suffix in ("", ".lock", *_LOG_FILES):
                new.with_name(new.name + suffix).unlink(missing_ok=True)


def require_store(file: Path) -> None:
    """Raise StoreError if a file is no sound store of this feedsvc or an earlier one."""
    try:
        with closing(connect(file)) as connection:
            row = connection.execute("PRAGMA quick_check(1)").fetchone()
            if row[0] != "ok":
                raise StoreError(f"{file} is damaged: {row[0]}; use another copy")
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not {("alembic_version",), ("facts",), ("entries",)} <= set(tables):
                raise StoreError(f"{file} is not a store of feedsvc; name another file")
            version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{file} is not a store that can be read: {error}") from error
    if version is None or version[0] > SCHEMA_VERSION:
        found = version[0] if version else "none"
        raise StoreTooNew(
            f"{file} was written by a newer feedsvc (schema {found}, this one writes "
            f"{SCHEMA_VERSION}); upgrade feedsvc first"
        )
    if version[0] < _FIRST_VERSION:
        raise StoreError(
            f"{file} has a schema that feedsvc never wrote ({version[0]}); name another file"
        )


@contextmanager
def _unused(url: str, store: Path) -> Iterator[None]:
    """Raise StoreLocked if a process watches or publishes; keep others from beginning to."""
    with ExitStack() as stack:
        try:
            stack.enter_context(sole_watcher(url))
        except StoreLocked as error:
            user = "feedsvc serve or feedsvc watch uses it; stop it"
            raise _in_use(store, user) from error
        lock = file_lock(store.with_name(f"{store.name}.lock"), wait=False)
        if not stack.enter_context(lock):
            raise _in_use(store, "a process publishes into it; wait until it ends")
        yield


def _in_use(store: Path, user: str) -> StoreLocked:
    return StoreLocked(
        f"{store} cannot be replaced while {user}, then run feedsvc restore again"
    )


def _copy_upgraded(file: Path, new: Path) -> None:
    try:
        copy_to(file, new)
        url = sa.URL.create("sqlite", database=str(new)).render_as_string()
        database = Database(url, as_found=True)
        try:
            database.migrate(keeps_copy=False)
            database.verify()
        finally:
            database.close()
        with closing(connect(new)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # everything is in one file
    except StoreDamaged as error:  # it is the copy that is damaged, and not the store
        raise StoreError(f"{file} cannot be restored: {error}; use another copy") from error


def _take_over(store: Path, new: Path) -> None:
    """Give the new file the owner and the mode of the store, or of its folder's owner."""
    status = (store if store.exists() else store.parent).stat()
    with suppress(PermissionError):
        os.chown(new, status.st_uid, status.st_gid)
    if store.exists():
        new.chmod(status.st_mode & 0o777)


def _swap(store: Path, new: Path, now: datetime) -> Path | None:
    """Rename the store, then the new file. At each moment there is a store at its path."""
    if not store.exists():
        for suffix in _LOG_FILES:
            store.with_name(store.name + suffix).unlink(missing_ok=True)
        new.replace(store)
        return None
    _empty_log(store)
    aside = _unused_name(store, now)
    for suffix in _LOG_FILES:  # an old log beside the new file would damage it
        log_file = store.with_name(store.name + suffix)
        if log_file.exists():
            log_file.rename(aside.with_name(aside.name + suffix))
    try:
        os.link(store, aside)
    except OSError:  # some file systems have no hard links
        store.rename(aside)
    new.replace(store)
    return aside


def _unused_name(store: Path, now: datetime) -> Path:
    name = f"{store.name}.before-restore-{now:%Y%m%dT%H%M%S}"
    names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return next(p for p in map(store.with_name, names) if not os.path.lexists(p))


def _empty_log(store: Path) -> None:
    """Write the log into the file, so that the file is complete without it."""
    try:
        with closing(connect(store)) as connection:
            row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error:
        return  # it is damaged, and is kept with its log
    if row[0]:
        raise _in_use(store, "another process reads or writes it; stop that process")
