"""A store of schema 0010: no index of withdrawn posts, no licences, other titles of feeds."""

from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa

from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry
from tests.support.older_schemas import take_back
from tests.support.writing import PostFolder

NOW: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


def test_an_upgrade_knows_the_posts_that_were_withdrawn_before(new_url: str) -> None:
    entry = an_entry()
    store = Store(new_url)
    store.publish(Publication(a_site(), [entry]), NOW)
    store.publish(Publication(a_site(), withdrawn=[entry.id]), NOW)
    store.close()
    engine = sa.create_engine(new_url)
    with engine.begin() as connection:
        take_back(connection, "0010")
    store = Store(new_url)
    with store.snapshot() as snapshot:
        assert snapshot.is_gone(entry.permalink)
        assert not snapshot.is_gone("https://example.org/posts/never/")
    assert "ledger_gone" in {
        index["name"] for index in sa.inspect(engine).get_indexes("ledger")
    }
    store.close()
    engine.dispose()


def _digests(store: Store) -> dict[str, str]:
    with store.snapshot() as snapshot:
        return {record.topic.path: record.digest for record in snapshot.feeds()}


def test_an_upgrade_reads_licences_once_and_keeps_ids_and_dates(
    posts: PostFolder, folder: Folder, new_url: str
) -> None:
    posts.write("own.md", license="CC-BY-4.0", tags="[Tea]")
    posts.write("tea.md", tags="[Tea]")
    store = Store(new_url)
    publish(folder, store, a_site(), NOW)
    with store.snapshot() as snapshot:
        feed = snapshot.feed("")
        assert feed is not None
        before = snapshot.newest(feed.number, 9)
    store.close()
    engine = sa.create_engine(new_url)
    with engine.begin() as connection:
        take_back(connection, "0010")
        connection.exec_driver_sql("UPDATE facts SET value = '4' WHERE name = 'renderer'")
        connection.exec_driver_sql("UPDATE feeds SET digest = 'old'")
        old = "UPDATE entries SET more = '', digest = 'old' WHERE more <> ''"
        connection.exec_driver_sql(old)
    engine.dispose()
    store = Store(new_url)
    report = publish(folder, store, a_site(), NOW)
    assert (report.read, report.added, report.withdrawn) == (2, (), ())
    assert list(report.changed) == ["own.md"]
    assert set(report.feeds) == set(_digests(store))
    with store.snapshot() as snapshot:
        feed = snapshot.feed("")
        assert feed is not None
        assert snapshot.newest(feed.number, 9) == before
    again = publish(folder, store, a_site(license="MIT", icon="https://a.example/i.png"), NOW)
    assert (again.read, again.changed) == (0, ())
    assert set(again.feeds) == set(_digests(store))
    store.close()
