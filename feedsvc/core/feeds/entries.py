"""Post -> Entry: what an author wrote becomes what a subscriber reads.

An entry is complete: ids, safe HTML and summary are decided here, so that the writers of the
formats decide nothing.
"""

import hashlib
import json
import re
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from html import escape, unescape
from typing import Final
from urllib.parse import quote

from feedsvc.core.dates import rfc3339
from feedsvc.core.html.first_words import first_words
from feedsvc.core.html.links import absolute
from feedsvc.core.html.repeated_title import without_title
from feedsvc.core.html.scanner import TooDeepError
from feedsvc.core.html.source_targets import (
    AT_ROOT,
    marked_links,
    source_target,
    with_addresses,
    without_root_in_words,
)
from feedsvc.core.languages import language_tag
from feedsvc.core.media import Enclosure, podcast_image
from feedsvc.core.people import Person
from feedsvc.core.podcasts.episode import NO_EPISODE, Episode
from feedsvc.core.posts.post import Post
from feedsvc.core.problems import Problem
from feedsvc.core.site import Site
from feedsvc.core.text import summary_of

AUDIO: Final = "+audio"  # ends the digest of an entry with an audio file
NOTICE: Final = "+notice"  # ends the digest of an entry that is a notice
SUMMARY_LENGTH: Final = 200  # graphemes of a summary that we make
MOST_SUMMARY: Final = 2000  # graphemes of a summary that the author wrote
_SHORT: Final = 500  # characters of a summary that replaces a too large content
_HEAD: Final = 1000  # characters of content that nearly always hold enough words

_FOOTNOTES = re.compile(  # references in the text, and the notes at its end
    r'<sup><a href="#[^"]*-fn-[^"]*"[^>]*>[^<]*</a></sup>'
    r'|<section>\s*<ol>\s*<li id="[^"]*-fn-.*</section>',
    re.DOTALL,
)
_FOOTNOTE_MARK = re.compile(r'<sup class="footnote-ref"[^<>]*><a [^<>]*>[^<]*</a></sup>')
# Anything that readers show: text, or a picture, sound or film.
_SHOWN = re.compile(
    r"(?:\A|>)(?:\s|&nbsp;|\u200b|\ufeff)*+[^<\s]|<(?:img|picture|video|audio)\b"
)
_IMAGE = re.compile(r'<img\b[^>]*? src="(https?://[^"]+)"')
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class SourceLink:
    """A link to a source file or a list of posts, as `written` in the content.

    `text` is its text in the file, at `line` and `column`.
    """

    written: str
    line: int = 1
    column: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """The content of an entry in which `links` are marked: see `source_targets`."""

    content_html: str
    links: tuple[SourceLink, ...]


@dataclass(frozen=True)
class Entry:
    """What a subscriber reads: the same in every format.

    - `permalink` and `image` (the lead image) are absolute URLs.
    - `content_html` is safe and complete.
    - `published` and `updated` have whole seconds and the UTC offset that the author wrote.
      `updated` is never before `published`.
    - `authors` is never empty. `language` is empty only in entries that a version without
      language feeds stored.
    - `feeds` limits the feeds that hold the entry; None means the feeds of all its topics. It
      holds kinds (`site`, `tags`, `categories`, `authors`, `languages`) and paths (`tags/AI`).
    - `content` is `full` or `summary` if the post itself decides. In a Feed, `summary` means
      that `content_html` holds only the summary and a link.
    - `rss_guid` is an adopted id that is no absolute IRI: RSS and JSON Feed have it in place of
      the id. Empty for most entries.
    - `license` is the entry's own licence: an SPDX identifier or a URL. Empty for most entries,
      which have that of the site.
    - `episode` is what podcast apps show of an entry with an audio file; empty in all others.
    - An entry that `is_notice` says that its post was retracted: see Retraction.
    - `unresolved` is the content before links to other posts were resolved; None if there are
      none. Until they are, `content_html` has only their words.
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
    rss_guid: str = ""
    license: str = ""
    episode: Episode = NO_EPISODE
    is_notice: bool = False
    unresolved: Unresolved | None = field(default=None, compare=False, repr=False)

    @cached_property
    def digest(self) -> str:
        """A hash that changes when anything changes that a subscriber can see.

        It ends with a mark if the entry has an audio file (see `feed_digest`) or is a notice.
        """
        own = {}
        if self.episode is not NO_EPISODE:
            own = self.episode.without_files().to_dict()
        visible = [
            *(self.id, self.permalink, self.title, self.summary, self.content_html),
            *(rfc3339(self.published), rfc3339(self.updated), self.language),
            *(self.tags, self.categories, [(a.name, a.uri, a.email) for a in self.authors]),
            # Without the path of the file on our disk, which no subscriber sees.
            [astuple(replace(enclosure, file="")) for enclosure in self.enclosures],
            *(self.image, self.feeds, self.content),
            # Each only if there is one, so that the digests of other entries stay.
            *([self.rss_guid] if self.rss_guid else []),
            *([["license", self.license]] if self.license else []),
            *([["episode", own]] if own else []),
        ]
        digest = hashlib.sha256(json.dumps(visible).encode()).hexdigest()
        return digest + (AUDIO if self.has_audio else NOTICE if self.is_notice else "")

    @property
    def placed_at(self) -> datetime:
        """The date by which feeds order it: a notice is among the newest, so readers see it."""
        return self.updated if self.is_notice else self.published

    @property
    def has_audio(self) -> bool:
        """True if an audio file is attached."""
        return any(enclosure.medium == "audio" for enclosure in self.enclosures)


def new_id(key: str, site: Site) -> str:
    """The id that a post with this key gets when it is first published: an absolute URI.

    A guid that is a URI or a UUID is the id. All other keys become a tag URI (RFC 4151).
    """
    kind, _, name = key.partition(":")
    if kind == "guid":
        if _UUID.fullmatch(name):
            return f"urn:uuid:{name.lower()}"
        if _URI.fullmatch(name):
            return name
        return f"tag:{site.tag_authority}:guid:{quote(name, safe='')}"
    # A path begins with a slash and a slug never does, so their ids never clash.
    specific = ("/" if kind == "path" else "") + quote(name, safe="/")
    return f"tag:{site.tag_authority}:{specific}"


def compose(post: Post, site: Site, entry_id: str, published: datetime) -> Entry | Problem:
    """The entry of a post. Its id and its first publication date come from the store."""
    html = _html_of(post, site)
    if isinstance(html, Problem):
        return html
    unresolved = None
    if links := marked_links(html.safe):
        unresolved = Unresolved(
            html.safe, tuple(SourceLink(w, text=w.rpartition(AT_ROOT)[2]) for w in links)
        )
        html = replace(html, safe=with_addresses(html.safe, partial(_own_address, post)))
    summary = _summary(post, html)
    is_whole_content = "<" not in html.safe and summary == unescape(html.safe)
    content = html.safe
    if not _SHOWN.search(content) and post.content != "summary":
        content, unresolved = _in_place_of_text(post), None
    return Entry(
        id=entry_id,
        permalink=post.permalink,
        title=post.title,
        summary="" if is_whole_content else summary,
        content_html=content,
        published=published,
        updated=max(published, post.updated or published),
        language=language_tag(post.language or site.language),
        tags=post.tags,
        categories=post.categories,
        authors=post.authors or (Person(site.author),),
        enclosures=post.enclosures,
        image=post.image or (_first_image(html.safe) if site.rules.lead_image else ""),
        feeds=post.feeds,
        content=post.content,
        license=post.license,
        episode=_episode(post),
        unresolved=unresolved,
    )


def _episode(post: Post) -> Episode:
    """The post as an episode. Its own lead image is its picture, if Apple allows the type."""
    if any(enclosure.medium == "audio" for enclosure in post.enclosures):
        return replace(post.episode, image=podcast_image(post.image))
    return NO_EPISODE


def _in_place_of_text(post: Post) -> str:
    """The content of a post without a body: its summary, else its picture, else a link."""
    if post.summary:
        return f"<p>{escape(post.summary, quote=False)}</p>"
    if post.image:
        return f'<p><img src="{escape(post.image)}" alt=""></p>'
    link = escape(post.permalink)
    return f'<p><a href="{link}">{link}</a></p>'


@dataclass(frozen=True, slots=True)
class _Html:
    """The body of a post as safe HTML, and the part of it before the more marker."""

    safe: str
    excerpt: str


def _html_of(post: Post, site: Site) -> _Html | Problem:
    # Most processes that have entries compose none: the store and the web server import less.
    from feedsvc.core.markdown.markdown import html_of, html_until_more

    # The prefix must not depend on the id: a renamed file keeps its bytes.
    named = f"{post.title} {rfc3339(post.published)}"
    prefix = "e" + hashlib.sha256(named.encode()).hexdigest()[:6] + "-"
    try:
        rough = post.body if post.is_html else html_of(post.body, site.rules.generator)
        excerpt = None if post.summary else html_until_more(rough)
        if excerpt:
            excerpt = _safe_html(_FOOTNOTE_MARK.sub("", excerpt), post, prefix)
        return _Html(_safe_html(rough, post, prefix), excerpt or "")
    except TooDeepError as error:
        cure = "close each tag where its text ends, use fewer tags, or split the post"
        return Problem(post.path, 0, str(error), cure, code="too-deep")
    except BaseException as error:  # pyo3 raises a panic of comrak or nh3 as BaseException
        if type(error).__name__ != "PanicException":
            raise
        fault = f"its text cannot be converted to HTML: {error}"
        return Problem(post.path, 0, fault, "simplify the text", code="bug")


def _safe_html(rough: str, post: Post, prefix: str) -> str:
    from feedsvc.core.html.sanitise import safe_html

    safe = without_root_in_words(safe_html(rough, post.permalink, prefix))
    return without_title(safe, post.title, post.permalink)


def _own_address(post: Post, written: str) -> str | None:
    """The address of a link that may name a post, until that is known."""
    target = source_target(written)
    is_address = target is not None and target.may_be_address
    return absolute(post.permalink, written) if is_address else None


def _first_image(content: str) -> str:
    match = _IMAGE.search(content)
    return unescape(match[1]) if match else ""


def _summary(post: Post, html: _Html) -> str:
    """The author's summary, else the text before the more marker, else the first words."""
    if post.summary:
        return summary_of(post.summary, MOST_SUMMARY)
    words = first_words(html.excerpt, post.title, post.permalink)
    if words:
        return summary_of(words, MOST_SUMMARY)
    return _beginning(post, html.safe)


def _beginning(post: Post, content: str) -> str:
    """The first words of the content. Its head nearly always holds enough of them."""
    if "-fn-" in content:
        content = _FOOTNOTES.sub("", content)
    head = content[:_HEAD]
    if head.rfind("<") > head.rfind(">"):  # the cut is inside a tag
        head = head[: head.rfind("<")]
    words = first_words(head, post.title, post.permalink)
    summary = summary_of(words, SUMMARY_LENGTH)
    if summary == words and len(head) < len(content):  # the head holds too little text
        words = first_words(content, post.title, post.permalink)
        summary = summary_of(words, SUMMARY_LENGTH)
    return summary


def with_summary_only(entry: Entry) -> Entry:
    """The entry for a feed of summaries: the content is the summary and a link."""
    words = f"<p>{escape(entry.summary)}</p>" if entry.summary else ""
    link = escape(entry.permalink)
    more = f'<p><a href="{link}">{link}</a></p>'
    return replace(entry, content_html=words + more, content="summary")


def cut_short(entry: Entry) -> Entry:
    """The entry with a short summary as content, for an entry that is too large for a feed."""
    summary = summary_of(entry.summary, _SHORT)[:_SHORT]  # a grapheme can be long
    return with_summary_only(replace(entry, summary=summary))
