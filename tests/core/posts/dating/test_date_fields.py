"""Dates in maps, in lists, in links of Obsidian and under keys of themes."""

import pytest

from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Draft, Post, Reading
from feedsvc.core.problems import Problem
from tests.support.builders import a_site, at, post_of, source


def read(front: str, path: str = "tea.md") -> Reading:
    return parse_post(path, source(front), a_site(timezone="UTC"))


def dates(front: str, path: str = "tea.md") -> tuple[str, str]:
    post = read(front, path)
    assert isinstance(post, Post), post
    return f"{post.published:%m-%d}", f"{post.updated:%m-%d}" if post.updated else ""


@pytest.mark.parametrize(
    ("front", "published", "updated"),
    [
        ("date: {created: 2026-01-05, updated: 2026-02-06}", "01-05", "02-06"),
        ("date:\n  created: 2026-01-05", "01-05", ""),
        ("Date: {Created: 2026-01-05, Modified: 2026-02-06}", "01-05", "02-06"),
        ("date: {published: 2026-01-05, created: 2026-01-01}", "01-05", ""),
        ("date: {publishedAt: 2026-01-05, editedAt: 2026-02-06}", "01-05", "02-06"),
        ("dates: {created: 2026-01-05, updated: 2026-02-06}", "01-05", "02-06"),
        ("date: {created: 2026-01-05, updated: null, ready: yes}", "01-05", ""),
        ("date: {created: 2026-01-05}\nupdated: 2026-02-06", "01-05", "02-06"),
        ("date: [2026-01-05]", "01-05", ""),
        ("date: [[2026-01-05]]", "01-05", ""),
        ("date: '[[2026-01-05]]'", "01-05", ""),
        ("date: '[[2026-01-05|Monday]]'", "01-05", ""),
        ("date: '[[daily/2026-01-05|2026-01-05]]'", "01-05", ""),
        ("date: '[[daily/2026-01-05]]'\nupdated: ['[[2026-02-06]]']", "01-05", "02-06"),
        ("published: ['2026-01-05']", "01-05", ""),
        ("date: !!timestamp 2026-01-05", "01-05", ""),
        ("date: !!str 2026-01-05", "01-05", ""),
        ("publishedAt: 2026-01-05\nupdatedAt: 2026-02-06\npublished: true", "01-05", "02-06"),
        ("createdAt: 2026-01-01\npublishedAt: 2026-01-05", "01-05", ""),
        ("last_update: {author: Li}\npubDatetime: 2026-01-05", "01-05", ""),
        ("last_update: {date: 2026-02-06}\npost_date: 2026-01-05", "01-05", "02-06"),
        ("last_update: 2026-02-06\npost-date: 2026-01-05", "01-05", "02-06"),
        ("date: 2026-01-05\ntime: 5 min\nrelease_date: 1999-01-01", "01-05", ""),
        ("date: 2026-01-05\nedited: true\nmodified_at: soon", "01-05", ""),
        (
            "date: 2026-01-05\nupdated: 2026-02-06\nlast_edited_time: 2026-03-07",
            "01-05",
            "02-06",
        ),
    ],
)
def test_the_dates_of_a_post_are_read(front: str, published: str, updated: str) -> None:
    assert dates(front) == (published, updated)
    reading = read(front)
    assert isinstance(reading, Post)
    assert reading.warnings == ()


@pytest.mark.parametrize(
    "inside",
    [
        *("publish: 2099-01-05", "published: 2099-01-05", "publishDate: 2099-01-05"),
        *("publish_on: 2099-01-05", "publishedAt: 2099-01-05", "embargo: 2099-01-05"),
        *("date: 2026-01-01, pubDate: 2099-01-05", "goLive: '[[2099-01-05]]'"),
    ],
)
def test_a_date_in_a_map_delays_the_post(inside: str) -> None:
    for name in ("date", "dates"):
        post = read(f"{name}: {{created: 2026-01-05, {inside}}}")
        assert isinstance(post, Post)
        assert post.public_from == at("2099-01-05")


@pytest.mark.parametrize(
    "key", ["expires", "expiryDate", "unpublish", "valid_until", "expired_at"]
)
def test_a_date_in_a_map_ends_the_post(key: str) -> None:
    post = read(f"date: {{created: 2026-01-05, {key}: 2026-02-05}}")
    assert isinstance(post, Post)
    assert post.expires == at("2026-02-05")


def test_a_flag_in_a_map_of_dates_hides_the_post() -> None:
    assert isinstance(read("date: {created: 2026-01-05, draft: true}"), Draft)
    assert isinstance(read("date: {created: 2026-01-05, draft: false}"), Post)
    assert isinstance(read("date: {created: 2026-01-05, expires: soon}"), Draft)


@pytest.mark.parametrize(
    ("front", "code", "fault"),
    [
        ("date: {updated: 2026-01-05}", "date", "is not a date"),
        ("date: {a: b}", "date", "is not a date"),
        ("date: [2026-01-05, 2026-01-06]", "date", "is not a date"),
        ("date: {created: 2026-02-30}", "date", "date.created: '2026-02-30'"),
        ("date: '[[Monday]]'", "date", "is not a date"),
        ("time: 5 min", "no-date", "no date"),
        ("posted: true", "no-date", "no date"),
    ],
)
def test_a_date_that_is_none_is_refused(front: str, code: str, fault: str) -> None:
    reading = read(front)
    assert isinstance(reading, Problem)
    assert (reading.code, fault in reading.fault) == (code, True)


@pytest.mark.parametrize("key", ["publishDate", "publishedAt"])
def test_a_date_with_two_meanings_is_warned_of_once(key: str) -> None:
    post = read(f"{key}: 2026-01-05T10:00:00+15:00")
    assert isinstance(post, Post)
    assert [each.code for each in post.warnings] == ["offset"]


def test_a_date_of_a_theme_that_cannot_be_read_is_a_warning() -> None:
    post = post_of("updatedAt: 2026-02-30")
    (warning,) = post.warnings
    assert (warning.code, warning.line, warning.column) == ("date", 3, 12)
    assert warning.fault.endswith("day is out of range for month; it is left out")
    assert post.updated is None
    refused = read("publishedAt: 2026-02-30")
    assert isinstance(refused, Problem)
    assert (refused.code, [each.code for each in refused.warnings]) == ("no-date", ["date"])


@pytest.mark.parametrize(
    "key", ["publishedAt", "pubDatetime", "date_published", "publish_time"]
)
def test_a_post_waits_for_a_later_publication(key: str) -> None:
    assert post_of(f"{key}: 2099-01-01").public_from == at("2099-01-01T00:00+08:00")
    assert post_of(f"{key}: soon").public_from.year == 2026


@pytest.mark.parametrize("key", ["created_at", "release_date", "posted", "time"])
def test_a_post_does_not_wait_for_other_dates(key: str) -> None:
    assert post_of(f"{key}: 2099-01-01").public_from.year == 2026


def test_a_post_with_a_false_publication_is_hidden() -> None:
    for key in ("publishedOn", "isPublished", "datePublished"):
        assert isinstance(read(f"date: 2026-01-05\n{key}: false"), Draft)


def test_a_known_key_of_a_date_is_not_reported_as_unknown() -> None:
    front = "publishedAt: 2026-01-05\nupdateDate: 2026-01-05\ndates: {created: 2026-01-05}"
    assert post_of(front).warnings == ()


@pytest.mark.parametrize(
    ("written", "moment", "offset"),
    [
        ("2026-01-06 16:30:00 +16:30", "2026-01-06T00:00+00:00", "+16:30"),
        ("2026-01-06T14:30:00+14:30", "2026-01-06T00:00+00:00", "+14:30"),
        ("2026-01-06 00:01:00 -2359", "2026-01-07T00:00+00:00", "-23:59"),
        ("Tue, 06 Jan 2026 15:00:00 GMT+15", "2026-01-06T00:00+00:00", "+15:00"),
        ("2026年1月6日 15:00 +1500", "2026-01-06T00:00+00:00", "+15:00"),
    ],
)
def test_an_offset_that_no_feed_can_contain_becomes_utc(
    written: str, moment: str, offset: str
) -> None:
    post = read(f"date: {written}\npublishDate: {written}")
    assert isinstance(post, Post)
    assert post.published.isoformat() == at(moment).isoformat()
    assert [each.code for each in post.warnings] == ["offset", "offset"]
    assert offset in post.warnings[0].fault
    assert post.warnings[0].cure == "write an offset from -14:00 to +14:00"


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        *(("UT", 0), ("GMT", 0), ("UTC", 0), ("Z", 0), ("CET", 1), ("CEST", 2), ("cet", 1)),
        *(("+14:00", 14), ("-14:00", -14)),
    ],
)
def test_a_zone_with_one_meaning_is_read(written: str, hours: int) -> None:
    post = read(f"date: 2026-01-06 09:30 {written}")
    assert isinstance(post, Post)
    offset = post.published.utcoffset()
    assert offset is not None
    assert (offset.total_seconds() / 3600, post.warnings) == (hours, ())


@pytest.mark.parametrize("zone", ["CST", "IST", "BST", "EST", "PST", "EDT"])
def test_a_zone_with_several_meanings_is_refused_with_its_cure(zone: str) -> None:
    reading = read(f"date: 2026-01-06 09:30 {zone}")
    assert isinstance(reading, Problem)
    assert reading.fault.endswith(f"the zone {zone} is ambiguous")
    assert reading.cure == ("write an offset such as +08:00, as in 2026-03-01T09:30:00+08:00")
