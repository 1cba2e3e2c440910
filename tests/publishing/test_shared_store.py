"""Two watchers of one PostgreSQL store: one publishes, takes over, or is refused."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc.core.feeds.entries import Entry
from feedsvc.errors import StoreError, StoreLocked
from feedsvc.store.engine.limits import Limits
from feedsvc.store.engine.postgres import VANISHED_SECONDS
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from feedsvc.watcher.publish_loop import RETRY
from tests.support.builders import a_site, an_entry
from tests.support.running import Server, wait_until
from tests.support.silent import behind_proxy
from tests.support.stores import titles
from tests.support.writing import PostFolder

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@contextmanager
def watching(home: Path, seeds: Path, url: str) -> Iterator[Server]:
    """`feedsvc watch`; its first scan is done."""
    server = Server(home, seeds, command="watch", settings={"FEEDSVC_STORE__URL": url})
    store = Store(url)
    try:
        wait_until(lambda: store.watchers.alive() or server.process.poll(), "the watcher")
        yield server
    finally:
        store.close()
        server.stop()


def folder_of(home: Path, *names: str) -> PostFolder:
    posts = PostFolder(home)
    for name in names:
        posts.write(f"{name}.md", title=name)
    return posts


NAMES = [f"post{number}" for number in range(12)]


def test_a_watcher_over_another_folder_refuses_to_start(
    tmp_path: Path, postgres_url: str
) -> None:
    ours = folder_of(tmp_path / "ours", *NAMES)
    others = folder_of(tmp_path / "theirs", *NAMES[:5], "stranger")
    with watching(tmp_path / "1", ours.root, postgres_url):
        store = Store(postgres_url)
        wait_until(lambda: titles(store) == {*NAMES}, "the first publish")
        second = Server(
            tmp_path / "2",
            others.root,
            command="watch",
            settings={"FEEDSVC_STORE__URL": postgres_url},
        )
        assert second.process.wait(20) == 2
        assert f"{others.root} lacks 7 of the 12 published files" in second.log
        assert str(ours.root) in second.log
        assert "Traceback" not in second.log
        assert titles(store) == {*NAMES}
        store.close()


def test_one_folder_at_two_paths_may_be_watched_twice(
    tmp_path: Path, postgres_url: str
) -> None:
    ours = folder_of(tmp_path / "ours", *NAMES)
    (tmp_path / "mounted").symlink_to(ours.root)
    with (
        watching(tmp_path / "1", ours.root, postgres_url),
        watching(tmp_path / "2", tmp_path / "mounted", postgres_url) as second,
    ):
        store = Store(postgres_url)
        wait_until(lambda: len(store.watchers.alive()) == 2, "both")
        assert second.process.poll() is None
        store.close()


def test_a_lock_that_another_process_holds_is_logged_once(
    tmp_path: Path, postgres_url: str
) -> None:
    posts = folder_of(tmp_path / "posts", "tea")
    store = Store(postgres_url)
    with store.lock(), watching(tmp_path / "1", posts.root, postgres_url) as watcher:
        wait_until(lambda: "another process is publishing" in watcher.log, "the lock")
        time.sleep(4.5)  # two tries more
        assert watcher.log.count("another process is publishing") == 1
    store.close()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server drops a silent client after three seconds, not after twenty."""
    assert VANISHED_SECONDS + RETRY < 30
    monkeypatch.setattr("feedsvc.store.engine.postgres.VANISHED_SECONDS", 3)
    monkeypatch.setattr("feedsvc.store.engine.postgres._HEARTBEAT_SECONDS", 0.5)


def may_publish(store: Store) -> bool:
    try:
        with store.lock():
            return True
    except StoreLocked:
        return False


@pytest.mark.usefixtures("soon")
def test_a_machine_that_is_cut_off_loses_the_lock_and_publishes_nothing(
    postgres_url: str,
) -> None:
    with behind_proxy(postgres_url) as (proxy, url):
        vanished, other = Store(url, limits=Limits(1)), Store(postgres_url)
        with vanished.lock():
            time.sleep(4)
            assert not may_publish(other)  # its heartbeats arrive
            proxy.fall_silent()
            wait_until(lambda: may_publish(other), "the takeover", 10)
            proxy.speak()
            with pytest.raises(StoreError):
                vanished.publish(Publication(a_site(), [an_entry()]), NOW)
        assert titles(other) == set()
        assert may_publish(vanished)
        for each in (vanished, other):
            each.close()


@pytest.mark.usefixtures("soon")
def test_a_heartbeat_whose_answer_is_lost_ends_the_publish(postgres_url: str) -> None:
    """The server has dropped the connection, but the client does not hear of that."""
    errors: list[StoreError] = []
    with behind_proxy(postgres_url) as (proxy, url):
        vanished, other = Store(url, limits=Limits(60)), Store(postgres_url)

        def publish_late() -> None:
            try:
                with vanished.lock():
                    proxy.fall_silent()
                    wait_until(lambda: may_publish(other), "the takeover", 10)
                    proxy.speak()
                    vanished.publish(Publication(a_site(), [an_entry()]), NOW)
            except StoreError as error:
                errors.append(error)

        thread = threading.Thread(target=publish_late, daemon=True)
        thread.start()
        thread.join(15)
        assert not thread.is_alive()
        assert errors
        for each in (vanished, other):
            each.close()


@pytest.mark.usefixtures("soon")
def test_a_publish_that_is_cut_off_leaves_no_rows_locked(postgres_url: str) -> None:
    with behind_proxy(postgres_url) as (proxy, url):
        vanished, other = Store(url, limits=Limits(1)), Store(postgres_url)
        other.publish(Publication(a_site(), [an_entry()]), NOW)

        def cut_off() -> Iterator[Entry]:
            yield an_entry("one")
            proxy.fall_silent()
            yield an_entry("two")

        with pytest.raises(StoreError), vanished.lock():
            vanished.publish(Publication(replace(a_site(), entries=3), cut_off()), NOW)
        wait_until(lambda: may_publish(other), "the takeover", 10)
        other.publish(Publication(a_site(), [an_entry("three")]), NOW)
        assert len(titles(other)) == 2
        proxy.speak()
        for each in (vanished, other):
            each.close()


def test_a_process_that_hangs_loses_the_lock(tmp_path: Path, postgres_url: str) -> None:
    program = (
        "import time\nfrom feedsvc.store.engine import postgres\n"
        "from feedsvc.store.store import Store\n"
        "postgres.VANISHED_SECONDS, postgres._HEARTBEAT_SECONDS = 3, 0.5\n"
        f"with Store({postgres_url!r}).lock():\n"
        "    print('held', flush=True)\n    time.sleep(600)\n"
    )
    other = Store(postgres_url)
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tmp_path) as holder:
        try:
            assert holder.stdout
            assert holder.stdout.readline() == b"held\n"
            time.sleep(4)
            assert not may_publish(other)
            holder.send_signal(signal.SIGSTOP)
            wait_until(lambda: may_publish(other), "the takeover", 10)
        finally:
            holder.kill()
    other.close()


def test_a_running_watcher_takes_over_the_jobs_of_dead_watchers_only(
    tmp_path: Path, postgres_url: str
) -> None:
    posts = folder_of(tmp_path / "posts", "tea")
    store = Store(postgres_url)
    for name in ("lives", "dies"):
        store.watchers.beat(name, "/srv/posts")
    with watching(tmp_path / "1", posts.root, postgres_url):
        mine, its = (store.jobs.enqueue(NOW, kind="preview", ref=ref)[0].name for ref in "ab")
        for job, watcher in ((mine, "dies"), (its, "lives")):
            store.jobs.begin([job], NOW, watcher)
        store.watchers.leave("dies")
        wait_until(lambda: state(store, mine) == "done", "the takeover", 15)
        assert state(store, its) == "running"
    store.close()


def state(store: Store, name: str) -> str:
    job = store.jobs.named(name)
    assert job is not None
    return job.state


def test_a_watcher_that_stops_removes_its_row(tmp_path: Path, postgres_url: str) -> None:
    posts = folder_of(tmp_path / "posts", "tea")
    store = Store(postgres_url)
    with watching(tmp_path / "1", posts.root, postgres_url) as watcher:
        (alive,) = store.watchers.alive()
        assert alive.folder == str(posts.root)
        name = store.jobs.enqueue(NOW, kind="preview")[0].name
        store.jobs.begin([name], NOW, alive.name)
        assert watcher.stop() == 0
    assert store.watchers.alive() == []
    assert state(store, name) == "queued"
    store.close()


def test_another_folder_is_not_published_into_the_store_of_a_running_watcher(
    tmp_path: Path, either_url: str
) -> None:
    ours = folder_of(tmp_path / "ours", "tea")
    (tmp_path / "linked").symlink_to(ours.root)
    settings = {"FEEDSVC_STORE__URL": either_url}
    with watching(tmp_path / "1", ours.root, either_url):
        for command in ("publish", "export"):
            assert run(tmp_path, ours.root, settings, command).process.returncode == 0
            other = run(tmp_path, tmp_path / "linked", settings, command)
            assert other.process.returncode == 2
            assert "is not published: a running watcher publishes" in other.log
            assert str(ours.root) in other.log
    assert run(tmp_path, tmp_path / "linked", settings, "publish").process.returncode == 0


def run(home: Path, seeds: Path, settings: dict[str, str], command: str) -> Server:
    """The command after it has ended. It runs again if the watcher was publishing just then."""
    words = (command, str(home / "public")) if command == "export" else (command,)
    while True:
        server = Server(home, seeds, command=words[0], settings=settings, more=words[1:])
        server.process.wait(20)
        if "another process is publishing" not in server.log:
            return server
