"""Connections: opening, migrating and locking the store, and naming its faults."""

import fcntl
import os
import sqlite3
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, quote_plus

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from feedsvc.errors import (
    StoreDamaged,
    StoreError,
    StoreGone,
    StoreLocked,
    StoreTooNew,
    StoreTooOld,
)
from feedsvc.store.engine.limits import DEFAULT_LIMITS, Limits
from feedsvc.store.engine.silence import Silence
from feedsvc.store.schema import SCHEMA_VERSION, metadata

if TYPE_CHECKING:
    from feedsvc.store.engine.postgres import Lock

_BUSY_SECONDS: Final = 5
_GLANCE_SECONDS: Final = 0.5  # those that only ask for a watcher hold its lock for a moment
_LOCK_NUMBER: Final = zlib.crc32(b"feedsvc publishes")  # of PostgreSQL's advisory lock
_HIDDEN: Final = "***"
_MIGRATIONS: Final = Path(__file__).parents[1] / "migrations"


class Database:
    """One store's connections. Opening it creates or migrates the schema where that is due.

    Without `upgrade` the schema of an earlier feedsvc is refused, and left as it is; `as_found`
    opens the store with whatever schema it has. Every fault comes out as a StoreError:
    StoreDamaged for a file that is no database, StoreTooOld and StoreTooNew for the schema of
    another feedsvc, which is left untouched.
    """

    def __init__(
        self,
        url: str,
        *,
        upgrade: bool = True,
        as_found: bool = False,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._url = _parsed(url)
        self._secrets = _secrets_of(self._url)
        self._limits = limits
        self.silence = Silence()
        self._lock: Lock | None = None
        self.file = self._file()
        if self.file:
            _make_room(self.file)
        self.engine = self._new_engine()
        try:
            self._require_utf8()
            if not upgrade:
                self._refuse_an_earlier_schema()
            if not as_found:
                self.migrate()
        except BaseException:
            self.close()
            raise

    @property
    def name(self) -> str:
        """The store for messages, without a password and without options."""
        return self._url.set(query={}).render_as_string(hide_password=True)

    def without_secrets(self, text: str) -> str:
        """The text of a library, from which every form of the password is removed."""
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return text

    @property
    def is_shared(self) -> bool:
        """True if several machines may use the store at once."""
        return self.file is None

    def _file(self) -> Path | None:
        if self._url.get_backend_name() != "sqlite":
            return None
        if not self._url.database or self._url.database == ":memory:":
            raise StoreError("a store in memory would be lost; set store.url to a file")
        return Path(self._url.database)

    def _new_engine(self) -> Engine:
        if self.file is None:
            try:
                from feedsvc.store.engine import postgres  # psycopg is an extra

                return postgres.new_engine(self._url, self._limits, self.silence.is_known)
            except ImportError as error:
                raise StoreError(
                    f"{self.name} needs the driver of PostgreSQL; install it with "
                    "pip install 'feedsvc[postgres]'"
                ) from error
        engine = sa.create_engine(
            self._url, connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None}
        )
        sa.event.listen(engine, "connect", self._on_connect)
        sa.event.listen(engine, "checkout", self._on_checkout)
        sa.event.listen(engine, "begin", _begin)
        return engine

    def _on_connect(self, connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        # FULL, not NORMAL: what was acknowledged must outlive a power cut too.
        _use_wal(connection)
        for pragma in ("synchronous=FULL", "cache_size=-4000"):
            connection.execute(f"PRAGMA {pragma}")
        record.info["inode"] = self._inode()

    def _on_checkout(
        self, _connection: sqlite3.Connection, record: ConnectionPoolEntry, _proxy: object
    ) -> None:
        """A store that was put aside leaves its connections reading the old file."""
        if record.info["inode"] != self._inode():
            raise exc.DisconnectionError("the store's file was replaced")

    def _inode(self) -> int:
        assert self.file is not None  # noqa: S101 - only SQLite comes here
        try:
            return self.file.stat().st_ino
        except FileNotFoundError:
            return 0

    def _require_utf8(self) -> None:
        """Raises StoreError for a PostgreSQL database in another encoding."""
        if self.file is not None:
            return
        with self.reading() as connection:
            encoding = connection.execute(sa.text("SHOW server_encoding")).scalar()
        if encoding != "UTF8":
            raise StoreError(
                f"{self.name} has the encoding {encoding} and cannot hold every post; create "
                "a database with ENCODING 'UTF8' TEMPLATE template0 and set store.url to it"
            )

    def _refuse_an_earlier_schema(self) -> None:
        version = self.version()
        if version is not None and version < SCHEMA_VERSION:
            raise StoreTooOld(
                f"{self.name} was written by an earlier feedsvc (schema {version}, this one "
                f"writes {SCHEMA_VERSION}); start feedsvc serve or feedsvc publish, which "
                "bring it up to date"
            )

    def migrate(self, to: str | None = SCHEMA_VERSION) -> None:
        """Bring the schema to a version, this one's if it is not named; None leaves it."""
        if to is None or self.version() == to:
            return
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        with self.lock(wait=True):
            version = self.version()
            if version is not None and version > SCHEMA_VERSION:
                raise StoreTooNew(
                    f"{self.name} was written by a newer feedsvc (schema {version}, this one "
                    f"knows {SCHEMA_VERSION}); upgrade feedsvc or set another store.url"
                )
            config = Config()
            config.set_main_option("script_location", str(_MIGRATIONS))
            with self.writing() as connection:
                config.attributes["connection"] = connection
                try:
                    command.upgrade(config, to)
                except CommandError as error:
                    raise StoreError(
                        f"{self.name} has a schema that feedsvc never wrote ({version}); set "
                        "another store.url"
                    ) from error

    def version(self) -> str | None:
        """The version of the schema; None if there is none yet."""
        with self.reading() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            query = sa.text("SELECT version_num FROM alembic_version")
            version: str | None = connection.execute(query).scalar()
            return version

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one committed state throughout."""
        with named_faults(self), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, alone: str = "") -> Iterator[Connection]:
        """A transaction that is committed at the end, whole or not at all.

        Of those that say that they want to be `alone` at something, one is at work at a time:
        what it has read stays true. SQLite has one writer at a time anyway.
        """
        with named_faults(self), self.engine.connect() as connection:
            connection.execution_options(feedsvc_writes=True)
            with connection.begin():
                if alone and self.file is None:
                    number = zlib.crc32(f"feedsvc: {alone}".encode())
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))
                yield connection

    @contextmanager
    def trying(self) -> Iterator[Connection]:
        """A transaction that is undone at the end."""
        with named_faults(self), self.engine.connect() as connection:
            connection.execution_options(feedsvc_writes=True)
            with connection.begin() as transaction:
                yield connection
                transaction.rollback()

    @contextmanager
    def lock(self, *, wait: bool = False) -> Iterator[None]:
        """Hold the right to publish, which only one process on any machine has.

        Raises StoreLocked where another has it, unless told to `wait`. A process that dies
        loses it.
        """
        if self.file is None:
            with self._advisory_lock(wait=wait):
                yield
            return
        with _file_lock(self.file.with_name(self.file.name + ".lock"), wait=wait) as got:
            if not got:
                raise StoreLocked(f"another process is publishing into {self.name}")
            yield

    @contextmanager
    def _advisory_lock(self, *, wait: bool) -> Iterator[None]:
        from feedsvc.store.engine import postgres  # psycopg is an extra

        with (
            named_faults(self),
            postgres.holding(self.engine, _LOCK_NUMBER, self.name, wait=wait) as self._lock,
        ):
            try:
                yield
            finally:
                self._lock = None

    def keep_lock(self) -> None:
        """Raise StoreError if the right to publish was lost since this process got it.

        The server takes it from a process that was silent for long. Another may have published
        meanwhile, and what this one has read is no longer true.
        """
        if self._lock is not None:
            with named_faults(self):
                self._lock.check()

    def verify(self) -> None:
        """Look for damage; raises StoreDamaged. PostgreSQL keeps its own checksums."""
        if self.file is None:
            return
        with self.reading() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
            if found != "ok":
                raise StoreDamaged(f"{self.name} is damaged: {found}")
            missing = set(metadata.tables) - set(sa.inspect(connection).get_table_names())
            if missing:
                raise StoreDamaged(f"{self.name} has lost {', '.join(sorted(missing))}")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


@contextmanager
def sole_watcher(url: str) -> Iterator[None]:
    """Be the only one that watches a folder for this SQLite store; StoreLocked for a second.

    Two watchers of two folders would withdraw each other's posts. Machines that share a
    PostgreSQL share one folder, and each may watch it.
    """
    file = file_of(url)
    if file is None:
        yield
        return
    _make_room(file)
    until = time.monotonic() + _GLANCE_SECONDS
    while has_watcher(file) and time.monotonic() < until:
        time.sleep(_GLANCE_SECONDS / 10)
    with _file_lock(_watcher_lock(file), wait=False) as got:
        if not got:
            raise StoreLocked(
                f"another feedsvc watches a folder for {file}; stop it or set another store.url"
            )
        yield


def has_watcher(file: Path | None) -> bool:
    """False if no process watches a folder for this SQLite file; True for PostgreSQL."""
    if file is None:
        return True
    if not _watcher_lock(file).exists():
        return False
    with _file_lock(_watcher_lock(file), wait=False) as got:
        return not got


def _watcher_lock(file: Path) -> Path:
    return file.with_name(file.name + ".watcher")


@contextmanager
def _file_lock(path: Path, *, wait: bool) -> Iterator[bool]:
    """Hold a lock on a file; False where another process has it. Who dies loses it."""
    try:
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}") from error
    try:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            got = True
        except BlockingIOError:
            got = False
        yield got
    finally:
        os.close(opened)


def put_aside(url: str, now: datetime) -> Path | None:
    """Rename a damaged SQLite file, so that a new one takes its place; where it went.

    None for PostgreSQL, which feedsvc cannot mend.
    """
    file = file_of(url)
    if file is None:
        return None
    aside = file.with_name(f"{file.name}.damaged-{now:%Y%m%dT%H%M%S}")
    for suffix in ("-wal", "-shm", ""):  # no log of the old may stay beside the new
        part = file.with_name(file.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside


def file_of(url: str) -> Path | None:
    """The file of a SQLite store; None for PostgreSQL."""
    parsed = _parsed(url)
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database
    return Path(parsed.database or "") if is_file else None


def _parsed(url: str) -> sa.URL:
    try:
        return make_url(url)
    except (exc.ArgumentError, ValueError):  # their text may repeat parts of a password
        raise StoreError("store.url cannot be read; write sqlite:///PATH") from None


def _secrets_of(url: sa.URL) -> tuple[str, ...]:
    """Every form in which a library may repeat a password, the longest first."""
    secrets = {url.password or ""}
    for name, value in url.query.items():
        if "password" in name:
            secrets.update([value] if isinstance(value, str) else value)
    forms = set()
    for secret in secrets:
        if len(secret) > 2:  # shorter ones would remove parts of words
            forms |= {secret, repr(secret)[1:-1], quote(secret), quote(secret, safe="")}
            forms.add(quote_plus(secret))
    return tuple(sorted(forms, key=len, reverse=True))


def _make_room(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{file.parent} cannot be made: {error.strerror}; set store.url to a place that "
            "feedsvc may write to"
        ) from error
    if file.exists() and not file.is_file():
        raise StoreError(f"{file} is not a regular file; set store.url to a file")
    if not os.access(file.parent, os.W_OK) or (file.exists() and not os.access(file, os.W_OK)):
        raise StoreError(
            f"{file} cannot be written; give feedsvc the right to it or set another store.url"
        )


def _use_wal(connection: sqlite3.Connection) -> None:
    """Set WAL mode. On a new file SQLite does not wait for another that sets it: we do."""
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
    # A reader that turned writer would fail where another writes: ask for the right first.
    writes = connection.get_execution_options().get("feedsvc_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def named_faults(database: Database) -> Iterator[None]:
    """What SQLAlchemy and SQLite raise comes out as a StoreError that names the store."""
    try:
        yield
    except exc.SQLAlchemyError as error:
        raise _named(database, error, getattr(error, "orig", None) or error) from error
    except sqlite3.Error as error:
        raise _named(database, error, error) from error


def _named(database: Database, error: Exception, cause: Any) -> StoreError:
    text = database.without_secrets(" ".join(str(cause).split())) or type(error).__name__
    if isinstance(cause, sqlite3.DatabaseError):
        code = getattr(cause, "sqlite_errorcode", 0) or 0
        if code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return StoreDamaged(f"{database.name} is damaged: {text}")
        if code & 0xFF == sqlite3.SQLITE_FULL:
            return StoreError(f"{database.name}: the disk is full (ENOSPC); free some space")
        if code & 0xFF == sqlite3.SQLITE_BUSY:
            return StoreError(f"{database.name} is locked by another program")
        if code & 0xFF == sqlite3.SQLITE_CANTOPEN or text.startswith("no such table"):
            return StoreGone(f"{database.name} was taken away: {text}")
    if isinstance(cause, sqlite3.Error):
        return StoreError(f"{database.name}: {text}")
    return StoreError(
        f"{database.name}: {text}; see that store.url is right and its server runs"
    )
