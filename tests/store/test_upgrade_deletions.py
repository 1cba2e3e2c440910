"""A store of schema 0012, which has no tombstones and no retractions."""

from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.builders import a_site
from tests.support.older_schemas import take_back
from tests.support.pipeline import documents_of
from tests.support.writing import PostFolder

NOW: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


def test_ids_dates_digests_and_bytes_stay_and_a_deletion_has_a_tombstone(
    posts: PostFolder, folder: Folder, new_url: str
) -> None:
    tea = posts.write("tea.md", tags="[Tea]")
    posts.write("milk.md")
    store = Store(new_url)
    publish(folder, store, a_site(), NOW)
    documents = documents_of(store)
    with store.snapshot() as snapshot:
        ledger, feeds = list(snapshot.ledger()), list(snapshot.feeds())
    store.close()
    engine = sa.create_engine(new_url)
    with engine.begin() as connection:
        take_back(connection, "0012")
    engine.dispose()
    store = Store(new_url)
    assert documents_of(store) == documents
    report = publish(folder, store, a_site(), NOW + timedelta(days=1))
    assert report.feeds == ()
    with store.snapshot() as snapshot:
        assert list(snapshot.ledger()) == ledger
        assert list(snapshot.feeds()) == feeds
    tea.unlink()
    for days in (2, 3):
        publish(folder, store, a_site(), NOW + timedelta(days=days))
    assert documents_of(store)["tags/Tea/atom.xml"].count(b"<at:deleted-entry ") == 1
    store.close()
