"""`retracted` in front matter: a post that takes itself back."""

from typing import Any

import pytest

from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Draft, Post
from feedsvc.core.posts.visibility import MOST_NOTICE
from tests.support.builders import DATE, a_site


def read(lines: str, **site: Any) -> Post | Draft:
    source = f"---\n{DATE}title: Tea\n{lines}\n---\nText.\n"
    reading = parse_post("tea.md", source.encode(), a_site(**site))
    assert isinstance(reading, Post | Draft), reading
    return reading


@pytest.mark.parametrize(
    ("line", "notice"),
    [
        ("retracted: The recipe was wrong.", "The recipe was wrong."),
        ("Retracted: 配方有误。", "配方有误。"),
        ("retracted: 2026-03-01", "2026-03-01"),
        ("retracted: 7", "7"),
        ("retracted: |\n  One.\n\n  Two.", "One.\n\nTwo."),
        ("retracted: true", ""),
        ("retracted: Yes", ""),
        ("retracted: 1", ""),
        ("retracted: false", None),
        ("retracted: no", None),
        ("retracted: 0", None),
        ("retracted: never", None),
        ("retracted:", None),
        ("retracted: ''", None),
        ("retracted: '  '", None),
        ("retracted: ~", None),
        ("mood: calm", None),
    ],
)
def test_its_text_is_the_notice(line: str, notice: str | None) -> None:
    reading = read(line)
    assert isinstance(reading, Post)
    assert (reading.retracted, reading.warnings) == (notice, ())


@pytest.mark.parametrize("value", ["[a, b]", "{reason: x}", "[]", "{}"])
def test_a_value_that_is_no_text_takes_the_post_back_with_a_warning(value: str) -> None:
    reading = read(f"retracted: {value}")
    assert isinstance(reading, Post)
    assert reading.retracted == ""
    assert [(w.code, w.line) for w in reading.warnings] == [("retracted", 4)]


def test_a_long_notice_is_cut_with_a_warning() -> None:
    reading = read(f"retracted: {'x' * (MOST_NOTICE + 1)}")
    assert isinstance(reading, Post)
    assert reading.retracted == "x" * MOST_NOTICE
    assert [w.code for w in reading.warnings] == ["retracted"]


@pytest.mark.parametrize(
    "lines",
    [
        "retracted: x\ndraft: true",  # hidden is hidden
        "extra: {retracted: x}",  # in a table, where other keys are looked for
        "params:\n  retracted: true",
        "retratced: x",  # misspelt
        "is_retracted: true",  # as in earlier versions
        "retracted: x\ndate: 2026-02-30",  # it cannot be read as a post
        "retracted: a: b",  # broken front matter
        "retracted: x\ntags: [",
    ],
)
def test_any_doubt_hides_the_post(lines: str) -> None:
    assert isinstance(read(lines), Draft)


@pytest.mark.parametrize("line", ["extra: {retracted: no}", "extracted: yes"])
def test_what_takes_nothing_back_hides_nothing(line: str) -> None:
    reading = read(line)
    assert isinstance(reading, Post)
    assert (reading.retracted, reading.warnings) == (None, ())


def test_a_key_that_means_something_else_is_harmless_on_request() -> None:
    reading = read("retracted: x", harmless_keys=("retracted",))
    assert isinstance(reading, Post)
    assert reading.retracted is None


def test_a_retracted_post_shows_no_files() -> None:
    lines = "audio: /a.mp3\ncover: /b.png\n"
    assert isinstance(plain := read(lines), Post)
    assert plain.enclosures
    assert plain.image
    assert isinstance(reading := read(f"{lines}retracted: x"), Post)
    assert (reading.enclosures, reading.image, reading.image_file) == ((), "", "")
