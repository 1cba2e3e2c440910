"""`feedsvc feeds` and `feedsvc jobs`: what they list."""

import json
import os
import pty
import re
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc.publishing.publish import publish
from feedsvc.settings.load import load_settings
from feedsvc.settings.site import site_of
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.commands import Run, command, settings
from tests.support.writing import PostFolder


def test_jobs_are_lines_with_tabs_the_newest_first(run: Run, sqlite_url: str) -> None:
    store = Store(sqlite_url)
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    first, _ = store.jobs.enqueue(now)
    store.jobs.begin([first.name], now)
    store.jobs.end([first.name], "{}", now)
    second, _ = store.jobs.enqueue(now, kind="preview", ref="refs/pull/7/head")
    store.jobs.begin([second.name], now)
    store.jobs.fail(second, "failed", "the remote\thangs\n\x1b[31m", now, now)
    store.close()
    moment = "2026-11-22 12:00:00Z"
    assert [line.split("\t") for line in run("jobs").stdout.splitlines()] == [
        [
            *(second.name, "preview", "failed", "1", moment, moment),
            "the remote\\thangs\\n\\x1b[31m",
        ],
        [first.name, "rebuild", "done", "1", moment, moment, ""],
    ]


def test_a_job_is_shown_with_its_report(run: Run, posts: PostFolder, sqlite_url: str) -> None:
    posts.write("tea.md", title="Tea")
    posts.write("broken.md", date="soon")
    store = Store(sqlite_url)
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    job, _ = store.jobs.enqueue(now)
    site = site_of(load_settings(None, settings(sqlite_url)))
    report = publish(Folder(posts.root, 0), store, site, now)
    store.jobs.begin([job.name], now)
    store.jobs.end([job.name], json.dumps(report.to_dict(site.url)), now)
    store.close()
    result = run("jobs", job.name)
    moment = "2026-11-22T12:00:00Z"
    assert result.stdout.splitlines()[:-1] == [
        *(f"job: {job.name}", "kind: rebuild", "state: done", "calls: 1", "attempts: 0"),
        *(f"asked_at: {moment}", f"begun_at: {moment}", f"ended_at: {moment}"),
        *("added: 1", "  Tea  https://example.org/posts/tea/", "changed: 0", "withdrawn: 0"),
        *("feeds changed: 3", "problems: 1"),
    ]
    assert result.stdout.splitlines()[-1].startswith("  posts/broken.md:3:7: ")


def test_an_unknown_job_ends_with_2(run: Run) -> None:
    result = run("jobs", "nothing")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no job 'nothing'; feedsvc jobs lists" in result.stderr


def test_feeds_are_lines_with_tabs(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", tags="[茶]")
    run("publish")
    lines = [line.split("\t") for line in run("feeds").stdout.splitlines()]
    assert [line[:3] for line in lines] == [
        ["https://example.org/atom.xml", "Tea notes", "1"],
        ["https://example.org/authors/Li/atom.xml", "Li - Tea notes", "1"],
        ["https://example.org/tags/%E8%8C%B6/atom.xml", "茶 - Tea notes", "1"],
    ]


def test_feeds_shows_when_each_feed_changed(run: Run, posts: PostFolder) -> None:
    posts.write()
    run("publish")
    times = {line.split("\t")[3] for line in run("feeds").stdout.splitlines()}
    assert len(times) == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", times.pop())


def plain(line: str) -> str:
    """The line without the colours of a terminal."""
    return re.sub(r"\x1b\[[\d;]*m", "", line)


def test_feeds_on_a_terminal_are_a_table_with_whole_addresses(
    run: Run, posts: PostFolder, environ: dict[str, str], tmp_path: Path
) -> None:
    posts.write(tags=f"[{'a-long-tag-' * 12}]")
    run("publish")
    terminal, theirs = pty.openpty()
    with open(terminal, encoding="utf-8") as screen:  # noqa: PTH123 - no path, a descriptor
        narrow = environ | {"COLUMNS": "20", "TERM": "xterm"}
        subprocess.run(command("feeds"), env=narrow, cwd=tmp_path, stdout=theirs, check=True)
        first, second, _, fourth = (plain(screen.readline()).split() for _ in range(4))
        os.close(theirs)
    assert first == ["address", "title", "entries", "last", "changed"]
    assert second[:4] == ["https://example.org/atom.xml", "Tea", "notes", "1"]
    assert fourth[0] == f"https://example.org/tags/{'a-long-tag-' * 12}/atom.xml"


@pytest.mark.parametrize("arguments", [("feeds",), ("jobs",), ("subscriptions",)])
def test_a_command_that_lists_does_not_upgrade_the_store(
    run: Run, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    run("publish")
    file = tmp_path / "var" / "feedsvc.sqlite3"
    with closing(sqlite3.connect(file)) as store, store:
        store.execute("UPDATE alembic_version SET version_num = '0003'")
    result = run(*arguments)
    assert result.exit_code == 2
    assert "was written by an earlier feedsvc (schema 0003" in result.stderr
    with closing(sqlite3.connect(file)) as store:
        assert store.execute("SELECT version_num FROM alembic_version").fetchone() == ("0003",)


@pytest.mark.parametrize(("format_name", "output"), [("text", ""), ("json", "[]\n")])
def test_before_the_first_publish_there_are_no_feeds_and_feeds_says_so(
    run: Run, posts: PostFolder, format_name: str, output: str
) -> None:
    posts.write("tea.md")
    result = run("feeds", "--format", format_name)
    assert (result.exit_code, result.stdout) == (0, output)
    assert result.stderr == "nothing is published yet; run feedsvc publish or serve\n"
    run("publish")
    assert run("feeds", "--format", format_name).stderr == ""
