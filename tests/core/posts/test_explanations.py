"""The origin of each value of a post."""

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


def test_an_explanation_has_the_dialect() -> None:
    assert explain("tea.md", source(DATE), a_site()).dialect == "yaml"


@pytest.mark.parametrize(
    ("path", "meaning"),
    [("2026-03-01-tea.md", "published"), ("a/_posts/2026-03-01-tea.md", "categories")],
)
def test_an_explanation_names_values_from_the_file_name(path: str, meaning: str) -> None:
    explained = explain(path, source("layout: post"), a_site())
    assert isinstance(explained.reading, Post)
    assert explained.origins[meaning].startswith("the file's")


@pytest.mark.parametrize(
    ("written", "kind"),
    [(b"# a\n", NotAPost), (source("draft: true"), Draft), (b"---\na: b\n", Problem)],
)
def test_files_that_are_not_published_are_explained_too(written: bytes, kind: type) -> None:
    assert isinstance(explain("a.md", written, a_site()).reading, kind)


def test_a_post_has_the_position_of_each_meaning() -> None:
    post = post_of("slug: green\ntags: [Tea]")
    positions = [post.position_of(meaning) for meaning in ("key", "tags", "title")]
    assert positions == [(3, 7), (4, 7), (1, 0)]  # the title is the file's name
