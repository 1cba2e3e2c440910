"""YAML front matter between dashes and in Hexo's form."""

import pytest

from feedsvc.core.frontmatter.parse import read_front_matter
from feedsvc.errors import FrontMatterError
from tests.support.dialects import Read, read_as


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\ntitle: 茶\n---\n正文\n", ({"title": "茶"}, "正文\n", 4)),
        ("\n \n---\na: b\n---\nx", ({"a": "b"}, "x", 6)),
        ("--- \na: b\n---\t\nx", ({"a": "b"}, "x", 4)),
        ("-----\na: b\n-----\n---\nx", ({"a": "b"}, "---\nx", 4)),
        ("---\na: b\n...\nx\n---\n", ({"a": "b"}, "x\n---\n", 4)),
        ("---yaml\na: b\n---\nx", ({"a": "b"}, "x", 4)),
        ("--- yaml\na: b\n---", ({"a": "b"}, "", 4)),
        ("---\ntags:\n\t- a\n\t- b\n---\nx", ({"tags": ["a", "b"]}, "x", 6)),
        ("---\na:\n\tb:\n\t\tc: d\n---\nx", ({"a": {"b": {"c": "d"}}}, "x", 6)),
        ("---\na:\n\tb: c\n  d: e\n---\nx", ({"a": {"b": "c", "d": "e"}}, "x", 6)),
        ("---\na: >-\n  two\n  lines\n---\nx", ({"a": "two lines"}, "x", 6)),
        ("---\na: 'it''s'\nb: \"\\u8336\"\n---\n", ({"a": "it's", "b": "茶"}, "", 5)),
        ("---\n标签: [茶, 水]\n---\n", ({"标签": ["茶", "水"]}, "", 4)),
        ("---\ntags:\ncategories: []\n---\n", ({"tags": None, "categories": []}, "", 5)),
        ("---\n# a\na: b # c\n\n---\n    x", ({"a": "b"}, "    x", 6)),
        ("---\ncats:\n- [a, b]\n- c\n---\n", ({"cats": [["a", "b"], "c"]}, "", 6)),
        ("---\n---\n---\n", ({}, "---\n", 3)),
        ("---\na: b\u2028c: d\n---\nx", ({"a": "b", "c": "d"}, "x", 4)),
    ],
)
def test_yaml_between_dashes(text: str, expected: Read) -> None:
    assert read_as("yaml", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title: a\n---\nx", ({"title": "a"}, "x", 3)),
        ("title: a\n---", ({"title": "a"}, "", 3)),
        ("\n\ntitle: a\n---\nx", ({"title": "a"}, "x", 5)),
        ("title: a\n-----\nx", ({"title": "a"}, "x", 3)),
        ("# a\nlayout: post\n---  \n\nx", ({"layout": "post"}, "\nx", 4)),
        ("tags:\n- a\n- b\n---\nx", ({"tags": ["a", "b"]}, "x", 5)),
        ("tags:\n\t- a\n---\n", ({"tags": ["a"]}, "", 4)),
        ("x: y\n\ndate: 2026-03-01\n---\n", ({"x": "y", "date": "2026-03-01"}, "", 5)),
        ("title: a\n---\nb\n---\nc", ({"title": "a"}, "b\n---\nc", 3)),
        ("title: 茶\n主题: b\n---\n", ({"title": "茶", "主题": "b"}, "", 4)),
        ("title: |\n  a\n  b\n---\n", ({"title": "a\nb\n"}, "", 5)),
        ("permalink: a\n---\n    x", ({"permalink": "a"}, "    x", 3)),
    ],
)
def test_hexos_front_matter_needs_no_opening_line(text: str, expected: Read) -> None:
    assert read_as("yaml", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "A heading\n---\n\nWords.\n",
        "Note: a heading\n---\n\nWords.\n",
        "# Head\n\nWords.\n\n---\n\ntitle: x\n",
        "Words.\n\ntitle: x\n\n---\nmore",
        "Some: a: b\n\ntitle: x\n\n---\n",
        "- a list\n- title: x\n---\n",
        "layout: x\n\nPart 1: Tea\n---\n",
        "layout: x\n",
        "words\n" * 100_000 + "title: x\n---\n",
    ],
)
def test_a_heading_or_a_rule_does_not_begin_front_matter(text: str) -> None:
    assert read_front_matter(text) is None


def test_broken_front_matter_that_hexo_accepts_is_refused() -> None:
    with pytest.raises(FrontMatterError) as caught:
        read_front_matter("\ntitle: a: b\ndate: 2026-03-01\n---\nx")
    assert (caught.value.line, caught.value.column) == (2, 9)


def test_a_page_that_begins_with_a_rule_is_refused_with_a_cure() -> None:
    with pytest.raises(FrontMatterError, match=r"no keys.*\*\*\*") as caught:
        read_front_matter("---\n\nWords.\n\n---\n\nMore.\n")
    assert (caught.value.line, caught.value.text) == (3, "Words.")


def test_a_closing_line_has_as_many_dashes_as_the_opening_line() -> None:
    with pytest.raises(FrontMatterError, match="never closed") as caught:
        read_front_matter("\n----\na: b\n---\n")
    assert (caught.value.line, caught.value.column, caught.value.text) == (2, 1, "----")


@pytest.mark.parametrize(
    "text", ["+++\n+++\n", "{}", ";;;\n;;;\n", "Title: x\n", "---json\n---\n"]
)
def test_if_the_setting_is_yaml_nothing_else_is_read(text: str) -> None:
    assert read_front_matter(text, "yaml") is None


@pytest.mark.parametrize("text", ["---\ntitle: x\n---\n", "title: x\n---\n"])
def test_if_the_setting_is_yaml_both_its_forms_are_read(text: str) -> None:
    front = read_front_matter(text, "yaml")
    assert front is not None
    assert list(front.fields) == ["title"]


@pytest.mark.parametrize(
    ("yaml", "positions"),
    [
        ("a: b", (2, 4, 1)),
        ("a:    'b'", (2, 7, 1)),
        ("茶: 水", (2, 4, 1)),
        ("a: |\n  b", (2, 4, 1)),
        ("a:\n  b", (2, 1, 1)),
        ("a:\n- b", (2, 1, 1)),
        ("a:", (2, 1, 1)),
        ("a: # b", (2, 1, 1)),
        ("a: ~", (2, 4, 1)),
        ("{ a: b }", (2, 6, 3)),
        ("\n# x\na: b # y", (4, 4, 1)),
    ],
)
def test_a_field_has_its_position(yaml: str, positions: tuple[int, int, int]) -> None:
    front = read_front_matter(f"---\n{yaml}\n---\n")
    assert front is not None
    field = next(iter(front.fields.values()))
    assert (field.line, field.column, field.key_column) == positions


@pytest.mark.parametrize(
    ("yaml", "position", "text"),
    [
        ("a: b: c", (2, 5), "a: b: c"),
        ("a: 1\nb: [", (4, 1), ""),
        ("a: 1\n茶: @", (3, 4), "茶: @"),
        ("x: !!binary a", (2, 4), "x: !!binary a"),
        (f"x: '{'y' * 70}': z", (2, 76), ": z"),
        ("x: \x7f", (2, 4), "x: \x7f"),
        ('title: "Tea\ndate: 2026-03-01\n', (2, 8), 'title: "Tea'),
        ("title: 'Tea\n\ndate: 2026-03-01\n", (2, 8), "title: 'Tea"),
        ("x: y\ntags: [a, b\ndate: 2026-03-01\n", (3, 7), "tags: [a, b"),
        ("x: y\ntags: {a: b\ndate: 2026-03-01\n", (3, 7), "tags: {a: b"),
        ("x: y\n!!python/name:os.system z: a\n", (3, 1), "!!python/name:os.system z: a"),
        ("x: {!mine z: a}\n", (2, 5), "x: {!mine z: a}"),
    ],
)
def test_a_fault_has_its_position(yaml: str, position: tuple[int, int], text: str) -> None:
    with pytest.raises(FrontMatterError) as caught:
        read_front_matter(f"---\n{yaml}\n---\n")
    assert ((caught.value.line, caught.value.column), caught.value.text) == (position, text)
