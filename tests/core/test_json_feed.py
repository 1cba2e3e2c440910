"""JSON Feed 1.1, to the byte."""

import json

import pytest

from feedsvc.core.feeds import SITE_TOPIC, Feed, Topic
from feedsvc.core.jsonfeed import json_document
from tests.builders import a_site, an_entry, at, people
from tests.feedcheck import check_json

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
    '{"version":"https://jsonfeed.org/version/1.1","title":"Tea - Tag: C#",'
    '"home_page_url":"https://example.org/",'
    '"feed_url":"https://example.org/tags/C~23/feed.json",'
    '"authors":[{"name":"Li"}],"language":"en","items":[]}'
)


@pytest.mark.parametrize(("feed", "document"), [(FULL, FULL_JSON), (EMPTY, EMPTY_JSON)])
def test_json_is_this_to_the_byte(feed: Feed, document: str) -> None:
    assert json_document(feed).decode() == document


@pytest.mark.parametrize("feed", [FULL, EMPTY])
def test_json_keeps_every_rule_of_its_standard(feed: Feed) -> None:
    link = feed.self_link("json")
    assert check_json(json_document(feed), self_link=link, now=at("2026-03-03")) == []


def test_what_an_entry_does_not_have_is_left_out() -> None:
    feed = Feed(a_site(), SITE_TOPIC, (an_entry(),))
    item = json.loads(json_document(feed))["items"][0]
    assert sorted({"summary", "tags", "language"} & set(item)) == []


def test_content_is_there_even_where_it_is_empty() -> None:
    feed = Feed(a_site(), SITE_TOPIC, (an_entry(content_html=""),))
    assert json.loads(json_document(feed))["items"][0]["content_html"] == ""


@pytest.mark.parametrize("text", ['"}],"items":[{"', "\\", "\t\n", "</script>", "\u2028", "😀"])
def test_content_reads_back_as_it_was_written(text: str) -> None:
    feed = Feed(a_site(), SITE_TOPIC, (an_entry(title=text, content_html=text),))
    items = json.loads(json_document(feed))["items"]
    assert [(item["title"], item["content_html"]) for item in items] == [(text, text)]
