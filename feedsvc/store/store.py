"""The store: everything that the other packages read and write, on either engine."""

import logging
import sqlite3
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import sqlalchemy as sa

from feedsvc.core.dates import microseconds
from feedsvc.core.ledger.ledger_lines import LedgerLine
from feedsvc.core.ledger.losses import LossBook
from feedsvc.errors import StoreDamaged, StoreTooOld
from feedsvc.store.audience.flushes import Flushes
from feedsvc.store.bulk import upsert
from feedsvc.store.copying.upgraded_copies import copy_upgraded
from feedsvc.store.engine.database import Database
from feedsvc.store.engine.limits import DEFAULT_LIMITS, Limits
from feedsvc.store.engine.sqlite import put_aside
from feedsvc.store.engine.urls import file_of
from feedsvc.store.held import write_losses
from feedsvc.store.ledger_tables import Merged, merge_lines
from feedsvc.store.operating.lasting_failures import LastingFailures
from feedsvc.store.operating.publish_records import PublishRecord, write_record
from feedsvc.store.publication import Changes, Publication, commit, next_number
from feedsvc.store.queues.intents import Intents
from feedsvc.store.queues.jobs import Jobs
from feedsvc.store.queues.listeners import Listeners
from feedsvc.store.queues.subscriptions import Subscriptions
from feedsvc.store.queues.watchers import Watchers
from feedsvc.store.schema import forgotten, identities, ledger, retractions, subscriptions
from feedsvc.store.search.building import SearchIndexes
from feedsvc.store.snapshot import Snapshot

# What a publish and a poll do not need is imported by the methods that do: imports take most of
# the time of a short command.
if TYPE_CHECKING:
    from feedsvc.core.admin.status import Status, Surroundings
    from feedsvc.store.adoptions import Adoptions
    from feedsvc.store.audience.figures import AudienceFigures
    from feedsvc.store.operating.alarm_rows import AlarmRows
    from feedsvc.store.operating.gauges import StoreGauges

# Tables that cannot be rebuilt from the folder: permanent ids, what must not be published, and
# subscriptions of our hub.
_SALVAGED: Final = (identities, ledger, forgotten, retractions, subscriptions)

_T = TypeVar("_T")

log = logging.getLogger("feedsvc.store")


class Store:
    """All that is published. Every method raises StoreError if the store cannot be used.

    If it only `reads`, the file of the store may be read-only.
    """

    def __init__(
        self,
        url: str,
        *,
        upgrade: bool = True,
        reads: bool = False,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._database = Database(url, upgrade=upgrade, reads=reads, limits=limits)
        self.name = self._database.name
        self.flushes = Flushes(self._database)
        self.intents = Intents(self._database)
        self.jobs = Jobs(self._database)
        self.subscriptions = Subscriptions(self._database)
        self.listeners = Listeners(self._database)
        self.watchers = Watchers(self._database)
        self.search_indexes = SearchIndexes(self._database)
        self.failures = LastingFailures(self._database)

    @cached_property
    def adoptions(self) -> "Adoptions":
        """What posts take over from feeds that the site had before."""
        from feedsvc.store.adoptions import Adoptions

        return Adoptions(self._database)

    @cached_property
    def audience(self) -> "AudienceFigures":
        """Who reads."""
        from feedsvc.store.audience.figures import AudienceFigures

        return AudienceFigures(self._database)

    @cached_property
    def gauges(self) -> "StoreGauges":
        """What `/metrics` says of the store."""
        from feedsvc.store.operating.gauges import StoreGauges

        return StoreGauges(self._database)

    @cached_property
    def alarms(self) -> "AlarmRows":
        """What wants the attention of operators, since when."""
        from feedsvc.store.operating.alarm_rows import AlarmRows

        return AlarmRows(self._database)

    @property
    def can_write(self) -> bool:
        """False if it only reads, and its file or the folder of the file is read-only."""
        return self._database.can_write

    @property
    def is_shared(self) -> bool:
        """True if several machines may use the store at once."""
        return self._database.is_shared

    def lock(self, *, wait: bool = False) -> AbstractContextManager[None]:
        """Hold the lock to publish; without `wait`, StoreLocked if another process holds it."""
        return self._database.lock(wait=wait)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One committed state, which can be read within the context."""
        with self._database.reading() as connection:
            yield Snapshot(connection)

    def publish(self, publication: Publication, now: datetime) -> Changes:
        """Write a publication in one transaction: readers see all of it or none of it."""
        with self._database.writing() as connection:
            changes = commit(connection, publication, now)
            self._database.check_lock()
            return changes

    def record(self, number: int, record: PublishRecord) -> None:
        """Add to the publish with this number how it went."""
        with self._database.writing() as connection:
            write_record(connection, number, record)

    def status(self, around: "Surroundings", now: datetime) -> "Status":
        """What operators look at first, of one committed state."""
        from feedsvc.store.operating.overview import status_of

        with self._database.reading() as connection:
            return status_of(connection, around, now)

    def rehearse(self, publication: Publication, now: datetime) -> Changes:
        """What `publish` would change; nothing is written."""
        with self._database.rolled_back() as connection:
            return commit(connection, publication, now)

    def merge_ledger(
        self, hashes: Collection[str], lines: Iterable[LedgerLine], now: datetime
    ) -> Merged:
        """Add lines of a file to the ledger, all or none; the store wins. See merge_lines."""
        with self._database.writing() as connection:
            merged = merge_lines(connection, hashes, lines, now)
            self._database.check_lock()
            return merged

    def forget(self, entry_id: str, now: datetime) -> Changes | None:
        """Remove an entry and all that is remembered of it; only hashes stay.

        None if there is no such entry. The caller holds the lock, and no file publishes it.
        """
        from feedsvc.store.forgetting import forget

        with self._database.writing() as connection:
            self._database.overwrite_deleted(connection)
            changes = forget(connection, entry_id, now)
            self._database.check_lock()
        self._database.empty_log()
        return changes

    def erase_deleted(self) -> None:
        """Rewrite the file of SQLite without the bytes of anything that was ever deleted.

        Raises StoreError if that is not possible now. PostgreSQL is left alone.
        """
        self._database.erase_deleted()

    def write_losses(self, book: LossBook, now: datetime) -> None:
        """Write which losses are held, and nothing else."""
        with self._database.writing() as connection:
            write_losses(connection, book, microseconds(now), next_number(connection))
            self._database.check_lock()

    def restore(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Insert or replace rows that were read from a damaged store."""
        with self._database.writing() as connection:
            upsert(connection, table, rows)

    def probe(self) -> AbstractContextManager[None]:
        """Check within this context whether the store answers: see Silence."""
        return self._database.silence.probe()

    def verify(self) -> None:
        """Check for damage; raises StoreDamaged."""
        self._database.verify()

    def verifying(self) -> AbstractContextManager[None]:
        """Check for damage within this context, meanwhile: see Database.verifying."""
        return self._database.verifying()

    def close(self) -> None:
        """Close every connection."""
        self._database.close()


def open_store(url: str, limits: Limits = DEFAULT_LIMITS) -> Store:
    """The store at `url`. A damaged one is put aside and replaced by a new one.

    Raises StoreError if that fails, and StoreTooNew for the store of a newer feedsvc, which is
    not changed.
    """
    try:
        return Store(url, limits=limits)
    except StoreDamaged as error:
        return _replace_damaged(url, error)


def open_sound_store(url: str, limits: Limits = DEFAULT_LIMITS) -> Store:
    """As `open_store`, but the whole store is checked for damage first."""
    store = open_store(url, limits)
    try:
        store.verify()
    except StoreDamaged as error:
        store.close()
        return _replace_damaged(url, error)
    return store


def on_sound_store(url: str, limits: Limits, work: Callable[[Store], _T]) -> _T:
    """What `work` returns. The store is checked for damage while it runs.

    If the store is damaged, it is replaced, and `work` runs again.
    """
    with closing(open_store(url, limits)) as store:
        try:
            with store.verifying():
                return work(store)
        except StoreDamaged as error:
            damage = error
    with closing(_replace_damaged(url, damage)) as store:
        return work(store)


@contextmanager
def store_to_look_at(
    url: str, limits: Limits = DEFAULT_LIMITS, *, upgrade: bool = False
) -> Iterator[Store]:
    """The store at `url`, for a look; an empty temporary one if there is no file yet.

    Without `upgrade`, raises StoreTooOld for the store of an earlier feedsvc, which may still
    be running.
    """
    file = file_of(url)
    exists = file is None or file.exists()
    with tempfile.TemporaryDirectory(prefix="feedsvc-") as temporary:
        store_url = url if exists else f"sqlite:///{temporary}/empty.sqlite3"
        store = Store(store_url, upgrade=upgrade, reads=not upgrade, limits=limits)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def store_to_try(
    url: str, limits: Limits = DEFAULT_LIMITS, *, reads: bool = False
) -> Iterator[Store]:
    """The store at `url` for a dry run; if it has an older schema, an upgraded copy.

    A copy too if it is read-only, unless the caller only `reads`. The store itself is not
    changed. Raises StoreError.
    """
    try:
        with store_to_look_at(url, limits) as store:
            if reads or store.can_write:
                yield store
                return
    except StoreTooOld:
        pass
    with tempfile.TemporaryDirectory(prefix="feedsvc-") as temporary:
        file = Path(temporary) / "copy.sqlite3"
        copy_upgraded(url, file)
        store = Store(f"sqlite:///{file}")
        try:
            yield store
        finally:
            store.close()


def _replace_damaged(url: str, damage: StoreDamaged) -> Store:
    aside = put_aside(url, datetime.now(UTC))
    if aside is None:
        raise damage
    log.error("%s; it is kept as %s, and the folder is published again", damage, aside)
    store = Store(url)
    for table in _SALVAGED:
        store.restore(table, _readable_rows(aside, table))
    store.subscriptions.release_claims()
    return store


def _readable_rows(aside: Path, table: sa.Table) -> list[dict[str, Any]]:
    """The rows of a table that can still be read from a damaged store."""
    names = [column.name for column in table.columns]
    rows: list[dict[str, Any]] = []
    has_log = aside.with_name(aside.name + "-wal").exists()
    mode = "mode=ro" if has_log else "immutable=1"  # the latter creates no file beside it
    try:
        with closing(
            sqlite3.connect(f"{aside.resolve().as_uri()}?{mode}", uri=True)
        ) as damaged:
            query = f"SELECT {', '.join(names)} FROM {table.name}"  # noqa: S608 - names of the schema
            for values in damaged.execute(query):
                if all(map(_fits, table.columns, values)):
                    rows.append(dict(zip(names, values, strict=True)))
    except sqlite3.Error as error:
        message = "only %d rows of %s could be read from %s: %s"
        log.warning(message, len(rows), table.name, aside, error)
    return rows


def _fits(column: sa.Column[Any], value: object) -> bool:
    if value is None:
        return bool(column.nullable)
    return isinstance(value, column.type.python_type)
