"""TOML front matter, as Hugo and Zola write it."""

import pytest

from feedsvc.core.frontmatter.parse import read_front_matter
from feedsvc.errors import FrontMatterError
from tests.support.dialects import Read, read_as


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('+++\ntitle = "茶"\n+++\n正文\n', ({"title": "茶"}, "正文\n", 4)),
        ("+++\n+++\n    x", ({}, "    x", 3)),
        ("\n\n+++ \na = 'b'\n+++\t\nx", ({"a": "b"}, "x", 6)),
        ("+++\ndate = 2026-03-01\n+++", ({"date": "2026-03-01"}, "", 4)),
        ("+++\nd = 2026-03-01T09:30:00Z\n+++\n", ({"d": "2026-03-01T09:30:00+00:00"}, "", 4)),
        ("+++\nd = 2026-03-01 09:30:00\n+++\n", ({"d": "2026-03-01T09:30:00"}, "", 4)),
        ("+++\nt = 09:30:00\n+++\n", ({"t": "09:30:00"}, "", 4)),
        ("+++\na = 3.10\nb = 1e3\nc = 7\n+++\n", ({"a": "3.10", "b": "1e3", "c": "7"}, "", 6)),
        ("+++\ndraft = true\nb = false\n+++\n", ({"draft": "true", "b": "false"}, "", 5)),
        ("+++\ntags = []\n# x\n+++\n", ({"tags": []}, "", 5)),
        ('+++\ntags = [\n "a", # b\n "c=d",\n]\n+++\nx', ({"tags": ["a", "c=d"]}, "x", 7)),
        ('+++\na = """\n[b]\nc = 1"""\n+++\nx', ({"a": "[b]\nc = 1"}, "x", 6)),
        ("+++\na = '''\n#b'''\nc = ''\n+++\nx", ({"a": "#b", "c": ""}, "x", 6)),
        (
            "+++\n[extra]\na.b = 1\n[extra.c]\n+++\n",
            ({"extra": {"a": {"b": "1"}, "c": {}}}, "", 6),
        ),
        ("+++\n[[a]]\nb = 1\n[[a]]\n+++\n", ({"a": [{"b": "1"}, {}]}, "", 6)),
        ("+++\n\"标 签\" = 1\n'b'.c = 2\n+++\n", ({"标 签": "1", "b": {"c": "2"}}, "", 5)),
        ("+++\na = 1\n+++\nb\n+++\nc\n---\n", ({"a": "1"}, "b\n+++\nc\n---\n", 4)),
        ("---toml\na = 1\n---\n+++\n", ({"a": "1"}, "+++\n", 4)),
        ('+++\na = "b\\u0008c"\n+++\n', ({"a": "bc"}, "", 4)),
    ],
)
def test_toml_between_pluses(text: str, expected: Read) -> None:
    assert read_as("toml", text) == expected


@pytest.mark.parametrize(
    ("toml", "positions"),
    [
        ("x = 1", {"x": (2, 5, 1)}),
        (" x  =  1", {"x": (2, 8, 2)}),
        ("'x' = 1", {"x": (2, 7, 1)}),
        ("x.y = 1\nx.z = 2", {"x": (2, 7, 1)}),
        ("x = [\n 1,\n]\ny = {z = 1}", {"x": (2, 5, 1), "y": (5, 5, 1)}),
        ("x = '''\ny = 1'''\nz = 1", {"x": (2, 5, 1), "z": (4, 5, 1)}),
        ("x = [\n[1],\n]\ny = 1", {"x": (2, 5, 1), "y": (5, 5, 1)}),
        ("x = [ # [\n'[', ]\ny = 1", {"x": (2, 5, 1), "y": (4, 5, 1)}),
        ("[x]\ny = 1\n[ z ]\n[x.a]", {"x": (2, 2, 2), "z": (4, 3, 3)}),
        ("[x]\ny = [\n[1]]\n[z]", {"x": (2, 2, 2), "z": (5, 2, 2)}),
        ("[[x]]\n[[x]]", {"x": (2, 3, 3)}),
        ('"\\u8336" = 1', {"茶": (2, 12, 1)}),
    ],
)
def test_a_field_has_its_position(
    toml: str, positions: dict[str, tuple[int, int, int]]
) -> None:
    front = read_front_matter(f"+++\n{toml}\n+++\n")
    assert front is not None
    actual = {key: (f.line, f.column, f.key_column) for key, f in front.fields.items()}
    assert actual == positions


@pytest.mark.parametrize(
    ("toml", "position", "fault"),
    [
        ("a = ", (2, 5), "the front matter is not TOML: Invalid value"),
        ("a = 1\nb = 'c", (3, 7), 'the front matter is not TOML: Expected "\'"'),
        (
            "a = 1\na = [2,\n3]",
            (4, 3),
            "the front matter is not TOML: Cannot overwrite a value",
        ),
        ("a = 1\na.b = 2", (3, 8), "the front matter is not TOML: Cannot overwrite a value"),
        ("a = 1\n" * 7, (8, 6), "the front matter is not TOML: Cannot overwrite a value"),
        ("[a]\n[a]", (3, 3), "the front matter is not TOML: Cannot declare ('a',) twice"),
        ("a = 2025-02-30", (2, 5), "the front matter is not TOML: Invalid date or datetime"),
        (
            "a = 0755",
            (2, 6),
            "the front matter is not TOML: Expected newline",
        ),
        ("title: a", (2, 6), "the front matter is not TOML: Expected '='"),
        ('a = "b', (2, 7), "the front matter is not TOML: "),
        ("b = 1\n" + ".".join("a" * 30) + " = 1", (3, 1), "a key has more than 20 parts"),
        ("b = 1\n" + "a" * 201 + " = 1", (3, 1), "a key is not a short word"),
        ("a = [" + "1," * 20_001 + "]", (2, 1), "the front matter has more than 20000 values"),
    ],
)
def test_invalid_toml_is_refused_with_its_position(
    toml: str, position: tuple[int, int], fault: str
) -> None:
    with pytest.raises(FrontMatterError) as caught:
        read_front_matter(f"+++\n{toml}\n+++\n")
    assert (caught.value.line, caught.value.column) == position
    assert caught.value.fault.startswith(fault)


def test_pluses_that_are_never_closed_are_refused() -> None:
    with pytest.raises(FrontMatterError, match=r"never closed; .* three pluses"):
        read_front_matter("+++\na = 1\n---\n")


@pytest.mark.parametrize("text", ["---\na: b\n---\n", "title: x\n---\n", "{}", "Title: x\n"])
def test_if_the_setting_is_toml_nothing_else_is_read(text: str) -> None:
    assert read_front_matter(text, "toml") is None
