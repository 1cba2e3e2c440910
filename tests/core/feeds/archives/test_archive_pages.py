"""An archive page in three formats, and its digest."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import lxml.etree
import pytest

from feedsvc.core.feeds.archives.archive_pages import archive_page, page_digest
from feedsvc.core.feeds.archives.paging import Extent, Paging
from feedsvc.core.feeds.entries import cut_short, with_summary_only
from feedsvc.core.feeds.feeds import SITE_TOPIC, Feed, Topic, feed_digest, feed_of
from feedsvc.core.feeds.formats import FORMATS
from tests.support.builders import a_site, an_entry
from tests.support.feedcheck import Finding, check_atom, check_json, check_rss

NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)
ATOM: Final = "{http://www.w3.org/2005/Atom}"
HISTORY: Final = "{http://purl.org/syndication/history/1.0}"
TOPICS: Final = [SITE_TOPIC, Topic("tag", ("C#",)), Topic("category", ("茶", "archive", "3"))]
MIDDLE: Final = Paging(newest=3, page=2)
HUB: Final = "https://example.org/hub"


def findings(feed: Feed) -> list[Finding]:
    checks = {"atom": check_atom, "rss": check_rss, "json": check_json}
    return [
        finding
        for name, check in checks.items()
        for finding in check(
            FORMATS[name].render(feed), self_link=feed.self_link(name), now=NOW
        )
    ]


def links_of(feed: Feed, name: str) -> dict[str, str]:
    """The links of a document in Atom or RSS, by relation."""
    root = lxml.etree.fromstring(FORMATS[name].render(feed))
    parent = root if name == "atom" else root.find("channel")
    assert parent is not None
    return {link.get("rel", ""): link.get("href", "") for link in parent.findall(f"{ATOM}link")}


def marks_of(feed: Feed, name: str) -> list[str]:
    root = lxml.etree.fromstring(FORMATS[name].render(feed))
    return [str(mark.tag).removeprefix(HISTORY) for mark in root.iter(f"{HISTORY}*")]


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("entries", [[], [an_entry("a"), an_entry("b")]])
@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_page_keeps_all_rules(topic: Topic, entries: list[object], page: int) -> None:
    paging = Paging(newest=3, page=page)
    assert findings(archive_page(a_site(hubs=(HUB,)), topic, entries, paging)) == []  # type: ignore[arg-type]  # of two lists


@pytest.mark.parametrize(("name", "document"), [("atom", "atom.xml"), ("rss", "rss.xml")])
def test_a_page_links_to_its_neighbours_and_to_the_feed(name: str, document: str) -> None:
    feed = archive_page(a_site(hubs=(HUB,)), Topic("tag", ("C#",)), [], MIDDLE)
    links = links_of(feed, name)
    links.pop("alternate", None)
    below = "https://example.org/archive/tags/C~23"
    assert links == {
        "self": f"{below}/2/{document}",
        "current": f"https://example.org/tags/C~23/{document}",
        "prev-archive": f"{below}/1/{document}",
        "next-archive": f"{below}/3/{document}",
    }
    assert marks_of(feed, name) == ["archive"]


def test_a_page_in_json_leads_to_the_older_one() -> None:
    feed = archive_page(a_site(hubs=(HUB,)), SITE_TOPIC, [], MIDDLE)
    document = json.loads(FORMATS["json"].render(feed))
    assert document["feed_url"] == "https://example.org/archive/2/feed.json"
    assert document["next_url"] == "https://example.org/archive/1/feed.json"
    assert "hubs" not in document


def test_the_first_page_leads_to_no_older_one() -> None:
    feed = archive_page(a_site(), SITE_TOPIC, [], Paging(newest=3, page=1))
    assert "prev-archive" not in links_of(feed, "atom")
    assert "next_url" not in json.loads(FORMATS["json"].render(feed))


def test_the_newest_page_leads_to_no_newer_one() -> None:
    feed = archive_page(a_site(), SITE_TOPIC, [], Paging(newest=3, page=3))
    assert "next-archive" not in links_of(feed, "atom")


def test_a_page_has_the_id_and_the_title_of_its_feed() -> None:
    page = archive_page(a_site(), TOPICS[1], [], MIDDLE)
    feed = feed_of(a_site(), TOPICS[1], [])
    assert (page.id, page.title) == (feed.id, feed.title)


def test_a_page_shows_entries_as_the_feed_does() -> None:
    entries = [
        an_entry("a", summary="In short."),
        an_entry("b", content="summary", summary="x"),
    ]
    whole = archive_page(a_site(), SITE_TOPIC, entries, MIDDLE)
    assert whole.entries == feed_of(a_site(), SITE_TOPIC, entries).entries
    summaries = archive_page(a_site(content="summary"), SITE_TOPIC, entries, MIDDLE)
    assert summaries.entries[0] == with_summary_only(entries[0])


def test_a_page_has_all_its_entries_however_large_they_are() -> None:
    site = a_site(max_bytes=40_000)
    entries = [an_entry(name, content_html=f"<p>{'x' * 30_000}</p>") for name in "abc"]
    assert len(feed_of(site, SITE_TOPIC, entries).entries) == 1
    assert archive_page(site, SITE_TOPIC, entries, MIDDLE).entries == tuple(entries)


def test_an_entry_that_alone_is_too_large_is_cut_short() -> None:
    site = a_site(max_bytes=40_000)
    huge, small = an_entry("a", content_html=f"<p>{'x' * 50_000}</p>"), an_entry("b")
    page = archive_page(site, SITE_TOPIC, [huge, small], MIDDLE)
    assert page.entries == (cut_short(huge), small)


def test_a_page_cuts_the_same_entries_as_the_feed() -> None:
    site = a_site(max_bytes=40_000, rights="x" * 5_000)
    for size in (32_000, 36_000):
        entries = [an_entry("a", content_html=f"<p>{'x' * size}</p>")]
        page = archive_page(site, SITE_TOPIC, entries, MIDDLE)
        assert page.entries == feed_of(site, SITE_TOPIC, entries).entries


def test_an_entry_that_cannot_be_cut_enough_is_shown_all_the_same() -> None:
    site = a_site(max_bytes=40_000)
    huge = an_entry("a", title="x" * 50_000, content_html="<p>y</p>")
    assert feed_of(site, SITE_TOPIC, [huge]).entries == ()
    assert archive_page(site, SITE_TOPIC, [huge], MIDDLE).entries == (cut_short(huge),)


DIGESTS: Final = {
    "all": page_digest(a_site(), SITE_TOPIC, ["a", "b"], MIDDLE),
    "another title": page_digest(a_site(title="Coffee"), SITE_TOPIC, ["a", "b"], MIDDLE),
    "another topic": page_digest(a_site(), TOPICS[1], ["a", "b"], MIDDLE),
    "another order": page_digest(a_site(), SITE_TOPIC, ["b", "a"], MIDDLE),
    "fewer entries": page_digest(a_site(), SITE_TOPIC, ["a"], MIDDLE),
    "no entry": page_digest(a_site(), SITE_TOPIC, [], MIDDLE),
    "another page": page_digest(a_site(), SITE_TOPIC, ["a", "b"], Paging(3, 1)),
    "no newer page": page_digest(a_site(), SITE_TOPIC, ["a", "b"], Paging(2, 2)),
    "the feed": feed_digest(a_site(), SITE_TOPIC, ["a", "b"], Extent(120, 150)),
}


def test_whatever_is_rendered_changes_the_digest() -> None:
    assert len(set(DIGESTS.values())) == len(DIGESTS)


@pytest.mark.parametrize("setting", [{"entries": 200}, {"hubs": (HUB,)}])
def test_settings_that_no_page_shows_change_no_digest(setting: dict[str, Any]) -> None:
    changed = page_digest(a_site(**setting), SITE_TOPIC, ["a", "b"], MIDDLE)
    assert changed == DIGESTS["all"]
    pages = (archive_page(a_site(**each), SITE_TOPIC, [], MIDDLE) for each in ({}, setting))
    assert len({FORMATS["atom"].render(page) for page in pages}) == 1


def test_a_further_page_changes_only_the_digest_of_the_newest() -> None:
    digests = [page_digest(a_site(), SITE_TOPIC, ["a"], Paging(n, 2)) for n in (2, 3, 4)]
    assert digests[0] != digests[1] == digests[2]


# The subscription document.


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_a_feed_with_all_its_entries_is_complete_and_has_no_links(name: str) -> None:
    feed = feed_of(a_site(), SITE_TOPIC, [an_entry()], Extent(1, 120))
    assert marks_of(feed, name) == ["complete"]
    assert set(links_of(feed, name)) <= {"self", "alternate"}
    assert findings(feed) == []


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_any_other_feed_leads_to_its_newest_page(name: str) -> None:
    feed = feed_of(a_site(entries=1), SITE_TOPIC, [an_entry()], Extent(2, 101))
    assert marks_of(feed, name) == []
    document = feed.self_link(name).rpartition("/")[2]
    newest = f"https://example.org/archive/3/{document}"
    assert links_of(feed, name)["prev-archive"] == newest
    assert findings(feed) == []


def test_json_leads_to_the_newest_page_if_entries_are_missing() -> None:
    cut = feed_of(a_site(), SITE_TOPIC, [an_entry()], Extent(2, 2))
    whole = feed_of(a_site(), SITE_TOPIC, [an_entry()], Extent(1, 2))
    newest = "https://example.org/archive/1/feed.json"
    assert json.loads(FORMATS["json"].render(cut))["next_url"] == newest
    assert "next_url" not in json.loads(FORMATS["json"].render(whole))


def test_a_feed_that_the_size_limit_cuts_has_a_history() -> None:
    site = a_site(max_bytes=40_000)
    entries = [an_entry(name, content_html=f"<p>{'x' * 30_000}</p>") for name in "ab"]
    assert feed_of(site, SITE_TOPIC, entries, Extent(2, 2)).paging == Paging(newest=1)
    whole = feed_of(replace(site, max_bytes=400_000), SITE_TOPIC, entries, Extent(2, 2))
    assert whole.paging == Paging(is_complete=True)


def test_a_feed_with_a_long_name_keeps_the_size_limit() -> None:
    names, site = ("茶" * 33,) * 12, a_site(max_bytes=60_000, pages=True)
    topic, sizes = Topic("category", names), range(30_000, 60_000, 1_000)
    for size in sizes:
        entry = an_entry(content_html=f"<p>{'x' * size}</p>", categories=(names,))
        feed = feed_of(site, topic, [entry], Extent(2, 51))
        assert all(len(form.render(feed)) <= site.max_bytes for form in FORMATS.values())


def test_an_empty_feed_is_complete() -> None:
    feed = feed_of(a_site(), SITE_TOPIC, [], Extent(0, 70))
    assert feed.paging == Paging(is_complete=True)
    assert findings(feed) == []


def test_the_digest_of_a_feed_changes_with_its_links_and_only_then() -> None:
    site = a_site(entries=2)
    digests = [
        feed_digest(site, SITE_TOPIC, ["a", "b"], Extent(*extent))
        for extent in [(2, 2), (2, 50), (3, 3), (4, 50), (3, 51), (2, 51)]
    ]
    assert digests[0] == digests[1] != digests[2] == digests[3]
    assert len(set(digests)) == 4
