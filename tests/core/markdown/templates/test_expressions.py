"""Values and conditions as Liquid reads them, with the words of Jinja."""

import pytest

from feedsvc.core.markdown.templates.expressions import (
    first_name,
    is_true,
    items_of,
    value_of,
    values_of,
)
from feedsvc.core.markdown.templates.values import UNKNOWN, Scope
from tests.support.builders import a_site

FIELDS = {
    **{"n": "3", "yes": "true", "no": "false", "empty": None, "key": "n", "my-key": "k"},
    **{"list": ["a", {"b": ["c"]}], "map": {"a b": "c", "size": "big"}, "zero": "0"},
}


def scope() -> Scope:
    return Scope(FIELDS, {}, a_site(generator="jekyll"))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (" page.n ", "3"),
        ("page.my-key", "k"),
        ("page['a']", UNKNOWN),
        ("page[page.key]", "3"),
        ("page.list[1].b[0]", "c"),
        ("page.list[-2]", "a"),
        ("page.list[9]", UNKNOWN),
        ("page.list.first.size", 1),
        ('page.map["a b"]', "c"),
        ("page.map['size']", "big"),
        ("page.n.other", UNKNOWN),
        ("page.yes", True),
        ("page.empty", None),
        ("3", 3),
        ("-3.5", -3.5),
        ("nil", None),
        ("true", True),
        ("''", ""),
    ],
)
def test_an_expression_has_a_value(source: str, value: object) -> None:
    assert value_of(source, scope()) == (value,)


@pytest.mark.parametrize(
    "source",
    [
        *("a + b", "a b", "|", "a |", "a | 'b'", "a | b: ", "a | b(1", "1.2.3", "'open"),
        *("a,", "", "<", "x" * 2_001, "color: red"),
    ],
)
def test_other_text_is_no_expression(source: str) -> None:
    assert value_of(source, scope()) is None
    assert is_true(source or "+", scope()) == (False, False) or source == "<"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("page.n", True),
        ("page.zero", True),
        ("''", True),
        ("page.no", False),
        ("page.empty", False),
        ("page.other", False),
        ("page.n == 3", True),
        ("page.n == '3'", True),
        ("page.yes == true", True),
        ("page.no == false", True),
        ("page.other == nil", True),
        ("page.empty == blank", True),
        ("page.n != 4", True),
        ("page.n <> 3", False),
        ("page.n >= 3 and page.n <= 3", True),
        ("page.n < 10", True),
        ("page.my-key > 3", False),
        ("page.list contains 'a'", True),
        ("'abc' contains 'b'", True),
        ("'abc' contains page.empty", False),
        ("page.empty contains 'b'", False),
        ("'a' in page.list", True),
        ("not page.n", False),
        ("page.n is defined", True),
        ("page.other is not defined", True),
        ("page.no or page.n", True),
        ("page.n or page.no and page.no", True),
        ("page.no and page.no or page.n", False),
        ("page.list | size == 2", True),
    ],
)
def test_a_condition_of_known_values_holds_or_not(condition: str, holds: bool) -> None:
    assert is_true(condition, scope()) == (holds, True)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [("site.x", False), ("site.x != 'a'", True), ("page.n or site.x", True), ("a is b", False)],
)
def test_an_unknown_value_is_nil(condition: str, holds: bool) -> None:
    assert is_true(condition, scope()) == (holds, False)


@pytest.mark.parametrize(
    ("source", "items"),
    [
        ("(1..3)", [1, 2, 3]),
        ("(3..1)", []),
        ("page.list limit: 1", ["a"]),
        ("(1..9) offset: 2 limit: 3 reversed", [5, 4, 3]),
        ("page.list | reverse", [{"b": ["c"]}, "a"]),
        ("page.n", UNKNOWN),
        ("site.x", UNKNOWN),
        ("(1..page.n)", UNKNOWN),
        ("(1..3", UNKNOWN),
        ("page.list limit: page.n", UNKNOWN),
        ("page.list cols: 1", UNKNOWN),
        ("page.list +", UNKNOWN),
    ],
)
def test_a_loop_has_items(source: str, items: object) -> None:
    assert items_of(source, scope()) == items


def test_a_range_is_never_endless() -> None:
    assert len(items_of("(1..999999999)", scope())) == 2_001


def test_a_list_of_values_ends_where_it_cannot_be_read() -> None:
    assert values_of("'a', 'b' or 3", scope()) == ["a", "b", 3]
    assert values_of("'a', |", scope()) == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("page.n", "page"),
        (" .Title | x", ".Title"),
        ("$.Site", "$.Site"),
        ("'a'", ""),
        ("+", ""),
    ],
)
def test_the_first_name_tells_what_an_expression_is_about(source: str, name: str) -> None:
    assert first_name(source) == name
