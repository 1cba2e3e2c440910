"""Keys that say that a post expires end it at their date, in whatever words they say it."""

import pytest

from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Draft, Post
from feedsvc.core.problems import Problem
from tests.support.builders import a_site, at, reading

KEYS = [
    *("expires", "expire", "expiry", "expired", "expiration", "expirationDate", "expires_at"),
    *("expireDate", "expired-on", "expiresOn", "EXPIRES", "expireat", "post_expires", "Expiry"),
    *("expiration_date", "_expiration-date", "expiry_time", "scheduled_expiry", "isExpired"),
    *("valid_until", "validUntil", "validThrough", "valid_to", "visible_until", "public till"),
    *("publish_until", "show-until", "unpublish", "unpublish_at", "unpublish_on"),
    *("unpublishedAt", "unpublishat", "offline_at", "offlineDate", "offlineat", "remove_at"),
    *("removeAt", "remove_on", "take_down_at", "hide_after", "ｅｘｐｉｒｅｓ", "extra.expires"),
]


def front_of(key: str, value: str) -> str:
    """The line of front matter with this key, which may be in a table."""
    table, dot, inner = key.partition(".")
    return f"{table}: {{{inner}: {value}}}" if dot else f"{key}: {value}"


@pytest.mark.parametrize("key", KEYS)
def test_a_post_ends_at_the_date_of_its_key(key: str) -> None:
    post = reading(front_of(key, "2099-01-01"))
    assert isinstance(post, Post)
    assert post.expires == at("2098-12-31 16:00")  # naive dates are in Shanghai's time
    assert post.warnings == ()
    ended = post.ended_by
    assert ended is not None
    assert (ended.code, ended.line, ended.text, ended.refuses) == ("restricted", 3, key, False)
    assert ended.fault == f"{key} hides the post from 2099-01-01T00:00:00+08:00 on"
    own_key = key.rpartition(".")[2]
    assert ended.cure == (
        "delete it to publish the post now; "
        f"if it means something else, add {own_key!r} to content.harmless_keys"
    )


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", ["true", "30", "0", "3600", "soon", "03/04/2099", "30 days"])
def test_a_value_that_is_no_date_hides_the_post_with_a_warning(key: str, value: str) -> None:
    draft = reading(front_of(key, value))
    assert isinstance(draft, Draft)
    assert draft.reason == key
    (warning,) = draft.warnings
    assert (warning.code, warning.text) == ("restricted", key)
    assert "content.harmless_keys" in warning.cure
    if value != "true":
        assert warning.cure.startswith(f"write {key}: 2099-12-31 to publish the post; ")
    harmless = reading(front_of(key, value), harmless_keys=(key,))
    assert isinstance(harmless, Post)
    assert (harmless.expires, harmless.ended_by) == (None, None)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", ["false", "never", "", "~", "'none'", "no", "[]"])
def test_a_post_that_never_expires_stays(key: str, value: str) -> None:
    post = reading(front_of(key, value))
    assert isinstance(post, Post)
    assert (post.expires, post.warnings) == (None, ())


@pytest.mark.parametrize(
    "front",
    [
        *("cache_expires: 3600", "cookie_expiry: 30", "token_expires: 2020-01-01"),
        *("expired_url: /x/", "expiry_notice: soon", "never_expires: true", "noExpiry: true"),
        *("expiration-date-status: saved", "remove_date: true", "hide_date: true"),
        *("offline: true", "remove: x", "valid: true", "until: Monday", "valid_html: true"),
        *("pinned_until: 2020-01-01", "featured-until: 2020-01-01", "end_date: 2020-01-01"),
        *("price_valid_until: 2020-01-01", "expiryTitle: x", "experience: 3", "expert: true"),
        *("deleted_at:", "http: {expires: 0}"),
    ],
)
def test_other_keys_end_nothing(front: str) -> None:
    post = reading(front)
    assert isinstance(post, Post)
    assert (post.expires, post.ended_by, post.warnings) == (None, None, ())


@pytest.mark.parametrize(
    ("front", "ends", "by"),
    [
        ("expiryDate: 2098-01-01\nexpires: 2099-01-01", "2097-12-31 16:00", None),
        ("expiryDate: 2099-01-01\nexpires: 2098-01-01", "2097-12-31 16:00", "expires"),
        ("expires: 2099-01-01\nvalid_until: 2098-01-01", "2097-12-31 16:00", "valid_until"),
        ("expires: [2099-01-01, 2098-01-01]", "2097-12-31 16:00", "expires"),
        ("expires: {date: 2098-01-01, show: no}", "2097-12-31 16:00", "expires"),
        ("expires: '[[2098-01-01]]'", "2097-12-31 16:00", "expires"),
        ("expires: 2098-01-01 09:00 Asia/Shanghai", "2098-01-01 01:00", "expires"),
        ("expires: 2098年1月1日", "2097-12-31 16:00", "expires"),
        ("expires: 4039459200", "2098-01-02", "expires"),
    ],
)
def test_the_first_date_counts(front: str, ends: str, by: str | None) -> None:
    post = reading(front)
    assert isinstance(post, Post)
    assert post.expires == at(ends)
    assert (post.ended_by.text if post.ended_by else None) == by


def test_a_post_expires_even_if_it_waits_for_another_date() -> None:
    post = reading("publish_at: 2098-01-01\nunpublish_at: 2099-01-01")
    assert isinstance(post, Post)
    assert (post.embargo, post.expires) == (at("2097-12-31 16:00"), at("2098-12-31 16:00"))


@pytest.mark.parametrize("front", ["title: [\n{}", "tags: {{a: b}}\n{}"])
def test_a_broken_post_ends_by_the_same_rules(front: str) -> None:
    text = "---\n" + front.format("valid_until: 2020-01-01 Z") + "\ndate: 2019-03-01\n---\nx"
    problem = parse_post("tea.md", text.encode(), a_site())
    assert isinstance(problem, Problem)
    assert problem.span.ends == at("2020-01-01")


@pytest.mark.parametrize(
    ("front", "cure"),
    [
        ("expries: 2099-01-01", "expires: 2099-12-31"),
        ("expriy: 2099-01-01", "expiry: 2099-12-31"),
        ("embrago: 2020-01-01", "embargo: 2026-03-01"),
    ],
)
def test_a_misspelt_key_hides_the_post(front: str, cure: str) -> None:
    draft = reading(front)
    assert isinstance(draft, Draft)
    (warning,) = draft.warnings
    assert warning.code == "flag"
    assert warning.cure.startswith(f"write {cure}; ")


@pytest.mark.parametrize(
    "key", ["pubishDate", "publshDate", "publishd", "pubDat", "pubishdate"]
)
def test_a_post_waits_for_the_date_of_a_misspelt_key(key: str) -> None:
    post = reading(f"{key}: 2099-01-01")
    assert isinstance(post, Post)
    assert post.public_from == at("2098-12-31 16:00")
    past = reading(f"{key}: 2020-01-01")
    assert isinstance(past, Post)
    assert past.public_from == at("2026-03-01 09:30")


def test_a_key_twice_refuses_the_post() -> None:
    problem = reading("expires: 2099-01-01\nexpires: 2020-01-01")
    assert isinstance(problem, Problem)
    assert problem.code == "front-matter"


def test_the_cure_of_a_date_that_cannot_be_read_does_not_end_the_post() -> None:
    problem = reading("expiryDate: soon")
    assert isinstance(problem, Problem)
    assert problem.cure.startswith("write 2099-12-31 or ")
