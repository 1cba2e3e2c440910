"""A file is read whole, once nobody writes it; only regular files are opened."""

import hashlib
import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from feedsvc.core.problems import Problem
from feedsvc.source.folder import (
    MOST_BYTES,
    Folder,
    SourceFile,
    Unsettled,
)
from tests.support.folders import paths, read, source
from tests.support.writing import PostFolder


def test_a_pipe_is_never_opened(posts: PostFolder, folder: Folder) -> None:
    """Opening a pipe for writing blocks until somebody opens it for reading."""
    pipe = posts.root / "pipe.md"
    os.mkfifo(pipe)
    opened = threading.Event()

    def wait_for_a_reader() -> None:
        os.close(os.open(pipe, os.O_WRONLY))
        opened.set()

    writer = threading.Thread(target=wait_for_a_reader)
    writer.start()
    try:
        for stamps in (folder.survey().stamps, folder.survey({"pipe.md"}).stamps):
            for path, stamp in stamps.items():
                folder.read(path, stamp)
        was_opened = opened.wait(0.1)
    finally:
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        writer.join()
        os.close(reader)
    assert not was_opened


def test_a_file_that_becomes_a_pipe_before_it_is_read_does_not_block(
    posts: PostFolder, folder: Folder
) -> None:
    path = posts.write()
    stamp = folder.survey().stamps["tea.md"]
    path.unlink()
    os.mkfifo(path)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(folder.read, "tea.md", stamp)
        ended, _ = wait([reading], timeout=5)
        if not ended:  # let it go, so that the test can end
            os.close(os.open(path, os.O_RDWR))
    assert ended
    assert isinstance(reading.exception(), Unsettled)


def test_a_socket_is_no_post(
    posts: PostFolder, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(posts.root)  # the address of a socket is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("talk.md")
        assert paths(folder) == set()


def test_a_file_is_read_whole_with_its_digest(posts: PostFolder, folder: Folder) -> None:
    posts.write_raw("tea.md", b"leaves\r\n\x00\xff")
    stamp = folder.survey().stamps["tea.md"]
    digest = hashlib.sha256(b"leaves\r\n\x00\xff").hexdigest()
    expected = SourceFile("tea.md", stamp, digest, b"leaves\r\n\x00\xff")
    assert folder.read("tea.md", stamp) == expected


def test_an_empty_file_is_read_too(posts: PostFolder, folder: Folder) -> None:
    posts.write_raw("tea.md", b"")
    assert source(folder) == b""


def test_a_file_that_is_too_large_is_a_problem(posts: PostFolder, folder: Folder) -> None:
    posts.write()
    os.truncate(posts.root / "tea.md", MOST_BYTES + 1)
    file = read(folder)
    assert isinstance(file, Problem)
    assert "5,242,881 bytes" in file.fault


def test_a_file_that_is_too_large_is_not_even_opened(posts: PostFolder, folder: Folder) -> None:
    """It is deleted before it is read, and the result is the same."""
    path = posts.write()
    os.truncate(path, MOST_BYTES + 1)
    stamp = folder.survey().stamps["tea.md"]
    path.unlink()
    assert isinstance(folder.read("tea.md", stamp), Problem)


def test_a_file_as_large_as_may_be_is_read(posts: PostFolder, folder: Folder) -> None:
    posts.write()
    os.truncate(posts.root / "tea.md", MOST_BYTES)
    assert len(source(folder)) == MOST_BYTES


@pytest.mark.parametrize("change", ["grown", "shrunk", "same size", "replaced", "vanished"])
def test_a_file_that_changed_since_the_survey_is_unsettled(
    posts: PostFolder, folder: Folder, change: str
) -> None:
    path = posts.write_raw("tea.md", b"leaves")
    stamp = folder.survey().stamps["tea.md"]
    time.sleep(0.02)  # the clock of the file system ticks every few milliseconds
    match change:
        case "grown":
            path.write_bytes(b"leaves and water")
        case "shrunk":
            path.write_bytes(b"")
        case "same size":
            path.write_bytes(b"stalks")
        case "replaced":
            posts.write_raw("new.md", b"stalks").rename(path)
        case "vanished":
            path.unlink()
    with pytest.raises(Unsettled):
        folder.read("tea.md", stamp)


def test_a_file_younger_than_the_quiet_period_is_unsettled(posts: PostFolder) -> None:
    posts.write()
    with pytest.raises(Unsettled):
        read(Folder(posts.root, quiet=30))


def test_a_file_is_read_once_the_quiet_period_is_over(posts: PostFolder) -> None:
    posts.write_raw("tea.md", b"leaves")
    time.sleep(0.15)
    assert source(Folder(posts.root, quiet=0.1)) == b"leaves"


def test_an_old_mtime_does_not_shorten_the_quiet_period(posts: PostFolder) -> None:
    """`cp -p` and `rsync -t` give a file that is being written the time of the original."""
    os.utime(posts.write(), (0, 0))
    with pytest.raises(Unsettled):
        read(Folder(posts.root, quiet=30))
