"""The watcher in this process: each reason to publish, one at a time."""

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
from feedsvc.source.folder import Folder
from feedsvc.source.source import Source
from feedsvc.store.store import Store, open_sound_store
from feedsvc.watcher.watcher import Watcher
from tests.support.running import wait_until
from tests.support.writing import PostFolder

SITE = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")


class Deaf(Watcher):
    """A watcher that no file event reaches, as on a network share."""

    def _hear_events(self) -> None:
        self._stopping.wait()


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


def titles(store: Store) -> set[str]:
    with store.snapshot() as snapshot:
        feed = snapshot.feed("")
        return {e.title for e in snapshot.newest(feed.number, 99)} if feed else set()


def test_a_request_publishes_what_no_event_told_of(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    watcher = Deaf(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        posts.write("new.md", title="Unheard")
        time.sleep(0.5)
        assert titles(store) == set()
        store.jobs.enqueue(datetime.now(UTC))
        wait_until(lambda: titles(store) == {"Unheard"}, "the rescan", 5)


def test_an_enclosure_that_is_replaced_is_measured_when_its_event_comes(
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
        time.sleep(2)  # the watch stands, and the look that it begins with is over
        posts.write_raw("tea/a.mp3", b"1234567")
        wait_until(lambda: lengths() == [7], "the new length", 5)


def test_a_request_that_nobody_began_survives_a_crash(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    store.jobs.enqueue(datetime.now(UTC))
    watcher = Deaf(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        wait_until(lambda: store.jobs.newest(1)[0].state == "done", "the request's rescan", 5)


def test_the_schedule_publishes_what_no_event_told_of(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    watcher = Deaf(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=1)
    with watching(watcher, store):
        posts.write("new.md", title="Later")
        wait_until(lambda: titles(store) == {"Later"}, "the schedule", 5)


def test_a_quiet_file_system_gets_its_second_look(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    posts.write("other.md", draft="true")  # the folder is not empty
    path = posts.write("tea.md", title="Tea")
    watcher = Deaf(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        path.unlink()
        store.jobs.enqueue(datetime.now(UTC))
        wait_until(lambda: titles(store) == set(), "the withdrawal", 5)


def test_a_post_of_the_future_appears_at_its_second_after_a_restart_too(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    due = datetime.now(UTC) + timedelta(seconds=4)
    posts.write("soon.md", title="Soon", date=f"{due:%Y-%m-%dT%H:%M:%SZ}")
    for _ in range(2):
        watcher = Deaf(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
        with watching(watcher, store):
            assert titles(store) == set()
    watcher = Deaf(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        wait_until(lambda: titles(store) == {"Soon"}, "the post that fell due", 10)
        assert datetime.now(UTC) >= due.replace(microsecond=0)


def test_it_goes_on_when_the_folder_goes_away_and_comes_back(
    posts: PostFolder, store: Store, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    posts.write("tea.md", title="Tea")
    watcher = Watcher(Source(Folder(posts.root, 0.05)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        wait_until(lambda: titles(store) == {"Tea"}, "the first post")
        away = posts.root.with_name("away")
        posts.root.rename(away)
        wait_until(lambda: "is not a folder" in caplog.text, "the fault in the log", 10)
        assert titles(store) == {"Tea"}
        away.rename(posts.root)
        posts.write("more.md", title="More")
        wait_until(lambda: titles(store) == {"Tea", "More"}, "the recovery", 10)


def test_it_goes_on_when_another_process_has_the_lock(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        with store.lock(wait=True):
            posts.write("tea.md", title="Tea")
            time.sleep(0.7)
            assert titles(store) == set()
        wait_until(lambda: titles(store) == {"Tea"}, "the next try", 10)


def test_a_store_that_breaks_under_it_is_put_aside_and_rebuilt(
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


def test_a_folder_with_a_dot_that_is_moved_in_or_out_is_noticed(
    posts: PostFolder, store: Store, sqlite_url: str, tmp_path: Path
) -> None:
    posts.write("tea.md", title="Tea")
    outside = PostFolder(tmp_path / "2026.11")
    outside.write("new.md", title="New")
    watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        wait_until(lambda: titles(store) == {"Tea"}, "the first post")
        time.sleep(1)  # the events are set up, and the look after that is done
        outside.root.rename(posts.root / "2026.11")
        wait_until(lambda: titles(store) == {"Tea", "New"}, "the folder", 5)
        (posts.root / "2026.11").rename(tmp_path / "gone")
        wait_until(lambda: titles(store) == {"Tea"}, "the withdrawal", 5)


def test_a_store_that_is_taken_away_is_made_anew(
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


def test_a_store_that_cannot_be_asked_does_not_flood_the_log(
    posts: PostFolder, store: Store, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    with watching(watcher, store):
        broken = sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
        watcher._store._database.engine = broken
        time.sleep(2.5)
        assert len(caplog.records) < 12
    broken.dispose()


def _shown(store: Store) -> set[str]:
    try:
        return titles(store)
    except StoreError:  # the new file has no tables yet
        return set()
