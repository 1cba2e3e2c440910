"""JSON Feed 1.1, byte for byte."""

import json

import pytest

from feedsvc.core.feeds.feeds import (
    SITE_TOPIC,
    Feed,
    Topic,
    feed_of,
)
from feedsvc.core.feeds.json_feed import json_document
from feedsvc.core.people import Person
from tests.support.builders import (
    a_site,
    an_entry,
    an_episode,
    at,
    people,
)
from tests.support.feedcheck import check_json

FULL = Feed(
    a_site(subtitle="All & more"),
    SITE_TOPIC,
    (
        an_entry(
            title='Tea & <milk> "now"',
            summary="A < B",
            updated=at("2026-03-02T08:00:00+08:00"),
            tags=("C#", "茶"),
            categories=(("A", "b"), ("茶",)),
            authors=people("Li", "Wang"),
            language="zh-CN",
        ),
    ),
)
EMPTY = Feed(a_site(), Topic("tag", ("C#",)), ())

FULL_JSON = (
    '{"version":"https://jsonfeed.org/version/1.1","title":"Tea",'
    '"home_page_url":"https://example.org/","feed_url":"https://example.org/feed.json",'
    '"description":"All & more","authors":[{"name":"Li"}],"language":"en","items":['
    '{"id":"tag:example.org,2026:tea","url":"https://example.org/posts/tea/",'
    '"title":"Tea & <milk> \\"now\\"","content_html":"<p>Brewed twice.</p>","summary":"A < B",'
    '"date_published":"2026-03-01T09:30:00Z","date_modified":"2026-03-02T08:00:00+08:00",'
    '"authors":[{"name":"Li"},{"name":"Wang"}],"tags":["C#","茶","A/b"],"language":"zh-CN"}]}'
)
EMPTY_JSON = (
    '{"version":"https://jsonfeed.org/version/1.1","title":"C# - Tea",'
    '"home_page_url":"https://example.org/",'
    '"feed_url":"https://example.org/tags/C~23/feed.json",'
    '"authors":[{"name":"Li"}],"language":"en","items":[]}'
)


@pytest.mark.parametrize(("feed", "document"), [(FULL, FULL_JSON), (EMPTY, EMPTY_JSON)])
def test_json_has_exactly_these_bytes(feed: Feed, document: str) -> None:
    assert json_document(feed).decode() == document


@pytest.mark.parametrize("feed", [FULL, EMPTY])
def test_json_is_valid(feed: Feed) -> None:
    link = feed.self_link("json")
    assert check_json(json_document(feed), self_link=link, now=at("2026-03-03")) == []


def test_empty_fields_are_left_out() -> None:
    feed = Feed(a_site(), SITE_TOPIC, (an_entry(),))
    item = json.loads(json_document(feed))["items"][0]
    assert {"summary", "tags", "language", "image", "attachments"} & set(item) == set()


def test_empty_content_is_not_left_out() -> None:
    feed = Feed(a_site(), SITE_TOPIC, (an_entry(content_html=""),))
    assert json.loads(json_document(feed))["items"][0]["content_html"] == ""


@pytest.mark.parametrize("text", ['"}],"items":[{"', "\\", "\t\n", "</script>", "\u2028", "😀"])
def test_content_is_read_back_unchanged(text: str) -> None:
    feed = Feed(a_site(), SITE_TOPIC, (an_entry(title=text, content_html=text),))
    items = json.loads(json_document(feed))["items"]
    assert [(item["title"], item["content_html"]) for item in items] == [(text, text)]


def test_an_item_has_image_authors_and_attachments() -> None:
    entry = an_entry(
        enclosures=(an_episode(), an_episode("b", length=None, duration=0)),
        image="https://example.org/a.png",
        authors=(Person("Li", "https://li.example/", "li@example.org"), Person("Wang")),
    )
    feed = Feed(a_site(), SITE_TOPIC, (entry,))
    document = json_document(feed)
    item = json.loads(document)["items"][0]
    assert item["image"] == "https://example.org/a.png"
    assert item["authors"] == [{"name": "Li", "url": "https://li.example/"}, {"name": "Wang"}]
    assert item["attachments"] == [
        {
            "url": "https://example.org/a.mp3",
            "mime_type": "audio/mpeg",
            "size_in_bytes": 1024,
            "duration_in_seconds": 61,
        },
        {"url": "https://example.org/b", "mime_type": "audio/mpeg", "duration_in_seconds": 0},
    ]
    assert check_json(document, self_link=feed.self_link("json"), now=at("2026-03-03")) == []


def test_an_item_has_a_language_only_if_it_differs_from_the_feed() -> None:
    entries = (an_entry("a", language="en"), an_entry("b", language="zh-CN"))
    chinese = Feed(a_site(), Topic("language", ("zh-CN",)), entries)
    document = json.loads(json_document(chinese))
    assert document["language"] == "zh-CN"
    assert [item.get("language") for item in document["items"]] == ["en", None]


def test_a_feed_of_summaries_has_the_summary_as_content() -> None:
    feed = feed_of(a_site(content="summary"), SITE_TOPIC, [an_entry(summary="In short.")])
    item = json.loads(json_document(feed))["items"][0]
    assert item["content_html"].startswith("<p>In short.</p><p><a href=")
    assert item["summary"] == "In short."


def test_hubs_are_listed_as_websub_before_the_items() -> None:
    feed = Feed(
        a_site(hubs=("https://example.org/hub", "https://hub.example/")), SITE_TOPIC, ()
    )
    document = json.loads(json_document(feed))
    assert list(document)[-2:] == ["hubs", "items"]
    assert document["hubs"] == [
        {"type": "WebSub", "url": "https://example.org/hub"},
        {"type": "WebSub", "url": "https://hub.example/"},
    ]
