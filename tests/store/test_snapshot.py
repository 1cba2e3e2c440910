"""Searches in a snapshot, with the same results on both engines."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from feedsvc.core.feeds.feeds import Kind
from feedsvc.core.file_records import FileRecord, Stamp
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from tests.support.builders import (
    a_site,
    an_entry,
    at,
)

ENTRIES = [
    an_entry("green", title="Green tea", tags=("Tea", "50%"), categories=(("Drinks", "Hot"),)),
    an_entry("white", title="White tea", tags=("Tea",), published=at("2026-03-02 09:30")),
    an_entry(
        "cup", title='A "cup"', tags=('a"b', "c\\d"), categories=(("Drinks",), ("Drinks2",))
    ),
]


@pytest.fixture
def store(either_store: Store) -> Store:
    """Three posts about tea."""
    either_store.publish(Publication(a_site(), ENTRIES), datetime(2026, 3, 3, tzinfo=UTC))
    return either_store


def test_feeds_are_counted_by_kind(store: Store) -> None:
    with store.snapshot() as snapshot:
        expected = {"site": 1, "tag": 4, "category": 3, "author": 1}
        assert snapshot.feed_counts() == expected


def test_a_feed_without_entries_is_in_no_list(store: Store) -> None:
    cup = next(entry for entry in ENTRIES if entry.title == 'A "cup"')
    store.publish(Publication(a_site(), withdrawn=[cup.id]), datetime(2026, 3, 4, tzinfo=UTC))
    with store.snapshot() as snapshot:
        assert snapshot.feed_counts() == {"site": 1, "tag": 2, "category": 2, "author": 1}
        found = [record.topic.label for record in snapshot.largest_feeds("tag", 9)]
        assert found == ["Tea", "50%"]
        assert snapshot.feeds_named_like("Drinks2", 9) == []
        listed = {record.topic.label for record in snapshot.listed_feeds()}
        assert listed == {"", "Tea", "50%", "Drinks", "Drinks / Hot", "Li"}
        emptied = snapshot.feed("categories/Drinks2")
        assert emptied is not None
        assert not emptied.is_listed
        assert snapshot.has_feeds_of("tag")
        assert not snapshot.has_feeds_of("language")


def test_the_largest_feeds_of_a_kind_come_first(store: Store) -> None:
    with store.snapshot() as snapshot:
        found = [record.topic.label for record in snapshot.largest_feeds("tag", 9)]
        assert (found[0], sorted(found[1:])) == ("Tea", ["50%", 'a"b', "c\\d"])
        behind = [record.topic.label for record in snapshot.largest_feeds("tag", 3, skip=1)]
        assert behind == found[1:]


def test_feeds_below_a_path_exclude_those_with_a_similar_path(store: Store) -> None:
    with store.snapshot() as snapshot:
        found = snapshot.feeds_below("categories/Drinks", 9)
        assert [record.topic.label for record in found] == ["Drinks / Hot"]


@pytest.fixture(params=["C", "und-x-icu"])
def collated(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[Store]:
    """A PostgreSQL store whose paths are compared as in databases of other locales."""
    opened = Store(postgres_url)
    with opened._database.writing() as connection:
        for table in ("feeds", "files"):
            connection.exec_driver_sql(
                f'ALTER TABLE {table} ALTER path TYPE text COLLATE "{request.param}"'
            )
    yield opened
    opened.close()


@pytest.mark.postgres
def test_paths_below_a_folder_are_those_in_it_in_every_collation(collated: Store) -> None:
    # In the collation of ICU "&" stands between "/" and "0", in that of bytes it does not.
    records = [
        FileRecord(path, Stamp(1, 1, 1, 1), "", "published")
        for path in ("notes/tea.md", "drafts&co/tea.md")
    ]
    entry = an_entry("tea", categories=(("Drinks", "Hot"), ("Drinks&Co",)))
    collated.publish(Publication(a_site(), [entry], files=records), at("2026-03-03"))
    with collated.snapshot() as snapshot:
        below = {name: snapshot.has_files_below(name) for name in ("notes", "drafts", "note")}
        assert below == {"notes": True, "drafts": False, "note": False}
        found = snapshot.feeds_below("categories/Drinks", 9)
        assert [record.topic.label for record in found] == ["Drinks / Hot"]


def test_files_below_a_folder_are_found(either_store: Store) -> None:
    records = [
        FileRecord(path, Stamp(1, 1, 1, 1), "", "published")
        for path in ("a/b/tea.md", "a-b/tea.md", "c")
    ]
    either_store.publish(Publication(a_site(), files=records), at("2026-03-03"))
    with either_store.snapshot() as snapshot:
        folders = ["a", "a/b", "a-b", "a-", "b", "c", "a/b/tea.md"]
        assert [f for f in folders if snapshot.has_files_below(f)] == ["a", "a/b", "a-b"]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("TEA", ["Tea"]),
        ("50%", ["50%"]),
        ("5_%", []),
        ('"', ['a"b']),
        ("c\\", ["c\\d"]),
        ("hot", ["Drinks / Hot"]),
        ("hot drink", ["Drinks / Hot"]),
        ("tea hot", []),
        ("Drinks / Hot", ["Drinks / Hot"]),
        ("Li", ["Li"]),
        ("]", []),
        ("none", []),
    ],
)
def test_a_feed_is_found_by_a_part_of_its_name(
    store: Store, text: str, labels: list[str]
) -> None:
    with store.snapshot() as snapshot:
        found = snapshot.feeds_named_like(text, 9)
        assert [record.topic.label for record in found] == labels


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("tea", ["White tea", "Green tea"]),
        ("tea gree", ["Green tea"]),
        ("%", []),
        ('"', ['A "cup"']),
    ],
)
def test_an_entry_is_found_by_a_part_of_its_title(
    store: Store, text: str, titles: list[str]
) -> None:
    with store.snapshot() as snapshot:
        number = snapshot.feed("").number  # type: ignore[union-attr]  # it is there
        found = snapshot.entries_titled_like(number, text, 9)
        assert [entry.title for entry in found] == titles


def test_older_entries_are_those_after_the_newest(store: Store) -> None:
    with store.snapshot() as snapshot:
        number = snapshot.feed("").number  # type: ignore[union-attr]  # it is there
        found = [entry.title for entry in snapshot.older(number, 2, skip=1)]
        assert found == ["Green tea", 'A "cup"']


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("中文", None, ["lang/zh-CN"]),
        ("français", "language", ["lang/fr"]),
        ("français (fr)", "language", ["lang/fr"]),
        ("zh-cn", None, ["lang/zh-CN"]),
        ("français", "tag", []),
    ],
)
def test_a_language_is_found_by_its_own_name(
    store: Store, text: str, kind: Kind | None, found: list[str]
) -> None:
    others = [an_entry(tag, tags=(), language=tag) for tag in ("zh-CN", "fr")]
    store.publish(Publication(a_site(), others), datetime(2026, 3, 4, tzinfo=UTC))
    with store.snapshot() as snapshot:
        records = snapshot.feeds_named_like(text, 9, kind)
    assert [record.topic.path for record in records] == found
