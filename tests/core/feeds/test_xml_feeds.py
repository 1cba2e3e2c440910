"""Atom and RSS, byte for byte: a change in feedgen must not change them."""

import html
from collections.abc import Callable
from typing import Any

import lxml.etree
import pytest

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import (
    SITE_TOPIC,
    Feed,
    Topic,
    feed_of,
)
from feedsvc.core.feeds.xml_feeds import atom_document, rss_document
from feedsvc.core.people import Person
from tests.support.builders import (
    a_site,
    an_entry,
    an_episode,
    at,
    people,
)
from tests.support.feedcheck import check_atom, check_rss

ENTRY = an_entry(
    title='Tea & <milk> "now"',
    summary="A < B & C",
    content_html="<p>a &amp; b]]&gt;</p>",
    updated=at("2026-03-02T08:00:00+08:00"),
    tags=("C#",),
    categories=(("A/B", "c"),),
    authors=people("Li", "王"),
    language="zh-CN",
)
FULL = Feed(a_site(subtitle="All & more", email="li@example.org"), SITE_TOPIC, (ENTRY,))
EMPTY = Feed(a_site(language="zh-CN"), Topic("tag", ("C#",)), ())

ATOM = """\
<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
  <id>tag:example.org,2026:feed:site</id>
  <title>Tea</title>
  <updated>2026-03-02T08:00:00+08:00</updated>
  <author>
    <name>Li</name>
    <email>li@example.org</email>
  </author>
  <link href="https://example.org/atom.xml" rel="self" type="application/atom+xml"/>
  <link href="https://example.org/" rel="alternate" type="text/html"/>
  <generator>feedsvc</generator>
  <subtitle>All &amp; more</subtitle>
  <entry xml:lang="zh-CN">
    <id>tag:example.org,2026:tea</id>
    <title>Tea &amp; &lt;milk&gt; "now"</title>
    <updated>2026-03-02T08:00:00+08:00</updated>
    <link rel="alternate" type="text/html" href="https://example.org/posts/tea/"/>
    <author>
      <name>Li</name>
    </author>
    <author>
      <name>王</name>
    </author>
    <content type="html" xml:base="https://example.org/posts/tea/">\
&lt;p&gt;a &amp;amp; b]]&amp;gt;&lt;/p&gt;</content>
    <summary>A &lt; B &amp; C</summary>
    <category term="C~23" scheme="https://example.org/tags/" label="C#"/>
    <category term="A~2FB/c" scheme="https://example.org/categories/" label="A/B/c"/>
    <published>2026-03-01T09:30:00Z</published>
  </entry>
</feed>
"""

RSS = """\
<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" \
xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0">
  <channel>
    <title>Tea</title>
    <link>https://example.org/</link>
    <description>All &#x26; more</description>
    <atom:link href="https://example.org/rss.xml" rel="self" type="application/rss+xml"/>
    <docs>http://www.rssboard.org/rss-specification</docs>
    <generator>feedsvc</generator>
    <language>en</language>
    <lastBuildDate>Mon, 02 Mar 2026 08:00:00 +0800</lastBuildDate>
    <item>
      <title>Tea &#x26; &#x3C;milk&gt; "now"</title>
      <link>https://example.org/posts/tea/</link>
      <description>A &#x26;lt; B &#x26;amp; C</description>
      <content:encoded>&#x3C;p&gt;a &#x26;amp; b]]&#x26;gt;&#x3C;/p&gt;</content:encoded>
      <guid isPermaLink="false">tag:example.org,2026:tea</guid>
      <category domain="https://example.org/tags/">C#</category>
      <category domain="https://example.org/categories/">A/B/c</category>
      <pubDate>Sun, 01 Mar 2026 09:30:00 +0000</pubDate>
      <dc:creator>Li</dc:creator>
      <dc:creator>王</dc:creator>
    </item>
  </channel>
</rss>
"""

EMPTY_ATOM = """\
<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">
  <id>tag:example.org,2026:feed:tags/C~23</id>
  <title>C# - Tea</title>
  <updated>2026-01-01T00:00:00Z</updated>
  <author>
    <name>Li</name>
  </author>
  <link href="https://example.org/tags/C~23/atom.xml" rel="self" type="application/atom+xml"/>
  <link href="https://example.org/" rel="alternate" type="text/html"/>
  <generator>feedsvc</generator>
</feed>
"""

EMPTY_RSS = """\
<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" \
xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0">
  <channel>
    <title>C# - Tea</title>
    <link>https://example.org/</link>
    <description>C# - Tea</description>
    <atom:link href="https://example.org/tags/C~23/rss.xml" rel="self" \
type="application/rss+xml"/>
    <docs>http://www.rssboard.org/rss-specification</docs>
    <generator>feedsvc</generator>
    <language>zh-CN</language>
    <lastBuildDate>Thu, 01 Jan 2026 00:00:00 +0000</lastBuildDate>
  </channel>
</rss>
"""


@pytest.mark.parametrize(("feed", "document"), [(FULL, ATOM), (EMPTY, EMPTY_ATOM)])
def test_atom_has_exactly_these_bytes(feed: Feed, document: str) -> None:
    assert atom_document(feed).decode().rstrip("\n") == document.rstrip("\n")


@pytest.mark.parametrize(("feed", "document"), [(FULL, RSS), (EMPTY, EMPTY_RSS)])
def test_rss_has_exactly_these_bytes(feed: Feed, document: str) -> None:
    assert rss_document(feed).decode().rstrip("\n") == document.rstrip("\n")


@pytest.mark.parametrize("feed", [FULL, EMPTY])
def test_atom_and_rss_are_valid(feed: Feed) -> None:
    now = at("2026-03-03")
    atom, rss = feed.self_link("atom"), feed.self_link("rss")
    assert check_atom(atom_document(feed), self_link=atom, now=now) == []
    assert check_rss(rss_document(feed), self_link=rss, now=now) == []


@pytest.mark.parametrize("text", ["&", "<", "<b>x</b>", "&amp;", "&#8;", "]]>", "\"'", "茶 😀"])
def test_titles_and_summaries_are_read_back_unchanged(text: str) -> None:
    feed = Feed(a_site(title=text), SITE_TOPIC, (an_entry(title=text, summary=text),))
    atom = lxml.etree.fromstring(atom_document(feed))
    rss = lxml.etree.fromstring(rss_document(feed))
    namespace = "{http://www.w3.org/2005/Atom}"
    assert {atom.findtext(f"{namespace}title"), rss.findtext("channel/title")} == {text}
    entry, item = atom.find(f"{namespace}entry"), rss.find("channel/item")
    assert entry is not None
    assert item is not None
    assert {entry.findtext(f"{namespace}title"), entry.findtext(f"{namespace}summary")} == {
        text
    }
    assert item.findtext("title") == text
    assert html.unescape(item.findtext("description") or "") == text


def test_without_a_summary_the_rss_description_is_the_content() -> None:
    rss = lxml.etree.fromstring(rss_document(Feed(a_site(), SITE_TOPIC, (an_entry(),))))
    item = rss.find("channel/item")
    assert item is not None
    assert item.findtext("description") == "<p>Brewed twice.</p>"
    assert item.find("{http://purl.org/rss/1.0/modules/content/}encoded") is None


def test_an_atom_entry_without_content_is_valid() -> None:
    feed = Feed(a_site(), SITE_TOPIC, (an_entry(content_html=""),))
    link = feed.self_link("atom")
    assert check_atom(atom_document(feed), self_link=link, now=at("2026-03-03")) == []


def test_a_year_in_rss_has_four_digits() -> None:
    entry = an_entry(published=at("0987-06-05"), updated=at("0987-06-05"))
    rss = lxml.etree.fromstring(rss_document(Feed(a_site(), SITE_TOPIC, (entry,))))
    dates = {rss.findtext("channel/lastBuildDate"), rss.findtext("channel/item/pubDate")}
    assert dates == {"Tue, 05 Jun 0987 00:00:00 +0000"}


def test_a_plain_text_summary_is_escaped_as_html_in_rss() -> None:
    feed = Feed(a_site(), SITE_TOPIC, (an_entry(summary='<b> & "c"'),))
    rss = lxml.etree.fromstring(rss_document(feed))
    assert rss.findtext("channel/item/description") == '&lt;b&gt; &amp; "c"'


def test_rss_has_each_category_label_only_once() -> None:
    entry = an_entry(tags=("x",), categories=(("a/b",), ("a", "b"), ("x",)))
    rss = lxml.etree.fromstring(rss_document(Feed(a_site(), SITE_TOPIC, (entry,))))
    labels = [(c.text, c.get("domain")) for c in rss.findall("channel/item/category")]
    assert labels == [
        ("x", "https://example.org/tags/"),
        ("a/b", "https://example.org/categories/"),
        ("x", "https://example.org/categories/"),
    ]


def test_entries_keep_their_order() -> None:
    feed = Feed(a_site(), SITE_TOPIC, tuple(an_entry(name) for name in "cab"))
    atom, rss = atom_document(feed).decode(), rss_document(feed).decode()
    for document in (atom, rss):
        positions = [document.index(f"2026:{name}<") for name in "cab"]
        assert positions == sorted(positions)


# Authors, files, the lead image and the language.

NAMESPACES = {
    "a": "http://www.w3.org/2005/Atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "content": "http://purl.org/rss/1.0/modules/content/",
}
EPISODE = an_entry(
    enclosures=(
        an_episode("a.mp3?a=1&b=2"),
        an_episode("film.mp4", media_type="video/mp4", length=None, duration=None),
        an_episode("b.ogg", media_type="audio/ogg"),
    ),
    image="https://example.org/cover.jpg?a=1&b=2",
    authors=(Person("Li & Co", "https://li.example/?a=1&b=2", "li@example.org"),),
)


def documents(*entries: Entry, topic: Topic = SITE_TOPIC, **site: Any) -> tuple[Any, Any]:
    """The Atom and the RSS document of a feed of these entries; both are valid."""
    feed = feed_of(a_site(**site), topic, entries)
    atom, rss = atom_document(feed), rss_document(feed)
    now = at("2026-03-03")
    assert check_atom(atom, self_link=feed.self_link("atom"), now=now) == []
    assert check_rss(rss, self_link=feed.self_link("rss"), now=now) == []
    return lxml.etree.fromstring(atom), lxml.etree.fromstring(rss)


def values_at(document: Any, path: str) -> list[Any]:
    """The attributes of each element at a path, or its text if it has none."""
    elements = document.findall(path, NAMESPACES)
    return [dict(each.attrib) or each.text for each in elements]


def test_atom_enclosures_are_links_with_type_and_length() -> None:
    atom, _ = documents(EPISODE)
    alternate, *enclosures = values_at(atom, "a:entry/a:link")
    assert alternate["rel"] == "alternate"
    assert enclosures == [
        {
            "rel": "enclosure",
            "type": "audio/mpeg",
            "length": "1024",
            "href": "https://example.org/a.mp3?a=1&b=2",
        },
        {"rel": "enclosure", "type": "video/mp4", "href": "https://example.org/film.mp4"},
        {
            "rel": "enclosure",
            "type": "audio/ogg",
            "length": "1024",
            "href": "https://example.org/b.ogg",
        },
    ]


def test_rss_has_one_enclosure_and_further_files_as_media_content() -> None:
    _, rss = documents(EPISODE)
    assert values_at(rss, "channel/item/enclosure") == [
        {"url": "https://example.org/a.mp3?a=1&b=2", "length": "1024", "type": "audio/mpeg"}
    ]
    assert values_at(rss, "channel/item/media:content")[:2] == [
        {"url": "https://example.org/film.mp4", "type": "video/mp4", "medium": "video"},
        {
            "url": "https://example.org/b.ogg",
            "type": "audio/ogg",
            "medium": "audio",
            "fileSize": "1024",
            "duration": "61",
        },
    ]


def test_an_empty_file_has_the_length_0_in_atom() -> None:
    atom, _ = documents(an_entry(enclosures=(an_episode(length=0),)))
    assert values_at(atom, "a:entry/a:link")[1]["length"] == "0"


def test_an_unknown_length_is_0_in_rss() -> None:
    _, rss = documents(an_entry(enclosures=(an_episode(length=None),)))
    assert [each["length"] for each in values_at(rss, "channel/item/enclosure")] == ["0"]


@pytest.mark.parametrize(("duration", "shown"), [(61, ["61"]), (0, ["0"]), (None, [])])
def test_rss_has_the_duration_of_its_enclosure(duration: int | None, shown: list[str]) -> None:
    _, rss = documents(an_entry(enclosures=(an_episode(duration=duration), an_episode("b"))))
    assert values_at(rss, "channel/item/itunes:duration") == shown


def test_a_lead_image_is_media_content_and_a_thumbnail() -> None:
    atom, rss = documents(an_entry(image=EPISODE.image))
    url = "https://example.org/cover.jpg?a=1&b=2"
    for entry in (atom.find("a:entry", NAMESPACES), rss.find("channel/item")):
        content = {"url": url, "type": "image/jpeg", "medium": "image"}
        assert values_at(entry, "media:content") == [content]
        assert values_at(entry, "media:thumbnail") == [{"url": url}]


def test_an_image_without_a_suffix_has_no_type() -> None:
    atom, _ = documents(an_entry(image="https://example.org/cover"))
    content = {"url": "https://example.org/cover", "medium": "image"}
    assert values_at(atom, "a:entry/media:content") == [content]


def test_a_feed_with_audio_has_a_guid_that_does_not_depend_on_the_url() -> None:
    guids = set()
    for url in ("https://example.org", "https://elsewhere.org/blog"):
        _, rss = documents(an_entry(enclosures=(an_episode(),)), url=url)
        guids.update(values_at(rss, "channel/podcast:guid"))
    assert guids == {"be8fc6b6-9bcb-5b3e-846e-7d08ec85bb4e"}


def test_a_feed_with_audio_after_a_film_has_a_guid() -> None:
    film = an_episode(media_type="video/mp4")
    _, rss = documents(an_entry(enclosures=(film, an_episode())))
    assert len(values_at(rss, "channel/podcast:guid")) == 1


@pytest.mark.parametrize(
    ("entry", "in_atom", "in_rss"),
    [
        (an_entry(), set(), set()),
        (an_entry(enclosures=(an_episode(duration=None),)), set(), {"itunes", "podcast"}),
        (an_entry(enclosures=(an_episode(media_type="video/mp4"),)), set(), {"itunes"}),
        (an_entry(image="https://example.org/a.png"), {"media"}, {"media"}),
        (EPISODE, {"media"}, {"media", "itunes", "podcast"}),
    ],
    ids=["nothing", "audio", "video", "image", "all"],
)
def test_a_namespace_is_declared_only_if_it_is_used(
    entry: Entry, in_atom: set[str], in_rss: set[str]
) -> None:
    atom, rss = documents(entry)
    assert set(filter(None, atom.nsmap)) == in_atom
    assert set(rss.nsmap) == {"dc", "atom", "content", *in_rss}


def test_an_atom_author_has_name_email_and_uri() -> None:
    atom, _ = documents(EPISODE)
    author = atom.find("a:entry/a:author", NAMESPACES)
    assert [(each.tag.rpartition("}")[2], each.text) for each in author] == [
        ("name", "Li & Co"),
        ("email", "li@example.org"),
        ("uri", "https://li.example/?a=1&b=2"),
    ]


def test_an_invalid_email_address_is_left_out() -> None:
    atom, rss = documents(an_entry(authors=(Person("Li", email="Li <li@example.org>"),)))
    assert values_at(atom, "a:entry/a:author/a:email") == []
    assert values_at(rss, "channel/item/author") == []


@pytest.mark.parametrize(
    ("authors", "author", "creators"),
    [
        ((Person("Li", email="li@e.org"),), ["li@e.org (Li)"], []),
        ((Person("Li"),), [], ["Li"]),
        ((Person("Li", email="li@e.org"), Person("Wang")), [], ["Li", "Wang"]),
        ((Person("Li (tea)", email="li@e.org"),), [], ["Li (tea)"]),
        ((Person("Li\\", email="li@e.org"),), [], ["Li\\"]),
    ],
)
def test_rss_has_one_author_with_an_address_or_only_creators(
    authors: tuple[Person, ...], author: list[str], creators: list[str]
) -> None:
    _, rss = documents(an_entry(authors=authors))
    assert values_at(rss, "channel/item/author") == author
    assert values_at(rss, "channel/item/dc:creator") == creators


@pytest.mark.parametrize(
    ("topic", "of_feed", "of_entries"),
    [
        (SITE_TOPIC, "en", [None, "zh-CN"]),
        (Topic("language", ("zh-CN",)), "zh-CN", ["en", None]),
    ],
)
def test_an_entry_has_a_language_only_if_it_differs_from_the_feed(
    topic: Topic, of_feed: str, of_entries: list[str | None]
) -> None:
    entries = [an_entry("a", language="en"), an_entry("b", language="zh-CN")]
    atom, rss = documents(*entries, topic=topic)
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    assert (atom.get(lang), rss.findtext("channel/language")) == (of_feed, of_feed)
    assert [entry.get(lang) for entry in atom.findall("a:entry", NAMESPACES)] == of_entries


def test_an_atom_entry_with_only_a_summary_has_no_content() -> None:
    atom, _ = documents(an_entry(summary="a < b"), content="summary")
    entry = atom.find("a:entry", NAMESPACES)
    assert entry.find("a:content", NAMESPACES) is None
    summary = entry.find("a:summary", NAMESPACES)
    link = '<p><a href="https://example.org/posts/tea/">https://example.org/posts/tea/</a></p>'
    assert (summary.get("type"), summary.text) == ("html", f"<p>a &lt; b</p>{link}")


def test_an_rss_item_with_only_a_summary_has_it_once() -> None:
    _, rss = documents(an_entry(summary="In short."), content="summary")
    (description,) = values_at(rss, "channel/item/description")
    assert description.startswith("<p>In short.</p><p><a href=")
    assert values_at(rss, "channel/item/content:encoded") == []


HUBS = ("https://example.org/hub", "https://hub.example/?a=1&b=2")


@pytest.mark.parametrize(
    ("render", "path", "links"),
    [
        (
            atom_document,
            "{http://www.w3.org/2005/Atom}link",
            ["self", "hub", "hub", "alternate"],
        ),
        (rss_document, "channel/{http://www.w3.org/2005/Atom}link", ["self", "hub", "hub"]),
    ],
)
def test_links_to_all_hubs_follow_the_self_link(
    render: Callable[[Feed], bytes], path: str, links: list[str]
) -> None:
    feed = Feed(a_site(hubs=HUBS), SITE_TOPIC, (an_entry(),))
    elements = lxml.etree.fromstring(render(feed)).findall(path)
    assert [link.get("rel") for link in elements] == links
    assert tuple(link.get("href") for link in elements[1:3]) == HUBS
