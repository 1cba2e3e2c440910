"""What nginx does beyond passing on: it keeps feeds, and takes slow readers off feedsvc."""

import os
import socket
import time
from pathlib import Path
from typing import Final

import pytest

from tests.support.proxies import (
    Starting,
    ask,
    bare_nginx,
    caching_nginx,
    is_installed,
    nginx,
)
from tests.support.running import running, wait_until
from tests.support.writing import PostFolder

LARGE: Final = bytes(range(256)) * 80_000 + b"the end"

pytestmark = pytest.mark.skipif(not is_installed("nginx"), reason="nginx is not installed")


def test_a_cache_of_nginx_serves_on(tmp_path: Path, posts: PostFolder) -> None:
    posts.write("tea.md", "Leaves. " * 300)
    with (
        running(tmp_path, posts.root) as server,
        caching_nginx(tmp_path, server.port) as port,
    ):
        feed = ask(port, "/atom.xml")
        server.stop()
        kept = ask(port, "/atom.xml")
        assert (kept.status, kept.body) == (200, feed.body)
        assert ask(port, "/rss.xml").status == 502


def test_a_cache_of_nginx_shows_no_hidden_post_again(tmp_path: Path, posts: PostFolder) -> None:
    posts.write("tea.md", title="Hidden")
    posts.write("milk.md", title="Milk")
    settings = {"FEEDSVC_SERVER__MAX_AGE": "1", "FEEDSVC_FEEDS__ENTRIES": "1"}
    path = "/archive/1/atom.xml"
    with (
        running(tmp_path, posts.root, settings) as server,
        caching_nginx(tmp_path, server.port) as port,
    ):
        feed = ask(port, "/atom.xml")
        assert b"Hidden" in ask(port, path).body
        posts.write("tea.md", title="Hidden", draft="true")
        wait_until(lambda: b"Hidden" not in ask(server.port, path).body, "the publish")
        time.sleep(2.1)  # longer than the second for which nginx may keep it
        assert b"Hidden" not in ask(port, path).body
        assert ask(port, "/atom.xml").body == feed.body  # this one may be stale


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux")
@pytest.mark.parametrize("start", [nginx, bare_nginx])
def test_nginx_takes_a_slow_reader_off_feedsvc(
    tmp_path: Path, posts: PostFolder, start: Starting
) -> None:
    posts.write("tea/index.md", audio="long.mp3")
    episode = posts.write_raw("tea/long.mp3", LARGE)
    with (
        running(tmp_path, posts.root) as server,
        start(tmp_path, server.port) as port,
        socket.create_connection(("127.0.0.1", port), 10) as reader,
    ):
        reader.sendall(b"GET /posts/tea/long.mp3 HTTP/1.0\r\n\r\n")
        begun = reader.recv(1000)
        wait_until(lambda: not _is_open(episode), "nginx has it all", 5)
        rest = b"".join(iter(lambda: reader.recv(1 << 16), b""))
    assert (begun + rest).endswith(LARGE)


def _is_open(file: Path) -> bool:
    """True where some process has it open."""
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) == str(file):  # noqa: PTH115 - not all that is open has a path
                return True
        except OSError:
            continue
    return False
