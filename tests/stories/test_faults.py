"""Faults: kill -9 during a publish, a full disk, a locked, damaged or missing store."""

import hashlib
import os
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from feedsvc.core.feeds.feeds import feed_of
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.ledger.losses import LossBook
from feedsvc.core.websub.subscriptions import Intent, Target
from feedsvc.errors import StoreDamaged, StoreError, StoreTooNew
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.store.engine.limits import DEFAULT_LIMITS
from feedsvc.store.store import Store, on_sound_store, open_sound_store
from tests.support.killed_publish import NOW, SITE, publishers
from tests.support.running import (
    Server,
    running,
    wait_until,
)
from tests.support.writing import PostFolder


def state_of(store_url: str) -> str:
    """A hash over every document of every feed in the store."""
    store = Store(store_url)
    store.verify()
    state = hashlib.sha256()
    with store.snapshot() as snapshot:
        site = snapshot.site()
        for record in snapshot.feeds() if site else ():
            assert site
            entries = snapshot.newest(record.number, 1000)
            assert len(entries) == record.entries
            state.update(repr((record.topic, record.digest, record.entries)).encode())
            feed = feed_of(site, record.topic, entries)
            for form in FORMATS.values():
                state.update(form.render(feed))
    store.close()
    return state.hexdigest()


def test_kill_9_at_any_moment_leaves_the_whole_old_or_new_state(
    posts: PostFolder, sqlite_url: str, tmp_path: Path
) -> None:
    def edit(round_number: int) -> None:
        for number in range(20):
            posts.write(
                f"{number}.md",
                f"Round {round_number}. " * 40,
                title=f"{number} of {round_number}",
                tags=f"[t{number % 7}, r{round_number}]",
            )

    def copy_of_the_new_state() -> str:
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(tmp_path / "var", copy)
        url = f"sqlite:///{copy / 'feedsvc.sqlite3'}"
        store = Store(url)
        publish(Folder(posts.root, 0), store, SITE, NOW)
        store.close()
        return state_of(url)

    chance = random.Random()  # noqa: S311 - moments, not secrets
    outcomes = set()
    edit(0)
    with publishers(posts.root, sqlite_url) as ours:
        ours.publish()
        edit(1)
        length = 1.2 * ours.publish()
        old = state_of(sqlite_url)
        for round_number in range(2, 22):
            edit(round_number)
            new = copy_of_the_new_state()
            assert old != new
            ours.publish(kill_after=chance.uniform(0, length))
            state = state_of(sqlite_url)
            assert state in (old, new)
            outcomes.add("old" if state == old else "new")
            old = state
    assert "old" in outcomes, "every kill came too late to hit a publish"


def test_a_killed_server_serves_the_same_bytes_after_its_restart(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("tea.md", title="Tea")
    with running(tmp_path, posts.root) as server:
        before = server.get("/atom.xml")
        server.kill()
    with running(tmp_path, posts.root, port=server.port) as again:
        after = again.get("/atom.xml", {"If-None-Match": before.headers["ETag"]})
        assert after.status_code == 304
        assert again.get("/atom.xml").content == before.content


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A file system of this size; skips the test if it cannot be mounted."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if os.getuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip(
            "a small disk cannot be mounted: that needs root, and a machine that allows it"
        )
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_leaves_the_old_feeds_served_and_recovers_by_itself(
    tmp_path: Path, posts: PostFolder
) -> None:
    with small_disk(tmp_path / "disk", "3m") as disk:
        settings = {"FEEDSVC_STORE__URL": f"sqlite:///{disk}/feedsvc.sqlite3"}
        posts.write("tea.md", title="Tea")
        with running(tmp_path / "run", posts.root, settings) as server:
            before = server.get("/atom.xml").content
            filler = disk / "filler"
            with suppress(OSError), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(b"x" * 4096)
            for number in range(20):
                posts.write(f"{number}.md", "much text " * 2000, title=f"Post {number}")
            wait_until(lambda: "ENOSPC" in server.log, "the full disk in the log", 10)
            assert server.get("/atom.xml").content == before
            filler.unlink()
            wait_until(lambda: "Post 19" in server.get("/atom.xml").text, "recovery", 10)


def test_a_store_locked_by_another_program_is_read_and_written_later(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("tea.md", title="Tea")
    with running(tmp_path, posts.root) as server:
        other = sqlite3.connect(tmp_path / "var" / "feedsvc.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        posts.write("tea.md", title="Green")
        wait_until(lambda: "locked by another program" in server.log, "the lock", 15)
        assert "<title>Tea</title>" in server.get("/atom.xml").text
        other.execute("ROLLBACK")
        other.close()
        wait_until(lambda: "Green" in server.get("/atom.xml").text, "the write", 10)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "garbage": lambda file: file.write_bytes(b"garbage " * 9999),
    "a cut": lambda file: os.truncate(file, file.stat().st_size // 2),
    "a torn page": lambda file: _overwrite(file, 4096, b"\xff" * 4096),
}


def _overwrite(file: Path, offset: int, new: bytes) -> None:
    with file.open("r+b") as out:
        out.seek(offset)
        out.write(new)


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_store_is_put_aside_and_rebuilt_with_the_same_ids(
    posts: PostFolder, folder: Folder, sqlite_url: str, tmp_path: Path, how: str
) -> None:
    for number in range(60):
        posts.write(f"{number}.md", "text " * 200, tags=f"[t{number}]")
    store = Store(sqlite_url)
    publish(folder, store, SITE, NOW)
    store.close()
    before = state_of(sqlite_url)
    file = tmp_path / "var" / "feedsvc.sqlite3"
    DAMAGE[how](file)
    damaged = file.read_bytes()

    def work(store: Store) -> None:
        store.write_losses(LossBook(forgets=True), NOW)  # waits for the check
        publish(folder, store, SITE, NOW)

    on_sound_store(sqlite_url, DEFAULT_LIMITS, work)
    assert state_of(sqlite_url) == before
    (aside,) = tmp_path.glob("var/*.damaged-*")
    assert aside.read_bytes() == damaged


def test_a_fault_that_damage_causes_is_not_raised(
    posts: PostFolder, folder: Folder, sqlite_url: str, tmp_path: Path
) -> None:
    posts.write("tea.md", "text " * 200)
    store = Store(sqlite_url)
    publish(folder, store, SITE, NOW)
    store.close()
    damaged = [True, False]

    def work(store: Store) -> int:
        if damaged.pop(0):
            raise ValueError("a row that makes no sense")
        return publish(folder, store, SITE, NOW).read

    with pytest.raises(ValueError, match="no sense"):
        on_sound_store(sqlite_url, DEFAULT_LIMITS, work)
    damaged.insert(0, True)
    file = tmp_path / "var" / "feedsvc.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'texts'"
        (page,) = connection.execute(query).fetchone()
    _overwrite(file, (page - 1) * 4096, b"\xff" * 4096)
    assert on_sound_store(sqlite_url, DEFAULT_LIMITS, work) == 1


def test_ids_that_no_file_determines_survive_a_damaged_store(
    posts: PostFolder, folder: Folder, sqlite_url: str, tmp_path: Path
) -> None:
    for number in range(60):
        posts.write(f"{number}.md", "text " * 200, title=f"Post {number}")
    store = Store(sqlite_url)
    publish(folder, store, SITE, NOW)
    (posts.root / "7.md").rename(posts.root / "renamed.md")
    publish(folder, store, SITE, NOW)
    store.close()
    before = state_of(sqlite_url)
    file = tmp_path / "var" / "feedsvc.sqlite3"
    root_page = sqlite3.connect(file).execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'feeds'"
    )
    _overwrite(file, (next(root_page)[0] - 1) * 4096, b"\xff" * 4096)
    root_page.connection.close()
    rebuilt = open_sound_store(sqlite_url)
    publish(folder, rebuilt, SITE, NOW)
    rebuilt.close()
    assert state_of(sqlite_url) == before


def test_subscriptions_survive_a_damaged_store_without_repeated_deliveries(
    posts: PostFolder, folder: Folder, sqlite_url: str, tmp_path: Path
) -> None:
    posts.write("tea.md", tags="[Tea]")
    store = Store(sqlite_url)
    publish(folder, store, SITE, NOW)
    with store.snapshot() as snapshot:
        has = snapshot.digests(["tags/Tea"])["tags/Tea"]
    for number in range(40):
        subscribe(store, number, has if number else "an older one")
    assert len(store.subscriptions.claim_deliveries(NOW, 9)) == 1  # it is claimed
    before = store.subscriptions.all()
    store.close()
    file = tmp_path / "var" / "feedsvc.sqlite3"
    with closing(sqlite3.connect(file)) as connection, connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'entries'"
        ).fetchone()
        connection.execute("UPDATE subscriptions SET since = 'x' WHERE host = '7.example'")
    _overwrite(file, (page - 1) * 4096, b"\xff" * 4096)
    rebuilt = open_sound_store(sqlite_url)
    publish(folder, rebuilt, SITE, NOW)
    readable = [s for s in before if s.target.host != "7.example"]
    assert len(readable) == 39
    assert rebuilt.subscriptions.all() == readable
    due = rebuilt.subscriptions.claim_deliveries(NOW, 99)
    assert [delivery.target.host for delivery in due] == ["0.example"]
    rebuilt.close()


def subscribe(store: Store, number: int, has: str) -> None:
    host = f"{number}.example"
    target = Target("tags/Tea", "atom", f"https://{host}/", host)
    intent = Intent(target, "subscribe", "::1", "s", 3600, has, NOW, str(number))
    store.intents.enqueue(intent, 99, NOW)
    assert store.intents.confirm(intent, NOW)


def test_a_damaged_store_of_a_schema_without_subscriptions_is_rebuilt(
    posts: PostFolder, folder: Folder, sqlite_url: str, tmp_path: Path
) -> None:
    store = Store(sqlite_url)
    publish(folder, store, SITE, NOW)
    store.close()
    file = tmp_path / "var" / "feedsvc.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE subscriptions")
    rebuilt = open_sound_store(sqlite_url)
    assert rebuilt.subscriptions.all() == []
    rebuilt.close()


def test_a_second_watcher_of_one_store_is_refused(tmp_path: Path, posts: PostFolder) -> None:
    posts.write("tea.md", title="Tea")
    other = PostFolder(tmp_path / "other")
    with running(tmp_path, posts.root) as server:
        second = Server(tmp_path, other.root)
        assert second.process.wait(20) == 2
        assert "another feedsvc watches a folder" in second.log
        assert "Traceback" not in second.log
        assert "<title>Tea</title>" in server.get("/atom.xml").text


def test_a_deleted_store_is_rebuilt_with_the_same_bytes(
    posts: PostFolder, folder: Folder, sqlite_url: str, tmp_path: Path
) -> None:
    posts.write(tags="[a]")
    store = Store(sqlite_url)
    publish(folder, store, SITE, NOW)
    store.close()
    before = state_of(sqlite_url)
    shutil.rmtree(tmp_path / "var")
    store = Store(sqlite_url)
    publish(folder, store, SITE, NOW)
    store.close()
    assert state_of(sqlite_url) == before


def test_the_store_of_a_newer_feedsvc_is_not_put_aside(
    store: Store, sqlite_url: str, tmp_path: Path
) -> None:
    store.close()
    connection = sqlite3.connect(tmp_path / "var" / "feedsvc.sqlite3")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    before = (tmp_path / "var" / "feedsvc.sqlite3").read_bytes()
    with pytest.raises(StoreTooNew):
        open_sound_store(sqlite_url)
    assert (tmp_path / "var" / "feedsvc.sqlite3").read_bytes() == before
    assert not list(tmp_path.glob("var/*.damaged-*"))


def test_damage_that_is_found_while_reading_is_named(
    posts: PostFolder, folder: Folder, sqlite_url: str, tmp_path: Path
) -> None:
    for number in range(60):
        posts.write(f"{number}.md", "text " * 200)
    store = Store(sqlite_url)
    publish(folder, store, SITE, NOW)
    store.close()
    _overwrite(tmp_path / "var" / "feedsvc.sqlite3", 4096, b"\xff" * 4096 * 30)
    with pytest.raises(StoreDamaged):
        open_store_without_repair(sqlite_url)


def open_store_without_repair(url: str) -> None:
    store = Store(url)
    try:
        store.verify()
    finally:
        store.close()


def test_a_path_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"file.*store\.url"):
        Store(f"sqlite:///{tmp_path}/file/feedsvc.sqlite3")


def test_the_web_continues_to_serve_while_its_store_is_gone(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("tea.md", title="Tea")
    with running(tmp_path, posts.root):
        pass
    web = Server(tmp_path, posts.root, command="web")
    try:
        web.wait_until_ready()
        before = web.get("/atom.xml")
        file = tmp_path / "var" / "feedsvc.sqlite3"
        file.rename(file.with_name("away"))
        file.write_bytes(b"garbage " * 9999)
        after = web.get("/atom.xml")
        assert (after.status_code, after.content) == (200, before.content)
        assert web.get("/rss.xml").status_code == 503
        file.with_name("away").replace(file)
        assert web.get("/rss.xml").status_code == 200
    finally:
        web.stop()
