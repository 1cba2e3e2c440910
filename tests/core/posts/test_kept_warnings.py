"""Warnings are kept when a post is refused, and one key has one warning."""

import pytest

from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Draft, Post, Reading
from feedsvc.core.problems import Problem
from tests.support.builders import a_site, post_of, reading, source


def read(front: str, **rules: str) -> Reading:
    return parse_post("tea.md", source(front), a_site(**rules))


@pytest.mark.parametrize(
    ("front", "codes"),
    [
        ("daet: 2026-01-05", ["no-date", "unknown-key"]),
        ("categorys: [a]\ndate: 2026-02-30", ["date", "unknown-key"]),
        ("date: 2026-01-05\nmood: a\nmood: b\ntitle: [a]", ["not-text", "repeated-key"]),
        ("date: 2026-01-05\ncategorys: [a]\ntags: {a: b}", ["not-list", "unknown-key"]),
        ("title: a\nupdatd: 2026-01-05\nlang: en", ["no-date", "unknown-key"]),
    ],
)
def test_a_refused_post_keeps_its_warnings(front: str, codes: list[str]) -> None:
    refused = read(front)
    assert isinstance(refused, Problem)
    assert [refused.code, *(each.code for each in refused.warnings)] == codes
    assert not any(each.refuses for each in refused.warnings)


def test_an_encrypted_post_keeps_its_warnings() -> None:
    hidden = read("password: x\ndaet: 2026-01-05\nid: [a]", encrypted="teaser")
    assert isinstance(hidden, Draft)
    assert [each.code for each in hidden.warnings] == ["no-date", "unknown-key"]


def test_warnings_about_broken_front_matter_are_not_guessed() -> None:
    refused = read("daet: 2026-01-05\ntitle: [")
    assert isinstance(refused, Problem)
    assert (refused.code, refused.warnings) == ("front-matter", ())


@pytest.mark.parametrize(
    "front",
    [
        "list: false",
        "publishd: false",
        "darft: true",
        "no-publish: yes",
        "isPublished: false",
        "members_only: true",
        "statuss: draft",
    ],
)
def test_a_key_that_hides_has_one_warning(front: str) -> None:
    hidden = reading(front)
    assert isinstance(hidden, Draft)
    assert len(hidden.warnings) == 1
    assert hidden.warnings[0].code in ("flag", "restricted")


@pytest.mark.parametrize("front", ["publishd: true", "list: true"])
def test_a_misspelt_key_that_hides_nothing_is_unknown(front: str) -> None:
    assert [each.code for each in post_of(front).warnings] == ["unknown-key"]


@pytest.mark.parametrize(
    ("front", "name"),
    [
        ("platform: a\nplatform: b", "platform"),
        ("toc: true\ntoc: false", "toc"),
        ("sitemap: {priority: 1, priority: 2}", "priority"),
        ("extra: {a: 1, a: 2}", "a"),
        ("params:\n  mood: x\n  mood: y", "mood"),
        ("taxonomies: {series: [a], series: [b]}", "series"),
        ("a: 1\nmood: x\nmood: x\nb: 2", "mood"),
        ("心情: a\n心情: b", "心情"),
    ],
)
def test_a_key_without_effect_may_be_there_twice(front: str, name: str) -> None:
    post = post_of(front)
    (warning,) = post.warnings
    assert (warning.code, warning.refuses) == ("repeated-key", False)
    assert f"the key {name!r} appears twice" in warning.fault


@pytest.mark.parametrize(
    "front",
    [
        *("title: a\ntitle: a", "draft: false\ndraft: false", "auth: no\nauth: no"),
        *("darft: no\ndarft: no", "updatedAt: 2026-01-05\nupdatedAt: 2026-01-05"),
        *("extra: {draft: no, draft: no}", "params: {author: a, author: b}"),
        *("extra: {cover: a, cover: b}", "taxonomies: {tags: [a], tags: [b]}"),
        *("extra: {auth: no, auth: no}", "cover: {image: a, image: b}", "rss: {a: 1, a: 2}"),
        "word: a\nword: b\npermalink: /:word/",
    ],
)
def test_a_key_with_an_effect_is_refused_if_it_is_there_twice(front: str) -> None:
    refused = reading(front)
    assert isinstance(refused, Problem)
    assert refused.code == "front-matter"
    assert "appears twice" in refused.fault


def test_a_key_of_the_permalinks_is_refused_if_it_is_there_twice() -> None:
    refused = reading("word: a\nword: b", permalink="/:Word/")
    assert isinstance(refused, Problem)
    assert isinstance(reading("word: a\nword: b"), Post)


def test_a_key_that_hides_twice_hides() -> None:
    assert isinstance(reading("draft: true\ndraft: false"), Draft)
