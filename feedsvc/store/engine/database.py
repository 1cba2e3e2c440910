"""One store's connections: its transactions, its schema, and the lock to publish."""

import logging
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from feedsvc.errors import (
    StoreDamaged,
    StoreError,
    StoreLocked,
    StoreTooNew,
    StoreTooOld,
)
from feedsvc.store.engine import sqlite
from feedsvc.store.engine.faults import store_errors
from feedsvc.store.engine.file_locks import file_lock
from feedsvc.store.engine.limits import DEFAULT_LIMITS, Limits
from feedsvc.store.engine.silence import Silence
from feedsvc.store.engine.sqlite_copies import copy_to
from feedsvc.store.engine.urls import display_name, parse_url
from feedsvc.store.schema import SCHEMA_VERSION, metadata

if TYPE_CHECKING:
    from feedsvc.store.engine.postgres import Lock

_LOCK_NUMBER: Final = zlib.crc32(b"feedsvc publishes")  # of PostgreSQL's advisory lock
_MIGRATIONS: Final = Path(__file__).parents[1] / "migrations"

log = logging.getLogger("feedsvc.store")


class Database:
    """One store's connections. Opening it creates the schema, or migrates an older one.

    Without `upgrade` an older schema is refused and left unchanged; with `as_found` the store
    is opened with the schema that it has. If it only `reads`, a SQLite file that cannot be
    written is opened as it is, and nothing is created beside it. Every fault is raised as a
    StoreError: StoreDamaged if the file is not a database, StoreTooOld or StoreTooNew for the
    schema of another version of feedsvc.
    """

    def __init__(
        self,
        url: str,
        *,
        upgrade: bool = True,
        as_found: bool = False,
        reads: bool = False,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._url = parse_url(url)
        self._limits = limits
        self.silence = Silence()
        self._verification: Future[None] | None = None
        self._lock: Lock | None = None
        self.file = self._file()
        self.can_write = not reads or self.file is None or sqlite.is_writable(self.file)
        if self.file and self.can_write:
            sqlite.make_folder(self.file)
        self.engine = self._new_engine()
        try:
            self._require_utf8()
            if not upgrade:
                self._refuse_older_schema()
            if not self.can_write:
                self._require_schema()
            elif not as_found:
                self.migrate()
        except BaseException:
            self.close()
            raise

    @property
    def name(self) -> str:
        """The store for messages, without a password and without options."""
        return display_name(self._url)

    @property
    def is_shared(self) -> bool:
        """True if several machines may use the store at once."""
        return self.file is None

    def _file(self) -> Path | None:
        if self._url.get_backend_name() != "sqlite":
            return None
        if not self._url.database or self._url.database == ":memory:":
            raise StoreError(
                "a store in memory would be lost when feedsvc ends; set store.url to a file"
            )
        return Path(self._url.database)

    def _new_engine(self) -> Engine:
        if self.file is not None:
            if not self.can_write:
                return sqlite.engine_to_read(self.file)
            return sqlite.new_engine(self._url, self.file)
        try:
            from feedsvc.store.engine import postgres  # psycopg is an extra

            return postgres.new_engine(self._url, self._limits, self.silence.is_silent)
        except ImportError as error:
            raise StoreError(
                f"{self.name} needs the PostgreSQL driver; run "
                "pip install 'feedsvc[postgres]' in the environment of feedsvc"
            ) from error

    # The schema.

    def _require_utf8(self) -> None:
        """Raises StoreError for a PostgreSQL database in another encoding."""
        if self.file is not None:
            return
        with self.reading() as connection:
            encoding = connection.execute(sa.text("SHOW server_encoding")).scalar()
        if encoding != "UTF8":
            raise StoreError(
                f"{self.name} has the encoding {encoding} and cannot store every post; create "
                "a database with ENCODING 'UTF8' TEMPLATE template0 and set store.url to it"
            )

    def _refuse_older_schema(self) -> None:
        version = self.version()
        if version is not None and version < SCHEMA_VERSION:
            raise StoreTooOld(
                f"{self.name} was written by an earlier feedsvc (schema {version}, this one "
                f"writes {SCHEMA_VERSION}); run feedsvc serve or feedsvc publish to upgrade it"
            )

    def _require_schema(self) -> None:
        """Raise StoreError if there is no store in a file that cannot be written."""
        version = self.version()
        if version is None:
            raise StoreError(f"{self.name} has no posts of feedsvc and cannot be written")
        self._refuse_newer_schema(version)

    def _refuse_newer_schema(self, version: str) -> None:
        if version > SCHEMA_VERSION:
            raise StoreTooNew(
                f"{self.name} was written by a newer feedsvc (schema {version}, this one "
                f"writes {SCHEMA_VERSION}); upgrade feedsvc or set another store.url"
            )

    def migrate(self, to: str | None = SCHEMA_VERSION, *, keeps_copy: bool = True) -> None:
        """Migrate the schema to a version, by default this one's; None leaves it unchanged.

        Before that, a SQLite store that is not empty is copied to a file beside it,
        `NAME.before-VERSION`, unless `keeps_copy` is false. If that fails, nothing is changed.
        """
        if to is None or self.version() == to:
            return
        from alembic import command  # not at the top: most starts need no migration
        from alembic.config import Config
        from alembic.util import CommandError

        with self.lock(wait=True):
            version = self.version()
            if version is not None:
                self._refuse_newer_schema(version)
            if version == to:
                return  # another process was faster
            if version is not None and keeps_copy:
                self._keep_copy(to)
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
            if version is not None:
                self._give_back_space()

    def _give_back_space(self) -> None:
        """Rewrite SQLite's file if most of it is free after a migration.

        It is no error if that is not possible now: later publishes use the free space.
        """
        if self.file is None:
            return
        with self.reading() as connection:
            free, pages = (
                int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
                for name in ("freelist_count", "page_count")
            )
        if free * 2 > pages:
            with suppress(StoreError):
                self.erase_deleted()

    def _keep_copy(self, to: str) -> None:
        if self.file is None or not self._has_rows():
            return
        copy = self.file.with_name(f"{self.file.name}.before-{to}")
        try:
            copy_to(self.file, copy, replaces=True)
        except StoreDamaged:
            raise
        except StoreError as error:
            raise StoreError(
                f"{self.name} is not upgraded to schema {to}, because no copy of it could be "
                f"kept: {error}; nothing was changed, and the earlier feedsvc can still use it"
            ) from error
        log.info("%s is upgraded to schema %s; a copy of it is %s", self.name, to, copy)

    def _has_rows(self) -> bool:
        with self.reading() as connection:
            names = set(sa.inspect(connection).get_table_names()) & set(metadata.tables)
            queries = (sa.select(sa.literal(1)).select_from(sa.table(name)) for name in names)
            return any(connection.execute(query.limit(1)).first() for query in queries)

    def version(self) -> str | None:
        """The version of the schema; None if there is no schema yet."""
        with self.reading() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            query = sa.text("SELECT version_num FROM alembic_version")
            version: str | None = connection.execute(query).scalar()
            return version

    def verify(self) -> None:
        """Check for damage; raises StoreDamaged. PostgreSQL has its own checksums."""
        if self.file is None:
            return
        with self.reading() as connection:
            result = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
            if result != "ok":
                raise StoreDamaged(f"{self.name} is damaged: {result}")
            missing = set(metadata.tables) - set(sa.inspect(connection).get_table_names())
            if missing:
                tables = ", ".join(sorted(missing))
                raise StoreDamaged(f"{self.name} is damaged: it has lost the tables {tables}")

    @contextmanager
    def verifying(self) -> Iterator[None]:
        """Check for damage within this context, meanwhile; nothing is written before the end.

        Raises StoreDamaged instead of what a damaged file may have caused in the context.
        """
        with ThreadPoolExecutor(1, "feedsvc-verify") as pool:
            self._verification = pool.submit(self.verify)
            try:
                yield
            finally:
                verification, self._verification = self._verification, None
                verification.result()

    # Transactions.

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads one committed state throughout."""
        with store_errors(self._url), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, alone: str = "") -> Iterator[Connection]:
        """A transaction that is committed at the end, whole or not at all.

        Transactions with the same `alone` run one after another, so that what one has read
        stays true until it commits. SQLite has one writer at a time in any case.
        """
        if self._verification is not None:
            self._verification.result()
        with store_errors(self._url), self.engine.connect() as connection:
            connection.execution_options(feedsvc_writes=True)
            with connection.begin():
                if alone and self.file is None:
                    number = zlib.crc32(f"feedsvc: {alone}".encode())
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))
                yield connection

    @contextmanager
    def rolled_back(self) -> Iterator[Connection]:
        """A transaction that is rolled back at the end."""
        with store_errors(self._url), self.engine.connect() as connection:
            connection.execution_options(feedsvc_writes=True)
            with connection.begin() as transaction:
                yield connection
                transaction.rollback()

    def overwrite_deleted(self, connection: Connection) -> None:
        """Have SQLite overwrite what this transaction deletes with zeros."""
        if self.file is not None:
            connection.exec_driver_sql("PRAGMA secure_delete=ON")

    def empty_log(self) -> bool:
        """Remove earlier versions of pages from SQLite's log; False if somebody reads them."""
        if self.file is None:
            return True
        with store_errors(self._url), self.engine.connect() as connection:
            emptying = connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy, _, _ = emptying.fetchone()
            return not is_busy

    def erase_deleted(self) -> None:
        """Rewrite SQLite's file without what any transaction has ever deleted.

        It needs as much free space as the file takes. Raises StoreError if it fails, or if
        another process reads an earlier version all the time.
        """
        if self.file is None:
            return
        with store_errors(self._url), self.engine.connect() as connection:
            connection.connection.execute("VACUUM")
        if not self.empty_log():
            raise StoreError(
                f"{self.name} is being read by another program; close that program"
            )

    # The lock.

    @contextmanager
    def lock(self, *, wait: bool = False) -> Iterator[None]:
        """Hold the lock to publish, which one process on any machine can hold.

        Without `wait`, raises StoreLocked if another process holds it. A process that dies
        loses it.
        """
        if self.file is None:
            with self._advisory_lock(wait=wait):
                yield
            return
        with file_lock(self.file.with_name(self.file.name + ".lock"), wait=wait) as is_ours:
            if not is_ours:
                raise StoreLocked(f"another process is publishing into {self.name}")
            yield

    @contextmanager
    def _advisory_lock(self, *, wait: bool) -> Iterator[None]:
        from feedsvc.store.engine import postgres  # psycopg is an extra

        with (
            store_errors(self._url),
            postgres.holding(self.engine, _LOCK_NUMBER, self.name, wait=wait) as self._lock,
        ):
            try:
                yield
            finally:
                self._lock = None

    def check_lock(self) -> None:
        """Raise StoreError if this process has lost the lock to publish.

        The server releases the lock of a process that was silent for long. Another process may
        have published since, and what this one has read is no longer true.
        """
        if self._lock is not None:
            with store_errors(self._url):
                self._lock.check()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
