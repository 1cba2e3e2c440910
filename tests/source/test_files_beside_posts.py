"""Files that a post attaches: their sizes, and which of them are opened."""

import os
from pathlib import Path

import pytest

from feedsvc.source.folder import (
    HIDDEN,
    Folder,
    Unsettled,
)
from tests.support.writing import PostFolder


def test_a_file_that_is_served_has_a_size(tmp_path: Path) -> None:
    root = tmp_path / "posts"
    (root / "tea").mkdir(parents=True)
    (root / "tea/a.mp3").write_bytes(b"12345")
    (tmp_path / "secret").write_bytes(b"1")
    (root / "link.mp3").symlink_to(tmp_path / "secret")
    folder = Folder(root, 0)
    assert folder.size_of("tea/a.mp3") == 5
    for path in ("gone.mp3", "tea", "a\0b", "tea/a.mp3/b", "a" * 300):
        assert folder.size_of(path) is None
    (root / ".env").write_bytes(b"1")
    (root / "other.md").write_bytes(b"1")
    (root / "loop.mp3").symlink_to("loop.mp3")
    os.mkfifo(root / "pipe.mp3")
    hidden = ".env other.md loop.mp3 pipe.mp3 ../secret link.mp3 /etc/passwd"
    for path in hidden.split():
        assert folder.size_of(path) == HIDDEN


def test_a_file_beside_a_post_is_opened(posts: PostFolder, folder: Folder) -> None:
    posts.write_raw("tea/a.png", b"12345")
    (posts.root / "tea/b.png").symlink_to("a.png")
    for path in ("tea/a.png", "tea/b.png"):
        file = folder.open_beside(path)
        assert file is not None
        with file:
            assert file.read() == b"12345"


def test_a_file_that_is_not_served_is_not_opened(posts: PostFolder, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"1")
    posts.write("tea/index.md")
    for path in ("_drafts/a.png", "tea/.a.png", "private/a.png", ".git/a.png"):
        posts.write_raw(path, b"1")
    tea = posts.root / "tea"
    (tea / "out.png").symlink_to(tmp_path / "secret.png")
    posts.write_raw("tea/a.png", b"1")
    (tea / ".link.png").symlink_to("a.png")
    (tea / "source.png").symlink_to("index.md")
    (tea / "draft.png").symlink_to("../_drafts/a.png")
    (tea / "dir").symlink_to("../_drafts")
    (tea / "loop.png").symlink_to("loop.png")
    (tea / "zero.png").symlink_to("/dev/zero")
    os.mkfifo(tea / "pipe.png")
    folder = Folder(posts.root, 0, exclude=["private"])
    tried = "_drafts/a.png tea/.a.png private/a.png .git/a.png tea/out.png tea/source.png "
    tried += "tea/.link.png tea/draft.png tea/dir/a.png tea/loop.png tea/zero.png tea/pipe.png "
    tried += "tea tea/index.md tea/gone.png ../secret.png tea/../../secret.png"
    for path in (*tried.split(), str(tmp_path / "secret.png"), "a\0b.png"):
        assert folder.open_beside(path) is None, path


def test_a_file_beside_a_post_that_is_being_written_is_unsettled(posts: PostFolder) -> None:
    posts.write_raw("a.png", b"1")
    with pytest.raises(Unsettled):
        Folder(posts.root, 60).open_beside("a.png")


def test_a_folder_that_becomes_a_link_is_not_followed(
    posts: PostFolder, folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/a.png").write_bytes(b"1")
    posts.write_raw("tea/a.png", b"1")
    true_is_file = Path.is_file

    def swap(path: Path) -> bool:
        answer = true_is_file(path)
        (posts.root / "tea").rename(tmp_path / "away")
        (posts.root / "tea").symlink_to(tmp_path / "outside")
        return answer

    monkeypatch.setattr(Path, "is_file", swap)
    assert folder.open_beside("tea/a.png") is None


def test_a_file_that_is_being_written_is_opened_only_if_it_may_change(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_bytes(b"12345")
    folder = Folder(tmp_path, 600)
    with pytest.raises(Unsettled):
        folder.open_beside("a.mp3")
    file = folder.open_beside("a.mp3", settled=False)
    assert file is not None
    with file:
        assert file.read() == b"12345"
