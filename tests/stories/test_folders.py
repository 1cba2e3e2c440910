"""What a WebSub subscriber and a notified URL receive when a folder changes or fails."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import calls
from tests.support.commands import forked
from tests.support.faultfs import faulty_folder
from tests.support.faultfs_process import EVERYTHING
from tests.support.running import (
    Server,
    running,
    wait_until,
)
from tests.support.subscriber import Subscriber, a_subscriber
from tests.support.writing import PostFolder

SECRET = "k" * 32
NEAR = {
    "FEEDSVC_HUB__NETWORKS": '["127.0.0.0/8"]',
    "FEEDSVC_WEBHOOK__SECRET": SECRET,
    "FEEDSVC_WATCHER__INTERVAL": "1",
}
SILENCE = 2.5  # seconds: two scans and the second look after each, in which nothing may arrive


@dataclass
class Listeners:
    """A server, a subscriber to its main feed, and a URL that it notifies."""

    server: Server
    subscriber: Subscriber
    notified: Subscriber

    def received(self) -> tuple[int, int]:
        return len(self.subscriber.deliveries()), len(self.notified.calls)

    def wait_for(self, text: str) -> None:
        """Wait until both have received a publish whose feed contains this text."""
        before = self.received()

        def delivered() -> bool:
            sent = self.subscriber.deliveries()[before[0] :]
            return any(text.encode() in call.body for call in sent)

        wait_until(delivered, f"{text!r} to be delivered")
        wait_until(lambda: len(self.notified.calls) > before[1], "the message")

    def wait_for_hold(self, count: int) -> None:
        """Wait until so many posts are held, and the URL has received a message of that."""
        wait_until(lambda: "held" in self.server.get("/readyz").text, "the hold")
        wait_until(lambda: self.news().get("held", {}).get("count") == count, "the message")

    def news(self) -> dict[str, Any]:
        """The data of the last message."""
        data: dict[str, Any] = json.loads(self.notified.calls[-1].body)["data"]
        return data

    def receive_nothing(self) -> None:
        """Check that neither receives anything, and that the feed does not change."""
        before, feed = self.received(), self.server.get("/atom.xml").content
        time.sleep(SILENCE)
        assert self.received() == before
        assert self.server.get("/atom.xml").content == feed


@contextmanager
def listening(home: Path, root: Path, port: int | None = None) -> Iterator[Listeners]:
    with a_subscriber() as subscriber, a_subscriber() as notified:
        receiver = {"url": notified.url + "/ci", "secret": calls.WHSEC}
        settings = {**NEAR, "FEEDSVC_NOTIFY": json.dumps([receiver])}
        with running(home, root, settings, port) as server:
            subscriber.ask(f"{server.url}/hub", f"{server.url}/atom.xml")
            wait_until(subscriber.verifications, "the verification")
            wait_until(lambda: notified.calls, "the message of the first publish")
            yield Listeners(server, subscriber, notified)


def command(home: Path, root: Path, server: Server, *words: str) -> int:
    environ = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "FEEDSVC_SITE__TITLE": "Tea notes",
        "FEEDSVC_SITE__AUTHOR": "Li Wei",
        "FEEDSVC_SITE__TIMEZONE": "Asia/Shanghai",
        "FEEDSVC_SITE__TAG_AUTHORITY": "example.org,2026",
        "FEEDSVC_SITE__URL": server.url,
        "FEEDSVC_CONTENT__SEEDS": str(root),
        "FEEDSVC_STORE__URL": f"sqlite:///{home}/var/feedsvc.sqlite3",
    }
    return forked(*words, environ=environ, cwd=home).returncode


def release(home: Path, name: str, *titles: str) -> None:
    folder = PostFolder(home / "releases" / name / "posts")
    for title in titles:
        folder.write(f"{title.split()[0].lower()}.md", title=title)


def swap(home: Path, name: str) -> None:
    fresh = home / "fresh"
    fresh.symlink_to(Path("releases", name))
    fresh.replace(home / "current")


def test_subscribers_receive_a_swap_once_with_what_has_changed(tmp_path: Path) -> None:
    app = tmp_path / "app"
    release(app, "1", "Tea", "Pots")
    swap(app, "1")
    with listening(tmp_path, app / "current/posts") as listeners:
        release(app, "2", "Tea again", "Pots", "Cups")
        time.sleep(0.5)  # the release is older than the quiet period
        swap(app, "2")
        listeners.wait_for("Tea again")
        counts = {kind: listeners.news()[kind]["count"] for kind in ("added", "changed")}
        assert counts == {"added": 1, "changed": 1}
        assert listeners.news()["withdrawn"]["count"] == 0
        shutil.rmtree(app / "releases/1")
        listeners.receive_nothing()
        release(app, "3", "Tea at last", "Pots", "Cups")
        swap(app, "3")
        hook = {**calls.bearer(SECRET), "Prefer": "wait=20"}
        assert listeners.server.ask("POST", "/hooks/rebuild", hook).status_code in (200, 202)
        listeners.wait_for("Tea at last")


def test_subscribers_receive_nothing_if_the_folder_is_empty_or_missing(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("tea.md", title="Tea")
    posts.write("deep/pots.md", title="Pots")
    away = tmp_path / "away"
    with listening(tmp_path, posts.root) as listeners:
        server = listeners.server
        posts.root.rename(away)
        wait_until(lambda: "is not a folder" in server.log, "the report")
        listeners.receive_nothing()
        posts.root.mkdir()
        listeners.wait_for_hold(2)
        listeners.receive_nothing()
        assert server.log.count("holds no public post") == 1
        assert command(tmp_path, posts.root, server, "publish") == 3
        hook = {**calls.bearer(SECRET), "Prefer": "wait=20"}
        rebuilt = server.ask("POST", "/hooks/rebuild", hook)
        job = server.get(rebuilt.headers["Location"].removeprefix(server.url), hook).json()
        wait_until(lambda: _job(server, job["job"])["state"] == "held", "the job")
        assert _job(server, job["job"])["report"]["held"]["count"] == 2
        listeners.receive_nothing()
        posts.root.rmdir()
        away.rename(posts.root)
        wait_until(lambda: server.get("/readyz").text == "ready\n", "the recovery")
        listeners.receive_nothing()
        posts.write("cups.md", title="Cups")
        listeners.wait_for("Cups")
        shutil.rmtree(posts.root / "deep")
        for name in ("tea.md", "cups.md"):
            (posts.root / name).unlink()
        wait_until(lambda: server.log.count("holds no public post") == 2, "the second report")
        listeners.wait_for_hold(3)
        listeners.receive_nothing()
        before = listeners.received()
        assert command(tmp_path, posts.root, server, "publish", "--accept") == 0
        wait_until(lambda: listeners.received()[0] > before[0], "the delivery", 30)
        assert b"<entry>" not in listeners.subscriber.deliveries()[-1].body
        assert server.get("/readyz").text == "ready\n"


def _job(server: Server, name: str) -> dict[str, Any]:
    job: dict[str, Any] = server.get(f"/hooks/jobs/{name}", calls.bearer(SECRET)).json()
    return job


def test_subscribers_receive_nothing_if_a_disk_does_not_answer(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("tea.md", title="Tea")
    with faulty_folder(posts.root / "archive", tmp_path / "disk") as disk:
        PostFolder(disk.files).write("old.md", title="Old")
        with listening(tmp_path, posts.root) as listeners:
            for number in (5, 116):  # EIO and ESTALE, of Linux
                disk.fail(number, *EVERYTHING)
                os.utime(posts.root / "tea.md")
                wait_until(lambda: "cannot be read" in listeners.server.log, "the report")
                listeners.receive_nothing()
                disk.heal()
                listeners.receive_nothing()
            disk.fail(5, *EVERYTHING)
            posts.write("pots.md", title="Pots")
            listeners.wait_for("Pots")
            assert listeners.news()["withdrawn"]["count"] == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_subscribers_receive_nothing_if_a_volume_is_unmounted(
    tmp_path: Path, posts: PostFolder
) -> None:
    mounting = ["mount", "-t", "tmpfs", "none", str(posts.root)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        posts.write("tea.md", title="Tea")
        with listening(tmp_path, posts.root) as listeners:
            subprocess.run(["umount", "-l", str(posts.root)], check=True)
            listeners.wait_for_hold(1)
            listeners.receive_nothing()
            assert "Tea" in listeners.server.get("/atom.xml").text
    finally:
        subprocess.run(["umount", "-l", str(posts.root)], check=False, capture_output=True)
