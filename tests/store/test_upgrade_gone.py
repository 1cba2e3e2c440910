"""A store of schema 0010, which has no index of the permalinks of withdrawn posts."""

from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa

from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry
from tests.support.older_schemas import take_back

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
