"""A store of schema 0012, which has no figures of who reads."""

from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa

from feedsvc.core.audience.agents import agent_of
from feedsvc.core.audience.batch import Batch
from feedsvc.core.audience.figures import Period
from feedsvc.core.audience.polls import PollKind
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.store.audience.flushes import CountingProcess
from feedsvc.store.store import Store
from tests.support.builders import a_site
from tests.support.older_schemas import take_back
from tests.support.writing import PostFolder

NOW: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
DAY: Final = "2026-06-01"


def test_an_upgraded_store_keeps_its_feeds_and_begins_to_count(
    posts: PostFolder, folder: Folder, new_url: str
) -> None:
    posts.write("tea.md", date="2026-01-03", tags="[Tea]")
    store = Store(new_url)
    publish(folder, store, a_site(), NOW)
    with store.snapshot() as snapshot:
        before = [(feed.topic.path, feed.digest) for feed in snapshot.feeds()]
    store.close()
    engine = sa.create_engine(new_url)
    with engine.begin() as connection:
        take_back(connection, "0012")
    engine.dispose()
    store = Store(new_url)
    with store.snapshot() as snapshot:
        assert [(feed.topic.path, feed.digest) for feed in snapshot.feeds()] == before
    assert store.audience.by("day", Period(DAY, DAY)) == []
    assert store.flushes.key_of(DAY)
    batch = Batch()
    poll = PollKind("tags/Tea", "atom", "gzip", 304, 0, 900, is_blind=False)
    batch.add(DAY, poll, agent_of("Newsboat/2.30"), 3)
    batch.add_individual(DAY, poll, agent_of("Newsboat/2.30"), 7)
    store.flushes.add(batch, CountingProcess("one", "web"), 1, NOW)
    (day,) = store.audience.by("day", Period(DAY, DAY))
    assert (day["polls"], day["spared"], day.individuals) == (3, 2700, 1)
    store.close()
