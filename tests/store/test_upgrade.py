"""A store that an earlier feedsvc has written: nothing of it is lost, and nothing is new."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import feedsvc.store
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.file_records import FileRecord, Stamp
from feedsvc.core.problems import Problem
from feedsvc.core.websub.subscriptions import Intent, Target
from feedsvc.errors import StoreError
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store, store_to_look_at
from tests.support.builders import (
    a_site,
    an_entry,
    at,
    people,
)
from tests.support.older_schemas import take_back
from tests.support.pipeline import documents_of
from tests.support.writing import PostFolder

NOW: Final = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
OLD_ID: Final = "tag:example.org,2026:as-it-was"
PUBLISHED: Final = "2026-03-01T09:30:00+08:00"
AS_PUBLISHED: Final = at(PUBLISHED)
IN_US: Final = 1772328600 * 1_000_000
SITE: Final = {  # as version 1 wrote it
    "title": "Tea",
    "url": "https://example.org",
    "author": "Li",
    "timezone": "Asia/Shanghai",
    "tag_authority": "example.org,2026",
}


def row(name: str, language: str = "", **changes: str) -> dict[str, Any]:
    """A row of `entries` as schema 0001 had it: a person was a name."""
    return {
        "id": f"tag:example.org,2026:/{name}",
        "permalink": f"https://example.org/posts/{name}/",
        "title": f"{name}.md",
        "summary": "Green tea, brewed twice.",
        "content_html": "<p>Green tea, brewed twice.</p>",
        "published": PUBLISHED,
        "updated": PUBLISHED,
        "language": language,
        "terms": json.dumps([["Green"], [], ["Li"]]),
        "digest": f"digest of {name}",
        **changes,
    }


def file_row(entry: dict[str, Any]) -> dict[str, Any]:
    """The row of `files` that an entry came from, with a problem of four fields."""
    path = entry["title"]
    return {
        **dict.fromkeys(("size", "mtime_ns", "ctime_ns", "inode"), 1),
        **{"path": path, "digest": "x", "state": "published", "entry_id": entry["id"]},
        **{"key": key_of(entry), "wants": "", "due_at": None, "missing_since": None},
        "problems": '[[3, "no title", "give it one", false]]',
    }


def key_of(entry: dict[str, Any]) -> str:
    return f"path:{entry['title'].removesuffix('.md')}"


FEEDS: Final = [
    (1, "", "site", "[]"),
    (2, "authors/Li", "author", '["Li"]'),
    (3, "tags/Green", "tag", '["Green"]'),
]


def config_of(connection: sa.Connection | None = None) -> Config:
    config = Config()
    migrations = Path(feedsvc.store.__file__).parent / "migrations"
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    return config


def build_first_schema(url: str, *entries: dict[str, Any]) -> None:
    """A store as schema 0001 was, with these entries in the feeds of their terms."""
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        command.upgrade(config_of(connection), "0001")
        facts = {"revision": "1", "renderer": "1", "site": json.dumps(SITE)}
        facts |= {"opml_digest": "x", "opml_changed_at": "1"}
        insert(connection, "facts", *({"name": n, "value": v} for n, v in facts.items()))
        ids = ({"key": key_of(entry), "entry_id": entry["id"]} for entry in entries)
        insert(connection, "identities", *ids)
        insert(connection, "files", *map(file_row, entries))
        insert(connection, "entries", *entries)
        names = ("number", "path", "kind", "names")
        rest = {"entries": len(entries), "digest": "x", "changed_at": 1}
        feeds = (dict(zip(names, feed, strict=True)) | rest for feed in FEEDS)
        insert(connection, "feeds", *feeds)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT setval('feeds_number_seq', 3)")
        places = [(number, entry["id"]) for entry in entries for number in (1, 2, 3)]
        rows = ({"feed": n, "published_at": IN_US, "entry_id": i} for n, i in places)
        insert(connection, "memberships", *rows)
    engine.dispose()


def insert(connection: sa.Connection, table: str, *rows: dict[str, Any]) -> None:
    columns = list(rows[0])
    values = ", ".join(f":{name}" for name in columns)
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"  # noqa: S608 - of this test
    connection.execute(sa.text(statement), list(rows))


@pytest.fixture
def upgraded(new_url: str) -> Iterator[Store]:
    """The store of an earlier feedsvc, opened by this one."""
    build_first_schema(new_url, row("tea", id=OLD_ID), row("tee", "de"), row("cha", "zh-cn"))
    store = Store(new_url)
    yield store
    store.close()


def permalinks(store: Store, path: str) -> list[str]:
    with store.snapshot() as snapshot:
        feed = snapshot.feed(path)
        assert feed is not None, path
        found = snapshot.newest(feed.number, 20)
        assert len(found) == feed.entries
        return sorted(entry.permalink.split("/")[-2] for entry in found)


def test_an_entry_of_the_first_schema_is_read_with_its_id(upgraded: Store) -> None:
    with upgraded.snapshot() as snapshot:
        assert snapshot.entry_at("https://example.org/posts/tea/") == Entry(
            id=OLD_ID,
            permalink="https://example.org/posts/tea/",
            title="tea.md",
            summary="Green tea, brewed twice.",
            content_html="<p>Green tea, brewed twice.</p>",
            published=AS_PUBLISHED,
            updated=AS_PUBLISHED,
            language="",
            tags=("Green",),
            categories=(),
            authors=people("Li"),
        )


def test_a_problem_of_the_first_schema_is_read(upgraded: Store) -> None:
    problem = Problem("tea.md", 3, "no title", "give it one", refuses=False)
    with upgraded.snapshot() as snapshot:
        assert snapshot.problems()[1] == problem
        assert snapshot.files()["tea.md"] == FileRecord(
            "tea.md", Stamp(1, 1, 1, 1), "x", "published", OLD_ID, None, None, (problem,),
            "path:tea", "",
        )  # fmt: skip


def test_a_store_of_the_first_schema_needs_a_full_publish(upgraded: Store) -> None:
    with upgraded.snapshot() as snapshot:
        assert not snapshot.is_current()


def test_entries_with_a_language_are_in_the_feed_of_the_language(upgraded: Store) -> None:
    assert permalinks(upgraded, "lang/de") == ["tee"]
    assert permalinks(upgraded, "lang/zh-CN") == ["cha"]


def test_an_entry_that_changes_its_language_leaves_the_feed_of_the_old_one(
    upgraded: Store,
) -> None:
    site = a_site()
    tee = an_entry(
        "tee",
        id="tag:example.org,2026:/tee",
        published=AS_PUBLISHED,
        language="en",
        tags=("Green",),
    )
    upgraded.publish(Publication(site, [tee]), NOW)
    assert (permalinks(upgraded, "lang/de"), permalinks(upgraded, "lang/en")) == ([], ["tee"])


def test_an_upgraded_store_has_the_feeds_of_a_new_one(
    posts: PostFolder, folder: Folder, new_url: str, store: Store
) -> None:
    if new_url.startswith("sqlite"):
        new_url = new_url.replace("feedsvc.sqlite3", "old.sqlite3")
    build_first_schema(new_url, row("tea"), row("tee", "de"))
    old = Store(new_url)
    posts.write("tea.md", tags="[Green]")
    posts.write("tee.md", tags="[Green]", lang="de")
    for each in (old, store):
        publish(folder, each, a_site(), NOW)
    assert documents_of(old) == documents_of(store)
    assert digests(old) == digests(store)
    old.close()


def test_an_upgrade_stores_the_files_that_posts_show(
    posts: PostFolder, folder: Folder, new_url: str
) -> None:
    posts.write("tea.md", "![](a.png)", tags="[Green]")
    made = Store(new_url)
    publish(folder, made, a_site(), NOW)
    made.close()
    downgrade_to_third_schema(new_url)
    old = Store(new_url)
    publish(folder, old, a_site(), NOW)
    with old.snapshot() as snapshot:
        ((entry, path),) = snapshot.attached_at("posts/tea/a.png", 2)
    assert (entry.title, path) == ("tea.md", "tea.md")
    old.close()


def downgrade_to_third_schema(url: str) -> None:
    """As the schema was before, with what the entries are now."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        take_back(connection, "0007")
        connection.execute(sa.text("DROP TABLE attachments"))
        connection.execute(sa.text("DROP TABLE watchers"))
        for table in ("ledger", "forgotten", "held", "losses", "adoptions"):
            connection.execute(sa.text(f"DROP TABLE {table}"))
        for name in ("watcher", "accept"):
            connection.execute(sa.text(f"ALTER TABLE jobs DROP COLUMN {name}"))
        connection.execute(sa.text("DROP INDEX files_measured"))
        for column in (
            "files.measured",
            "files.passed_at",
            "intents.verify_token",
            "intents.topic",
        ):
            table, name = column.split(".")
            connection.execute(sa.text(f"ALTER TABLE {table} DROP COLUMN {name}"))
        connection.execute(sa.text("ALTER TABLE subscriptions DROP COLUMN topic"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0003'"))
    engine.dispose()


def test_a_look_does_not_change_an_older_store(
    posts: PostFolder, folder: Folder, new_url: str
) -> None:
    made = Store(new_url)
    publish(folder, made, a_site(), NOW)
    made.close()
    downgrade_to_third_schema(new_url)
    refused = pytest.raises(StoreError, match=r"earlier feedsvc.*feedsvc publish")
    with refused, store_to_look_at(new_url):
        pass
    engine = sa.create_engine(new_url)
    with engine.connect() as connection:
        version = connection.execute(sa.text("SELECT version_num FROM alembic_version"))
        assert version.scalar() == "0003"
    engine.dispose()
    Store(new_url).close()
    with store_to_look_at(new_url) as store, store.snapshot() as snapshot:
        assert snapshot.feed("")


def digests(store: Store) -> dict[str, tuple[str, int]]:
    with store.snapshot() as snapshot:
        return {feed.topic.path: (feed.digest, feed.entries) for feed in snapshot.feeds()}


def test_an_upgrade_keeps_the_published_id(
    posts: PostFolder, folder: Folder, new_url: str
) -> None:
    build_first_schema(new_url, row("tea", id=OLD_ID))
    old = Store(new_url)
    posts.write("tea.md", tags="[Green]")  # whose id would be another today
    publish(folder, old, a_site(), NOW)
    with old.snapshot() as snapshot:
        found = snapshot.entry_at("https://example.org/posts/tea/")
    assert found is not None
    assert (found.id, found.language) == (OLD_ID, "en")
    old.close()


# --- from schema 0002


@pytest.fixture
def second_schema(new_url: str) -> str:
    """The URL of a store as schema 0002 was; somebody has asked it for a rebuild."""
    build_first_schema(new_url, row("tea"))
    engine = sa.create_engine(new_url)
    with engine.begin() as connection:
        command.upgrade(config_of(connection), "0002")
        connection.exec_driver_sql("UPDATE rebuilds SET asked = 3, begun = 2")
    engine.dispose()
    return new_url


def test_feeds_of_the_second_schema_count_as_unchanged(second_schema: str) -> None:
    store = Store(second_schema)
    assert store.listeners.last_publish() == 0
    assert store.listeners.feeds_changed_since(0) == []
    store.publish(Publication(a_site(), [an_entry("pots", tags=("Pots",))]), NOW)
    assert store.listeners.last_publish() == 1
    assert "tags/Pots" in store.listeners.feeds_changed_since(0)
    store.close()


def test_an_upgrade_to_the_third_schema_drops_the_count_of_rebuilds(
    second_schema: str,
) -> None:
    store = Store(second_schema)
    engine = sa.create_engine(second_schema)
    tables = sa.inspect(engine).get_table_names()
    engine.dispose()
    assert "rebuilds" not in tables
    job, _ = store.jobs.enqueue(NOW, message="github 1")
    assert store.jobs.waiting(NOW) == [job]
    store.close()


def test_an_upgraded_store_keeps_subscriptions(second_schema: str) -> None:
    store = Store(second_schema)
    target = Target("tags/Green", "atom", "https://reader.example/", "reader.example")
    intent = Intent(target, "subscribe", "::1", "s", 3600, "x", NOW, "1")
    assert store.intents.enqueue(intent, 99, NOW) == ""
    assert store.intents.confirm(intent, NOW)
    assert store.subscriptions.claim_deliveries(NOW, 9) == []
    store.publish(Publication(a_site(), [an_entry("pots", tags=("Green",))]), NOW)
    (delivery,) = store.subscriptions.claim_deliveries(NOW, 9)
    assert delivery.digest == digests(store)["tags/Green"][0]
    store.close()


# --- from schema 0005


def test_subscriptions_of_the_fifth_schema_keep_their_names(new_url: str) -> None:
    """A name is a hash of topic and callback: with another one each renewal would be a twin."""
    build_first_schema(new_url, row("tea"))
    callback = "https://reader.example/cb?x=1"
    name = "fef40e49308e878d8cd6ca4f475e314063141a45"
    engine = sa.create_engine(new_url)
    with engine.begin() as connection:
        command.upgrade(config_of(connection), "0005")
        kept: dict[str, Any] = {
            **{"name": name, "feed_path": "tags/Green", "format": "atom", "callback": callback},
            **{"host": "reader.example", "client": "::1", "secret": "s", "delivered": "x"},
            **{"attempts": 0, "next_attempt_at": 0, "claimed_until": 0, "last_error": ""},
        }
        insert(connection, "subscriptions", kept | {"since": 1, "lease_ends_at": 2**52})
        asked = {"mode": "unsubscribe", "lease_seconds": 1, "asked_at": 1, "number": "1"}
        insert(connection, "intents", kept | asked)
    engine.dispose()
    store = Store(new_url)
    (found,) = store.subscriptions.all()
    assert (found.target.name, found.target.topic) == (name, "")
    (intent,) = store.intents.claim(NOW, 9)
    assert (intent.target, intent.verify_token) == (found.target, "")
    topic = "https://example.org/tags/%47reen/atom.xml"
    target = Target("tags/Green", "atom", callback, "reader.example", topic)
    renewal = Intent(target, "subscribe", "::1", "s", 3600, "x", NOW, "2")
    assert store.intents.enqueue(renewal, 99, NOW) == ""
    assert store.intents.confirm(renewal, NOW)
    assert [each.target for each in store.subscriptions.all()] == [target]
    store.close()


# --- to schema 0007


@pytest.mark.parametrize("schema", ["0001", "0002", "0003", "0004", "0005", "0006"])
def test_an_upgrade_to_the_ledger_keeps_ids_and_first_dates(
    posts: PostFolder, folder: Folder, new_url: str, schema: str
) -> None:
    slug = {"title": "Tea", "slug": "tea", "date": "2026-03-05"}
    tea = row("tea", id=OLD_ID, title="one/tea.md")
    build_first_schema(new_url, tea)
    engine = sa.create_engine(new_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE files SET key = 'slug:tea'")
        connection.exec_driver_sql("UPDATE identities SET key = 'slug:tea'")
        withdrawn = {"key": "path:away", "entry_id": "tag:example.org,2026:was-here"}
        insert(connection, "identities", withdrawn)
        twin = file_row(row("twin", title="two/twin.md"))
        insert(connection, "files", twin | {"state": "refused", "entry_id": None, "key": ""})
        connection.exec_driver_sql("UPDATE files SET wants = 'slug:tea' WHERE key = ''")
        command.upgrade(config_of(connection), schema)
    engine.dispose()
    posts.write("one/tea.md", **slug)
    posts.write("two/twin.md", **slug | {"title": "Twin"})
    posts.write("away.md")
    store = Store(new_url)
    late = datetime.now(UTC) + timedelta(minutes=2)
    publish(folder, store, a_site(), late)
    with store.snapshot() as snapshot:
        feed = snapshot.feed("")
        assert feed
        entries = {entry.title: entry for entry in snapshot.newest(feed.number, 9)}
        ledger = {entry.id: entry for entry in snapshot.ledger()}
    assert {title: entry.id for title, entry in entries.items()} == {
        "Tea": OLD_ID,
        "Twin": "tag:example.org,2026:tea//two/",
        "away.md": "tag:example.org,2026:was-here",
    }
    assert entries["Tea"].published == AS_PUBLISHED
    assert {entry.id for entry in entries.values()} == ledger.keys()
    assert all(entry.withdrawn_at is None for entry in ledger.values())
    store.close()


def test_a_store_of_an_earlier_version_has_the_rules_of_that_version(upgraded: Store) -> None:
    with upgraded.snapshot() as snapshot:
        assert snapshot.generator() == ""


# --- from schema 0007


def test_an_upgrade_learns_when_posts_expire_and_what_hidden_files_contain(
    posts: PostFolder, folder: Folder, new_url: str
) -> None:
    end = NOW + timedelta(hours=1)
    later = (NOW + timedelta(minutes=30)).isoformat()
    posts.write("expires.md", expiryDate=end.isoformat())
    posts.write("both.md", expiryDate=end.isoformat(), updated=later)
    posts.write("tea.md", title="Tea")
    posts.write("copy/tea.md", title="Tea", draft="true")
    made = Store(new_url)
    publish(folder, made, a_site(), NOW)
    with made.snapshot() as snapshot:
        before = snapshot.files()
    made.close()
    downgrade_to_seventh_schema(new_url)
    old = Store(new_url)
    with old.snapshot() as snapshot:
        files = snapshot.files()
    assert files["expires.md"] == before["expires.md"]
    assert {path for path, record in files.items() if record.digest == ""} == {
        "both.md",
        "copy/tea.md",
    }
    assert publish(folder, old, a_site(), NOW).changed == ()
    with old.snapshot() as snapshot:
        assert snapshot.files() == before
    old.close()


def downgrade_to_seventh_schema(url: str) -> None:
    """As the schema was before, with what the files are now."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        take_back(connection, "0007")
    engine.dispose()


# --- to schema 0008


def test_an_upgrade_reads_only_drafts_again_and_then_knows_what_hides_them(
    posts: PostFolder, folder: Folder, new_url: str
) -> None:
    posts.write("tea.md")
    posts.write("draft.md", draft="true")
    posts.write("quiet.md", published="false")
    store = Store(new_url)
    publish(folder, store, a_site(), datetime.now(UTC))
    store.close()
    engine = sa.create_engine(new_url)
    with engine.begin() as connection:
        take_back(connection, "0007")
    engine.dispose()
    store = Store(new_url)
    reports = [
        publish(folder, store, a_site(), datetime.now(UTC), accounts=True) for _ in range(2)
    ]
    store.close()
    assert [(report.read, report.feeds) for report in reports] == [(2, ()), (0, ())]
    for report in reports:
        assert report.account
        assert report.account.groups["hidden"].details.keys() == {"draft", "published"}
        assert report.account.total == 3
