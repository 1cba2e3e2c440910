"""Dates as authors write them, and as feeds want them."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from feedsvc.core.dates import microseconds, read_date, rfc822, rfc3339
from tests.builders import at

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")


def read(text: str, zone: ZoneInfo = SHANGHAI) -> str:
    return read_date(text, zone).isoformat()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01", "2026-03-01T00:00:00+08:00"),
        (" 2026-03-01 ", "2026-03-01T00:00:00+08:00"),
        ("2026/3/1", "2026-03-01T00:00:00+08:00"),
        ("2026/3/1 9:30", "2026-03-01T09:30:00+08:00"),
        ("2013/7/13 20:46:25", "2013-07-13T20:46:25+08:00"),
        ("2026-03-01 09:30:00", "2026-03-01T09:30:00+08:00"),
        ("2026-03-01T09:30", "2026-03-01T09:30:00+08:00"),
        ("2026-03-01T09:30:00.999", "2026-03-01T09:30:00+08:00"),
        ("2026-03-01T09:30:00Z", "2026-03-01T09:30:00+00:00"),
        ("2026-03-01t09:30:00z", "2026-03-01T09:30:00+00:00"),
        ("2026-03-01 09:30:00 UTC", "2026-03-01T09:30:00+00:00"),
        ("2026-03-01 09:30 GMT", "2026-03-01T09:30:00+00:00"),
        ("2026-03-01T09:30:00+01:00", "2026-03-01T09:30:00+01:00"),
        ("2026-03-01 09:30:00 -0430", "2026-03-01T09:30:00-04:30"),
        ("2026-03-01 09:30:00 +09", "2026-03-01T09:30:00+09:00"),
        ("2026-03-01 09:30:00 +14:00", "2026-03-01T09:30:00+14:00"),
        ("2024-02-29", "2024-02-29T00:00:00+08:00"),
    ],
)
def test_every_usual_notation_is_read(text: str, moment: str) -> None:
    assert read(text) == moment


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "it is not a date"),
        ("tomorrow", "it is not a date"),
        ("20260301", "it is not a date"),
        ("2026-03", "it is not a date"),
        ("2026-03-01T", "it is not a date"),
        ("2026-03-01 09", "it is not a date"),
        ("2026-03-01 9:30 PM", "it is not a date"),
        ("2026-03-01 Z", "it is not a date"),
        ("２０２６-03-01", "it is not a date"),
        ("2025-02-30", "day"),
        ("2026-13-01", "month"),
        ("0000-01-01", "year"),
        ("2026-03-01 24:00", "hour"),
        ("2026-03-01 23:59:60", "second"),
        ("2026-03-01T09:30:00+25:00", r"no time zone has the offset \+25:00"),
        ("2026-03-01T09:30:00-15:00", "no time zone has the offset -15:00"),
        ("2026-03-01T09:30:00-08:60", "no time zone has the offset -08:60"),
        ("0001-01-01", "it is outside the years 1 to 9999"),
        ("9999-12-31T23:59:59-05:00", "it is outside the years 1 to 9999"),
    ],
)
def test_an_impossible_date_is_refused_with_its_fault(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        read_date(text, SHANGHAI)


def test_the_first_and_the_last_second_are_read() -> None:
    assert read("0001-01-01T00:00:00Z") == "0001-01-01T00:00:00+00:00"
    assert read("9999-12-31 23:59:59") == "9999-12-31T23:59:59+08:00"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-08 01:59", "2026-03-08T01:59:00-05:00"),
        ("2026-03-08 02:30", "2026-03-08T03:30:00-04:00"),
        ("2026-03-08 03:00", "2026-03-08T03:00:00-04:00"),
    ],
)
def test_an_hour_that_a_clock_change_skips_is_moved_forward(text: str, moment: str) -> None:
    assert read(text, NEW_YORK) == moment


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    assert read("2026-11-01 01:30", NEW_YORK) == "2026-11-01T01:30:00-04:00"


def test_an_offset_of_old_has_whole_minutes_and_the_same_instant() -> None:
    moment = read_date("1900-01-01", SHANGHAI)  # +08:05:43, which RFC 3339 cannot write
    assert moment == datetime(1900, 1, 1, tzinfo=SHANGHAI)
    assert moment.utcoffset() == timedelta(hours=8, minutes=6)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (at("2026-03-01"), "2026-03-01T00:00:00Z"),
        (at("2026-03-01T09:30:00+08:00"), "2026-03-01T09:30:00+08:00"),
        (at("2026-03-01 09:30:00.999"), "2026-03-01T09:30:00Z"),
        (at("0001-01-01"), "0001-01-01T00:00:00Z"),
    ],
)
def test_atom_and_json_have_rfc_3339(moment: datetime, text: str) -> None:
    assert rfc3339(moment) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (at("2026-03-01"), "Sun, 01 Mar 2026 00:00:00 +0000"),
        (at("2026-12-31 23:59:58"), "Thu, 31 Dec 2026 23:59:58 +0000"),
        (at("0987-06-05"), "Tue, 05 Jun 0987 00:00:00 +0000"),
        (
            datetime(2026, 7, 4, tzinfo=timezone(timedelta(hours=-3.5))),
            "Sat, 04 Jul 2026 00:00:00 -0330",
        ),
    ],
)
def test_rss_has_rfc_822(moment: datetime, text: str) -> None:
    assert rfc822(moment) == text


def test_the_store_sorts_by_microseconds_since_1970() -> None:
    moments = [
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        at("1970-01-01"),
        at("1970-01-01T08:00:01+08:00"),
    ]
    assert [microseconds(moment) for moment in moments] == [-1, 0, 1_000_000]
