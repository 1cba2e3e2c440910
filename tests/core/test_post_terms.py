"""Tags, categories and authors of a post (REQUIREMENTS 2.2 and 2.3)."""

import pytest

from feedsvc.core.problems import Problem
from tests.builders import people, post_of, reading

Paths = tuple[tuple[str, ...], ...]


@pytest.mark.parametrize("name", ["categories", "category"])
def test_a_single_category_is_a_path_of_one(name: str) -> None:
    assert post_of(f"{name}: Sports").categories == (("Sports",),)


@pytest.mark.parametrize("yaml", ["[Sports, Baseball]", "\n- Sports\n- Baseball"])
def test_a_flat_list_of_categories_is_one_path(yaml: str) -> None:
    assert post_of(f"categories: {yaml}").categories == (("Sports", "Baseball"),)


def test_in_a_list_with_a_list_each_member_is_a_path() -> None:
    post = post_of("categories:\n- [MLB, AL, Boston]\n- [MLB, AL, New York]\n- Rivalries")
    assert post.categories == (
        ("MLB", "AL", "Boston"),
        ("MLB", "AL", "New York"),
        ("Rivalries",),
    )


@pytest.mark.parametrize(
    ("yaml", "paths"),
    [
        ("[a, ~, b]", (("a", "b"),)),
        ("\n- a\n-\n- ''\n- b", (("a", "b"),)),
        ("[[a, ~, b], ~, c]", (("a", "b"), ("c",))),
        ("[~, ~]", ()),
        ("[[]]", ()),
        ("[[~], '']", ()),
        ("[]", ()),
        ("''", ()),
        ("~", ()),
        ("", ()),
    ],
)
def test_empty_members_of_categories_are_dropped(yaml: str, paths: Paths) -> None:
    assert post_of(f"categories: {yaml}").categories == paths


@pytest.mark.parametrize(
    ("yaml", "paths"),
    [
        ("[2026, no, 3.10]", (("2026", "no", "3.10"),)),
        ("2026", (("2026",),)),
        ("a, b", (("a, b",),)),
        ("[a/b, c]", (("a/b", "c"),)),
        ("[Cafe\u0301]", (("Café",),)),
        ("[[a, b], [a, b], [a]]", (("a", "b"), ("a",))),
        ("[A, [News], [B, News]]", (("A",), ("News",), ("B", "News"))),
    ],
)
def test_categories_are_distinct_paths_of_words(yaml: str, paths: Paths) -> None:
    assert post_of(f"categories: {yaml}").categories == paths


@pytest.mark.parametrize(
    ("yaml", "paths"),
    [
        ("[Sports, Baseball]", (("Sports",), ("Baseball",))),
        ("[[MLB, AL], Rivalries]", (("MLB", "AL"), ("Rivalries",))),
        ("Sports", (("Sports",),)),
    ],
)
def test_on_a_flat_site_each_member_is_a_category(yaml: str, paths: Paths) -> None:
    assert post_of(f"categories: {yaml}", categories="flat").categories == paths


def test_no_categories_give_way_to_a_category() -> None:
    assert post_of("categories:\ncategory: a").categories == (("a",),)


@pytest.mark.parametrize(
    "yaml", ["[Tea, China]", "\n- Tea\n- China", "Tea,China", "Tea, China,", "Tea ; China"]
)
def test_tags_are_a_list_or_a_text_with_commas(yaml: str) -> None:
    assert post_of(f"tags: {yaml}").tags == ("Tea", "China")


@pytest.mark.parametrize("separator", [",", "，", "、", ";", "；"])
def test_chinese_commas_separate_tags_as_well(separator: str) -> None:
    assert post_of(f"tags: 茶{separator}中国").tags == ("茶", "中国")


@pytest.mark.parametrize(
    ("yaml", "tags"),
    [
        ("green tea", ("green tea",)),
        ("[green tea, 'a, b']", ("green tea", "a, b")),
        (
            "[1, 2.0, no, 0755, 12:30, 2026-03-01]",
            ("1", "2.0", "no", "0755", "12:30", "2026-03-01"),
        ),
        ("[a, ~, '', ' ', b]", ("a", "b")),
        ("['#a', '# b', 'C#', '#']", ("a", "b", "C#")),
        ("[a, A, a]", ("a", "A")),
        ("[Cafe\u0301, Café]", ("Café",)),
        ("' a   b '", ("a b",)),
        ("", ()),
        ("[]", ()),
    ],
)
def test_tags_are_distinct_words(yaml: str, tags: tuple[str, ...]) -> None:
    assert post_of(f"tags: {yaml}").tags == tags


def test_tag_is_another_name_of_tags() -> None:
    assert post_of("tags:\ntag: Tea").tags == ("Tea",)


@pytest.mark.parametrize("name", ["authors", "author"])
@pytest.mark.parametrize(
    ("yaml", "authors"),
    [
        ("Li", ("Li",)),
        ("[Li, Wang, Li]", ("Li", "Wang")),
        ("{name: Li, url: 'https://li.example'}", ("Li",)),
        ("[{name: Li}, Wang]", ("Li", "Wang")),
        ("[{url: 'https://li.example'}]", ()),
        ("王，李", ("王，李",)),
        ("[]", ()),
        ("''", ()),
        ("", ()),
    ],
)
def test_authors_are_names_or_mappings_with_a_name(
    name: str, yaml: str, authors: tuple[str, ...]
) -> None:
    assert post_of(f"{name}: {yaml}").authors == people(*authors)


def test_no_authors_give_way_to_an_author() -> None:
    assert post_of("authors: []\nauthor: Li").authors == people("Li")


@pytest.mark.parametrize(
    ("front", "fault", "cure"),
    [
        ("tags: {a: b}", "tags is not a list", "write tags: [one, two]"),
        ("categories: {a: b}", "categories is not a list", "write categories: [one, two]"),
        ("tags: [[a]]", "tags holds ['a'], which is not a word", "write words only"),
        ("tags: [{a: b}]", "tags holds {'a': 'b'}, which is not a word", "write words only"),
        (
            "categories: [[[a]]]",
            "categories holds ['a'], which is not a word",
            "write words only",
        ),
        ("author: [[a]]", "author holds ['a'], which is not a word", "write words only"),
    ],
)
def test_what_is_neither_list_nor_word_is_refused(front: str, fault: str, cure: str) -> None:
    assert reading(front) == Problem("tea.md", 3, fault, cure)


def test_a_tag_that_is_null_is_dropped() -> None:
    assert post_of("tags: [null, Tea, 'null']").tags == ("Tea", "null")
