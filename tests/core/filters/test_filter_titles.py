"""Titles of filters in words."""

import pytest

from feedsvc.core.filters.filter_titles import _SEARCHED, _WORDS, filter_title
from tests.core.filters.test_parse import settled
from tests.support.builders import a_site


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("", "Tea"),
        ("tag=AI&tag=CAR-T&not-tag=diary", "AI and CAR-T, without diary - Tea"),
        ("tag=AI|ML", "AI or ML - Tea"),
        ("tag=AI|ML&author=Li+Wei", "(AI or ML) and Li Wei - Tea"),
        ("category=Tech/AI&lang=zh", "Tech / AI and 中文 (zh) - Tea"),
        ("not-tag=a&not-tag=b", "Tea, without a, b"),
        ("since=2026-01-01", "Tea, since 2026-01-01"),
        ("tag=AI&since=2026-01-01", "AI, since 2026-01-01 - Tea"),
        ("tag={}", "{} - Tea"),
        ("q=瑞金", "posts with “瑞金” - Tea"),
        ("q=CAR-T+-milk", "posts with “car-t -milk” - Tea"),
        ("tag=AI&q=cup&not-tag=diary", "AI and posts with “cup”, without diary - Tea"),
        ("tag=AI|ML&q=cup", "(AI or ML) and posts with “cup” - Tea"),
    ],
)
def test_a_title_says_what_the_filter_has(query: str, title: str) -> None:
    assert filter_title(a_site(), settled(query)) == title


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("zh-CN", "AI 和 CAR-T，不含 diary - Tea"),
        ("zh-TW", "AI 和 CAR-T，不含 diary - Tea"),
        ("de", "AI und CAR-T, ohne diary - Tea"),
        ("xx", "AI and CAR-T, without diary - Tea"),
    ],
)
def test_a_title_is_in_the_language_of_the_site(language: str, title: str) -> None:
    cut = settled("tag=AI&tag=CAR-T&not-tag=diary")
    assert filter_title(a_site(language=language), cut) == title


def test_every_language_of_titles_has_words_for_a_search() -> None:
    assert _SEARCHED.keys() == _WORDS.keys()
    assert all(words.count("{}") == 1 for words in _SEARCHED.values())
    assert filter_title(a_site(language="zh-TW"), settled("q=茶")) == "含「茶」的文章 - Tea"
