"""Days of the site end at its midnight, also if clocks change then."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from feedsvc.core.audience.days import Day

HOUR = 3600


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("zone", "when", "name", "until"),
    [
        ("UTC", "2026-11-29T00:00:00", "2026-11-29", "2026-11-30T00:00:00"),
        ("Asia/Shanghai", "2026-11-29T15:59:59", "2026-11-29", "2026-11-29T16:00:00"),
        ("Asia/Shanghai", "2026-11-29T16:00:00", "2026-11-30", "2026-11-30T16:00:00"),
        ("America/New_York", "2026-03-08T05:00:00", "2026-03-08", "2026-03-09T04:00:00"),
        ("America/New_York", "2026-11-01T04:00:00", "2026-11-01", "2026-11-02T05:00:00"),
        # Midnight is skipped there, or comes twice.
        ("Africa/Cairo", "2026-04-23T21:59:59", "2026-04-23", "2026-04-23T22:00:00"),
        ("Africa/Cairo", "2026-04-23T22:00:00", "2026-04-24", "2026-04-24T21:00:00"),
        ("America/Havana", "2026-11-01T03:59:59", "2026-10-31", "2026-11-01T04:00:00"),
        ("America/Havana", "2026-11-01T05:30:00", "2026-11-01", "2026-11-02T05:00:00"),
        ("America/Asuncion", "2023-03-26T03:30:00", "2023-03-25", "2023-03-26T04:00:00"),
    ],
)
def test_a_day_ends_at_midnight_in_the_zone_of_the_site(
    zone: str, when: str, name: str, until: str
) -> None:
    assert Day.at(at(when), ZoneInfo(zone)) == Day(name, at(until))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Africa/Cairo", "America/Havana"])
def test_days_follow_each_other_without_a_gap(zone: str) -> None:
    day, hours = Day.of(date(2026, 1, 1), ZoneInfo(zone)), 0.0
    for _ in range(364):
        following = Day.at(day.until, ZoneInfo(zone))
        assert following.until > day.until
        assert Day.at(following.until - 0.001, ZoneInfo(zone)) == following
        hours += (following.until - day.until) / HOUR
        day = following
    assert day.name == "2026-12-31"
    assert hours == 364 * 24
