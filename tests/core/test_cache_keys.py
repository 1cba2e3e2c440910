"""Cache keys of feeds."""

import pytest

from feedsvc.core.cache_keys import cache_key, page_key, separator


@pytest.mark.parametrize("path", ["", "tags/tea", "tags/上海", "categories/a/b"])
def test_a_key_is_a_short_word_of_ascii(path: str) -> None:
    assert cache_key(path).isascii()
    assert cache_key(path).replace("-", "").isalnum()
    assert len(cache_key(path)) == 21


def test_two_feeds_have_two_keys() -> None:
    assert cache_key("tags/tea") != cache_key("tags/Tea")


@pytest.mark.parametrize(("header", "between"), [("Cache-Tag", ","), ("Surrogate-Key", " ")])
def test_each_header_has_its_separator(header: str, between: str) -> None:
    assert separator(header) == between


def test_a_page_has_another_key_than_the_feed_at_the_same_path() -> None:
    assert page_key("tags/茶").isascii()
    assert page_key("tags/茶").startswith("page-")
    assert page_key("tags/茶") != page_key("tags/茶/")
