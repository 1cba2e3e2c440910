"""Tags, categories and authors of a post."""

import pytest

from feedsvc.core.people import Person
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from feedsvc.core.problems import Problem
from tests.support.builders import (
    a_site,
    people,
    post_of,
    reading,
)

Paths = tuple[tuple[str, ...], ...]


@pytest.mark.parametrize("name", ["categories", "category"])
def test_a_single_category_is_a_path_of_one(name: str) -> None:
    assert post_of(f"{name}: Sports").categories == (("Sports",),)


@pytest.mark.parametrize("yaml", ["[Sports, Baseball]", "\n- Sports\n- Baseball"])
def test_a_flat_list_of_categories_is_one_path(yaml: str) -> None:
    assert post_of(f"categories: {yaml}").categories == (("Sports", "Baseball"),)


def test_each_member_of_a_nested_list_is_a_path() -> None:
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
def test_if_categories_are_flat_each_member_is_a_category(yaml: str, paths: Paths) -> None:
    assert post_of(f"categories: {yaml}", categories="flat").categories == paths


def test_category_is_read_if_categories_is_empty() -> None:
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
        ("{name: Li, job: Editor}", ("Li",)),
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


def test_author_is_read_if_authors_is_empty() -> None:
    assert post_of("authors: []\nauthor: Li").authors == people("Li")


@pytest.mark.parametrize(
    ("front", "fault", "cure"),
    [
        ("tags: {a: b}", "tags is not a list", "write tags: [one, two]"),
        ("categories: {a: b}", "categories is not a list", "write categories: [one, two]"),
        ("tags: [[a, b]]", "tags contains ['a', 'b'], which is not a word", "write words only"),
        ("tags: [{a: b}]", "tags contains {'a': 'b'}, which is not a word", "write words only"),
        (
            "categories: [[[a, b]]]",
            "categories contains ['a', 'b'], which is not a word",
            "write words only",
        ),
        (
            "author: [[a, b]]",
            "author contains ['a', 'b'], which is not a word",
            "write words only",
        ),
    ],
)
def test_neither_a_list_nor_a_word_is_refused(front: str, fault: str, cure: str) -> None:
    assert reading(front) == Problem("tea.md", 3, fault, cure)


@pytest.mark.parametrize("tags", ["[null, ~, '']", "\n  - null\n  - ~\n  -", "['null']"])
def test_a_tag_in_a_list_may_be_named_null(tags: str) -> None:
    assert post_of(f"tags: {tags}").tags == ("null",)


def test_null_means_no_tags() -> None:
    assert post_of("tags: null").tags == ()


@pytest.mark.parametrize(
    ("separators", "tags"),
    [
        (",，、;；", ("a b", "c")),
        (", ", ("a", "b", "c")),
        (" ", ("a", "b,c")),
        ("", ("a b,c",)),
        ("]^-", ("a b,c",)),
    ],
)
def test_a_text_of_tags_is_split_at_the_separators_in_the_settings(
    separators: str, tags: tuple[str, ...]
) -> None:
    assert post_of("tags: a b,c", tag_separators=separators).tags == tags


def test_an_alias_replaces_a_tag() -> None:
    aliases = (("python", "Python"), ("Go ", "Golang"))
    assert post_of("tags: [python, Python, Go]", tag_aliases=aliases).tags == (
        "Python",
        "Golang",
    )


def test_an_alias_replaces_the_path_of_a_category() -> None:
    aliases = (("Tech/py", "Tech/Python"),)
    post = post_of("categories: [[Tech, py], [py]]", category_aliases=aliases)
    assert post.categories == (("Tech", "Python"), ("py",))


@pytest.mark.parametrize(
    ("path", "front", "categories"),
    [
        ("tech/python/_posts/tea.md", "", (("tech", "python"),)),
        ("docs/tech/_posts/x/tea.md", "", (("tech",),)),
        ("source/_posts/tea.md", "", ()),
        ("tech/_posts/tea.md", "category: A", (("A",),)),
        ("tech/tea.md", "", ()),
    ],
)
def test_folders_above_jekylls_posts_are_a_category(
    path: str, front: str, categories: tuple[tuple[str, ...], ...]
) -> None:
    assert post_of(front, path=path).categories == categories


@pytest.mark.parametrize(
    ("author", "person"),
    [
        ("li", Person("Li Wei", "https://example.org/li")),
        ("Li <li@example.org>", Person("Li", "", "li@example.org")),
        ("Li <not mail>", Person("Li <not mail>")),
        ("Li <a@b>", Person("Li <a@b>")),
        (
            "{name: Li, url: 'https://a.example/茶'}",
            Person("Li", "https://a.example/%E8%8C%B6"),
        ),
        ("{Name: Li, email: li@example.org}", Person("Li", "", "li@example.org")),
        ("{title: Li, link: //a.example}", Person("Li")),
        ("{key: li, title: Guest}", Person("Li Wei", "https://example.org/li")),
        ("{key: li, name: L, url: 'https://l.example'}", Person("L", "https://l.example")),
        ("{key: wu, title: Guest}", Person("wu")),
        ("{name: Li, website: 'javascript:alert(1)'}", Person("Li")),
        ("{name: Li, email: 'li at example'}", Person("Li")),
    ],
)
def test_an_author_may_have_a_page_and_an_email_address(author: str, person: Person) -> None:
    people_of_site = (("li", Person("Li Wei", "https://example.org/li")),)
    assert post_of(f"author: {author}", authors=people_of_site).authors == (person,)


@pytest.mark.parametrize(
    "author", ["{name: Li, url: 'javascript:a'}", "{name: Li, mail: '@'}", "{name: Li, uri: x}"]
)
def test_an_invalid_address_of_an_author_is_a_warning(author: str) -> None:
    assert [warning.code for warning in post_of(f"author: {author}").warnings] == ["author"]


def numbered(count: int) -> tuple[str, ...]:
    return tuple(map(str, range(count)))


def test_a_post_may_have_200_terms_of_each_kind() -> None:
    names = numbered(200)
    listed = ", ".join(names)
    paths = ", ".join(f"[{name}]" for name in names)
    post = post_of(f"tags: [{listed}]\ncategories: [{paths}]\nauthors: [{listed}]")
    assert post.tags == names
    assert post.categories == tuple((name,) for name in names)
    assert post.authors == people(*names)


def test_a_name_may_have_200_characters() -> None:
    name = "茶" * 200
    post = post_of(f"tags: [{name}]\ncategories: [{name}]\nauthors: [{name}]")
    assert (post.tags, post.categories, post.authors) == ((name,), ((name,),), people(name))


def test_a_category_may_have_20_levels() -> None:
    levels = numbered(20)
    assert post_of(f"categories: [{', '.join(levels)}]").categories == (levels,)


@pytest.mark.parametrize(
    ("front", "code"),
    [
        (f"tags: [{', '.join(numbered(201))}]", "too-many"),
        (f"categories: [{', '.join(f'[{name}]' for name in numbered(201))}]", "too-many"),
        (f"tags: [{', '.join(map(str, range(10_000)))}]", "too-many"),
        (f"tags: ['{'a' * 1_000_00}']", "too-long"),
        (f"tags: {'茶' * 201}", "too-long"),
        (f"categories: [{', '.join(map(str, range(21)))}]", "too-many"),
        (f"authors: [{', '.join(map(str, range(201)))}]", "too-many"),
        (f"author: {{name: {'a' * 201}}}", "too-long"),
        (f"title: {'a' * 1001}", "too-long"),
        (f"slug: {'a' * 501}", "too-long"),
    ],
)
def test_values_beyond_a_limit_are_refused(front: str, code: str) -> None:
    refused = reading(front)
    assert isinstance(refused, Problem)
    assert (refused.code, refused.line) == (code, 3)


@pytest.mark.parametrize("tag", [".", "..", "/", "?", "👩‍👩‍👧", "\u3000茶"])
def test_a_tag_may_have_any_characters(tag: str) -> None:
    assert post_of(f"tags: ['{tag}']").tags == (tag.strip(),)


@pytest.mark.parametrize("tag", [" ", "\u3000", "#", "\u00a0"])
def test_an_empty_tag_is_dropped(tag: str) -> None:
    assert post_of(f"tags: ['{tag}', a]").tags == ("a",)


@pytest.mark.parametrize(
    ("written", "names"),
    [("Li Wei, Ann", ("Li Wei", "Ann")), ("Wei, Li; Ann", ("Wei, Li", "Ann")), ("Li", ("Li",))],
)
def test_authors_in_headers_are_split_because_headers_have_no_lists(
    written: str, names: tuple[str, ...]
) -> None:
    source = f"Title: T\nDate: 2026-03-01\nAuthors: {written}\n\nText.\n"
    post = parse_post("tea/green.md", source.encode(), a_site())
    assert isinstance(post, Post)
    assert (post.authors, post.categories) == (people(*names), (("tea",),))


@pytest.mark.parametrize("table", ["{series: [a]}", "words", "[tags]"])
def test_a_table_without_the_key_has_no_effect(table: str) -> None:
    assert post_of(f"taxonomies: {table}").tags == ()


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("categories: Tech python", (("Tech",), ("python",))),
        ("categories: '  '", ()),
        ("category: Tech python", (("Tech python",),)),
        ("categories: [Tech python, b]", (("Tech python",), ("b",))),
    ],
)
def test_jekyll_splits_a_text_of_categories_at_spaces(line: str, paths: Paths) -> None:
    assert post_of(line, generator="jekyll", categories="flat").categories == paths
    assert post_of("categories: Tech python", generator="hugo").categories == (
        ("Tech python",),
    )
