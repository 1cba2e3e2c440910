"""Names of authors, tags and categories as links of Obsidian and as maps of Docusaurus."""

import pytest

from feedsvc.core.people import Person
from feedsvc.core.posts.post import Draft
from feedsvc.core.problems import Problem
from tests.support.builders import post_of, reading


@pytest.mark.parametrize(
    ("front", "names"),
    [
        ("author: '[[Jo|J]]'", ["J"]),
        ("author: ['[[Wu Lan]]', Li]", ["Wu Lan", "Li"]),
        ("author: [[Jo|J]]", ["J"]),
        ("author: [[Jo]]", ["Jo"]),
        ("author: '[[Jo]], [[people/Al]]'", ["Jo", "Al"]),
        ("author: '[[Jo]] of [[Tea]]'", ["Jo of Tea"]),
        ("authors: [{name: '[[Jo|J]]'}]", ["J"]),
        ("author: Jo", ["Jo"]),
    ],
)
def test_an_author_is_the_words_of_the_link(front: str, names: list[str]) -> None:
    assert [author.name for author in post_of(front).authors] == names


def test_a_linked_author_may_be_a_key_of_the_settings() -> None:
    people = (("Jo", Person("Jo Li", "https://jo.example")),)
    assert post_of("author: '[[Jo]]'", authors=people).authors == (people[0][1],)


@pytest.mark.parametrize(
    ("front", "tags"),
    [
        ("tags: ['[[Topic]]', clippings]", ("Topic", "clippings")),
        ("tags: '[[Tea|Green tea]], [[Cups]]'", ("Green tea", "Cups")),
        ("tags: '[[Tea]] [[Cups]]'", ("Tea", "Cups")),
        ("tags: '[[Tea, Green]], [[Cups]]'", ("Tea, Green", "Cups")),
        ("tags: '[[Tea]], cups'", ("Tea", "cups")),
        ("tags: [[Topic]]", ("Topic",)),
        ("tags: [[Topic|T]]", ("T",)),
        ("tags: [a, [[Topic|T]]]", ("a", "T")),
        ("tags:\n  - label: Tea\n    permalink: /tea\n  - cups", ("Tea", "cups")),
        ("tags: [{Label: Tea}, {name: Cups}, {title: Pots}]", ("Tea", "Cups", "Pots")),
        ("tags: [{label: '[[a|Tea]]', permalink: /tea}]", ("Tea",)),
    ],
)
def test_a_tag_is_its_words(front: str, tags: tuple[str, ...]) -> None:
    assert post_of(front).tags == tags


@pytest.mark.parametrize(
    ("front", "categories"),
    [
        ("categories: ['[[Essays]]', '[[Posts|P]]']", (("Essays", "P"),)),
        ("categories: [['[[Essays]]'], [Notes]]", (("Essays",), ("Notes",))),
        ("category: '[[Essays]]'", (("Essays",),)),
        ("categories: '[[Essays]], [[Notes]]'", (("Essays", "Notes"),)),
        ("categories: '[[Essays]] of [[Ann]]'", (("Essays of Ann",),)),
        ("categories: [[Essays]]", (("Essays",),)),
        ("categories: [{label: Essays}]", (("Essays",),)),
    ],
)
def test_a_category_is_its_words(front: str, categories: tuple[tuple[str, ...], ...]) -> None:
    assert post_of(front).categories == categories


@pytest.mark.parametrize(
    "front",
    [
        "tags: ['[[private]]', a]",
        "tags: ['[[x|private]]', a]",
        "tags: [a, [[x|wip]]]",
        "tags: [[private]]",
        "tags: [{label: private, permalink: /p}]",
        "categories: ['[[drafts/x|draft]]', a]",
    ],
)
def test_a_name_that_hides_still_hides(front: str) -> None:
    assert isinstance(reading(front), Draft)


@pytest.mark.parametrize("front", ["tags: [{permalink: /tea}]", "tags: [{label: [a]}]"])
def test_a_map_without_a_label_is_refused(front: str) -> None:
    refused = reading(front)
    assert isinstance(refused, Problem)
    assert refused.code == "not-word"


def test_a_featured_post_is_public() -> None:
    for status in ("featured", "Featured", "published", "SCHEDULED"):
        assert post_of(f"status: {status}").warnings == ()
    assert isinstance(reading("status: private"), Draft)
