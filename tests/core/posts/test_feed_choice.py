"""The keys `feed` and `feeds`."""

import pytest

from tests.support.builders import post_of


@pytest.mark.parametrize(
    ("word", "content", "feeds"),
    [
        ("true", "", None),
        ("full", "full", None),
        ("Summary", "summary", None),
        ("{excerpt_only: true}", "summary", None),
        ("{excerpt_only: no}", "full", None),
        ("false", "", ()),
        ("~", "", None),
    ],
)
def test_a_post_chooses_its_length_in_feeds(
    word: str, content: str, feeds: tuple[str, ...] | None
) -> None:
    post = post_of(f"feed: {word}")
    assert (post.content, post.feeds) == (content, feeds)


@pytest.mark.parametrize(
    ("listed", "feeds"),
    [
        ("[site, tags]", ("site", "tags")),
        ("site", ("site",)),
        ("[]", ()),
        ("false", ()),
        ("true", None),
        ("[/tags/AI/]", ("tags/AI",)),
        ("[tags/C#]", ("tags/C#", "tags/C~23")),
        ("['categories/Tech/Python/atom.xml']", ("categories/Tech/Python",)),
        ("[lang/zh-CN]", ("lang/zh-CN",)),
        ("site, tags、tags/AI,", ("site", "tags", "tags/AI")),
    ],
)
def test_a_post_chooses_its_feeds(listed: str, feeds: tuple[str, ...] | None) -> None:
    assert post_of(f"feeds: {listed}").feeds == feeds


@pytest.mark.parametrize("word", ["atom", "[a]", "{site: true}"])
def test_an_unknown_feed_is_left_out_with_a_warning(word: str) -> None:
    post = post_of(f"feeds: [site, {word}]")
    assert (post.feeds, post.warnings[0].code) == (("site",), "feeds")


@pytest.mark.parametrize(
    "address",
    [
        *("tags/C#", "tags/C~23/rss.xml", "categories/Tech", "categories/Tech/Python"),
        *("authors/Wu", "lang/en"),
    ],
)
def test_a_feed_of_the_posts_terms_gives_no_warning(address: str) -> None:
    front = "tags: [C#]\ncategories: [Tech, Python]\nauthor: Wu"
    assert post_of(f"{front}\nfeeds: ['{address}']").warnings == ()


@pytest.mark.parametrize("address", ["tags/c#", "tags/Tech", "authors/Li", "lang/zh"])
def test_a_feed_of_other_terms_gives_a_warning(address: str) -> None:
    post = post_of(f"tags: [C#]\nauthor: Wu\nfeeds: [site, '{address}']")
    assert [repr(address) in warning.fault for warning in post.warnings] == [True]


def test_the_feed_of_the_sites_author_gives_no_warning() -> None:
    assert post_of("feeds: authors/Li").warnings == ()


def test_feed_false_wins_over_a_list_of_feeds() -> None:
    assert post_of("feed: false\nfeeds: [site]").feeds == ()
