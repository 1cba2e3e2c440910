"""A folder of posts that is suddenly empty: the feeds stay until somebody accepts that."""

import json
import os
import shutil
from collections.abc import Callable
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
from feedsvc.store.store import Store
from tests.support.running import SITE as SETTINGS
from tests.support.running import Server, wait_until
from tests.support.stores import is_held, titles
from tests.support.writing import PostFolder

SITE = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")
Run: TypeAlias = Callable[..., Result]


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
    run("export", "--feeds-only", "public")
    empty(posts.root)
    result = run("export", "--feeds-only", "public")
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
