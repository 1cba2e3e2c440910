"""A watcher whose folder is suddenly empty reports it, and notices that the posts are back."""

import json
import logging
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc.core.site import Site
from feedsvc.core.webhook.jobs import Job
from feedsvc.source.folder import Folder
from feedsvc.source.repository import Remote, Repository
from feedsvc.source.source import Source
from feedsvc.store.store import Store
from feedsvc.watcher.watcher import Watcher
from tests.support.origins import Origin
from tests.support.running import wait_until
from tests.support.stores import is_held, titles
from tests.support.writing import PostFolder

SITE = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")

# The watcher.


@contextmanager
def watching(source: Source, url: str, interval: float = 3600) -> Iterator[Watcher]:
    watcher = Watcher(source, url, SITE, interval)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.stop()


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.message for r in caplog.records if r.levelno >= logging.ERROR]


def wait_for_titles(store: Store, *expected: str) -> None:
    wait_until(lambda: titles(store) == set(expected), f"{expected} to be published")


def test_a_watcher_reports_an_empty_folder_once_each_time(
    posts: PostFolder, store: Store, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    posts.write("tea.md", title="Tea")
    posts.write("pots.md", title="Pots")
    with watching(Source(Folder(posts.root, 0.05)), sqlite_url, interval=1):
        wait_for_titles(store, "Tea", "Pots")
        for count in (1, 2):
            for name in ("tea.md", "pots.md"):
                (posts.root / name).unlink()
                time.sleep(0.2)
            wait_until(lambda n=count: len(errors(caplog)) == n, "the report")  # type: ignore[misc]
            time.sleep(2.5)  # more looks, by the schedule
            assert titles(store) == {"Tea", "Pots"}
            assert len(errors(caplog)) == count
            assert "feedsvc publish --accept" in errors(caplog)[-1]
            assert str(posts.root) in errors(caplog)[-1]
            posts.write("tea.md", title="Tea")
            posts.write("pots.md", title="Pots")
            # Both files: one that nobody saw come back may have been missing for seconds.
            wait_until(lambda: not (is_held(store) or missing(store)), "the recovery")
        assert titles(store) == {"Tea", "Pots"}


def missing(store: Store) -> set[str]:
    with store.snapshot() as snapshot:
        records = snapshot.files().values()
    return {record.path for record in records if record.missing_since is not None}


def test_a_job_that_finds_an_empty_folder_ends_with_a_report_of_it(
    posts: PostFolder, store: Store, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.watcher.requests.REQUEST_QUIET", 0.05)
    posts.write("tea.md", title="Tea")
    with watching(Source(Folder(posts.root, 0.05)), sqlite_url):
        wait_for_titles(store, "Tea")
        (posts.root / "tea.md").unlink()
        name = store.jobs.enqueue(datetime.now(UTC))[0].name
        job = _ended(store, name, "held")
        held = json.loads(job.report)["held"]
        assert (held["count"], [each["path"] for each in held["entries"]]) == (1, ["tea.md"])
        assert held["command"] == f"feedsvc publish --accept {held['name']}"
        assert held["command"] in held["cure"]
        assert titles(store) == {"Tea"}


def _ended(store: Store, name: str, state: str) -> Job:
    def job() -> Job:
        job = store.jobs.named(name)
        assert job is not None
        return job

    wait_until(lambda: job().state == state, f"the job to be {state}")
    return job()


def test_a_repository_that_was_emptied_is_held(
    tmp_path: Path, store: Store, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.watcher.requests.REQUEST_QUIET", 0.05)

    def post(title: str) -> dict[str, str]:
        front = f"---\ntitle: {title}\ndate: 2026-03-01\n---\n"
        return {f"posts/{title.lower()}.md": front}

    origin = Origin(tmp_path / "origin.git")
    repository = Repository(tmp_path / "source", Remote(origin.url, "main"), timeout=30)
    folder = Folder(repository.tree / "posts", 0, stands=True)
    origin.push(post("Tea") | post("Pots") | post("Cups"))
    with watching(Source(folder, repository, branch="main", path="posts"), sqlite_url):
        wait_for_titles(store, "Tea", "Pots", "Cups")
        origin.push({"posts/README.md": "nothing", "README.md": "nothing"})
        job = _ended(store, store.jobs.enqueue(datetime.now(UTC))[0].name, "held")
        assert json.loads(job.report)["held"]["count"] == 3
        assert titles(store) == {"Tea", "Pots", "Cups"}
        origin.push(post("Tea"))
        job = _ended(store, store.jobs.enqueue(datetime.now(UTC))[0].name, "done")
        assert json.loads(job.report)["held"]["count"] == 0
        assert titles(store) == {"Tea"}


def mounted(root: Path) -> None:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "none", str(root)], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip("nothing can be mounted here")


def unmounted(root: Path) -> None:
    subprocess.run(["umount", "-l", str(root)], check=False, capture_output=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_volume_that_is_unmounted_and_mounted_again_is_noticed(
    posts: PostFolder, store: Store, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    mounted(posts.root)
    try:
        posts.write("tea.md", title="Tea")
        with watching(Source(Folder(posts.root, 0.05)), sqlite_url):
            wait_for_titles(store, "Tea")
            time.sleep(0.7)  # the events are set up
            unmounted(posts.root)
            wait_until(lambda: errors(caplog), "the report", 5)
            assert titles(store) == {"Tea"}
            mounted(posts.root)
            posts.write("pots.md", title="Pots")
            wait_until(lambda: "Pots" in titles(store), "the new volume", 5)
    finally:
        unmounted(posts.root)
