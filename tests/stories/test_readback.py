"""What a subscriber's program makes of our feeds: feedparser for Atom and RSS, json for JSON.

feedparser 6.0 does not know JSON Feed, so there the document itself is read.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import feedparser
import lxml.html
import pytest

from feedsvc.core.feeds.feeds import (
    SITE_TOPIC,
    Feed,
    feed_of,
)
from feedsvc.core.feeds.xml_feeds import atom_document, rss_document
from feedsvc.core.people import Person
from feedsvc.core.site import Site
from tests.support.builders import an_entry, an_episode
from tests.support.pipeline import published

NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)
SITE: Final = Site(
    title='Tea "&" notes',
    url="https://example.org/blog",
    author="Li Wen",
    timezone="Asia/Shanghai",
    tag_authority="example.org,2026",
    subtitle="What we drink & why",
    email="li@example.org",
    language="en",
)
HOME: Final = "https://example.org/blog/"
RICH: Final = {
    "2026/brewing.md": """\
---
title: "Tea -> Cup: 5 < 6 & \\"hot\\" ]]> 上海 🍵"
date: 2026-03-01 09:30:00
updated: 2026-03-04T10:00:00-05:00
urlname: brewing
tags: ["C#", Green tea, a/b]
categories: [[Drinks, Hot], Notes]
authors: [林小满, Ada O'Neil]
description: How to brew.
lang: zh-CN
---

Pour **slowly**: ![pot](img/pot.png), [more](/more?a=1&b=2).

```
if a < b:

	pour(a[b[0]]>1)
```
""",
    "older.md": """\
---
title: Older
date: 2026-02-01T23:00:00Z
guid: https://old.example.net/?p=17
---

It was *here* before.
""",
    "newest.md": """\
---
title: Newest
date: 2026-05-01
tags: [Green tea]
---

News.
""",
}
BREWING: Final = "tag:example.org,2026:brewing"
TITLE: Final = 'Tea -> Cup: 5 < 6 & "hot" ]]> 上海 🍵'
CONTENT: Final = (
    '<p>Pour <strong>slowly</strong>: <img src="https://example.org/blog/posts/brewing/img/pot.png"'
    ' alt="pot">, <a href="https://example.org/more?a=1&amp;b=2">more</a>.</p>\n'
    "<pre><code>if a &lt; b:\n\n\tpour(a[b[0]]&gt;1)\n</code></pre>"
)


@pytest.fixture(scope="module")
def documents() -> Mapping[str, bytes]:
    """Every document of the rich folder."""
    return published({path: text.encode() for path, text in RICH.items()}, SITE, NOW)


@pytest.fixture(scope="module", params=["atom.xml", "rss.xml"])
def xml_feed(request: pytest.FixtureRequest, documents: Mapping[str, bytes]) -> Any:
    """The site's feed as feedparser reads it, in both formats of XML."""
    return parsed(documents[request.param])


@pytest.fixture(scope="module")
def atom(documents: Mapping[str, bytes]) -> Any:
    """The site's Atom feed as feedparser reads it."""
    return parsed(documents["atom.xml"])


@pytest.fixture(scope="module")
def rss(documents: Mapping[str, bytes]) -> Any:
    """The site's RSS feed as feedparser reads it."""
    return parsed(documents["rss.xml"])


@pytest.fixture(scope="module")
def json_feed(documents: Mapping[str, bytes]) -> Any:
    """The site's JSON Feed."""
    return json.loads(documents["feed.json"])


def parsed(document: bytes) -> Any:
    """The document as feedparser reads it, which finds no fault with it.

    `]]>`, markup and addresses are to arrive as we wrote them, so nothing is mended.
    """
    feed = feedparser.parse(document, resolve_relative_uris=False, sanitize_html=False)
    assert not feed.bozo, feed.bozo_exception
    return feed


def entry_of(feed: Any, entry_id: str) -> Any:
    """The one entry with this id."""
    (found,) = [entry for entry in feed.entries if entry.id == entry_id]
    return found


def links(thing: Any, rel: str) -> list[tuple[str, str]]:
    """The links of a feed or an entry, with their media types."""
    return [(link.href, link.type) for link in thing.links if link.rel == rel]


def categories(entry: Any) -> list[tuple[str, str, str | None]]:
    """Scheme, term and label of each category."""
    return [(tag.scheme, tag.term, tag.label) for tag in entry.tags]


def elements(markup: str) -> list[tuple[Any, ...]]:
    """The elements of HTML with all that they hold; the order of attributes does not count."""
    tree = lxml.html.fragment_fromstring(markup, create_parent=True).iter()
    return [(each.tag, dict(each.attrib), each.text, each.tail) for each in tree]


def test_both_formats_of_xml_are_known_by_their_version(atom: Any, rss: Any) -> None:
    assert (atom.version, rss.version) == ("atom10", "rss20")


def test_the_feed_says_what_it_is(xml_feed: Any) -> None:
    feed = xml_feed.feed
    assert (feed.title, feed.subtitle) == (SITE.title, SITE.subtitle)
    assert (feed.language, feed.link) == ("en", HOME)


def test_the_json_feed_says_what_it_is(json_feed: Any) -> None:
    assert {key: value for key, value in json_feed.items() if key != "items"} == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": SITE.title,
        "home_page_url": HOME,
        "feed_url": f"{HOME}feed.json",
        "description": SITE.subtitle,
        "authors": [{"name": "Li Wen"}],
        "language": "en",
    }


def test_a_feed_leads_to_its_own_address(atom: Any, rss: Any) -> None:
    assert links(atom.feed, "self") == [(f"{HOME}atom.xml", "application/atom+xml")]
    assert links(rss.feed, "self") == [(f"{HOME}rss.xml", "application/rss+xml")]


def test_a_tags_feed_leads_to_its_own_address(documents: Mapping[str, bytes]) -> None:
    feed = parsed(documents["tags/C~23/atom.xml"]).feed
    assert links(feed, "self") == [(f"{HOME}tags/C~23/atom.xml", "application/atom+xml")]
    assert feed.title == f"C# - {SITE.title}"


def test_the_feed_was_updated_when_its_newest_edit_was_made(atom: Any, rss: Any) -> None:
    assert atom.feed.updated == "2026-05-01T00:00:00+08:00"
    assert rss.feed.updated == "Fri, 01 May 2026 00:00:00 +0800"


def test_the_sites_author_has_an_address_in_atom(atom: Any) -> None:
    assert atom.feed.author_detail == {"name": "Li Wen", "email": "li@example.org"}


def test_entries_stand_newest_first_under_their_ids(xml_feed: Any) -> None:
    assert [entry.id for entry in xml_feed.entries] == [
        "tag:example.org,2026:/newest",
        BREWING,
        "https://old.example.net/?p=17",
    ]


def test_items_stand_newest_first_under_their_ids(json_feed: Any) -> None:
    assert [item["id"] for item in json_feed["items"]] == [
        "tag:example.org,2026:/newest",
        BREWING,
        "https://old.example.net/?p=17",
    ]


def test_a_title_arrives_to_the_letter(xml_feed: Any) -> None:
    assert entry_of(xml_feed, BREWING).title == TITLE


def test_an_entry_leads_to_its_permalink_alone(xml_feed: Any) -> None:
    entry = entry_of(xml_feed, BREWING)
    assert links(entry, "alternate") == [(f"{HOME}posts/brewing/", "text/html")]
    assert len(entry.links) == 1


def test_the_summary_arrives_beside_the_content(xml_feed: Any) -> None:
    entry = entry_of(xml_feed, BREWING)
    assert entry.summary == "How to brew."
    assert [part.value for part in entry.content] == [CONTENT]


def test_a_date_arrives_with_its_offset_in_atom(atom: Any) -> None:
    entry = entry_of(atom, BREWING)
    assert entry.published == "2026-03-01T09:30:00+08:00"
    assert entry.updated == "2026-03-04T10:00:00-05:00"


def test_a_date_arrives_with_its_offset_in_rss(rss: Any) -> None:
    assert [entry.published for entry in rss.entries] == [
        "Fri, 01 May 2026 00:00:00 +0800",
        "Sun, 01 Mar 2026 09:30:00 +0800",
        "Sun, 01 Feb 2026 23:00:00 +0000",
    ]


def test_both_formats_mean_the_same_instant(xml_feed: Any) -> None:
    assert [tuple(entry.published_parsed)[:6] for entry in xml_feed.entries] == [
        (2026, 4, 30, 16, 0, 0),
        (2026, 3, 1, 1, 30, 0),
        (2026, 2, 1, 23, 0, 0),
    ]


def test_a_category_has_term_scheme_and_label_in_atom(atom: Any) -> None:
    assert categories(entry_of(atom, BREWING)) == [
        (f"{HOME}tags/", "C~23", "C#"),
        (f"{HOME}tags/", "Green_tea", "Green tea"),
        (f"{HOME}tags/", "a~2Fb", "a/b"),
        (f"{HOME}categories/", "Drinks/Hot", "Drinks/Hot"),
        (f"{HOME}categories/", "Notes", "Notes"),
    ]


def test_a_category_has_its_name_and_a_domain_in_rss(rss: Any) -> None:
    assert categories(entry_of(rss, BREWING)) == [
        (f"{HOME}tags/", "C#", None),
        (f"{HOME}tags/", "Green tea", None),
        (f"{HOME}tags/", "a/b", None),
        (f"{HOME}categories/", "Drinks/Hot", None),
        (f"{HOME}categories/", "Notes", None),
    ]


def test_every_author_arrives_in_atom(atom: Any) -> None:
    assert entry_of(atom, BREWING).authors == [{"name": "林小满"}, {"name": "Ada O'Neil"}]


def test_every_author_arrives_in_rss(rss: Any) -> None:
    names = [author.name for author in entry_of(rss, BREWING).authors]
    assert names == ["林小满", "Ada O'Neil"]


def test_a_post_without_an_author_has_the_sites(xml_feed: Any) -> None:
    assert entry_of(xml_feed, "tag:example.org,2026:/newest").author == "Li Wen"


def test_an_entrys_own_language_arrives_in_atom(atom: Any) -> None:
    languages = [entry.content[0].language for entry in atom.entries]
    assert languages == ["en", "zh-CN", "en"]


def test_an_item_of_the_json_feed_arrives_whole(json_feed: Any) -> None:
    assert json_feed["items"][1] == {
        "id": BREWING,
        "url": f"{HOME}posts/brewing/",
        "title": TITLE,
        "content_html": CONTENT,
        "summary": "How to brew.",
        "date_published": "2026-03-01T09:30:00+08:00",
        "date_modified": "2026-03-04T10:00:00-05:00",
        "authors": [{"name": "林小满"}, {"name": "Ada O'Neil"}],
        "tags": ["C#", "Green tea", "a/b", "Drinks/Hot", "Notes"],
        "language": "zh-CN",
    }


@pytest.mark.parametrize(
    "path", ["tags/C~23", "tags/a~2Fb", "categories/Drinks", "categories/Drinks/Hot"]
)
@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_a_feed_of_a_term_holds_its_post_alone(
    documents: Mapping[str, bytes], path: str, name: str
) -> None:
    feed = parsed(documents[f"{path}/{name}"])
    assert [entry.id for entry in feed.entries] == [BREWING]


def test_feedparser_takes_nothing_out_of_what_we_call_safe(
    documents: Mapping[str, bytes],
) -> None:
    careful = feedparser.parse(documents["atom.xml"], sanitize_html=True)
    left = entry_of(careful, BREWING).content[0].value
    assert elements(left) == elements(CONTENT)


# --- The post that the project was started for ----------------------------------------------

USERS_POST: Final = Path(__file__).parents[3] / "shared" / "seeds" / "000_846c31ccb6d9478a.txt"
USERS_TITLE: Final = (
    "上海交通大学医学院->附属瑞金医院产学研结合在治疗多发性骨髓瘤方面获得突破性进展 | shsmu.cc"
)
USERS_ID: Final = "tag:example.org,2026:7f582bf9be042b71c318c2ff0dfe0ed5"
USERS_FEEDS: Final = [
    "tags/上海交大医学院",
    "tags/shsmu.cc",
    "categories/shsmu.cc",
    "categories/shsmu.cc/上海交通大学医学院",
]


@pytest.fixture(scope="module")
def users_documents() -> Mapping[str, bytes]:
    """Every document of a folder that holds the user's post."""
    if not USERS_POST.exists():
        pytest.skip("the user's post is not on this machine")
    site = replace(SITE, language="zh-CN")
    return published({USERS_POST.name: USERS_POST.read_bytes()}, site, NOW)


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
@pytest.mark.parametrize("path", USERS_FEEDS)
def test_the_users_post_arrives_with_its_title_to_the_letter(
    users_documents: Mapping[str, bytes], path: str, name: str
) -> None:
    (entry,) = parsed(users_documents[f"{path}/{name}"]).entries
    assert (entry.id, entry.title) == (USERS_ID, USERS_TITLE)


@pytest.mark.parametrize("path", USERS_FEEDS)
def test_the_users_post_keeps_its_date_in_shanghai(
    users_documents: Mapping[str, bytes], path: str
) -> None:
    (entry,) = parsed(users_documents[f"{path}/atom.xml"]).entries
    assert (entry.published, entry.updated) == ("2019-05-13T00:14:24+08:00",) * 2


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_the_users_post_keeps_its_picture_and_its_link(
    users_documents: Mapping[str, bytes], name: str
) -> None:
    (entry,) = parsed(users_documents[f"tags/上海交大医学院/{name}"]).entries
    assert entry.content[0].value.endswith(
        '<p><img src="https://www.shsmu.edu.cn/__local/A/65/4C/'
        '6B8124859719E36FD022020C279_78D56A10_1695D.jpg" alt="图"></p>\n'
        '<p><a href="https://www.shsmu.edu.cn/news/info/1002/16243.htm">'
        "转入文章首发地址</a></p>"
    )
    assert "（<strong>PNAS</strong>）" in entry.content[0].value


def test_the_users_post_arrives_in_json(users_documents: Mapping[str, bytes]) -> None:
    feed = json.loads(users_documents["tags/上海交大医学院/feed.json"])
    (item,) = feed["items"]
    assert item["title"] == USERS_TITLE
    assert item["date_published"] == "2019-05-13T00:14:24+08:00"
    assert item["tags"] == [
        *("shsmu.cc", "shsmu", "上海交通大学医学院", "上海交大医学院"),
        "shsmu.cc/上海交通大学医学院",
    ]


# What a post brings along.

EPISODE: Final = an_entry(
    enclosures=(an_episode(), an_episode("film.mp4", media_type="video/mp4")),
    image="https://example.org/cover.jpg",
    authors=(Person("Li", "https://li.example/", "li@example.org"),),
)


def shown(document: bytes) -> Any:
    """The only entry of a feed, as feedparser reads it."""
    (entry,) = parsed(document).entries
    return entry


def test_an_episode_is_the_enclosure_of_both_formats() -> None:
    feed = Feed(SITE, SITE_TOPIC, (EPISODE,))
    first = {"href": "https://example.org/a.mp3", "length": "1024", "type": "audio/mpeg"}
    for document in (atom_document(feed), rss_document(feed)):
        found = shown(document).enclosures[0]
        assert {name: found[name] for name in first} == first


def test_a_lead_image_is_the_thumbnail_of_both_formats() -> None:
    feed = Feed(SITE, SITE_TOPIC, (EPISODE,))
    for document in (atom_document(feed), rss_document(feed)):
        assert shown(document).media_thumbnail == [{"url": "https://example.org/cover.jpg"}]
    assert shown(rss_document(feed)).itunes_duration == "61"


def test_an_author_is_read_with_an_address_in_both_formats() -> None:
    feed = Feed(SITE, SITE_TOPIC, (EPISODE,))
    for document in (atom_document(feed), rss_document(feed)):
        author = shown(document).author_detail
        assert (author.name, author.email) == ("Li", "li@example.org")


def test_a_summary_is_read_as_the_summary_in_both_formats() -> None:
    summaries = replace(SITE, content="summary")
    feed = feed_of(summaries, SITE_TOPIC, [replace(EPISODE, summary="In short.")])
    for document in (atom_document(feed), rss_document(feed)):
        entry = shown(document)
        assert entry.summary.startswith("<p>In short.</p>")
        assert "content" not in entry
