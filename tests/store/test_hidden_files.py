"""What the store has of files that are hidden and of posts that expire."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from feedsvc.core.file_records import FileRecord, HiddenPost, Stamp
from feedsvc.core.ledger.ledger import LedgerEntry, text_digest
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry, at

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def publish(store: Store, *entries: object, **more: object) -> None:
    store.publish(Publication(a_site(), entries, **more), NOW)  # type: ignore[arg-type]


def test_posts_that_expire_are_found_also_if_their_files_are_not_due(
    either_store: Store,
) -> None:
    stamp = Stamp(1, 1, 1, 1)
    ended = FileRecord("ended", stamp, "", "published", "id", ends_at=100)
    later = FileRecord("later", stamp, "", "published", "x", due_at=50, ends_at=200)
    never_published = FileRecord("draft", stamp, "", "draft", ends_at=100)
    publish(either_store, files=[ended, later, never_published])
    with either_store.snapshot() as snapshot:
        assert snapshot.expired(99) == []
        assert snapshot.expired(100) == [ended]
        assert sorted(snapshot.unsettled(100)) == ["draft", "ended", "later"]
        assert snapshot.next_due(100) == datetime.fromtimestamp(0.0002, UTC)


@pytest.mark.parametrize(
    "alike",
    [
        LedgerEntry("id", "slug:a"),
        LedgerEntry("id", "", title_digest="t"),
        LedgerEntry("id", "", body_digest="b"),
    ],
)
def test_hidden_posts_are_found_by_each_of_their_names(
    either_store: Store, alike: LedgerEntry
) -> None:
    post = HiddenPost("slug:a", "t", "b", at("2026-03-01T09:30:00+08:00"))
    draft = FileRecord("draft", Stamp(1, 1, 1, 1), "", "draft", hides=post)
    nameless = HiddenPost("slug:b", "", "", None)
    with either_store.snapshot() as snapshot:
        assert snapshot.hiding([LedgerEntry("id", "slug:a")]) == {}
    other = FileRecord("other", Stamp(1, 1, 1, 1), "", "draft", hides=nameless)
    publish(either_store, files=[draft, other])
    with either_store.snapshot() as snapshot:
        assert snapshot.hiding([LedgerEntry("id", "")]) == {}
        assert snapshot.hiding([alike]) == {"draft": draft}


@pytest.mark.parametrize(
    "post",
    [
        HiddenPost("slug:a", "", "", None),
        HiddenPost("", "t", "", None),
        HiddenPost("", "", "b", None),
    ],
)
def test_it_is_known_whether_any_file_hides_a_post(
    either_store: Store, post: HiddenPost
) -> None:
    public = FileRecord("tea", Stamp(1, 1, 1, 1), "", "published", "id")
    publish(either_store, files=[public])
    with either_store.snapshot() as snapshot:
        assert not snapshot.is_hiding_any()
    publish(either_store, files=[replace(public, path="b", state="draft", hides=post)])
    with either_store.snapshot() as snapshot:
        assert snapshot.is_hiding_any()


def test_titles_and_texts_that_several_posts_have_or_had_are_found(either_store: Store) -> None:
    same, other = an_entry(), replace(an_entry(), id="tag:x:2")
    gone = replace(an_entry(), id="tag:x:3", title="Gone")
    publish(either_store, same, other, gone)
    publish(either_store, withdrawn=[other.id])
    digests = [text_digest(an_entry().title), text_digest("Gone"), "none"]
    with either_store.snapshot() as snapshot:
        assert snapshot.shared_by_posts(digests) == {digests[0]}
        assert snapshot.shared_by_posts([]) == set()
