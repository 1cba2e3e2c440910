"""The status of a store, on either engine: counts, the last publishes, what fails."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from feedsvc.core.admin.status import Status, Surroundings
from feedsvc.core.dates import microseconds
from feedsvc.core.file_records import FileRecord, Stamp, State
from feedsvc.core.problems import Problem
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.store.engine.file_locks import sole_watcher
from feedsvc.store.operating import overview
from feedsvc.store.operating.overview import status_without_store
from feedsvc.store.publication import Publication
from feedsvc.store.schema import publishes, subscriptions
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry
from tests.support.writing import PostFolder

NOW: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
STAMP: Final = Stamp(1, 1, 1, 1)


def around(url: str, posts: str = "") -> Surroundings:
    names = {"aaa": ("notify", "aaa", "https://ci.example.org:443")}
    return Surroundings(url, posts, "posts", "https://example.org", names)


def status(store: Store, url: str) -> Status:
    return store.status(around(url), NOW)


def a_file(path: str, state: State, **more: object) -> FileRecord:
    return FileRecord(path, STAMP, "d", state, key=path, **more)  # type: ignore[arg-type]


def a_problem(path: str, *, refuses: bool = True) -> Problem:
    return Problem(path, 3, "no date", "write one", refuses, "date")


FILES: Final = [
    a_file("one.md", "published", entry_id="tag:example.org,2026:one"),
    a_file("kept.md", "refused", entry_id="tag:x", problems=(a_problem("kept.md"),)),
    a_file("a.md", "refused", problems=(a_problem("a.md"),)),
    a_file("odd.md", "published", problems=(a_problem("odd.md", refuses=False),) * 2),
    a_file("draft.md", "draft", hidden_by="draft"),
    a_file("both.md", "draft", hidden_by="draft, private"),
    a_file("mine.md", "draft", hidden_by="private"),
    a_file("over.md", "draft", passed_at=5),
    a_file("old.md", "draft"),
    a_file("later.md", "held", due_at=9),
    a_file("notes.md", "no post"),
]


def test_an_empty_store_has_a_status(either_store: Store, either_url: str) -> None:
    found = status(either_store, either_url)
    assert (found.posts.published, found.feeds, found.revision) == (0, 0, 0)
    assert found.last_publish is None
    assert (found.publishes, found.problems, found.jobs, found.failures) == ((), (), (), ())
    assert found.store.fault == ""
    assert found.store.size
    assert found.store.can_write
    assert {"feedsvc", "schema", "renderer", "python"} < set(found.versions)


def test_files_are_counted_by_their_states(either_store: Store, either_url: str) -> None:
    entry = an_entry("one")
    either_store.publish(Publication(a_site(), [entry], files=FILES), NOW)
    found = status(either_store, either_url)
    counts = found.posts
    assert counts.hidden == {"draft": 2, "private": 1, "other keys": 1}
    assert (counts.expired, counts.waiting, counts.refused, counts.no_post) == (1, 1, 2, 1)
    assert (counts.published, counts.with_problems) == (2, 3)
    assert found.problem_count == 4
    assert [each.path for each in found.problems] == ["a.md", "kept.md", "odd.md", "odd.md"]


def test_many_reasons_are_one_number(either_store: Store, either_url: str) -> None:
    files = [a_file(f"{n}.md", "draft", hidden_by=f"key{n % 12}") for n in range(26)]
    either_store.publish(Publication(a_site(), files=files), NOW)
    hidden = status(either_store, either_url).posts.hidden
    assert len(hidden) == 11
    assert (sum(hidden.values()), hidden["others"]) == (26, 4)


def test_many_problems_are_shown_in_part(either_store: Store, either_url: str) -> None:
    files = [
        a_file(f"{n:03}.md", "published", problems=(a_problem(f"{n:03}.md", refuses=False),))
        for n in range(40)
    ]
    refused = a_file("z.md", "refused", problems=(a_problem("z.md"),))
    either_store.publish(Publication(a_site(), files=[*files, refused]), NOW)
    found = status(either_store, either_url)
    assert (found.problem_count, len(found.problems)) == (41, 20)
    assert [each.path for each in found.problems[:2]] == ["z.md", "000.md"]


def test_the_last_publishes_say_what_changed_and_how_long_they_took(
    posts: PostFolder, folder: Folder, either_store: Store, either_url: str
) -> None:
    posts.write("tea.md", title="Tea")
    publish(folder, either_store, a_site(), NOW, by="watcher")
    publish(folder, either_store, a_site(), NOW + timedelta(minutes=1))  # changes nothing
    posts.write("milk.md", title="Milk")
    publish(folder, either_store, a_site(), NOW + timedelta(minutes=2))
    found = status(either_store, either_url)
    milk, tea = found.publishes
    assert (tea.counts["added"], tea.posts, tea.by, tea.read) == (
        1,
        ("added: Tea",),
        "watcher",
        1,
    )
    assert (milk.posts, milk.by, milk.number) == (("added: Milk",), "command", tea.number + 1)
    assert milk.took is not None
    assert 0 <= milk.took < 60
    assert found.last_publish == NOW + timedelta(minutes=2)


def test_a_publish_that_only_holds_posts_says_how_many(
    posts: PostFolder, folder: Folder, either_store: Store, either_url: str
) -> None:
    posts.write("tea.md", title="Tea")
    publish(folder, either_store, a_site(), NOW)
    (posts.root / "tea.md").unlink()
    publish(folder, either_store, a_site(), NOW + timedelta(minutes=5))
    found = status(either_store, either_url)
    assert found.held.count == 1
    assert (found.publishes[0].held, found.publishes[0].posts) == (1, ("held: Tea",))
    assert found.publishes[0].took is None


def test_a_row_about_attention_is_no_publish(either_store: Store, either_url: str) -> None:
    either_store.publish(Publication(a_site(), [an_entry()]), NOW)
    later = microseconds(NOW + timedelta(days=1))
    row = {"number": 9, "at": later, "news": '{"attention": {}}'}
    engine = sa.create_engine(either_url)
    with engine.begin() as connection:
        connection.execute(sa.insert(publishes), [row])
    engine.dispose()
    found = status(either_store, either_url)
    assert [each.number for each in found.publishes] == [1]
    assert found.last_publish == NOW
    with either_store.snapshot() as snapshot:
        assert snapshot.last_published_at() == NOW
    assert either_store.gauges.read().last_publish == NOW.timestamp()


def _subscribe(store: Store, name: str, attempts: int) -> None:
    callback = f"https://{name}.example.org/cb?secret=tea"
    row = {
        **{"name": name, "feed_path": "tags/Tea", "format": "atom", "callback": callback},
        **{"host": name, "client": "c", "secret": "s", "since": 1, "lease_ends_at": 2},
        **{"delivered": "", "delivered_at": 5, "attempts": attempts, "next_attempt_at": 0},
        **{"claimed_until": 0, "topic": "", "last_error": "it answered 500" * bool(attempts)},
    }
    with store._database.writing() as connection:
        connection.execute(sa.insert(subscriptions), [row])


def test_subscriptions_that_fail_come_first(either_store: Store, either_url: str) -> None:
    for name, attempts in (("calm", 0), ("bad", 2), ("worse", 7)):
        _subscribe(either_store, name, attempts)
    found = status(either_store, either_url).subscribers
    assert (found.count, found.failing, found.failing_long) == (3, 2, 1)
    assert [each.address for each in found.first] == [
        f"https://{name}.example.org/cb" for name in ("worse", "bad", "calm")
    ]
    first = found.first[0]
    assert first.topic == "https://example.org/tags/Tea/atom.xml"
    assert (first.attempts, first.last_error) == (7, "it answered 500")


def test_a_page_has_few_of_many_subscriptions(either_store: Store, either_url: str) -> None:
    for n in range(30):
        _subscribe(either_store, f"s{n}", n)
    found = status(either_store, either_url).subscribers
    assert (found.count, len(found.first), found.first[0].attempts) == (30, 20, 29)


def test_jobs_and_listeners_are_listed(either_store: Store, either_url: str) -> None:
    old, _ = either_store.jobs.enqueue(NOW)
    either_store.jobs.begin([old.name], NOW)
    either_store.jobs.fail(old, "failed", "no route", NOW, NOW)
    new, _ = either_store.jobs.enqueue(NOW)
    either_store.listeners.register(["aaa", "no longer in the settings"])
    found = status(either_store, either_url)
    assert [(each.name, each.state) for each in found.jobs] == [
        (new.name, "queued"),
        (old.name, "failed"),
    ]
    assert (found.jobs[1].error, found.jobs[1].ended_at) == ("no route", NOW)
    (listener,) = found.listeners
    assert (listener.kind, listener.address) == ("notify", "https://ci.example.org:443")


def test_a_watcher_is_alive_until_it_leaves(either_store: Store, either_url: str) -> None:
    with sole_watcher(either_url):
        either_store.watchers.beat("a1", "/posts")
        (watcher,) = status(either_store, either_url).watchers
        assert (watcher.name, watcher.folder) == ("a1", "/posts")
        is_sqlite = either_url.startswith("sqlite")
        assert (watcher.seconds is None) == is_sqlite
        assert is_sqlite or 0 <= (watcher.seconds or 0) < 20
        either_store.watchers.leave("a1")
    assert status(either_store, either_url).watchers == ()


def test_a_watcher_that_was_killed_is_not_alive(store: Store, sqlite_url: str) -> None:
    with sole_watcher(sqlite_url):
        store.watchers.beat("a1", "/posts")
    assert status(store, sqlite_url).watchers == ()


def test_the_disks_are_those_of_the_store_and_of_the_posts(
    sqlite_url: str, tmp_path: Path
) -> None:
    (disk,) = overview.disks(around(sqlite_url, str(tmp_path / "none" / "posts")))
    assert (disk.what, disk.path) == ("store", str(tmp_path / "var"))
    assert 0 < disk.free <= disk.total
    proc = overview.disks(around(sqlite_url, "/proc"))  # of another file system
    assert [each.what for each in proc] == ["store", "posts"]
    (alone,) = overview.disks(around("postgresql+psycopg://host/x", str(tmp_path)))
    assert alone.what == "posts"


def test_without_a_store_there_is_a_status_too(sqlite_url: str) -> None:
    url = "postgresql+psycopg://li:hunter2@host/x"
    found = status_without_store(around(url), "no route to host", NOW)
    assert found.store.fault == "no route to host"
    assert "hunter2" not in str(found.to_dict())
    assert found.versions["feedsvc"]


PLANS: Final = (
    "SELECT state, count(*) FROM files WHERE state <> 'published' GROUP BY state",
    "SELECT hidden_by, count(*) FROM files WHERE state <> 'published' AND state = 'draft' "
    "GROUP BY hidden_by",
    "SELECT path FROM files WHERE state <> 'published' AND state = 'refused' "
    "ORDER BY hidden_by, path LIMIT 20",
    "SELECT count(*) FROM subscriptions WHERE attempts > 0 AND attempts >= 6",
)


@pytest.mark.parametrize("query", PLANS)
def test_a_count_reads_an_index_and_sorts_nothing(
    store: Store, sqlite_url: str, query: str
) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}"))
    assert "INDEX files_unpublished" in plan or "INDEX subscriptions_failing" in plan
    assert "TEMP B-TREE" not in plan


def test_the_queries_are_those_whose_plans_are_tested(store: Store, sqlite_url: str) -> None:
    """Counts of the whole store; nothing reads each row of files but the problems of some."""
    read: list[str] = []
    with store._database.reading() as connection:

        def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
            read.append(" ".join(statement.split()))

        sa.event.listen(connection, "before_cursor_execute", note)
        overview.status_of(connection, around(sqlite_url), NOW)
    of_files = [each for each in read if "FROM files" in each]
    assert of_files
    for each in of_files:
        is_indexed = any(
            part in each
            for part in ("state <> 'published'", "entry_id IS NOT NULL", "problems <> ''")
        )
        assert is_indexed, each
