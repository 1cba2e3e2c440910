"""Restricted posts are withdrawn at once, shown at their time, and listed by a dry run."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from feedsvc.cli.main import main
from feedsvc.core.rules import Rules
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.source.source import Source
from feedsvc.store.schema import facts
from feedsvc.store.store import Store
from feedsvc.watcher.watcher import Watcher
from tests.store.test_upgrade import build_first_schema, row
from tests.support.builders import a_site
from tests.support.running import wait_until
from tests.support.stores import titles
from tests.support.writing import PostFolder

NOW: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
SITE: Final = a_site()
HIDING: Final = {
    "members_only": "true", "auth": "friends", "post_status": "draft", "rss": "false",
    "tags": "[private]", "embargo": "2099-01-01", "publishOn": "soon", "extra": "{paid: 1}",
}  # fmt: skip


@pytest.fixture
def published(posts: PostFolder, folder: Folder, either_store: Store) -> Store:
    """A store into which an older feedsvc published posts that restrict themselves."""
    posts.write("open.md", title="open")
    for key in HIDING:
        posts.write(f"{key}.md", title=key)
    publish(folder, either_store, SITE, NOW)
    for key, value in HIDING.items():
        posts.write(f"{key}.md", title=key, **{key: value})
    return either_store


def test_posts_that_new_rules_hide_are_withdrawn_by_the_first_publish_after_an_upgrade(
    posts: PostFolder, folder: Folder, published: Store
) -> None:
    everything = Rules(harmless_keys=(*HIDING, "paid"))  # hides as little as the old rules did
    publish(folder, published, replace(SITE, rules=everything), NOW)
    assert titles(published) == {"open", *HIDING}
    with published._database.writing() as connection:
        row = facts.update().where(facts.c.name == "site").values(value=SITE.to_json())
        connection.execute(row)
        row = facts.update().where(facts.c.name == "renderer").values(value="2")
        connection.execute(row)
    report = publish(folder, published, SITE, NOW, only=())
    assert sorted(report.withdrawn) == sorted(f"{key}.md" for key in HIDING)
    assert titles(published) == {"open"}
    named = {problem.path: problem for problem in report.problems}
    assert sorted(named) == sorted(report.withdrawn)
    assert {p.code for p in named.values()} == {"restricted"}
    assert all("content.harmless_keys" in problem.cure for problem in named.values())


def test_a_change_of_the_harmless_keys_reads_every_post_again_and_keeps_ids(
    posts: PostFolder, folder: Folder, either_store: Store
) -> None:
    posts.write("band.md", title="band", members="Ann and Bob")
    posts.write("open.md", title="open")
    publish(folder, either_store, SITE, NOW)
    assert titles(either_store) == {"open"}
    harmless = replace(SITE, rules=Rules(harmless_keys=("Members",)))
    report = publish(folder, either_store, harmless, NOW, only=())
    assert (report.read, report.added, report.problems) == (2, ("band.md",), ())
    assert publish(folder, either_store, harmless, NOW).read == 0
    report = publish(folder, either_store, SITE, NOW)
    assert (report.read, report.withdrawn) == (2, ("band.md",))


def test_a_post_appears_at_the_date_of_its_embargo_and_its_warning_goes(
    posts: PostFolder, folder: Folder, either_store: Store
) -> None:
    posts.write(title="news", embargo="2026-06-02 09:30")
    due = datetime(2026, 6, 2, 1, 30, tzinfo=UTC)  # Shanghai's clock is eight hours ahead
    report = publish(folder, either_store, SITE, NOW)
    assert (report.added, report.next_due) == ((), due)
    assert [(p.code, p.line, p.text) for p in report.problems] == [("restricted", 4, "embargo")]
    assert publish(folder, either_store, SITE, due - timedelta(seconds=1), only=()).added == ()
    report = publish(folder, either_store, SITE, due, only=())
    assert (report.added, report.next_due) == (("tea.md",), None)
    assert publish(folder, either_store, SITE, due).problems == ()


def test_a_published_post_that_is_embargoed_is_withdrawn_and_comes_back_with_its_id(
    posts: PostFolder, folder: Folder, either_store: Store
) -> None:
    def ids() -> list[str]:
        with either_store.snapshot() as snapshot:
            feed = snapshot.feed("")
            return [entry.id for entry in snapshot.newest(feed.number, 9)] if feed else []

    posts.write(title="news", guid="news-1")
    publish(folder, either_store, SITE, NOW)
    before = ids()
    posts.write(title="news", guid="news-1", goLive="2026-06-02 00:00 Z")
    assert publish(folder, either_store, SITE, NOW).withdrawn == ("tea.md",)
    assert ids() == []
    back = publish(folder, either_store, SITE, NOW + timedelta(days=1), only=())
    assert (back.added, ids()) == (("tea.md",), before)


def test_a_published_post_is_withdrawn_at_the_date_of_its_end_and_the_key_is_named(
    posts: PostFolder, folder: Folder, store: Store
) -> None:
    posts.write(title="news", unpublish_at="2026-06-02 09:30")
    posts.write("old.md", title="old", expires="2026-05-01")
    due = datetime(2026, 6, 2, 1, 30, tzinfo=UTC)
    report = publish(folder, store, SITE, NOW)
    assert (report.added, report.next_due) == (("tea.md",), due)
    assert [(p.code, p.line, p.text) for p in report.problems] == [("restricted", 4, "expires")]
    report = publish(folder, store, SITE, due, only=())
    assert report.withdrawn == ("tea.md",)
    texts = [(p.path, p.text) for p in report.problems]
    assert ("tea.md", "unpublish_at") in texts


def test_a_broken_post_that_is_embargoed_is_withdrawn(
    posts: PostFolder, folder: Folder, either_store: Store
) -> None:
    for name in ("date.md", "key.md"):
        posts.write(name)
    publish(folder, either_store, SITE, NOW)
    posts.write("date.md", title="[", goLive="2099-01-01")
    posts.write("key.md", title="[", members_only="true")
    assert publish(folder, either_store, SITE, NOW).withdrawn == ("date.md", "key.md")
    assert titles(either_store) == set()


def test_the_watcher_publishes_a_post_at_the_second_of_its_time_key(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    due = datetime.now(UTC) + timedelta(seconds=3)
    posts.write("soon.md", title="Soon", publish_at=f"{due:%Y-%m-%dT%H:%M:%SZ}")
    posts.write("now.md", title="Now")
    watcher = Watcher(Source(Folder(posts.root, 0)), sqlite_url, SITE, interval=3600)
    watcher.start()
    try:
        wait_until(lambda: titles(store) == {"Now"}, "the first scan")
        wait_until(lambda: titles(store) == {"Now", "Soon"}, "the post that fell due", 15)
        assert datetime.now(UTC) >= due.replace(microsecond=0)
    finally:
        watcher.stop()


# The dry run before an upgrade.


def run(url: str, posts: PostFolder, *words: str, **more: str) -> Result:
    site: Mapping[str, str] = {
        "FEEDSVC_SITE__TITLE": "Tea",
        "FEEDSVC_SITE__URL": SITE.url,
        "FEEDSVC_SITE__AUTHOR": "Li",
        "FEEDSVC_SITE__TIMEZONE": SITE.timezone,
        "FEEDSVC_SITE__TAG_AUTHORITY": SITE.tag_authority,
        "FEEDSVC_CONTENT__SEEDS": str(posts.root),
        "FEEDSVC_STORE__URL": url,
        "FEEDSVC_WATCHER__QUIET": "0",
    }
    unset: Mapping[str, str | None] = {name: None for name in os.environ if "FEEDSVC" in name}
    return CliRunner().invoke(main, words, env={**unset, **site, **more})


def tables_of(url: str) -> dict[str, list[str]]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        queries = {name: sa.text(f"SELECT * FROM {name}") for name in names}  # noqa: S608 - our own
        rows = {n: sorted(map(repr, connection.execute(q))) for n, q in queries.items()}
    engine.dispose()
    return rows


def test_a_dry_run_into_the_store_of_an_older_feedsvc_lists_what_will_be_hidden_by_key(
    posts: PostFolder, new_url: str
) -> None:
    build_first_schema(new_url, row("tea"), row("club"), row("gold"))
    posts.write("tea.md")
    posts.write("club.md", members_only="true")
    posts.write("gold.md", members_only="yes", embargo="2099-01-01")
    posts.write("new.md", auth="friends")
    before = tables_of(new_url)
    root = posts.root
    told = run(new_url, posts, "publish", "--dry-run")
    assert (told.exit_code, tables_of(new_url)) == (0, before)
    assert f"\nwithdrawn: 2\n  {root}/club.md\n  {root}/gold.md\n" in told.stdout
    assert told.stdout.endswith(
        "hidden by a key that restricts them: 3\n"
        "  auth: 1\n"
        f"    {root}/new.md\n"
        "  members_only: 2\n"
        f"    {root}/club.md  (would be withdrawn)\n"
        f"    {root}/gold.md  (would be withdrawn)\n"
    )
    told = run(new_url, posts, "publish")
    assert f"\nwithdrawn: 2\n  {root}/club.md\n  {root}/gold.md\n" in told.stdout
    assert "hidden by a key" not in told.stdout


def test_a_dry_run_lists_posts_that_will_wait_and_none_if_there_are_none(
    posts: PostFolder, sqlite_url: str
) -> None:
    posts.write("tea.md")
    told = run(sqlite_url, posts, "publish", "--dry-run")
    assert told.stdout.endswith("hidden by a key that restricts them: 0\n")
    posts.write("soon.md", publish_at="2099-01-01")
    told = run(sqlite_url, posts, "publish", "--dry-run")
    assert told.stdout.endswith(f"  publish_at: 1\n    {posts.root}/soon.md\n")
    assert not Path(sqlite_url.removeprefix("sqlite:///")).exists()


def test_harmless_keys_are_a_setting(posts: PostFolder, sqlite_url: str) -> None:
    posts.write("band.md", members="Ann")
    assert "added: 0\n" in run(sqlite_url, posts, "publish").stdout
    harmless = {"FEEDSVC_CONTENT__HARMLESS_KEYS": '["members"]'}
    assert "added: 1\n" in run(sqlite_url, posts, "publish", **harmless).stdout
