"""A store of schema 0009, which has long ids in memberships, and texts as they are."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa

from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.store.engine.database import Database
from feedsvc.store.store import Store, store_to_try
from tests.support.builders import a_site
from tests.support.older_schemas import take_back
from tests.support.writing import PostFolder

NOW: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
LONG: Final = "A long text, which is packed. " * 40


def write_posts(posts: PostFolder) -> None:
    posts.write("one.md", f"[a](two.md) {LONG}", date="2026-01-01", tags="[Tea]")
    posts.write("two.md", "[a](one.md)", date="2026-01-02", tags="[Tea, Cup]")
    posts.write("short.md", "x", date="2026-01-02")
    for name in ("b", "B", "\u00e9", "a", "Z"):  # equal dates: in the order of octets
        posts.write(f"{name}.md", LONG, date="2026-01-03", tags="[Tea]")


def everything(store: Store) -> dict[str, Any]:
    """Each feed with all that a subscriber sees of it, and what is remembered."""
    with store.snapshot() as snapshot:
        feeds = {feed.topic.path: feed for feed in snapshot.feeds()}
        return {
            "feeds": {
                path: (feed.digest, feed.entries, feed.changed_at, feed.number)
                for path, feed in feeds.items()
            },
            "entries": {path: snapshot.newest(f.number, 99) for path, f in feeds.items()},
            "pages": {path: snapshot.older(f.number, 2, 1) for path, f in feeds.items()},
            "files": snapshot.files(),
            "ledger": list(snapshot.ledger()),
            "lines": list(snapshot.ledger_lines()),
            "revision": snapshot.revision(),
        }


@pytest.fixture
def before(posts: PostFolder, folder: Folder, new_url: str) -> dict[str, Any]:
    """What a store of schema 0009 has."""
    write_posts(posts)
    store = Store(new_url)
    publish(folder, store, a_site(), NOW)
    before = everything(store)
    store.close()
    engine = sa.create_engine(new_url)
    with engine.begin() as connection:
        take_back(connection, "0009")
    engine.dispose()
    return before


def test_an_upgrade_keeps_all_that_readers_see(
    posts: PostFolder, folder: Folder, new_url: str, before: dict[str, Any]
) -> None:
    store = Store(new_url)
    assert everything(store) == before
    report = publish(folder, store, a_site(), NOW)
    assert (report.read, report.feeds) == (0, ())
    posts.write("two.md", "[a](one.md)", date="2026-01-02", slug="other")
    publish(folder, store, a_site(), datetime.now(UTC))
    assert [entry.title for entry in everything(store)["entries"][""]] == [
        *("b.md", "a.md", "Z.md", "B.md", "é.md", "two.md", "short.md", "one.md"),
    ]
    store.close()


def test_a_dry_run_before_the_upgrade_sees_the_same(
    new_url: str, before: dict[str, Any]
) -> None:
    with store_to_try(new_url) as store:
        assert everything(store) == before
    database = Database(new_url, as_found=True)
    assert database.version() == "0009"
    database.close()


KILLED: Final = """
import os, signal, sys
from feedsvc.store import rows
from feedsvc.store.store import Store
pack, calls = rows.pack, []
def dying(text):
    calls.append(text)
    if len(calls) == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return pack(text)
rows.pack = dying
Store(sys.argv[1])
"""


def test_an_upgrade_that_is_killed_begins_again(new_url: str, before: dict[str, Any]) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, new_url], check=False)
    assert killed.returncode == -9
    database = Database(new_url, as_found=True)
    assert database.version() == "0009"
    database.close()
    store = Store(new_url)
    assert everything(store) == before
    store.close()


def test_the_file_gives_back_its_free_space(
    posts: PostFolder, folder: Folder, sqlite_url: str
) -> None:
    for number in range(40):
        posts.write(f"{number}.md", LONG * 40)
    store = Store(sqlite_url)
    publish(folder, store, a_site(), NOW)
    store.close()
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        take_back(connection, "0009")
    engine.dispose()
    file = Path(engine.url.database or "")
    before = file.stat().st_size
    Store(sqlite_url).close()
    assert file.stat().st_size < before / 3
