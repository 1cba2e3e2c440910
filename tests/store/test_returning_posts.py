"""Withdrawn entries that a new post may be: found by their texts, and by indexes."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from feedsvc.core.file_records import FileRecord, Stamp
from feedsvc.core.ledger.identities import Claim
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry
from tests.support.houses import NOW

ENTRY = an_entry()
CLAIM = Claim("tea.md", "slug:tea", ENTRY.title, ENTRY.published, "b", 500)
RECORD = FileRecord("tea.md", Stamp(1, 1, 1, 1), "d", "published", ENTRY.id, key="slug:tea")


def publish_and_withdraw(store: Store) -> None:
    known = {"identities": {CLAIM.key: ENTRY.id}, "claims": {ENTRY.id: CLAIM}}
    store.publish(Publication(a_site(), [ENTRY], files=[RECORD], **known), NOW)  # type: ignore[arg-type]
    gone = Publication(a_site(), withdrawn=[ENTRY.id], forgotten=["tea.md"])
    store.publish(gone, NOW)


def found(store: Store, *read: str) -> list[str]:
    with store.snapshot() as snapshot:
        return [entry.id for entry in snapshot.withdrawn(["b"], read)]


def test_a_withdrawn_entry_is_found_by_its_text(either_store: Store) -> None:
    publish_and_withdraw(either_store)
    assert found(either_store) == [ENTRY.id]


@pytest.mark.parametrize(
    "record",
    [
        replace(RECORD, path="b.md"),
        replace(RECORD, path="b.md", state="refused"),
        replace(RECORD, path="b.md", state="draft", entry_id=None),
    ],
    ids=lambda record: record.state,
)
def test_an_entry_whose_key_a_file_has_is_not_found_unless_that_was_read(
    either_store: Store, record: FileRecord
) -> None:
    publish_and_withdraw(either_store)
    either_store.publish(Publication(a_site(), files=[record]), NOW)
    assert found(either_store) == []
    assert found(either_store, "b.md") == [ENTRY.id]


def test_no_query_goes_through_all_files(store: Store) -> None:
    publish_and_withdraw(store)
    plans = list[str]()
    with store._database.reading() as connection:

        def explain(_c: object, _cursor: object, sql: str, values: Any, *_: object) -> None:
            explaining = connection.connection.cursor()
            explaining.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            plans.extend(row[3] for row in explaining.fetchall())

        sa.event.listen(connection.engine, "before_cursor_execute", explain)
        try:
            assert found(store) == [ENTRY.id]
        finally:
            sa.event.remove(connection.engine, "before_cursor_execute", explain)
    assert any("files USING" in plan for plan in plans)
    assert [plan for plan in plans if plan == "SCAN files"] == []
