"""A folder of posts that is a link or lies below one, which a deployment replaces."""

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from feedsvc.cli.main import main
from feedsvc.core.site import Site
from feedsvc.errors import FolderError
from feedsvc.publishing.publish import publish
from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder
from feedsvc.source.repository import Remote, Repository
from feedsvc.source.source import Source
from feedsvc.store.store import Store
from feedsvc.watcher.file_events import FileEvents
from feedsvc.watcher.watcher import Watcher
from tests.support.origins import Link, Origin
from tests.support.running import SITE as SETTINGS
from tests.support.running import running, wait_until
from tests.support.stores import titles
from tests.support.writing import PostFolder

SITE = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")
QUIET = 0.1
SOON = QUIET + 1  # seconds within which a swap is published; BUSY is added for a busy machine
BUSY = 1.0


class Releases:
    """A folder `releases`, and beside it the link `current` to one of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.current = root / "current"

    def release(self, name: str, *titles: str) -> PostFolder:
        """Write a complete release, with its posts below `posts`."""
        folder = PostFolder(self.root / "releases" / name / "posts")
        for title in titles:
            folder.write(f"{title.split()[0].lower()}.md", title=title)
        return folder

    def swap(self, name: str) -> None:
        """Replace the link atomically, as `mv -T` and git-sync do."""
        fresh = self.current.with_name("fresh")
        fresh.symlink_to(Path("releases", name))
        fresh.replace(self.current)

    def swap_slowly(self, name: str, seconds: float) -> None:
        """Remove the link before the new one is created, as `ln -sfn` may do."""
        self.current.unlink()
        time.sleep(seconds)
        self.current.symlink_to(Path("releases", name))


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    releases = Releases(tmp_path / "app")
    releases.release("1", "Tea", "Pots")
    releases.swap("1")
    return releases


def ids(store: Store) -> dict[str, str]:
    with store.snapshot() as snapshot:
        feed = snapshot.feed("")
        newest = snapshot.newest(feed.number, 99) if feed else []
        return {entry.title.split()[0]: entry.id for entry in newest}


@contextmanager
def watching(root: Path, url: str) -> Iterator[Watcher]:
    """A watcher that publishes at its start and after file events only."""
    watcher = Watcher(Source(Folder(root, QUIET)), url, SITE, interval=3600)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.stop()


def settle(store: Store, *expected: str) -> None:
    """Wait until these are published and the watch is set up."""
    wait_until(lambda: titles(store) == set(expected), f"{expected}")
    time.sleep(0.7)


@pytest.mark.parametrize("below", ["", "posts"])
def test_a_swapped_link_is_published_at_once(
    releases: Releases, store: Store, sqlite_url: str, below: str
) -> None:
    with watching(releases.current / below, sqlite_url):
        settle(store, "Tea", "Pots")
        before = ids(store)
        for number in (2, 3, 4):
            releases.release(str(number), f"Tea {number}", "Pots")
            time.sleep(QUIET)
            releases.swap(str(number))
            seconds = wait_until(lambda n=number: f"Tea {n}" in titles(store), "the swap")  # type: ignore[misc]
            assert seconds < SOON + BUSY
            assert ids(store) == before


def test_the_new_folder_is_watched_and_the_old_one_is_not(
    releases: Releases, store: Store, sqlite_url: str
) -> None:
    with watching(releases.current / "posts", sqlite_url):
        settle(store, "Tea", "Pots")
        new = releases.release("2", "Tea 2", "Pots")
        releases.swap("2")
        settle(store, "Tea 2", "Pots")
        PostFolder(releases.root / "releases/1/posts").write("old.md", title="Old")
        new.write("tea.md", title="Tea 3")
        wait_until(lambda: titles(store) == {"Tea 3", "Pots"}, "the edit", SOON + BUSY)


def test_posts_that_the_new_release_lacks_are_withdrawn(
    releases: Releases, store: Store, sqlite_url: str
) -> None:
    with watching(releases.current / "posts", sqlite_url):
        settle(store, "Tea", "Pots")
        releases.release("2", "Tea 2")
        releases.swap("2")
        shutil.rmtree(releases.root / "releases/1")
        wait_until(lambda: titles(store) == {"Tea 2"}, "the second look", SOON + 2 + BUSY)


def test_a_release_with_the_inode_of_the_old_one_is_noticed(
    releases: Releases, store: Store, sqlite_url: str
) -> None:
    """A renamed folder keeps its inode, and its watch reports no change of the link."""
    with watching(releases.current / "posts", sqlite_url):
        settle(store, "Tea", "Pots")
        releases.current.unlink()
        (releases.root / "releases/1").rename(releases.root / "releases/2")
        PostFolder(releases.root / "releases/2/posts").write("tea.md", title="Tea 2")
        releases.current.symlink_to(Path("releases/2"))
        wait_until(lambda: titles(store) == {"Tea 2", "Pots"}, "the swap", SOON + BUSY)
        time.sleep(0.7)
        PostFolder(releases.root / "releases/2/posts").write("tea.md", title="Tea 3")
        wait_until(lambda: titles(store) == {"Tea 3", "Pots"}, "the edit", SOON + BUSY)


def test_a_link_that_dangles_for_a_moment_is_not_reported(
    releases: Releases, store: Store, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with watching(releases.current / "posts", sqlite_url):
        settle(store, "Tea", "Pots")
        for number in (2, 3):
            releases.release(str(number), f"Tea {number}", "Pots")
            releases.swap_slowly(str(number), 0.3)
            seconds = wait_until(lambda n=number: f"Tea {n}" in titles(store), "the swap")  # type: ignore[misc]
            assert seconds < SOON + BUSY
    assert [r.message for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_a_link_that_dangles_longer_is_reported_until_its_folder_exists(
    releases: Releases, store: Store, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with watching(releases.current / "posts", sqlite_url):
        settle(store, "Tea", "Pots")
        releases.swap("9")
        wait_until(lambda: "releases/9" in caplog.text, "the report")
        assert "current/posts (a link to" in caplog.text
        assert titles(store) == {"Tea", "Pots"}
        releases.release("9", "Tea 9", "Pots")
        seconds = wait_until(lambda: "Tea 9" in titles(store), "the swap")
        assert seconds < SOON + BUSY


def test_a_link_above_the_link_may_be_replaced_too(
    tmp_path: Path, store: Store, sqlite_url: str
) -> None:
    for name in ("a", "b"):
        releases = Releases(tmp_path / name)
        releases.release("1", f"Tea {name}")
        releases.swap("1")
    top = tmp_path / "top"
    top.symlink_to("a")
    with watching(top / "current/posts", sqlite_url):
        settle(store, "Tea a")
        fresh = tmp_path / "fresh"
        fresh.symlink_to("b")
        fresh.replace(top)
        wait_until(lambda: titles(store) == {"Tea b"}, "the swap", SOON + BUSY)


@pytest.mark.parametrize("root", ["posts", "posts/..data"])
def test_a_config_map_of_kubernetes_is_published_when_it_is_swapped(
    tmp_path: Path, store: Store, sqlite_url: str, root: str
) -> None:
    """Each file is a link through the link `..data`, which is replaced."""
    mount = tmp_path / "posts"
    mount.mkdir()

    def write(name: str, title: str) -> None:
        PostFolder(mount / name).write("tea.md", title=title)
        fresh = mount / "..data_tmp"
        fresh.symlink_to(name)
        fresh.replace(mount / "..data")

    write("..2026_11_28_1", "Tea")
    (mount / "tea.md").symlink_to("..data/tea.md")
    with watching(tmp_path / root, sqlite_url):
        settle(store, "Tea")
        before = ids(store)
        write("..2026_11_28_2", "Tea 2")
        shutil.rmtree(mount / "..2026_11_28_1")
        wait_until(lambda: titles(store) == {"Tea 2"}, "the swap", SOON + BUSY)
        assert ids(store) == before


def test_a_requested_rebuild_reads_the_new_folder(
    releases: Releases, store: Store, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.watcher.requests.REQUEST_QUIET", 0.05)
    monkeypatch.setattr(FileEvents, "run", lambda _events: None)
    with watching(releases.current / "posts", sqlite_url):
        settle(store, "Tea", "Pots")
        releases.release("2", "Tea 2", "Pots")
        releases.swap("2")
        store.jobs.enqueue(datetime.now(UTC))
        wait_until(lambda: titles(store) == {"Tea 2", "Pots"}, "the rebuild", 5)


def test_a_link_below_the_root_that_leads_out_of_it_is_not_followed(
    releases: Releases, store: Store
) -> None:
    outside = PostFolder(releases.root / "private")
    outside.write("secret.md", title="Secret")
    new = releases.release("2", "Tea 2")
    (new.root / "out").symlink_to(outside.root)
    (new.root / "out.md").symlink_to(outside.root / "secret.md")
    source = Source(Folder(releases.current / "posts", 0))
    releases.swap("2")
    publish(source.folder, store, SITE, datetime.now(UTC))
    assert titles(store) == {"Tea 2"}


def test_one_publish_reads_one_release(releases: Releases, store: Store) -> None:
    """A release that is swapped in during a publish is read by the next one."""
    releases.release("2", "Tea 2", "Cups")
    source = Source(Folder(releases.current / "posts", 0))

    def swap(_done: int, _total: int) -> None:
        releases.swap("2")

    publish(source.folder, store, SITE, datetime.now(UTC), progress=swap)
    assert titles(store) == {"Tea", "Pots"}
    publish(source.folder, store, SITE, datetime.now(UTC))
    assert titles(store) == {"Tea 2", "Pots", "Cups"}


def test_no_publish_fails_while_links_are_swapped_all_the_time(
    releases: Releases, store: Store
) -> None:
    releases.release("2", "Tea 2", "Pots")
    ended = threading.Event()

    def swap() -> None:
        while not ended.is_set():
            for name in ("1", "2"):
                releases.swap_slowly(name, 0.002)
                time.sleep(0.02)

    swapping = threading.Thread(target=swap)
    swapping.start()
    source, reports = Source(Folder(releases.current / "posts", 0)), list[Report]()
    try:
        for _ in range(100):
            folder = source.folder_to_read()
            reports.append(publish(folder, store, SITE, datetime.now(UTC)))
    finally:
        ended.set()
        swapping.join()
    assert not any(report.withdrawn or report.held for report in reports)


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(FolderError, match="is not a folder"):
        Folder(tmp_path / "a" / "posts", 0).survey()


def test_the_commands_follow_the_current_link(
    releases: Releases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environ: dict[str, str | None] = {
        **{name: None for name in os.environ if name.startswith("FEEDSVC_")},
        **SETTINGS,
        "FEEDSVC_SITE__URL": "https://example.org",
        "FEEDSVC_CONTENT__SEEDS": str(releases.current / "posts"),
        "FEEDSVC_WATCHER__QUIET": "0",
    }

    def output_of(*arguments: str) -> str:
        result = CliRunner(env=environ).invoke(main, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    assert "added: 2" in output_of("publish")
    releases.release("2", "Tea 2", "Pots").write("bad.md", title="Bad", lang="??")
    releases.swap("2")
    assert "changed: 1\n  app/current/posts/tea.md\n" in output_of("publish", "--dry-run")
    assert "bad.md" in output_of("check")
    output_of("export", "--feeds-only", "public")
    assert b"Tea 2" in Path("public/atom.xml").read_bytes()


def test_images_come_from_the_published_release(releases: Releases, tmp_path: Path) -> None:
    for name in ("1", "2"):
        folder = releases.release(name)
        folder.write("tea.md", "![](a.png)", title="Tea")
        folder.write_raw("a.png", f"picture {name}".encode())
    with running(tmp_path / "run", releases.current / "posts") as server:

        def picture() -> bytes:
            return server.get("/posts/tea/a.png").content

        wait_until(lambda: picture() == b"picture 1", "the first")
        releases.swap("2")
        shutil.rmtree(releases.root / "releases/1")
        assert picture() == b"picture 2"


# Links in a repository.


def source_of(origin: Origin, clone: Path, path: str) -> Source:
    repository = Repository(clone, Remote(origin.url, "main"), timeout=30)
    folder = Folder(repository.tree / path, 0, stands=True)
    return Source(folder, repository, branch="main", path=path)


def post(title: str) -> str:
    return f"---\ntitle: {title}\ndate: 2026-03-01\n---\nHot.\n"


@pytest.fixture
def fetched(tmp_path: Path, store: Store) -> Callable[[Source], Report]:
    def fetch(source: Source) -> Report:
        only = source.update()
        return publish(source.folder, store, SITE, datetime.now(UTC), only=only)

    return fetch


def test_a_link_in_a_repository_may_be_replaced(
    tmp_path: Path, store: Store, fetched: Callable[[Source], Report]
) -> None:
    origin = Origin(tmp_path / "origin.git")
    both = {"releases/1/tea.md": post("Tea"), "releases/2/tea.md": post("Tea 2")}
    source = source_of(origin, tmp_path / "var", "current")
    _push(origin, both, "releases/1")
    fetched(source)
    assert titles(store) == {"Tea"}
    _push(origin, both, "releases/2")
    fetched(source)
    assert titles(store) == {"Tea 2"}
    _push(origin, both | {"releases/2/tea.md": post("Tea 3")}, "releases/2")
    fetched(source)
    assert titles(store) == {"Tea 3"}
    origin.push({"current/tea.md": post("Tea 4")})
    fetched(source)
    assert titles(store) == {"Tea 4"}


def test_a_link_out_of_a_repository_is_refused(
    tmp_path: Path, store: Store, fetched: Callable[[Source], Report]
) -> None:
    private = PostFolder(tmp_path / "private")
    private.write("secret.md", title="Secret")
    origin = Origin(tmp_path / "origin.git")
    source = source_of(origin, tmp_path / "var", "current")
    origin.push({"current/tea.md": post("Tea")})
    fetched(source)
    _push(origin, {"README.md": "moved"}, str(private.root))
    with pytest.raises(FolderError, match="leads out of the repository"):
        fetched(source)
    with pytest.raises(FolderError, match="leads out"), source.proposed("") as _:
        pass
    assert titles(store) == {"Tea"}
    origin.push({"current/pots.md": post("Pots")})
    fetched(source)
    assert titles(store) == {"Pots"}


def _push(origin: Origin, files: dict[str, str], target: str) -> None:
    """Push these files, and `current` as a link."""
    origin.push({**files, "current": Link(target)})
