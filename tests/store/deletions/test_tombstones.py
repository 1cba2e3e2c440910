"""Which feeds have a tombstone of a deleted post, and for how long."""

from datetime import datetime, timedelta
from typing import Final

import pytest
import sqlalchemy as sa

from feedsvc.core.feeds.deletions.tombstones import MOST_TOMBSTONES, Tombstone
from feedsvc.core.feeds.feeds import feed_digest
from feedsvc.publishing.guarding.guard import Guard
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.builders import a_site
from tests.support.pipeline import documents_of
from tests.support.writing import PostFolder

NOW: Final = datetime.fromisoformat("2026-06-01T08:00:00+00:00")
OFF: Final = Guard(entries=0)


def scan(folder: Folder, store: Store, days: float = 0) -> None:
    publish(folder, store, a_site(), NOW + timedelta(days=days), guard=OFF)


def withdraw(folder: Folder, store: Store, days: float) -> None:
    """Two looks: a missing file gets a second one."""
    scan(folder, store, days - 1)
    scan(folder, store, days)


def deleted(store: Store) -> dict[str, list[Tombstone]]:
    """The tombstones of each feed that has some, by path; every digest is that of its feed."""
    found = {}
    with store.snapshot() as snapshot:
        site = snapshot.site()
        assert site
        for feed in snapshot.feeds():
            of_feed = snapshot.deleted_from(feed.number)
            window = [entry.digest for entry in snapshot.newest(feed.number, site.entries)]
            digest = feed_digest(site, feed.topic, window, feed.extent, of_feed)
            assert feed.digest == digest, feed.topic.path
            if of_feed:
                found[feed.topic.path] = of_feed
    return found


def test_each_feed_that_had_a_post_has_its_tombstone_until_the_post_is_back(
    posts: PostFolder, folder: Folder, either_store: Store
) -> None:
    store = either_store
    posts.write("milk.md", tags="[Milk]")
    tea = posts.write("tea.md", tags="[Tea]")
    scan(folder, store)
    source = tea.read_bytes()
    tea.unlink()
    withdraw(folder, store, days=2)
    entry_id = "tag:example.org,2026:/tea"
    gone = Tombstone(entry_id, NOW + timedelta(days=2), 2)
    others = [gone]
    assert deleted(store) == {
        **dict.fromkeys(("", "authors/Li", "lang/en"), others),
        "tags/Tea": [Tombstone(entry_id, NOW + timedelta(days=2), 1)],
    }
    assert b"deleted-entry" not in documents_of(store)["tags/Milk/atom.xml"]
    posts.write_raw("tea.md", source.replace(b"[Tea]", b"[Cup]"))
    scan(folder, store, days=3)
    assert deleted(store) == {}
    assert b"deleted-entry" not in documents_of(store)["tags/Tea/atom.xml"]


def test_a_tombstone_ends_after_90_days_without_any_other_change(
    posts: PostFolder, folder: Folder, either_store: Store
) -> None:
    store = either_store
    posts.write("milk.md")
    tea = posts.write("tea.md")
    scan(folder, store)
    tea.unlink()
    withdraw(folder, store, days=2)
    end = NOW + timedelta(days=92)
    before = publish(folder, store, a_site(), end - timedelta(seconds=1))
    assert before.next_due == end
    assert before.feeds == ()
    assert "" in deleted(store)
    report = publish(folder, store, a_site(), end)
    assert report.next_due is None
    assert "" in report.feeds
    assert deleted(store) == {}


def test_a_post_that_leaves_one_feed_only_has_no_tombstone(
    posts: PostFolder, folder: Folder, store: Store
) -> None:
    posts.write("tea.md", tags="[Tea]")
    scan(folder, store)
    posts.write("tea.md", tags="[Cup]")
    scan(folder, store, days=1)
    assert deleted(store) == {}


def test_a_feed_keeps_its_newest_tombstones(
    posts: PostFolder, folder: Folder, store: Store, sqlite_url: str
) -> None:
    for n in range(MOST_TOMBSTONES + 20):
        posts.write(f"{n:03}.md")
    kept = posts.write("kept.md")
    scan(folder, store)
    for n in range(MOST_TOMBSTONES + 10):
        (posts.root / f"{n:03}.md").unlink()
    withdraw(folder, store, days=2)
    assert len(deleted(store)[""]) == MOST_TOMBSTONES
    (posts.root / f"{MOST_TOMBSTONES + 15:03}.md").unlink()
    withdraw(folder, store, days=4)
    found = deleted(store)[""]
    assert len(found) == MOST_TOMBSTONES
    assert found[0].entry_id.endswith(f"/{MOST_TOMBSTONES + 15:03}")
    assert kept.exists()
    assert rows_of_feeds(sqlite_url) == {MOST_TOMBSTONES}


def test_a_forgotten_post_has_no_tombstone(
    posts: PostFolder, folder: Folder, store: Store
) -> None:
    posts.write("milk.md")
    for name in ("tea", "cup"):
        posts.write(f"{name}.md")
    scan(folder, store)
    (posts.root / "tea.md").unlink()
    withdraw(folder, store, days=2)
    with store.lock():
        store.forget("tag:example.org,2026:/tea", NOW + timedelta(days=3))
        store.forget("tag:example.org,2026:/cup", NOW + timedelta(days=3))
    assert deleted(store) == {}


def test_a_new_feed_has_no_tombstones_of_a_removed_one(
    posts: PostFolder, folder: Folder, store: Store
) -> None:
    posts.write("milk.md", date="2026-02-01")
    tea = posts.write("tea.md", tags="[Tea]")
    scan(folder, store)
    tea.unlink()
    withdraw(folder, store, days=2)
    removed = a_site(gone=("tags/Tea",))
    publish(folder, store, removed, NOW + timedelta(days=3), guard=OFF)
    posts.write("cup.md", tags="[Cup]")
    publish(folder, store, removed, NOW + timedelta(days=3), guard=OFF)
    assert set(deleted(store)) == {"", "authors/Li", "lang/en"}


def test_the_cost_of_tombstones_does_not_grow_with_their_number(
    posts: PostFolder, folder: Folder, store: Store, sqlite_url: str
) -> None:
    """However many posts are deleted at once, a feed gets MOST_TOMBSTONES rows."""
    for n in range(3 * MOST_TOMBSTONES):
        posts.write(f"{n}.md")
    posts.write("kept.md")
    scan(folder, store)
    for n in range(3 * MOST_TOMBSTONES):
        (posts.root / f"{n}.md").unlink()
    withdraw(folder, store, days=2)
    assert rows_of_feeds(sqlite_url) == {MOST_TOMBSTONES}


def rows_of_feeds(url: str) -> set[int]:
    """How many tombstones the feeds have in the store."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        query = "SELECT feed, count(*) FROM tombstones GROUP BY feed"
        counts = {count for _, count in connection.exec_driver_sql(query)}
    engine.dispose()
    return counts


@pytest.mark.parametrize("change", ["draft: true", "expiryDate: 2026-06-02"])
def test_a_post_that_its_author_hides_or_ends_is_named_nowhere(
    posts: PostFolder, folder: Folder, store: Store, change: str
) -> None:
    """Whoever subscribes later must not learn its id."""
    posts.write("milk.md")
    tea = posts.write("tea.md")
    scan(folder, store)
    hidden = tea.read_text("utf-8").replace("title:", f"{change}\ntitle:")
    tea.write_text(hidden, "utf-8")
    scan(folder, store, days=3)
    assert deleted(store) == {}
    tea.unlink()
    scan(folder, store, days=4)
    assert deleted(store) == {}
