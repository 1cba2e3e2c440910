"""Lists of feeds on the pages, without a server."""

from datetime import UTC, datetime

import pytest

from feedsvc.core.feeds.feeds import SITE_TOPIC, Topic
from feedsvc.store.snapshot import FeedRecord
from feedsvc.web.pages.navigation import (
    FeedLine,
    feed_line,
    tree,
)
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


def test_the_date_of_a_change_is_in_the_time_zone_of_the_site() -> None:
    late = datetime(2026, 3, 3, 20, tzinfo=UTC)
    line = feed_line(a_site(timezone="Asia/Shanghai"), FeedRecord(1, SITE_TOPIC, 1, "", late))
    assert (line.changed_at, line.changed_at.day) == (late, 4)
