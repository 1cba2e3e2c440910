"""Pelican's headers: `Key: value` lines up to the first blank line."""

import pytest

from feedsvc.core.frontmatter.parse import read_front_matter
from feedsvc.core.frontmatter.source import Field, FrontMatter, Value
from feedsvc.errors import FrontMatterError
from tests.support.dialects import Read, read_as


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Title: 茶\nDate: 2026-03-01\n\n正文\n",
            ({"title": "茶", "date": "2026-03-01"}, "正文\n", 4),
        ),
        ("\n\nTitle: x\n\ny", ({"title": "x"}, "y", 5)),
        ("Title: x\n\n    code", ({"title": "x"}, "    code", 3)),
        ("Title: x\n\n\ny", ({"title": "x"}, "\ny", 3)),
        ("Title: x\n \t\ny", ({"title": "x"}, "y", 3)),
        ("Title: x", ({"title": "x"}, "", 1)),
        ("Title: x\n", ({"title": "x"}, "", 2)),
        ("TITLE:x\nSave_as:  a-b.html \n\n", ({"title": "x", "save_as": "a-b.html"}, "", 4)),
        ("date: 12:30\nTags:\n\n", ({"date": "12:30", "tags": None}, "", 4)),
        ("Title: a: b # 'c'\n\n", ({"title": "a: b # 'c'"}, "", 3)),
        (
            "Title: x\nSummary: a\n    b: c\n\td\n\n",
            ({"title": "x", "summary": "a\nb: c\nd"}, "", 6),
        ),
        ("Title:\n    x\n  Date: y\n\n", ({"title": "x", "date": "y"}, "", 5)),
        ("Title: x\n作者: 林\n\n", ({"title": "x", "作者": "林"}, "", 4)),
        ("Title: x\n\nPart 1: y\n---\nz", ({"title": "x"}, "Part 1: y\n---\nz", 3)),
        ("title: a: b\n\ny\n---\nz", ({"title": "a: b"}, "y\n---\nz", 3)),
        ("Title: no\nVersion: 3.10\n\n", ({"title": "no", "version": "3.10"}, "", 4)),
    ],
)
def test_headers_up_to_the_first_blank_line(text: str, expected: Read) -> None:
    assert read_as("headers", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "Words.\n\nTitle: x\n",
        "Note: x\n\nWords.\n",
        "Title: x\nWords.\n\n",
        "Title: x\n- y\n\n",
        "  continued\nTitle: x\n\n",
        "Title : x\n\n",
        "A word: x\nTitle: x\n\n",
        "https://example.org\n",
        "> Title: x\n",
        "| Title: x |\n",
    ],
)
def test_other_lines_are_not_headers(text: str) -> None:
    assert read_front_matter(text) is None


def test_a_field_has_its_position() -> None:
    assert read_front_matter("\n Title:  x\nTags:\n\ny") == FrontMatter(
        {"title": Field("x", 2, 10, 2), "tags": Field(None, 3, 1, 1)}, "y", 5, "headers"
    )


def test_of_a_repeated_header_the_first_counts() -> None:
    front = read_front_matter("Title: x\nDate: y\ntitle: z\n\n")
    assert front
    (repeated,) = front.repeated
    assert (front.fields["title"].value, repeated.name) == ("x", "title")
    assert (repeated.fault.line, repeated.fault.column) == (3, 1)
    assert repeated.fault.fault == "the key 'title' appears twice (first in line 1)"


@pytest.mark.parametrize(
    ("headers", "key", "value"),
    [
        ("Tag: one\nTag: two", "tag", "one,two"),
        ("Tags: one; two\ntags: three", "tags", "one; two;three"),
        ("Tag:\nTag: two", "tag", "two"),
        ("Author: Li\nAuthor: Wu\nAUTHOR: Jo", "author", "Li,Wu,Jo"),
        ("Category: Tea, green\nCategory: Notes", "category", [["Tea, green"], ["Notes"]]),
        ("Categories: Tea\nTag: one", "categories", "Tea"),
    ],
)
def test_repeated_names_add_up(headers: str, key: str, value: Value) -> None:
    front = read_front_matter(f"Title: x\n{headers}\n\n")
    assert front
    assert (front.fields[key].value, front.repeated) == (value, ())


def test_headers_without_an_end_are_refused() -> None:
    with pytest.raises(FrontMatterError, match="more than 262144 characters"):
        read_front_matter("Title: " + "x" * 300_000)


@pytest.mark.parametrize("text", ["---\na: b\n---\n", "title: x\n---\n", "{}", "+++\n+++\n"])
def test_if_the_setting_is_headers_nothing_else_is_read(text: str) -> None:
    assert read_front_matter(text, "headers") is None
