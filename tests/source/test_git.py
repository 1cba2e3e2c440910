"""The git program: hostile repositories, passwords, and programs that hang or are missing."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from feedsvc.errors import RepositoryError
from feedsvc.source.folder import Folder
from feedsvc.source.repository import (
    Checkout,
    Remote,
    Repository,
)
from tests.support.checkouts import files_of, follow, octets
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


def test_neither_hooks_nor_filters_of_a_repository_are_run(
    clone: Path, origin: Origin, tmp_path: Path
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
    repository = follow(clone, origin)
    repository.update()
    hooks = clone / "git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {ran}\n")
        (hooks / name).chmod(0o755)
    origin.push(files | {"a.md": "2"})
    repository.update()
    assert files_of(repository.tree) == octets(files | {"a.md": "2"})
    assert not ran.exists()


def test_submodules_are_not_fetched(clone: Path, origin: Origin, tmp_path: Path) -> None:
    inner = Origin(tmp_path / "inner.git")
    commit = inner.push({"inner.md": "1"})
    module = f'[submodule "m"]\n\tpath = m\n\turl = file://{inner.path}\n\tupdate = !date\n'
    origin.push({".gitmodules": module, "m": Submodule(commit), "a.md": "1"})
    repository = follow(clone, origin)
    repository.update()
    assert {*files_of(repository.tree)} == {".gitmodules", "a.md"}
    origin.push({"a.md": "1"})
    assert repository.update().changed == frozenset({".gitmodules", "m"})
    assert not (repository.tree / "m").exists()


def test_a_link_is_read_only_where_it_leads_to_a_file_inside(
    clone: Path, origin: Origin, tmp_path: Path
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
    repository = follow(clone, origin)
    repository.update()
    assert files_of(repository.tree) == octets(files)
    assert {*Folder(repository.tree, quiet=0).survey().stamps} == {"post.md", "same.md"}
    origin.push({"folder/secret.md": "ours", "post.md": "1"})
    repository.update()
    assert (tmp_path / "outside" / "secret.md").read_text() == "secret"
    assert files_of(repository.tree) == {"folder/secret.md": b"ours", "post.md": b"1"}


@pytest.mark.parametrize("name", [".git", ".GIT", "git~1", "..", ".g\u200cit"])
def test_a_path_that_would_reach_a_git_directory_is_refused(
    clone: Path, origin: Origin, name: str
) -> None:
    commit = origin.push({"a.md": "1"})
    repository = follow(clone, origin)
    repository.update()
    inner = origin.git("mktree", stdin=f"100644 blob {origin.blob(b'x')}\tconfig\n".encode())
    origin.push_tree(f"040000 tree {inner}\t{name}".encode() + b"\0")
    with pytest.raises(RepositoryError, match="invalid path"):
        repository.update()
    assert files_of(repository.tree) == {"a.md": b"1"}
    origin.git("update-ref", "refs/heads/main", commit)
    assert repository.update() == Checkout(commit, frozenset())


@pytest.mark.parametrize("url", ["ext::sh -c date", "git://127.0.0.1/p", "--upload-pack=date"])
def test_no_other_transport_is_used(clone: Path, url: str) -> None:
    with pytest.raises(RepositoryError, match="the git source cannot be used"):
        Repository(clone, Remote(url, "main"))


def test_a_branch_is_never_an_option(clone: Path, origin: Origin) -> None:
    with pytest.raises(RepositoryError, match="is no name of a branch"):
        follow(clone, origin, "--upload-pack=date")


def test_another_user_s_settings_of_git_are_not_read(
    clone: Path, origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin.push({"a.md": b"a\n"})
    (tmp_path / ".gitconfig").write_text("[core]\n\tautocrlf = true\n\tbare = maybe\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    repository = follow(clone, origin)
    repository.update()
    assert files_of(repository.tree) == {"a.md": b"a\n"}
    assert not (tmp_path / "trace").exists()


needs_backend = pytest.mark.skipif(not BACKEND.exists(), reason="git http-backend is missing")


PASSWORD = "pot@/of+tea"  # noqa: S105 - of no one


QUOTED = "pot%40%2Fof%2Btea"


@needs_backend
def test_a_password_is_used_and_shown_nowhere(clone: Path, origin: Origin) -> None:
    commit = origin.push({"a.md": "1"})
    with serving(Forge(origin.path.parent, "wei-li", PASSWORD)) as forge:
        url = f"http://wei-li:{QUOTED}@{forge.netloc}/origin.git"
        repository = Repository(clone, Remote(url, "main"))
        assert repository.update() == Checkout(commit, None)
        newer = origin.push({"a.md": "2"})
        assert repository.update() == Checkout(newer, frozenset({"a.md"}))
    assert any(forge.netloc in line for line in forge.command_lines)
    assert not [line for line in forge.command_lines if PASSWORD in line or QUOTED in line]
    for path in clone.rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes()


@needs_backend
def test_the_error_about_a_wrong_password_does_not_contain_it(
    clone: Path, origin: Origin
) -> None:
    with serving(Forge(origin.path.parent, "wei-li", "another")) as forge:
        url = f"http://wei-li:{QUOTED}@{forge.netloc}/origin.git"
        with pytest.raises(RepositoryError, match="Authentication failed") as error:
            Repository(clone, Remote(url, "main")).update()
    assert not [word for word in (PASSWORD, QUOTED, "wei-li") if word in str(error.value)]


@needs_backend
def test_a_password_does_not_follow_a_redirect(clone: Path, origin: Origin) -> None:
    with (
        serving(Forge(origin.path.parent, "wei-li", PASSWORD)) as other,
        serving(Forge(origin.path.parent)) as forge,
    ):
        forge.redirect = f"http://{other.netloc}"
        url = f"http://wei-li:{QUOTED}@{forge.netloc}/origin.git"
        with pytest.raises(RepositoryError, match="cannot be fetched"):
            Repository(clone, Remote(url, "main")).update()
    assert other.authorizations
    assert not any(other.authorizations)


@pytest.mark.parametrize("url", ["ssh://git@example.org{path}", "git@example.org:{path}"])
def test_ssh_runs_without_prompts(
    clone: Path,
    origin: Origin,
    tmp_path: Path,
    bin_first: Callable[[str, str], None],
    url: str,
) -> None:
    commit = origin.push({"a.md": "1"})
    words = tmp_path / "words"
    bin_first("ssh", f'echo "$@" >> {words}\nfor last; do :; done\nexec sh -c "$last"')
    remote = Remote(url.format(path=origin.path), "main")
    assert Repository(clone, remote).update() == Checkout(commit, None)
    assert "-oBatchMode=yes" in words.read_text()
    assert "git@example.org git-upload-pack" in words.read_text()


_DEAF = "import os, time; os.closerange(3, 256); time.sleep(60)"


def test_an_ssh_that_hangs_is_killed_with_its_children(
    clone: Path, bin_first: Callable[[str, str], None]
) -> None:
    # As the real one, it keeps no file open but the three that it was given.
    bin_first("ssh", f"exec {sys.executable} -c '{_DEAF}' deaf-986")
    with pytest.raises(RepositoryError, match="took longer than"):
        Repository(clone, Remote("git@example.org:p", "main"), timeout=0.5).update()
    assert not [line for line in command_lines() if " deaf-986 " in line]


def test_an_endless_message_of_a_remote_is_cut(
    clone: Path, bin_first: Callable[[str, str], None]
) -> None:
    bin_first("ssh", "head -c 3000000 /dev/zero | tr '\\0' x >&2; exit 1")
    with pytest.raises(RepositoryError) as error:
        Repository(clone, Remote("git@example.org:p", "main")).update()
    assert len(str(error.value)) < 3000


@pytest.mark.parametrize("version", ["git version 2.31.9", "git version 1.8.3.1", "what?"])
def test_an_old_git_is_refused(
    clone: Path, origin: Origin, bin_first: Callable[[str, str], None], version: str
) -> None:
    bin_first("git", f"echo '{version}'")
    with pytest.raises(RepositoryError, match=r"too old.*install git 2\.32 or later"):
        follow(clone, origin).update()


def test_a_missing_git_is_an_error(
    clone: Path, origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RepositoryError, match=r"cannot be started; install git 2\.32 or later"):
        follow(clone, origin).update()


def test_a_folder_that_cannot_be_written_is_an_error(origin: Origin, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RepositoryError, match="cannot be written or read: "):
        follow(tmp_path / "file" / "source", origin).update()
