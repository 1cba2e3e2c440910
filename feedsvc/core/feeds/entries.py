"""From what an author wrote to what a subscriber reads: Post -> Entry."""

import hashlib
import json
import re
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from functools import cached_property
from html import escape, unescape
from typing import Final
from urllib.parse import quote

from feedsvc.core.dates import rfc3339
from feedsvc.core.languages import language_tag
from feedsvc.core.markdown.markdown import (
    TooDeepError,
    html_of,
    html_until_more,
    safe_html,
)
from feedsvc.core.media import Enclosure
from feedsvc.core.people import Person
from feedsvc.core.posts.post import Post
from feedsvc.core.problems import Problem
from feedsvc.core.site import Site
from feedsvc.core.text import plain, summary_of, words_of

SUMMARY_LENGTH: Final = 200  # graphemes, where the author gives no summary
MOST_SUMMARY: Final = 2000  # graphemes, where the author gives one
_SHORT: Final = 500  # characters, where the summary stands for the whole
_HEAD: Final = 2000  # characters of content that nearly always hold a summary

_FOOTNOTES = re.compile(  # marks in the text, and the notes at its end
    r'<sup><a href="#[^"]*-fn-[^"]*"[^>]*>[^<]*</a></sup>'
    r'|<section>\s*<ol>\s*<li id="[^"]*-fn-.*</section>',
    re.DOTALL,
)
_FOOTNOTE_MARK = re.compile(r'<sup class="footnote-ref"[^<>]*><a [^<>]*>[^<]*</a></sup>')
_IMAGE = re.compile(r'<img\b[^>]*? src="(https?://[^"]+)"')
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Entry:
    """What a subscriber reads. `permalink` is absolute, `content_html` is safe and complete.

    `published` and `updated` are to the second and keep the offset they were written with;
    `updated` is never before `published`. `authors` is never empty, nor is `language`, unless
    the entry was kept by a feedsvc that knew no feeds of languages. `image` is the absolute URL
    of the lead image. `feeds` are the feeds that hold it, where not all of its topics do: words
    for kinds (`site`, `tags`, `categories`, `authors`, `languages`) and paths (`tags/AI`).
    `content` is `full` or `summary` where the post itself decides; in a Feed it is `summary`
    where `content_html` is no more than that and a link.
    """

    id: str
    permalink: str
    title: str
    summary: str
    content_html: str
    published: datetime
    updated: datetime
    language: str
    tags: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    authors: tuple[Person, ...]
    enclosures: tuple[Enclosure, ...] = ()
    image: str = ""
    feeds: tuple[str, ...] | None = None
    content: str = ""

    @cached_property
    def digest(self) -> str:
        """Changes when anything that a subscriber sees of the entry does."""
        seen = [
            *(self.id, self.permalink, self.title, self.summary, self.content_html),
            *(rfc3339(self.published), rfc3339(self.updated), self.language),
            *(self.tags, self.categories, [(a.name, a.uri, a.email) for a in self.authors]),
            # Not an enclosure's file: where it lies on our disk is nobody's business.
            [astuple(replace(enclosure, file="")) for enclosure in self.enclosures],
            *(self.image, self.feeds, self.content),
        ]
        return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def new_id(key: str, site: Site) -> str:
    """The id that a post with this key gets at its first publication: an absolute URI.

    A guid that is a URI or a UUID is taken as it is; all else becomes a tag URI (RFC 4151).
    """
    kind, _, name = key.partition(":")
    if kind == "guid":
        if _UUID.fullmatch(name):
            return f"urn:uuid:{name.lower()}"
        if _URI.fullmatch(name):
            return name
        return f"tag:{site.tag_authority}:guid:{quote(name, safe='')}"
    # A path begins with a slash and a slug never does: the two cannot meet.
    specific = ("/" if kind == "path" else "") + quote(name, safe="/")
    return f"tag:{site.tag_authority}:{specific}"


def compose(post: Post, site: Site, entry_id: str, published: datetime) -> Entry | Problem:
    """The entry of a post under its pinned id and first date of publication."""
    named = f"{post.title} {rfc3339(post.published)}"  # not the id: a rename changes nothing
    prefix = "e" + hashlib.sha256(named.encode()).hexdigest()[:6] + "-"
    try:
        rough = post.body if post.is_html else html_of(post.body)
        content = safe_html(rough, post.permalink, prefix)
    except TooDeepError as error:
        return Problem(
            post.path, 0, str(error), "close the tags that stay open", code="too-deep"
        )
    except BaseException as error:  # a panic in comrak or nh3 is no Exception to Python
        if type(error).__name__ != "PanicException":
            raise
        return Problem(
            post.path, 0, f"its text cannot be read: {error}", "simplify it", code="bug"
        )
    summary = _summary(post, rough, content)
    return Entry(
        id=entry_id,
        permalink=post.permalink,
        title=post.title,
        summary="" if "<" not in content and summary == unescape(content) else summary,
        content_html=content,
        published=published,
        updated=max(published, post.updated or published),
        language=language_tag(post.language or site.language),
        tags=post.tags,
        categories=post.categories,
        authors=post.authors or (Person(site.author),),
        enclosures=post.enclosures,
        image=post.image or (_first_image(content) if site.rules.lead_image else ""),
        feeds=post.feeds,
        content=post.content,
    )


def _first_image(content: str) -> str:
    found = _IMAGE.search(content)
    return unescape(found[1]) if found else ""


def _summary(post: Post, rough: str, content: str) -> str:
    if post.summary:
        return summary_of(post.summary, MOST_SUMMARY)
    excerpt = html_until_more(rough)
    words = plain(_FOOTNOTE_MARK.sub("", excerpt)) if excerpt else ""
    if words:
        return summary_of(words, MOST_SUMMARY)
    if "-fn-" in content:
        content = _FOOTNOTES.sub("", content)
    head = content[:_HEAD]
    if head.rfind("<") > head.rfind(">"):  # the cut went through a tag
        head = head[: head.rfind("<")]
    words = words_of(head)
    summary = summary_of(words, SUMMARY_LENGTH)
    if summary == words and len(head) < len(content):  # hardly any text among the tags
        summary = summary_of(words_of(content), SUMMARY_LENGTH)
    return summary


def with_summary_only(entry: Entry) -> Entry:
    """The entry as a feed of summaries shows it: its summary and a link for content."""
    words = f"<p>{escape(entry.summary)}</p>" if entry.summary else ""
    link = escape(entry.permalink)
    more = f'<p><a href="{link}">{link}</a></p>'
    return replace(entry, content_html=words + more, content="summary")


def cut_short(entry: Entry) -> Entry:
    """The entry with a part of its summary: it is too large for any feed."""
    summary = summary_of(entry.summary, _SHORT)[:_SHORT]  # a grapheme may be of any length
    return with_summary_only(replace(entry, summary=summary))
