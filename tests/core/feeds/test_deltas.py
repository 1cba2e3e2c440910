"""What is new in a feed since a version that somebody has."""

import re
from dataclasses import replace

import pytest

from feedsvc.core.feeds.deltas import delta, marks
from feedsvc.core.feeds.feeds import SITE_TOPIC, Feed
from feedsvc.core.feeds.formats import FORMATS
from tests.support.builders import a_site, an_entry

SITE = a_site()
TEA, MILK = an_entry(id="tag:x:tea", title="Tea"), an_entry(id="tag:x:milk", title="Milk")
BEFORE = Feed(SITE, SITE_TOPIC, (TEA, MILK))
WATER = an_entry(id="tag:x:water", title="Water")


def test_an_added_entry_is_new() -> None:
    new = delta(Feed(SITE, SITE_TOPIC, (WATER, TEA, MILK)), marks(BEFORE))
    assert new
    assert new.entries == (WATER,)


def test_an_entry_of_which_a_letter_changed_is_new() -> None:
    changed = replace(MILK, summary="Cold")
    new = delta(Feed(SITE, SITE_TOPIC, (TEA, changed)), marks(BEFORE))
    assert new
    assert new.entries == (changed,)


def test_where_entries_only_went_the_whole_is_the_answer() -> None:
    assert delta(Feed(SITE, SITE_TOPIC, (TEA,)), marks(BEFORE)) is None


def test_where_nothing_is_known_the_whole_is_the_answer() -> None:
    assert delta(BEFORE, marks(Feed(SITE, SITE_TOPIC, (WATER,)))) is None


@pytest.mark.parametrize("name", FORMATS)
def test_a_delta_has_the_head_of_the_whole_and_fewer_entries(name: str) -> None:
    whole = Feed(SITE, SITE_TOPIC, (WATER, replace(TEA, updated=SITE.since)))
    new = delta(whole, marks(Feed(SITE, SITE_TOPIC, (WATER,))))
    assert new
    rest, text = FORMATS[name].render(whole).decode(), FORMATS[name].render(new).decode()
    assert "tag:x:water" not in text
    assert "tag:x:tea" in text
    start = re.compile('<entry|<item|"items"')
    assert start.split(text)[0] == start.split(rest)[0]
