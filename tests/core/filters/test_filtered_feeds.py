"""Feeds of filters: ids, links, limits, and when they change."""

import pytest

from feedsvc.core.feeds.archives.paging import Paging
from feedsvc.core.filters.filtered_feeds import (
    Around,
    filter_digest,
    filtered_feed,
    filtered_page,
)
from tests.core.filters.test_parse import settled
from tests.support.builders import a_site, an_entry

CUT = settled("tag=AI&tag=CAR-T&not-tag=diary")
OLDER = Around(("tags/AI", 3))


def test_the_id_depends_on_the_entries_alone() -> None:
    feed = filtered_feed(a_site(), CUT, [], Around(), is_cut=False)
    assert feed.id == "tag:example.org,2026:feed:filter?tag=AI&tag=CAR-T&not-tag=diary"
    assert feed.title == "AI and CAR-T, without diary - Tea"
    shorter = settled("not-tag=diary&tag=CAR-T&tag=AI&limit=3&content=summary")
    assert filtered_feed(a_site(), shorter, [], Around(), is_cut=False).id == feed.id
    every = filtered_feed(a_site(), settled("limit=3"), [], Around(), is_cut=False)
    assert every.id == "tag:example.org,2026:feed:filter"


def test_a_feed_with_all_entries_is_complete_and_has_no_links() -> None:
    feed = filtered_feed(a_site(), CUT, [an_entry()], OLDER, is_cut=False)
    assert feed.paging == Paging(is_complete=True)
    assert dict(feed.history_links("atom")) == {}


def test_a_feed_that_is_cut_leads_to_its_newest_page() -> None:
    feed = filtered_feed(a_site(), CUT, [an_entry()], OLDER, is_cut=True)
    assert not feed.paging.is_complete
    assert dict(feed.history_links("rss")) == {
        "prev-archive": "https://example.org/feed/rss"
        "?tag=AI&tag=CAR-T&not-tag=diary&archive=tags/AI/3"
    }


def test_an_archive_page_leads_to_the_pages_beside_it() -> None:
    cut = CUT.at_page(("tags/AI", 2))
    around = Around(("tags/AI", 1), ("tags/AI", 4))
    page = filtered_page(a_site(), cut, [an_entry()], around)
    address = "https://example.org/feed/json?tag=AI&tag=CAR-T&not-tag=diary"
    assert dict(page.history_links("json")) == {
        "current": address,
        "prev-archive": f"{address}&archive=tags/AI/1",
        "next-archive": f"{address}&archive=tags/AI/4",
    }
    assert page.self_link("json") == f"{address}&archive=tags/AI/2"
    assert page.paging.page == 2


def test_a_feed_with_too_large_entries_is_not_complete() -> None:
    large = [an_entry(str(n), content_html="x" * 9000) for n in range(3)]
    feed = filtered_feed(a_site(max_bytes=32 * 1024), CUT, large, OLDER, is_cut=False)
    assert len(feed.entries) < 3
    assert not feed.paging.is_complete


@pytest.mark.parametrize(
    ("query", "contents", "content"),
    [
        ("tag=AI", {}, ""),
        ("tag=AI&content=summary", {}, "summary"),
        ("tag=AI|b", {"tags/b": "summary"}, "summary"),
        ("tag=AI", {"tags/b": "summary"}, ""),
        ("not-tag=b", {"": "summary"}, "summary"),
    ],
)
def test_a_filter_shows_no_more_of_an_entry_than_its_feeds(
    query: str, contents: dict[str, str], content: str
) -> None:
    site = a_site(contents=tuple(contents.items()))
    entry = an_entry(content_html="<p>One.</p>", summary="One")
    feed = filtered_feed(site, settled(query), [entry], Around(), is_cut=False)
    assert feed.entries[0].content == content


def test_the_language_is_that_of_the_only_language_asked_for() -> None:
    for query, language in (("lang=zh", "zh"), ("lang=zh|de", "en"), ("tag=a", "en")):
        feed = filtered_feed(a_site(), settled(query), [], Around(), is_cut=False)
        assert feed.language == language


def test_the_home_page_is_the_page_that_changes_the_filter() -> None:
    with_pages = filtered_feed(a_site(pages=True), CUT, [], Around(), is_cut=False)
    assert with_pages.home_page == (
        "https://example.org/filter/?tag=AI&tag=CAR-T&not-tag=diary"
    )
    without = filtered_feed(a_site(), CUT, [], Around(), is_cut=False)
    assert without.home_page == "https://example.org/"


def test_the_digest_changes_with_whatever_a_document_shows() -> None:
    site = a_site()
    digests = {
        filter_digest(a_site(title="Other"), CUT, ["a"], OLDER, is_cut=False),
        filter_digest(site, CUT, ["a"], OLDER, is_cut=False),
        filter_digest(site, CUT, ["b"], OLDER, is_cut=False),
        filter_digest(site, CUT, ["a"], Around(), is_cut=False),
        filter_digest(site, CUT, ["a"], Around(None, ("tags/AI", 3)), is_cut=False),
        filter_digest(site, CUT, ["a"], OLDER, is_cut=True),
        filter_digest(site, settled("tag=AI"), ["a"], OLDER, is_cut=False),
    }
    assert len(digests) == 7


def test_the_digest_depends_on_no_hub_and_no_number_of_entries() -> None:
    one = filter_digest(a_site(), CUT, ["a"], OLDER, is_cut=False)
    other = a_site(hubs=("https://hub.example.org/",), entries=7)
    assert filter_digest(other, CUT, ["a"], OLDER, is_cut=False) == one
