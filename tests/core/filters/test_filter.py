"""Which entries a filter has, and the addresses of its documents."""

import pytest

from feedsvc.core.filters.filter import Filter
from tests.core.filters.test_parse import parsed, settled
from tests.support.builders import at

TEA = {"", "tags/tea", "categories/a", "categories/a/b", "authors/Li", "lang/zh"}


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("", True),
        ("tag=tea", True),
        ("tag=tea&tag=milk", False),
        ("tag=tea|milk", True),
        ("tag=tea&category=a/*&author=Li&lang=zh", True),
        ("tag=tea&not-category=a", False),
        ("not-tag=milk", True),
        ("not-tag=milk|tea", False),
        ("not-author=Li", False),
        ("not-lang=zh", False),
        ("since=2026-03-01", True),
        ("since=2026-03-02", False),
        ("tag=tea&not-tag=tea", False),
    ],
)
def test_a_filter_has_the_entries_that_each_condition_allows(query: str, holds: bool) -> None:
    assert parsed(query).holds(TEA, at("2026-03-01T09:30:00+00:00")) == holds


def test_without_a_term_to_have_an_entry_must_be_in_the_feed_of_the_site() -> None:
    published = at("2026-03-01")
    assert not parsed("not-tag=milk").holds({"tags/tea"}, published)
    assert parsed("tag=tea&not-tag=milk").holds({"tags/tea"}, published)


def test_the_archive_follows_the_feeds_of_a_group() -> None:
    assert Filter().chains == (("",),)
    assert settled("tag=a|b&tag=c").chains == (("tags/a", "tags/b"), ("tags/c",))


def test_addresses_are_urls_of_the_site() -> None:
    cut = settled("tag=C%23&not-tag=b&limit=5")
    assert cut.address("https://example.org/blog", "atom") == (
        "https://example.org/blog/feed/atom?tag=C~23&not-tag=b&limit=5"
    )
    assert cut.at_page(("tags/C~23", 2)).address("https://example.org", "json") == (
        "https://example.org/feed/json?tag=C~23&not-tag=b&archive=tags/C~23/2"
    )
    assert cut.builder_address("https://example.org") == (
        "https://example.org/filter/?tag=C~23&not-tag=b&limit=5"
    )
    assert Filter().address("https://example.org", "rss") == "https://example.org/rss.xml"


def test_how_a_document_shows_entries_is_no_part_of_the_identity() -> None:
    cut = settled("tag=a&since=2026-01-01&limit=5&content=summary")
    assert cut.identity == "tag=a&since=2026-01-01"


def test_terms_know_their_label_and_their_value() -> None:
    (term,) = settled("category=Tech/Python").terms
    assert (term.label, term.parameter, term.value) == (
        "Tech / Python",
        "category",
        "Tech/Python",
    )


def test_conditions_come_and_go_one_by_one() -> None:
    cut, tea = settled("tag=a&not-tag=b"), settled("category=Tea").terms[0]
    assert cut.with_group((tea,)).canonical == "tag=a&not-tag=b&category=Tea"
    assert cut.with_exclusion(tea).canonical == "tag=a&not-tag=b&not-category=Tea"
    assert cut.without_group(cut.all_of[0]).canonical == "not-tag=b"
    assert cut.without_exclusion(cut.none_of[0]).canonical == "tag=a"


def test_a_search_is_one_more_condition_that_can_be_left_out() -> None:
    cut = settled("tag=AI&q=CAR-T")
    assert (cut.canonical, cut.identity) == ("tag=AI&q=car-t", "tag=AI&q=car-t")
    assert cut.without_search() == settled("tag=AI")
    assert cut.without_group(cut.all_of[0]).canonical == "q=car-t"
