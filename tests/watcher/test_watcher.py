"""The watcher in this process: each reason to publish, and each fault that it survives."""

import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from feedsvc.core.site import Site
from feedsvc.errors import StoreError
from feedsvc.publishing.retracting import retract
from feedsvc.source.folder import Folder
from feedsvc.source.source import Source
from feedsvc.store.store import Store, open_sound_store
from feedsvc.watcher.file_events import FileEvents
from feedsvc.watcher.watcher import Watcher
from tests.support.running import wait_until
from tests.support.stores import titles
from tests.support.writing import PostFolder

SITE = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsvc.watcher.requests.REQUEST_QUIET", 0.05)
    monkeypatch.setattr("feedsvc.watcher.publish_loop.RETRY", 0.1)


@pytest.fixture
def _no_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file event reaches a watcher, as on a network share."""
    monkeypatch.setattr(FileEvents, "run", lambda _events: None)


no_events = pytest.mark.usefixtures("_no_events")


@contextmanager
def watching(watcher: Watcher, store: Store) -> Iterator[None]:
    watcher.start()
    try:
        wait_until(lambda: revision(store) > 0, "the first scan")
        yield
    finally:
        watcher.stop()


def revision(store: Store) -> int:
    with store.snapshot() as snapshot:
        return snapshot.revision()


@no_events
def test_a_request_publishes_a_file_without_an_event(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        posts.write("new.md", title="New")
        time.sleep(0.5)
        assert titles(store) == set()
        store.jobs.enqueue(datetime.now(UTC))
        wait_until(lambda: titles(store) == {"New"}, "the rescan", 5)


def test_a_replaced_enclosure_is_measured_when_its_event_comes(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    def lengths() -> list[int | None]:
        with store.snapshot() as snapshot:
            feed = snapshot.feed("")
            newest = snapshot.newest(feed.number, 1) if feed else []
            return [enclosure.length for entry in newest for enclosure in entry.enclosures]

    posts.write_raw("tea/a.mp3", b"12345")
    posts.write("tea.md", audio="a.mp3")
    watcher = Watcher(Source(Folder(posts.root, 0.1)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        wait_until(lambda: lengths() == [5], "the first length")
        time.sleep(0.7)  # until the watch is set up, and the scan after that is done
        posts.write_raw("tea/a.mp3", b"1234567")
        wait_until(lambda: lengths() == [7], "the new length", 5)


@no_events
def test_a_request_from_before_the_start_is_answered(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    store.jobs.enqueue(datetime.now(UTC))
    watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        wait_until(lambda: store.jobs.newest(1)[0].state == "done", "the rescan", 5)


@no_events
def test_the_schedule_publishes_a_file_without_an_event(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=1)
    with watching(watcher, store):
        posts.write("new.md", title="Later")
        wait_until(lambda: titles(store) == {"Later"}, "the schedule", 5)


@no_events
def test_a_deleted_post_is_withdrawn_although_no_event_follows(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    posts.write("other.md")  # the folder is not empty
    path = posts.write("tea.md", title="Tea")
    watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        path.unlink()
        store.jobs.enqueue(datetime.now(UTC))
        wait_until(lambda: titles(store) == {"other.md"}, "the withdrawal", 5)


@no_events
def test_a_future_post_is_published_when_it_is_due_also_after_a_restart(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    due = datetime.now(UTC) + timedelta(seconds=4)
    posts.write("soon.md", title="Soon", date=f"{due:%Y-%m-%dT%H:%M:%SZ}")
    for _ in range(2):
        watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
        with watching(watcher, store):
            assert titles(store) == set()
    watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        wait_until(lambda: titles(store) == {"Soon"}, "the post that is due", 10)
        assert datetime.now(UTC) >= due.replace(microsecond=0)


def test_it_goes_on_when_the_folder_vanishes_and_comes_back(
    posts: PostFolder, store: Store, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    posts.write("tea.md", title="Tea")
    watcher = Watcher(Source(Folder(posts.root, 0.05)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        wait_until(lambda: titles(store) == {"Tea"}, "the first post")
        away = posts.root.with_name("away")
        posts.root.rename(away)
        wait_until(lambda: "is not a folder" in caplog.text, "the error in the log", 10)
        assert titles(store) == {"Tea"}
        away.rename(posts.root)
        posts.write("more.md", title="More")
        wait_until(lambda: titles(store) == {"Tea", "More"}, "the recovery", 10)


def test_the_log_says_that_the_folder_has_no_posts(
    posts: PostFolder, store: Store, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        wait_until(lambda: f"no files in {posts.root}; write" in caplog.text, "the line", 10)
        posts.write("tea.md", title="Tea", lang="??")
        wait_until(lambda: f"{posts.root}/tea.md:4:7: lang" in caplog.text, "its path", 10)


def test_it_publishes_once_another_process_releases_the_lock(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        with store.lock(wait=True):
            posts.write("tea.md", title="Tea")
            time.sleep(0.7)
            assert titles(store) == set()
        wait_until(lambda: titles(store) == {"Tea"}, "the retry", 10)


def test_a_store_that_is_damaged_while_it_runs_is_put_aside_and_rebuilt(
    posts: PostFolder, sqlite_url: str, tmp_path: Path
) -> None:
    posts.write("tea.md", title="Tea", guid="urn:x:tea")
    file = tmp_path / "var" / "feedsvc.sqlite3"
    store = open_sound_store(sqlite_url)
    watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        garbage = file.with_name("garbage")
        garbage.write_bytes(b"not a database, for sure" * 4096)
        for suffix in ("-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        garbage.replace(file)
        posts.write("new.md", title="New")
        wait_until(
            lambda: list(file.parent.glob("*.damaged-*")), "the damaged file put aside", 10
        )
        wait_until(lambda: _shown(store) == {"Tea", "New"}, "the new store", 10)
    store.close()


def test_a_folder_with_a_dot_in_its_name_may_be_moved_in_and_out(
    posts: PostFolder, store: Store, sqlite_url: str, tmp_path: Path
) -> None:
    posts.write("tea.md", title="Tea")
    outside = PostFolder(tmp_path / "2026.11")
    outside.write("new.md", title="New")
    watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        wait_until(lambda: titles(store) == {"Tea"}, "the first post")
        time.sleep(0.7)  # until the watch is set up, and the scan after that is done
        outside.root.rename(posts.root / "2026.11")
        wait_until(lambda: titles(store) == {"Tea", "New"}, "the folder", 5)
        (posts.root / "2026.11").rename(tmp_path / "gone")
        wait_until(lambda: titles(store) == {"Tea"}, "the withdrawal", 5)


def test_a_store_that_is_removed_is_created_again(
    posts: PostFolder, sqlite_url: str, tmp_path: Path
) -> None:
    posts.write("tea.md", title="Tea")
    store = open_sound_store(sqlite_url)
    watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        wait_until(lambda: titles(store) == {"Tea"}, "the first post")
        shutil.rmtree(tmp_path / "var")
        wait_until(lambda: _shown(store) == {"Tea"}, "the new store", 10)
        posts.write("new.md", title="New")
        wait_until(lambda: _shown(store) == {"Tea", "New"}, "the next post", 10)
    store.close()


def test_a_store_that_stays_unreachable_is_logged_once(
    posts: PostFolder, store: Store, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    broken = sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    attempts: list[int] = []
    sa.event.listen(broken, "do_connect", lambda *_: attempts.append(1))
    watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        watcher._current.store._database.engine = broken
        wait_until(lambda: len(attempts) >= 4, "three retries")
    broken.dispose()
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.name for record in errors] == ["feedsvc.watcher"]
    assert errors[0].message.startswith("publish failed, will be retried: ")


def _shown(store: Store) -> set[str]:
    try:
        return titles(store)
    except StoreError:  # the new file has no tables yet
        return set()


@no_events
def test_a_notice_ends_in_time_although_the_watcher_did_not_begin_it(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    posts.write("other.md")
    posts.write("tea.md", title="Tea")
    watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        now = datetime.now(UTC)
        with store.lock(wait=True):
            retract(store, "tag:example.org,2026:/tea", "", now + timedelta(seconds=2), now)
        assert titles(store) == {"Tea", "other.md"}
        wait_until(lambda: titles(store) == {"other.md"}, "the end", 15)
