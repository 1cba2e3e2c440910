"""A post that is forgotten leaves nothing in the store but hashes."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.file_records import FileRecord, Stamp
from feedsvc.core.ledger.ledger import LedgerEntry, forgotten_hash
from feedsvc.core.ledger.ledger_lines import LedgerRecord
from feedsvc.core.problems import Problem
from feedsvc.store.bulk import upsert
from feedsvc.store.publication import Publication
from feedsvc.store.rows import ledger_row, pack, unpack
from feedsvc.store.schema import ledger, metadata
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry

NOW: Final = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LATER: Final = NOW + timedelta(minutes=1)
SECRET: Final = an_entry(
    "secret",
    id="tag:x:secret",
    permalink="https://example.org/secret/",
    title="Secret 茶",
    content_html='<p>secret</p><img src="https://example.org/secret/secret.png">',
    tags=("Tea",),
)
OTHER: Final = an_entry("other", id="tag:x:other", tags=("Tea", "Green"))


def a_file(entry: Entry, path: str, **more: object) -> FileRecord:
    stamp = Stamp(1, 1, 1, 1)
    record = FileRecord(path, stamp, "d", "published", entry.id, key=f"path:{path[:-3]}")
    return replace(record, **more)  # type: ignore[arg-type]


@pytest.fixture
def filled(either_store: Store) -> Store:
    """Two posts, of which one is to be forgotten; everything names it that can."""
    twin = Problem("other.md", 2, "its key is that of secret.md", "give it another")
    ids = {"path:secret": SECRET.id, "slug:old-secret": SECRET.id, "path:other": OTHER.id}
    files = [
        a_file(SECRET, "secret.md"),
        a_file(OTHER, "other.md", problems=(twin,), wants="path:secret"),
    ]
    publication = Publication(a_site(), [SECRET, OTHER], files=files, identities=ids)
    changes = either_store.publish(publication, NOW)
    earlier = ("https://example.org/earlier-secret/",)
    entry = LedgerEntry(SECRET.id, "path:secret", NOW, earlier_permalinks=earlier)
    job, _ = either_store.jobs.enqueue(NOW)
    problem = {"path": "secret.md", "fault": "x"}
    report = {**changes.summary.to_dict("https://example.org"), "problems": [problem]}
    with either_store._database.writing() as connection:
        upsert(connection, ledger, [ledger_row(entry)])
        connection.execute(
            sa.text("UPDATE jobs SET report = :report, state = 'done' WHERE name = :name"),
            {"report": json.dumps(report), "name": job.name},
        )
        for table, columns in (
            (
                "held",
                "(entry_id, kind, path, title, reason, since) "
                "VALUES (:i, 'withdrawn', 'secret.md', 't', 'many', 1)",
            ),
            ("losses", "(entry_id, at, groups) VALUES (:i, 1, '[]')"),
            (
                "adoptions",
                "(number, key, entry_id, before) VALUES (1, 'path:secret', :i, :before)",
            ),
        ):
            before = json.dumps({"id": SECRET.id, "rss_guid": "", "ledger": None})
            values = {"i": SECRET.id, "before": before}
            connection.execute(sa.text(f"INSERT INTO {table} {columns}"), values)
    return either_store


def every_value(store: Store) -> Iterator[tuple[str, str]]:
    """Every text in the store, with its table."""
    with store._database.reading() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(sa.select(table)):
                texts = (unpack(v) if isinstance(v, bytes) else v for v in row)
                yield from ((table.name, text) for text in texts if isinstance(text, str))


def hashes(store: Store) -> frozenset[str]:
    with store.snapshot() as snapshot:
        return snapshot.forgotten()


def test_no_text_of_the_store_names_it(filled: Store) -> None:
    assert {table for table, text in every_value(filled) if "ecret" in text} >= {
        *("entries", "texts", "files", "identities", "ledger", "publishes", "jobs"),
        *("held", "losses", "adoptions", "attachments"),
    }
    filled.forget(SECRET.id, LATER)
    assert [(table, text) for table, text in every_value(filled) if "ecret" in text] == []


def test_hashes_of_its_id_keys_and_permalinks_stay(filled: Store) -> None:
    filled.forget(SECRET.id, LATER)
    texts = (SECRET.id, "path:secret", "slug:old-secret", SECRET.permalink)
    earlier = "https://example.org/earlier-secret/"
    assert hashes(filled) == {forgotten_hash(text) for text in (*texts, earlier)}


def test_the_other_posts_stay(filled: Store) -> None:
    filled.forget(SECRET.id, LATER)
    with filled.snapshot() as snapshot:
        feed = snapshot.feed("")
        assert feed is not None
        assert [entry.id for entry in snapshot.newest(feed.number, 9)] == [OTHER.id]
        assert feed.entries == 1
        assert snapshot.pinned(["path:other", "path:secret"]) == {"path:other": OTHER.id}
        summary = json.loads(filled.jobs.newest(1)[0].report)
    assert [each["id"] for each in summary["added"]["entries"]] == [OTHER.id]
    assert summary["added"]["count"] == 2


def test_its_feeds_have_a_new_version_and_other_feeds_do_not(filled: Store) -> None:
    def versions() -> dict[str, tuple[str, datetime]]:
        with filled.snapshot() as snapshot:
            return {f.topic.path: (f.digest, f.changed_at) for f in snapshot.feeds()}

    with filled.snapshot() as snapshot:
        revision = snapshot.revision()
    before = versions()
    changes = filled.forget(SECRET.id, LATER)
    assert changes is not None
    after = versions()
    assert {path for path in before if before[path] != after[path]} == set(changes.feeds)
    assert {"", "tags/Tea"} <= set(changes.feeds)
    assert "tags/Green" not in changes.feeds
    assert changes.revision == revision + 1


def test_a_file_that_wanted_its_key_is_read_again(filled: Store) -> None:
    changes = filled.forget(SECRET.id, LATER)
    assert changes is not None
    assert changes.unblocked == ["other.md"]
    with filled.snapshot() as snapshot:
        records = snapshot.files()
    assert records.keys() == {"other.md"}
    assert records["other.md"].digest == ""


def test_an_id_that_nobody_knows_is_nothing(filled: Store) -> None:
    assert filled.forget("tag:x:nobody", LATER) is None
    assert hashes(filled) == set()


def test_a_second_time_it_is_nothing(filled: Store) -> None:
    filled.forget(SECRET.id, LATER)
    assert filled.forget(SECRET.id, LATER) is None
    assert len(hashes(filled)) == 5


def test_a_post_that_was_withdrawn_long_ago_is_forgotten_too(filled: Store) -> None:
    withdrawing = Publication(a_site(), withdrawn=[SECRET.id], forgotten=["secret.md"])
    filled.publish(withdrawing, NOW)
    changes = filled.forget(SECRET.id, LATER)
    assert changes is not None
    assert changes.feeds == ["", "authors/Li", "tags/Tea"]  # they lose its tombstone
    assert [(table, text) for table, text in every_value(filled) if "ecret" in text] == []


def test_a_post_of_a_ledger_that_was_never_published_is_forgotten(either_store: Store) -> None:
    either_store.merge_ledger((), [LedgerRecord(LedgerEntry("a:b", "path:x"))], NOW)
    assert either_store.forget("a:b", LATER) is not None
    assert hashes(either_store) == {forgotten_hash("a:b"), forgotten_hash("path:x")}


def test_posts_are_still_read_again_after_an_upgrade(filled: Store) -> None:
    with filled._database.writing() as connection:
        connection.execute(sa.text("DELETE FROM facts WHERE name = 'renderer'"))
    filled.forget(SECRET.id, LATER)
    with filled.snapshot() as snapshot:
        assert not snapshot.is_current()


def test_sqlite_overwrites_its_bytes(store: Store, tmp_path: Path) -> None:
    words = "".join(f"<p>a secret word number {number}</p>" for number in range(9000))
    octets = pack(f"{SECRET.summary}\x00{words}")[-2000:]  # on pages of its own
    entries = [replace(SECRET, content_html=words), OTHER]
    store.publish(Publication(a_site(), entries), NOW)
    file = tmp_path / "var" / "feedsvc.sqlite3"

    def has_bytes() -> bool:
        parts = (file, file.with_name(file.name + "-wal"))
        return any(octets[:1000] in part.read_bytes() for part in parts if part.exists())

    assert has_bytes()
    with sqlite3.connect(file) as other:  # so that the log is not removed with the last one
        other.execute("SELECT 1 FROM facts").fetchall()
        store.forget(SECRET.id, LATER)
        assert not has_bytes()
    other.close()
