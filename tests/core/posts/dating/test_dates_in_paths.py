"""Dates in the paths of posts: the year first, a day that exists, and nothing guessed."""

from datetime import datetime
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from feedsvc.core.posts.dating.dates_in_paths import date_in_address, date_in_path
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from feedsvc.core.problems import Problem
from tests.support.builders import a_site

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("stem", "moment", "rest"),
    [
        ("2026-01-05-tea", "2026-01-05", "tea"),
        ("2026-1-5-tea", "2026-01-05", "tea"),
        ("2026_01_05_tea", "2026-01-05", "tea"),
        ("2026_01_05", "2026-01-05", ""),
        ("2026.01.05-tea", "2026-01-05", "tea"),
        ("2026 01 05 tea", "2026-01-05", "tea"),
        ("20260105-tea", "2026-01-05", "tea"),
        ("20260105 tea", "2026-01-05", "tea"),
        ("20260105", "2026-01-05", ""),
        ("202601051200-note", "2026-01-05 12:00", "note"),
        ("20260105120030", "2026-01-05 12:00", ""),
        ("20260105T1200-tea", "2026-01-05 12:00", "tea"),
        ("2026_01_05T1000_tea", "2026-01-05 10:00", "tea"),
        ("2026-01-05T1000-tea", "2026-01-05 10:00", "tea"),
        ("2026-01-05 Mon tea", "2026-01-05", "Mon tea"),
        ("2026年1月5日茶", "2026-01-05", "茶"),
        ("tea 2026-01-05", "2026-01-05", "tea"),
        ("green-tea-2026-01-05", "2026-01-05", "green-tea"),
        ("tea_2026_01_05", "2026-01-05", "tea"),
        ("tea (2026-01-05)", "2026-01-05", "tea"),
        ("tea 20260105", "2026-01-05", "tea"),
        ("茶 202601051200", "2026-01-05 12:00", "茶"),
        ("January 5th, 2026", "2026-01-05", ""),
        ("journal/5 Jan 2026", "2026-01-05", ""),
        ("2026/01-05-tea", "2026-01-05", "tea"),
        ("2026/01/05-tea", "2026-01-05", "tea"),
        ("2026/01/05/tea", "2026-01-05", "tea"),
        ("2026/1/5/tea", "2026-01-05", "tea"),
        ("2026/01/05", "2026-01-05", ""),
        ("2026-01/05-tea", "2026-01-05", "tea"),
        ("2026-01-05/tea", "2026-01-05", "tea"),
        ("20260105/tea", "2026-01-05", "tea"),
        ("blog/zh/2026/01/05_茶", "2026-01-05", "茶"),
        ("2025/12/31/2026-01-05-tea", "2026-01-05", "tea"),
        ("2025/12/31/tea 2026-01-05", "2026-01-05", "tea"),
    ],
)
def test_a_date_in_a_path_is_read(stem: str, moment: str, rest: str) -> None:
    expected = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
    assert date_in_path(stem, SHANGHAI) == (expected, rest)


@pytest.mark.parametrize(
    "stem",
    [
        *(
            "tea",
            "260105-tea",
            "05-01-2026-tea",
            "tea-05-01-2026",
            "05012026",
            "2026",
            "2026/05",
        ),
        *(
            "2026-02-30-tea",
            "20260230-tea",
            "2026/02/30/tea",
            "tea 2026-02-30",
            "2026/13/01/tea",
        ),
        *(
            "2026/05-tea",
            "2026/5-tea",
            "2026/01/5-cups",
            "2026/05-01-2026-tea",
            "1234/01/05/tea",
        ),
        *("12026-01-05", "tea2026-01-05", "20260105tea", "2026010512-tea", "1735689600"),
        *("202601059999-tea", "release-2026.1.5", "2026.1.5-release", "2026/01/05/deep/tea"),
        *("January 2026", "Tuesday, January 5, 2026", "May 5", "2026 in review"),
        *("2026/01/260105-tea", "x" * 600 + "/2026/01/05/tea"),
    ],
)
def test_a_path_without_a_certain_date_has_none(stem: str) -> None:
    assert date_in_path(stem, SHANGHAI) is None


@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("2026/01/05/tea", 5),
        ("/2026/01/05/tea.html", 5),
        ("/blog/2026/01/05/tea/index.html", 5),
        ("https://example.org/2026/01/05/tea/?a#b", 5),
        ("2026-01-05-tea", 5),
        ("/:year/:month/:day/tea/", 0),
        ("/tea/", 0),
        ("http://[", 0),
    ],
)
def test_a_date_in_an_address_is_read(address: str, day: int) -> None:
    moment = date_in_address(address, SHANGHAI)
    assert moment == (datetime(2026, 1, day, tzinfo=SHANGHAI) if day else None)


def read(path: str, front: str = "") -> Post | str:
    reading = parse_post(path, f"---\n{front}\n---\nText\n".encode(), a_site(timezone="UTC"))
    if isinstance(reading, Problem):
        return f"{reading.code}: {reading.text}"
    assert isinstance(reading, Post)
    return reading


@pytest.mark.parametrize(
    ("path", "front", "published", "title"),
    [
        ("20260105-green-tea.md", "", "2026-01-05", "green tea"),
        ("2026/01/05.md", "", "2026-01-05", "2026-01-05"),
        ("20260105.md", "", "2026-01-05", "2026-01-05"),
        ("2026-01-05.md", "", "2026-01-05", "2026-01-05"),
        ("2026/01-05-green-tea/index.zh.md", "", "2026-01-05", "green tea"),
        ("_posts/2026/01/05/green-tea.md", "", "2026-01-05", "green tea"),
        ("20260105-tea.md", "date: 2026-03-01", "2026-03-01", "20260105 tea"),
        ("20260105-tea.md", "publishedAt: 2026-03-01", "2026-03-01", "20260105 tea"),
        ("2026-01-05-tea.md", "publishedAt: 2026-03-01", "2026-01-05", "tea"),
        ("tea.md", "path: 2026/01/05/x", "2026-01-05", "tea"),
        ("tea.md", "slug: 2026-01-05-x", "2026-01-05", "tea"),
        ("tea.md", "permalink: /2026/01/05/x.html\nslug: x", "2026-01-05", "tea"),
        ("20260106-tea.md", "slug: 2026-01-05-x", "2026-01-06", "tea"),
    ],
)
def test_a_post_has_the_date_of_its_path(
    path: str, front: str, published: str, title: str
) -> None:
    post = read(path, front)
    assert isinstance(post, Post), post
    assert (f"{post.published:%Y-%m-%d}", post.title) == (published, title)


@pytest.mark.parametrize(
    ("path", "front"),
    [
        ("260105-tea.md", ""),
        ("05-01-2026-tea.md", ""),
        ("2026-02-30-tea.md", ""),
        ("tea.md", "slug: [2026-01-05]"),
        ("tea.md", "path: 2026/02/30/x"),
    ],
)
def test_a_post_without_a_certain_date_is_refused(path: str, front: str) -> None:
    assert read(path, front) == "no-date: "


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("20260105-tea.md", "path:20260105-tea"),
        ("2026/01/05-tea/index.md", "path:2026/01/05-tea/index"),
        ("tea 2026-01-05.md", "path:tea 2026-01-05"),
        ("2026_01_05_tea.md", "path:2026_01_05_tea"),
    ],
)
def test_a_date_in_a_path_changes_neither_key_nor_address(path: str, key: str) -> None:
    dated, undated = read(path, "date: 2026-01-05"), read(path)
    assert isinstance(dated, Post)
    assert isinstance(undated, Post)
    assert (undated.key, undated.permalink) == (key, dated.permalink)
    assert undated.key == dated.key


@pytest.mark.parametrize("part", ["-", "2026-", "2026-01-05 ", "2026/01/05/", "a-", "20"])
def test_a_hostile_path_is_read_in_time(part: str) -> None:
    start = process_time()
    date_in_path(part * 10_000, SHANGHAI)
    date_in_path((part * 500)[:499], SHANGHAI)
    assert process_time() - start < 0.1
