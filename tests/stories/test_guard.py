"""Many losses at once, in real processes: they are held until somebody accepts them."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from feedsvc.store.store import Store
from tests.support import calls
from tests.support.commands import forked
from tests.support.origins import Origin
from tests.support.running import SITE, Server, running, wait_until
from tests.support.subscriber import Subscriber, a_subscriber
from tests.support.writing import PostFolder

SECRET = "k" * 32
QUICK = {"FEEDSVC_WATCHER__INTERVAL": "1", "FEEDSVC_WEBHOOK__SECRET": SECRET}
SILENCE = 2.5  # seconds: two scans and the second look after each


@pytest.fixture
def blog(posts: PostFolder) -> PostFolder:
    """A folder with 100 posts, 60 of them in `2026`."""
    for number in range(60):
        posts.write(f"2026/{number:03}.md", title=f"Cup {number}")
    for number in range(40):
        posts.write(f"{number:03}.md", title=f"Pot {number}")
    return posts


def command(
    place: Path, root: Path, *words: str, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run a command beside the server whose store is in `place`."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environ = {
        **kept,
        **SITE,
        "FEEDSVC_SITE__URL": "https://example.org",
        "FEEDSVC_CONTENT__SEEDS": str(root),
        "FEEDSVC_STORE__URL": f"sqlite:///{place}/var/feedsvc.sqlite3",
        **settings,
    }
    return forked(*words, environ=environ, cwd=place)


def beside(server: Server, place: Path, root: Path, *words: str) -> Any:
    return command(place, root, *words, FEEDSVC_SITE__URL=server.url)


def held(server: Server) -> str:
    """The name of the held set; empty if nothing is held."""
    text = server.get("/readyz").text
    assert text.startswith("ready")
    return text.strip().rpartition(" held as ")[2] if "held" in text else ""


def wait_for_hold(server: Server, count: int) -> str:
    start = f"ready; {count} posts are held as "
    wait_until(lambda: server.get("/readyz").text.startswith(start), f"{count} to be held")
    return held(server)


def remove(folder: Path) -> None:
    """Delete a folder of posts at once: up to 20 posts that are gone before others may pass."""
    away = folder.parents[1] / f"{folder.name}-removed"
    folder.rename(away)
    shutil.rmtree(away)


def etag(server: Server) -> str:
    return server.get("/atom.xml").headers["ETag"]


def entry_count(place: Path) -> int:
    url = f"sqlite:///{place}/var/feedsvc.sqlite3"
    with closing(Store(url)) as store, store.snapshot() as snapshot:
        return snapshot.count_published()


@contextmanager
def notified(place: Path, root: Path) -> Iterator[tuple[Server, Subscriber]]:
    with a_subscriber() as receiver:
        target = {"url": receiver.url + "/ci", "secret": calls.WHSEC}
        settings = {**QUICK, "FEEDSVC_NOTIFY": json.dumps([target])}
        with running(place, root, settings) as server:
            wait_until(lambda: receiver.calls, "the message of the first publish")
            yield server, receiver


def messages(receiver: Subscriber) -> list[dict[str, Any]]:
    return [json.loads(call.body) for call in receiver.calls]


def test_an_unmounted_folder_of_the_blog_is_held_told_once_and_comes_back(
    tmp_path: Path, blog: PostFolder
) -> None:
    with notified(tmp_path, blog.root) as (server, receiver):
        before = etag(server)
        away = tmp_path / "away"
        (blog.root / "2026").rename(away)
        name = wait_for_hold(server, 60)
        wait_until(lambda: len(receiver.calls) == 2, "the message")
        time.sleep(SILENCE)
        assert etag(server) == before
        (_, message) = messages(receiver)
        assert message["type"] == "feeds.held"
        told = message["data"]["held"]
        assert (told["name"], told["count"], told["kinds"]) == (name, 60, {"withdrawn": 60})
        assert [each["title"] for each in told["entries"]] == [f"Cup {n}" for n in range(10)]
        assert told["command"] == f"feedsvc publish --accept {name}"
        log = server.log
        assert log.count("60 posts are held as") == 1
        for part in (name, "2026/000.md", "2026/009.md", told["command"]):
            assert part in log
        assert "2026/010.md" not in log
        assert "2026" not in server.get("/readyz").text
        status = beside(server, tmp_path, blog.root, "status").stdout
        for part in (name, "2026/009.md: Cup 9", "... and 50 more", told["command"]):
            assert part in status
        away.rename(blog.root / "2026")
        wait_until(lambda: server.get("/readyz").text == "ready\n", "the set to dissolve")
        time.sleep(SILENCE)
        assert etag(server) == before
        assert len(receiver.calls) == 2
        blog.write("new.md", title="New")
        wait_until(lambda: len(receiver.calls) == 3, "the next message")
        assert messages(receiver)[-1]["data"]["added"]["count"] == 1


def test_posts_that_vanished_while_a_killed_server_was_away_are_held(
    tmp_path: Path, blog: PostFolder
) -> None:
    with running(tmp_path, blog.root) as server:
        port = server.port
        server.kill()
    (blog.root / "2026").rename(tmp_path / "away")
    with running(tmp_path, blog.root, QUICK, port) as server:
        wait_for_hold(server, 60)


def test_a_deletion_in_slices_is_held_from_the_slice_that_is_too_much(
    tmp_path: Path, blog: PostFolder
) -> None:
    with running(tmp_path, blog.root, QUICK) as server:
        for first in range(0, 60, 12):
            for number in range(first, first + 12):
                (blog.root / f"2026/{number:03}.md").unlink()
            time.sleep(2.5)
        wait_until(lambda: held(server), "the hold")
        assert entry_count(tmp_path) >= 80
        blog.write("new.md", title="New")
        wait_until(lambda: "New" in server.get("/atom.xml").text, "the new post")


def test_a_hold_survives_a_restart_and_is_accepted_by_its_name(
    tmp_path: Path, blog: PostFolder
) -> None:
    with running(tmp_path, blog.root, QUICK) as server:
        remove(blog.root / "2026")
        name = wait_for_hold(server, 60)
        port = server.port
    with running(tmp_path, blog.root, QUICK, port) as server:
        assert wait_for_hold(server, 60) == name
        time.sleep(SILENCE)
        assert entry_count(tmp_path) == 100
        assert beside(server, tmp_path, blog.root, "publish").returncode == 3
        wrong = beside(server, tmp_path, blog.root, "publish", "--accept", "3f1d0c6f6b0a")
        assert (wrong.returncode, name in wrong.stderr) == (2, True)
        accepted = beside(server, tmp_path, blog.root, "publish", "--accept", name)
        assert (accepted.returncode, "withdrawn: 60" in accepted.stdout) == (0, True)
        wait_until(lambda: server.get("/readyz").text == "ready\n", "ready")
        assert entry_count(tmp_path) == 40


def job_of(server: Server, query: str = "") -> Any:
    """Call the webhook, and wait until the job has ended."""
    called = server.ask("POST", f"/hooks/rebuild{query}", calls.bearer(SECRET), b"")
    path = called.headers["Location"].removeprefix(server.url)

    def ended() -> Any:
        job = server.get(path, calls.bearer(SECRET)).json()
        return job if job["ended_at"] else None

    wait_until(ended, "the end of the job")
    return ended()


def test_a_job_ends_as_held_and_another_one_accepts(tmp_path: Path, blog: PostFolder) -> None:
    with running(tmp_path, blog.root, QUICK) as server:
        remove(blog.root / "2026")
        name = wait_for_hold(server, 60)
        job = job_of(server)
        assert (job["state"], job["report"]["held"]["name"]) == ("held", name)
        assert (job["next_attempt_at"], job["error"]) == (None, "")
        wrong = job_of(server, "?accept=3f1d0c6f6b0a")
        assert (wrong["state"], name in wrong["error"]) == ("failed", True)
        assert held(server) == name
        bad = server.ask("POST", f"/hooks/rebuild?accept={name}", calls.bearer("x" * 32), b"")
        assert bad.status_code == 401
        odd = server.ask("POST", "/hooks/rebuild?accept=all", calls.bearer(SECRET), b"")
        assert odd.status_code == 400
        tried = job_of(server, f"?dry_run=1&accept={name}")
        assert (tried["kind"], tried["state"], tried["accept"]) == ("preview", "done", name)
        assert tried["report"]["withdrawn"]["count"] == 60
        assert tried["report"]["held"]["count"] == 0
        plain = job_of(server, "?dry_run=1")
        assert ("accept" in plain, plain["report"]["withdrawn"]["count"]) == (False, 0)
        wrong = job_of(server, "?dry_run=1&accept=3f1d0c6f6b0a")
        assert (wrong["state"], name in wrong["error"]) == ("failed", True)
        odd = server.ask("POST", "/hooks/rebuild?dry_run&accept=all", calls.bearer(SECRET), b"")
        assert odd.status_code == 400
        assert held(server) == name
        accepted = job_of(server, f"?accept={name}")
        assert (accepted["state"], accepted["accept"]) == ("done", name)
        assert accepted["report"]["withdrawn"]["count"] == 60
        assert server.get("/readyz").text == "ready\n"


def test_a_wrong_checkout_of_a_repository_is_held(tmp_path: Path) -> None:
    post = "---\ntitle: {}\ndate: 2026-03-01\n---\nTea.\n"
    right = {f"posts/{n}.md": post.format(f"Cup {n}") for n in range(40)}
    wrong = {f"posts/other-{n}.md": post.format(f"Other {n}") for n in range(3)}
    origin = Origin(tmp_path / "origin.git")
    origin.push(right)
    settings = {**QUICK, "FEEDSVC_SOURCE__GIT": origin.url, "FEEDSVC_SOURCE__PATH": "posts"}
    with running(tmp_path / "home", tmp_path, settings) as server:
        origin.push(wrong)
        job = job_of(server)
        assert (job["state"], job["report"]["held"]["count"]) == ("held", 40)
        assert job["report"]["withdrawn"]["count"] == 0
        origin.push(right)
        job = job_of(server)
        assert (job["state"], job["report"]["added"]["count"]) == ("done", 0)
        assert server.get("/readyz").text == "ready\n"


def test_new_guids_in_all_files_are_held(tmp_path: Path, blog: PostFolder) -> None:
    with running(tmp_path, blog.root, QUICK) as server:
        before = server.get("/atom.xml").text
        others = PostFolder(tmp_path / "others")
        for number in range(60):
            fields = {"title": f"Cup {number}", "guid": f"https://new.example/{number}"}
            others.write(f"{number:03}.md", **fields)
        remove(blog.root / "2026")
        others.root.rename(blog.root / "2026")
        name = wait_for_hold(server, 60)
        time.sleep(SILENCE)
        assert server.get("/atom.xml").text == before
        assert held(server) == name
        would = beside(server, tmp_path, blog.root, "publish", "--dry-run", "--accept", name)
        assert "re-identified: 60" in would.stdout
        done = beside(server, tmp_path, blog.root, "publish", "--accept", name)
        assert done.returncode == 0
        wait_until(lambda: server.get("/readyz").text == "ready\n", "ready")


def test_the_guard_that_is_off_holds_only_an_emptied_folder(
    tmp_path: Path, blog: PostFolder
) -> None:
    off = {**QUICK, "FEEDSVC_GUARD__ENTRIES": "0"}
    with running(tmp_path, blog.root, off) as server:
        remove(blog.root / "2026")
        wait_until(lambda: entry_count(tmp_path) == 40, "the withdrawal")
        blog.root.rename(tmp_path / "away")
        blog.root.mkdir()
        wait_for_hold(server, 40)
        time.sleep(SILENCE)
        assert entry_count(tmp_path) == 40
        blog.write("000.md", title="Pot 0")
        wait_until(lambda: server.get("/readyz").text == "ready\n", "ready")
        wait_until(lambda: entry_count(tmp_path) == 1, "the withdrawal")


@pytest.mark.postgres
def test_two_watchers_and_a_web_process_see_one_held_set(
    tmp_path: Path, blog: PostFolder, postgres_url: str
) -> None:
    shared = {**QUICK, "FEEDSVC_STORE__URL": postgres_url}
    with running(tmp_path / "web", blog.root, shared) as server:
        site = {"FEEDSVC_SITE__URL": server.url}
        other = Server(tmp_path / "other", blog.root, command="watch", settings=shared | site)
        try:
            wait_until(lambda: "Watching" in other.log, "the second watcher")
            before = etag(server)
            away = tmp_path / "away"
            (blog.root / "2026").rename(away)
            name = wait_for_hold(server, 60)
            time.sleep(SILENCE)
            assert (held(server), etag(server)) == (name, before)
            for log in (server.log, other.log):
                assert log.count(f"held as {name}") <= 1
            away.rename(blog.root / "2026")
            wait_until(lambda: server.get("/readyz").text == "ready\n", "ready")
            time.sleep(SILENCE)
            assert etag(server) == before
            remove(blog.root / "2026")
            assert wait_for_hold(server, 60) == name
            done = command(tmp_path, blog.root, "publish", "--accept", name, **site, **shared)
            assert (done.returncode, "withdrawn: 60" in done.stdout) == (0, True)
            wait_until(lambda: server.get("/readyz").text == "ready\n", "ready")
        finally:
            other.stop()


def test_publish_and_export_end_with_3_and_write_the_held_posts(
    tmp_path: Path, blog: PostFolder
) -> None:
    assert command(tmp_path, blog.root, "export", "--feeds-only", "public").returncode == 0
    before = (tmp_path / "public/atom.xml").read_bytes()
    shutil.rmtree(blog.root / "2026")
    ended = command(tmp_path, blog.root, "export", "--feeds-only", "public")
    assert (ended.returncode, "60 posts are held as" in ended.stderr) == (3, True)
    assert (tmp_path / "public/atom.xml").read_bytes() == before
    assert command(tmp_path, blog.root, "publish", "--accept").returncode == 0
    assert command(tmp_path, blog.root, "export", "--feeds-only", "public").returncode == 0
    assert (tmp_path / "public/atom.xml").read_bytes() != before


def test_a_dry_run_names_what_subscribers_would_see(tmp_path: Path, blog: PostFolder) -> None:
    command(tmp_path, blog.root, "publish")
    (blog.root / "000.md").unlink()
    assert command(tmp_path, blog.root, "publish").returncode == 0
    blog.write("000.md", title="Pot 0")
    blog.write("001.md", title="Pot 1!")
    blog.write("002.md", title="Pot 2", updated="2026-04-01")
    blog.write("003.md", title="Pot 3", guid="urn:x:3")
    (blog.root / "004.md").unlink()
    blog.write("new.md", title="New")
    ended = command(tmp_path, blog.root, "publish", "--dry-run", "--format", "json")
    told = json.loads(ended.stdout)
    kinds = ("new", "updated", "corrected", "withdrawn", "returned", "re-identified")
    assert {kind: [e["path"] for e in told[kind]["entries"]] for kind in kinds} == {
        "new": ["posts/new.md"],
        "updated": ["posts/002.md"],
        "corrected": ["posts/001.md"],
        "withdrawn": ["posts/004.md"],
        "returned": ["posts/000.md"],
        "re-identified": ["posts/003.md"],
    }
    assert (ended.returncode, told["held"]["count"]) == (0, 0)
    shutil.rmtree(blog.root / "2026")
    ended = command(tmp_path, blog.root, "publish", "--dry-run", "--format", "json")
    told = json.loads(ended.stdout)
    assert (ended.returncode, told["held"]["count"]) == (3, 62)
    assert told["withdrawn"]["count"] == 0


def test_status_works_without_a_store_and_leaves_none(tmp_path: Path, blog: PostFolder) -> None:
    told = command(tmp_path, blog.root, "status")
    assert (told.returncode, told.stdout.splitlines()[0]) == (0, "last publish: never")
    assert not (tmp_path / "var").exists()
    command(tmp_path, blog.root, "publish")
    told = command(tmp_path, blog.root, "status")
    assert "posts: 100\n" in told.stdout
    assert told.stdout.endswith("held: 0\n")
