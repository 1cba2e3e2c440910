"""The keys and pages of posts that share a slug."""

import pytest

from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from feedsvc.core.posts.slug_keys import folder_key, path_key, place_in, shared_key
from tests.support.builders import DATE, a_site, source

PAGES = "https://example.org/posts"


@pytest.mark.parametrize(
    ("key", "shared", "place"),
    [
        ("slug:tea", "slug:tea", ""),
        ("slug:a/tea//x/y/", "slug:a/tea", "x/y"),
        ("slug:tea//x/b.md", "slug:tea", "x/b.md"),
        ("guid:https://example.org//x", "guid:https://example.org//x", ""),
    ],
)
def test_a_key_is_taken_apart(key: str, shared: str, place: str) -> None:
    assert (shared_key(key), place_in(key)) == (shared, place)


def test_a_key_has_the_folder_or_the_path() -> None:
    assert folder_key("slug:tea", "x/cafe\u0301/b.md") == "slug:tea//x/café/"
    assert folder_key("slug:tea", "b.md") == ""
    assert path_key("slug:tea", "x/b.md") == "slug:tea//x/b.md"


@pytest.mark.parametrize(
    ("front", "own_key", "key", "permalink"),
    [
        ("slug: tea\n", "slug:tea//x/", "slug:tea//x/", f"{PAGES}/tea/x/"),
        ("slug: tea\n", "slug:tea//x/b.md", "slug:tea//x/b.md", f"{PAGES}/tea/x/b/"),
        ("slug: tea\n", "slug:tea", "slug:tea", f"{PAGES}/tea/"),
        ("slug: milk\n", "slug:tea//x/", "slug:milk", f"{PAGES}/milk/"),
        ("", "slug:tea//x/", "path:x/b", f"{PAGES}/x/b/"),
        (
            "slug: tea\npermalink: /own/\n",
            *("slug:tea//x/", "slug:tea//x/", "https://example.org/own/"),
        ),
    ],
)
def test_a_post_has_its_own_key_and_page(
    front: str, own_key: str, key: str, permalink: str
) -> None:
    post = parse_post("x/b.md", source(DATE + front), a_site(), own_key)
    assert isinstance(post, Post)
    assert (post.key, post.permalink) == (key, permalink)


def test_a_template_of_the_site_decides_about_the_page() -> None:
    site = a_site(permalink="/p/:slug/")
    post = parse_post("x/b.md", source(f"{DATE}slug: tea\n"), site, "slug:tea//x/")
    assert isinstance(post, Post)
    assert (post.key, post.permalink) == ("slug:tea//x/", "https://example.org/p/tea/")


@pytest.mark.parametrize(
    ("front", "keeps"),
    [
        ("updated: keep\n", True),
        ("lastmod: Keep\n", True),
        ("updated: 2026-04-01\n", False),
        ("", False),
    ],
)
def test_a_post_may_keep_its_updated(front: str, keeps: bool) -> None:
    post = parse_post("a.md", source(DATE + front), a_site())
    assert isinstance(post, Post)
    assert post.keeps_updated is keeps
    assert (post.updated is None) is (front == "" or keeps)


def test_a_list_is_no_word() -> None:
    refused = parse_post("a.md", source(f"{DATE}updated: [keep]\n"), a_site())
    assert getattr(refused, "code", "") == "date"
