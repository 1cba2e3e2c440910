"""Each membership gets the next number of its feed, for good, on either engine."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from feedsvc.core.feeds.archives.paging import Extent
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import feed_digest
from feedsvc.core.rules import Rules
from feedsvc.core.site import Site
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from tests.support.builders import an_entry

NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)
SITE: Final = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")
DAYS: Final = {name: number for number, name in enumerate("abcdefghij")}
MANY: Final = 700  # more than a chunk


def entry(name: str, day: int | None = None, **changes: Any) -> Entry:
    """An entry of a day in March, with the tag Tea."""
    at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(DAYS[name] if day is None else day)
    return an_entry(name, **{"published": at, "updated": at, "tags": ("Tea",), **changes})


def publish(store: Store, *entries: Entry, site: Site = SITE, **more: Any) -> list[str]:
    return store.publish(Publication(site, entries, **more), NOW).feeds


def ids(*names: str) -> list[str]:
    return [f"tag:example.org,2026:{name}" for name in names]


def extent(store: Store, path: str = "") -> Extent:
    with store.snapshot() as snapshot:
        feed = snapshot.feed(path)
        assert feed
        return feed.extent


def numbers(store: Store, path: str = "") -> dict[int, str]:
    """The titles of the entries of a feed, by number."""
    found: dict[int, str] = {}
    with store.snapshot() as snapshot:
        feed = snapshot.feed(path)
        assert feed
        for number in range(1, feed.numbered + 2):
            for each in snapshot.numbered(feed.number, number, number):
                found[number] = each.title
    return found


def numbered(names: Iterable[str]) -> dict[int, str]:
    return dict(enumerate(names, 1))


def test_the_first_entries_are_numbered_in_the_order_of_publication(
    either_store: Store,
) -> None:
    publish(either_store, *map(entry, "cab"))
    assert numbers(either_store) == numbers(either_store, "tags/Tea") == numbered("abc")
    assert extent(either_store) == extent(either_store, "tags/Tea") == Extent(3, 3)


def test_equal_dates_are_numbered_by_the_octets_of_their_ids(either_store: Store) -> None:
    names = ["é", "b", "B", "a", "Z"]
    publish(either_store, *(entry(name, 1) for name in names))
    assert numbers(either_store) == numbered(["B", "Z", "a", "b", "é"])


def test_the_order_does_not_depend_on_chunks(either_store: Store) -> None:
    names = [f"{number:04}" for number in range(MANY)]
    later_first = [entry(name, day) for day, name in enumerate(names)][::-1]
    publish(either_store, *later_first)
    assert numbers(either_store) == numbers(either_store, "tags/Tea") == numbered(names)


def test_new_entries_get_the_next_numbers_whatever_their_dates_are(either_store: Store) -> None:
    publish(either_store, *map(entry, "fg"))
    publish(either_store, *map(entry, "iah"))
    publish(either_store, entry("b"))
    assert numbers(either_store) == numbered("fgahib")


def test_a_withdrawn_entry_leaves_a_hole(either_store: Store) -> None:
    publish(either_store, *map(entry, "abc"))
    publish(either_store, withdrawn=ids("b", "c"))
    assert numbers(either_store) == {1: "a"}
    publish(either_store, entry("b"))
    assert numbers(either_store) == {1: "a", 4: "b"}
    assert extent(either_store) == Extent(2, 4)


def test_a_feed_remembers_its_last_number_when_it_is_empty(either_store: Store) -> None:
    publish(either_store, *map(entry, "ab"))
    publish(either_store, withdrawn=ids("a", "b"))
    assert extent(either_store, "tags/Tea") == Extent(0, 2)
    publish(either_store, entry("c"))
    assert numbers(either_store, "tags/Tea") == {3: "c"}


@pytest.mark.parametrize("day", [-300, 300])
def test_a_new_date_moves_no_number(either_store: Store, day: int) -> None:
    publish(either_store, *map(entry, "abc"))
    publish(either_store, entry("b", day), entry("d"))
    assert numbers(either_store) == numbers(either_store, "tags/Tea") == numbered("abcd")


def test_a_new_date_of_every_entry_moves_no_number(either_store: Store) -> None:
    names = [f"{number:04}" for number in range(MANY)]
    publish(either_store, *(entry(name, day) for day, name in enumerate(names)))
    publish(either_store, *(entry(name, MANY - day) for day, name in enumerate(names)))
    assert numbers(either_store) == numbered(names)
    with either_store.snapshot() as snapshot:
        feed = snapshot.feed("")
        assert feed
        assert [each.title for each in snapshot.newest(feed.number, MANY)] == names


def test_an_edit_and_a_new_setting_move_no_number(either_store: Store) -> None:
    publish(either_store, *map(entry, "abc"))
    publish(either_store, entry("b", content_html="<p>New.</p>"))
    publish(either_store, site=replace(SITE, entries=1, title="Coffee"))
    assert numbers(either_store) == numbered("abc")


def test_a_tag_that_comes_back_gets_a_new_number(either_store: Store) -> None:
    publish(either_store, *map(entry, "ab"))
    publish(either_store, entry("a", tags=()))
    assert numbers(either_store, "tags/Tea") == {2: "b"}
    publish(either_store, entry("a"))
    assert numbers(either_store, "tags/Tea") == {2: "b", 3: "a"}
    assert numbers(either_store) == numbered("ab")


def test_feeds_number_apart(either_store: Store) -> None:
    publish(either_store, entry("a", tags=()), entry("b"), entry("c", tags=("Cup", "Tea")))
    assert numbers(either_store) == numbered("abc")
    assert numbers(either_store, "tags/Tea") == numbered("bc")
    assert numbers(either_store, "tags/Cup") == numbered("c")


def test_a_new_filter_numbers_what_it_has_after_the_same_publish(either_store: Store) -> None:
    publish(either_store, *map(entry, "abcd"))
    tea = replace(SITE, filters=(("tea", "Tea", "?tag=Tea"),))
    edited = entry("a", 5), entry("b", tags=()), entry("e", -1)
    publish(either_store, *edited, site=tea, withdrawn=ids("c"))
    assert numbers(either_store, "filters/tea") == numbered("eda")
    assert extent(either_store, "filters/tea") == Extent(3, 3)


def test_a_page_is_in_the_order_of_the_feed(either_store: Store) -> None:
    publish(either_store, *map(entry, "abc"), entry("B", 1))
    with either_store.snapshot() as snapshot:
        feed = snapshot.feed("")
        assert feed
        found = snapshot.numbered(feed.number, 2, 4)
        assert [each.title for each in found] == ["c", "b", "B"]
        assert snapshot.digests_of_numbered(feed.number, 2, 4) == [e.digest for e in found]


def test_a_renamed_feed_numbers_anew(either_store: Store) -> None:
    publish(either_store, *map(entry, "abc"))
    site = replace(SITE, rules=Rules(tag_aliases=(("Tea", "Green"),)))
    publish(either_store, *(entry(name, tags=("Green",)) for name in "cb"), site=site)
    assert numbers(either_store, "tags/Green") == numbered("bc")


# The digest of a feed changes when its links change, and only then.


def digest(store: Store) -> str:
    with store.snapshot() as snapshot:
        feed = snapshot.feed("")
        assert feed
        return feed.digest


def test_an_old_entry_that_ends_completeness_changes_the_feed(either_store: Store) -> None:
    site = replace(SITE, entries=2)
    publish(either_store, *map(entry, "bc"), site=site)
    complete = digest(either_store)
    publish(either_store, entry("a"), site=site)  # it is not shown
    cut = digest(either_store)
    assert cut != complete
    assert publish(either_store, entry("d", -9, tags=()), site=site) == []
    publish(either_store, site=site, withdrawn=ids("a", "d"), unnamed=ids("a", "d"))
    assert digest(either_store) == complete


def test_an_old_entry_that_begins_a_page_changes_the_feed(either_store: Store) -> None:
    site = replace(SITE, entries=2)
    publish(either_store, *(entry(f"{n:02}", n) for n in range(49)), site=site)
    before = digest(either_store)
    publish(either_store, entry("49", -49), site=site)
    assert digest(either_store) == before
    publish(either_store, entry("50", -50), site=site)
    assert digest(either_store) != before
    publish(either_store, site=site, withdrawn=ids("50"))
    assert extent(either_store) == Extent(50, 51)


def test_the_digest_is_as_computed_from_what_is_stored(either_store: Store) -> None:
    site = replace(SITE, entries=3)
    publish(either_store, *(entry(f"{n:02}", n) for n in range(60)), site=site)
    with either_store.snapshot() as snapshot:
        for feed in snapshot.feeds():
            window = [each.digest for each in snapshot.newest(feed.number, 3)]
            assert feed.digest == feed_digest(site, feed.topic, window, feed.extent)
