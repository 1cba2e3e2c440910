"""SQLite's connections and its file."""

import os
import shutil
import sqlite3
import tempfile
import time
import weakref
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from feedsvc.errors import StoreError
from feedsvc.store.engine.urls import file_of

_BUSY_SECONDS: Final = 5
# Packed texts of 1 to 3 kB leave a fifth of smaller pages empty.
_PAGE_OCTETS: Final = 8192
_ONLY_OWNER: Final = 0o600  # the store has the secrets of subscriptions


def new_engine(url: URL, file: Path) -> Engine:
    """An engine whose connections use WAL mode, and notice if the file was replaced."""
    engine = sa.create_engine(
        url, connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None}
    )

    def before_connect(*_: object) -> None:
        _create(file, _ONLY_OWNER)

    def on_connect(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        connection.execute(f"PRAGMA page_size={_PAGE_OCTETS}")  # of a new file
        _use_wal(connection)
        # FULL, not NORMAL: a committed transaction must also survive a power failure.
        for pragma in ("synchronous=FULL", "cache_size=-4000"):
            connection.execute(f"PRAGMA {pragma}")
        record.info["inode"] = _inode(file)

    def on_checkout(
        _connection: sqlite3.Connection, record: ConnectionPoolEntry, _proxy: object
    ) -> None:
        # After the file was put aside, an old connection would go on reading the old file.
        if record.info["inode"] != _inode(file):
            raise exc.DisconnectionError("the store's file was replaced")

    sa.event.listen(engine, "do_connect", before_connect)
    sa.event.listen(engine, "connect", on_connect)
    sa.event.listen(engine, "checkout", on_checkout)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _create(file: Path, mode: int) -> None:
    """Create an empty file, which is an empty database for SQLite; one that exists stays.

    SQLite would use the umask. It gives its files `-wal` and `-shm` the mode of the database.
    """
    with suppress(OSError):  # SQLite reports why it cannot open the file
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
        descriptor = os.open(os.path.realpath(file), flags, _ONLY_OWNER)
        try:
            os.fchmod(descriptor, mode)
        finally:
            os.close(descriptor)


def is_writable(file: Path) -> bool:
    """False if a file exists that cannot be written, or nothing can be created beside it."""
    effective = os.access in os.supports_effective_ids
    return not file.exists() or all(
        os.access(path, os.W_OK, effective_ids=effective) for path in (file, file.parent)
    )


def engine_to_read(file: Path) -> Engine:
    """An engine for a file that `is_writable` refuses. Nothing is created beside the file.

    Raises StoreError if the file cannot be read.
    """
    try:
        file.open("rb").close()
        uri, temporary = _uri_to_read(file)
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror}; let feedsvc read it") from (
            error
        )
    engine = sa.create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(
            uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        ),
        poolclass=QueuePool,
    )
    sa.event.listen(engine, "begin", _begin)
    if temporary:
        weakref.finalize(engine, shutil.rmtree, temporary, ignore_errors=True)
    return engine


def _uri_to_read(file: Path) -> tuple[str, str]:
    """The URI of a file that cannot be written, and the temporary folder of a copy, if any.

    In WAL mode the last transactions are in a log, and SQLite needs a third file, the index of
    the log, to read it. If that is missing, SQLite cannot create it here.
    """
    log, index = (file.with_name(file.name + suffix) for suffix in ("-wal", "-shm"))
    uri = file.resolve().as_uri()
    if not (log.exists() and log.stat().st_size):
        return f"{uri}?immutable=1", ""
    if index.exists():
        return f"{uri}?mode=ro", ""
    temporary = tempfile.mkdtemp(prefix="feedsvc-")  # nobody has the store open
    try:
        for part in (file, log):
            shutil.copyfile(part, Path(temporary, part.name))
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return Path(temporary, file.name).as_uri(), temporary


def _inode(file: Path) -> int:
    try:
        return file.stat().st_ino
    except FileNotFoundError:
        return 0


def _use_wal(connection: sqlite3.Connection) -> None:
    """Set WAL mode. SQLite does not wait if another connection sets it on a new file; we do."""
    until = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.05)


def _begin(connection: Connection) -> None:
    # A read transaction cannot become a write transaction while another process writes.
    writes = connection.get_execution_options().get("feedsvc_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def make_folder(file: Path) -> None:
    """Create the folder of a store's file; raises StoreError if feedsvc cannot write there."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{file.parent} cannot be created: {error.strerror}; set store.url to a path that "
            "feedsvc may write to"
        ) from error
    if file.exists() and not file.is_file():
        raise StoreError(f"{file} is not a regular file; set store.url to a file")
    if not os.access(file.parent, os.W_OK) or (file.exists() and not os.access(file, os.W_OK)):
        raise StoreError(
            f"{file} cannot be written; let feedsvc write to it or set another store.url"
        )


def put_aside(url: str, now: datetime) -> Path | None:
    """Rename a damaged SQLite file, and put an empty one with its mode in its place.

    Returns the new path of the damaged file. None for PostgreSQL, which feedsvc cannot repair.
    """
    file = file_of(url)
    if file is None:
        return None
    aside = file.with_name(f"{file.name}.damaged-{now:%Y%m%dT%H%M%S}")
    for suffix in ("-wal", "-shm", ""):  # an old log beside the new file would damage it
        part = file.with_name(file.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    if aside.exists():
        _create(file, aside.stat().st_mode & 0o777)
    return aside
