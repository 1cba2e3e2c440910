"""The format of a document, its size, and JSON Feed."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from feedsvc.core.adopting import read_feed as reading
from feedsvc.core.adopting.old_entries import OldEntry
from feedsvc.core.adopting.read_feed import read_feed
from feedsvc.errors import FeedError
from tests.support import generators
from tests.support.generators import BlogPost

TEA = {
    "id": "1",
    "url": "https://old.example/tea/",
    "title": "Tea",
    "date_published": "2020-01-02T10:00:00.5+08:00",
    "date_modified": "2020-01-03T10:00:00Z",
}


def json_feed(*items: Any) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()


def test_a_json_feed_is_read() -> None:
    assert read_feed("old.json", json_feed(TEA)).entries == (
        OldEntry(
            "1",
            "https://old.example/tea/",
            "Tea",
            datetime(2020, 1, 2, 2, tzinfo=UTC),
            datetime(2020, 1, 3, 10, tzinfo=UTC),
        ),
    )


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"id": 12345678901234567890}, "12345678901234567890"),
        ({"id": 1.50}, "1.5"),
        ({"url": "https://a.example/"}, "https://a.example/"),
        ({"external_url": "https://a.example/"}, "https://a.example/"),
        ({"id": " A b "}, "A b"),
        ({"id": None, "url": ["x"], "title": 1, "date_published": "yesterday"}, None),
        ({"id": "1", "date_published": "0001-01-01T00:00:00+14:00"}, "1"),
        ({"id": "1", "date_published": "2020-01-01T00:00:00"}, "1"),
        ("tea", None),
    ],
)
def test_odd_items_are_read(item: Any, expected: str | None) -> None:
    entries = read_feed("old.json", json_feed(item)).entries
    assert [entry.id for entry in entries] == ([] if expected is None else [expected])
    assert not any(entry.published for entry in entries)


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (b"[1]", "old is no JSON Feed: it has no items"),
        (b"{}", "old is no JSON Feed"),
        (b'{"items": {}}', "old is no JSON Feed"),
        (b"{", "old is neither XML nor JSON"),
        (b"{\xff}", "old is neither XML nor JSON"),
        (b"[" * 1_000_000, "old is neither XML nor JSON"),
        (b" \n", "old is empty"),
        (b"", "old is empty"),
    ],
)
def test_what_is_no_feed_is_refused(document: bytes, fault: str) -> None:
    with pytest.raises(FeedError, match=fault):
        read_feed("old", document)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\n "])
def test_a_byte_order_mark_and_white_space_may_precede(mark: bytes) -> None:
    assert read_feed("old", mark + json_feed(TEA)).entries
    xml = generators.hexo_atom("https://old.example", [BlogPost(1)]).encode()
    assert read_feed("old", mark + xml).entries


def test_a_document_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_OCTETS", 10)
    with pytest.raises(FeedError, match="old is larger than 50 MB"):
        read_feed("old", json_feed(TEA))
