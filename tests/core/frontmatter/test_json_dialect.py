"""JSON front matter: Hugo's object, Hexo's members without braces, 11ty's between dashes."""

import pytest

from feedsvc.core.frontmatter.parse import read_front_matter
from feedsvc.errors import FrontMatterError
from tests.support.dialects import Read, read_as


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{\n"title": "茶"\n}\n正文\n', ({"title": "茶"}, "正文\n", 4)),
        ('\n\n{ "a": 1.10 } \n    x', ({"a": "1.10"}, "    x", 4)),
        ('{"a": 1e3, "b": 7}x', ({"a": "1e3", "b": "7"}, "x", 1)),
        ('{"a": true, "b": false, "c": null}', ({"a": "true", "b": "false", "c": None}, "", 1)),
        ("{}\nx", ({}, "x", 2)),
        ("{\n\n}", ({}, "", 3)),
        ('{"a": {"b": [1, "c", []]}}\n', ({"a": {"b": ["1", "c", []]}}, "", 2)),
        ('{"标签": "a\\nb\\u8336"}\n', ({"标签": "a\nb茶"}, "", 2)),
        ('{"a\\ud800": "b\\udfffc", "d": "\\ud83c\\udf75"}', ({"a": "bc", "d": "🍵"}, "", 1)),
        ('{"a": "}"}\n}\n', ({"a": "}"}, "}\n", 2)),
        ('{"a": ' + "9" * 5_000 + "}", ({"a": "9" * 5_000}, "", 1)),
        (';;;\n"a": 1,\n"b": 2\n;;;\nx', ({"a": "1", "b": "2"}, "x", 5)),
        (';;;;\n"a": ";;;"\n;;;;', ({"a": ";;;"}, "", 4)),
        (';;;\n{"a": 1}\n\n;;;\nx', ({"a": "1"}, "x", 5)),
        (";;;\n;;;\nx", ({}, "x", 3)),
        ('"a": 1,\n"b": []\n;;;\nx\n;;;\n', ({"a": "1", "b": []}, "x\n;;;\n", 4)),
        ('---json\n{\n"a": 1\n}\n---\nx', ({"a": "1"}, "x", 6)),
        ('--- json \n"a": 1\n---\nx', ({"a": "1"}, "x", 4)),
        ("---json\n---\n", ({}, "", 3)),
    ],
)
def test_json_in_each_of_its_forms(text: str, expected: Read) -> None:
    assert read_as("json", text) == expected


@pytest.mark.parametrize(
    "text",
    ["{{< figure >}}\n", "{% raw %}\n", "{: .note}\n", "{ x }\n", "a\n;;;\n"],
)
def test_a_brace_of_markdown_is_not_json(text: str) -> None:
    assert read_front_matter(text) is None


def test_a_field_has_its_position() -> None:
    front = read_front_matter('\n{\n  "a": 1, "b"\n: 2,\n  "c":\n[\n]}')
    assert front is not None
    positions = [(f.line, f.column, f.key_column) for f in front.fields.values()]
    assert positions == [(3, 8, 3), (3, 11, 11), (5, 3, 3)]


@pytest.mark.parametrize(
    ("text", "position", "fault"),
    [
        (
            "{\n",
            (2, 1),
            "the front matter is not JSON: expected a key in double quotes",
        ),
        ('{"a"}', (1, 5), "the front matter is not JSON: expected ':'"),
        ('{"a": 1\n"b": 2}', (2, 1), "the front matter is not JSON: expected ','"),
        (
            '{"a": 1,}',
            (1, 9),
            "the front matter is not JSON: expected a key in double quotes",
        ),
        ('{"a": b}', (1, 7), "the front matter is not JSON: Expecting value"),
        ('{"a": "b', (1, 7), "the front matter is not JSON: Unterminated string starting at"),
        ('{"a": "b\tc"}', (1, 9), "the front matter is not JSON: Invalid control character at"),
        ('{"a": ' + "[" * 50_000, (1, 7), "the front matter has too many levels"),
        ('{"a": ' + "[" * 51 + "]" * 51 + "}", (1, 2), "the front matter has more than 20000"),
        ('{"' + "k" * 201 + '": 1}', (1, 2), "a key is not a short word"),
        (';;;\n"a": 1\n"b": 2\n;;;\n', (3, 1), "the front matter is not JSON: expected ','"),
        (';;;\n"a": 1}\n;;;\n', (3, 1), "the front matter is not JSON: there is text after it"),
        (
            '---json\n{"a": 1}\n[]\n---\n',
            (3, 1),
            "the front matter is not JSON: there is text after it",
        ),
        (
            '---json\n["a"]\n---\n',
            (2, 1),
            "the front matter is not JSON: expected a key in double quotes",
        ),
        (';;;\n"a": 1\n', (1, 1), "the front matter is never closed"),
        ('"a" 1\n;;;\n', (1, 5), "the front matter is not JSON: expected ':'"),
    ],
)
def test_invalid_json_is_refused_with_its_position(
    text: str, position: tuple[int, int], fault: str
) -> None:
    with pytest.raises(FrontMatterError) as caught:
        read_front_matter(text)
    assert (caught.value.line, caught.value.column) == position
    assert caught.value.fault.startswith(fault)


@pytest.mark.parametrize(
    "text", ["---\na: b\n---\n", "title: x\n---\n", "Date: x\n", "+++\n+++"]
)
def test_if_the_setting_is_json_nothing_else_is_read(text: str) -> None:
    assert read_front_matter(text, "json") is None
