"""Apple's categories."""

import pytest

from feedsvc.core.podcasts.categories import (
    CATEGORIES,
    category_of,
    near_categories,
    written_category,
)

_ALL = [
    *((name,) for name in CATEGORIES),
    *((name, inner) for name, row in CATEGORIES.items() for inner in row),
]


def test_apple_has_19_categories() -> None:
    assert (len(CATEGORIES), len(_ALL), len(set(_ALL))) == (19, 110, 110)


@pytest.mark.parametrize("category", _ALL)
def test_every_category_is_known_as_it_is_written(category: tuple[str, ...]) -> None:
    assert category_of(written_category(category)) == category


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("society and culture > documentary", ("Society & Culture", "Documentary")),
        ("Society & Culture/Documentary", ("Society & Culture", "Documentary")),
        (" Documentary ", ("Society & Culture", "Documentary")),
        ("tv & film: after shows", ("TV & Film", "After Shows")),
        ("Education > How-To", ("Education", "How To")),
        ("NEWS", ("News",)),
    ],
)
def test_a_category_may_be_written_in_other_ways(text: str, category: tuple[str, ...]) -> None:
    assert category_of(text) == category


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("Documentaries", "Society & Culture > Documentary"),
        ("Society & Culture > Documentry", "Society & Culture > Documentary"),
        ("Technolgy", "Technology"),
        ("Technology > Podcasting", "Technology"),
        ("TV", "TV & Film"),
        ("Arts > Documentary", "Society & Culture > Documentary"),
    ],
)
def test_an_unknown_category_has_near_ones(text: str, near: str) -> None:
    assert category_of(text) is None
    assert near in near_categories(text)


@pytest.mark.parametrize("text", ["", ">", "&", "x" * 100_000, "茶"])
def test_no_other_text_is_a_category(text: str) -> None:
    assert (category_of(text), near_categories(text)) == (None, ())
