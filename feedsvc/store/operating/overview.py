"""The state of a running site, from its store and its disks."""

import os
import platform
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc import __version__
from feedsvc.core.admin.status import (
    MOST_SHOWN,
    Disk,
    JobLine,
    Receiver,
    Status,
    StoreState,
    Surroundings,
    WatcherState,
)
from feedsvc.core.dates import from_microseconds
from feedsvc.core.feeds.feeds import RENDERER_VERSION
from feedsvc.core.ledger.losses import held_set
from feedsvc.errors import StoreError
from feedsvc.store.engine import sqlite
from feedsvc.store.engine.file_locks import has_watcher
from feedsvc.store.engine.urls import display_name, file_of, parse_url
from feedsvc.store.operating.counts import (
    count_problems,
    first_problems,
    post_counts,
    subscribers,
)
from feedsvc.store.operating.lasting_failures import read_failures
from feedsvc.store.operating.publish_records import last_publishes
from feedsvc.store.queues.watchers import watcher_rows
from feedsvc.store.schema import IS_LISTED, SCHEMA_VERSION, feeds, jobs, listeners
from feedsvc.store.snapshot import Snapshot


def status_of(connection: Connection, around: Surroundings, now: datetime) -> Status:
    """The status of the site whose store this is. Its paths are relative to the folder."""
    counts, snapshot = post_counts(connection), Snapshot(connection)
    file = file_of(around.store_url)
    return Status(
        at=now,
        versions=_versions(connection),
        store=_store(connection, around.store_url),
        disks=disks(around),
        last_publish=snapshot.last_published_at(),
        revision=snapshot.revision(),
        feeds=_count_feeds(connection),
        posts=counts,
        problem_count=count_problems(connection, counts.with_problems),
        problems=first_problems(connection),
        held=held_set(snapshot.held()),
        publishes=last_publishes(connection, MOST_SHOWN),
        failures=read_failures(connection, now),
        jobs=_jobs(connection),
        subscribers=subscribers(connection, around.site_url),
        listeners=_listeners(connection, around),
        watchers=_watchers(connection, file),
    )


def status_without_store(around: Surroundings, fault: str, now: datetime) -> Status:
    """The status while the store cannot be used."""
    name = display_name(parse_url(around.store_url))
    versions = _own_versions()
    return Status(now, versions, StoreState(name, fault=fault), disks(around))


def _own_versions() -> dict[str, str]:
    return {
        "feedsvc": __version__,
        "schema": SCHEMA_VERSION,
        "renderer": RENDERER_VERSION,
        "python": platform.python_version(),
    }


def _versions(connection: Connection) -> dict[str, str]:
    if connection.dialect.name == "sqlite":
        return _own_versions() | {"sqlite": sqlite3.sqlite_version}
    version = connection.exec_driver_sql("SHOW server_version").scalar_one()
    return _own_versions() | {"postgresql": str(version)}


def _store(connection: Connection, url: str) -> StoreState:
    name, file = display_name(parse_url(url)), file_of(url)
    if file:
        return StoreState(name, "SQLite", _size_of(file), not _is_read_only(file))
    size = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar()
    reads_only = connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar()
    return StoreState(name, "PostgreSQL", int(size or 0), not reads_only)


def _is_read_only(file: Path) -> bool:
    """True if its owner cannot write it. That another user cannot is no fault."""
    if sqlite.is_writable(file):
        return False
    try:
        is_read_only = os.statvfs(file).f_flag & os.ST_RDONLY
        return bool(is_read_only) or file.stat().st_uid == os.geteuid()
    except OSError:  # it has gone just now
        return False


def _size_of(file: Path) -> int | None:
    """The octets of a SQLite file with its log; None if there is no file yet."""
    sizes = [_size(file), _size(file.with_name(f"{file.name}-wal"))]
    return None if sizes[0] is None else sum(size or 0 for size in sizes)


def _size(file: Path) -> int | None:
    try:
        return file.stat().st_size
    except OSError:
        return None


def disks(around: Surroundings) -> tuple[Disk, ...]:
    """The file systems of the store and of the posts, each once."""
    store = file_of(around.store_url)
    places = [("store", str(store.parent))] if store else []
    if around.posts:
        places.append(("posts", around.posts))
    return tuple(_disks(places))


def _disks(places: Iterable[tuple[str, str]]) -> Iterator[Disk]:
    known = set()
    for what, place in places:
        path = _existing(Path(place))
        try:
            device, usage = os.stat(path).st_dev, shutil.disk_usage(path)  # noqa: PTH116
        except OSError:  # it has gone just now
            continue
        if device not in known:
            known.add(device)
            yield Disk(what, place, usage.free, usage.total)


def _existing(path: Path) -> Path:
    """The path, or the first folder above it that exists."""
    return next((each for each in (path, *path.absolute().parents) if each.exists()), path)


def _count_feeds(connection: Connection) -> int:
    query = sa.select(sa.func.count()).select_from(feeds).where(IS_LISTED)
    return int(connection.execute(query).scalar_one())


def _jobs(connection: Connection) -> tuple[JobLine, ...]:
    """The newest jobs, newest first. Their reports are not read."""
    columns = ("name", "kind", "state", "asked_at", "ended_at", "attempts", "error")
    query = sa.select(*(jobs.c[name] for name in columns))
    query = query.order_by(jobs.c.number.desc()).limit(MOST_SHOWN)
    return tuple(_job(*row) for row in connection.execute(query))


def _job(
    name: str,
    kind: str,
    state: str,
    asked_at: int,
    ended_at: int | None,
    attempts: int,
    error: str,
) -> JobLine:
    ended = None if ended_at is None else from_microseconds(ended_at)
    return JobLine(name, kind, state, from_microseconds(asked_at), ended, attempts, error)


def _listeners(connection: Connection, around: Surroundings) -> tuple[Receiver, ...]:
    """The listeners of the settings; those that fail come first."""
    rows = connection.execute(sa.select(listeners)).mappings()
    found = [
        Receiver(
            *around.listeners[row["name"]],
            topic=f"publishes up to {row['told']}",
            attempts=row["attempts"],
            delivered_at=None,
            last_error=row["last_error"],
        )
        for row in rows
        if row["name"] in around.listeners
    ]
    return tuple(sorted(found, key=lambda each: (-each.attempts, each.address)))


def _may_have_watcher(file: Path) -> bool:
    """False if it is certain that no process watches. A user who only reads cannot ask."""
    try:
        return has_watcher(file)
    except StoreError:
        return True


def _watchers(connection: Connection, file: Path | None) -> tuple[WatcherState, ...]:
    if file and not _may_have_watcher(file):
        return ()
    return tuple(
        WatcherState(name, folder, seconds)
        for name, folder, seconds in watcher_rows(connection)
    )
