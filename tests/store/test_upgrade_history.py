"""A store of schema 0011, whose memberships have no numbers."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
import sqlalchemy as sa

from feedsvc.core.feeds.archives.paging import Extent
from feedsvc.core.feeds.feeds import feed_digest
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.store.copying.store_copies import copy_store
from feedsvc.store.store import Store, store_to_try
from tests.support.builders import a_site
from tests.support.older_schemas import take_back
from tests.support.writing import PostFolder

NOW: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
LATER: Final = NOW + timedelta(days=1)
SITE: Final = a_site(entries=2)
MEMBERSHIPS: Final = sa.text(
    "SELECT path, memberships.number, title FROM memberships "
    "JOIN feeds ON feeds.number = feed JOIN entries ON entries.number = entry"
)
ORDER: Final = ["old.md", "é.md", "B.md", "a.md", "b.md", "new.md"]  # of publication, by id


def numbers(url: str) -> dict[str, dict[int, str]]:
    """The titles by number, by feed path."""
    engine = sa.create_engine(url)
    found: dict[str, dict[int, str]] = {}
    with engine.begin() as connection:
        for path, number, title in connection.execute(MEMBERSHIPS):
            found.setdefault(path, {})[number] = title
    engine.dispose()
    return found


def seen(store: Store) -> dict[str, Any]:
    """What subscribers know of the entries and feeds, but the digests."""
    with store.snapshot() as snapshot:
        return {
            feed.topic.path: [
                (each.id, each.published, each.updated, each.digest)
                for each in snapshot.newest(feed.number, 99)
            ]
            for feed in snapshot.feeds()
        } | {"ledger": list(snapshot.ledger()), "files": snapshot.files()}


@pytest.fixture
def before(posts: PostFolder, folder: Folder, new_url: str) -> dict[str, Any]:
    """What a store of schema 0011 has. Its feed of Cup is empty."""
    for name in ("é", "b", "B", "a"):
        posts.write(f"{name}.md", date="2026-01-03", tags="[Tea]")
    posts.write("old.md", date="2020-01-03", tags="[Tea]")
    cup = posts.write("cup.md", date="2020-01-02", tags="[Cup]")
    store = Store(new_url)
    publish(folder, store, SITE, NOW)
    posts.write("new.md", date="2026-02-01", tags="[Tea]")
    cup.write_text(cup.read_text("utf-8").replace("title:", "draft: true\ntitle:"), "utf-8")
    publish(folder, store, SITE, NOW)
    before = seen(store)
    store.close()
    engine = sa.create_engine(new_url)
    with engine.begin() as connection:
        take_back(connection, "0011")
    engine.dispose()
    return before


def test_memberships_get_numbers_in_the_order_of_publication(
    new_url: str, before: dict[str, Any]
) -> None:
    store = Store(new_url)
    assert seen(store) == before
    with store.snapshot() as snapshot:
        extents = {feed.topic.path: feed.extent for feed in snapshot.feeds()}
    store.close()
    expected = dict(enumerate(ORDER, 1))
    paths = ["", "authors/Li", "lang/en", "tags/Tea"]
    assert numbers(new_url) == dict.fromkeys(paths, expected)
    assert extents == {**dict.fromkeys(paths, Extent(6, 6)), "tags/Cup": Extent(0, 0)}


def test_the_next_publish_computes_each_digest_anew(
    posts: PostFolder, folder: Folder, new_url: str, before: dict[str, Any]
) -> None:
    store = Store(new_url)
    posts.write("oldest.md", date="2019-01-01", tags="[Tea]")
    publish(folder, store, a_site(entries=2, title="Other"), LATER)
    with store.snapshot() as snapshot:
        site = snapshot.site()
        assert site
        for feed in snapshot.feeds():
            window = [each.digest for each in snapshot.newest(feed.number, 2)]
            assert feed.digest == feed_digest(site, feed.topic, window, feed.extent)
        assert [each for each in seen(store)[""] if each in before[""]] == before[""]
    store.close()
    assert numbers(new_url)["tags/Tea"] == dict(enumerate([*ORDER, "oldest.md"], 1))


def test_a_dry_run_before_the_upgrade_has_numbers(new_url: str, before: dict[str, Any]) -> None:
    with store_to_try(new_url) as store, store.snapshot() as snapshot:
        feed = snapshot.feed("tags/Tea")
        assert feed
        assert feed.extent == Extent(6, 6)


def test_a_copy_of_a_store_has_the_same_numbers(
    posts: PostFolder, folder: Folder, sqlite_url: str, postgres_url: str
) -> None:
    for name in "abc":
        posts.write(f"{name}.md", date="2026-01-03", tags="[Tea]")
    store = Store(sqlite_url)
    publish(folder, store, SITE, NOW)
    posts.write("old.md", date="2020-01-03", tags="[Tea]")
    publish(folder, store, SITE, NOW)
    store.close()
    copy_store(sqlite_url, postgres_url)
    copied = numbers(postgres_url)
    assert copied == numbers(sqlite_url)
    assert copied["tags/Tea"] == dict(enumerate(["a.md", "b.md", "c.md", "old.md"], 1))
    store = Store(postgres_url)
    posts.write("next.md", date="2020-01-01", tags="[Tea]")
    publish(folder, store, SITE, NOW)
    store.close()
    assert numbers(postgres_url)["tags/Tea"][5] == "next.md"
