"""Lists of feeds on the pages, without a server."""

from datetime import UTC, datetime

import pytest

from feedsvc.core.dates import rfc3339
from feedsvc.core.feeds.feeds import Topic
from feedsvc.store.snapshot import FeedRecord
from feedsvc.store.store import Store
from feedsvc.web.pages.navigation import (
    FeedLine,
    above,
    feed_line,
    feed_lines,
    in_zone,
    tree,
)
from tests.store.test_contract import entry, publish
from tests.support.builders import a_site

NOW = datetime(2026, 3, 3, tzinfo=UTC)


def _line(*names: str) -> FeedLine:
    return feed_line(a_site(), FeedRecord(1, Topic("category", names), 1, "", NOW))


def _shape(lines: list[FeedLine]) -> list[object]:
    return [[line.label, *_shape(line.below)] if line.below else line.label for line in lines]


@pytest.mark.parametrize(
    ("paths", "shape"),
    [
        (["Tea", "Tea/Green", "Paint"], ["Paint", ["Tea", "Green"]]),
        (["Tea/Green", "Tea"], [["Tea", "Green"]]),
        (["Tea/Green/Fine"], ["Tea / Green / Fine"]),
        (["Tea", "Tea/Green/Fine"], [["Tea", "Green / Fine"]]),
        (["Tea", "Tea-x", "Tea/x"], [["Tea", "x"], "Tea-x"]),
        ([], []),
    ],
)
def test_a_category_is_below_its_nearest_ancestor(
    paths: list[str], shape: list[object]
) -> None:
    assert _shape(tree(_line(*path.split("/")) for path in paths)) == shape


def test_the_date_of_a_feed_is_that_of_its_newest_post_in_the_zone_of_the_site(
    store: Store,
) -> None:
    late = datetime(2026, 3, 3, 20, tzinfo=UTC)
    older = entry("older", published=datetime(2026, 3, 1, tzinfo=UTC), tags=("Tea",))
    publish(
        store,
        older,
        entry("late", published=late, tags=()),
        now=datetime(2026, 9, 9, tzinfo=UTC),
    )
    with store.snapshot() as snapshot:
        records = [record for path in ("", "tags/Tea") if (record := snapshot.feed(path))]
        site, tea = feed_lines(snapshot, a_site(timezone="Asia/Shanghai"), records)
    assert (site.newest, tea.newest) == (late, older.published)
    assert site.newest
    assert site.newest.day == 4


def test_a_feed_without_posts_has_no_date(store: Store) -> None:
    publish(store, entry("only", tags=("Tea",)))
    publish(store, withdrawn=(entry("only").id,))
    with store.snapshot() as snapshot:
        record = snapshot.feed("tags/Tea")
        assert record
        (line,) = feed_lines(snapshot, a_site(), [record])
    assert line.newest is None


def test_a_parent_without_a_feed_has_no_page(store: Store) -> None:
    names = ("Drinks", "Hot", "Tea")
    limited = ("categories/Drinks/Hot/Tea", "categories/Drinks")
    publish(store, entry("limited", categories=(names,), feeds=limited))
    with store.snapshot() as snapshot:
        shown = above(snapshot, a_site(url="https://example.org"), Topic("category", names))
    assert shown == [("Drinks", "https://example.org/categories/Drinks/"), ("Hot", "")]


def test_the_offset_of_an_old_date_has_whole_minutes() -> None:
    old = datetime(1890, 1, 1, tzinfo=UTC)
    shown = in_zone(a_site(timezone="Asia/Shanghai"), old)
    assert rfc3339(shown) == "1890-01-01T08:06:00+08:06"
