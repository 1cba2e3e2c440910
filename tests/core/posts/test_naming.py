"""Names, languages and keys of posts and their translations."""

import pytest

from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from feedsvc.core.problems import Problem
from tests.support.builders import (
    a_site,
    at,
    post_of,
    reading,
    source,
)


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("tea.zh.md", "zh"),
        ("tea.zh-cn.md", "zh-CN"),
        ("tea.zh_Hant_TW.md", "zh-Hant-TW"),
        ("a/tea/index.ja.md", "ja"),
        ("zh/tea.md", "zh"),
        ("content/zh-CN/posts/tea.md", "zh-CN"),
        ("it/tea.md", ""),
        ("tea.v2.md", ""),
        ("notes.cs.md", ""),
        ("1.2.md", ""),
    ],
)
def test_names_of_files_and_folders_may_give_the_language(path: str, language: str) -> None:
    assert post_of("", path=path).language == language


def test_a_setting_lists_the_languages_in_names() -> None:
    assert post_of("", path="tea.it.md", languages=("it",)).language == "it"
    assert post_of("", path="tea.zh.md", languages=("it",)).language == ""


@pytest.mark.parametrize(
    ("said", "language"),
    [("zh_cn", "zh-CN"), ("EN", "en"), ("zh-hant-tw", "zh-Hant-TW"), ("sr-latn", "sr-Latn")],
)
def test_a_language_has_one_spelling(said: str, language: str) -> None:
    assert post_of(f"lang: {said}", path="tea.fr.md").language == language


@pytest.mark.parametrize(
    ("path", "front", "key", "link"),
    [
        ("tea.zh.md", "", "path:tea.zh", "zh/tea/"),
        ("tea.en.md", "", "path:tea.en", "tea/"),
        ("tea.zh.md", "slug: x", "slug:zh/x", "zh/x/"),
        ("zh/tea.md", "slug: x", "slug:zh/x", "zh/x/"),
        ("zh/tea.md", "", "path:zh/tea", "zh/tea/"),
        ("en-GB/tea.md", "slug: x", "slug:x", "x/"),
        ("tea/index.zh.md", "", "path:tea/index.zh", "zh/tea/"),
        ("tea.md", "slug: x\nlang: zh", "slug:x", "x/"),
    ],
)
def test_a_translation_has_its_own_address_and_key(
    path: str, front: str, key: str, link: str
) -> None:
    post = post_of(front, path=path)
    assert (post.key, post.permalink) == (key, f"https://example.org/posts/{link}")


@pytest.mark.parametrize(
    ("template", "path", "front", "link"),
    [
        ("/:slug/", "tea.zh.md", "", "/zh/tea/"),
        ("/:slug/", "tea.en.md", "", "/tea/"),
        ("/:year/:name/", "a/tea/index.zh.md", "", "/zh/2026/tea/"),
        ("/:year/:slug/", "tea.zh.md", "slug: x", "/zh/2026/x/"),
        ("/:year/:slug/", "zh/tea.md", "slug: x", "/zh/2026/x/"),
        ("/:section/:filename/", "posts/tea.zh.md", "", "/zh/posts/tea/"),
        ("/:section/:slugorfilename/", "posts/tea.zh.md", "slug: x", "/zh/posts/x/"),
        ("/:sections/:slug/", "zh/posts/tea.md", "slug: x", "/zh/posts/x/"),
        ("/:lang/:slug/", "tea.zh.md", "lang: zh", "/zh/tea/"),
        ("/:title/", "tea.zh.md", "", "/tea.zh/"),
        ("date", "tea.zh.md", "", "/zh/2026/03/01/tea.html"),
    ],
)
def test_no_template_gives_a_translation_the_originals_address(
    template: str, path: str, front: str, link: str
) -> None:
    post = post_of(front, path=path, permalink=template)
    assert post.permalink == f"https://example.org{link}"


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("2026-03-01-first-pick.md", "first pick"),
        ("2026-03-01.md", "2026-03-01"),
        ("tea.zh.md", "tea"),
        ("2026-13-01-tea.md", "2026 13 01 tea"),
    ],
)
def test_the_title_may_come_from_the_files_name(path: str, title: str) -> None:
    assert post_of("", path=path).title == title


def test_the_date_may_come_from_the_files_name() -> None:
    post = parse_post("2026-03-01-tea.md", source("title: T"), a_site())
    assert isinstance(post, Post)
    assert post.published == at("2026-02-28 16:00")


def test_a_date_in_the_front_matter_wins() -> None:
    assert post_of("", path="2001-01-01-tea.md").published == at("2026-03-01 09:30")


@pytest.mark.parametrize(
    ("front", "link"),
    [
        ("url: /a/", "/a/"),
        ("path: a", "/a"),
        ("permalink: /a/\nurl: /b/", "/a/"),
        ("url: https://elsewhere.example/x", "/posts/tea/"),
        ("url: https://example.org/a/", "/a/"),
        ("path: C:\\\\posts", None),
    ],
)
def test_a_post_may_have_its_own_permalink(front: str, link: str | None) -> None:
    post = reading(front)
    assert (post.permalink if isinstance(post, Post) else None) == (
        link and f"https://example.org{link}"
    )


@pytest.mark.parametrize("value", ["[/a/]", "/" + "a" * 3000])
def test_a_permalink_that_is_not_a_short_text_is_refused(value: str) -> None:
    refused = reading(f"permalink: {value}")
    assert isinstance(refused, Problem)
    assert refused.code == "permalink"


@pytest.mark.parametrize(("trusted", "key"), [(True, "guid:7"), (False, "path:tea")])
def test_the_key_id_counts_only_if_the_setting_says_so(trusted: bool, key: str) -> None:
    assert post_of("id: 7", id_is_guid=trusted).key == key


def test_a_guid_wins_over_an_id() -> None:
    assert post_of("id: 7\nguid: x", id_is_guid=True).key == "guid:x"
