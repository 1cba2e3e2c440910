"""The feeds that other generators write of the posts of a test, in their documented formats."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from html import escape
from typing import Final

from tests.support.writing import PostFolder

_FIRST_DAY: Final = datetime(2020, 1, 2, 9, 30, tzinfo=timezone(timedelta(hours=8)))
_ATOM: Final = 'xmlns="http://www.w3.org/2005/Atom"'
_CONTENT: Final = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'


@dataclass(frozen=True)
class BlogPost:
    """A post of a blog that moves, number 1 being the first."""

    number: int

    @property
    def title(self) -> str:
        return f"Tea & cake, part {self.number}"

    @property
    def slug(self) -> str:
        return f"tea-{self.number}"

    @property
    def published(self) -> datetime:
        return _FIRST_DAY + timedelta(days=9 * self.number)

    @property
    def html(self) -> str:
        return f"<p>Brewed {self.number} times.</p>"


def write_posts(posts: PostFolder, count: int, **more: str) -> list[BlogPost]:
    """Write so many posts, as Markdown; the newest comes first in the list."""
    blog = [BlogPost(number) for number in range(count, 0, -1)]
    for post in blog:
        write_post(posts, post, **more)
    return blog


def write_post(posts: PostFolder, post: BlogPost, body: str = "", **more: str) -> None:
    """Write one post, for example once more after an edit; with `more` front matter."""
    fields = {"title": f'"{post.title}"', "slug": post.slug}
    fields["date"] = f"{post.published:%Y-%m-%d %H:%M:%S}"
    posts.write(f"{post.slug}.md", body or f"Brewed {post.number} times.", **fields | more)


def dated(site: str, post: BlogPost) -> str:
    """The usual address of a post in Hexo, and of one in WordPress."""
    return f"{site}/{post.published:%Y/%m/%d}/{post.slug}/"


def hexo_atom(site: str, posts: Sequence[BlogPost]) -> str:
    entries = "".join(
        f"""
  <entry>
    <title>{escape(post.title)}</title>
    <link href="{dated(site, post)}"/>
    <id>{dated(site, post)}</id>
    <published>{_iso(post)}</published>
    <updated>{_iso(post)}</updated>
    <content type="html"><![CDATA[{post.html}]]></content>
    <summary type="html">{escape(post.html)}</summary>
  </entry>
"""
        for post in posts
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed {_ATOM}>
  <title>Tea</title>
  <link href="{site}/atom.xml" rel="self"/>
  <link href="{site}/"/>
  <updated>{_iso(posts[0])}</updated>
  <id>{site}/</id>
  <generator uri="https://hexo.io/">Hexo</generator>
{entries}</feed>
"""


def hexo_rss(site: str, posts: Sequence[BlogPost]) -> str:
    items = "".join(
        f"<item><title>{escape(post.title)}</title><link>{dated(site, post)}</link>"
        f"<guid>{dated(site, post)}</guid><pubDate>{_gmt(post)}</pubDate>"
        f"<description>{escape(post.html)}</description></item>"
        for post in posts
    )
    return _rss(site, items)


def jekyll_atom(site: str, posts: Sequence[BlogPost]) -> str:
    """By jekyll-feed: the id is the address without its suffix."""
    entries = "".join(
        f'<entry><title type="html">{escape(escape(post.title))}</title>'
        f'<link href="{_page(site, post)}.html" rel="alternate" type="text/html" />'
        f"<published>{post.published.isoformat()}</published>"
        f"<updated>{post.published.isoformat()}</updated><id>{_page(site, post)}</id>"
        f'<content type="html" xml:base="{_page(site, post)}.html"><![CDATA[{post.html}]]>'
        "</content></entry>"
        for post in posts
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><feed {_ATOM} >'
        '<generator uri="https://jekyllrb.com/" version="4.3.2">Jekyll</generator>'
        f'<link href="{site}/feed.xml" rel="self" type="application/atom+xml" />'
        f'<link href="{site}/" rel="alternate" type="text/html" />'
        f"<updated>{posts[0].published.isoformat()}</updated><id>{site}/feed.xml</id>"
        f'<title type="html">Tea</title>{entries}</feed>'
    )


def jekyll_rss(site: str, posts: Sequence[BlogPost]) -> str:
    """By a template of its own: jekyll-feed has no RSS. The id is the address."""
    items = "".join(
        f"<item><title>{escape(post.title)}</title>"
        f"<description>{escape(post.html)}</description>"
        f"<pubDate>{format_datetime(post.published)}</pubDate>"
        f"<link>{_page(site, post)}.html</link>"
        f'<guid isPermaLink="true">{_page(site, post)}.html</guid></item>'
        for post in posts
    )
    return _rss(site, items)


def hugo_atom(site: str, posts: Sequence[BlogPost]) -> str:
    """By an output format of its own with the base name `atom`: Hugo's is RSS."""
    entries = "".join(
        f"""
  <entry>
    <title type="html">{escape(escape(post.title))}</title>
    <link href="{site}/posts/{post.slug}/" rel="alternate" type="text/html"/>
    <id>{site}/posts/{post.slug}/</id>
    <published>{post.published.isoformat()}</published>
    <updated>{post.published.isoformat()}</updated>
    <content type="html">{escape(post.html)}</content>
  </entry>"""
        for post in posts
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed {_ATOM}>
  <title>Tea</title>
  <link href="{site}/atom.xml" rel="self" type="application/atom+xml"/>
  <link href="{site}/" rel="alternate" type="text/html"/>
  <updated>{posts[0].published.isoformat()}</updated>
  <author><name>li</name></author>
  <id>{site}/</id>{entries}
</feed>
"""


def hugo_rss(site: str, posts: Sequence[BlogPost]) -> str:
    items = "".join(
        f"""
    <item>
      <title>{escape(post.title)}</title>
      <link>{site}/posts/{post.slug}/</link>
      <pubDate>{format_datetime(post.published)}</pubDate>
      <guid>{site}/posts/{post.slug}/</guid>
      <description>{escape(post.html)}</description>
    </item>"""
        for post in posts
    )
    return _rss(site, items)


def wordpress_rss(site: str, posts: Sequence[BlogPost]) -> str:
    items = "".join(
        f"""
	<item>
		<title>{escape(post.title)}</title>
		<link>{dated(site, post)}</link>
		<dc:creator><![CDATA[li]]></dc:creator>
		<pubDate>{_gmt(post, "+0000")}</pubDate>
		<guid isPermaLink="false">{site}/?p={100 + 7 * post.number}</guid>
		<description><![CDATA[{post.html}]]></description>
		<content:encoded><![CDATA[{post.html}]]></content:encoded>
	</item>"""
        for post in posts
    )
    return _rss(site, items)


def wordpress_atom(site: str, posts: Sequence[BlogPost]) -> str:
    entries = "".join(
        f"""
	<entry>
		<author><name>li</name></author>
		<title type="html"><![CDATA[{escape(post.title)}]]></title>
		<link rel="alternate" type="text/html" href="{dated(site, post)}" />
		<id>{site}/?p={100 + 7 * post.number}</id>
		<updated>{_iso(post, "Z")}</updated>
		<published>{_iso(post, "Z")}</published>
		<content type="html" xml:base="{dated(site, post)}"><![CDATA[{post.html}]]></content>
	</entry>"""
        for post in posts
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?><feed {_ATOM} xml:lang="en-US">
	<title type="text">Tea</title>
	<updated>{_iso(posts[0], "Z")}</updated>
	<link rel="alternate" type="text/html" href="{site}" />
	<id>{site}/feed/atom/</id>
	<link rel="self" type="application/atom+xml" href="{site}/feed/atom/" />{entries}
</feed>
"""


def wordpress_export(site: str, posts: Sequence[BlogPost], more: str = "") -> str:
    """A WXR file; `more` are further items."""
    items = "".join(
        wxr_item(site, post.number, post.title, dated(site, post), _gmt(post, "+0000"))
        for post in posts
    )
    return f"""<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" {_CONTENT}
	xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Tea</title><link>{site}</link><wp:wxr_version>1.2</wp:wxr_version>
{items}{more}</channel></rss>
"""


def wxr_item(
    site: str,
    number: int,
    title: str,
    link: str,
    date: str,
    kind: str = "post",
    status: str = "publish",
) -> str:
    return f"""
	<item>
		<title><![CDATA[{title}]]></title>
		<link>{link}</link>
		<pubDate>{date}</pubDate>
		<dc:creator><![CDATA[li]]></dc:creator>
		<guid isPermaLink="false">{site}/?p={100 + 7 * number}</guid>
		<content:encoded><![CDATA[<p>Text.</p>]]></content:encoded>
		<wp:post_id>{100 + 7 * number}</wp:post_id>
		<wp:post_name><![CDATA[tea-{number}]]></wp:post_name>
		<wp:status><![CDATA[{status}]]></wp:status>
		<wp:post_type><![CDATA[{kind}]]></wp:post_type>
		<wp:postmeta><wp:meta_key><![CDATA[x]]></wp:meta_key></wp:postmeta>
	</item>"""


def _rss(site: str, items: str) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" {_CONTENT} xmlns:dc="http://purl.org/dc/elements/1.1/">
  <channel>
    <title>Tea</title>
    <link>{site}/</link>
    <description>Tea</description>{items}
  </channel>
</rss>
"""


def _page(site: str, post: BlogPost) -> str:
    return f"{site}/{post.published:%Y/%m/%d}/{post.slug}"


def _iso(post: BlogPost, zone: str = ".000Z") -> str:
    return f"{post.published.astimezone(UTC):%Y-%m-%dT%H:%M:%S}{zone}"


def _gmt(post: BlogPost, zone: str = "GMT") -> str:
    return format_datetime(post.published.astimezone(UTC)).replace("+0000", zone)


Write = Callable[[str, Sequence[BlogPost]], str]  # a feed by the URL of its site
