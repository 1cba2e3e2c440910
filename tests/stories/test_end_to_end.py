"""The whole way with real processes: a folder, a server, an edit, and what a reader sees."""

import hashlib
import hmac
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests

from feedsvc.store.store import Store
from tests.support.origins import Origin
from tests.support.running import (
    SITE,
    Server,
    free_port,
    running,
    wait_until,
)
from tests.support.writing import PostFolder

SECRET = "a secret of enough characters"  # noqa: S105 - of this test's servers
QUIET_SCHEDULE = {"FEEDSVC_WATCHER__INTERVAL": "3600"}  # only events and requests count
SECRETIVE = {**QUIET_SCHEDULE, "FEEDSVC_WEBHOOK__SECRET": SECRET}


@pytest.fixture
def server(tmp_path: Path, posts: PostFolder) -> Iterator[Server]:
    """A server over `posts` that hears of file events, and has no other reason to look."""
    posts.write("tea.md", title="Tea", tags="[Green]")
    with running(tmp_path, posts.root, SECRETIVE) as started:
        yield started


def shows(server: Server, text: str, path: str = "/atom.xml") -> bool:
    return text in server.get(path).text


def signed_call(server: Server, body: bytes = b"{}") -> requests.Response:
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={digest}", "X-GitHub-Event": "push"}
    return server.ask("POST", "/hooks/rebuild", headers, body)


def test_an_edit_is_seen_over_http_in_under_a_second(server: Server, posts: PostFolder) -> None:
    old = server.get("/atom.xml").headers["ETag"]
    posts.write("tea.md", title="Green tea", tags="[Green]")
    took = wait_until(lambda: shows(server, "<title>Green tea</title>"), "the edit", 5)
    assert took < 1
    assert server.get("/atom.xml", {"If-None-Match": old}).status_code == 200


def test_a_new_post_in_a_new_folder_is_seen(server: Server, posts: PostFolder) -> None:
    posts.write("2026/deep/new.md", title="New", tags="[Fresh]")
    wait_until(lambda: shows(server, "New", "/tags/Fresh/rss.xml"), "the new post", 5)


def test_a_deleted_post_leaves_an_empty_feed(server: Server, posts: PostFolder) -> None:
    posts.write("other.md", title="Other")  # a folder without any post would be held
    wait_until(lambda: shows(server, "Other"), "the other post", 5)
    (posts.root / "tea.md").unlink()
    wait_until(lambda: not shows(server, "<title>Tea</title>"), "the deletion", 5)
    response = server.get("/tags/Green/atom.xml")
    assert response.status_code == 200
    assert "<entry>" not in response.text


def test_a_renamed_post_is_never_missing(server: Server, posts: PostFolder) -> None:
    def has_new_permalink() -> bool:
        text = server.get("/atom.xml").text
        assert (text.count("<entry>"), text.count("<title>Tea</title>")) == (1, 1)
        return "/posts/renamed/" in text

    assert not has_new_permalink()
    shutil.move(posts.root / "tea.md", posts.root / "renamed.md")
    wait_until(has_new_permalink, "the new permalink", 5)
    until = time.monotonic() + 2  # the second look at the missing file is over
    while time.monotonic() < until:
        assert has_new_permalink()


def test_a_broken_edit_is_logged_and_the_old_version_served(
    server: Server, posts: PostFolder
) -> None:
    before = server.get("/atom.xml").content
    posts.write_raw("tea.md", b"---\ntitle: [\n---\n")
    wait_until(lambda: " posts/tea.md:" in server.log, "the problem in the log", 5)
    assert server.get("/atom.xml").content == before


def test_a_webhook_publishes_what_file_events_were_not_told_of(
    tmp_path: Path, posts: PostFolder
) -> None:
    # A watch is set on folders, not on what a link to a file inside leads to.
    target = posts.write("_hidden/text.md", title="Old")
    (posts.root / "link.md").symlink_to(target)
    with running(tmp_path, posts.root, SECRETIVE) as server:
        wait_until(lambda: shows(server, "Old"), "the linked post")
        time.sleep(2)  # the look that follows when the watch stands is over
        posts.write("_hidden/text.md", title="Unheard")
        time.sleep(1)
        assert not shows(server, "Unheard")
        assert signed_call(server).status_code == 202
        wait_until(lambda: shows(server, "Unheard"), "the rescan", 5)


def test_a_post_of_the_future_appears_at_its_minute(server: Server, posts: PostFolder) -> None:
    due = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(seconds=3)
    posts.write("soon.md", title="Soon", date=f"{due:%Y-%m-%d %H:%M:%S}")
    time.sleep(1.2)
    assert not shows(server, "Soon")
    wait_until(lambda: shows(server, "Soon"), "the post that fell due", 5)


def test_a_restart_changes_no_byte_and_no_header(tmp_path: Path, posts: PostFolder) -> None:
    posts.write("tea.md", tags="[C#]")
    seen = []
    port = free_port()
    for _ in range(2):
        with running(tmp_path, posts.root, port=port) as server:
            answers = [server.get(path) for path in ("/atom.xml", "/tags/C~23/rss.xml")]
            seen.append(
                [(a.content, a.headers["ETag"], a.headers["Last-Modified"]) for a in answers]
            )
        time.sleep(1.1)  # or a clock could hide in Last-Modified
    assert seen[0] == seen[1]


@contextmanager
def rebuilds(server: Server) -> Iterator[Callable[[], int]]:
    """Calls the webhook on one connection, and returns the status."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    headers = {"Authorization": f"Bearer {SECRET}", "Content-Length": "0"}

    def call() -> int:
        connection.request("POST", "/hooks/rebuild", headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    with closing(connection):
        yield call


def test_a_thousand_calls_give_at_most_three_builds(server: Server, posts: PostFolder) -> None:
    with rebuilds(server) as call:
        for _ in range(1000):
            assert call() == 202
    store = Store(f"sqlite:///{server.log_file.parent}/var/feedsvc.sqlite3")
    wait_until(
        lambda: {job.state for job in store.jobs.newest(9)} == {"done"}, "the builds", 20
    )
    done = store.jobs.newest(9)
    store.close()
    assert sum(job.calls for job in done) == 1000
    assert 1 <= len(done) <= 3


def test_what_was_written_just_before_the_last_of_many_calls_is_published(
    tmp_path: Path, posts: PostFolder
) -> None:
    target = posts.write("_hidden/text.md", title="Old")
    (posts.root / "link.md").symlink_to(target)  # of which no file event tells
    with running(tmp_path, posts.root, SECRETIVE) as server, rebuilds(server) as call:
        wait_until(lambda: shows(server, "Old"), "the linked post")
        for number in range(500):
            if number == 499:
                posts.write("_hidden/text.md", title="The last state")
            assert call() == 202
        wait_until(lambda: shows(server, "The last state"), "the last state", 10)


def test_a_push_signed_by_github_fetches_a_repository_and_publishes_its_new_post(
    tmp_path: Path,
) -> None:
    origin = Origin(tmp_path / "posts.git")
    post = "---\ntitle: {}\ndate: 2026-03-01\ntags: [Green]\n---\nTea.\n"
    first = origin.push({"posts/tea.md": post.format("Tea"), "README.md": "# Mine"})
    settings = {
        **SECRETIVE,
        "FEEDSVC_SOURCE__GIT": origin.url,
        "FEEDSVC_SOURCE__PATH": "posts",
    }
    with running(tmp_path / "here", tmp_path, settings) as server:
        wait_until(lambda: shows(server, "<title>Tea</title>"), "the first post")
        second = origin.push(
            {"posts/tea.md": post.format("Tea"), "posts/new.md": post.format("New")}
        )
        payload = {"ref": "refs/heads/main", "before": first, "after": second}
        answer = signed_call(server, json.dumps(payload).encode())
        assert answer.status_code == 202
        wait_until(lambda: shows(server, "New", "/tags/Green/rss.xml"), "the new post", 10)
        place = answer.headers["Location"].removeprefix(server.url)
        token = {"Authorization": f"Bearer {SECRET}"}
        wait_until(lambda: server.get(place, token).json()["state"] == "done", "the job", 5)
        report = server.get(place, token).json()["report"]
        assert [entry["title"] for entry in report["added"]["entries"]] == ["New"]
        assert report["changed"]["count"] == report["withdrawn"]["count"] == 0


def test_a_killed_worker_is_replaced_within_five_seconds(server: Server) -> None:
    (worker,) = _children_that_serve(server.process.pid)
    os.kill(worker, signal.SIGKILL)

    def answers() -> bool:
        try:
            return shows(server, "Tea")
        except requests.RequestException:
            return False

    assert wait_until(answers, "a new worker", 10) < 5


def _children_that_serve(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [
        int(child)
        for child in children
        if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def test_no_worker_outlives_a_killed_parent(tmp_path: Path, posts: PostFolder) -> None:
    with running(tmp_path, posts.root) as server:
        (worker,) = _children_that_serve(server.process.pid)
        os.kill(server.process.pid, signal.SIGKILL)
        wait_until(lambda: not Path(f"/proc/{worker}").exists(), "the worker's end", 5)


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_within_five_seconds_and_without_a_traceback(
    server: Server, signal_number: int
) -> None:
    started = time.monotonic()
    server.process.send_signal(signal_number)
    assert server.process.wait(10) == 0
    assert time.monotonic() - started < 5
    assert "Traceback" not in server.log


def test_web_and_watcher_run_apart_and_meet_in_the_store(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("tea.md", title="Tea")
    port = free_port()
    environ = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        **SITE,
        "FEEDSVC_SITE__URL": f"http://127.0.0.1:{port}",
        "FEEDSVC_CONTENT__SEEDS": str(posts.root),
        "FEEDSVC_STORE__URL": f"sqlite:///{tmp_path}/var/feedsvc.sqlite3",
        "PYTHONUNBUFFERED": "1",
    }
    procfile = Path(__file__).parents[2] / "Procfile"
    command = [sys.executable, "-m", "honcho", "-f", str(procfile), "start", "-p", str(port)]
    process = subprocess.Popen(
        command, env=environ, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}/atom.xml"

    def shown(text: str) -> bool:
        try:
            return text in requests.get(address, timeout=5).text
        except requests.ConnectionError:
            return False

    try:
        wait_until(lambda: shown("<title>Tea</title>"), "the two processes", 20)
        posts.write("tea.md", title="Green")
        wait_until(lambda: shown("<title>Green</title>"), "the edit", 5)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def test_a_site_below_a_path_is_served_there(tmp_path: Path, posts: PostFolder) -> None:
    posts.write("tea.md", title="Tea", tags="[C#]")
    port = free_port()
    base = f"http://127.0.0.1:{port}/blog"
    with running(tmp_path, posts.root, {"FEEDSVC_SITE__URL": base}, port) as server:
        for path in ("/atom.xml", "/tags/C~23/atom.xml", "/", "/static/style.css"):
            assert server.get(f"/blog{path}").status_code == 200
        text = server.get("/blog/tags/C~23/atom.xml").text
        assert f'<link href="{base}/tags/C~23/atom.xml" rel="self"' in text
        assert f'href="{base}/posts/tea/"' in text
        assert server.get("/blog/posts/tea/").status_code == 200
        assert server.get("/healthz").status_code == 200
