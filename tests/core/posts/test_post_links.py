"""The key and the permalink of a post."""

import unicodedata

import pytest

from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from feedsvc.core.problems import Problem
from tests.support.builders import (
    a_site,
    post_of,
    reading,
    source,
)


@pytest.mark.parametrize(
    ("front", "key"),
    [
        ("guid: urn:x\nuuid: b\nurlname: c", "guid:urn:x"),
        ("uuid: b\nurlname: c", "guid:b"),
        ("urlname: c\nabbrlink: d\nslug: e", "slug:c"),
        ("abbrlink: d\nslug: e", "slug:d"),
        ("slug: e", "slug:e"),
        ("slug: /e/f/", "slug:e/f"),
        ("slug: ' / '", "path:2026/tea"),
        ("title: a", "path:2026/tea"),
    ],
)
def test_the_key_is_the_guid_the_slug_or_the_path(front: str, key: str) -> None:
    assert post_of(front, path="2026/tea.md").key == key


@pytest.mark.parametrize(
    ("path", "key"), [("a/index.md", "path:a/index"), ("a.b.md", "path:a.b")]
)
def test_a_key_of_a_path_has_no_suffix(path: str, key: str) -> None:
    assert post_of("", path=path).key == key


def test_unicode_forms_of_a_path_give_one_key() -> None:
    post = post_of("", path=unicodedata.normalize("NFD", "café.md"))
    assert (post.key, post.permalink) == (
        "path:café",
        "https://example.org/posts/caf%C3%A9/",
    )


@pytest.mark.parametrize("name", ["urlname", "abbrlink", "slug"])
@pytest.mark.parametrize("slug", ["..", ".", "a/../b", "a//b", "./a", "http://evil.org"])
def test_a_slug_with_a_dot_segment_is_refused(name: str, slug: str) -> None:
    assert reading(f"title: a\n{name}: {slug}") == Problem(
        "tea.md",
        4,
        f"{name}: {slug!r} cannot be part of an address",
        "write a word such as my-first-post",
    )


@pytest.mark.parametrize(
    ("slug", "link"),
    [
        ("green", "https://example.org/posts/green/"),
        ("'//evil'", "https://example.org/posts/evil/"),
        ("上海", "https://example.org/posts/%E4%B8%8A%E6%B5%B7/"),
        ("'%41?#'", "https://example.org/posts/%2541%3F%23/"),
        ("a\\b", "https://example.org/posts/a%5Cb/"),
    ],
)
def test_a_slug_is_encoded_once_in_the_permalink(slug: str, link: str) -> None:
    assert post_of(f"urlname: {slug}").permalink == link


@pytest.mark.parametrize(
    ("template", "front", "path", "link"),
    [
        ("/posts/:key/", "", "a/tea.md", "/posts/a/tea/"),
        ("/posts/:key/", "slug: x", "a/tea.md", "/posts/x/"),
        ("/:slug", "", "a/tea.md", "/tea"),
        ("/:slug", "slug: x/y", "a/tea.md", "/x/y"),
        ("/:name.html", "slug: x", "a/tea/index.md", "/tea.html"),
        ("/:year-:month-:day/:name/", "", "tea.md", "/2026-03-01/tea/"),
        ("/:other/:name/", "other: Ä b", "tea.md", "/%C3%84%20b/tea/"),
        ("/:title/", "", "a/_posts/tea.md", "/tea/"),
        ("/:key/", "", "a/_posts/tea.md", "/a/tea/"),
        ("date", "categories: [Tea]", "2026-03-01-pick.md", "/tea/2026/03/01/pick.html"),
        ("plain", "", "tea.md", "/plain"),
    ],
)
def test_the_sites_template_makes_the_permalink(
    template: str, front: str, path: str, link: str
) -> None:
    post = post_of(front, path=path, permalink=template)
    assert post.permalink == f"https://example.org{link}"


@pytest.mark.parametrize("front", ["", "urlname:", "other: [a]"])
def test_a_post_without_a_value_for_the_template_is_refused(front: str) -> None:
    refused = reading(front, permalink="/:urlname.html")
    assert isinstance(refused, Problem)
    assert (refused.code, ":urlname" in refused.fault) == ("permalink", True)


def test_a_permalink_in_the_front_matter_may_have_tokens() -> None:
    assert (
        post_of("permalink: /:year/:slug/\nslug: x").permalink == "https://example.org/2026/x/"
    )


def test_title_in_a_permalink_of_the_front_matter_is_jekylls() -> None:
    post = post_of("permalink: /n/:title.html", path="n/_posts/2026-03-01-tea.md")
    assert post.permalink == "https://example.org/n/tea.html"


@pytest.mark.parametrize(
    ("zone", "day"), [("Asia/Shanghai", "2026/03/01"), ("America/New_York", "2026/02/28")]
)
def test_the_date_in_a_permalink_is_in_the_sites_time_zone(zone: str, day: str) -> None:
    written = source("date: 2026-02-28T20:00:00Z")
    post = parse_post("tea.md", written, a_site(timezone=zone, permalink="/:year/:month/:day/"))
    assert isinstance(post, Post)
    assert post.permalink == f"https://example.org/{day}/"


@pytest.mark.parametrize(
    ("given", "link"),
    [
        ("/about/", "https://example.org/about/"),
        ("about", "https://example.org/about"),
        ("https://example.org/about/", "https://example.org/about/"),
        ("HTTPS://EXAMPLE.org/about", "https://example.org/about"),
        ("/上海/", "https://example.org/%E4%B8%8A%E6%B5%B7/"),
        ("/%E4%B8%8A%E6%B5%B7/", "https://example.org/%E4%B8%8A%E6%B5%B7/"),
        ("/a b/", "https://example.org/a%20b/"),
        ("/about/?x=1#y", "https://example.org/about/"),
        ("///evil.org/", "https://example.org/evil.org/"),
        ("/%2F/evil.org/", "https://example.org/evil.org/"),
    ],
)
def test_a_permalink_in_the_front_matter_is_on_the_site(given: str, link: str) -> None:
    assert post_of(f"permalink: '{given}'\nslug: x").permalink == link


@pytest.mark.parametrize(
    ("given", "link"),
    [
        ("/about/", "https://example.org/blog/about/"),
        ("https://example.org/blog/about/", "https://example.org/blog/about/"),
    ],
)
def test_a_site_below_a_path_keeps_its_posts_there(given: str, link: str) -> None:
    assert post_of(f"permalink: {given}", url="https://example.org/blog").permalink == link


@pytest.mark.parametrize(
    "given",
    [
        *("//evil", "//evil/x", "https://evil.org/x", "http://example.org/x", "https:///x"),
        *("https://example.org@evil.org/", "https://example.org.evil.org/", "javascript:a"),
        *("https://example.org:444/x", "mailto:a@example.org"),
    ],
)
def test_a_permalink_on_another_site_is_refused(given: str) -> None:
    assert reading(f"permalink: '{given}'") == Problem(
        "tea.md",
        3,
        f"permalink: {given!r} is not below https://example.org",
        "write a path such as /about/",
    )


@pytest.mark.parametrize(
    "given", ["/../x", "/a/..", "./x", "/%2e%2E/x", "https://example.org/a/../b", "/a\\b"]
)
def test_a_permalink_that_is_not_a_plain_path_is_refused(given: str) -> None:
    assert reading(f"permalink: {given}") == Problem(
        "tea.md", 3, f"permalink: {given!r} is not a path", "write a path such as /about/"
    )


@pytest.mark.parametrize(
    "link", ["http://[x", "https://example.org/blogs/a", "https://example.org/other"]
)
def test_a_permalink_that_is_not_an_address_is_refused(link: str) -> None:
    refused = reading(f"permalink: {link}", url="https://example.org/blog")
    assert isinstance(refused, Problem)
    assert "permalink" in refused.fault


def test_an_index_file_has_the_address_of_its_folder() -> None:
    post = post_of("", path="a/tea/index.md")
    assert (post.key, post.permalink) == (
        "path:a/tea/index",
        "https://example.org/posts/a/tea/",
    )


@pytest.mark.parametrize(
    "path", ["/", "/atom.xml", "/tags/C~23/rss.xml", "/hooks/x", "/healthz"]
)
def test_a_post_cannot_have_an_address_that_feedsvc_uses(path: str) -> None:
    reading = parse_post(
        "a.md", source(f"title: x\ndate: 2026-03-01\npermalink: {path}"), a_site()
    )
    assert isinstance(reading, Problem)
    assert "feedsvc uses itself" in reading.fault


def test_a_post_of_the_last_second_has_an_address() -> None:
    front = "title: x\ndate: 9999-12-31T23:59:59Z"
    site = a_site(permalink="/:year/:key/", timezone="Asia/Shanghai")
    reading = parse_post("a.md", source(front), site)
    assert isinstance(reading, Post)
    assert reading.permalink == "https://example.org/9999/a/"


@pytest.mark.parametrize("path", ["/{{ title | slug }}/", "/blog/{% x %}/", "/<%= a %>/"])
def test_a_template_of_another_generator_is_not_a_permalink(path: str) -> None:
    post = post_of(f'permalink: "{path}"\nurl: /green/')
    assert post.permalink == "https://example.org/green/"
    (warning,) = post.warnings
    assert (warning.code, warning.line, warning.column) == ("template", 3, 12)
