"""Phrases are compared with the text, and posts are ranked."""

import pytest

from feedsvc.core.search.matching import SearchedText, matches, rank
from feedsvc.core.search.queries import SearchQuery, search_query


def query(text: str) -> SearchQuery:
    found = search_query(text)
    assert isinstance(found, SearchQuery)
    return found


@pytest.mark.parametrize(
    ("written", "text", "expected"),
    [
        ("CAR-T", "CAR-T cells", True),
        ("CAR-T", "a car, T cells", True),
        ("CAR-T", "T and car", False),
        ("CAR-T", "scar t", False),
        ("CAR-T", "car tea", False),
        ("CAR-T", "用CAR-T治疗", True),
        ('"green tea"', "Green\n  TEA.", True),
        ('"green tea"', "tea green", False),
        ("瑞金医院", "在瑞金医院召开", True),
        ("瑞金医院", "瑞金的金医和医院", False),
        ("瑞金医院", "瑞金，医院", False),
        ("瑞金CAR", "瑞金 CAR", True),
        ("C++-templates", "C++ templates", True),
        ("tea -瑞金医院", "tea 瑞金医院", False),
        ("tea -瑞金医院", "tea 医院", True),
        ('tea -"hot milk"', "tea, milk hot", True),
        ("x" * 70, "x" * 69, False),
    ],
)
def test_phrases_are_compared_with_the_text(written: str, text: str, *, expected: bool) -> None:
    assert matches(query(written), SearchedText.of("", text)) == expected


def test_a_phrase_may_be_in_the_title_but_not_in_both_together() -> None:
    phrase = query('"green tea"')
    assert matches(phrase, SearchedText.of("Green tea", ""))
    assert not matches(phrase, SearchedText.of("Green", "tea"))


def test_words_in_the_title_come_before_words_in_the_text() -> None:
    in_title = SearchedText.of("Tea", "")
    often = SearchedText.of("", "tea " * 50)
    assert rank(query("tea"), in_title) > rank(query("tea"), often)


def test_every_word_must_be_in_the_title() -> None:
    assert not rank(query("green tea"), SearchedText.of("Tea", "green tea"))[0]


def test_a_word_that_is_used_more_often_counts_more() -> None:
    once, often = SearchedText.of("", "tea cup"), SearchedText.of("", "tea, tea and tea")
    assert rank(query("tea"), often) > rank(query("tea"), once)


def test_a_word_counts_less_in_a_long_text() -> None:
    short, long = SearchedText.of("", "茶"), SearchedText.of("", "茶" + " 水" * 9_000)
    assert rank(query("茶"), short) > rank(query("茶"), long)
