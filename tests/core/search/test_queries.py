"""What somebody types is a query: words, phrases, and what may not occur."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.core.search.queries import (
    MOST_QUERY_CHARACTERS,
    MOST_TERMS,
    SearchFault,
    SearchQuery,
    search_query,
    search_term,
)


def query(text: str) -> SearchQuery:
    found = search_query(text)
    assert isinstance(found, SearchQuery)
    return found


def fault(text: str) -> SearchFault:
    found = search_query(text)
    assert isinstance(found, SearchFault)
    return found


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("Tea", "tea"),
        ("tea  CAFÉ tea", "cafe tea"),
        ('"Green Tea"', "green-tea"),
        ("“Green Tea”", "green-tea"),
        ("CAR-T", "car-t"),
        ("tea -Coffee", "tea -coffee"),
        ('tea -"black coffee"', "tea -black-coffee"),
        ("瑞金，医院", "医院 瑞金"),
        ("瑞金CAR-T", "瑞金-car-t"),
        ("C++ c# f", "c# c++ f"),
        ('tea "', "tea"),
        ('"tea', "tea"),
        ('tea""', "tea"),
        ("tea OR NOT near:x * ^ {} :", "near-x not or tea"),
        ("tea\x00\n'); DROP", "drop tea"),
        ("-- x y", "x y"),
        ("a,b;c", "a b c"),
        ("100%", "100"),
    ],
)
def test_a_query_has_one_spelling(text: str, spelled: str) -> None:
    assert query(text).text == spelled


@given(st.text(max_size=60))
def test_the_spelling_of_a_query_means_the_same(text: str) -> None:
    found = search_query(text)
    if isinstance(found, SearchQuery):
        assert search_query(found.text) == found


@pytest.mark.parametrize(
    ("text", "tokens", "is_exact"),
    [
        ("Tea", ("tea",), True),
        ("医", ("医",), True),
        ("瑞金", ("瑞金",), True),
        ("瑞金医", ("瑞金", "金医"), False),
        ("瑞金医院", ("瑞金", "医院"), False),
        ("上海交大医", ("上海", "交大", "大医"), False),
        ("CAR-T", ("car", "t"), False),
        ("C++", ("c＋＋",), True),
        ("x" * 65, ("x" * 64,), False),
    ],
)
def test_a_term_says_whether_its_tokens_are_enough(
    text: str, tokens: tuple[str, ...], *, is_exact: bool
) -> None:
    term = search_term(text)
    assert term
    assert (term.tokens, term.is_exact) == (tokens, is_exact)


def test_a_long_phrase_has_few_tokens() -> None:
    term = search_term("".join(chr(0x4E00 + number) for number in range(150)))
    assert term
    assert len(term.tokens) <= 16


@pytest.mark.parametrize("text", ["", " ", '"', '""', "-", "—", "🍵", "\x00", "\ud800", "-tea"])
def test_a_query_without_words_to_look_for_is_refused(text: str) -> None:
    assert fault(text).kind == "empty"


@pytest.mark.parametrize(
    "text",
    ["x" * (MOST_QUERY_CHARACTERS + 1), "x" * 1_000_000, "\ufdfa" * 50],
)
def test_a_query_that_is_too_long_is_refused(text: str) -> None:
    assert fault(text).kind == "long"


def test_a_query_with_too_many_words_is_refused() -> None:
    words = [chr(97 + number) for number in range(MOST_TERMS + 1)]
    assert fault(" ".join(words)).message == (
        "a search may have 16 words, and this has 17; leave some out"
    )
    assert fault(" -".join(words)).kind == "many"
    assert len(query(" ".join(words[:-1])).words) == MOST_TERMS


@pytest.mark.parametrize(
    ("text", "is_exact"),
    [("tea 瑞金 -milk", True), ("green-tea", False), ("tea -上海交大", False)],
)
def test_a_query_says_whether_its_tokens_are_enough(text: str, *, is_exact: bool) -> None:
    assert query(text).is_exact == is_exact
