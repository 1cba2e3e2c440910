"""The watcher of a git repository: every push is published, whatever fails."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feedsvc.core.site import Site
from feedsvc.core.webhook.jobs import Job, JobState
from feedsvc.errors import RepositoryError, StoreLocked
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.source.git import Git
from feedsvc.source.repository import Remote, Repository
from feedsvc.source.source import Source
from feedsvc.store.store import Store
from feedsvc.watcher.watcher import Watcher
from tests.support.origins import Origin
from tests.support.running import Server, wait_until
from tests.support.stores import titles

SITE = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsvc.watcher.requests.REQUEST_QUIET", 0.05)
    monkeypatch.setattr("feedsvc.watcher.publish_loop.RETRY", 0.1)


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    """A repository with one post, Tea, below `posts`."""
    origin = Origin(tmp_path / "origin.git")
    origin.push(posts("Tea") | {"README.md": "not a post of ours"})
    return origin


def posts(*titles: str) -> dict[str, str]:
    return {
        f"posts/{title.lower()}.md": f"---\ntitle: {title}\ndate: 2026-03-01\n---\nHot.\n"
        for title in titles
    }


def source_of(origin: Origin, clone: Path) -> Source:
    repository = Repository(clone, Remote(origin.url, "main"), timeout=30)
    folder = Folder(repository.tree / "posts", 0, stands=True)
    return Source(folder, repository, branch="main", path="posts")


@pytest.fixture
def source(origin: Origin, tmp_path: Path) -> Source:
    """The posts of the repository. Nothing is fetched yet."""
    return source_of(origin, tmp_path / "var" / "source")


@contextmanager
def watching(source: Source, url: str) -> Iterator[Watcher]:
    """A watcher that publishes at its start and on request only."""
    watcher = Watcher(source, url, SITE, interval=3600)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.stop()


def wait_for(store: Store, *expected: str) -> None:
    wait_until(lambda: titles(store) == set(expected), f"{expected} to be published")


def ask(store: Store, **more: Any) -> str:
    return store.jobs.enqueue(datetime.now(UTC), **more)[0].name


def wait_for_job(store: Store, name: str, state: JobState) -> Job:
    def stored() -> Job:
        job = store.jobs.named(name)
        assert job is not None
        return job

    wait_until(lambda: stored().state == state, f"the job to be {state}")
    return stored()


def listed(job: Job, kind: str) -> list[str]:
    return [line["title"] for line in json.loads(job.report)[kind]["entries"]]


# Following a branch.


def test_the_branch_is_fetched_and_published_at_the_start(
    source: Source, store: Store, sqlite_url: str
) -> None:
    with watching(source, sqlite_url):
        wait_for(store, "Tea")


def test_a_push_is_published_on_request_and_the_job_reports_it(
    source: Source, origin: Origin, store: Store, sqlite_url: str
) -> None:
    with watching(source, sqlite_url):
        wait_for(store, "Tea")
        origin.push(posts("Tea", "Pots"))
        job = wait_for_job(store, ask(store), "done")
        assert titles(store) == {"Tea", "Pots"}
        assert listed(job, "added") == ["Pots"]
        assert json.loads(job.report)["feeds"]["topics"][0] == "https://example.org/atom.xml"
        origin.push(posts("Tea"))
        job = wait_for_job(store, ask(store), "done")
        assert (titles(store), listed(job, "withdrawn")) == ({"Tea"}, ["Pots"])


def test_a_job_reports_that_nothing_is_new(
    source: Source, store: Store, sqlite_url: str
) -> None:
    with watching(source, sqlite_url):
        wait_for(store, "Tea")
        report = json.loads(wait_for_job(store, ask(store), "done").report)
        counts = {kind: report[kind]["count"] for kind in ("added", "changed", "withdrawn")}
        assert counts == {"added": 0, "changed": 0, "withdrawn": 0}
        assert (report["refused"], report["problems"]) == (0, [])


def test_a_job_reports_a_refused_post(
    source: Source, origin: Origin, store: Store, sqlite_url: str
) -> None:
    with watching(source, sqlite_url):
        wait_for(store, "Tea")
        origin.push(posts("Tea") | {"posts/bad.md": "---\ntitle: Bad\ndate: never\n---\n"})
        report = json.loads(wait_for_job(store, ask(store), "done").report)
        assert report["refused"] == 1
        assert report["problems"][0]["path"] == "posts/bad.md"


# Faults.


def test_a_job_is_held_until_the_remote_is_back(
    source: Source,
    origin: Origin,
    store: Store,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def soon(job: Job, now: datetime) -> tuple[JobState, datetime]:
        return "held", now + timedelta(seconds=0.2)

    monkeypatch.setattr("feedsvc.watcher.requests.after_failure", soon)
    with watching(source, sqlite_url):
        wait_for(store, "Tea")
        origin.push(posts("Tea", "Pots"))
        away = origin.path.rename(origin.path.with_name("away"))
        name = ask(store)
        held = wait_for_job(store, name, "held")
        assert held.attempts == 1
        assert "cannot be fetched" in held.error
        assert titles(store) == {"Tea"}
        away.rename(origin.path)
        job = wait_for_job(store, name, "done")
        assert (titles(store), listed(job, "added"), job.error) == (
            *({"Tea", "Pots"}, ["Pots"]),
            "",
        )


def test_a_scheduled_build_ends_a_held_job(
    source: Source, origin: Origin, store: Store, sqlite_url: str
) -> None:
    with watching(source, sqlite_url) as watcher:
        wait_for(store, "Tea")
        origin.push(posts("Tea", "Pots"))
        away = origin.path.rename(origin.path.with_name("away"))
        name = ask(store)
        wait_for_job(store, name, "held")
        away.rename(origin.path)
        watcher._agenda.look_at_everything()
        assert listed(wait_for_job(store, name, "done"), "added") == ["Pots"]


def test_a_restart_publishes_the_last_fetch_although_the_remote_is_away(
    source: Source, origin: Origin, store: Store, sqlite_url: str
) -> None:
    origin.push(posts("Tea", "Pots"))
    source.update()
    origin.path.rename(origin.path.with_name("away"))
    with watching(source, sqlite_url):
        wait_for(store, "Tea", "Pots")


def test_a_fetch_while_the_store_is_locked_is_published_later(
    source: Source, origin: Origin, store: Store, sqlite_url: str
) -> None:
    with watching(source, sqlite_url):
        wait_for(store, "Tea")
        with store.lock(wait=True):
            commit = origin.push(posts("Tea", "Pots"))
            name = ask(store)
            assert "another process" in wait_for_job(store, name, "held").error
            assert source._repository is not None
            assert source._repository.whole == commit
            assert titles(store) == {"Tea"}
        assert listed(wait_for_job(store, name, "done"), "added") == ["Pots"]
        assert titles(store) == {"Tea", "Pots"}


def test_a_publish_of_due_dates_keeps_the_list_of_fetched_paths(
    source: Source, origin: Origin, store: Store, sqlite_url: str
) -> None:
    watcher = Watcher(source, sqlite_url, SITE, interval=3600)
    watcher._loop.build(None)
    origin.push(posts("Tea", "Pots"))
    with store.lock(), pytest.raises(StoreLocked):
        watcher._loop.build(None)
    watcher._loop.build({""})
    watcher._loop.build(None)
    assert titles(store) == {"Tea", "Pots"}
    watcher._current.store.close()


def test_a_mended_tree_is_read_completely(
    source: Source,
    origin: Origin,
    store: Store,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next fetch brings nothing new, so it cannot list what the mending changed."""
    faults: list[str] = []
    run = Git.run

    def full(git: Git, *words: str, **more: Any) -> bytes:
        if words[0] == "read-tree" and len(faults) < 3:
            faults.append(words[0])
            raise RepositoryError("git read-tree failed: no space left on device")
        return run(git, *words, **more)

    with watching(source, sqlite_url) as watcher:
        wait_for(store, "Tea")
        monkeypatch.setattr(Git, "run", full)
        origin.push(posts("Tea", "Pots"))
        name = ask(store)
        assert "no space left" in wait_for_job(store, name, "held").error
        time.sleep(0.7)
        assert len(faults) == 2  # one fetch and one mending; no more until the next fetch
        for _ in range(2):
            watcher._agenda.look_at_everything()
            time.sleep(0.5)
        wait_for(store, "Tea", "Pots")


def test_a_fetch_is_published_if_its_tree_is_mended_at_once(
    source: Source,
    origin: Origin,
    store: Store,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = Git.run

    def once(git: Git, *words: str, **more: Any) -> bytes:
        if words[0] == "read-tree":
            monkeypatch.setattr(Git, "run", run)
            raise RepositoryError("git read-tree failed: no space left on device")
        return run(git, *words, **more)

    with watching(source, sqlite_url):
        wait_for(store, "Tea")
        monkeypatch.setattr(Git, "run", once)
        origin.push(posts("Tea", "Pots"))
        ask(store)
        wait_for(store, "Tea", "Pots")


def test_a_repository_without_the_folder_withdraws_nothing(
    source: Source, origin: Origin, store: Store, sqlite_url: str
) -> None:
    with watching(source, sqlite_url):
        wait_for(store, "Tea")
        origin.push({"elsewhere/tea.md": "---\ntitle: Tea\n---\n"})
        assert "source.path" in wait_for_job(store, ask(store), "held").error
        assert titles(store) == {"Tea"}


def test_jobs_of_a_dead_watcher_are_done_by_the_next(
    source: Source, origin: Origin, store: Store, sqlite_url: str
) -> None:
    name = ask(store)
    store.jobs.begin([name], datetime.now(UTC))
    with watching(source, sqlite_url):
        assert listed(wait_for_job(store, name, "done"), "added") in ([], ["Tea"])
        assert titles(store) == {"Tea"}


# Previews.


def propose(origin: Origin, number: int, *titles_: str) -> str:
    """A pull request: a ref that is not a branch."""
    commit = origin.push(posts(*titles_), branch=f"change-{number}", onto=None)
    origin.git("update-ref", f"refs/pull/{number}/head", commit)
    origin.git("update-ref", "-d", f"refs/heads/change-{number}")
    return f"refs/pull/{number}/head"


def test_a_preview_of_a_pull_request_publishes_nothing(
    source: Source, origin: Origin, store: Store, sqlite_url: str
) -> None:
    ref = propose(origin, 1, "Pots", "Cups")
    with watching(source, sqlite_url):
        wait_for(store, "Tea")
        job = wait_for_job(store, ask(store, kind="preview", ref=ref), "done")
        assert (sorted(listed(job, "added")), listed(job, "withdrawn")) == (
            *(["Cups", "Pots"], ["Tea"]),
        )
        assert titles(store) == {"Tea"}
        assert store.listeners.last_publish() == 1


def test_a_preview_without_a_ref_is_of_the_branch(
    source: Source, origin: Origin, store: Store, sqlite_url: str
) -> None:
    with watching(source, sqlite_url):
        wait_for(store, "Tea")
        origin.push(posts("Tea", "Pots"))
        job = wait_for_job(store, ask(store, kind="preview"), "done")
        assert (listed(job, "added"), titles(store)) == (["Pots"], {"Tea"})


def test_a_preview_of_a_missing_ref_fails_and_publishing_goes_on(
    source: Source, origin: Origin, store: Store, sqlite_url: str
) -> None:
    with watching(source, sqlite_url):
        wait_for(store, "Tea")
        for ref, fault in (
            ("refs/pull/9/head", "has no refs/pull/9/head"),
            ("--upload-pack=touch /tmp/x", "neither the branch nor a proposed change"),
        ):
            job = wait_for_job(store, ask(store, kind="preview", ref=ref), "failed")
            assert fault in job.error
        origin.push(posts("Tea", "Pots"))
        wait_for_job(store, ask(store), "done")
        assert titles(store) == {"Tea", "Pots"}


def test_a_preview_waits_while_another_process_publishes(
    source: Source, origin: Origin, store: Store, sqlite_url: str
) -> None:
    with watching(source, sqlite_url):
        wait_for(store, "Tea")
        with store.lock(wait=True):
            name = ask(store, kind="preview", ref=propose(origin, 1, "Tea", "Pots"))
            wait_for_job(store, name, "running")
            time.sleep(1)
        assert listed(wait_for_job(store, name, "done"), "added") == ["Pots"]


def test_a_preview_fails_if_another_process_publishes_too_long(
    source: Source,
    origin: Origin,
    store: Store,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("feedsvc.watcher.requests.PREVIEW_PATIENCE", 0.5)
    with watching(source, sqlite_url):
        wait_for(store, "Tea")
        with store.lock(wait=True):
            job = wait_for_job(store, ask(store, kind="preview"), "failed")
            assert "another process" in job.error


def test_a_preview_that_waits_at_the_end_is_made_after_the_next_start(
    source: Source, store: Store, sqlite_url: str
) -> None:
    with watching(source, sqlite_url):
        wait_for(store, "Tea")
    with store.lock(wait=True):
        name = ask(store, kind="preview")
        with watching(source, sqlite_url):
            wait_for_job(store, name, "running")
            time.sleep(0.5)
    with watching(source, sqlite_url):
        wait_for_job(store, name, "done")


def test_a_plain_folder_is_previewed_as_it_stands(
    tmp_path: Path, store: Store, sqlite_url: str
) -> None:
    root = tmp_path / "plain"
    root.mkdir()
    publish(
        Folder(root, 0), store, SITE, datetime.now(UTC)
    )  # the first would wait for the file
    (root / "tea.md").write_text(posts("Tea")["posts/tea.md"])
    source = Source(Folder(root, 3600))
    assert (source.is_whole, source.is_fetched, source.mend(), source.update()) == (
        *(True, False),
        *(True, None),
    )
    with source.proposed("") as folder:
        assert (folder.root, folder.quiet, folder.stands) == (root.resolve(), 0, True)
    with watching(source, sqlite_url):
        job = wait_for_job(store, ask(store, kind="preview"), "done")
        assert (listed(job, "added"), titles(store)) == (["Tea"], set())


def test_an_update_lists_paths_relative_to_the_folder(source: Source, origin: Origin) -> None:
    assert [source.is_whole, source.mend(), source.update()] == [False, False, None]
    origin.push(posts("Tea", "Pots") | {"README.md": "changed", "posts-too/x.md": "other"})
    expected = [frozenset({"pots.md"}), True, True]
    assert [source.update(), source.is_whole, source.mend()] == expected


# kill -9.


def test_a_watcher_that_is_killed_at_any_moment_publishes_the_last_push(
    tmp_path: Path, origin: Origin
) -> None:
    root = tmp_path / "house"
    settings = {
        "FEEDSVC_SOURCE__GIT": origin.url,
        "FEEDSVC_SOURCE__PATH": "posts",
        "FEEDSVC_WATCHER__INTERVAL": "3600",
    }
    (root / "var").mkdir(parents=True)
    store = Store(f"sqlite:///{root}/var/feedsvc.sqlite3")
    many = posts(*(f"Post{n}" for n in range(150)))
    name = ""
    for turn in range(4):
        origin.push(many | posts(f"Turn{turn}"))
        name = ask(store)
        watcher = Server(root, tmp_path, command="watch", settings=settings)
        time.sleep(0.5 + 0.45 * turn)
        watcher.kill()
    watcher = Server(root, tmp_path, command="watch", settings=settings)
    try:
        wait_until(lambda: "Turn3" in titles(store), f"the last push: {watcher.log}")
        wait_for_job(store, name, "done")
        with store.snapshot() as snapshot:
            paths = set(snapshot.files())
        assert paths == {Path(path).name for path in many | posts("Turn3")}
    finally:
        assert watcher.stop() == 0
        store.close()
