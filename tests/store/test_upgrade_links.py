"""A store of schema 0008, which knows of no links between posts."""

from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa

from feedsvc.core.feeds.entries import Entry
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.builders import a_site
from tests.support.older_schemas import take_back
from tests.support.writing import PostFolder

NOW: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


def downgrade(url: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        take_back(connection, "0008")
        connection.exec_driver_sql("UPDATE facts SET value = 'old' WHERE name = 'renderer'")
        old = "content_html = '<p><a>a</a></p>', digest = 'old'"
        connection.exec_driver_sql(f"UPDATE entries SET {old}")  # noqa: S608 - of this test
    engine.dispose()


def entries(store: Store) -> dict[str, Entry]:
    with store.snapshot() as snapshot:
        feed = snapshot.feed("")
        assert feed is not None
        return {entry.title: entry for entry in snapshot.newest(feed.number, 9)}


def test_an_upgrade_keeps_ids_and_dates_and_resolves_links(
    posts: PostFolder, folder: Folder, new_url: str
) -> None:
    posts.write("one.md", "[a](two.md)", date="2026-01-01")
    posts.write("two.md", "[a](one.md)", slug="second", date="2026-01-02")
    store = Store(new_url)
    publish(folder, store, a_site(), NOW)
    before = entries(store)
    store.close()
    downgrade(new_url)
    store = Store(new_url)
    report = publish(folder, store, a_site(), datetime.now(UTC))
    after = entries(store)
    store.close()
    assert (report.added, report.withdrawn, report.held) == ((), (), 0)
    assert after == before
    assert after["one.md"].content_html == (
        '<p><a href="https://example.org/posts/second/">a</a></p>'
    )
