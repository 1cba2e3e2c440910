"""The words of front matter: which are known, and what an unknown one nearly is."""

import pytest

from feedsvc.core.posts.keys import (
    KEYS,
    fold,
    nearest_key,
)
from tests.support.builders import post_of


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        *(("categorieso", "categories"), ("catagories", "categories"), ("tages", "tags")),
        *(("dtae", "date"), ("tgas", "tags"), ("lnag", "lang"), ("tiem", "")),
        *(("darft", "draft"), ("Titel", "title"), ("updatd", "updated")),
        *(("layout", ""), ("toc", ""), ("mathjax", ""), ("date", ""), ("x", "")),
        *(("related_posts", ""), ("mood", ""), ("weather", ""), ("data", "")),
    ],
)
def test_an_unknown_key_is_told_the_one_that_it_nearly_is(key: str, meant: str) -> None:
    assert nearest_key(key) == meant


def test_an_unknown_key_near_a_known_one_is_a_warning_at_its_place() -> None:
    (warning,) = post_of("categorieso: [Tea]").warnings
    assert (warning.code, warning.line, warning.text) == ("unknown-key", 3, "categorieso")
    assert warning.cure == "did you mean categories?"


@pytest.mark.parametrize("key", ["pubDate", "pubdate", "pub_date", "Pub-Date", "PUB DATE"])
def test_a_key_is_known_in_every_spelling(key: str) -> None:
    assert fold(key) == "pubdate"


def test_no_key_has_two_meanings_but_those_that_dates_and_flags_share() -> None:
    names = [fold(name) for row in KEYS.values() for name in row]
    assert {name for name in names if names.count(name) > 1} == {"published"}
