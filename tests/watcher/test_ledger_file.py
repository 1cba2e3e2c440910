"""The ledger file: when it is written, when it is not, and a store that is filled from it."""

import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc.core.ledger.ledger import LedgerEntry
from feedsvc.core.ledger.ledger_lines import LedgerRecord, line_of
from feedsvc.core.site import Site
from feedsvc.errors import FeedsvcError, LedgerError
from feedsvc.source.folder import Folder
from feedsvc.source.source import Source
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from feedsvc.watcher.ledger_file import LedgerFile
from feedsvc.watcher.watcher import Watcher
from tests.support.builders import an_entry
from tests.support.running import wait_until
from tests.support.writing import PostFolder

SITE = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


def publish(store: Store, *names: str) -> None:
    entries = [an_entry(name, id=f"a:{name}") for name in names]
    ids = {f"path:{name}": f"a:{name}" for name in names}
    store.publish(Publication(SITE, entries, identities=ids), NOW)


def a_line(name: str) -> str:
    return line_of(LedgerRecord(LedgerEntry(f"a:{name}", f"path:{name}"))) + "\n"


def ids_in(file: Path) -> list[str]:
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return [json.loads(line)["id"] for line in lines]


@contextmanager
def watching(posts: PostFolder, url: str, ledger_file: LedgerFile) -> Iterator[Watcher]:
    source = Source(Folder(posts.root, 0))
    watcher = Watcher(source, url, SITE, 3600, ledger_file=ledger_file)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.stop()


def test_it_is_written_after_the_first_publish_and_at_stop(
    posts: PostFolder, sqlite_url: str, store: Store, file: Path
) -> None:
    posts.write("tea.md")
    with watching(posts, sqlite_url, LedgerFile(file)):
        wait_until(file.exists, "the file", 20)
        assert ids_in(file) == ["tag:example.org,2026:/tea"]
        posts.write("late.md")
        wait_until(lambda: published(store) == 2, "the second post", 20)
        time.sleep(1.2)
        assert ids_in(file) == ["tag:example.org,2026:/tea"]  # not twice in a minute
    assert ids_in(file) == ["tag:example.org,2026:/late", "tag:example.org,2026:/tea"]


def test_a_preview_that_comes_before_the_first_publish_knows_the_file(
    posts: PostFolder, sqlite_url: str, store: Store, file: Path
) -> None:
    posts.write("tea.md")
    file.write_text(line_of(LedgerRecord(LedgerEntry("a:tea", "path:tea"))) + "\n")
    job, _ = store.jobs.enqueue(NOW, kind="preview")

    def report() -> str:
        found = store.jobs.named(job.name)
        return found.report if found else ""

    with watching(posts, sqlite_url, LedgerFile(file)):
        wait_until(report, "the preview", 20)
    outlook = json.loads(report())["outlook"]
    assert outlook["new"]["count"] == 0
    assert [each["id"] for each in outlook["returned"]["entries"]] == ["a:tea"]


def published(store: Store) -> int:
    with store.snapshot() as snapshot:
        return snapshot.count_published()


def test_it_is_written_once_a_minute(
    posts: PostFolder,
    sqlite_url: str,
    store: Store,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("feedsvc.watcher.ledger_file.PAUSE", 1.0)  # a short minute
    posts.write("tea.md")
    with watching(posts, sqlite_url, LedgerFile(file)):
        wait_until(file.exists, "the file", 20)
        posts.write("late.md")
        wait_until(lambda: len(ids_in(file)) == 2, "the second line", 20)
        # Another process publishes, of which this one is not told.
        publish(store, "elsewhere")
        wait_until(lambda: len(ids_in(file)) == 3, "the third line", 20)
        before = file.stat()
        posts.write("note.txt.bak")
        time.sleep(2.5)
        assert file.stat().st_ino == before.st_ino
        assert file.stat().st_mtime_ns == before.st_mtime_ns


def test_a_file_with_an_ignored_name_in_the_folder_causes_no_publish(
    posts: PostFolder, sqlite_url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts.write("tea.md")
    file = posts.root / "_ledger.jsonl"
    ledger_file = LedgerFile(file)
    published_at: list[float] = []
    monkeypatch.setattr(
        "feedsvc.watcher.publish_loop.PublishLoop.build",
        counting("feedsvc.watcher.publish_loop", published_at),
    )
    with watching(posts, sqlite_url, ledger_file):
        wait_until(file.exists, "the file", 20)
        time.sleep(1)
        count = len(published_at)
        publish(store, "elsewhere")
        assert ledger_file.write(store)
        time.sleep(1)
        assert len(ids_in(file)) == 2
        assert len(published_at) == count


def counting(module: str, calls: list[float]) -> object:
    import importlib

    build = importlib.import_module(module).PublishLoop.build

    def counted(loop: object, only: object) -> None:
        calls.append(time.monotonic())
        build(loop, only)

    return counted


def test_a_new_store_is_filled_before_its_first_publish(
    posts: PostFolder, sqlite_url: str, store: Store, file: Path
) -> None:
    posts.write("tea.md")
    file.write_text(a_line("gone") + a_line("tea"), "utf-8")
    with watching(posts, sqlite_url, LedgerFile(file)):
        wait_until(lambda: published(store) == 1, "the post", 20)
        with store.snapshot() as snapshot:
            assert snapshot.pinned(["path:tea"]) == {"path:tea": "a:tea"}
            assert snapshot.entry_at("https://example.org/posts/tea/").id == "a:tea"  # type: ignore[union-attr]


def test_nothing_is_published_with_new_ids_until_a_faulty_file_is_correct(
    posts: PostFolder,
    sqlite_url: str,
    store: Store,
    file: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("feedsvc.watcher.publish_loop.RETRY", 0.1)
    posts.write("tea.md")
    file.write_text(a_line("tea") + ">>>>>>> theirs\n", "utf-8")
    with watching(posts, sqlite_url, LedgerFile(file)):
        wait_until(lambda: "ledger.jsonl:2: it is a conflict" in caplog.text, "the error", 20)
        time.sleep(0.5)
        assert published(store) == 0
        assert caplog.text.count("conflict marker") == 1
        file.write_text(a_line("tea"), "utf-8")
        wait_until(lambda: published(store) == 1, "the post", 20)
        with store.snapshot() as snapshot:
            assert snapshot.pinned(["path:tea"]) == {"path:tea": "a:tea"}


def test_a_store_that_is_deleted_while_it_runs_is_filled_again(
    posts: PostFolder,
    sqlite_url: str,
    tmp_path: Path,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("feedsvc.watcher.publish_loop.RETRY", 0.1)
    posts.write("tea.md")
    file.write_text(a_line("tea"), "utf-8")
    with watching(posts, sqlite_url, LedgerFile(file)):
        wait_until(lambda: len(list(tmp_path.glob("var/*.sqlite3"))) == 1, "the store", 20)
        with closing(Store(sqlite_url)) as store:
            wait_until(lambda: published(store) == 1, "the post", 20)
        for part in tmp_path.glob("var/feedsvc.sqlite3*"):
            if part.suffix not in (".lock", ".watcher"):
                part.unlink()
        posts.write("late.md")
        with closing(Store(sqlite_url)) as store:
            wait_until(lambda: published(store) == 2, "the new store", 30)
            with store.snapshot() as snapshot:
                assert snapshot.pinned(["path:tea"]) == {"path:tea": "a:tea"}


# Without a watcher.


def test_a_store_with_posts_is_not_filled(store: Store, file: Path) -> None:
    publish(store, "tea")
    file.write_text("<<<<<<< HEAD\n")
    LedgerFile(file).fill(store)


def test_a_store_without_a_file_stays_empty(store: Store, file: Path) -> None:
    LedgerFile(file).fill(store)
    assert LedgerFile(file).write(store)
    assert not file.exists()


def test_a_file_that_cannot_be_read_is_no_reason_for_new_ids(store: Store, file: Path) -> None:
    file.mkdir()
    with pytest.raises(FeedsvcError, match="every post would get a new id; let"):
        LedgerFile(file).fill(store)


def test_a_store_is_filled_when_the_file_is_correct(store: Store, file: Path) -> None:
    ledger_file = LedgerFile(file)
    file.write_text("{")
    with pytest.raises(LedgerError):
        ledger_file.fill(store)
    file.write_text(a_line("tea"))
    ledger_file.fill(store)
    with store.snapshot() as snapshot:
        assert snapshot.pinned(["path:tea"]) == {"path:tea": "a:tea"}


FOREIGN: dict[str, tuple[Callable[[], str], str]] = {
    "ids that the store lacks": (
        lambda: a_line("later") + a_line("tea"),
        "posts that the store does not know, such as a:later (was an older backup restored?); "
        "add them to the store with feedsvc ledger import",
    ),
    "a conflict marker": (
        lambda: a_line("tea") + "=======\n",
        "ledger.jsonl:2: it is a conflict marker of git (=======); keep the lines",
    ),
    "half a line": (lambda: a_line("tea")[:-9], "ledger.jsonl:1: it is not JSON"),
    "something else": (lambda: "my notes\n", "ledger.jsonl:1: it is not JSON"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_that_the_store_cannot_replace_is_not_overwritten(
    store: Store, file: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    text, message = FOREIGN[name]
    publish(store, "tea")
    file.write_text(text(), "utf-8")
    ledger_file = LedgerFile(file)
    for _ in range(2):
        assert not ledger_file.write(store)
    assert file.read_text("utf-8") == text()
    (record,) = caplog.records  # once
    assert (record.levelno, message in record.getMessage()) == (logging.ERROR, True)
    file.unlink()
    assert ledger_file.write(store)
    assert ids_in(file) == ["a:tea"]


def test_after_an_import_the_file_is_kept_again(store: Store, file: Path) -> None:
    publish(store, "tea")
    line = LedgerRecord(LedgerEntry("a:later", "path:later"))
    file.write_text(line_of(line) + "\n", "utf-8")
    ledger_file = LedgerFile(file)
    assert not ledger_file.write(store)
    store.merge_ledger((), [line], NOW)
    assert ledger_file.write(store)
    assert ids_in(file) == ["a:later", "a:tea"]


def test_a_file_that_somebody_changes_after_a_write_is_looked_at_again(
    store: Store, file: Path
) -> None:
    publish(store, "tea")
    ledger_file = LedgerFile(file)
    assert ledger_file.write(store)
    with file.open("a") as out:
        out.write(a_line("zz"))
    assert not ledger_file.write(store)
    assert ids_in(file) == ["a:tea", "a:zz"]


def test_the_same_bytes_are_not_written_again(store: Store, file: Path) -> None:
    publish(store, "tea")
    LedgerFile(file).write(store)
    file.chmod(0o600)
    os.utime(file, (1, 1))
    assert LedgerFile(file).write(store)
    assert file.stat().st_mtime == 1
    publish(store, "late")
    assert LedgerFile(file).write(store)
    assert (len(ids_in(file)), file.stat().st_mode & 0o777) == (2, 0o600)


def test_a_file_that_cannot_be_written_is_a_warning_once(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    publish(store, "tea")
    ledger_file = LedgerFile(Path("/sys/ledger.jsonl"))  # where even root creates no file
    for _ in range(2):
        assert not ledger_file.write(store)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "/sys/ledger.jsonl is not kept up to date" in record.getMessage()


def test_a_file_that_is_not_kept_is_read_and_never_written(store: Store, file: Path) -> None:
    file.write_text(a_line("tea"), "utf-8")
    ledger_file = LedgerFile(file, is_kept=False)
    ledger_file.fill(store)
    publish(store, "late")
    assert ledger_file.write(store)
    assert ids_in(file) == ["a:tea"]
    with store.snapshot() as snapshot:
        assert snapshot.pinned(["path:tea"]) == {"path:tea": "a:tea"}
