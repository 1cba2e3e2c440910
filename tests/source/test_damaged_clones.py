"""The git source after kill -9, full disks, damage and silent remotes."""

import itertools
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from feedsvc.errors import RepositoryError
from feedsvc.source.repository import (
    Checkout,
    Remote,
    Repository,
)
from tests.support.checkouts import files_of, follow, octets
from tests.support.origins import (
    Origin,
    command_lines,
)
from tests.support.running import wait_until

ROUNDS_OF_KILLING = int(os.environ.get("FEEDSVC_TEST_KILLS", "8"))


_UPDATE = """
import sys
from pathlib import Path
from feedsvc.source.repository import Remote, Repository
repository = Repository(Path(sys.argv[1]), Remote(sys.argv[2], "main"))
print("ready", flush=True)
sys.stdin.readline()
repository.update()
"""


def test_no_kill_leaves_an_incomplete_tree_marked_as_whole(clone: Path, origin: Origin) -> None:
    every = {}
    for number in range(3):
        files = {f"{n % 17}/{n}.md": f"{number if n % 3 else 0} {n}" * 50 for n in range(400)}
        files |= {f"only-{number}/{n}.md": "x" for n in range(50)}
        every[origin.push(files, f"b{number}", onto=None)] = octets(files)
    commits = itertools.cycle(every)
    dice = random.Random()  # noqa: S311
    repository = follow(clone, origin)
    took = 0.1
    for number in range(ROUNDS_OF_KILLING):
        origin.git("update-ref", "refs/heads/main", next(commits))
        updater = subprocess.Popen(
            [sys.executable, "-c", _UPDATE, clone, origin.url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert updater.stdin is not None
        assert updater.stdout is not None
        updater.stdout.readline()
        started = time.monotonic()
        updater.stdin.write(b"go\n")
        updater.stdin.flush()
        if number:
            time.sleep(dice.uniform(0, took))
            if dice.random() < 0.5:
                _kill_group(clone)
            updater.kill()
        updater.communicate()
        took = took if number else time.monotonic() - started
        if dice.random() < 0.5 and (whole := repository.whole):
            assert files_of(repository.tree) == every[whole]
        mended = repository.mend()
        assert mended in every
        assert files_of(repository.tree) == every[mended]
        assert not [*(clone / "git").rglob("*.lock")]


def _kill_group(clone: Path) -> None:
    group = (clone / "busy").read_text().strip()
    if group:
        with suppress(ProcessLookupError):
            os.killpg(int(group), signal.SIGKILL)


def test_a_git_that_outlives_feedsvc_is_killed_before_the_next_checkout(
    clone: Path, origin: Origin, bin_first: Callable[[str, str], None]
) -> None:
    commit = origin.push({"a.md": "1"})
    follow(clone, origin).update()
    origin.push({"a.md": "2"})
    bin_first("git", '[ "$1" != clean ] || sleep 987\nexec "$REAL" "$@"')
    updater = subprocess.Popen(
        [sys.executable, "-c", _UPDATE, clone, origin.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert updater.stdin is not None
    updater.stdin.write(b"go\n")
    updater.stdin.flush()
    wait_until(lambda: "sleep 987 " in command_lines(), "git clean runs")
    updater.kill()
    updater.communicate()
    bin_first("git", 'exec "$REAL" "$@"')
    repository = follow(clone, origin)
    assert repository.whole is None
    assert repository.mend() not in (None, commit)
    assert "sleep 987 " not in command_lines()
    assert files_of(repository.tree) == {"a.md": b"2"}


# A file of more than 8 blocks cannot be written, as if the disk were full.
_NO_ROOM = "[ \"$1\" != read-tree ] || { trap '' XFSZ; ulimit -f 8; }"


def test_a_forced_push_back_after_an_interrupted_checkout_is_checked_out(
    clone: Path, origin: Origin, bin_first: Callable[[str, str], None]
) -> None:
    before = origin.push({"a.md": "1", "b.md": "1"})
    repository = follow(clone, origin)
    repository.update()
    origin.push({"a.md": "2", "z.md": "x" * 100_000})
    bin_first("git", f'{_NO_ROOM}\nexec "$REAL" "$@"')
    with pytest.raises(RepositoryError):
        repository.update()
    assert files_of(repository.tree)["a.md"] == b"2"
    origin.git("update-ref", "refs/heads/main", before)
    bin_first("git", '[ "$1" != read-tree ] || kill -9 $$\nexec "$REAL" "$@"')
    with pytest.raises(RepositoryError, match="read-tree failed"):
        repository.update()
    assert repository.whole is None
    bin_first("git", 'exec "$REAL" "$@"')
    assert repository.update() == Checkout(before, frozenset())
    assert files_of(repository.tree) == {"a.md": b"1", "b.md": b"1"}


def test_a_full_disk_is_an_error_and_the_next_update_checks_out_all(
    clone: Path, origin: Origin, bin_first: Callable[[str, str], None]
) -> None:
    origin.push({"a.md": "1", "gone.md": "1"})
    repository = follow(clone, origin)
    repository.update()
    commit = origin.push({"a.md": "2", "big.md": "x" * 100_000})
    bin_first("git", f'{_NO_ROOM}\nexec "$REAL" "$@"')
    with pytest.raises(RepositoryError, match=r"read-tree failed: .*big\.md"):
        repository.update()
    assert repository.whole is None
    with pytest.raises(RepositoryError):
        repository.mend()
    bin_first("git", 'exec "$REAL" "$@"')
    assert repository.update().commit == commit
    assert files_of(repository.tree) == {"a.md": b"2", "big.md": b"x" * 100_000}


@pytest.mark.parametrize(
    "damaged", ["objects", "index", "HEAD", "config", "refs/feedsvc/fetched"]
)
def test_a_damaged_git_directory_is_fetched_again(
    clone: Path, origin: Origin, damaged: str
) -> None:
    origin.push({"a.md": "1", "b.md": "1"})
    repository = follow(clone, origin)
    repository.update()
    if damaged == "objects":
        shutil.rmtree(clone / "git" / "objects")
    else:
        (clone / "git" / damaged).write_bytes(b"\0" * 40)
    commit = origin.push({"a.md": "2", "b.md": "1"})
    assert repository.update().commit == commit
    assert repository.whole == commit
    assert files_of(repository.tree) == {"a.md": b"2", "b.md": b"1"}


def test_a_state_file_that_cannot_be_parsed_is_ignored(clone: Path, origin: Origin) -> None:
    commit = origin.push({"a.md": "1"})
    repository = follow(clone, origin)
    repository.update()
    (clone / "state").write_bytes(b"\xff\0")
    assert repository.whole is None
    assert repository.mend() is None
    assert repository.update() == Checkout(commit, None)


def test_leftovers_of_a_killed_git_do_not_block_the_next_update(
    clone: Path, origin: Origin
) -> None:
    origin.push({"a.md": "1"})
    repository = follow(clone, origin)
    repository.update()
    git = clone / "git"
    left = [
        "index.lock",
        "shallow.lock",
        "refs/feedsvc/fetched.lock",
        "objects/pack/tmp_pack_x",
    ]
    left += ["objects/pack/pack-1.keep", "objects/tmp_objdir-incoming-x/tmp_obj_y"]
    for name in left:
        (git / name).parent.mkdir(exist_ok=True)
        (git / name).write_text("")
    commit = origin.push({"a.md": "2"})
    assert repository.update() == Checkout(commit, frozenset({"a.md"}))
    assert not [name for name in left if (git / name).exists()]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A local port that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_remote_that_hangs_times_out_and_no_child_stays(
    clone: Path, silent_port: int
) -> None:
    remote = Remote(f"http://127.0.0.1:{silent_port}/p.git", "main")
    started = time.monotonic()
    with pytest.raises(RepositoryError, match=r"fetch took longer than 0\.5 seconds"):
        Repository(clone, remote, timeout=0.5).update()
    assert time.monotonic() - started < 4
    assert not [line for line in command_lines() if f":{silent_port}/" in line]


def test_two_updates_do_not_run_in_one_folder(clone: Path, origin: Origin) -> None:
    origin.push({"a.md": "1"})
    with (
        follow(clone, origin)._git.alone(),
        pytest.raises(RepositoryError, match="in use by another process"),
    ):
        follow(clone, origin, timeout=0.2).update()


def test_many_fetches_do_not_fill_the_disk(
    clone: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.source.repository._MOST_LOOSE", 20)
    repository = follow(clone, origin)
    for number in range(12):
        origin.push({f"{n}.md": f"{number if n < 3 else 0}" for n in range(20)})
        repository.update()
    counts = dict(
        line.split(": ")
        for line in repository._git.run("count-objects", "-v").decode().splitlines()
    )
    assert int(counts["count"]) < 20
    assert int(counts["count"]) + int(counts["in-pack"]) < 50  # of 22 that are needed
    assert repository.mend() is not None
