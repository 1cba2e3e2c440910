"""How a file was read: each meaning, and the key it was found under."""

import pytest

from feedsvc.core.posts.parse import explain
from feedsvc.core.posts.post import Draft, NotAPost, Post
from feedsvc.core.problems import Problem
from tests.support.builders import (
    DATE,
    a_site,
    post_of,
    source,
)


@pytest.mark.parametrize(
    ("front", "meaning", "origin"),
    [
        ("Title: T", "title", "Title, line 3"),
        ("", "title", "the first heading"),
        ("taxonomies: {other: [a]}\ntag: b", "tags", "tag, line 4"),
        ("", "published", "date, line 2"),
        ("taxonomies: {tags: [a]}", "tags", "taxonomies.tags, line 3"),
        ("category: A", "categories", "category, line 3"),
        ("author: Li", "authors", "author, line 3"),
        ("urlname: x", "key", "urlname, line 3"),
        ("uuid: x", "key", "uuid, line 3"),
        ("", "key", "the file's path"),
        ("", "permalink", "the setting content.permalink"),
        ("url: /x/", "permalink", "url, line 3"),
        ("lang: zh", "language", "lang, line 3"),
    ],
)
def test_each_meaning_has_its_origin(front: str, meaning: str, origin: str) -> None:
    explained = explain("tea.md", source(DATE + front, "# Heading\n"), a_site())
    assert explained.origins[meaning] == origin


def test_the_dialect_is_told() -> None:
    assert explain("tea.md", source(DATE), a_site()).dialect == "yaml"


@pytest.mark.parametrize(
    ("path", "meaning"),
    [("2026-03-01-tea.md", "published"), ("a/_posts/2026-03-01-tea.md", "categories")],
)
def test_what_the_name_of_a_file_says_is_told(path: str, meaning: str) -> None:
    explained = explain(path, source("layout: post"), a_site())
    assert isinstance(explained.reading, Post)
    assert explained.origins[meaning].startswith("the file's")


@pytest.mark.parametrize(
    ("written", "kind"),
    [(b"# a\n", NotAPost), (source("draft: true"), Draft), (b"---\na: b\n", Problem)],
)
def test_what_is_not_published_is_explained_as_well(written: bytes, kind: type) -> None:
    assert isinstance(explain("a.md", written, a_site()).reading, kind)


def test_a_post_knows_where_its_meanings_stand() -> None:
    post = post_of("slug: green\ntags: [Tea]")
    found = [post.position_of(meaning) for meaning in ("key", "tags", "title")]
    assert found == [(3, 7), (4, 7), (1, 0)]  # its title is the file's name
