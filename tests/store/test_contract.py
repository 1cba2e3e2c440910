"""The store's contract, the same on both engines."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.file_records import FileRecord, Stamp
from feedsvc.core.people import Person
from feedsvc.core.problems import Problem
from feedsvc.core.site import Site
from feedsvc.errors import StoreError, StoreLocked, StoreTooNew
from feedsvc.store.engine.database import Database
from feedsvc.store.publication import Changes, Publication
from feedsvc.store.store import Store
from tests.support.builders import an_episode, people

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SITE = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")


def entry(name: str = "one", /, **changes: Any) -> Entry:
    made = Entry(
        id=f"tag:example.org,2026:{name}",
        permalink=f"https://example.org/posts/{name}/",
        title=name,
        summary="",
        content_html="<p>x</p>",
        published=datetime(2026, 3, 1, tzinfo=UTC),
        updated=datetime(2026, 3, 1, tzinfo=UTC),
        language="",
        tags=("Tea",),
        categories=(("Drinks", "Hot"),),
        authors=people("Li"),
    )
    return replace(made, **changes)


def publish(store: Store, *entries: Entry, now: datetime = NOW, **more: object) -> Changes:
    return store.publish(Publication(SITE, entries, **more), now)  # type: ignore[arg-type]


def titles(store: Store, path: str = "") -> list[str]:
    with store.snapshot() as snapshot:
        feed = snapshot.feed(path)
        assert feed is not None
        return [found.title for found in snapshot.newest(feed.number, 20)]


def digests(store: Store) -> dict[str, str]:
    with store.snapshot() as snapshot:
        return {feed.topic.path: feed.digest for feed in snapshot.feeds()}


def changed_at(store: Store, path: str = "") -> datetime:
    with store.snapshot() as snapshot:
        feed = snapshot.feed(path)
        assert feed is not None
        return feed.changed_at


def test_an_empty_store_has_no_site_and_no_revision(either_store: Store) -> None:
    with either_store.snapshot() as snapshot:
        assert (snapshot.site(), snapshot.revision(), snapshot.feed("")) == (None, 0, None)


def test_a_first_publish_without_posts_creates_an_empty_site_feed(either_store: Store) -> None:
    publish(either_store)
    assert titles(either_store) == []
    with either_store.snapshot() as snapshot:
        assert snapshot.revision() == 1


def test_an_entry_is_read_back_as_it_was_written(either_store: Store) -> None:
    put = entry(title='a < b & "c" 🍵', summary="s", language="zh-CN")
    publish(either_store, put)
    with either_store.snapshot() as snapshot:
        assert snapshot.entry_at(put.permalink) == put


@pytest.mark.parametrize(
    "brought",
    [
        {"enclosures": (an_episode(file="a.mp3"), an_episode("b", length=None, duration=0))},
        {"image": "https://example.org/a.png"},
        {"content": "summary"},
        {"license": "CC-BY-4.0"},
        {"feeds": ()},
        {"feeds": ("site", "tags/Tea")},
        {"authors": (Person("Li", "https://li.example/", "li@example.org"), Person("Wang"))},
    ],
    ids=["enclosures", "image", "content", "license", "no feed", "some feeds", "authors"],
)
def test_rare_fields_of_an_entry_are_read_back_as_they_were_written(
    store: Store, brought: dict[str, Any]
) -> None:
    put = entry(**brought)
    publish(store, put)
    with store.snapshot() as snapshot:
        assert snapshot.entry_at(put.permalink) == put


def test_an_entry_in_no_feed_can_still_be_read(either_store: Store) -> None:
    publish(either_store, entry(feeds=()))
    assert sorted(digests(either_store)) == [""]
    assert titles(either_store) == []
    with either_store.snapshot() as snapshot:
        found = snapshot.entry_at(entry().permalink)
    assert found is not None


def test_an_entry_that_names_other_feeds_leaves_the_old_ones(either_store: Store) -> None:
    publish(either_store, entry())
    publish(either_store, entry(feeds=("tags",)))
    assert (titles(either_store), titles(either_store, "tags/Tea")) == ([], ["one"])
    publish(either_store, entry())
    assert titles(either_store) == ["one"]


def test_feeds_of_languages_are_listed_if_there_are_several(store: Store) -> None:
    def listed() -> list[str]:
        with store.snapshot() as snapshot:
            return [feed.topic.path for feed in snapshot.listed_feeds()]

    publish(store, entry(language="en", tags=(), categories=()))
    assert listed() == ["", "authors/Li"]
    publish(store, entry("two", language="zh-CN", tags=(), categories=()))
    assert listed() == ["", "authors/Li", "lang/en", "lang/zh-CN"]


def test_an_entry_is_in_the_feed_of_each_of_its_terms_at_each_level(
    either_store: Store,
) -> None:
    publish(either_store, entry())
    assert sorted(digests(either_store)) == [
        "",
        "authors/Li",
        "categories/Drinks",
        "categories/Drinks/Hot",
        "tags/Tea",
    ]
    assert titles(either_store, "categories/Drinks") == ["one"]


def test_a_publish_returns_what_it_changed(either_store: Store) -> None:
    first = publish(either_store, entry("a"), entry("b", tags=()))
    assert (sorted(first.added), first.changed, first.withdrawn) == (
        ["tag:example.org,2026:a", "tag:example.org,2026:b"],
        [],
        [],
    )
    changed = entry("b", tags=(), title="new")
    second = publish(either_store, changed, withdrawn=["tag:example.org,2026:a"])
    assert (second.added, second.changed, second.withdrawn) == (
        [],
        ["tag:example.org,2026:b"],
        ["tag:example.org,2026:a"],
    )
    assert second.revision == first.revision + 1


def test_publishing_an_equal_entry_changes_no_feed(either_store: Store) -> None:
    publish(either_store, entry())
    before, dated = digests(either_store), changed_at(either_store)
    changes = publish(either_store, entry(), now=NOW + timedelta(hours=1))
    assert (changes.changed, changes.feeds, changes.revision) == ([], [], 1)
    assert (digests(either_store), changed_at(either_store)) == (before, dated)


def test_a_change_changes_only_the_feeds_that_contain_the_entry(either_store: Store) -> None:
    publish(either_store, entry("a"), entry("b", tags=("Coffee",), categories=()))
    before = digests(either_store)
    changes = publish(either_store, entry("b", tags=("Coffee",), categories=(), title="x"))
    assert sorted(changes.feeds) == ["", "authors/Li", "tags/Coffee"]
    after = digests(either_store)
    assert {path for path in after if after[path] != before[path]} == set(changes.feeds)


def test_a_feed_that_loses_its_last_entry_stays_and_is_empty(either_store: Store) -> None:
    publish(either_store, entry())
    publish(either_store, withdrawn=[entry().id])
    assert titles(either_store, "tags/Tea") == []
    with either_store.snapshot() as snapshot:
        feed = snapshot.feed("tags/Tea")
        assert feed is not None
        assert feed.entries == 0


def test_an_entry_that_changes_its_tags_changes_its_feeds(either_store: Store) -> None:
    publish(either_store, entry())
    publish(either_store, entry(tags=("Coffee",)))
    assert (titles(either_store, "tags/Tea"), titles(either_store, "tags/Coffee")) == (
        [],
        ["one"],
    )


def test_the_newest_entries_come_first_and_the_greater_id_breaks_a_tie(
    either_store: Store,
) -> None:
    day = datetime(2026, 3, 1, tzinfo=UTC)
    publish(
        either_store,
        entry("b", published=day),
        entry("c", published=day - timedelta(days=1)),
        entry("a", published=day),
        entry("d", published=day - timedelta(microseconds=0, seconds=1)),
    )
    assert titles(either_store) == ["b", "a", "d", "c"]


def test_more_entries_than_a_statement_has_parameters_are_all_counted(
    either_store: Store,
) -> None:
    publish(either_store, *(entry(f"p{number:04}") for number in range(1203)))
    with either_store.snapshot() as snapshot:
        feed = snapshot.feed("")
        assert feed is not None
        assert feed.entries == 1203


def test_changed_at_is_the_second_of_the_change(either_store: Store) -> None:
    publish(either_store, entry(), now=NOW + timedelta(microseconds=999_999))
    assert changed_at(either_store) == NOW


def test_two_changes_within_a_second_have_different_dates(either_store: Store) -> None:
    publish(either_store, entry())
    publish(either_store, entry(title="x"))
    assert changed_at(either_store) == NOW + timedelta(seconds=1)


def test_changed_at_never_decreases_even_if_the_clock_does(either_store: Store) -> None:
    publish(either_store, entry())
    publish(either_store, entry(title="x"), now=NOW - timedelta(days=400))
    assert changed_at(either_store) == NOW + timedelta(seconds=1)


def test_a_changed_site_changes_every_feed(either_store: Store) -> None:
    publish(either_store, entry())
    changes = either_store.publish(Publication(replace(SITE, title="New")), NOW)
    assert sorted(changes.feeds) == sorted(digests(either_store))
    with either_store.snapshot() as snapshot:
        site = snapshot.site()
        assert site is not None
        assert site.title == "New"


def test_the_list_of_feeds_changes_only_with_a_new_feed(either_store: Store) -> None:
    def opml() -> tuple[str, str]:
        with either_store.snapshot() as snapshot:
            facts = snapshot.facts()
            return facts["opml_digest"], facts["opml_changed_at"]

    publish(either_store, entry())
    before = opml()
    publish(either_store, entry(title="x"), now=NOW + timedelta(hours=1))
    assert opml() == before
    publish(either_store, entry(tags=("New",)), now=NOW + timedelta(hours=2))
    assert opml()[0] != before[0]
    assert int(opml()[1]) == int((NOW + timedelta(hours=2)).timestamp())


def test_a_publish_that_fails_halfway_writes_nothing(either_store: Store) -> None:
    publish(either_store, entry("a"))

    def broken() -> object:
        yield entry("b")
        raise RuntimeError("pulled the plug")

    with pytest.raises(RuntimeError):
        either_store.publish(Publication(SITE, broken()), NOW)  # type: ignore[arg-type]
    assert titles(either_store) == ["a"]


def test_a_snapshot_reads_one_revision_throughout(either_store: Store) -> None:
    publish(either_store, entry("a"))
    with either_store.snapshot() as snapshot:
        assert snapshot.revision() == 1
        publish(either_store, entry("b"))
        assert snapshot.revision() == 1
        feed = snapshot.feed("")
        assert feed is not None
        assert [found.title for found in snapshot.newest(feed.number, 9)] == ["a"]
    assert titles(either_store) == ["b", "a"]


def test_the_record_of_a_file_is_read_back_as_it_was_written(either_store: Store) -> None:
    problem = Problem("上海.md", 3, "a\nb", "c")
    record = FileRecord(
        "上海.md", Stamp(1, 2**62, 3, 2**61), "d", "held", "x", 5, 7, problems=(problem,)
    )
    publish(either_store, files=[record])
    with either_store.snapshot() as snapshot:
        assert snapshot.files() == {"上海.md": record}
        assert snapshot.files(["other"]) == {}
        assert snapshot.problems() == (problem,)
    publish(either_store, forgotten=["上海.md"])
    with either_store.snapshot() as snapshot:
        assert snapshot.files() == {}


def test_due_and_missing_files_are_unsettled(either_store: Store) -> None:
    stamp = Stamp(1, 1, 1, 1)
    records = [
        FileRecord("due", stamp, "", "held", due_at=100),
        FileRecord("later", stamp, "", "held", due_at=101_000_000),
        FileRecord("gone", stamp, "", "published", missing_since=1),
        FileRecord("fine", stamp, "", "published"),
    ]
    publish(either_store, files=records)
    with either_store.snapshot() as snapshot:
        assert sorted(snapshot.unsettled(100)) == ["due", "gone"]
        assert snapshot.next_due(99) == datetime.fromtimestamp(0.0001, UTC)
        assert snapshot.next_due(100) == datetime.fromtimestamp(101, UTC)


def test_an_identity_outlives_its_entry(either_store: Store) -> None:
    publish(either_store, entry(), identities={"slug:one": entry().id})
    publish(either_store, withdrawn=[entry().id])
    with either_store.snapshot() as snapshot:
        assert snapshot.pinned(["slug:one", "slug:two"]) == {"slug:one": entry().id}


def test_the_lock_excludes_a_second_publisher(either_store: Store, either_url: str) -> None:
    second = Store(either_url)
    with either_store.lock(), pytest.raises(StoreLocked), second.lock():
        pytest.fail("two had the lock")
    with second.lock():
        pass
    second.close()


def test_an_error_under_the_lock_is_raised_unchanged(either_store: Store) -> None:
    with pytest.raises(BlockingIOError, match="mine"), either_store.lock():
        raise BlockingIOError("mine")
    with either_store.lock():
        pass


def test_a_process_that_waits_for_the_lock_gets_it_when_it_is_free(
    either_store: Store, either_url: str
) -> None:
    got = threading.Event()

    def wait() -> None:
        second = Store(either_url)
        with second.lock(wait=True):
            got.set()
        second.close()

    with either_store.lock():
        thread = threading.Thread(target=wait)
        thread.start()
        assert not got.wait(0.3)
    assert got.wait(5)
    thread.join()


def test_opening_a_store_twice_changes_nothing(either_store: Store, either_url: str) -> None:
    publish(either_store, entry())
    Store(either_url).close()
    assert titles(either_store) == ["one"]


def test_two_processes_that_open_a_new_store_at_once_both_succeed(new_url: str) -> None:
    failures: list[Exception] = []

    def open_it() -> None:
        try:
            Store(new_url).close()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_the_store_of_a_newer_feedsvc_is_refused_and_not_changed(either_url: str) -> None:
    store = Store(either_url)
    publish(store, entry())
    store.close()
    engine = sa.create_engine(either_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreTooNew, match="newer feedsvc"):
        Store(either_url)
    with engine.connect() as connection:
        query = "SELECT count(*) FROM entries"
        assert connection.exec_driver_sql(query).scalar() == 1
    engine.dispose()


def test_a_repeated_message_runs_again_if_its_job_failed(
    either_store: Store,
) -> None:
    jobs = either_store.jobs
    first, _ = jobs.enqueue(NOW, message="github:7")
    assert jobs.enqueue(NOW, message="github:7") == (first, False)
    jobs.begin([first.name], NOW)
    jobs.fail(first, "failed", "the remote is down", NOW, NOW)
    second, is_new = jobs.enqueue(NOW, message="github:7")
    assert is_new
    assert (second.state, second.name != first.name) == ("queued", True)
    assert jobs.enqueue(NOW, message="github:7") == (second, False)


def test_a_repeated_message_is_not_new_while_its_job_is_held(
    either_store: Store,
) -> None:
    jobs = either_store.jobs
    first, _ = jobs.enqueue(NOW, message="github:7")
    jobs.begin([first.name], NOW)
    jobs.fail(first, "held", "the remote is down", NOW + timedelta(minutes=1), NOW)
    again, is_new = jobs.enqueue(NOW, message="github:7")
    assert (again.name, again.state, is_new) == (first.name, "held", False)


def test_the_migrations_create_the_tables_of_the_schema(either_store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from feedsvc.store.schema import metadata

    with either_store._database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


CALLS: dict[str, Callable[[Store], object]] = {
    "publish": publish,
    "jobs.ask": lambda store: store.jobs.enqueue(NOW),
    "jobs.waiting": lambda store: store.jobs.waiting(NOW),
    "subscriptions.claim_deliveries": lambda store: store.subscriptions.claim_deliveries(
        NOW, 1
    ),
    "subscriptions.all": lambda store: store.subscriptions.all(),
    "listeners.claim": lambda store: store.listeners.claim(NOW),
    "snapshot": titles,
}


@pytest.mark.postgres
@pytest.mark.parametrize("name", CALLS)
def test_a_lost_server_is_a_store_error(name: str, postgres_url: str) -> None:
    store = Store(postgres_url)
    publish(store, entry())
    store._database.engine.dispose()
    elsewhere = sa.engine.make_url(postgres_url).set(port=1)
    store._database.engine = sa.create_engine(elsewhere)
    with pytest.raises(StoreError, match="postgresql"):
        CALLS[name](store)
    store.close()


def test_a_broken_connection_is_replaced_at_the_next_call(postgres_url: str) -> None:
    store = Store(postgres_url)
    publish(store, entry())
    killer = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with killer.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    killer.dispose()
    assert titles(store) == ["one"]
    store.close()


def test_the_name_of_a_store_contains_no_password() -> None:
    with pytest.raises(StoreError) as caught:
        Database("postgresql+psycopg://me:geheim@127.0.0.1:1/none")
    assert "geheim" not in str(caught.value)
