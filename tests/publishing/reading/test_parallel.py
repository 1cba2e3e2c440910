"""Posts that several processes read: the same results, and no fault spreads."""

import errno
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from feedsvc.publishing.publish import publish
from feedsvc.publishing.reading import parallel
from feedsvc.publishing.reading.reader import FileToRead
from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder
from feedsvc.store.schema import entries, feeds, files, identities, link_keys, memberships
from feedsvc.store.store import Store
from tests.support.houses import LATER, NOW, SITE, House
from tests.support.poisoned import PoisonedFolder
from tests.support.writing import PostFolder

HAS_PROC = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc")


@pytest.fixture(autouse=True)
def many_are_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "FEW", 3)
    monkeypatch.setattr(parallel, "_CHUNK", 4)


@pytest.fixture
def house(posts: PostFolder, folder: Folder, store: Store, tmp_path: Path) -> House:
    (tmp_path / "notes").mkdir()
    poisoned = PoisonedFolder(folder, tmp_path / "notes")
    return House(posts, poisoned, store)  # type: ignore[arg-type]


class FormerSetup:
    """Cannot be unpickled by another process."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (__import__, ("no_such_module",))


def write_posts(house: House, *names: str) -> None:
    for name in ("a", "b", "c", "d", "x", "y", "z", *names):
        house.posts.write(f"{name}.md", title=name, date="2026-05-01")


def contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    tables = (files, entries, memberships, feeds, identities, link_keys)
    with store.snapshot() as snapshot:
        return {
            table.name: sorted(
                map(tuple, snapshot._connection.execute(sa.select(table))), key=repr
            )
            for table in tables
        }


def crashed(report: Report) -> list[str]:
    return [problem.path for problem in report.problems if problem.code == "crashed"]


def running(leader: int) -> set[str]:
    """The processes of this group, and the children of this process, that read posts."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, parent, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
            command = (folder / "cmdline").read_bytes()
            if leader in map(int, (parent, group)) and state != "Z" and b"worker" in command:
                found.add(folder.name)
    return found


def test_several_processes_find_what_one_finds(
    house: House, posts: PostFolder, folder: Folder, tmp_path: Path
) -> None:
    write_posts(house)
    for number in range(20):
        posts.write(f"many/{number}.md", title=f"T{number}", date="2026-05-02", tags="[tea]")
    posts.write("later.md", title="later", date="2099-01-01")
    posts.write("update.md", title="u", date="2026-05-01", updated="2099-01-01")
    posts.write("no-date.md", date="never")
    posts.write("one/twin.md", title="one", date="2026-05-01", slug="twin")
    posts.write("two/twin.md", title="two", date="2026-05-01", slug="twin")
    posts.write("links.md", "[a](a.md), [b](b2.md), ![p](gone.png)")
    with closing(Store(f"sqlite:///{tmp_path}/alone.sqlite3")) as other:
        alone = House(posts, folder, other)
        for now in (NOW, LATER):
            reports = house.publish(now), alone.publish(now)
            assert reports[0].problems == reports[1].problems
            assert contents(house.store) == contents(alone.store)
            posts.write("a.md", title="changed", date="2026-05-01")
            posts.write("one/twin.md", title="changed", date="2026-05-01", slug="twin")
    assert "T7" in house.titles()


def test_progress_is_shown_while_no_process_answers(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_posts(house)
    monkeypatch.setattr(parallel, "_WAIT_SECONDS", 0.01)
    shown = Counter[int]()
    publish(
        *(house.folder, house.store, SITE, NOW),
        progress=lambda done, total: shown.update([done] if total == 7 else []),
    )
    assert sorted(shown) == list(range(7))
    assert shown[6] > 1  # the processes take longer to start


@pytest.mark.parametrize("name", ["kills", "burns"])
def test_a_post_that_ends_its_process_is_a_problem_of_its_file(house: House, name: str) -> None:
    write_posts(house, "k", name)
    report = house.publish()
    assert crashed(report) == [f"{name}.md"]
    assert house.titles() == {"a", "b", "c", "d", "x", "y", "z", "k"}
    again = house.publish(LATER)
    assert (again.read, again.problems) == (0, report.problems)


def test_its_last_good_version_stays(house: House) -> None:
    house.posts.write("kills.md", title="good", date="2026-05-01")
    house.publish()
    house.posts.write("kills.md", title="bad", date="2026-05-01")
    write_posts(house)
    assert crashed(house.publish(LATER)) == ["kills.md"]
    assert "good" in house.titles()


def test_a_file_that_has_ended_a_process_is_read_by_another_one_again(house: House) -> None:
    write_posts(house, "kills")
    house.publish()
    house.posts.write("kills.md", title="bad", date="2026-05-01")
    assert crashed(house.publish(LATER)) == ["kills.md"]  # this process would survive it


def test_such_a_file_is_published_once_it_is_mended(house: House) -> None:
    write_posts(house, "burns")
    house.publish()
    house.posts.write("burns.md", title="mended", date="2026-05-01")
    mended = House(house.posts, house.folder.folder, house.store)  # type: ignore[attr-defined]
    assert mended.publish(LATER).problems == ()
    assert "mended" in house.titles()


def test_an_error_is_raised_where_it_is_shown(house: House) -> None:
    write_posts(house, "fails")
    assert house.publish().problems == ()  # the process of the test can read it
    assert "fails" in house.titles()


def test_few_octets_are_read_ahead(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_CHUNK_OCTETS", 1)
    monkeypatch.setattr(parallel, "_MOST_OCTETS", 1)
    write_posts(house, *map(str, range(12)))
    asked: list[int] = []

    def next_chunk(files: Iterator[tuple[int, FileToRead]]) -> parallel._Chunk:
        chunk = chunks(files)
        asked.append(len(chunk.files))
        return chunk

    chunks = parallel._next_chunk
    monkeypatch.setattr(parallel, "_next_chunk", next_chunk)
    assert house.publish().problems == ()
    assert set(asked) == {1, 0}
    assert len(house.titles()) == 19


def test_a_process_that_ends_by_chance_is_replaced(house: House) -> None:
    write_posts(house, "once")
    assert house.publish().problems == ()
    assert "once" in house.titles()


def test_without_other_processes_this_one_reads(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_posts(house, "kills")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert house.publish().problems == ()
    assert "kills" in house.titles()
    assert "ended before it began" in caplog.text
    monkeypatch.setattr(sys, "executable", "/no/such/program")
    house.posts.write("a.md", title="a2", date="2026-05-01")
    write_posts(house, "e")
    assert house.publish(LATER).problems == ()
    assert "no other starts" in caplog.text


def test_without_free_descriptors_this_process_reads(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full() -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    write_posts(house)
    monkeypatch.setattr(socket, "socketpair", full)
    assert house.publish().problems == ()
    assert "Too many open files" in caplog.text


@pytest.mark.parametrize("fault", ["version", "setup"])
def test_after_an_upgrade_this_process_reads(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    write_posts(house)
    if fault == "version":
        monkeypatch.setattr(parallel, "__version__", "0.0.1", raising=False)
    else:
        monkeypatch.setattr(parallel, "ReaderElsewhere", lambda *_: FormerSetup())
    assert house.publish().problems == ()
    assert "ended before it began" in caplog.text


def test_a_file_that_has_ended_a_process_is_read_by_another_one_without_workers(
    house: House,
) -> None:
    write_posts(house, "kills")
    house.publish()
    house.folder.workers = 0
    house.posts.write("kills.md", title="bad", date="2026-05-01")
    write_posts(house, "e", "f")  # more than FEW before it
    for name in "abcdef":
        house.posts.write(f"{name}.md", title=f"{name} 2", date="2026-05-01")
    assert crashed(house.publish(LATER)) == ["kills.md"]
    assert "a 2" in house.titles()


def test_a_chunk_fits_into_a_socket_although_the_system_has_small_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pair = socket.socketpair()
    for each in pair:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4608)
    monkeypatch.setattr(socket, "socketpair", lambda: pair)
    ours, other = parallel._socket_pair()
    with ours, other:
        ours.setblocking(False)
        assert ours.send(bytes(parallel._PIPE_BYTES + 4)) == parallel._PIPE_BYTES + 4


@HAS_PROC
def test_a_publish_that_stops_ends_its_processes(house: House) -> None:
    write_posts(house, *map(str, range(100)))

    def stop(done: int, _: int) -> None:
        if done > 60 and running(os.getpid()):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        house.publish(progress=stop)
    assert not running(os.getpid())


_KILLED: str = """
import os, signal, sys, time
from pathlib import Path
from typing import Any
from feedsvc.core.site import Site
from feedsvc.publishing.reading import parallel, reader
from feedsvc.source.folder import Folder
from datetime import UTC, datetime

parallel.FEW = parallel._CHUNK = 1
folder = Folder(Path(sys.argv[1]), 0, workers=2)
site = Site("T", "https://example.org", "L", "UTC", "example.org,2026")
elsewhere = reader.ReaderElsewhere(folder, site, datetime.now(UTC), None)

def files():
    for number in range(10**9):
        if number == 50:
            print("reading", flush=True)
            time.sleep(60)
        for path, stamp in folder.survey().stamps.items():
            yield reader.FileToRead(path, stamp)

for _ in parallel.looks_at(files(), elsewhere.reader()):
    pass
"""


@HAS_PROC
def test_the_processes_end_if_the_publish_is_killed(posts: PostFolder) -> None:
    posts.write("a.md", title="a", date="2026-05-01")
    command = [sys.executable, "-c", _KILLED, str(posts.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as publishing:
        assert publishing.stdout
        publishing.stdout.readline()
        groups = {int(each) for each in running(publishing.pid)}
        left = groups | {int(each) for group in groups for each in running(group)}
        publishing.kill()
    assert len(left) == 2
    until = time.monotonic() + 10
    while left and time.monotonic() < until:
        time.sleep(0.02)
        left = {each for each in left if Path(f"/proc/{each}").exists()}
    assert not left
