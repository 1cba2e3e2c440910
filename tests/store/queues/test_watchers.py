"""Watchers in the store, on both engines: which are alive, and whose jobs are taken over."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from feedsvc.store.engine.file_locks import sole_watcher
from feedsvc.store.queues.watchers import DEAD_AFTER, RunningWatcher
from feedsvc.store.schema import watchers
from feedsvc.store.store import Store

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HERE = RunningWatcher("one", "/srv/posts")


@pytest.fixture
def watched(either_store: Store, either_url: str) -> Iterator[Store]:
    """An empty store for which this process watches a folder."""
    with ExitStack() as watching:
        watching.enter_context(sole_watcher(either_url))
        yield either_store


def age(store: Store, name: str, seconds: float) -> None:
    """Shift the last heartbeat of a watcher into the past, or into the future."""
    with store._database.writing() as connection:
        older = watchers.c.alive_at - int(seconds * 1_000_000)
        where = watchers.c.name == name
        connection.execute(sa.update(watchers).where(where).values(alive_at=older))


def running(store: Store, watcher: str, ref: str = "") -> str:
    """The name of a job that a watcher has begun."""
    job, _ = store.jobs.enqueue(NOW, kind="preview", ref=ref)
    assert store.jobs.begin([job.name], NOW, watcher) == {job.name}
    return job.name


def state(store: Store, name: str) -> str:
    job = store.jobs.named(name)
    assert job is not None
    return job.state


def test_a_watcher_is_alive_from_its_first_heartbeat_until_it_leaves(watched: Store) -> None:
    assert watched.watchers.alive() == []
    for _ in range(2):
        watched.watchers.beat(HERE.name, HERE.folder)
    assert watched.watchers.alive() == [HERE]
    watched.watchers.leave(HERE.name)
    assert watched.watchers.alive() == []


def test_heartbeats_carry_the_time_of_the_database(either_store: Store) -> None:
    either_store.watchers.beat(HERE.name, HERE.folder)
    with either_store._database.reading() as connection:
        alive_at = connection.execute(sa.select(watchers.c.alive_at)).scalar_one()
    assert abs(alive_at / 1e6 - datetime.now(UTC).timestamp()) < 60


@pytest.mark.postgres
@pytest.mark.parametrize("direction", [1, -1], ids=["silent", "from the future"])
def test_a_watcher_without_a_heartbeat_is_dead(postgres_url: str, direction: int) -> None:
    store = Store(postgres_url)
    store.watchers.beat(HERE.name, HERE.folder)
    age(store, HERE.name, direction * (DEAD_AFTER.total_seconds() - 5))
    assert store.watchers.alive() == [HERE]
    age(store, HERE.name, direction * 10)
    assert store.watchers.alive() == []
    store.close()


def test_a_sqlite_store_has_one_watcher(store: Store, sqlite_url: str) -> None:
    store.watchers.beat("killed", "/srv/old")
    assert store.watchers.alive() == []  # its process is gone
    with sole_watcher(sqlite_url):
        store.watchers.beat(HERE.name, HERE.folder)
        assert store.watchers.alive() == [HERE]


def test_jobs_of_a_living_watcher_stay_with_it(either_store: Store) -> None:
    either_store.watchers.beat(HERE.name, HERE.folder)
    name = running(either_store, HERE.name)
    assert either_store.jobs.requeue() == 0
    assert state(either_store, name) == "running"


def test_jobs_of_a_watcher_that_has_left_are_requeued(either_store: Store) -> None:
    either_store.watchers.beat(HERE.name, HERE.folder)
    names = [running(either_store, HERE.name), running(either_store, "unknown", "pull/1")]
    either_store.watchers.leave(HERE.name)
    assert either_store.jobs.requeue() == 2
    assert [state(either_store, name) for name in names] == ["queued", "queued"]


@pytest.mark.postgres
def test_jobs_of_a_watcher_without_a_heartbeat_are_requeued(postgres_url: str) -> None:
    store = Store(postgres_url)
    for watcher in ("one", "two"):
        store.watchers.beat(watcher, "/srv/posts")
    dead, living = running(store, "one"), running(store, "two", "pull/1")
    age(store, "one", DEAD_AFTER.total_seconds() + 1)
    assert store.jobs.requeue("three") == 1
    assert (state(store, dead), state(store, living)) == ("queued", "running")
    store.close()


def test_a_watcher_requeues_its_own_jobs(either_store: Store) -> None:
    either_store.watchers.beat(HERE.name, HERE.folder)
    name = running(either_store, HERE.name)
    assert either_store.jobs.requeue(HERE.name) == 1
    assert state(either_store, name) == "queued"


def test_a_job_is_begun_by_one_watcher(either_store: Store) -> None:
    name = running(either_store, "one")
    assert either_store.jobs.begin([name], NOW, "two") == set()
    either_store.jobs.end([name], "{}", NOW, "two")
    assert state(either_store, name) == "running"
    either_store.jobs.end([name], "{}", NOW, "one")
    assert state(either_store, name) == "done"


def test_a_watcher_that_counted_as_dead_changes_no_job(either_store: Store) -> None:
    name = running(either_store, "one")
    either_store.jobs.requeue()
    either_store.jobs.begin([name], NOW, "two")
    job = either_store.jobs.named(name)
    assert job is not None
    either_store.jobs.fail(job, "failed", "late", NOW, NOW, "one")
    either_store.jobs.end([name], "{}", NOW, "one")
    assert state(either_store, name) == "running"
