"""Atom and RSS, to the byte: whatever feedgen does, this is what a subscriber gets."""

import html

import lxml.etree
import pytest

from feedsvc.core.feeds import SITE_TOPIC, Feed, Topic
from feedsvc.core.xmlfeeds import atom_document, rss_document
from tests.builders import a_site, an_entry, at, people
from tests.feedcheck import check_atom, check_rss

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
  <title>Tea - Tag: C#</title>
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
    <title>Tea - Tag: C#</title>
    <link>https://example.org/</link>
    <description>Tea - Tag: C#</description>
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
def test_atom_is_this_to_the_byte(feed: Feed, document: str) -> None:
    assert atom_document(feed).decode().rstrip("\n") == document.rstrip("\n")


@pytest.mark.parametrize(("feed", "document"), [(FULL, RSS), (EMPTY, EMPTY_RSS)])
def test_rss_is_this_to_the_byte(feed: Feed, document: str) -> None:
    assert rss_document(feed).decode().rstrip("\n") == document.rstrip("\n")


@pytest.mark.parametrize("feed", [FULL, EMPTY])
def test_both_keep_every_rule_of_their_standard(feed: Feed) -> None:
    now = at("2026-03-03")
    atom, rss = feed.self_link("atom"), feed.self_link("rss")
    assert check_atom(atom_document(feed), self_link=atom, now=now) == []
    assert check_rss(rss_document(feed), self_link=rss, now=now) == []


@pytest.mark.parametrize("text", ["&", "<", "<b>x</b>", "&amp;", "&#8;", "]]>", "\"'", "茶 😀"])
def test_titles_and_summaries_read_back_as_they_were_written(text: str) -> None:
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


def test_an_entry_without_summary_has_its_content_in_the_description_of_rss() -> None:
    rss = lxml.etree.fromstring(rss_document(Feed(a_site(), SITE_TOPIC, (an_entry(),))))
    item = rss.find("channel/item")
    assert item is not None
    assert item.findtext("description") == "<p>Brewed twice.</p>"
    assert item.find("{http://purl.org/rss/1.0/modules/content/}encoded") is None


def test_an_entry_without_content_keeps_every_rule_as_well() -> None:
    feed = Feed(a_site(), SITE_TOPIC, (an_entry(content_html=""),))
    link = feed.self_link("atom")
    assert check_atom(atom_document(feed), self_link=link, now=at("2026-03-03")) == []


def test_a_year_of_rss_has_four_digits() -> None:
    entry = an_entry(published=at("0987-06-05"), updated=at("0987-06-05"))
    rss = lxml.etree.fromstring(rss_document(Feed(a_site(), SITE_TOPIC, (entry,))))
    dates = {rss.findtext("channel/lastBuildDate"), rss.findtext("channel/item/pubDate")}
    assert dates == {"Tue, 05 Jun 0987 00:00:00 +0000"}


def test_a_summary_that_is_text_is_escaped_for_readers_that_take_it_for_html() -> None:
    feed = Feed(a_site(), SITE_TOPIC, (an_entry(summary='<b> & "c"'),))
    rss = lxml.etree.fromstring(rss_document(feed))
    assert rss.findtext("channel/item/description") == '&lt;b&gt; &amp; "c"'


def test_rss_names_a_category_once_where_two_paths_read_alike() -> None:
    entry = an_entry(tags=("x",), categories=(("a/b",), ("a", "b"), ("x",)))
    rss = lxml.etree.fromstring(rss_document(Feed(a_site(), SITE_TOPIC, (entry,))))
    found = [(c.text, c.get("domain")) for c in rss.findall("channel/item/category")]
    assert found == [
        ("x", "https://example.org/tags/"),
        ("a/b", "https://example.org/categories/"),
        ("x", "https://example.org/categories/"),
    ]


def test_entries_keep_their_order() -> None:
    feed = Feed(a_site(), SITE_TOPIC, tuple(an_entry(name) for name in "cab"))
    atom, rss = atom_document(feed).decode(), rss_document(feed).decode()
    for document in (atom, rss):
        places = [document.index(f"2026:{name}<") for name in "cab"]
        assert places == sorted(places)
