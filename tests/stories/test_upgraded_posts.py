"""A store of the release before keeps all ids and first dates when posts are read otherwise.

`before_upgrade/store.sql` is what the release with schema 0008 published of
`before_upgrade/posts`.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.site import Site
from feedsvc.publishing.publish import publish
from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store

BEFORE: Final = Path(__file__).parent / "before_upgrade"
SITE: Final = Site("Site", "https://ex.org", "Me", "Asia/Shanghai", "ex.org,2026")
NOW: Final = datetime(2026, 11, 29, tzinfo=UTC)


def entries(store: Store) -> dict[str, Entry]:
    """What readers see, by id."""
    with store.snapshot() as snapshot:
        feed = snapshot.feed("")
        assert feed
        return {entry.id: entry for entry in snapshot.newest(feed.number, 99)}


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Report]]:
    """The store after the upgrade and the first publish, and the report of that."""
    home = tmp_path_factory.mktemp("upgraded")
    shutil.copytree(BEFORE / "posts", home / "posts")
    with sqlite3.connect(home / "store.sqlite3") as connection:
        connection.executescript((BEFORE / "store.sql").read_text("utf-8"))
    connection.close()
    store = Store(f"sqlite:///{home / 'store.sqlite3'}")
    yield store, publish(Folder(home / "posts", quiet=0), store, SITE, NOW)
    store.close()


def test_ids_first_dates_and_permalinks_stay(upgraded: tuple[Store, Report]) -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript((BEFORE / "store.sql").read_text("utf-8"))
    rows = connection.execute("SELECT id, permalink, published FROM entries").fetchall()
    connection.close()
    store, report = upgraded
    assert len(rows) == 31
    now = entries(store)
    for entry_id, permalink, published in rows:
        entry = now[entry_id]
        assert (entry.permalink, entry.published.isoformat()) == (permalink, published)
    assert (report.withdrawn, report.held) == ((), 0)
    assert report.added == ("props/a.md",)  # its date is a link of Obsidian


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tilde1/a", "10~20 人"),
        ("wiki-ref/a", '[<a href="https://bugs.example/1">Bug #1</a>]'),
        ("tex/a", "Escaped [x], [a_b]"),
        ("more/c", "B <em>b</em>"),
        ("liquid/a", "<p>yes un C</p>"),
        ("shortcodes/a", "A The paper."),
        ("admon2/a", "<p><strong>My <em>tip</em></strong></p>"),
        ("title-once/b", "<p>正文。</p>"),
        ("hidden/a", "<details><summary>s</summary>t</details>"),
        ("schemes/a", '<a href="gemini://g">g</a>'),
        ("nobody/c", "<p>D3</p>"),
        ("links/one", '<a href="https://ex.org/second/">Two</a>'),
    ],
)
def test_what_is_read_otherwise_reaches_readers(
    upgraded: tuple[Store, Report], name: str, words: str
) -> None:
    store, report = upgraded
    entry = entries(store)[f"tag:ex.org,2026:/{name}"]
    assert words in entry.content_html
    assert f"{name}.md" in report.changed
