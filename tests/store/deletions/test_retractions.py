"""Retractions on either engine: rows, notices, names of posts, what caches must drop."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from feedsvc.core.dates import microseconds
from feedsvc.core.feeds.deletions.retractions import Retraction, undone
from feedsvc.core.file_records import FileRecord, Stamp
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry

NOW: Final = datetime(2026, 6, 1, 8, tzinfo=UTC)
DAY: Final = timedelta(days=1)
SITE: Final = a_site()
IMAGE: Final = '<p><img src="https://example.org/posts/tea/a%20b.png" alt=""></p>'
TEA: Final = an_entry("tea", tags=("Tea",), content_html=IMAGE)
WRONG: Final = Retraction(TEA.id, "Wrong: 茶.", "command", NOW, NOW + 30 * DAY)
FILE: Final = FileRecord(
    "2026/tea.md", Stamp(1, 1, 1, 1), "x", "published", entry_id=TEA.id, key="path:2026/tea"
)


def publish(store: Store, **more: object) -> Publication:
    publication = Publication(SITE, **more)  # type: ignore[arg-type]  # of tests
    store.publish(publication, NOW)
    return publication


def test_a_retraction_is_read_as_it_was_written(either_store: Store) -> None:
    ended = replace(WRONG, entry_id="urn:x:1", until=NOW - DAY)
    taken_back = undone(replace(WRONG, entry_id="urn:x:2", origin="file"), NOW + DAY)
    publish(either_store, retractions=[WRONG, ended, taken_back])
    with either_store.snapshot() as snapshot:
        rows = snapshot.retractions
        assert rows.of([TEA.id, "urn:x:2", "urn:x:3"]) == {
            TEA.id: WRONG,
            "urn:x:2": taken_back,
        }
        assert {each.entry_id for each in rows.all()} == {TEA.id, "urn:x:1", "urn:x:2"}
        now_us = microseconds(NOW)
        assert rows.next_end(now_us) == microseconds(WRONG.until)
        assert rows.next_end(microseconds(WRONG.until)) is None
        assert rows.ended(microseconds(WRONG.until)) == []  # nothing of it is published
    changed = replace(WRONG, notice="Other.")
    publish(either_store, retractions=[changed])
    with either_store.snapshot() as snapshot:
        assert snapshot.retractions.of([TEA.id]) == {TEA.id: changed}


def test_the_notice_is_published_in_place_of_any_version_of_the_post(
    either_store: Store,
) -> None:
    publish(either_store, entries=[TEA])
    changes = either_store.publish(
        Publication(SITE, entries=[TEA], retractions=[WRONG]), NOW + DAY
    )
    assert set(changes.pages) == {
        *("posts/tea/", "posts/tea/a b.png"),
        *(
            f"archive{feed}/1/{name}"
            for feed in ("", "/tags/Tea", "/authors/Li")
            for name in ("atom.xml", "rss.xml", "feed.json")
        ),
    }
    edited = replace(TEA, content_html="<p>Again.</p>", title="New")
    publish(either_store, entries=[edited])
    with either_store.snapshot() as snapshot:
        entry = snapshot.entry(TEA.id)
        assert entry
        assert (entry.content_html, entry.is_notice, entry.title) == (
            "<p>Wrong: 茶.</p>",
            True,
            "New",
        )
        assert snapshot.retractions.ended(microseconds(WRONG.until)) == [TEA.id]
        assert snapshot.attached_at("posts/tea/a b.png", 9) == []
    ended = either_store.publish(Publication(SITE, entries=[edited]), WRONG.until)
    assert ended.changed == []  # it is not for a plain publish to withdraw an entry


def test_a_post_is_found_by_its_file_its_id_and_its_permalink(either_store: Store) -> None:
    draft = replace(FILE, path="draft.md", entry_id=None, key="", state="draft")
    hidden = replace(draft, path="hidden.md", key="path:hidden")
    publish(
        either_store,
        entries=[TEA],
        files=[FILE, draft, hidden],
        identities={"path:2026/tea": TEA.id, "path:hidden": "urn:x:hidden"},
    )
    with either_store.snapshot() as snapshot:

        def found(*names: str) -> list[tuple[str, str]]:
            return [(each.entry_id, each.path) for each in snapshot.posts_named(names)]

        tea = [(TEA.id, FILE.path)]
        assert found(FILE.path) == found(TEA.id) == found(TEA.permalink, "x") == tea
        assert found("draft.md") == [("", "draft.md")]
        assert found("hidden.md") == [("urn:x:hidden", "hidden.md")]
        assert found("tea.md") == found() == []
        assert snapshot.near_paths("2026/tae.md") == [FILE.path]
        assert snapshot.near_paths("nothing") == []
    publish(either_store, withdrawn=[TEA.id], forgotten=[FILE.path])
    assert found_id(either_store, TEA.permalink) == [TEA.id]


def found_id(store: Store, name: str) -> list[str]:
    with store.snapshot() as snapshot:
        return [each.entry_id for each in snapshot.posts_named([name])]
