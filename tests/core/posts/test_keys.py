"""The keys of front matter, and the nearest key of a misspelt one."""

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
def test_a_misspelt_key_gives_the_nearest_key(key: str, meant: str) -> None:
    assert nearest_key(key) == meant


def test_a_misspelt_key_is_a_warning_with_its_position() -> None:
    (warning,) = post_of("categorieso: [Tea]").warnings
    assert (warning.code, warning.line, warning.text) == ("unknown-key", 3, "categorieso")
    assert warning.cure == "did you mean categories?"


@pytest.mark.parametrize("key", ["pubDate", "pubdate", "pub_date", "Pub-Date", "PUB DATE"])
def test_a_key_is_known_in_every_spelling(key: str) -> None:
    assert fold(key) == "pubdate"


def test_only_dates_and_flags_share_keys() -> None:
    names = [fold(name) for row in KEYS.values() for name in row]
    assert {name for name in names if names.count(name) > 1} == {"published"}
