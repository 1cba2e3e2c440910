"""A post without a date of its own has the date that is given to it."""

from datetime import datetime, timedelta, timezone

import pytest

from feedsvc.core.posts.parse import explain, parse_post
from feedsvc.core.posts.post import Post
from feedsvc.core.problems import Problem
from tests.support.builders import a_site, at

GIVEN = datetime(2026, 1, 3, 7, 0, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))


@pytest.mark.parametrize(
    ("path", "line", "expected"),
    [
        ("tea.md", "", GIVEN),
        ("tea.md", "date:", GIVEN),
        ("tea.md", "published: true", GIVEN),
        ("tea.md", "updated: 2026-05-05T00:00:00Z", GIVEN),
        ("tea.md", "date: 2020-02-02T02:02:02Z", at("2020-02-02T02:02:02")),
        ("2021-03-03-tea.md", "", at("2021-03-03T00:00:00+08:00")),
        ("tea.md", "date: 2026-02-30", None),
    ],
)
def test_a_date_of_the_post_itself_goes_before_the_given_one(
    path: str, line: str, expected: datetime | None
) -> None:
    source = f"---\ntitle: Tea\n{line}\n---\nGreen.\n".encode()
    reading = parse_post(path, source, a_site(), "", GIVEN)
    if expected is None:
        assert isinstance(reading, Problem)
        assert reading.code == "date"
        return
    assert isinstance(reading, Post)
    assert reading.published == expected
    origin = explain(path, source, a_site(), "", GIVEN).origins["published"]
    assert (origin == "git") == (expected is GIVEN)
    if expected is GIVEN:
        assert reading.published.utcoffset() == GIVEN.utcoffset()
