"""Feeds that an alias replaced or the author gave up."""

import pytest

from feedsvc.core.feeds.renamed_feeds import (
    feed_path,
    last_names,
    removed,
    successors,
)
from feedsvc.core.rules import Rules


def test_the_feed_of_an_alias_is_replaced_by_the_feed_of_its_name() -> None:
    rules = Rules(
        tag_aliases=(("c#", "C#"), ("same", "same")),
        category_aliases=(("Tech/py", "Tech/Python"),),
    )
    assert successors(rules) == {
        "tags/c~23": "tags/C~23",
        "categories/Tech/py": "categories/Tech/Python",
    }


def test_feeds_of_aliases_and_gone_feeds_are_removed() -> None:
    rules = Rules(tag_aliases=(("tee", "tea"),), gone=("tags/spam",))
    assert removed(rules) == {"tags/tee", "tags/spam"}


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/tags/AI/", "tags/AI"),
        ("/tags/C~23", "tags/C~23"),
        ("/categories/a/b/", "categories/a/b"),
        ("/tags/%E8%8C%B6/", "tags/茶"),
        ("/tags/Cafe\u0301/", "tags/Café"),
        ("/lang/zh/", "lang/zh"),
        ("tags/AI/", None),
        ("/tags/", None),
        ("/posts/a/", None),
        ("/", None),
        ("", None),
    ],
)
def test_only_the_address_of_a_feed_has_a_feed_path(address: str, path: str | None) -> None:
    assert feed_path(address) == path


def test_a_redirected_tag_has_the_last_of_its_names() -> None:
    rules = Rules(
        tag_aliases=(("a", "b"), ("x", "y")),
        tag_redirects=(("b", "c"), ("y", "x"), ("z", "x"), ("w", "y")),
    )
    assert successors(rules) == {"tags/a": "tags/c", "tags/b": "tags/c"}
    assert removed(rules) == {"tags/a", "tags/b"}


def test_names_in_a_circle_lead_nowhere() -> None:
    renamed = {"a": "b", "b": "a", "c": "a", "d": "e", "f": "d", "g": "g"}
    assert last_names(renamed) == {"d": "e", "f": "e"}
