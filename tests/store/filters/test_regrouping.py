"""Feeds that settings decide: `feeds.main` and `[filters]`, on either engine."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from feedsvc.core.feeds.archives.paging import Extent
from feedsvc.core.feeds.deletions.retractions import Retraction
from feedsvc.core.site import Site
from feedsvc.store.publication import Changes, Publication
from feedsvc.store.snapshot import FeedRecord
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry, at

NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)
MEDICINE: Final = ("medicine", "Medicine", "tag=AI&not-tag=diary")
COUNT: Final = 1200  # more than two chunks


def publish(store: Store, site: Site, *entries: Any) -> Changes:
    return store.publish(Publication(site, entries), NOW)


def posts(count: int = 6) -> list[Any]:
    """Posts on different days: all of AI, every third of diary."""
    return [
        an_entry(
            f"{n:04}",
            published=at("2026-03-01") + timedelta(minutes=n),
            tags=("AI", "diary") if n % 3 == 0 else ("AI",),
        )
        for n in range(count)
    ]


def record(store: Store, path: str) -> FeedRecord:
    with store.snapshot() as snapshot:
        found = snapshot.feed(path)
        assert found
        return found


def titles(store: Store, path: str) -> list[str]:
    with store.snapshot() as snapshot:
        return [entry.title for entry in snapshot.newest(record(store, path).number, 20)]


def test_a_filter_with_a_name_is_a_feed_from_the_first_publish(either_store: Store) -> None:
    changes = publish(either_store, a_site(filters=(MEDICINE,)), *posts())
    assert "filters/medicine" in changes.feeds
    assert titles(either_store, "filters/medicine") == ["0005", "0004", "0002", "0001"]
    assert record(either_store, "filters/medicine").extent == Extent(4, 4)


def test_a_new_filter_gets_the_entries_that_there_are(either_store: Store) -> None:
    publish(either_store, a_site(), *posts(COUNT))
    before = record(either_store, "tags/AI").digest
    changes = publish(either_store, a_site(filters=(MEDICINE,)))
    assert (changes.changed, changes.added, changes.feeds) == ([], [], ["filters/medicine"])
    found = record(either_store, "filters/medicine")
    assert found.extent == Extent(COUNT * 2 // 3, COUNT * 2 // 3)
    assert record(either_store, "tags/AI").digest == before
    with either_store.snapshot() as snapshot:
        oldest = snapshot.numbered(found.number, 1, 2)
    assert [entry.title for entry in oldest] == ["0002", "0001"]


def test_another_query_moves_entries_and_keeps_numbers(either_store: Store) -> None:
    publish(either_store, a_site(filters=(MEDICINE,)), *posts())
    other = ("medicine", "Medicine", "tag=diary")
    changes = publish(either_store, a_site(filters=(other,)))
    assert changes.feeds == ["filters/medicine"]
    assert titles(either_store, "filters/medicine") == ["0003", "0000"]
    assert record(either_store, "filters/medicine").extent == Extent(2, 6)


def test_another_title_changes_the_feed_of_the_filter_alone(either_store: Store) -> None:
    publish(either_store, a_site(filters=(MEDICINE,)), *posts())
    with either_store.snapshot() as snapshot:
        before = snapshot.facts()["opml_digest"]
    renamed = ("medicine", "Doctors", MEDICINE[2])
    changes = publish(either_store, a_site(filters=(renamed,)))
    assert changes.feeds == ["filters/medicine"]
    assert record(either_store, "filters/medicine").topic.label == "Doctors"
    with either_store.snapshot() as snapshot:
        assert snapshot.facts()["opml_digest"] != before


def test_a_removed_filter_is_an_empty_feed_that_no_list_has(either_store: Store) -> None:
    publish(either_store, a_site(filters=(MEDICINE,)), *posts())
    publish(either_store, a_site())
    assert record(either_store, "filters/medicine").entries == 0
    with either_store.snapshot() as snapshot:
        assert "filters/medicine" not in {f.topic.path for f in snapshot.listed_feeds()}


def test_main_keeps_entries_out_of_the_feed_of_the_site_alone(either_store: Store) -> None:
    publish(either_store, a_site(), *posts(COUNT))
    tag = record(either_store, "tags/diary").digest
    changes = publish(either_store, a_site(main="not-tag=diary"))
    assert (changes.changed, changes.withdrawn, changes.feeds) == ([], [], [""])
    assert record(either_store, "").extent == Extent(COUNT * 2 // 3, COUNT)
    assert record(either_store, "tags/diary").digest == tag
    assert publish(either_store, a_site(main="not-tag=diary")).feeds == []


def test_entries_come_back_with_new_numbers_without_main(either_store: Store) -> None:
    publish(either_store, a_site(main="not-tag=diary"), *posts())
    assert record(either_store, "").extent == Extent(4, 4)
    publish(either_store, a_site())
    assert record(either_store, "").extent == Extent(6, 6)
    assert titles(either_store, "") == ["0005", "0004", "0003", "0002", "0001", "0000"]


def test_an_edited_post_moves_between_the_feeds_that_settings_decide(store: Store) -> None:
    site = a_site(main="not-tag=diary", filters=(MEDICINE,))
    publish(store, site, *posts(3))
    assert titles(store, "") == ["0002", "0001"]
    moved = an_entry("0000", published=at("2026-03-01"), tags=("AI",))
    publish(store, site, moved)
    assert titles(store, "") == titles(store, "filters/medicine") == ["0002", "0001", "0000"]


def test_losses_are_weighed_in_the_feeds_that_have_the_posts(store: Store) -> None:
    publish(store, a_site(main="not-tag=diary", filters=(MEDICINE,)), *posts(2))
    with store.snapshot() as snapshot:
        ids = [f"tag:example.org,2026:{n:04}" for n in range(2)]
        found = snapshot.feed_paths(ids)
    assert set(found[ids[0]]) == {"tags/AI", "tags/diary", "authors/Li"}
    assert set(found[ids[1]]) == {"", "tags/AI", "authors/Li", "filters/medicine"}


def test_a_notice_stands_among_the_newest_of_a_new_filter_and_of_the_main_feed(
    either_store: Store,
) -> None:
    oldest, *others = posts(3)
    site, now = a_site(main="not-tag=diary"), NOW + timedelta(days=1)
    notice = Retraction(others[0].id, "Wrong.", "command", now, now + timedelta(days=9))
    either_store.publish(Publication(site, [oldest, *others]), NOW)
    either_store.publish(Publication(site, others, retractions=[notice]), now)
    either_store.publish(Publication(a_site(filters=(MEDICINE,))), now)
    for path in ("filters/medicine", "", "tags/AI"):
        assert titles(either_store, path)[:2] == ["0001", "0002"]
    found = record(either_store, "filters/medicine")
    assert found.extent == Extent(2, 2)
