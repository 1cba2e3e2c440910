"""`feedsvc serve FOLDER`: a real server over a folder, and the port in its addresses."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
import requests

from tests.support.commands import SOON, environment, forked
from tests.support.run import adopt, release
from tests.support.running import free_port, wait_until
from tests.support.starter import start_forked
from tests.support.writing import PostFolder

FEEDS: Final = ("atom.xml", "rss.xml", "feed.json", "opml.xml", "tags/Green/atom.xml")


@pytest.fixture
def blog(tmp_path: Path) -> PostFolder:
    blog = PostFolder(tmp_path / "my blog")
    blog.write("tea.md", title="Tea", tags="[Green]")
    return blog


class Serving:
    """A running `feedsvc serve`: its log, and the feeds that it serves."""

    def __init__(self, port: int, log: Path, process: subprocess.Popen[bytes]) -> None:
        self.port = port
        self.process = process
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")

    def get(self, path: str) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{self.port}/{path}", timeout=10)

    def feeds(self) -> dict[str, bytes]:
        return {path: self.get(path).content for path in FEEDS}

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log
        try:
            return self.get("readyz").status_code == 200
        except requests.ConnectionError:
            return False


@contextmanager
def serving(
    tmp_path: Path,
    *words: str,
    port: int,
    environ: Mapping[str, str] | None = None,
    ending: signal.Signals = signal.SIGINT,
) -> Iterator[Serving]:
    """A server without settings, until a signal that its terminal sends, which it obeys."""
    temporary, log = tmp_path / "temporary", tmp_path / f"{time.monotonic_ns()}.log"
    temporary.mkdir(exist_ok=True)
    clean = environment({"FEEDSVC_WATCHER__QUIET": "0", "TMPDIR": str(temporary)})
    process = start_forked(["serve", *words], {**clean, **(environ or {})}, tmp_path, log)
    adopt(process)
    server = Serving(port, log, process)
    try:
        wait_until(server.is_ready, "ready")
        yield server
        os.killpg(process.pid, ending)  # as a terminal does
        assert process.wait(SOON) == (0 if ending == signal.SIGINT else 128 + ending)
        assert "Traceback" not in server.log
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        release(process)
    assert list(temporary.iterdir()) == []


def test_a_folder_is_served_and_a_second_start_changes_no_byte(
    tmp_path: Path, blog: PostFolder
) -> None:
    port = free_port()
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" >> "{opened}"\n')
    browser.chmod(0o755)
    words = (str(blog.root), "--port", str(port))
    with serving(
        tmp_path, *words, "--open", port=port, environ={"BROWSER": str(browser)}
    ) as first:
        feeds = first.feeds()
        assert (
            f'href="http://127.0.0.1:{port}/atom.xml" rel="self"'.encode()
            in (feeds["atom.xml"])
        )
        assert f"  http://127.0.0.1:{port}/atom.xml\n" in first.log
        assert "on this machine)" not in first.log
        wait_until(opened.exists, "a browser")
        assert opened.read_text() == f"http://127.0.0.1:{port}/\n"
        second = forked("serve", *words, environ=environment({}), cwd=tmp_path)
        assert second.returncode == 2
        assert f"cannot listen on 127.0.0.1:{port}: " in second.stderr
        assert f"add --port {port + 1}" in second.stderr
    with serving(tmp_path, *words, port=port, ending=signal.SIGHUP) as again:
        assert again.feeds() == feeds
    assert [path.name for path in blog.root.iterdir()] == ["tea.md"]


CONFIG = """\
[site]
title = "Tea notes"
url = "http://localhost:8000/notes"
author = "Li"
timezone = "Asia/Shanghai"
tag_authority = "example.org,2026"
[content]
seeds = "."
[store]
url = "sqlite:///.feedsvc/store"
"""


def test_a_loopback_address_follows_the_port_and_a_public_one_has_it_beside_it(
    tmp_path: Path, blog: PostFolder
) -> None:
    port = free_port()
    blog.write_raw("feedsvc.toml", CONFIG.encode())
    environ = {"PORT": str(port), "BROWSER": "/nowhere/browser"}
    with serving(tmp_path, "my blog", "--open", port=port, environ=environ) as local:
        feed = local.get("notes/atom.xml").text
        assert f'href="http://localhost:{port}/notes/atom.xml" rel="self"' in feed
        assert f"  http://localhost:{port}/notes/atom.xml\n" in local.log
        wait_until(lambda: "browser" in local.log, "a warning")  # and it goes on
        assert local.is_ready()
    environ["FEEDSVC_SITE__URL"] = "https://example.org/notes"
    with serving(tmp_path, "my blog", port=port, environ=environ) as public:
        wait_until(lambda: "https://example.org" in public.get("atom.xml").text, "published")
        later = public.get("notes/atom.xml").text
        assert "  https://example.org/notes/atom.xml\n" in public.log
        assert f"  http://127.0.0.1:{port}/notes/  (on this machine)\n" in public.log
    ids = [re.findall("<id>(.*?)</id>", text) for text in (feed, later)]
    assert ids[0] == ids[1] == ["tag:example.org,2026:feed:site", "tag:example.org,2026:/tea"]
