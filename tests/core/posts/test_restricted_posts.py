"""A restriction hides the post in every dialect, is reported, and can be switched off."""

import pytest

from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Draft, NotAPost, Post
from feedsvc.core.problems import Problem
from tests.support.builders import (
    a_site,
    at,
    post_of,
    reading,
)

CURE = "; if it means something else, add {!r} to content.harmless_keys"


@pytest.mark.parametrize(
    ("front", "fault", "cure"),
    [
        ("members_only: true", "{} restricts the post and hides it", "write {}: false"),
        ("secret: hunter2", "{} restricts the post and hides it", "write {}: false"),
        ("post_status: draft", "{} restricts the post and hides it", "write {}: published"),
        ("rss: false", "{} restricts the post and hides it", "write {}: true"),
        ("post_visible: no", "{} restricts the post and hides it", "write {}: true"),
        ("public_access: no", "{} restricts the post and hides it", "write {}: true"),
        ("no_access: true", "{} restricts the post and hides it", "delete it"),
        ("embargo: true", "{} restricts the post and hides it", "write {}: false"),
        ("embargo: soon", "{} is not a date that feedsvc can read, so it hides the post",
         "write {}: 2026-03-01"),
    ],
)  # fmt: skip
def test_a_restriction_is_reported_with_its_key_and_two_cures(
    front: str, fault: str, cure: str
) -> None:
    key, _, value = front.partition(": ")
    draft = reading(front)
    assert isinstance(draft, Draft)
    assert draft.reason == key
    (warning,) = draft.warnings
    assert (warning.code, warning.line, warning.column, warning.text) == (
        *("restricted", 3, 1),
        key,
    )
    assert warning.fault == fault.format(key)
    assert warning.cure == cure.format(key) + " to publish the post" + CURE.format(key)
    assert value in ("true", "draft", "no", "false") or value not in str(warning)


@pytest.mark.parametrize(
    ("front", "fault", "cure"),
    [
        ("darft: true", "{} is nearly draft, so it hides the post",
         "write draft: true or draft: false"),
        ("passwrod: x", "{} is nearly password, so it hides the post",
         "write password: true or password: false"),
        ("publishd: false", "{} is nearly published, so it hides the post",
         "write published: true or published: false"),
        ("no_render: true", "{} is the opposite of render, so it hides the post",
         "write render: true or render: false"),
        ("no_dg_publish: maybe", "{} is the opposite of dg-publish, so it hides the post",
         "write dg-publish: true or dg-publish: false"),
        ("staus: draft", "{} is nearly status, so it hides the post",
         "write status: draft or status: published"),
        ("visibilty: private", "{} is nearly visibility, so it hides the post",
         "write visibility: draft or visibility: published"),
        ("expiryDat: 2026-03-02", "{} is nearly expiryDate, so it hides the post",
         "write expiryDate: 2099-12-31"),
        ("unpublishDat: 2026-03-02", "{} is nearly unpublishDate, so it hides the post",
         "write unpublishDate: 2099-12-31"),
    ],
)  # fmt: skip
def test_a_misspelt_flag_is_reported_with_the_nearest_flag_and_a_cure(
    front: str, fault: str, cure: str
) -> None:
    key = front.partition(":")[0]
    draft = reading(front)
    assert isinstance(draft, Draft)
    (warning,) = [w for w in draft.warnings if w.code == "flag"]
    assert (warning.fault, warning.cure) == (fault.format(key), cure + CURE.format(key))
    assert (warning.line, warning.text) == (3, key)


@pytest.mark.parametrize("front", ["no_render: false", "publishd: true", "staus: published"])
def test_a_misspelt_flag_that_shows_the_post_hides_nothing(front: str) -> None:
    assert isinstance(reading(front), Post)


@pytest.mark.parametrize(
    "text",
    [
        '---\ndate: 2026-03-01\n"members_only": "true"\n---\n',
        "---\ndate: 2026-03-01\nMembersOnly: !!str true\n---\n".replace("!!str ", ""),
        "---\ndate: 2026-03-01\naccess:\n  - members\n---\n",
        "---\ndate: 2026-03-01\naccess:\n  level: 2\n---\n",
        "---\ndate: 2026-03-01\na: &a {members_only: true}\n<<: *a\n---\n",
        "date: 2026-03-01\nmembers_only: true\n---\nText.\n",
        "+++\ndate = 2026-03-01\nmembers_only = true\n+++\n",
        "+++\ndate = 2026-03-01\naccess = 2\n+++\n",
        "+++\ndate = 2026-03-01\n[extra]\nmembers_only = true\n+++\n",
        "+++\ndate = 2026-03-01\n[params]\npost_status = 'draft'\n+++\n",
        "+++\ndate = 2026-03-01\n[access]\nlogin = true\n+++\n",
        '{"date": "2026-03-01", "membersOnly": true}\n',
        '{"date": "2026-03-01", "params": {"auth": ["friends"]}}\n',
        '{"date": "2026-03-01", "rss": false}\n',
        "Date: 2026-03-01\nAuth: friends\n\nText.\n",
        "Date: 2026-03-01\nMembersOnly: yes\n\nText.\n",
        "Date: 2026-03-01\nAuthGroupOfAnn: staff\n\nText.\n",
        "Date: 2026-03-01\nWIPCorner: yes\n\nText.\n",
        "Date: 2026-03-01\nPost-Status: draft\n\nText.\n",
    ],
)
def test_a_restriction_hides_in_every_dialect(text: str) -> None:
    assert isinstance(parse_post("tea.md", text.encode(), a_site()), Draft)


def test_capitals_do_not_make_a_second_header() -> None:
    text = b"Date: 2026-03-01\nGoLive: 2020-01-01\ngolive: 2020-01-01\n\nText.\n"
    problem = parse_post("tea.md", text, a_site())
    assert isinstance(problem, Problem)
    assert "appears twice" in problem.fault


@pytest.mark.parametrize(
    "front",
    [
        *("tags: [private]", "tags: [tea, Private]", "tags: ['#private']", "tags: private"),
        *("tags: tea, private", "tag: private/diary", "tags: [status/private]", "tags: [WIP]"),
        *("tags: ['＃private']", "tags: ['[[Private]]']", "taxonomies: {tags: [private]}"),
        *("categories: [private]", "category: Private", "categories: [[Diary, private]]"),
        *("categories: [draft]", "taxonomies: {categories: [private]}", "tags: [a, [private]]"),
    ],
)
def test_a_tag_or_category_that_restricts_hides_the_post(front: str) -> None:
    draft = reading(front)
    assert isinstance(draft, Draft)
    (warning,) = draft.warnings
    assert warning.code == "restricted"
    assert "content.harmless_keys" in warning.cure
    kind = "tag" if "tag" in draft.reason.rpartition(".")[2] else "category"
    assert f"the {kind} " in warning.fault


@pytest.mark.parametrize(
    "front",
    [
        *("tags: [private equity]", "tags: [privateer]", "categories: [Private lessons]"),
        *("tags: [secret]", "category: Archived", "tags: [{a: private}]", "tags: [null]"),
    ],
)
def test_a_term_that_only_contains_the_word_hides_nothing(front: str) -> None:
    assert not isinstance(reading(front), Draft)


@pytest.mark.parametrize(
    "front",
    [
        *("members: [Ann, Bob]", "draft: true", "visibility: 10 km", "post_status: draft"),
        *("drafts: yes", "extra: {access: staff}", "extra: {draft: true}", "rss: false"),
        *("embargo: soon", "embargo: 2099-01-01", "status: odd", "tags: [private]"),
        *("layout: page", "published: false", "permalink: false", "category: private"),
    ],
)
def test_a_harmless_key_hides_nothing(front: str) -> None:
    key, _, value = front.partition(": ")
    if value.startswith("{"):
        key = value[1:].partition(":")[0]
    assert isinstance(reading(front, harmless_keys=("other",)), Draft) or "2099" in front
    for spelling in (key, key.upper(), key.replace("_", "-"), f"extra.{key}"):
        if "{" in front or "." not in spelling:
            assert isinstance(reading(front, harmless_keys=("other", spelling)), Post)


def test_a_harmless_key_may_be_named_with_its_map() -> None:
    assert isinstance(reading("build: {list: never}", harmless_keys=("build.list",)), Post)
    assert isinstance(reading("extra: {access: x}", harmless_keys=("params.access",)), Draft)


def test_a_harmless_key_does_not_show_a_post_that_another_key_hides() -> None:
    assert isinstance(reading("members: x\nauth: y", harmless_keys=("members",)), Draft)
    assert isinstance(reading("password: x", harmless_keys=("password",)), Draft)


def test_a_harmless_key_does_not_delay_a_post() -> None:
    assert post_of("embargo: 2099-01-01", harmless_keys=("Embargo",)).embargo is None


@pytest.mark.parametrize("key", ["embargo", "publish_at", "publishOn", "goLive", "scheduled"])
def test_a_post_waits_for_its_latest_date_and_the_key_is_named(key: str) -> None:
    post = post_of(
        f"publishDate: 2098-01-01\n{key}: 2099-01-01\nextra: {{embargo: 2097-01-01}}"
    )
    assert post.public_from == at("2098-12-31 16:00")  # naive dates are in Shanghai's time
    assert post.published == at("2026-03-01 09:30")
    assert post.held_by is not None
    held = post.held_by
    assert (held.code, held.line, held.text, held.refuses) == ("restricted", 4, key, False)
    assert held.fault == f"{key} hides the post until 2099-01-01T00:00:00+08:00"
    assert held.cure == "delete it to publish the post now" + CURE.format(key)


def test_a_date_in_a_table_delays_a_post_too() -> None:
    assert post_of("params: {embargo: 2099-01-01}").embargo == at("2098-12-31 16:00")


@pytest.mark.parametrize("front", ["title: [\n{}", "tags: {{a: b}}\n{}", "date: soon\n{}"])
@pytest.mark.parametrize(
    "line", ["members_only: true", "auth: friends", "post_status: draft", "embargo: true"]
)
def test_a_broken_post_is_hidden_by_the_same_rules(front: str, line: str) -> None:
    text = f"---\n{front.format(line)}\n---\nText.\n"
    draft = parse_post("tea.md", text.encode(), a_site())
    assert isinstance(draft, Draft)
    assert draft.reason == line.partition(":")[0]
    harmless = a_site(harmless_keys=(draft.reason,))
    assert isinstance(parse_post("tea.md", text.encode(), harmless), Problem)


@pytest.mark.parametrize("front", ["title: [\n{}", "tags: {{a: b}}\n{}"])
def test_a_broken_post_is_delayed_by_the_same_rules(front: str) -> None:
    text = f"---\n{front.format('goLive: 2099-01-01 Z')}\ndate: 2026-03-01\n---\nText.\n"
    problem = parse_post("tea.md", text.encode(), a_site())
    assert isinstance(problem, Problem)
    assert problem.span.begins == at("2099-01-01")


@pytest.mark.parametrize(
    "line", ["members_only: false", "hide_toc: true", "author: Ann", "cover:\n  access: x"]
)
def test_a_broken_post_without_a_restriction_stays(line: str) -> None:
    text = f"---\ntitle: [\n{line}\n---\nText.\n"
    assert isinstance(parse_post("tea.md", text.encode(), a_site()), Problem)


def test_a_file_without_front_matter_has_the_key_that_would_hide_it() -> None:
    none = parse_post("tea.md", b"--\nmembers_only: true\n---\n", a_site())
    assert isinstance(none, NotAPost)
    assert none.reason == "members_only"


def test_a_key_that_restricts_is_not_reported_as_unknown() -> None:
    for front in ("auth: false", "state: Ohio", "in_feed: true", "publishOn: 2020-01-01"):
        assert post_of(front).warnings == ()


@pytest.mark.parametrize("key", ["ｄｒａｆｔ", "Ｄｒａｆｔ", "ｐｒｉｖａｔｅ"])
def test_a_flag_in_full_width_letters_is_recognised(key: str) -> None:
    assert isinstance(reading(f"{key}: true"), Draft)


@pytest.mark.parametrize("front", ["categories: tech private", "Categories: Private tech"])
def test_a_category_in_a_text_of_jekyll_hides_the_post(front: str) -> None:
    assert isinstance(reading(front, generator="jekyll"), Draft)
    assert isinstance(reading(front, generator="hugo"), Post)


@pytest.mark.parametrize("front", ["category: tech private", "categories: [tech private]"])
def test_a_category_of_several_words_hides_no_post(front: str) -> None:
    assert isinstance(reading(front, generator="jekyll"), Post)
