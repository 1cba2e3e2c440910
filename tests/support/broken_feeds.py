"""Good documents, and the faults that the checker must find in them: one of each rule."""

from datetime import UTC, datetime

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ATOM_LINK = "https://example.org/atom.xml"
RSS_LINK = "https://example.org/rss.xml"
JSON_LINK = "https://example.org/feed.json"

GOOD_ATOM = """\
<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"
  xmlns:media="http://search.yahoo.com/mrss/">
  <id>tag:example.org,2026:feed</id>
  <title>Tea &amp; 茶</title>
  <subtitle>Leaves</subtitle>
  <updated>2026-03-05T10:00:00Z</updated>
  <author><name>Ann</name><email>ann@example.org</email><uri>https://example.org/ann</uri></author>
  <link rel="self" type="application/atom+xml" href="https://example.org/atom.xml"/>
  <link rel="alternate" type="text/html" href="https://example.org/"/>
  <link rel="hub" href="https://example.org/hub"/>
  <generator>by hand</generator>
  <icon>https://example.org/icon.png</icon>
  <logo>https://example.org/logo.png</logo>
  <rights>CC0</rights>
  <entry>
    <id>tag:example.org,2026:green</id>
    <title>Green &lt; black</title>
    <updated>2026-03-05T18:00:00+08:00</updated>
    <published>2026-03-04T10:00:00.5Z</published>
    <link rel="alternate" type="text/html" href="https://example.org/green/"/>
    <link rel="enclosure" type="audio/mpeg" length="1024" href="https://example.org/a.mp3"/>
    <category term="tea/green" label="Tea/Green" scheme="https://example.org/categories/"/>
    <category term="tea" label="Tea" scheme="https://example.org/tags/"/>
    <summary>Short</summary>
    <content type="html" xml:base="https://example.org/green/">&lt;p&gt;See
      &lt;a href="#n1"&gt;1&lt;/a&gt;
      &lt;code&gt;&amp;lt;script&amp;gt; &amp;amp;#8;&lt;/code&gt;
      &lt;img alt="&lt;body&gt;" src="https://example.org/a.png"
        srcset="https://example.org/a,b.png 1x, https://example.org/b.png 2x"&gt;
      &lt;p id="n1"&gt;Note&lt;/p&gt;</content>
  </entry>
  <entry xml:lang="zh-CN">
    <id>tag:example.org,2026:red</id>
    <title type="text">红茶</title>
    <updated>2026-03-01T10:00:00Z</updated>
    <link href="https://example.org/red/"/>
    <summary type="html">&lt;b&gt;Red&lt;/b&gt;</summary>
    <media:content url="https://example.org/red.png" type="image/png" medium="image"/>
    <media:thumbnail url="https://example.org/red.png"/>
  </entry>
</feed>
"""

GOOD_RSS = """\
<?xml version='1.0' encoding='UTF-8'?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:media="http://search.yahoo.com/mrss/"
  xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
  xmlns:podcast="https://podcastindex.org/namespace/1.0"
  xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
  <channel>
    <title>Tea &#x26; 茶</title>
    <link>https://example.org/</link>
    <description>Leaves</description>
    <language>en</language>
    <managingEditor>ann@example.org (Ann)</managingEditor>
    <lastBuildDate>Thu, 05 Mar 2026 10:00:00 GMT</lastBuildDate>
    <ttl>30</ttl>
    <sy:updatePeriod>hourly</sy:updatePeriod>
    <sy:updateFrequency>2</sy:updateFrequency>
    <skipHours><hour>0</hour><hour>23</hour></skipHours>
    <skipDays><day>Sunday</day></skipDays>
    <image>
      <url>https://example.org/i.png</url>
      <title>Tea &#x26; 茶</title>
      <link>https://example.org/</link>
      <width>144</width>
    </image>
    <atom:link rel="self" type="application/rss+xml" href="https://example.org/rss.xml"/>
    <atom:link rel="hub" href="https://example.org/hub"/>
    <podcast:guid>9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid>
    <item>
      <title>Green &#x3C; black</title>
      <link>https://example.org/green/</link>
      <description>Short</description>
      <content:encoded>&lt;p&gt;Long &lt;a href="https://example.org/"&gt;home&lt;/a&gt;&lt;/p&gt;</content:encoded>
      <dc:creator>Ann</dc:creator>
      <category domain="https://example.org/categories/">Tea/Green</category>
      <guid isPermaLink="false">tag:example.org,2026:green</guid>
      <enclosure url="https://example.org/a.mp3" length="1024" type="audio/mpeg"/>
      <itunes:duration>61</itunes:duration>
      <pubDate>Wed, 04 Mar 2026 10:00:00 +0000</pubDate>
    </item>
    <item>
      <title>红茶</title>
      <link>https://example.org/red/</link>
      <description>&#x3C;p&gt;Red&#x3C;/p&gt;</description>
      <author>bo@example.org (Bo)</author>
      <media:content url="https://example.org/red.png" medium="image"
        fileSize="9" duration="0"/>
      <media:thumbnail url="https://example.org/red.png"/>
      <guid isPermaLink="false">tag:example.org,2026:red</guid>
      <pubDate>Sun, 01 Mar 2026 10:00:00 -0000</pubDate>
    </item>
  </channel>
</rss>
"""

GOOD_JSON = r"""{
  "version": "https://jsonfeed.org/version/1.1",
  "title": "Tea & 茶",
  "home_page_url": "https://example.org/",
  "feed_url": "https://example.org/feed.json",
  "next_url": "https://example.org/feed-2.json",
  "description": "Leaves",
  "icon": "https://example.org/icon.png",
  "language": "en",
  "authors": [{"name": "Ann", "url": "https://example.org/ann"}],
  "expired": false,
  "hubs": [{"type": "WebSub", "url": "https://example.org/hub"}],
  "_tea": {"about": "https://example.org/about", "leaves": [{"size": 1}]},
  "items": [
    {
      "id": "tag:example.org,2026:green",
      "url": "https://example.org/green/",
      "title": "Green < black",
      "content_html": "<p>Long <a href='https://example.org/'>home</a></p>",
      "summary": "Short",
      "date_published": "2026-03-04T10:00:00Z",
      "date_modified": "2026-03-05T10:00:00Z",
      "authors": [{"name": "Ann"}],
      "tags": ["Tea", "Tea/Green"],
      "attachments": [
        {"url": "https://example.org/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 1024}
      ]
    },
    {
      "id": "tag:example.org,2026:red",
      "url": "https://example.org/red/",
      "image": "https://example.org/red.png",
      "title": "红茶",
      "content_text": "Red \ud83c\udf75",
      "language": "zh-CN",
      "date_published": "2026-03-01T10:00:00Z"
    }
  ]
}
"""

GOOD_OPML = """\
<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
  <head>
    <title>All feeds</title>
    <dateCreated>Thu, 05 Mar 2026 10:00:00 GMT</dateCreated>
  </head>
  <body>
    <outline text="All" type="rss" xmlUrl="https://example.org/atom.xml"/>
    <outline text="Tags">
      <outline text="Tea" type="rss" xmlUrl="https://example.org/tags/tea/atom.xml"
        htmlUrl="https://example.org/tags/tea/" language="en"
        created="Thu, 05 Mar 2026 10:00:00 GMT"/>
    </outline>
  </body>
</opml>
"""

SELF = '<link rel="self" type="application/atom+xml" href="https://example.org/atom.xml"/>'
CONTENT = '<content type="html" xml:base="https://example.org/green/">'
FEED_AUTHOR = (
    "<author><name>Ann</name><email>ann@example.org</email>"
    "<uri>https://example.org/ann</uri></author>"
)
RED_SUMMARY = '<summary type="html">&lt;b&gt;Red&lt;/b&gt;</summary>'

RSS_LONG = '&lt;p&gt;Long &lt;a href="https://example.org/"&gt;home&lt;/a&gt;&lt;/p&gt;'
RSS_TEXTS = (
    "      <description>Short</description>\n"
    f"      <content:encoded>{RSS_LONG}</content:encoded>"
)

# (rules that find it, what stands in the good document, what stands there instead)
Break = tuple[str, str, str]

ATOM_BREAKS: list[Break] = [
    ("A1", "</feed>", ""),
    ("A1", '<?xml version="1.0" encoding="UTF-8"?>\n', ""),
    ("A1", 'encoding="UTF-8"', 'encoding="ASCII"'),
    ("A1", "<feed ", "<!DOCTYPE feed>\n<feed "),
    ("A2", "<rights>CC0</rights>", '<rights xmlns="">CC0</rights>'),
    (
        "A2",
        "<rights>CC0</rights>",
        '<a:rights xmlns:a="http://www.w3.org/2005/Atom">CC0</a:rights>',
    ),
    ("A3", "<id>tag:example.org,2026:feed</id>", ""),
    ("A3", "<title>Tea &amp; 茶</title>", ""),
    ("A3", "<title>Tea &amp; 茶</title>", "<title>Tea</title><title>Tea</title>"),
    ("A3", "<updated>2026-03-05T10:00:00Z</updated>", ""),
    ("A4", FEED_AUTHOR, ""),
    ("A4", "<name>Ann</name>", ""),
    ("A4", "<name>Ann</name>", "<name> </name>"),
    ("A4", "<name>Ann</name>", "<name>Ann</name><name>Bo</name>"),
    ("A4", "ann@example.org", "ann at example.org"),
    ("A4", "</email>", "</email><email>a@example.org</email>"),
    ("A4", "https://example.org/ann", "/ann"),
    ("A4", "<uri>", "<uri>https://example.org/</uri><uri>"),
    ("A5", SELF, ""),
    ("A5", SELF, SELF + SELF),
    ("A5", "https://example.org/atom.xml", "https://example.org/feed/"),
    ("A5", 'type="application/atom+xml"', 'type="text/xml"'),
    ("A6", '<link rel="hub" href', '<link type="text/html" href'),
    ("A6", 'rel="enclosure" type="audio/mpeg"', 'type="text/html"'),
    ("A7", "<generator>by hand</generator>", "<generator/><generator/>"),
    ("A7", "<rights>CC0</rights>", "<rights>CC0</rights><rights>MIT</rights>"),
    ("A7", "<subtitle>", "<subtitle>More</subtitle><subtitle>"),
    ("A7", "<icon>", "<icon>https://example.org/</icon><icon>"),
    ("A7", "https://example.org/icon.png", "icon.png"),
    ("A7", "https://example.org/logo.png", "//example.org/logo.png"),
    ("A8", "<id>tag:example.org,2026:green</id>", ""),
    ("A8", "<title>Green &lt; black</title>", ""),
    ("A8", "<updated>2026-03-01T10:00:00Z</updated>", ""),
    ("A8", "<summary>Short</summary>", "<summary>Short</summary><summary>Again</summary>"),
    ("A8", "<published>", "<published>2026-03-04T10:00:00Z</published><published>"),
    ("A8", "<summary>Short", "<rights>a</rights><rights>b</rights><summary>Short"),
    ("A9", '<link href="https://example.org/red/"/>', ""),
    (
        "A9",
        RED_SUMMARY,
        '<content src="https://example.org/red.pdf" xml:base="https://example.org/red/"/>',
    ),
    ("A10", "tag:example.org,2026:feed", "feed"),
    ("A10", "tag:example.org,2026:green", "/green/"),
    ("A10", "tag:example.org,2026:green", "tag:example.org:green"),
    ("A10", "tag:example.org,2026:green", "https:///green"),
    ("A10", "tag:example.org,2026:green", "https://[example.org/green"),
    ("A10", "tag:example.org,2026:green", "https://example.org/100%"),
    ("A10", "tag:example.org,2026:green", " tag:example.org,2026:green"),
    ("A10", "tag:example.org,2026:green", "urn:"),
    ("A11", "tag:example.org,2026:red", "tag:example.org,2026:green"),
    ("A11", "tag:example.org,2026:red", "tag:example.org,2026:feed"),
    ("A12", "2026-03-01T10:00:00Z", "2026-03-01 10:00:00Z"),
    ("A12", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00"),
    ("A12", "2026-03-01T10:00:00Z", "2026-03-01t10:00:00z"),
    ("A12", "2026-03-01T10:00:00Z", " 2026-03-01T10:00:00Z"),
    ("A12", "2026-03-01T10:00:00Z", "2026-02-30T10:00:00Z"),
    ("A12", "2026-03-04T10:00:00.5Z", "2026-03-04"),
    ("A12", "2026-03-05T10:00:00Z", "2026-03-05"),
    ("A13", "2026-03-04T10:00:00.5Z", "2026-03-06T10:00:00Z"),
    ("A14", "2026-03-05T10:00:00Z", "2026-03-06T10:00:00Z"),
    ("A14", "2026-03-05T10:00:00Z", "2026-03-04T10:00:00Z"),
    ("A15", 'content type="html"', 'content type="CDATA"'),
    ("A15", 'content type="html"', "content"),
    ("A15", CONTENT, CONTENT + "<p/>"),
    ("A15", CONTENT, CONTENT + "&lt;body&gt;&lt;/body&gt;"),
    ("A15", CONTENT, CONTENT + "&lt;/div&gt;"),
    ("A15", CONTENT, CONTENT + "&lt;div&gt;"),
    ("A15", CONTENT, CONTENT + "&lt;div&gt;&lt;b&gt;&lt;/div&gt;"),
    ("A15", "&lt;b&gt;Red&lt;/b&gt;", "&amp;lt;b&amp;gt;Red&amp;lt;/b&amp;gt;"),
    ("A15", "<summary>Short</summary>", '<summary type="CDATA">Short</summary>'),
    ("A15", "<summary>Short</summary>", "<summary><b/>Short</summary>"),
    ("A15", "<subtitle>", '<subtitle type="xhtml">'),
    ("A16", '<title type="text">', '<title type="html">'),
    ("A16", '<title type="text">', '<title type="text"><b/>'),
    ("A16", "红茶", " "),
    ("A16", "Tea &amp; 茶", ""),
    ("A16", "Green &lt; black", "&lt;b&gt;Green&lt;/b&gt;"),
    ("A16", "Short", "A &lt;br&gt; B"),
    ("A17", 'term="tea" ', ""),
    ("A17", 'term="tea/green"', 'term="tea/"'),
    ("A17", 'term="tea/green"', 'term="tea green"'),
    ("A17", ' label="Tea"', ""),
    ("A17", ' scheme="https://example.org/tags/"', ""),
    ("A17", "https://example.org/tags/", "/tags/"),
    ("A17", 'term="tea" label="Tea" scheme="https://example.org/tags/"', 'term="tea/green"'
     ' label="Tea" scheme="https://example.org/categories/"'),
    ("A18", ' type="audio/mpeg"', ""),
    ("A18", ' type="audio/mpeg"', ' type="mp3"'),
    ("A18", ' length="1024"', ' length="1 kB"'),
    ("A19", ' xml:lang="en"', ""),
    ("A19", ' xml:lang="en"', ' xml:lang="en_US"'),
    ("A19", 'xml:lang="zh-CN"', 'xml:lang="chinese"'),
    ("A19", 'xml:lang="zh-CN"', 'xml:lang="en"'),
    ("K1", 'media:content url="https://example.org/red.png"', 'media:content url="red.png"'),
    ("K1", 'media:thumbnail url="https://example.org/red.png"', "media:thumbnail"),
    ("K1", 'type="image/png"', 'type="png"'),
    ("K1", "<media:thumbnail ", '<media:thumbnail url="https://e.org/"/><media:thumbnail '),
    ("A19", ' xml:base="https://example.org/green/"', ""),
    ("A19", 'xml:base="https://example.org/green/"', 'xml:base="https://example.org/"'),
    ("A14 A21", "2026-03-05T18:00:00+08:00", "2026-03-10T12:05:01Z"),
    ("RFC4287", "<summary>Short", "<pubDate/><summary>Short"),
    ("RFC4287", "<generator>", "<language>en</language><generator>"),
    ("RFC4287", "https://example.org/a.mp3", "/a.mp3"),
    ("RFC4287", "https://example.org/hub", "hub"),
    ("R12", 'src="https://example.org/a.png"', 'src="a.png"'),
    ("R12", "https://example.org/b.png 2x", "/b.png 2x"),
    ("R12", "https://example.org/a,b.png 1x", "//example.org/a,b.png"),
    ("R12", 'href="#n1"', 'href="#n2"'),
    ("R12", 'href="#n1"', 'href="red/"'),
    ("R12", 'href="#n1"', 'href=""'),
    ("R12", 'href="#n1"', 'href="http:red"'),
    ("R12", 'href="#n1"', 'href="java&#x9;Script:alert(1)"'),
    ("R12", 'href="#n1"', 'href="vbscript:x"'),
    ("R12", 'href="#n1"', 'href="file:///etc/passwd"'),
    ("R12", 'href="#n1"', 'href="data:text/html,x"'),
    ("R12", 'href="#n1"', 'style="background: url(red.png)"'),
    ("R12", CONTENT, CONTENT + '&lt;blockquote cite="x"&gt;&lt;/blockquote&gt;'),
    ("R12", CONTENT, CONTENT + '&lt;video poster="x"&gt;&lt;/video&gt;'),
    ("R12", CONTENT, CONTENT + '&lt;table background="x"&gt;&lt;/table&gt;'),
    ("R12", CONTENT, CONTENT + '&lt;a xlink:href="x"&gt;&lt;/a&gt;'),
    ("R12", CONTENT, CONTENT + '&lt;p data="x" action="https://e.org/"&gt;'),
    ("R12", CONTENT, CONTENT + '&lt;p action="x"&gt;'),
    ("R12", CONTENT, CONTENT + "&lt;script&gt;&lt;/script&gt;"),
    ("R12", CONTENT, CONTENT + "&lt;object&gt;&lt;/object&gt;"),
    ("R12", CONTENT, CONTENT + "&lt;noscript&gt;&lt;/noscript&gt;"),
    ("R12", CONTENT, CONTENT + "&lt;link&gt;"),
    ("R12", CONTENT, CONTENT + "&lt;meta&gt;"),
    ("R12", CONTENT, CONTENT + "&lt;embed&gt;"),
    ("R12", "&lt;b&gt;Red&lt;/b&gt;", '&lt;img src="red.png"&gt;'),
    ("A15 R12", CONTENT, CONTENT + "&lt;/html&gt;&lt;script&gt;&lt;/script&gt;"),
    ("X4", CONTENT, CONTENT + "&lt;style&gt;&lt;/style&gt;"),
    ("X4", CONTENT, CONTENT + '&lt;iframe src="https://e.org/"&gt;&lt;/iframe&gt;'),
    ("X4", CONTENT, CONTENT + "&lt;form&gt;&lt;/form&gt;"),
    ("X4", 'href="#n1"', 'href="#n1" onclick="x()"'),
    ("A1 X1", "Short", "Sh\u0008ort"),
    ("A1 X1", "Short", "Sh&#8;ort"),
    ("A1 X1", "Short", "Sh&#xFFFE;ort"),
    ("A1 X1", "Short", "Sh&#99999999;ort"),
    ("X1", "Note", "No&amp;#8;te"),
    ("X2", "Short", "<![CDATA[Short]]>"),
]  # fmt: skip

RSS_BREAKS: list[Break] = [
    ("R1", "</rss>", ""),
    ("R1", "<?xml version='1.0' encoding='UTF-8'?>\n", ""),
    ("R1", 'rss version="2.0"', 'rss version="0.92"'),
    ("R1", "</channel>", "</channel><channel><title>a</title><link>https://e.org/</link>"
     "<description>a</description><language>en</language>"
     '<atom:link rel="self" type="application/rss+xml" href="https://example.org/rss.xml"/>'
     "</channel>"),
    ("R1 R13", "<title>Tea &#x26; 茶</title>", ""),
    ("R1", "<description>Leaves</description>", ""),
    ("R1", "<description>Leaves</description>", "<description> </description>"),
    ("R1 R5 R13", "<link>https://example.org/</link>", ""),
    ("R1", "<ttl>30</ttl>", "<ttl>30</ttl><ttl>30</ttl>"),
    ("R1", "<ttl>30</ttl>", "<ttl>30</ttl><updated/>"),
    ("R2", "<title>Green &#x3C; black</title>", "<title>a</title><title>b</title>"),
    ("R2", "<title>红茶</title>", "<title>红茶</title><id>a</id>"),
    (
        "R2",
        "<title>红茶</title>\n      <link>https://example.org/red/</link>\n"
        "      <description>&#x3C;p&gt;Red&#x3C;/p&gt;</description>",
        "<link>https://example.org/red/</link>",
    ),
    ("R3", "Wed, 04 Mar", "Tue, 04 Mar"),
    ("R3", "Wed, 04 Mar 2026", "Wed, 04 Mar 26"),
    ("R3", "Wed, 04 Mar", "Mi, 04 Mrz"),
    ("R3", "Wed, 04 Mar", "04 Mar"),
    ("R3", "Wed, 04 Mar", "Wed,  04 Mar"),
    ("R3", "Wed, 04 Mar 2026", "Wed, 31 Feb 2026"),
    ("R3", "10:00:00 +0000", "10:00:00 CET"),
    ("R3", "10:00:00 GMT", "10:00:00"),
    ("R4", '<guid isPermaLink="false">tag:example.org,2026:red</guid>', ""),
    ("R4", "tag:example.org,2026:red", "tag:example.org,2026:green"),
    ("R4", "tag:example.org,2026:red", " "),
    ("R4", '<guid isPermaLink="false">', "<guid>"),
    ("R4", '<guid isPermaLink="false">', '<guid isPermaLink="true">'),
    ("R4", '<guid isPermaLink="false">', '<guid isPermaLink="no">'),
    ("R4", 'isPermaLink="false">tag:example.org,2026:red', 'isPermalink="false">https://example.org/red/'),
    ("R5", "<link>https://example.org/red/</link>", "<link>/red/</link>"),
    ("R5", "<link>https://example.org/red/</link>", "<link>https://example.org/rss.xml</link>"),
    ("R5", "<link>https://example.org/red/</link>", "<link>https://example.org/hub</link>"),
    ("R5", "<link>https://example.org/red/</link>", ""),
    ("R6", 'rel="self"', 'rel="first"'),
    ("R6", 'type="application/rss+xml"', 'type="text/xml"'),
    ("R6", "https://example.org/rss.xml", "https://example.org/"),
    ("R7", "<description>Short</description>", ""),
    ("R7", "<description>Short", "<description>a</description><description>b"),
    ("R7", "<content:encoded>", "<content:encoded>a</content:encoded><content:encoded>"),
    ("R7", RSS_TEXTS, "\n".join(reversed(RSS_TEXTS.splitlines()))),
    ("R7", "<description>Short", "<description>" + RSS_LONG.replace("&lt;", "&#x3C;")),
    ("R8", "bo@example.org (Bo)", "Bo"),
    ("R8", "bo@example.org (Bo)", "bo@example.org"),
    ("R8", "ann@example.org (Ann)", "Ann (ann@example.org)"),
    ("R8", "<dc:creator>", "<author>ann@example.org (Ann)</author><dc:creator>"),
    ("R8", "<dc:creator>Ann</dc:creator>", "<dc:creator/>"),
    ("R9", "<enclosure ", '<enclosure url="https://e.org/" length="1" type="a/b"/><enclosure '),
    ("R9", "https://example.org/a.mp3", "a.mp3"),
    ("R9", "https://example.org/a.mp3", "ftp://example.org/a.mp3"),
    ("R9", ' length="1024"', ""),
    ("R9", ' type="audio/mpeg"', ""),
    ("R9", "<itunes:duration>61", "<itunes:duration>one hour"),
    ("R9", "<author>bo", "<itunes:duration>1</itunes:duration><author>bo"),
    ("K1", 'medium="image"', 'medium="picture"'),
    ("K1", 'fileSize="9"', 'fileSize="9 kB"'),
    ("K1", 'duration="0"', 'duration="0:00"'),
    ("K2", "<podcast:guid>9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid>", ""),
    ("K2", "-5f69-", "-4f69-"),
    ("K2", "<podcast:guid>", "<podcast:guid>9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid>"
     "<podcast:guid>"),
    ("R10", "Tea/Green", "Tea/"),
    ("R10", "Tea/Green", ""),
    ("R10", ' domain="https://example.org/categories/"', ""),
    ("R10", "https://example.org/categories/", "categories"),
    ("R10", "Tea/Green</category>",
     'Tea/Green</category><category domain="https://example.org/categories/">Tea/Green</category>'),
    ("R10", "<ttl>30", "<category>Tea</category><ttl>30"),
    ("R11 R13", "Tea &#x26; 茶", "Tea &#x3C;br&gt; 茶"),
    ("R11", "Green &#x3C; black", "Green &lt; black"),
    ("R11", "Green &#x3C; black", "Green &#60; black"),
    ("R11", "Green &#x3C; black", "Green &#x3c; black"),
    ("R11", "<description>Leaves", "<description>Leaves &amp; more"),
    ("R11", "Tea/Green", "Tea/Green &amp; white"),
    ("R11", "<dc:creator>Ann", "<dc:creator>Ann &#38; Bo"),
    ("R11", "<dc:creator>Ann", "<dc:creator>&#x3C;b&gt;Ann&#x3C;/b&gt;"),
    ("R11", "<dc:creator>Ann", "<dc:creator>Ann<b/>"),
    ("R11", "<description>Short", "<description><b/>Short"),
    ("R11 X2", "<dc:creator>Ann", "<dc:creator><![CDATA[Ann &amp; Bo]]>"),
    ("R12", 'href="https://example.org/"', 'href="/"'),
    ("R12", "<description>Short", "<description>&#x3C;script&gt;&#x3C;/script&gt;"),
    ("R12", "&#x3C;p&gt;Red&#x3C;/p&gt;", '&#x3C;img src="red.png"&gt;'),
    ("R13", "<url>https://example.org/i.png</url>", ""),
    ("R13", "<link>https://example.org/</link>\n      <width>", "<link>https://e.org/</link>\n<width>"),
    ("R13", "茶</title>\n      <link>", "</title>\n      <link>"),
    ("R13", "<width>144</width>", "<width>145</width>"),
    ("R13", "<width>144</width>", "<height>401</height>"),
    ("R13", "<width>144</width>", "<width>wide</width>"),
    ("R14", "<ttl>30</ttl>", "<ttl>half an hour</ttl>"),
    ("R14", "<ttl>30</ttl>", "<ttl>0</ttl>"),
    ("R14", "<ttl>30</ttl>", "<ttl>60</ttl>"),
    ("R14", "<sy:updatePeriod>hourly</sy:updatePeriod>", ""),
    ("R14", "<hour>23</hour>", "<hour>24</hour>"),
    ("R14", "<hour>23</hour>", "<hour>0</hour>"),
    ("R14", "<day>Sunday</day>", "<day>Sun</day>"),
    ("R14", "<day>Sunday</day>", "<day>Sunday</day><day>Sunday</day>"),
    ("R15", "<language>en</language>", ""),
    ("R15", "<language>en</language>", "<language>zh_CN</language>"),
    ("R15", "<language>en</language>", "<language>en</language><dc:language>en</dc:language>"),
    ("A14", "Thu, 05 Mar 2026", "Tue, 03 Mar 2026"),
    ("A21", "Thu, 05 Mar 2026", "Wed, 11 Mar 2026"),
    ("A15", "&lt;/p&gt;</content:encoded>", "&lt;/p&gt;&lt;/div&gt;</content:encoded>"),
    ("X4", "&lt;p&gt;Long", '&lt;p onclick="x"&gt;Long'),
    ("R1 X1", "Short", "Sh\u000bort"),
    ("R1 X1", "Short", "Sh\ufffeort"),
    ("X2", "Short", "<![CDATA[Short]]>"),
]  # fmt: skip

JSON_BREAKS: list[Break] = [
    ("J1", '"items": [', '"items": '),
    ("J1", GOOD_JSON, "[]"),
    ("J1", '"size_in_bytes": 1024', '"size_in_bytes": NaN'),
    ("J1", '"title": "红茶"', '"title": "红茶", "title": "红茶"'),
    ("J1", "{", '{"expired": false,'),
    ("J1", "  \"version\": \"https://jsonfeed.org/version/1.1\",\n  \"title\": \"Tea & 茶\"",
     '  "title": "Tea", "version": "https://jsonfeed.org/version/1.1"'),
    ("J1", "version/1.1", "version/1"),
    ("J1", '"title": "Tea & 茶",', ""),
    ("J1", '"title": "Tea & 茶",', '"title": "",'),
    ("J1", '"home_page_url": "https://example.org/",', ""),
    ("J1", '"home_page_url": "https://example.org/"', '"home_page_url": "/"'),
    ("J1", '"feed_url": "https://example.org/feed.json",', ""),
    ("J1", "https://example.org/feed.json", "https://example.org/other.json"),
    ("J2", '"items": [', '"_items": {"about": "x"}, "items": ["text",'),
    ("J2 J10", '"items"', '"entries"'),
    ("J2", '"id": "tag:example.org,2026:red",', ""),
    ("J2", '"id": "tag:example.org,2026:red"', '"id": 7'),
    ("J2", '"id": "tag:example.org,2026:red"', '"id": ""'),
    ("J2", '"url": "https://example.org/red/",', ""),
    ("J2", '"url": "https://example.org/red/"', '"url": "red/"'),
    ("J2", '"https://example.org/red.png"', '"red.png"'),
    ("J3", '"content_text": "Red \\ud83c\\udf75",', ""),
    ("J3", '"content_text": "Red \\ud83c\\udf75"', '"content_text": null'),
    ("J3", "Green < black", "<em>Green</em>"),
    ("J3", '"Short"', '"<a href=x>Short</a>"'),
    ("J3", '"Short"', '["Short"]'),
    ("J3", '"Leaves"', '"Leaves<br/>"'),
    ("J3", '"tags": ["Tea"', '"tags": ["<b>Tea</b>"'),
    ("J3", '"authors": [{"name": "Ann"}]', '"authors": [{"name": "<b>Ann</b>"}]'),
    ("J4", "2026-03-05T10:00:00Z", "2026-03-05"),
    ("J4", '"2026-03-05T10:00:00Z"', "1772704800"),
    ("J4", "2026-03-04T10:00:00Z", "Wed, 04 Mar 2026 10:00:00 GMT"),
    ("J5", '"authors": [{"name": "Ann"}]', '"author": {"name": "Ann"}'),
    ("J5", '"authors": [{"name": "Ann"}]', '"authors": {"name": "Ann"}'),
    ("J5", '"authors": [{"name": "Ann"}]', '"authors": ["Ann"]'),
    ("J5", '"authors": [{"name": "Ann"}]', '"authors": [{}]'),
    ("J5", "https://example.org/ann", "ann"),
    ("J6", '"tags": ["Tea", "Tea/Green"]', '"tags": "Tea"'),
    ("J6", '"Tea/Green"]', "7]"),
    ("J6", '"Tea/Green"]', '" "]'),
    ("J6", '"Tea/Green"]', '"Tea"]'),
    ("J6", '"language": "en",', ""),
    ("J6", '"language": "en",', '"language": "english (UK)",'),
    ("J6", '"language": "zh-CN"', '"language": "zh_CN"'),
    ("J6", '"language": "zh-CN"', '"language": "en"'),
    ("J7", '"url": "https://example.org/a.mp3", ', ""),
    ("J7", '"mime_type": "audio/mpeg", ', ""),
    ("J7", '"size_in_bytes": 1024', '"size_in_bytes": "1024"'),
    ("J7", '"size_in_bytes": 1024', '"duration_in_seconds": true'),
    ("J7", '"size_in_bytes": 1024', '"size_in_bytes": -1'),
    ("J7", '"attachments": [\n', '"attachments": ["a.mp3",\n'),
    ("J8", '"type": "WebSub", ', ""),
    ("J8", "https://example.org/hub", "hub"),
    ("J8", '"hubs": [', '"hubs": ["https://example.org/hub", '),
    ("J9", "https://example.org/feed-2.json", "https://example.org/feed.json"),
    ("J9", "https://example.org/feed-2.json", "feed-2.json"),
    ("J9", '"expired": false', '"expired": "no"'),
    ("J10", '"_tea"', '"tea"'),
    ("J10", '"_tea"', '"_1tea"'),
    ("J10", '"_tea"', '"_te.a"'),
    ("J10", '"size": 1', '"si.ze": 1'),
    ("J10", '"about": "https://example.org/about", ', ""),
    ("J10", '"summary": "Short"', '"_tea": {"about": "again"}, "summary": "Short"'),
    ("J10", '"summary": "Short"', '"description": "Short"'),
    ("J10", '"mime_type": "audio/mpeg",', '"mime_type": "audio/mpeg", "length": 1,'),
    ("J10", '"type": "WebSub"', '"type": "WebSub", "topic": "x"'),
    ("J10", '"authors": [{"name": "Ann"}]', '"authors": [{"name": "Ann", "email": "a@e.org"}]'),
    ("J10", "https://example.org/icon.png", "icon.png"),
    ("A10", "tag:example.org,2026:red", "red"),
    ("A11", "tag:example.org,2026:red", "tag:example.org,2026:green"),
    ("A13", "2026-03-05T10:00:00Z", "2026-03-03T10:00:00Z"),
    ("A21", "2026-03-05T10:00:00Z", "2026-03-10T13:00:00Z"),
    ("A15", "</p>", "</p></div>"),
    ("R12", "'https://example.org/'", "'/'"),
    ("X4", "<p>Long", "<p onclick=x>Long"),
    ("X1", "Short", "Sh\\u0008ort"),
    ("X1", "\\udf75", ""),
    ("X1", '"leaves"', '"le\\uffffaves"'),
    ("J1 X1", "Short", "Sh\u0008ort"),
    ("X1", "Leaves", "Lea\ufffeves"),
]  # fmt: skip

OPML_BREAKS: list[Break] = [
    ("O1", "</opml>", ""),
    ("O1", 'opml version="2.0"', 'opml version="1.0"'),
    ("O1", "</head>", "</head><head/>"),
    ("O1", "</body>", '</body><body><outline text="a" type="rss" xmlUrl="https://e.org/"/></body>'),
    ("O1", GOOD_OPML[GOOD_OPML.index("<outline") : GOOD_OPML.index("</body>")], ""),
    ("O1", "<title>All feeds</title>", "<title>All</title><title>feeds</title>"),
    ("O2", 'text="Tags"', 'text=""'),
    ("O2", 'text="Tea" ', ""),
    ("O2", 'text="Tea" type="rss"', 'text="Tea"'),
    ("O2", 'text="Tea" type="rss"', 'text="Tea" type="atom"'),
    ("O2", 'xmlUrl="https://example.org/atom.xml"', ""),
    ("O2", 'xmlUrl="https://example.org/atom.xml"', 'xmlUrl="/atom.xml"'),
    ("O2", 'htmlUrl="https://example.org/tags/tea/"', 'htmlUrl="tags/tea/"'),
    ("O2", 'language="en"', 'language="en_GB"'),
    ("O3", 'text="Tags"', 'text="Tags" xmlUrl="https://example.org/tags/atom.xml"'),
    ("O3", 'text="Tags"', 'text="Tags" type="rss"'),
    ("O3", "<dateCreated>Thu,", "<dateCreated>Fri,"),
    ("O3", 'created="Thu, 05 Mar 2026', 'created="2026-03-05'),
    ("O1 X1", 'text="Tea"', 'text="Te&#1;a"'),
    ("X2", "All feeds", "<![CDATA[All feeds]]>"),
]  # fmt: skip
