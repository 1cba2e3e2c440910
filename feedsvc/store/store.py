"""The store's face: what the rest of the house asks of it, whichever engine it runs on."""

import logging
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from feedsvc.errors import StoreDamaged, StoreTooOld
from feedsvc.store.copies import copy_upgraded
from feedsvc.store.engine.engine import (
    Database,
    file_of,
    put_aside,
)
from feedsvc.store.engine.limits import DEFAULT_LIMITS, Limits
from feedsvc.store.publication import Changes, Publication, commit
from feedsvc.store.queues.jobs import Jobs
from feedsvc.store.queues.listeners import Listeners
from feedsvc.store.queues.subscriptions import Subscriptions
from feedsvc.store.queues.watchers import Watchers
from feedsvc.store.schema import facts, identities, subscriptions
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.upserts import upsert

# What no file of the folder has: the ids that readers know, and what our hub has promised.
_SALVAGED: Final = (identities, subscriptions)

log = logging.getLogger("feedsvc.store")


class Store:
    """What is published. Every method raises StoreError where the store cannot be asked."""

    def __init__(
        self, url: str, *, upgrade: bool = True, limits: Limits = DEFAULT_LIMITS
    ) -> None:
        self._database = Database(url, upgrade=upgrade, limits=limits)
        self.name = self._database.name
        self.jobs = Jobs(self._database)
        self.subscriptions = Subscriptions(self._database)
        self.listeners = Listeners(self._database)
        self.watchers = Watchers(self._database)

    @property
    def is_shared(self) -> bool:
        """True if several machines may use the store at once."""
        return self._database.is_shared

    def lock(self, *, wait: bool = False) -> AbstractContextManager[None]:
        """Hold the right to publish; StoreLocked where another process has it."""
        return self._database.lock(wait=wait)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One committed state, to be read from as long as the context lasts."""
        with self._database.reading() as connection:
            yield Snapshot(connection)

    def publish(self, publication: Publication, now: datetime) -> Changes:
        """Write a publication in one transaction: readers see all of it or nothing."""
        with self._database.writing() as connection:
            changes = commit(connection, publication, now)
            self._database.keep_lock()
            return changes

    def rehearse(self, publication: Publication, now: datetime) -> Changes:
        """What `publish` would do; nothing is written."""
        with self._database.trying() as connection:
            return commit(connection, publication, now)

    def hold(self, posts: int) -> None:
        """Note how many posts are held because the folder is empty; 0 if none are."""
        with self._database.writing() as connection:
            upsert(connection, facts, [{"name": "held", "value": str(posts)}])

    def adopt(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Keep rows that were written elsewhere."""
        with self._database.writing() as connection:
            upsert(connection, table, rows)

    def probe(self) -> AbstractContextManager[None]:
        """Ask the store within this context, and learn whether it answers: see Silence."""
        return self._database.silence.probe()

    def verify(self) -> None:
        """Look for damage; raises StoreDamaged."""
        self._database.verify()

    def close(self) -> None:
        """Close every connection."""
        self._database.close()


def open_store(url: str, limits: Limits = DEFAULT_LIMITS) -> Store:
    """The store at `url`; one that cannot be opened is put aside, and a new one made.

    Raises StoreError where that cannot be done; StoreTooNew leaves the store as it is.
    """
    try:
        return Store(url, limits=limits)
    except StoreDamaged as error:
        return _anew(url, error)


def open_sound_store(url: str, limits: Limits = DEFAULT_LIMITS) -> Store:
    """The store at `url`, looked through for damage first: a damaged one is put aside too."""
    store = open_store(url, limits)
    try:
        store.verify()
    except StoreDamaged as error:
        store.close()
        return _anew(url, error)
    return store


@contextmanager
def store_to_look_at(
    url: str, limits: Limits = DEFAULT_LIMITS, *, upgrade: bool = False
) -> Iterator[Store]:
    """The store at `url`; if there is no file yet an empty one, which leaves none behind.

    Without `upgrade` that of an earlier feedsvc, which may still be running, is refused with a
    StoreError.
    """
    file = file_of(url)
    is_there = file is None or file.exists()
    with tempfile.TemporaryDirectory(prefix="feedsvc-") as place:
        there = url if is_there else f"sqlite:///{place}/empty.sqlite3"
        store = Store(there, upgrade=upgrade, limits=limits)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def store_to_try(url: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[Store]:
    """The store at `url` for a rehearsal; of one of an older feedsvc an upgraded copy.

    The store itself stays as it is. Raises StoreError.
    """
    try:
        with store_to_look_at(url, limits) as store:
            yield store
            return
    except StoreTooOld:
        pass
    with tempfile.TemporaryDirectory(prefix="feedsvc-") as place:
        file = Path(place) / "copy.sqlite3"
        copy_upgraded(url, file)
        store = Store(f"sqlite:///{file}")
        try:
            yield store
        finally:
            store.close()


def _anew(url: str, damage: StoreDamaged) -> Store:
    aside = put_aside(url, datetime.now(UTC))
    if aside is None:
        raise damage
    log.error("%s; it is kept as %s, and the folder is published anew", damage, aside)
    store = Store(url)
    for table in _SALVAGED:
        store.adopt(table, _readable(aside, table))
    store.subscriptions.release_claims()
    return store


def _readable(aside: Path, table: sa.Table) -> list[dict[str, Any]]:
    """The rows of a table that can still be read in a damaged store."""
    names = [column.name for column in table.columns]
    found: list[dict[str, Any]] = []
    has_log = aside.with_name(aside.name + "-wal").exists()
    how = "mode=ro" if has_log else "immutable=1"  # the latter leaves no file beside it
    try:
        with closing(sqlite3.connect(f"{aside.resolve().as_uri()}?{how}", uri=True)) as damaged:
            query = f"SELECT {', '.join(names)} FROM {table.name}"  # noqa: S608 - our names
            for values in damaged.execute(query):
                if all(map(_may_hold, table.columns, values)):
                    found.append(dict(zip(names, values, strict=True)))
    except sqlite3.Error as error:
        told = (len(found), table.name, aside, error)
        log.warning("%d %s could be read from %s: %s", *told)
    return found


def _may_hold(column: sa.Column[Any], value: object) -> bool:
    if value is None:
        return bool(column.nullable)
    return isinstance(value, column.type.python_type)
