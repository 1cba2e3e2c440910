"""A store of schema 0012, which knows nothing of how publishes went or of what fails."""

from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa

from feedsvc.core.admin.status import Surroundings
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.builders import a_site
from tests.support.older_schemas import take_back
from tests.support.writing import PostFolder

NOW: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


def test_an_upgrade_keeps_publishes_and_counts_files(
    posts: PostFolder, folder: Folder, new_url: str
) -> None:
    posts.write("tea.md", title="Tea")
    posts.write("draft.md", draft="true")
    store = Store(new_url)
    publish(folder, store, a_site(), NOW)
    store.close()
    engine = sa.create_engine(new_url)
    with engine.begin() as connection:
        take_back(connection, "0012")
    store = Store(new_url)
    found = store.status(Surroundings(new_url, "", "", "https://example.org"), NOW)
    assert (found.posts.published, found.posts.hidden) == (1, {"draft": 1})
    (line,) = found.publishes
    assert (line.posts, line.took, line.by) == (("added: Tea",), None, "")
    assert publish(folder, store, a_site(), NOW).feeds == ()
    names = {each["name"] for each in sa.inspect(engine).get_indexes("files")}
    assert "files_unpublished" in names
    assert "subscriptions_failing" in {
        each["name"] for each in sa.inspect(engine).get_indexes("subscriptions")
    }
    store.failures.note("fetch", "no route", NOW)
    store.close()
    engine.dispose()
