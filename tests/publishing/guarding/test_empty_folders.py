"""A folder of posts that is suddenly empty: the feeds stay until somebody accepts that."""

import json
import logging
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result

from feedsvc.cli.main import main
from feedsvc.core.site import Site
from feedsvc.core.webhook.jobs import Job
from feedsvc.core.webhook.pull_request_comment import as_markdown
from feedsvc.publishing.guarding.holding import WHATEVER
from feedsvc.publishing.publish import preview, publish
from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder
from feedsvc.source.repository import Remote, Repository
from feedsvc.source.source import Source
from feedsvc.store.store import Store
from feedsvc.watcher.watcher import Watcher
from tests.support.origins import Origin
from tests.support.running import SITE as SETTINGS
from tests.support.running import Server, wait_until
from tests.support.writing import PostFolder

SITE = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")
Run: TypeAlias = Callable[..., Result]


def titles(store: Store) -> set[str]:
    with store.snapshot() as snapshot:
        feed = snapshot.feed("")
        return {e.title for e in snapshot.newest(feed.number, 99)} if feed else set()


def is_held(store: Store) -> bool:
    with store.snapshot() as snapshot:
        return snapshot.held_name()[0] > 0


def publish_twice(folder: Folder, store: Store, site: Site = SITE, **more: str) -> Report:
    """Publish twice, so that missing files are missing for long enough."""
    now = datetime.now(UTC)
    publish(folder, store, site, now, **more)  # type: ignore[arg-type]
    return publish(folder, store, site, now + timedelta(seconds=5), **more)  # type: ignore[arg-type]


def empty(root: Path) -> None:
    for child in root.iterdir():
        shutil.rmtree(child) if child.is_dir() else child.unlink()


@pytest.fixture
def published(posts: PostFolder, folder: Folder, either_store: Store) -> Store:
    """A store with two posts, Tea and Pots."""
    posts.write("tea.md", title="Tea")
    posts.write("deep/er/pots.md", title="Pots")
    publish(folder, either_store, SITE, datetime.now(UTC))
    return either_store


@pytest.mark.parametrize("left", [[], ["README.md", "a.png", ".hidden.md", "_drafts/x.md"]])
def test_an_empty_folder_withdraws_nothing(
    posts: PostFolder, folder: Folder, published: Store, left: list[str]
) -> None:
    empty(posts.root)
    for name in left:
        posts.write(name)
    report = publish_twice(folder, published)
    assert (report.held, report.withdrawn, report.feeds) == (2, (), ())
    assert (report.unsettled, report.problems) == (frozenset(), ())
    assert titles(published) == {"Tea", "Pots"}
    assert is_held(published)


def test_globs_that_choose_nothing_withdraw_nothing(
    posts: PostFolder, published: Store
) -> None:
    report = publish_twice(Folder(posts.root, 0, include=["post/**"]), published)
    assert (report.held, titles(published)) == (2, {"Tea", "Pots"})


def test_an_empty_folder_stays_empty_until_it_is_accepted(
    posts: PostFolder, folder: Folder, published: Store
) -> None:
    empty(posts.root)
    publish_twice(folder, published)
    report = publish(folder, published, SITE, datetime.now(UTC), accept=WHATEVER)
    assert (sorted(report.withdrawn), report.held) == (["deep/er/pots.md", "tea.md"], 0)
    assert (titles(published), is_held(published)) == (set(), False)
    assert publish_twice(folder, published).held == 0


def test_posts_that_come_back_are_unchanged(
    posts: PostFolder, folder: Folder, published: Store
) -> None:
    with published.snapshot() as snapshot:
        before = snapshot.fingerprint()
    away = posts.root.with_name("away")
    posts.root.rename(away)
    posts.root.mkdir()
    publish_twice(folder, published)
    posts.root.rmdir()
    away.rename(posts.root)
    report = publish_twice(folder, published)
    assert (report.held, report.added, report.changed, report.feeds) == (0, (), (), ())
    with published.snapshot() as snapshot:
        assert snapshot.fingerprint() == before
    assert not is_held(published)


def test_posts_that_do_not_come_back_are_withdrawn_without_an_event(
    posts: PostFolder, folder: Folder, published: Store
) -> None:
    empty(posts.root)
    now = datetime.now(UTC)
    publish(folder, published, SITE, now, only={"tea.md", "deep/er/pots.md"})
    assert is_held(published)
    posts.write("tea.md", title="Tea")
    publish(folder, published, SITE, now, only={"tea.md"})
    publish(folder, published, SITE, now + timedelta(seconds=5), only={"tea.md"})
    assert titles(published) == {"Tea"}


def test_files_that_are_deleted_one_by_one_are_held_from_the_last_on(
    posts: PostFolder, folder: Folder, published: Store
) -> None:
    now = datetime.now(UTC)
    (posts.root / "tea.md").unlink()
    report = publish(folder, published, SITE, now, only={"tea.md"})
    assert (report.held, report.unsettled) == (0, frozenset({"tea.md"}))
    shutil.rmtree(posts.root / "deep")
    later = now + timedelta(seconds=5)
    report = publish(folder, published, SITE, later, only={"tea.md"})
    assert (report.held, report.withdrawn) == (2, ())
    assert titles(published) == {"Tea", "Pots"}


def test_a_deletion_looks_for_one_other_file_and_not_for_all(
    posts: PostFolder, folder: Folder, published: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deletion costs the same in a folder of any size."""
    monkeypatch.setattr(Folder, "_children", lambda *_: pytest.fail("the folder is listed"))
    now = datetime.now(UTC)
    (posts.root / "tea.md").unlink()
    publish(folder, published, SITE, now, only={"tea.md"})
    report = publish(folder, published, SITE, now + timedelta(seconds=5), only={"tea.md"})
    assert report.withdrawn == ("tea.md",)


def test_a_post_that_replaces_the_last_one_is_published(
    posts: PostFolder, folder: Folder, published: Store
) -> None:
    """A rename may arrive as two events."""
    shutil.rmtree(posts.root / "deep")
    (posts.root / "tea.md").rename(posts.root / "green.md")
    now = datetime.now(UTC)
    report = publish(folder, published, SITE, now, only={"tea.md"})
    assert report.held == 0
    publish(folder, published, SITE, now, only={"green.md"})
    assert "Tea" in titles(published)


def test_hidden_posts_are_withdrawn_although_no_other_is_left(
    posts: PostFolder, folder: Folder, published: Store
) -> None:
    posts.write("tea.md", title="Tea", draft="true")
    posts.write("deep/er/pots.md", title="Pots", draft="true")
    report = publish_twice(folder, published)
    assert (titles(published), report.held) == (set(), 0)


def test_an_empty_folder_of_a_store_without_posts_is_published(
    posts: PostFolder, folder: Folder, either_store: Store
) -> None:
    assert publish_twice(folder, either_store).held == 0
    posts.write("tea.md", draft="true")
    publish_twice(folder, either_store)
    empty(posts.root)
    assert publish_twice(folder, either_store).held == 0
    with either_store.snapshot() as snapshot:
        assert (snapshot.revision(), snapshot.files()) == (1, {})


def test_new_settings_wait_while_the_folder_is_empty(
    posts: PostFolder, folder: Folder, published: Store
) -> None:
    away = posts.root.with_name("away")
    posts.root.rename(away)
    posts.root.mkdir()
    renamed = replace(SITE, title="Pu-erh")
    assert publish_twice(folder, published, renamed).held == 2
    with published.snapshot() as snapshot:
        assert snapshot.site() == SITE
    posts.root.rmdir()
    away.rename(posts.root)
    publish_twice(folder, published, renamed)
    with published.snapshot() as snapshot:
        assert snapshot.site() == renamed
    assert titles(published) == {"Tea", "Pots"}


def test_a_preview_reports_what_would_be_held_and_writes_nothing(
    posts: PostFolder, folder: Folder, published: Store
) -> None:
    empty(posts.root)
    still, now = folder.standing_at(posts.root), datetime.now(UTC)
    held = preview(still, published, SITE, now)
    summary = held.to_dict(SITE.url)
    assert (held.held, held.withdrawn) == (2, ())
    assert (summary["held"]["count"], summary["withdrawn"]["count"]) == (2, 0)
    assert len(preview(still, published, SITE, now, accept=WHATEVER).withdrawn) == 2
    assert not is_held(published)
    assert as_markdown(a_job(held), SITE.url) == (
        "### What subscribers would see\n\n"
        "0 added, 0 changed, 0 withdrawn; 0 feeds would change.\n\n"
        f"**2 held**: the folder holds no public post; {held.held_set.cure}.\n\n"
        "- `deep/er/pots.md: Pots`\n- `tea.md: Tea`\n"
    )


def a_job(report: Report) -> Job:
    now = datetime.now(UTC)
    text = json.dumps(report.to_dict(SITE.url))
    return Job("1", "preview", "", "done", 1, now, now, now, 0, now, "", text)


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


# Processes.


@pytest.fixture
def run(posts: PostFolder, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process, over `posts`."""
    monkeypatch.chdir(posts.root.parent)
    environ: dict[str, str | None] = {
        **{name: None for name in os.environ if name.startswith("FEEDSVC_")},
        **SETTINGS,
        "FEEDSVC_SITE__URL": "https://example.org",
        "FEEDSVC_CONTENT__SEEDS": "posts",
        "FEEDSVC_STORE__URL": sqlite_url,
        "FEEDSVC_WATCHER__QUIET": "0",
    }

    def run(*words: str) -> Result:
        return CliRunner(env=environ).invoke(main, words, catch_exceptions=False)

    return run


def test_publish_exits_with_3_until_accept_is_given(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", title="Tea")
    posts.write("bad.md", date="never")  # which alone ends it with 1
    assert run("publish").exit_code == 1
    empty(posts.root)
    for words in (("publish",), ("publish", "--dry-run")):
        result = run(*words)
        assert result.exit_code == 3
        assert "withdrawn: 0" in result.stdout
        assert "held: 1" in result.stdout
        (line,) = result.stderr.splitlines()
        assert line.startswith("feedsvc: nothing is published: posts holds no public post; ")
        assert "--accept" in line
    would = run("publish", "--dry-run", "--accept")
    assert (would.exit_code, "withdrawn: 1" in would.stdout) == (0, True)
    result = run("publish", "--accept")
    assert (result.exit_code, "withdrawn: 1" in result.stdout) == (0, True)
    assert run("publish").exit_code == 0


def test_a_missing_folder_cannot_be_accepted(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", title="Tea")
    run("publish")
    shutil.rmtree(posts.root)
    assert run("publish").exit_code == 2
    assert run("publish", "--accept").exit_code == 2
    assert run("feeds").stdout.split("\t")[2] == "1"


def test_export_writes_the_published_feeds_and_exits_with_3(
    run: Run, posts: PostFolder
) -> None:
    posts.write("tea.md", title="Tea")
    run("export", "public")
    empty(posts.root)
    result = run("export", "public")
    assert result.exit_code == 3
    assert "Tea</title>" in Path("public/rss.xml").read_text("utf-8")


def test_a_job_that_is_held_is_shown(run: Run, posts: PostFolder, sqlite_url: str) -> None:
    posts.write("tea.md", title="Tea")
    run("publish")
    empty(posts.root)
    store = Store(sqlite_url)
    now = datetime.now(UTC)
    name = store.jobs.enqueue(now)[0].name
    store.jobs.begin([name], now)
    report = publish(Folder(posts.root, 0), store, SITE, now)
    store.jobs.end([name], json.dumps(report.to_dict(SITE.url)), now)
    store.close()
    cure = report.held_set.cure
    assert (
        f"held: 1 (the folder holds no public post; {cure})\n  posts/tea.md\n"
        in run("jobs", name).stdout
    )


@pytest.mark.parametrize("state", ["empty", "missing"])
def test_serve_and_watch_start_without_posts_and_go_on_when_they_are_back(
    tmp_path: Path, posts: PostFolder, state: str
) -> None:
    posts.write("tea.md", title="Tea")
    server = Server(tmp_path, posts.root)
    server.wait_until_ready()
    assert server.get("/readyz").text == "ready\n"
    before = server.get("/atom.xml").headers["ETag"]
    server.stop()
    away = posts.root.with_name("away")
    posts.root.rename(away)
    if state == "empty":
        posts.root.mkdir()
    watcher = Server(tmp_path, posts.root, command="watch", port=server.port)
    fault = "holds no public post" if state == "empty" else "is not a folder"
    try:
        wait_until(lambda: fault in watcher.log, "the report of watch")
    finally:
        watcher.stop()
    server = Server(tmp_path, posts.root, port=server.port)
    try:
        server.wait_until_ready()
        wait_until(lambda: server.log.count(fault) == 1, "the report of serve")
        assert server.get("/atom.xml").headers["ETag"] == before
        ready = server.get("/readyz")
        assert ready.status_code == 200
        assert ("held" in ready.text) == (state == "empty")
        assert "posts/" not in ready.text
        assert str(tmp_path) not in ready.text
        if state == "empty":
            posts.root.rmdir()
        PostFolder(away).write("pots.md", title="Pots")
        away.rename(posts.root)
        wait_until(lambda: "Pots" in server.get("/atom.xml").text, "the new post")
        wait_until(lambda: server.get("/readyz").text == "ready\n", "ready")
        assert "Traceback" not in server.log
    finally:
        server.stop()


def test_serve_does_not_start_without_a_folder_and_without_posts(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.root.rmdir()
    for command in ("serve", "watch"):
        server = Server(tmp_path, posts.root, command=command)
        try:
            assert server.process.wait(20) == 2
        finally:
            server.kill()
        assert "is not a folder; set content.seeds" in server.log
