"""Deltas hold only what is new since the version that a client has."""

import re
from dataclasses import replace

import pytest

from feedsvc.core.feeds.archives.paging import NO_PAGING, Paging
from feedsvc.core.feeds.deltas import delta, entry_hashes
from feedsvc.core.feeds.feeds import SITE_TOPIC, Feed
from feedsvc.core.feeds.formats import FORMATS
from tests.support.builders import a_site, an_entry

SITE = a_site()
TEA, MILK = an_entry(id="tag:x:tea", title="Tea"), an_entry(id="tag:x:milk", title="Milk")
EARLIER = Feed(SITE, SITE_TOPIC, (TEA, MILK))
WATER = an_entry(id="tag:x:water", title="Water")


def test_an_added_entry_is_in_the_delta() -> None:
    new = delta(Feed(SITE, SITE_TOPIC, (WATER, TEA, MILK)), entry_hashes(EARLIER))
    assert new
    assert new.entries == (WATER,)


def test_a_changed_entry_is_in_the_delta() -> None:
    changed = replace(MILK, summary="Cold")
    new = delta(Feed(SITE, SITE_TOPIC, (TEA, changed)), entry_hashes(EARLIER))
    assert new
    assert new.entries == (changed,)


def test_there_is_no_delta_if_entries_were_only_removed() -> None:
    assert delta(Feed(SITE, SITE_TOPIC, (TEA,)), entry_hashes(EARLIER)) is None


def test_there_is_no_delta_if_all_entries_are_new() -> None:
    assert delta(EARLIER, entry_hashes(Feed(SITE, SITE_TOPIC, (WATER,)))) is None


@pytest.mark.parametrize("name", FORMATS)
def test_a_delta_has_the_head_of_the_whole_feed_and_fewer_entries(name: str) -> None:
    whole = Feed(SITE, SITE_TOPIC, (WATER, replace(TEA, updated=SITE.since)))
    new = delta(whole, entry_hashes(Feed(SITE, SITE_TOPIC, (WATER,))))
    assert new
    document, text = FORMATS[name].render(whole).decode(), FORMATS[name].render(new).decode()
    assert "tag:x:water" not in text
    assert "tag:x:tea" in text
    start = re.compile('<entry|<item|"items"')
    assert start.split(text)[0] == start.split(document)[0]


def test_a_delta_leads_to_the_archive_and_is_never_complete() -> None:
    earlier = entry_hashes(EARLIER)
    for paging, left in [(Paging(3), Paging(3)), (Paging(is_complete=True), NO_PAGING)]:
        new = delta(Feed(SITE, SITE_TOPIC, (WATER, TEA, MILK), paging), earlier)
        assert new
        assert new.paging == left
