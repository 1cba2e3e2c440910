"""What an entry keeps of the feed that its post was adopted from."""

from typing import Any

import pytest

from feedsvc.core.adopting.adopted_entries import as_adopted
from feedsvc.core.feeds.feeds import SITE_TOPIC, Feed
from feedsvc.core.feeds.json_feed import json_document
from feedsvc.core.feeds.xml_feeds import atom_document, rss_document
from feedsvc.core.ledger.ledger import LedgerEntry
from tests.support.builders import a_site, an_entry, at


def remembered(**fields: Any) -> LedgerEntry:
    return LedgerEntry("tag:example.org,2026:tea", "slug:tea", **fields)


def test_an_entry_that_was_not_adopted_stays() -> None:
    entry = an_entry()
    assert as_adopted(entry, remembered()) == entry
    assert as_adopted(entry, remembered()).digest == entry.digest


@pytest.mark.parametrize(
    ("fields", "published", "updated"),
    [
        ({"adopted_published": at("2020-01-01")}, "2020-01-01", "2020-01-01"),
        ({"adopted_published": at("2026-03-05")}, "2026-03-05", "2026-03-05"),
        ({"adopted_updated": at("2026-03-05")}, "2026-03-01 09:30", "2026-03-05"),
        ({"adopted_updated": at("2020-03-05")}, "2026-03-01 09:30", "2026-03-01 09:30"),
        (
            {"adopted_published": at("2020-01-01"), "adopted_updated": at("2021-01-01")},
            *("2020-01-01", "2021-01-01"),
        ),
    ],
)
def test_adopted_dates_win(fields: dict[str, Any], published: str, updated: str) -> None:
    entry = as_adopted(an_entry(), remembered(**fields))
    assert (entry.published, entry.updated) == (at(published), at(updated))


def test_a_later_edit_of_the_author_wins() -> None:
    entry = an_entry(updated=at("2026-04-01"))
    dates = {"adopted_published": at("2020-01-01"), "adopted_updated": at("2021-01-01")}
    assert as_adopted(entry, remembered(**dates)).updated == at("2026-04-01")


def test_an_id_that_is_no_iri_is_in_rss_and_json_and_not_in_atom() -> None:
    entry = as_adopted(an_entry(), remembered(rss_guid="Tea & <time>"))
    assert entry.digest != an_entry().digest
    feed = Feed(a_site(), SITE_TOPIC, (entry,))
    guid = b'<guid isPermaLink="false">Tea &#x26; &#x3C;time&gt;</guid>'
    assert guid in rss_document(feed)
    assert b'"id":"Tea & <time>"' in json_document(feed)
    assert b"<id>tag:example.org,2026:tea</id>" in atom_document(feed)
    assert b"time" not in atom_document(feed)
