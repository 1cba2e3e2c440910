"""Slugs of other generators lead to our terms."""

from collections.abc import Sequence

import pytest

from feedsvc.core.feeds.feeds import Kind, Topic
from feedsvc.core.redirects.presets import PRESETS, OldKind, Preset, PresetFeed
from feedsvc.core.redirects.slug_index import (
    MOST_FOUND,
    Look,
    SlugIndex,
    looks,
    shared_slugs,
    slug_of,
)


def tags(*names: str) -> list[Topic]:
    return [Topic("tag", (name,)) for name in names]


def found(
    topics: Sequence[Topic], preset: Preset, slug: str, kind: OldKind = "tag"
) -> list[str]:
    """The labels of the terms that the first successful look-up finds."""
    by_path = {topic.path: topic for topic in topics}
    index = SlugIndex(by_path.items(), PRESETS)
    for look in looks(preset, PresetFeed(kind, slug, "rss")):
        hits = [by_path[path] for path in index.paths(look) if look.finds(by_path[path])]
        if hits:
            return [topic.label for topic in hits]
    return []


@pytest.mark.parametrize(
    ("preset", "slug", "names"),
    [
        ("hexo", "C", ["C++", "C#"]),
        ("hexo", "c", ["C++", "C#"]),
        ("hexo", "C++", ["C++"]),
        ("hexo", "Cafe-au-lait", ["Café au lait"]),
        ("hexo", "上海", ["上海"]),
        ("jekyll", "c", ["C++", "C#"]),
        ("jekyll", "Node.js", ["Node.js"]),
        ("jekyll", "node-js", ["Node.js"]),
        ("hugo", "c++", ["C++"]),
        ("hugo", "c#", ["C#"]),
        ("hugo", "café-au-lait", ["Café au lait"]),
        ("hugo", "@home", ["@home"]),
        ("wordpress", "c", ["C++", "C#"]),
        ("wordpress", "cafe-au-lait", ["Café au lait"]),
        ("wordpress", "node-js", ["Node.js"]),
        ("wordpress", "上海", ["上海"]),
        ("wordpress", "Café au lait", ["Café au lait"]),
        ("wordpress", "tea", []),
        ("hexo", "###", []),
    ],
)
def test_a_slug_finds_the_tags_that_have_it(
    preset: Preset, slug: str, names: list[str]
) -> None:
    topics = tags("C++", "C#", "Café au lait", "上海", "Node.js", "@home", "###")
    expected = names if slug != "###" else ["###"]  # a name without a slug is found by itself
    assert found(topics, preset, slug) == expected


def test_a_name_comes_before_a_slug_in_jekyll_only() -> None:
    topics = tags("C++", "C")
    assert found(topics, "jekyll", "C") == ["C"]
    assert found(topics, "wordpress", "c") == ["C++", "C"]


@pytest.mark.parametrize(
    ("preset", "slug", "label"),
    [
        ("hexo", "Tech/Python-3", ["Tech / Python 3"]),
        ("hexo", "Python-3", []),
        ("hexo", "Tech", ["Tech"]),
        ("jekyll", "python 3", ["Tech / Python 3"]),
        ("hugo", "python-3", ["Tech / Python 3"]),
        ("wordpress", "tech/python-3", ["Tech / Python 3"]),
        ("wordpress", "other/python-3", ["Tech / Python 3"]),
    ],
)
def test_a_category_is_found_by_its_path_or_its_last_level(
    preset: Preset, slug: str, label: list[str]
) -> None:
    topics = [Topic("category", ("Tech",)), Topic("category", ("Tech", "Python 3"))]
    assert found(topics, preset, slug, "category") == label


def test_kinds_are_apart() -> None:
    topics = [Topic("author", ("Tea",)), Topic("language", ("tea",)), Topic("site")]
    assert found(topics, "hexo", "tea", "author") == ["Tea"]
    assert found(topics, "hexo", "tea", "tag") == []


def test_an_exact_slug_is_known_from_one_in_another_case() -> None:
    look = Look("hexo", "tag", "C")
    upper, lower = tags("C++", "c#")
    assert look.finds(upper)
    assert look.finds(lower)
    assert look.finds_exactly(upper)
    assert not look.finds_exactly(lower)


def test_terms_of_one_slug_are_similar_up_to_a_number() -> None:
    topics = tags("tea", *(f"c{'!' * n}" for n in range(4)))
    index = SlugIndex(((t.path, t) for t in topics), ["hexo"])
    assert set(index.similar(10)) == {t.path for t in topics[1:]}
    assert set(index.similar(2)) < {t.path for t in topics[1:]}
    assert len(index.similar(2)) == 2


@pytest.mark.untraced
def test_a_thousand_terms_of_one_slug_cost_as_little_as_twenty() -> None:
    topics = tags(*(f"c{'!' * n}" for n in range(1000)))
    index = SlugIndex(((t.path, t) for t in topics), ["hexo"])
    assert index.paths(Look("hexo", "tag", "c")) == [t.path for t in topics[:MOST_FOUND]]
    assert len(index.similar(10)) == 10


def test_terms_with_slugs_of_their_own_are_not_similar() -> None:
    index = SlugIndex(((t.path, t) for t in tags("tea", "milk")), ["hexo"])
    assert index.similar(10) == []


def test_a_level_without_a_slug_makes_no_address() -> None:
    assert slug_of("hexo", ("Tech", "!")) == ""
    index = SlugIndex([("categories/x", Topic("category", ("!", "?")))], ["hexo"])
    assert index.paths(Look("hexo", "category", "/")) == []


def shared(preset: Preset, *terms: tuple[int, Kind, str]) -> list[tuple[str, list[str]]]:
    every = [(count, Topic(kind, (name,))) for count, kind, name in terms]
    found = shared_slugs(every, [preset])
    return [(each.slug, [topic.label for topic in each.topics]) for each in found]


def test_terms_that_share_a_slug_are_named_the_largest_first() -> None:
    terms: tuple[tuple[int, Kind, str], ...] = (
        *((1, "tag", "C#"), (5, "tag", "C++"), (5, "tag", "C"), (1, "tag", "!")),
        *((9, "author", "C"), (9, "language", "c")),
    )
    assert shared("wordpress", *terms) == [("c", ["C", "C++", "C#"])]
    assert shared("hexo", *terms) == [("C", ["C", "C++", "C#"])]
    assert shared("hugo", *terms) == []


def test_in_jekyll_a_name_that_is_the_slug_comes_first() -> None:
    assert shared("jekyll", (9, "tag", "C#"), (1, "tag", "C")) == [("C", ["C", "C#"])]


def test_a_shared_slug_says_where_the_address_leads() -> None:
    topics = [(2, Topic("tag", ("C++",))), (1, Topic("tag", ("C#",)))]
    (line,) = map(str, shared_slugs(topics, ["wordpress"]))
    assert line == (
        "tag 'C#': wordpress gave the same address ('c') to tag 'C++', which has no fewer "
        "posts; the old address leads there"
    )
    assert shared_slugs(topics, []) == []
