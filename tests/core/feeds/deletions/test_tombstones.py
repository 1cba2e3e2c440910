"""Tombstones in feed documents, and in their digests."""

from datetime import UTC, datetime, timedelta
from typing import Final

import lxml.etree
import pytest

from feedsvc.core.feeds.archives.archive_pages import archive_page, page_digest
from feedsvc.core.feeds.archives.paging import Paging
from feedsvc.core.feeds.deletions.tombstones import Tombstone, newest_first, of_page
from feedsvc.core.feeds.deltas import delta, entry_hashes
from feedsvc.core.feeds.feeds import SITE_TOPIC, Feed, feed_digest, feed_of
from feedsvc.core.feeds.formats import FORMATS
from tests.support.builders import a_site, an_entry

ELEMENT: Final = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
DAY: Final = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
GONE: Final = Tombstone("tag:example.org,2026:a&b", DAY, 3)
OLDER: Final = Tombstone('urn:x:"1"', DAY - timedelta(days=1), 60)


def found(document: bytes) -> list[dict[str, str]]:
    root = lxml.etree.fromstring(document)
    assert root.findall(f".//{ELEMENT}") == root.findall(ELEMENT)
    return [dict(each.attrib) for each in root.findall(ELEMENT)]


def test_atom_says_which_entries_were_deleted_and_when() -> None:
    feed = feed_of(a_site(), SITE_TOPIC, [an_entry()], None, [GONE, OLDER])
    assert found(FORMATS["atom"].render(feed)) == [
        {"ref": GONE.entry_id, "when": "2026-03-01T08:30:00Z"},
        {"ref": OLDER.entry_id, "when": "2026-02-28T08:30:00Z"},
    ]


def test_other_formats_and_feeds_without_deleted_entries_are_as_before() -> None:
    plain = feed_of(a_site(), SITE_TOPIC, [an_entry()])
    marked = feed_of(a_site(), SITE_TOPIC, [an_entry()], None, [GONE])
    for name in ("rss", "json"):
        assert FORMATS[name].render(marked) == FORMATS[name].render(plain)
    assert b"tombstones" not in FORMATS["atom"].render(plain)


def test_tombstones_never_take_the_place_of_entries() -> None:
    entries = [an_entry(id=f"urn:x:{n}", content_html="x" * 9000) for n in range(9)]
    many = [Tombstone(f"urn:gone:{n}:{'y' * 400}", DAY) for n in range(100)]
    site = a_site(max_bytes=60_000)
    feed = feed_of(site, SITE_TOPIC, entries, None, many)
    assert feed.entries == feed_of(site, SITE_TOPIC, entries).entries
    assert 0 < len(feed.deleted) < 100
    assert feed.deleted == tuple(many[: len(feed.deleted)])
    assert len(FORMATS["atom"].render(feed)) <= site.max_bytes


def test_the_digest_depends_on_tombstones_only_if_there_are_any() -> None:
    digests = [
        feed_digest(a_site(), SITE_TOPIC, ["a"], None, deleted)
        for deleted in ([], [GONE], [GONE, OLDER], [OLDER])
    ]
    assert digests[0] == feed_digest(a_site(), SITE_TOPIC, ["a"])
    assert len({*digests}) == 4


@pytest.mark.parametrize(("page", "ours"), [(1, [GONE]), (2, [OLDER]), (3, [])])
def test_an_archive_page_has_the_tombstones_of_its_own_entries(
    page: int, ours: list[Tombstone]
) -> None:
    paging, both = Paging(newest=3, page=page), [GONE, OLDER]
    assert of_page(both, page) == ours
    assert archive_page(a_site(), SITE_TOPIC, [], paging, both).deleted == tuple(ours)
    digest = page_digest(a_site(), SITE_TOPIC, [], paging, both)
    assert (digest == page_digest(a_site(), SITE_TOPIC, [], paging)) == (not ours)


def test_the_newest_comes_first_and_equal_ones_are_ordered_by_id() -> None:
    same = [Tombstone(f"urn:x:{n}", DAY) for n in (2, 1)]
    assert newest_first([OLDER, *same]) == [same[1], same[0], OLDER]


def test_a_delta_has_the_tombstones_of_the_feed() -> None:
    whole = Feed(a_site(), SITE_TOPIC, (an_entry(), an_entry(id="urn:x:1")), deleted=(GONE,))
    made = delta(whole, entry_hashes(Feed(a_site(), SITE_TOPIC, (an_entry(),))))
    assert made
    assert found(FORMATS["atom"].render(made)) == found(FORMATS["atom"].render(whole))
