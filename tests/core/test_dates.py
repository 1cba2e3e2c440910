"""Dates as authors write them and as feeds format them."""

from datetime import UTC, datetime, timedelta, timezone
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.core.dates import date_in_name, microseconds, read_date, rfc822, rfc3339
from tests.support.builders import at

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
        ("2026.03.01", "2026-03-01T00:00:00+08:00"),
        ("2001-12-14t21:59:43.10-05:00", "2001-12-14T21:59:43-05:00"),
        ("2001-12-14 21:59:43.10 -5", "2001-12-14T21:59:43-05:00"),
        ("2001-12-14 21:59:43 +5:30", "2001-12-14T21:59:43+05:30"),
        ("2026-03-01 09:30 Europe/Paris", "2026-03-01T09:30:00+01:00"),
        ("2026-07-01 09:30 America/Argentina/Ushuaia", "2026-07-01T09:30:00-03:00"),
        ("2026-03-01 09:30 Etc/GMT-9", "2026-03-01T09:30:00+09:00"),
        ("2026-03-01 09:30:00." + "9" * 5_000, "2026-03-01T09:30:00+08:00"),
    ],
)
def test_every_usual_notation_is_read(text: str, moment: str) -> None:
    assert read(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20260301", "2026-03-01T00:00:00+08:00"),
        ("20260301T0930", "2026-03-01T09:30:00+08:00"),
        ("20260301T093015Z", "2026-03-01T09:30:15+00:00"),
        ("20260301T093015.5+0100", "2026-03-01T09:30:15+01:00"),
        ("2026-03-01T093015", "2026-03-01T09:30:15+08:00"),
        ("20260301 09:30", "2026-03-01T09:30:00+08:00"),
        ("2026-03-01Z", "2026-03-01T00:00:00+00:00"),
        ("2026-03-01 +0900", "2026-03-01T00:00:00+09:00"),
        ("2026-03-01T09:30:00\u221205:00", "2026-03-01T09:30:00-05:00"),
    ],
)
def test_the_other_forms_of_iso_8601_are_read(text: str, moment: str) -> None:
    assert read(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("March 1, 2026", "2026-03-01T00:00:00+08:00"),
        ("Mar 01 2026", "2026-03-01T00:00:00+08:00"),
        ("march 1st, 2026 at 9:30pm", "2026-03-01T21:30:00+08:00"),
        ("Sept. 2nd 2026, 9:30:15 a.m.", "2026-09-02T09:30:15+08:00"),
        ("May 3, 2026", "2026-05-03T00:00:00+08:00"),
        ("1 March 2026", "2026-03-01T00:00:00+08:00"),
        ("1st of March, 2026 09:30", "2026-03-01T09:30:00+08:00"),
        ("01-Mar-2026 09:30", "2026-03-01T09:30:00+08:00"),
        ("2026-Mar-01", "2026-03-01T00:00:00+08:00"),
        ("Sunday, 1 March 2026", "2026-03-01T00:00:00+08:00"),
        ("Sun, March 1, 2026", "2026-03-01T00:00:00+08:00"),
        ("2026-03-01, 09:30", "2026-03-01T09:30:00+08:00"),
        ("2026-03-01 at 09:30", "2026-03-01T09:30:00+08:00"),
        ("2026-03-01 Sun 09:30", "2026-03-01T09:30:00+08:00"),
        ("2026-03-01 (Sunday)", "2026-03-01T00:00:00+08:00"),
    ],
)
def test_english_dates_are_read(text: str, moment: str) -> None:
    assert read(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01 9:30 PM", "21:30:00"),
        ("2026-03-01T9:30pm", "21:30:00"),
        ("2026-03-01 9:30:15.5 AM", "09:30:15"),
        ("2026-03-01 9 PM", "21:00:00"),
        ("2026-03-01 12:05 a.m.", "00:05:00"),
        ("2026-03-01 12:05 p.m.", "12:05:00"),
        ("2026-03-01, 9:30:00\u202fAM", "09:30:00"),
    ],
)
def test_clocks_with_12_hours_are_read(text: str, moment: str) -> None:
    assert read(text) == f"2026-03-01T{moment}+08:00"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sun, 01 Mar 2026 09:30:00 +0900", "2026-03-01T09:30:00+09:00"),
        ("1 Mar 2026 09:30 GMT", "2026-03-01T09:30:00+00:00"),
        ("Sun, 01 Mar 2026 09:30:00 UT", "2026-03-01T09:30:00+00:00"),
        (
            "Sun Mar 01 2026 09:30:00 GMT+0900 (Japan Standard Time)",
            "2026-03-01T09:30:00+09:00",
        ),
        (
            "March 1, 2026, 9:30:00 PM UTC +0900 (Tokyo)",
            "2026-03-01T21:30:00+09:00",
        ),
        ("Sun Mar  1 09:30:00 2026", "2026-03-01T09:30:00+08:00"),
        ("Sun Mar 1 09:30:00 2026 -0500", "2026-03-01T09:30:00-05:00"),
        ("Sun Mar  1 09:30:00 UTC 2026", "2026-03-01T09:30:00+00:00"),
        ("2026-03-01 09:30:00 -0700 PDT", "2026-03-01T09:30:00-07:00"),
        ("2026-03-01T09:30:00+01:00[Europe/Paris]", "2026-03-01T09:30:00+01:00"),
        ("2026-03-01T09:30:00.5+01:00 (heure d\u2019hiver)", "2026-03-01T09:30:00+01:00"),
        ("20260301T0930Z[Asia/Tokyo]", "2026-03-01T09:30:00+00:00"),
        ("2026-03-01T09:30[Europe/Paris]", "2026-03-01T09:30:00+01:00"),
        ("2026-03-01 09:30 UTC+9", "2026-03-01T09:30:00+09:00"),
        ("2026-03-01 09:30 GMT +09:00", "2026-03-01T09:30:00+09:00"),
        ("2026-03-01 9:30 PM +09:00", "2026-03-01T21:30:00+09:00"),
    ],
)
def test_dates_that_programs_write_are_read(text: str, moment: str) -> None:
    assert read(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026年3月1日", "2026-03-01T00:00:00+08:00"),
        ("2026年03月01日 9:30", "2026-03-01T09:30:00+08:00"),
        ("2026 年 3 月 1 日 9:30:15", "2026-03-01T09:30:15+08:00"),
        ("2026年3月1日下午9:30", "2026-03-01T21:30:00+08:00"),
        ("2026年3月1号 上午9点30分", "2026-03-01T09:30:00+08:00"),
        ("2026年3月1日 9時5分6秒", "2026-03-01T09:05:06+08:00"),
        ("2026年3月1日 午後9時", "2026-03-01T21:00:00+08:00"),
        ("2026年3月1日 星期日 09:30", "2026-03-01T09:30:00+08:00"),
        ("2026-03-01 周日", "2026-03-01T00:00:00+08:00"),
        ("2026-03-01 星期天", "2026-03-01T00:00:00+08:00"),
        ("２０２６－０３－０１　０９：３０", "2026-03-01T09:30:00+08:00"),
    ],
)
def test_chinese_and_japanese_dates_are_read(text: str, moment: str) -> None:
    assert read(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1772328600", "2026-03-01T09:30:00+08:00"),
        ("1772328600999", "2026-03-01T09:30:00+08:00"),
        ("0000000000", "1970-01-01T08:00:00+08:00"),
        ("9999999999", "2286-11-21T01:46:39+08:00"),
    ],
)
def test_ten_and_thirteen_digits_count_from_1970(text: str, moment: str) -> None:
    assert read(text) == moment


def test_seconds_since_1970_may_be_in_a_repeated_hour() -> None:
    assert read("1793511000", NEW_YORK) == "2026-11-01T01:30:00-04:00"
    assert read("1793514600", NEW_YORK) == "2026-11-01T01:30:00-05:00"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "it is not a date"),
        ("tea", "it is not a date"),
        ("Sunday", "it is not a date"),
        ("9:30 PM", "it is not a date"),
        ("2026-03-01T", "it is not a date"),
        ("2026-03-01 09", "it is not a date"),
        ("2026-03-01 9点半", "it is not a date"),
        ("2026-03-01 09:30 +900", "it is not a date"),
        ("2026-03-01 09:30 Asia/../Tokyo", "it is not a date"),
        ("march 1, 2026" + " " * 90 + "x", "it is not a date"),
        ("9" * 5_000, "^it is not a date$"),
        ("1-Mar-2026 noon", "^it is not a date$"),
        ("1-Mar-2026 (or later)", "^it is not a date$"),
        ("2026-03-01-1200", "^it is not a date$"),
        ("2026-03-01 PM", "^it is not a date$"),
        ("2026-03-01 9.05 PM", "^it is not a date$"),
        ("2026年3月1日 9点5", "^it is not a date$"),
        ("2026-03-01 9:30 Uhr", "^it is not a date$"),
        ("202603010930", "it is not a date: 12 digits are neither"),
        ("0", "it is not a date: 1 digits are neither"),
        ("2026", "it is a year without a month and a day"),
        ("2026年", "it is a year without a month and a day"),
        ("2026-03", "it has no day"),
        ("2026年3月", "it has no day"),
        ("March 2026", "it has no day"),
        ("March 1", "it has no year"),
        ("1 March", "it has no year"),
        ("now", "it means a different day each day; write the date"),
        ("Today", "it means a different day each day"),
        ("tomorrow", "it means a different day each day"),
        ("Last Modified", "it means a different day each day"),
        ("03/04/2026", "it is not clear which part is the month; write the year first"),
        ("13.04.2026", "it is not clear which part is the month"),
        ("3/1/2026, 9:30:00 AM", "it is not clear which part is the month"),
        ("26-03-01", "its year has two digits; write all four"),
        ("Sun, 01 Mar 26 09:30:00 GMT", "its year has two digits"),
        ("2026-03-01 09:30 CST", r"the zone CST is ambiguous; .* \+08:00"),
        ("2026-03-01 9:30 PM EST", "the zone EST is ambiguous"),
        ("Sun Mar  1 09:30:00 IST 2026", "the zone IST is ambiguous"),
        ("Mon, 01 Mar 2026 09:30:00 GMT", "2026-03-01 is a Sunday, not a Mon"),
        ("2026年3月1日 星期一", "2026-03-01 is a Sunday, not a 星期一"),
        ("2026-02-30 Mon", "day"),
        ("2025-02-30", "day"),
        ("20250230", "day"),
        ("2026年2月30日", "day"),
        ("2026-13-01", "month"),
        ("0000-01-01", "year"),
        ("2026-03-01 24:00", "hour"),
        ("2026-03-01 23:59:60", "second"),
        ("2026-03-01 13:30 PM", "'13:30 PM' is not a time of a 12-hour clock"),
        ("2026-03-01 0:30 AM", "'0:30 AM' is not a time of a 12-hour clock"),
        ("2026年3月1日 下午15:30", "'下午15:30' is not a time of a 12-hour clock"),
        ("2026-03-01T09:30:00+25:00", r"no time zone has the offset \+25:00"),
        ("2026-03-01T09:30:00-24:00", "no time zone has the offset -24:00"),
        ("2026-03-01T09:30:00-08:60", "no time zone has the offset -08:60"),
        ("2026-03-01 09:30 Asia/Nowhere", "there is no time zone Asia/Nowhere"),
        ("2026-03-01 09:30 America/Indiana", "there is no time zone America/Indiana"),
        ("2026-03-01 09:30 Asia//Tokyo", "there is no time zone Asia//Tokyo"),
        ("2026-03-01 09:30 right/Asia/Tokyo", "there is no time zone right/Asia/Tokyo"),
        ("0001-01-01", "it is outside the years 1 to 9999"),
        ("0001-01-01 00:00 Asia/Tokyo", "it is outside the years 1 to 9999"),
        ("9999-12-31T23:59:59-05:00", "it is outside the years 1 to 9999"),
    ],
)
def test_an_invalid_or_ambiguous_date_is_refused_with_its_fault(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        read_date(text, SHANGHAI)


@pytest.mark.parametrize(
    "text",
    [
        "9" * 5_000_000,
        " " * 5_000_000,
        "2026-03-01 " + " " * 5_000_000 + "x",
        "2026-03-01 09:30:00." + "9" * 5_000_000 + "x",
        "2026-03-01 09:30 " + "a/" * 2_500_000,
        "2026-03-01 09:30 " + "+" * 5_000_000,
        "March " * 1_000_000,
        "9年" * 2_500_000,
    ],
)
def test_a_very_long_text_is_refused_at_once(text: str) -> None:
    begun = process_time()
    with pytest.raises(ValueError, match="not a date"):
        read_date(text, SHANGHAI)
    assert process_time() - begun < 2


_MOMENTS = st.datetimes(
    timezones=st.integers(-14 * 60, 14 * 60).map(
        lambda minutes: timezone(timedelta(minutes=minutes))
    ),
    min_value=datetime(1, 1, 3),  # noqa: DTZ001 - hypothesis asks for naive bounds
    max_value=datetime(9999, 12, 29),  # noqa: DTZ001
).map(lambda moment: moment.replace(microsecond=0))


@given(_MOMENTS)
def test_the_dates_in_feeds_read_back(moment: datetime) -> None:
    for text in (rfc3339(moment), rfc822(moment)):
        read_back = read_date(text, SHANGHAI)
        assert (read_back, read_back.utcoffset()) == (moment, moment.utcoffset())


@given(_MOMENTS, st.sampled_from([SHANGHAI, NEW_YORK]))
def test_all_notations_without_an_offset_mean_one_moment(
    moment: datetime, zone: ZoneInfo
) -> None:
    day, clock = f"{moment.year:04}-{moment:%m-%d}", f"{moment:%H:%M:%S}"
    chinese = f"{moment.year:04}年{moment.month}月{moment.day}日 {clock}"
    english = f"{rfc822(moment)[5:16]} {moment:%I:%M:%S} {'AM' if moment.hour < 12 else 'PM'}"
    texts = [f"{day} {clock}", f"{day}T{clock}".replace("-", ""), chinese, english]
    assert len({read_date(text, zone) for text in texts}) == 1


_WRITTEN = (
    *("2026-03-01", "2026/3/1 9:30", "2026-03-01 09:30:00.5 +0800", "20260301T093000Z"),
    *("Sun, 1 Mar 2026 9:30 AM", "March 1st, 2026", "2026年3月1日 下午3点20分", "1772328600"),
    *("2026-03-01T09:30:00+08:00[Asia/Shanghai]", "Sun Mar  1 09:30:00 UTC 2026"),
)
_SLIPS = st.text(alphabet="0123456789 -/:.,TZ+年月日下午點PMamJunSt()[]_", max_size=1)


@given(st.sampled_from(_WRITTEN), st.integers(0, 40), st.integers(0, 2), _SLIPS)
def test_a_date_with_a_slip_is_read_to_the_second_or_refused(
    written: str, start: int, deleted: int, inserted: str
) -> None:
    text = written[:start] + inserted + written[start + deleted :]
    try:
        moment = read_date(text, SHANGHAI)
    except ValueError:
        assert text != written
    else:
        assert moment.microsecond == 0
        assert read_date(rfc3339(moment), NEW_YORK) == moment


@pytest.mark.parametrize(
    ("name", "moment", "rest"),
    [
        ("2026-03-01-tea", "2026-03-01T00:00:00+08:00", "tea"),
        ("2026-03-01_green_tea", "2026-03-01T00:00:00+08:00", "green_tea"),
        ("2026-03-01 Green tea", "2026-03-01T00:00:00+08:00", "Green tea"),
        ("2026-03-01 - Green tea", "2026-03-01T00:00:00+08:00", "Green tea"),
        ("2026-03-01", "2026-03-01T00:00:00+08:00", ""),
        ("2026-3-1-tea", "2026-03-01T00:00:00+08:00", "tea"),
        ("2026-03-01茶", "2026-03-01T00:00:00+08:00", "茶"),
        ("2026-03-01Tea", "2026-03-01T00:00:00+08:00", "Tea"),
        ("2026-03-01-2026-03-05-trip", "2026-03-01T00:00:00+08:00", "2026-03-05-trip"),
        ("2026-03-01T09:30:00Z", "2026-03-01T09:30:00+00:00", ""),
        ("2026-03-01T09:30:00Z-tea", "2026-03-01T09:30:00+00:00", "tea"),
        ("2026-03-01T09:30:00.5-02:00_tea", "2026-03-01T09:30:00-02:00", "tea"),
        ("2026-03-01T0930 tea", "2026-03-01T09:30:00+08:00", "tea"),
        ("2026-03-01T0930-2026-tea", "2026-03-01T09:30:00+08:00", "2026-tea"),
    ],
)
def test_a_files_name_may_begin_with_a_date(name: str, moment: str, rest: str) -> None:
    dated = date_in_name(name, SHANGHAI)
    assert dated is not None
    assert (dated[0].isoformat(), dated[1]) == (moment, rest)


@pytest.mark.parametrize(
    "name",
    [
        *("tea", "tea-2026-03-01", "2026-03-tea", "2026-13-01-tea", "2026-02-30"),
        *("2026-03-011", "20260301-tea", "26-03-01-tea", "2026-03-01T25:00:00Z-tea"),
        *("0000-01-01-tea", "0001-01-01-tea", "9" * 5_000, ""),
    ],
)
def test_a_name_without_a_date_in_front_has_none(name: str) -> None:
    assert date_in_name(name, SHANGHAI) is None


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


def test_the_first_of_a_repeated_hour_counts() -> None:
    assert read("2026-11-01 01:30", NEW_YORK) == "2026-11-01T01:30:00-04:00"


def test_a_historic_offset_is_rounded_to_minutes_and_keeps_the_instant() -> None:
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
def test_dates_of_atom_and_json_follow_rfc_3339(moment: datetime, text: str) -> None:
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
def test_dates_of_rss_follow_rfc_822(moment: datetime, text: str) -> None:
    assert rfc822(moment) == text


def test_the_store_sorts_by_microseconds_since_1970() -> None:
    moments = [
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        at("1970-01-01"),
        at("1970-01-01T08:00:01+08:00"),
    ]
    assert [microseconds(moment) for moment in moments] == [-1, 0, 1_000_000]
