"""A disk or a network share that does not answer: its files are not withdrawn."""

import errno
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.site import Site
from feedsvc.errors import FolderError
from feedsvc.publishing.publish import publish
from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder, Survey
from feedsvc.source.source import Source
from feedsvc.store.store import Store
from feedsvc.watcher.watcher import Watcher
from tests.support.faultfs import FaultyFolder, faulty_folder
from tests.support.faultfs_process import (
    EVERYTHING,
    GETATTR,
    LOOKUP,
    OPEN,
    OPENDIR,
    READ,
    READDIR,
)
from tests.support.running import running, wait_until
from tests.support.writing import PostFolder

SITE = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")
FAULTS = [errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EACCES]
names_of = errno.errorcode.get


def publish_now(folder: Folder, store: Store, paths: set[str] | None = None) -> Report:
    return publish(folder, store, SITE, datetime.now(UTC), only=paths)


def entries(store: Store) -> list[Entry]:
    with store.snapshot() as snapshot:
        feed = snapshot.feed("")
        return snapshot.newest(feed.number, 99) if feed else []


@pytest.fixture
def disk(posts: PostFolder, tmp_path: Path) -> Iterator[FaultyFolder]:
    """The folder `archive` of the posts, on a disk of its own, with two posts."""
    with faulty_folder(posts.root / "archive", tmp_path / "disk") as disk:
        archive = PostFolder(disk.files)
        archive.write("old.md", title="Old")
        archive.write("older.md", title="Older")
        posts.write("tea.md", title="Tea")
        yield disk


@pytest.fixture
def still(posts: PostFolder) -> Folder:
    """The folder while nobody writes: missing files are withdrawn at the first look."""
    return Folder(posts.root, 0, stands=True)


@pytest.mark.parametrize(
    ("number", "failing"),
    [
        *((number, EVERYTHING) for number in FAULTS),
        *((errno.EIO, failing) for failing in [(OPENDIR,), (READDIR,), (GETATTR, LOOKUP)]),
        *((number, (LOOKUP,)) for number in FAULTS),
    ],
)
def test_no_file_in_a_folder_that_does_not_answer_is_withdrawn(
    disk: FaultyFolder, still: Folder, store: Store, number: int, failing: tuple[int, ...]
) -> None:
    publish_now(still, store)
    before = entries(store)
    assert len(before) == 3
    disk.fail(number, *failing)
    whole = publish_now(still, store)
    single = publish_now(still, store, {"archive/old.md"})
    assert (whole.withdrawn, single.withdrawn, entries(store)) == ((), (), before)
    assert {p.code for p in whole.problems} == {"unreadable"}
    assert whole.held == single.held == 0
    disk.heal()
    healed = publish_now(still, store)
    assert (healed.changed, healed.problems, entries(store)) == ((), (), before)


def test_the_other_posts_are_published_meanwhile(
    disk: FaultyFolder, still: Folder, store: Store, posts: PostFolder
) -> None:
    publish_now(still, store)
    disk.fail(errno.EIO, LOOKUP)
    posts.write("pots.md", title="Pots")
    (posts.root / "tea.md").unlink()
    report = publish_now(still, store)
    assert (report.added, report.withdrawn) == (("pots.md",), ("tea.md",))
    assert {entry.title for entry in entries(store)} == {"Pots", "Old", "Older"}


def test_a_folder_that_stops_answering_is_not_held(
    disk: FaultyFolder, still: Folder, store: Store, posts: PostFolder
) -> None:
    """A folder with unreadable files is not empty."""
    (posts.root / "tea.md").unlink()
    publish_now(still, store)
    disk.fail(errno.EIO, *EVERYTHING)
    report = publish_now(still, store)
    assert (report.held, report.withdrawn, len(entries(store))) == (0, (), 2)


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE], ids=names_of)
@pytest.mark.parametrize("failing", [OPEN, READ])
def test_an_edit_that_could_not_be_read_is_read_when_the_disk_answers(
    disk: FaultyFolder, still: Folder, store: Store, number: int, failing: int
) -> None:
    publish_now(still, store)
    PostFolder(disk.files).write("old.md", "Brewed again.", title="Edited")
    disk.fail(number, failing)
    for _ in range(2):
        report = publish_now(still, store)
        assert [(p.path, p.code) for p in report.problems] == [("archive/old.md", "unreadable")]
        assert "Old" in {entry.title for entry in entries(store)}
    disk.heal()
    assert publish_now(still, store).changed == ("archive/old.md",)
    assert "Edited" in {entry.title for entry in entries(store)}


@pytest.mark.parametrize("number", [errno.ESTALE, errno.EACCES], ids=names_of)
def test_the_length_of_an_enclosure_stays_while_its_disk_does_not_answer(
    disk: FaultyFolder, still: Folder, store: Store, posts: PostFolder, number: int
) -> None:
    def lengths() -> list[int | None]:
        matches = (entry for entry in entries(store) if entry.title.startswith("Tea"))
        return [enclosure.length for entry in matches for enclosure in entry.enclosures]

    (disk.files / "a.mp3").write_bytes(b"12345")
    posts.write("tea.md", title="Tea", audio="archive/a.mp3")
    publish_now(still, store)
    disk.fail(number, LOOKUP)
    assert publish_now(still, store).changed == ()
    posts.write("tea.md", "Edited.", title="Tea", audio="archive/a.mp3")
    assert publish_now(still, store).changed == ("tea.md",)
    assert lengths() == [5]
    disk.heal()
    (disk.files / "a.mp3").write_bytes(b"1234567")
    publish_now(still, store)
    assert lengths() == [7]


def test_a_folder_of_posts_that_does_not_answer_is_an_error(
    tmp_path: Path, store: Store
) -> None:
    with faulty_folder(tmp_path / "posts", tmp_path / "disk") as disk:
        PostFolder(disk.files).write("tea.md", title="Tea")
        folder = Folder(disk.root, 0, stands=True)
        publish_now(folder, store)
        for number in FAULTS:
            for failing in (EVERYTHING, (OPENDIR,), (READDIR,)):
                disk.fail(number, *failing)
                with pytest.raises(FolderError):
                    publish_now(folder, store)
            disk.fail(number, *EVERYTHING)
            single = publish_single(folder, store)
            assert single is None or single.withdrawn == ()
            assert len(entries(store)) == 1


def publish_single(folder: Folder, store: Store) -> Report | None:
    try:
        return publish_now(folder, store, {"tea.md"})
    except FolderError:
        return None


def test_a_watcher_withdraws_nothing_when_a_disk_fails_and_reads_it_when_it_answers(
    disk: FaultyFolder, store: Store, sqlite_url: str, posts: PostFolder
) -> None:
    def titles() -> set[str]:
        return {entry.title for entry in entries(store)}

    watcher = Watcher(Source(Folder(posts.root, 0.05)), sqlite_url, SITE, interval=1)
    watcher.start()
    try:
        wait_until(lambda: titles() == {"Tea", "Old", "Older"}, "the posts")
        disk.fail(errno.EIO, *EVERYTHING)
        (disk.files / "old.md").unlink()
        posts.write("pots.md", title="Pots")
        wait_until(lambda: "Pots" in titles(), "the other post")
        posts.write("cups.md", title="Cups")
        wait_until(lambda: "Cups" in titles(), "one more look")
        assert {"Old", "Older"} < titles()
        disk.heal()
        wait_until(lambda: "Old" not in titles(), "the post that was really deleted")
        assert "Older" in titles()
    finally:
        watcher.stop()


def test_a_picture_on_a_disk_that_does_not_answer_is_not_missing(
    disk: FaultyFolder, posts: PostFolder, tmp_path: Path
) -> None:
    (disk.files / "a.png").write_bytes(b"\x89PNG")
    posts.write("archive.md", "![](archive/a.png)")
    with running(tmp_path, posts.root) as server:
        wait_until(lambda: server.get("/posts/archive/archive/a.png").ok, "the picture")
        disk.fail(errno.EIO, *EVERYTHING)
        response = server.get("/posts/archive/archive/a.png")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
        disk.heal()
        assert server.get("/posts/archive/archive/a.png").ok


def test_many_unreadable_files_are_looked_up_without_a_search() -> None:
    survey = Survey(unreadable={f"a/{number}.md" for number in range(20_000)} | {"b"})
    assert all(survey.hides(f"a/{number}.md") for number in range(20_000))
    assert survey.hides("b/c/d.md")
    assert not survey.hides("bc/d.md")
    assert not survey.hides("a/x.md")
