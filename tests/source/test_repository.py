"""A tree of posts follows a branch of a git repository, through whatever happens to either."""

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
from feedsvc.source.folder import Folder
from feedsvc.source.repository import (
    Checkout,
    Remote,
    Repository,
)
from tests.support.origins import (
    BACKEND,
    Files,
    Forge,
    Link,
    Origin,
    Submodule,
    command_lines,
    serving,
)
from tests.support.running import wait_until

ROUNDS_OF_KILLING = int(os.environ.get("FEEDSVC_TEST_KILLS", "8"))


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    """A bare repository without a commit."""
    return Origin(tmp_path / "origin.git")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where our own copy of it will be."""
    return tmp_path / "var" / "source"


def follow(
    place: Path, origin: Origin, branch: str = "main", timeout: float = 60
) -> Repository:
    return Repository(place, Remote(origin.url, branch), timeout=timeout)


def files_of(tree: Path) -> dict[str, str | bytes]:
    """What lies in a tree: a link's target as a text, a file's octets."""
    return {
        os.fsdecode(os.path.relpath(path, tree)): os.readlink(path)  # noqa: PTH115
        if path.is_symlink()
        else path.read_bytes()
        for path in tree.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def octets(files: Files) -> dict[str, str | bytes]:
    return {
        path: text if isinstance(text, (bytes, Link)) else text.encode()
        for path, text in files.items()
    }


# --- following


def test_the_first_fetch_lays_out_the_branch_whole(place: Path, origin: Origin) -> None:
    files = {"tea.md": "茶", "posts/pots.md": "pots", "empty.md": ""}
    commit = origin.push(files)
    repository = follow(place, origin)
    assert repository.update() == Checkout(commit, None)
    assert files_of(repository.tree) == octets(files)
    assert repository.whole == commit


def test_a_later_commit_names_just_the_paths_that_differ(place: Path, origin: Origin) -> None:
    origin.push({"a.md": "1", "b.md": "1", "d/c.md": "1", "stays.md": "1"})
    repository = follow(place, origin)
    repository.update()
    after = {"a.md": "2", "e/b.md": "1", "stays.md": "1", 'new\n茶 "x".md': "1"}
    commit = origin.push(after)
    assert repository.update() == Checkout(
        commit, frozenset({"a.md", "b.md", "e/b.md", "d/c.md", 'new\n茶 "x".md'})
    )
    assert files_of(repository.tree) == octets(after)
    assert not (repository.tree / "d").exists()


def test_nothing_new_is_no_path(place: Path, origin: Origin) -> None:
    commit = origin.push({"a.md": "1"})
    repository = follow(place, origin)
    repository.update()
    assert repository.update() == Checkout(commit, frozenset())


def test_a_forced_push_is_followed_to_another_past(place: Path, origin: Origin) -> None:
    first = origin.push({"a.md": "1", "b.md": "1"})
    origin.push({"a.md": "2", "b.md": "1"})
    repository = follow(place, origin)
    repository.update()
    other = origin.push({"a.md": "1", "c.md": "1"}, onto=None)
    assert repository.update() == Checkout(other, frozenset({"a.md", "b.md", "c.md"}))
    origin.git("update-ref", "refs/heads/main", first)
    assert repository.update() == Checkout(first, frozenset({"b.md", "c.md"}))
    assert files_of(repository.tree) == {"a.md": b"1", "b.md": b"1"}


def test_a_branch_that_vanished_leaves_the_tree_and_comes_back(
    place: Path, origin: Origin
) -> None:
    commit = origin.push({"a.md": "1"})
    repository = follow(place, origin)
    repository.update()
    origin.git("update-ref", "-d", "refs/heads/main")
    with pytest.raises(RepositoryError, match="has no refs/heads/main; push it"):
        repository.update()
    assert files_of(repository.tree) == {"a.md": b"1"}
    assert repository.whole == commit
    newer = origin.push({"b.md": "1"}, onto=None)
    assert repository.update() == Checkout(newer, frozenset({"a.md", "b.md"}))


def test_an_empty_repository_has_no_branch_yet(place: Path, origin: Origin) -> None:
    repository = follow(place, origin)
    with pytest.raises(RepositoryError, match="has no refs/heads/main"):
        repository.update()
    assert repository.mend() is None
    assert repository.whole is None


def test_a_repository_that_was_gone_and_is_back_is_followed(
    place: Path, origin: Origin
) -> None:
    commit = origin.push({"a.md": "1"})
    repository = follow(place, origin)
    repository.update()
    gone = origin.path.rename(origin.path.with_name("gone"))
    with pytest.raises(RepositoryError, match=r"cannot be fetched: .*does not appear to be"):
        repository.update()
    assert repository.mend() == commit
    gone.rename(origin.path)
    assert repository.update() == Checkout(commit, frozenset())


def test_all_of_the_past_is_fetched_where_no_depth_is_set(place: Path, origin: Origin) -> None:
    origin.push({"a.md": "1"})
    commit = origin.push({"a.md": "2"})
    repository = Repository(place, Remote(origin.url, "main", depth=0))
    assert repository.update().commit == commit
    assert not (place / "git" / "shallow").exists()


@pytest.mark.parametrize("is_other_branch", [False, True])
def test_another_remote_is_followed_without_a_mix(
    place: Path, origin: Origin, tmp_path: Path, is_other_branch: bool
) -> None:
    origin.push({"a.md": "1", "both.md": "1"})
    follow(place, origin).update()
    other = origin if is_other_branch else Origin(tmp_path / "other.git")
    branch = "next" if is_other_branch else "main"
    repository = follow(place, other, branch)
    with pytest.raises(RepositoryError):
        repository.update()
    assert repository.mend() is None
    assert repository.whole is None
    assert files_of(repository.tree) == {"a.md": b"1", "both.md": b"1"}
    commit = other.push({"b.md": "2", "both.md": "2"}, branch)
    assert repository.update() == Checkout(commit, None)
    assert files_of(repository.tree) == {"b.md": b"2", "both.md": b"2"}


def test_what_others_put_into_the_tree_is_cleaned_away(place: Path, origin: Origin) -> None:
    origin.push({"a.md": "1", ".gitignore": "*.tmp\n", "was/file.md": "1"})
    repository = follow(place, origin)
    repository.update()
    (repository.tree / "a.md").write_text("by hand")
    (repository.tree / "x.tmp").write_text("ignored")
    (repository.tree / "was" / "more").mkdir()
    (repository.tree / "was" / "more" / "y.md").write_text("y")
    subprocess.run(["git", "init", "-q", repository.tree / "nested"], check=True)
    after = {"a.md": "1", ".gitignore": "*.tmp\n", "was": "a file now"}
    origin.push(after)
    repository.update()
    assert files_of(repository.tree) == octets(after)


def test_a_tree_that_was_taken_away_is_laid_out_again(place: Path, origin: Origin) -> None:
    commit = origin.push({"a.md": "1"})
    repository = follow(place, origin)
    repository.update()
    shutil.rmtree(repository.tree)
    assert repository.update() == Checkout(commit, None)
    assert files_of(repository.tree) == {"a.md": b"1"}


# --- bytes and names


def test_files_are_laid_out_byte_for_byte(place: Path, origin: Origin) -> None:
    files: Files = {
        ".gitattributes": "* text eol=crlf ident\n*.utf working-tree-encoding=UTF-16\n",
        "lf.md": b"a\nb\n",
        "crlf.md": b"a\r\nb\r\n",
        "mixed.md": b"a\r\nb\n",
        "ident.md": b"$Id$\n",
        "x.utf": b"x\n",
        "sub/.gitattributes": "[attr]evil text eol=crlf\n*.md evil\n",
        "sub/lf.md": b"a\nb\n",
    }
    origin.push(files)
    repository = follow(place, origin)
    repository.update()
    assert files_of(repository.tree) == octets(files)


def test_any_name_is_laid_out_and_told_of(place: Path, origin: Origin) -> None:
    origin.push({"a.md": "1"})
    repository = follow(place, origin)
    repository.update()
    names = ["Tea.md", "tea.md", "茶/é.md", "e\u0301.md", "new\nline.md", "tab\t.md", "-rf.md"]
    names += [":(glob)x.md", "a b\\c.md", os.fsdecode(b"latin\xe9.md")]
    files = dict.fromkeys(names, "1")
    origin.push(files)
    assert repository.update().changed == frozenset({*names, "a.md"})
    assert files_of(repository.tree) == octets(files)


# --- kill -9, full disks and damage

_UPDATE = """
import sys
from pathlib import Path
from feedsvc.source.repository import Remote, Repository
repository = Repository(Path(sys.argv[1]), Remote(sys.argv[2], "main"))
print("ready", flush=True)
sys.stdin.readline()
repository.update()
"""


def test_no_kill_leaves_a_tree_that_passes_for_a_whole_one(place: Path, origin: Origin) -> None:
    every = {}
    for number in range(3):
        files = {f"{n % 17}/{n}.md": f"{number if n % 3 else 0} {n}" * 50 for n in range(400)}
        files |= {f"only-{number}/{n}.md": "x" for n in range(50)}
        every[origin.push(files, f"b{number}", onto=None)] = octets(files)
    commits = itertools.cycle(every)
    dice = random.Random()  # noqa: S311
    repository = follow(place, origin)
    took = 0.1
    for number in range(ROUNDS_OF_KILLING):
        origin.git("update-ref", "refs/heads/main", next(commits))
        updater = subprocess.Popen(
            [sys.executable, "-c", _UPDATE, place, origin.url],
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
                _kill_group(place)
            updater.kill()
        updater.communicate()
        took = took if number else time.monotonic() - started
        if dice.random() < 0.5 and (whole := repository.whole):
            assert files_of(repository.tree) == every[whole]
        mended = repository.mend()
        assert mended in every
        assert files_of(repository.tree) == every[mended]
        assert not [*(place / "git").rglob("*.lock")]


def _kill_group(place: Path) -> None:
    group = (place / "busy").read_text().strip()
    if group:
        with suppress(ProcessLookupError):
            os.killpg(int(group), signal.SIGKILL)


def test_a_git_that_outlives_us_is_ended_before_the_tree_is_touched(
    place: Path, origin: Origin, bin_first: Callable[[str, str], None]
) -> None:
    commit = origin.push({"a.md": "1"})
    follow(place, origin).update()
    origin.push({"a.md": "2"})
    bin_first("git", '[ "$1" != clean ] || sleep 987\nexec "$REAL" "$@"')
    updater = subprocess.Popen(
        [sys.executable, "-c", _UPDATE, place, origin.url],
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
    repository = follow(place, origin)
    assert repository.whole is None
    assert repository.mend() not in (None, commit)
    assert "sleep 987 " not in command_lines()
    assert files_of(repository.tree) == {"a.md": b"2"}


def test_going_back_after_half_a_change_lays_the_tree_out_again(
    place: Path, origin: Origin, bin_first: Callable[[str, str], None]
) -> None:
    before = origin.push({"a.md": "1", "b.md": "1"})
    repository = follow(place, origin)
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


# A file of more than 8 blocks cannot be written, as if the disk were full.
_NO_ROOM = "[ \"$1\" != read-tree ] || { trap '' XFSZ; ulimit -f 8; }"


def test_a_full_disk_is_told_and_the_next_update_lays_all_out(
    place: Path, origin: Origin, bin_first: Callable[[str, str], None]
) -> None:
    origin.push({"a.md": "1", "gone.md": "1"})
    repository = follow(place, origin)
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
def test_a_damaged_git_directory_is_fetched_anew(
    place: Path, origin: Origin, damaged: str
) -> None:
    origin.push({"a.md": "1", "b.md": "1"})
    repository = follow(place, origin)
    repository.update()
    if damaged == "objects":
        shutil.rmtree(place / "git" / "objects")
    else:
        (place / "git" / damaged).write_bytes(b"\0" * 40)
    commit = origin.push({"a.md": "2", "b.md": "1"})
    assert repository.update().commit == commit
    assert repository.whole == commit
    assert files_of(repository.tree) == {"a.md": b"2", "b.md": b"1"}


def test_what_is_written_of_the_tree_is_not_believed_where_it_cannot_be_read(
    place: Path, origin: Origin
) -> None:
    commit = origin.push({"a.md": "1"})
    repository = follow(place, origin)
    repository.update()
    (place / "state").write_bytes(b"\xff\0")
    assert repository.whole is None
    assert repository.mend() is None
    assert repository.update() == Checkout(commit, None)


def test_nothing_that_was_left_of_a_kill_stands_in_the_way(place: Path, origin: Origin) -> None:
    origin.push({"a.md": "1"})
    repository = follow(place, origin)
    repository.update()
    git = place / "git"
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


# --- time


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port of this machine on which calls are taken, and never answered."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_remote_that_hangs_is_given_up_and_no_child_stays(
    place: Path, silent_port: int
) -> None:
    remote = Remote(f"http://127.0.0.1:{silent_port}/p.git", "main")
    started = time.monotonic()
    with pytest.raises(RepositoryError, match=r"fetch took longer than 0\.5 seconds"):
        Repository(place, remote, timeout=0.5).update()
    assert time.monotonic() - started < 4
    assert not [line for line in command_lines() if f":{silent_port}/" in line]


def test_two_do_not_work_in_one_place(place: Path, origin: Origin) -> None:
    origin.push({"a.md": "1"})
    with (
        follow(place, origin)._git.alone(),
        pytest.raises(RepositoryError, match="in use by another process"),
    ):
        follow(place, origin, timeout=0.2).update()


def test_many_fetches_do_not_fill_the_disk(
    place: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.source.repository._MOST_LOOSE", 20)
    repository = follow(place, origin)
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


# --- strangers


def test_neither_hooks_nor_filters_of_a_repository_are_run(
    place: Path, origin: Origin, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    files = {
        ".gitattributes": "*.md filter=lfs diff=evil\n",
        ".gitconfig": f'[filter "lfs"]\n\tsmudge = touch {ran}\n\trequired\n',
        ".lfsconfig": "[lfs]\n\turl = http://127.0.0.1:1/\n",
        "hooks/post-checkout": f"#!/bin/sh\ntouch {ran}\n",
        "a.md": "1",
    }
    origin.push(files)
    repository = follow(place, origin)
    repository.update()
    hooks = place / "git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {ran}\n")
        (hooks / name).chmod(0o755)
    origin.push(files | {"a.md": "2"})
    repository.update()
    assert files_of(repository.tree) == octets(files | {"a.md": "2"})
    assert not ran.exists()


def test_submodules_are_not_fetched(place: Path, origin: Origin, tmp_path: Path) -> None:
    inner = Origin(tmp_path / "inner.git")
    commit = inner.push({"inner.md": "1"})
    module = f'[submodule "m"]\n\tpath = m\n\turl = file://{inner.path}\n\tupdate = !date\n'
    origin.push({".gitmodules": module, "m": Submodule(commit), "a.md": "1"})
    repository = follow(place, origin)
    repository.update()
    assert {*files_of(repository.tree)} == {".gitmodules", "a.md"}
    origin.push({"a.md": "1"})
    assert repository.update().changed == frozenset({".gitmodules", "m"})
    assert not (repository.tree / "m").exists()


def test_a_link_is_read_only_where_it_leads_to_a_file_inside(
    place: Path, origin: Origin, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.md").write_text("secret")
    files: Files = {
        "post.md": "1",
        "same.md": Link("post.md"),
        "passwd.md": Link("/etc/passwd"),
        "zero.md": Link("/dev/zero"),
        "up.md": Link("../../../outside/secret.md"),
        "folder": Link(str(tmp_path / "outside")),
        "loop.md": Link("loop.md"),
        "git.md": Link("../git/config"),
    }
    origin.push(files)
    repository = follow(place, origin)
    repository.update()
    assert files_of(repository.tree) == octets(files)
    assert {*Folder(repository.tree, quiet=0).survey().stamps} == {"post.md", "same.md"}
    origin.push({"folder/secret.md": "ours", "post.md": "1"})
    repository.update()
    assert (tmp_path / "outside" / "secret.md").read_text() == "secret"
    assert files_of(repository.tree) == {"folder/secret.md": b"ours", "post.md": b"1"}


@pytest.mark.parametrize("name", [".git", ".GIT", "git~1", "..", ".g\u200cit"])
def test_a_path_that_would_reach_a_git_directory_is_refused(
    place: Path, origin: Origin, name: str
) -> None:
    commit = origin.push({"a.md": "1"})
    repository = follow(place, origin)
    repository.update()
    inner = origin.git("mktree", stdin=f"100644 blob {origin.blob(b'x')}\tconfig\n".encode())
    origin.push_tree(f"040000 tree {inner}\t{name}".encode() + b"\0")
    with pytest.raises(RepositoryError, match="invalid path"):
        repository.update()
    assert files_of(repository.tree) == {"a.md": b"1"}
    origin.git("update-ref", "refs/heads/main", commit)
    assert repository.update() == Checkout(commit, frozenset())


@pytest.mark.parametrize("url", ["ext::sh -c date", "git://127.0.0.1/p", "--upload-pack=date"])
def test_no_other_transport_is_used(place: Path, url: str) -> None:
    with pytest.raises(RepositoryError, match="the git source cannot be used"):
        Repository(place, Remote(url, "main"))


def test_a_branch_is_never_an_option(place: Path, origin: Origin) -> None:
    with pytest.raises(RepositoryError, match="is no name of a branch"):
        follow(place, origin, "--upload-pack=date")


def test_another_user_s_settings_of_git_are_not_read(
    place: Path, origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin.push({"a.md": b"a\n"})
    (tmp_path / ".gitconfig").write_text("[core]\n\tautocrlf = true\n\tbare = maybe\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    repository = follow(place, origin)
    repository.update()
    assert files_of(repository.tree) == {"a.md": b"a\n"}
    assert not (tmp_path / "trace").exists()


# --- passwords and other transports

needs_backend = pytest.mark.skipif(not BACKEND.exists(), reason="git http-backend is missing")
PASSWORD = "pot@/of+tea"  # noqa: S105 - of no one
QUOTED = "pot%40%2Fof%2Btea"


@needs_backend
def test_a_password_is_handed_over_and_shown_nowhere(place: Path, origin: Origin) -> None:
    commit = origin.push({"a.md": "1"})
    with serving(Forge(origin.path.parent, "wei-li", PASSWORD)) as forge:
        url = f"http://wei-li:{QUOTED}@{forge.netloc}/origin.git"
        repository = Repository(place, Remote(url, "main"))
        assert repository.update() == Checkout(commit, None)
        newer = origin.push({"a.md": "2"})
        assert repository.update() == Checkout(newer, frozenset({"a.md"}))
    assert any(forge.netloc in line for line in forge.command_lines)
    assert not [line for line in forge.command_lines if PASSWORD in line or QUOTED in line]
    for path in place.rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes()


@needs_backend
def test_a_wrong_password_is_told_without_it(place: Path, origin: Origin) -> None:
    with serving(Forge(origin.path.parent, "wei-li", "another")) as forge:
        url = f"http://wei-li:{QUOTED}@{forge.netloc}/origin.git"
        with pytest.raises(RepositoryError, match="Authentication failed") as told:
            Repository(place, Remote(url, "main")).update()
    assert not [word for word in (PASSWORD, QUOTED, "wei-li") if word in str(told.value)]


@needs_backend
def test_a_password_does_not_follow_a_redirect(place: Path, origin: Origin) -> None:
    with (
        serving(Forge(origin.path.parent, "wei-li", PASSWORD)) as other,
        serving(Forge(origin.path.parent)) as forge,
    ):
        forge.redirect = f"http://{other.netloc}"
        url = f"http://wei-li:{QUOTED}@{forge.netloc}/origin.git"
        with pytest.raises(RepositoryError, match="cannot be fetched"):
            Repository(place, Remote(url, "main")).update()
    assert other.authorizations
    assert not any(other.authorizations)


@pytest.fixture
def bin_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts a program of ours before the real one of the same name."""
    path = os.environ["PATH"]
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    monkeypatch.setenv("PATH", f"{bin_}:{path}")

    def put(name: str, script: str) -> None:
        real = shutil.which(name, path=path) or "false"
        (bin_ / name).write_text(f"#!/bin/sh\nREAL={real}\n{script}\n")
        (bin_ / name).chmod(0o755)

    return put


@pytest.mark.parametrize("url", ["ssh://git@example.org{path}", "git@example.org:{path}"])
def test_ssh_is_asked_without_prompts(
    place: Path,
    origin: Origin,
    tmp_path: Path,
    bin_first: Callable[[str, str], None],
    url: str,
) -> None:
    commit = origin.push({"a.md": "1"})
    words = tmp_path / "words"
    bin_first("ssh", f'echo "$@" >> {words}\nfor last; do :; done\nexec sh -c "$last"')
    remote = Remote(url.format(path=origin.path), "main")
    assert Repository(place, remote).update() == Checkout(commit, None)
    assert "-oBatchMode=yes" in words.read_text()
    assert "git@example.org git-upload-pack" in words.read_text()


def test_an_ssh_that_hangs_is_ended_with_all_it_started(
    place: Path, bin_first: Callable[[str, str], None]
) -> None:
    # As the real one, it keeps no file open but the three that it was given.
    bin_first("ssh", f"exec {sys.executable} -c '{_DEAF}' deaf-986")
    with pytest.raises(RepositoryError, match="took longer than"):
        Repository(place, Remote("git@example.org:p", "main"), timeout=0.5).update()
    assert not [line for line in command_lines() if " deaf-986 " in line]


_DEAF = "import os, time; os.closerange(3, 256); time.sleep(60)"


def test_what_a_remote_says_without_end_is_cut(
    place: Path, bin_first: Callable[[str, str], None]
) -> None:
    bin_first("ssh", "head -c 3000000 /dev/zero | tr '\\0' x >&2; exit 1")
    with pytest.raises(RepositoryError) as told:
        Repository(place, Remote("git@example.org:p", "main")).update()
    assert len(str(told.value)) < 3000


@pytest.mark.parametrize("told", ["git version 2.31.9", "git version 1.8.3.1", "what?"])
def test_an_old_git_is_refused(
    place: Path, origin: Origin, bin_first: Callable[[str, str], None], told: str
) -> None:
    bin_first("git", f"echo '{told}'")
    with pytest.raises(RepositoryError, match=r"too old.*install git 2\.32 or later"):
        follow(place, origin).update()


def test_a_missing_git_is_told(
    place: Path, origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RepositoryError, match=r"cannot be started; install git 2\.32 or later"):
        follow(place, origin).update()


def test_a_folder_that_cannot_be_written_is_told(origin: Origin, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RepositoryError, match="cannot be written or read: "):
        follow(tmp_path / "file" / "source", origin).update()


# --- previews


def test_a_proposed_change_is_laid_out_elsewhere(
    place: Path, origin: Origin, tmp_path: Path
) -> None:
    base = origin.push({"a.md": "1"})
    repository = follow(place, origin)
    repository.update()
    proposed = origin.push({"a.md": "2", "b.md": "1"}, "theirs", onto=base)
    origin.git("update-ref", "refs/pull/7/head", proposed)
    into = tmp_path / "preview"
    assert repository.preview("refs/pull/7/head", into) == proposed
    assert files_of(into) == {"a.md": b"2", "b.md": b"1"}
    assert files_of(repository.tree) == {"a.md": b"1"}
    assert repository.update() == Checkout(base, frozenset())
    assert repository.preview("main", tmp_path / "branch") == base


@pytest.mark.parametrize(
    "ref", ["refs/pull/7/head", "refs/merge-requests/7/head", "refs/pull-requests/7/from"]
)
def test_each_forge_names_its_proposed_changes(
    place: Path, origin: Origin, tmp_path: Path, ref: str
) -> None:
    origin.git("update-ref", ref, origin.push({"a.md": "1"}))
    follow(place, origin).preview(ref, tmp_path / "preview")
    assert files_of(tmp_path / "preview") == {"a.md": b"1"}


@pytest.mark.parametrize(
    "ref",
    [
        "refs/heads/theirs",
        "refs/pull/7/merge",
        "refs/pull-requests/7/merge",
        "refs/pull/../head",
        "refs/pull/7/head\n",
        "refs/pull/٧/head",
        "refs/pull/7/head:refs/feedsvc/fetched",
        "-x",
        "next",
        "",
    ],
)
def test_other_refs_are_not_previewed(
    place: Path, origin: Origin, tmp_path: Path, ref: str
) -> None:
    with pytest.raises(RepositoryError, match="neither the branch nor a proposed change"):
        follow(place, origin).preview(ref, tmp_path / "preview")


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"a.png": os.urandom(300_000)}, "brings more than 100,000 octets"),
        ({f"{n}.png": os.urandom(40_000) for n in range(9)}, "brings more than 100,000 octets"),
        ({f"{n}.md": "x" * 30_000 for n in range(9)}, "270,000 octets, of which .* 100,000"),
        ({f"{'n' * 200}{n}.md": "x" for n in range(900)}, "more files than a preview"),
    ],
)
def test_a_proposed_change_that_is_far_too_large_is_not_laid_out(
    place: Path,
    origin: Origin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: Files,
    fault: str,
) -> None:
    published: Files = {"large.png": os.urandom(90_000)}
    base = origin.push(published)
    repository = follow(place, origin)
    repository.update()
    monkeypatch.setattr("feedsvc.source.repository.MOST_PROPOSED", 100_000)
    monkeypatch.setattr("feedsvc.source.repository._MOST_LISTED", 100_000)
    origin.git("update-ref", "refs/pull/7/head", origin.push(files, "theirs", onto=base))
    with pytest.raises(RepositoryError, match=fault):
        repository.preview("refs/pull/7/head", tmp_path / "preview")
    assert files_of(tmp_path / "preview") == {}
    assert "previewed" not in repository._git.run("for-each-ref").decode()
    assert repository.update() == Checkout(base, frozenset())
    small = origin.push({**published, "a.md": "1"}, "ours")
    origin.git("update-ref", "refs/pull/8/head", small)
    assert repository.preview("refs/pull/8/head", tmp_path / "small") == small


def test_a_preview_does_not_write_among_other_files(
    place: Path, origin: Origin, tmp_path: Path
) -> None:
    origin.push({"a.md": "1"})
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.md").write_text("mine")
    with pytest.raises(RepositoryError, match="is not empty"):
        follow(place, origin).preview("main", tmp_path / "full")
    assert files_of(tmp_path / "full") == {"mine.md": b"mine"}
