"""A store of schema 0012, which has no search index."""

from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from feedsvc.core.search.queries import SearchQuery, search_query
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.builders import a_site
from tests.support.older_schemas import take_back
from tests.support.writing import PostFolder

NOW: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
FOUND: Final = {"瑞金": "hospital.md", "CAR-T": "hospital.md", "cafe": "tea.md"}


def feeds_of(store: Store) -> dict[str, Any]:
    with store.snapshot() as snapshot:
        return {record.topic.path: record for record in snapshot.feeds()}


def test_an_upgraded_store_is_searched_without_reading_a_file(
    posts: PostFolder, folder: Folder, new_url: str
) -> None:
    posts.write("tea.md", "Café und Straße", tags="[Tea]")
    posts.write("hospital.md", "在瑞金医院开展的CAR-T治疗")
    store = Store(new_url)
    publish(folder, store, a_site(), NOW)
    before = feeds_of(store)
    store.close()
    engine = sa.create_engine(new_url)
    with engine.begin() as connection:
        take_back(connection, "0012")
    engine.dispose()
    store = Store(new_url)
    report = publish(folder, store, a_site(), NOW)
    assert (report.read, report.feeds) == (0, ())
    assert store.search_indexes.switch(on=True)
    assert publish(folder, store, a_site(), NOW).read == 0
    assert store.search_indexes.build_some() == (2, 2)
    for words, title in FOUND.items():
        query = search_query(words)
        assert isinstance(query, SearchQuery)
        with store.snapshot() as snapshot:
            hits = snapshot.search.newest(before[""].number, query, 9)
        assert [entry.title for entry, _ in hits] == [title]
    assert feeds_of(store) == before
    store.close()
