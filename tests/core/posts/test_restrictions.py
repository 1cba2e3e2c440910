"""Keys that restrict a post are recognised by whole words."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.core.dates import rfc3339
from feedsvc.core.frontmatter.source import Value
from feedsvc.core.posts.keys import nearest_key
from feedsvc.core.posts.post import Draft, Post
from feedsvc.core.posts.restrictions import (
    kinds_of,
    verdict_on,
    words_of,
)
from tests.support.builders import reading

ZONE = ZoneInfo("Asia/Shanghai")

# What real folders have, each in other words than the program that wrote it.
RESTRICTED = [
    *("login_required: true", "requiresLogin: yes", "registered_only: true", "staffOnly: 1"),
    *("friends_only: on", "patrons-only: gold", "internalonly: true", "team_only: x"),
    *("visible_to: members", "viewableBy: staff", "visible_for: [Ann]", "isInternal: true"),
    *("internal: true", "trash: true", "removed: yes", "withdrawn: true", "is_locked: true"),
    *(
        "excluded: true",
        "shown: false",
        "phase: draft",
        "permission: private",
        "doc-status: wip",
    ),
    *("hide_until: soon", "notBefore: later", "visible_from: true", "schedule_for: Friday"),
    *("access: private", "access: members", "access: {site.login: true}", "access: [staff]"),
    *("archived: true", "archived: 2025-12-01", "deleted: yes", "trashed: 1", "wip: on"),
    *("auth: friends", "Auth: family", "AUTH: true", "ａｕｔｈ: friends", "auth_group: staff"),
    *("dg-hide: true", "dg-publish: false", "hide_this_post: true", "hides: yes"),
    *("disableFeed: true", "excludeFromFeed: true", "exclude_from_feed: yes", "skip-feed: 1"),
    *("no_feed: true", "noRSS: true", "rss_ignore: true", "ignoreInRss: on", "nofeed: true"),
    *("in_feed: false", "include_in_rss: no", "rss: false", "RSS: 0", "rss: {enabled: false}"),
    *("showInFeed: off", "show-in-atom: false", "hideFromFeed: true", "not_in_feed: true"),
    *("draft_post: true", "isDraft: true", "is_draft: 1", "drafts: on", "post-draft: maybe"),
    *("isHidden: true", "is_hidden: yes", "hidden_post: x", "HIDDEN_POST: true"),
    *("isPrivate: true", "is_private: true", "private_notes: call Ann", "privateFor: Ann"),
    *("isPublished: false", "is_published: no", "post_published: false", "page-visible: false"),
    *("blog_publish: 0", "isPublic: false", "post public: no", "list: false", "unlist: true"),
    *("do_not_publish: true", "dontList: yes", "never_publish: true", "post_listed: n"),
    *("membersOnly: true", "members_only: true", "membersonly: true", "MEMBERSONLY: 1"),
    *("members: gold", "member_level: 2", "subscribers_only: true", "subscriber: true"),
    *("paid: true", "paid_only: 5", "premium: yes", "paywall: true", "isPaywalled: true"),
    *("post_status: draft", "post_status: private", "poststatus: pending", "wp-status: draft"),
    *("wp_status: private", "publish_status: draft", "PublishStatus: Draft", "pageStatus: wip"),
    *("state: draft", "stage: draft", "State: [draft]", "workflow_state: trash", "stage: wip"),
    *("post_status: auto-draft", "state: '#draft'", "state: DRAFT ", "state: ｄｒａｆｔ"),
    *("protected: true", "isProtected: yes", "password_protected: 1", "restricted: true"),
    *("restricted_to: staff", "restrictions: [eu]", "secret: true", "secret: a-word"),
    *("confidential: true", "requires_auth: true", "authRequired: true", "no_access: true"),
    *("not_private: false", "public_access: false", "openAccess: no", "visibility: members"),
    *("post_visibility: friends", "embargo: true", "scheduled: yes", "embargo: soon"),
    *("publishOn: Friday", "embargo: [2026-01-01, soon]", "embargo: 03/04/2099"),
    *("WIP: true", "WiP: true", "isWIP: true", "wip-post: 1", "private.post: true"),
]
PUBLIC = [
    *("visible_to: everyone", "viewable_by: all", "internal: false", "login: true", "team: A"),
    *("internal_links: 3", "staff: [Ann]", "friends: [Ann]", "login_required: false"),
    *("phase: 2", "permission: CC-BY", "removed: false", "locked: no", "users: 3"),
    *("hide_until: 2020-01-01", "not_before: 2020-01-01", "schedule: 2020-01-01"),
    *("available: now", "valid: true", "required: x", "requires: python", "family: serif"),
    *("login_image: x", "staff_pick: true", "user_id: 3", "only: x", "from: Ann"),
    *("noindex: true", "robots: noindex", "robots: [noindex, nofollow]", "no_index: true"),
    *("sitemap_exclude: true", "sitemap: false", "exclude_from_sitemap: true", "published:"),
    *("published: null", "author: Ann", "authors: [Ann]", "authority: high", "authored: true"),
    *(
        "state: Ohio",
        "state: published",
        "stage: main",
        "united_states: draft",
        "estate: draft",
    ),
    *("accessibility: high", "accessory: bag", "memberships: 3", "membership: gold"),
    *("order_status: pending", "build_status: draft", "secretary: Ann", "paidal: true"),
    *("hide_toc: true", "hideMeta: true", "hide-title: yes", "hidden_toc: true", "hidetoc: 1"),
    *("hiddenFromHomePage: true", "hiddenFromSearch: true", "exclude_search: true"),
    *("hide_comments: true", "protected_image: true", "secret_token: x", "access_token: x"),
    *("menu_private: true", "nav_hidden: true", "sidebar_access: no", "meta_private: yes"),
    *("hide_author: true", "hideSidebar: true", "hide_date: true", "hide_read_more: true"),
    *("access: public", "access: open", "access: everyone", "access: All", "access: []"),
    *("access: {}", "access: ''", "access:", "access: ~", "access: [public, all]"),
    *("auth: false", "auth: no", "members_only: false", "members_only: 0", "paid: off"),
    *("secret: n", "archived: false", "deleted:", "wip: 'false'", "protected: NO"),
    *("feed_title: false", "rss: true", "rss: https://example.org/a.xml", "rss_full: false"),
    *("in_feed: true", "in_feed: yes", "exclude_from_feed: false", "no_feed: false"),
    *("rss: {enabled: true}", "feed_image: false", "feedback: false", "do_not_publish: false"),
    *("public_access: true", "open_access: yes", "publish_to_medium: false", "isPublic: true"),
    *("post_status: publish", "post_status: scheduled", "status: scheduled", "poststatus: x"),
    *("status: SCHEDULED", "visibility: everyone", "visibility: all", "visibility: open"),
    *("embargo: false", "embargo: 2020-01-01", "scheduled: no", "goLive: 2020-01-01"),
    *("publish_at: 2020-01-01 09:30", "schedule: Mondays", "live: true", "embargo: []"),
    *("state: {a: ~}", "post_status: []", "embargo: {until: }", "embargo: [~]"),
    *("publishes_at: x", "goal: true", "no_go: true", "wipe: true", "inpaint: true"),
]


@pytest.mark.parametrize("front", RESTRICTED)
def test_a_restriction_hides_the_post(front: str) -> None:
    assert isinstance(reading(front), Draft)


@pytest.mark.parametrize("front", PUBLIC)
def test_other_keys_hide_nothing(front: str) -> None:
    assert isinstance(reading(front), Post)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("membersOnly", ("members", "only")),
        ("RSSFeed-no_more", ("rss", "feed", "no", "more")),
        ("ＭＥＭＢＥＲＳ only", ("members", "only")),
        ("goliveat", ("golive", "at")),
        ("author", ("author",)),
        ("authors", ("authors",)),
        ("a.b", ("a", "b")),
        ("", ()),
        ("x" * 50, ("x" * 50,)),
        ("private" * 6, ("private" * 6,)),  # 42 letters: no key is so long
    ],
)
def test_a_key_is_split_into_words(key: str, words: tuple[str, ...]) -> None:
    assert words_of(key) == words


@pytest.mark.parametrize(
    ("value", "until"),
    [
        ("2099-01-01", "2099-01-01T00:00:00+08:00"),
        ("2099-01-01T00:00:00Z", "2099-01-01T00:00:00Z"),
        ("1 Jan 2099", "2099-01-01T00:00:00+08:00"),
        ("2099年1月1日", "2099-01-01T00:00:00+08:00"),
        ("4070908800", "2099-01-01T08:00:00+08:00"),
        (["2098-01-01", "2099-01-01", "2097-01-01"], "2099-01-01T00:00:00+08:00"),
        ({"until": "2099-01-01"}, "2099-01-01T00:00:00+08:00"),
    ],
)
@pytest.mark.parametrize(
    "key",
    [
        *("embargo", "embargo_until", "goLiveAt", "PublishOn", "scheduled", "hide_until"),
        *("notBefore", "publish_from", "visibleFrom", "available_from", "valid-from"),
        *("schedule_for", "scheduledate", "hold_until"),
    ],
)
def test_a_key_of_time_delays_the_post(key: str, value: Value, until: str) -> None:
    verdict = verdict_on(key, value, ZONE)
    assert verdict.until is not None
    assert (verdict.hides, rfc3339(verdict.until)) == (False, until)


def test_a_key_of_time_that_also_restricts_hides_the_post() -> None:
    assert verdict_on("members_publish_at", "2020-01-01", ZONE).hides


SEPARATORS = ("_", "-", " ", "camel", "Pascal", "UPPER_", "joined")
COMPANY = st.sampled_from(["is", "post", "page", "only", "for", "the", "level", "required", ""])
RESTRICTING = st.sampled_from(
    [
        "private",
        "draft",
        "secret",
        "hidden",
        "unlist",
        "unlisted",
        "member",
        "members",
        "subscriber",
        "subscribers",
        "paid",
        "restricted",
        "protected",
        "access",
        "auth",
        "visibility",
        "archived",
        "deleted",
        "trashed",
        "wip",
    ]
)
OUTLET = st.sampled_from(
    [
        "search",
        "toc",
        "menu",
        "nav",
        "sidebar",
        "home",
        "comments",
        "image",
        "title",
        "meta",
        "sitemap",
        "token",
    ]
)
CLOSED = st.sampled_from(
    ["true", "Yes", "1", "friends", "'x y'", "[a]", "{a: b}", "maybe", "2"]
)
OFF = st.sampled_from(["false", "No", "0", "off", "''", "", "null", "~", "[]"])
WORDS = st.sampled_from(["public", "Everyone", "ALL", "open", "[public]"])


def styled(words: list[str], style: str) -> str:
    """The words as one key, in one of the ways in which people write keys."""
    words = [word for word in words if word]
    match style:
        case "camel":
            return words[0] + "".join(map(str.capitalize, words[1:]))
        case "Pascal":
            return "".join(map(str.capitalize, words))
        case "UPPER_":
            return "_".join(words).upper()
        case "joined":
            return "".join(words)
        case _:
            return style.join(words)


@given(COMPANY, RESTRICTING, COMPANY, st.sampled_from(SEPARATORS), CLOSED)
def test_a_restricting_word_hides_the_post_in_every_spelling(
    before: str, word: str, after: str, style: str, value: str
) -> None:
    key = styled([before, word, after], style)
    assert isinstance(reading(f"{key}: {value}"), Draft), key


@given(COMPANY, RESTRICTING, COMPANY, st.sampled_from(SEPARATORS), OFF | WORDS)
def test_a_public_value_hides_nothing_in_every_spelling_of_the_key(
    before: str, word: str, after: str, style: str, value: str
) -> None:
    key = styled([before, word, after], style)
    near = nearest_key(key) or not kinds_of(key)  # such keys have other rules
    if not near or value.lower() in ("false", "no", "0", "off", "", "null", "~"):
        shown = reading(f"{key}: {value}")
        assert isinstance(shown, Post) or key.lower() == "visibility", key


@given(RESTRICTING, OUTLET, st.booleans(), st.sampled_from(SEPARATORS), CLOSED)
def test_a_key_of_another_part_of_the_page_hides_nothing(
    word: str, outlet: str, is_last: bool, style: str, value: str
) -> None:
    key = styled([word, outlet] if is_last else [outlet, word], style)
    assert isinstance(reading(f"{key}: {value}"), Post), key


@given(st.text(max_size=60), st.sampled_from(["true", "x", ["a"], {"a": "b"}, None]))
def test_every_key_gets_a_verdict(key: str, value: Value) -> None:
    verdict = verdict_on(key, value, ZONE)
    assert not (verdict.hides and verdict.until)
