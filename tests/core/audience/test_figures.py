"""Figures of a period: every day, the most polls first, and means of days."""

import pytest

from feedsvc.core.audience.figures import (
    Figures,
    Period,
    audience_report,
    kind_of,
    mean,
    percent,
    written_octets,
)


def test_a_period_is_so_many_days_up_to_the_last() -> None:
    period = Period.until("2026-03-02", 4, "tags/Tea")
    assert period == Period("2026-02-27", "2026-03-02", "tags/Tea")
    assert period.days() == ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]


def test_a_report_has_each_day_and_the_most_polls_first() -> None:
    period = Period("2026-03-01", "2026-03-03")
    days = [Figures("2026-03-02", {"polls": 4, "unmodified": 3}, 9, 50, 2)]
    feeds = [Figures("a", {"polls": 1}), Figures("", {"polls": 3}), Figures("b", {"polls": 3})]
    products = [Figures("Feedly", {"polls": 1}, 0, 50), Figures("other", {"polls": 3}, 9)]
    report = audience_report(period, days, feeds, products)
    assert [each.name for each in report.days] == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert [each.name for each in report.feeds] == ["", "b", "a"]
    assert [each.name for each in report.products] == ["other", "Feedly"]
    assert report.counted_days == 1
    assert report.days[1].unmodified_percent == 75
    assert report.days[0]["polls"] == 0
    told = report.to_dict()
    assert told["days_with_polls"] == 1
    assert told["days"][1] == {
        **{"day": "2026-03-02", "individuals": 9, "subscribers": 50, "pushes": 2},
        **{"polls": 4, "unmodified": 3},
    }
    assert [each["kind"] for each in told["products"]] == ["unknown", "aggregator"]


@pytest.mark.parametrize(
    ("total", "days", "expected"), [(7, 0, 0), (0, 3, 0), (7, 2, 4), (5, 3, 2), (4, 3, 1)]
)
def test_a_mean_is_rounded_half_up(total: int, days: int, expected: int) -> None:
    assert mean(total, days) == expected


def test_only_the_whole_is_100_percent() -> None:
    assert [percent(part, 1000) for part in (0, 4, 5, 999, 1000)] == [0, 0, 1, 99, 100]
    assert percent(0, 0) == 0


def test_the_kind_of_a_product_that_the_table_has_no_longer_is_unknown() -> None:
    assert [kind_of(name) for name in ("Feedly", "other", "Gone")] == [
        "aggregator",
        "unknown",
        "unknown",
    ]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1234, "1.23 kB"),
        (999_600, "1 MB"),
        (15_400_000, "15.4 MB"),
        (2_000_000_000, "2 GB"),
        (3_000_000_000_000, "3 TB"),
    ],
)
def test_octets_are_shown_with_three_digits(count: int, text: str) -> None:
    assert written_octets(count) == text
