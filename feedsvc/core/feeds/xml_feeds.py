"""Atom 1.0 and RSS 2.0: Feed -> bytes. The only module that uses feedgen.

It works around these faults of feedgen 1.0.0:
- Atom links of an entry lose rel, type and length: we write them again;
- RSS has only the last link and `self`: we add the links to hubs and archive pages;
- xml:base and the language of an entry are missing: we set them on the elements;
- RSS dates use `setlocale`, which is not thread-safe: we replace the function;
- `updated` and `lastBuildDate` default to the current time: we always set both;
- one character that XML forbids fails the whole feed: core.text.legal removes them earlier;
- building the elements of an entry takes long: see xml_patterns.
"""

import html
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import lxml.etree  # before feedgen, which uses it without importing it
from feedgen import entry as feedgen_entry
from feedgen import feed as feedgen_feed
from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator

from feedsvc.core import addresses
from feedsvc.core.dates import rfc822
from feedsvc.core.feeds.deletions.tombstones import TOMBSTONES, tombstone_xml
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import Feed
from feedsvc.core.feeds.podcasts.episode_tags import (
    ITUNES,
    PODCAST,
    add_episode,
    add_transcript,
    audio_first,
    episode_rows,
    rss_type,
    transcript_rows,
    uses_itunes,
    with_short_description,
    within,
)
from feedsvc.core.feeds.podcasts.show_tags import add_show
from feedsvc.core.feeds.xml_patterns import Patterns
from feedsvc.core.licences.licences import licence_address, licence_name
from feedsvc.core.media import channel_image, image_type, podcast_guid
from feedsvc.core.people import Person
from feedsvc.core.site import Site

_XML: Final = "{http://www.w3.org/XML/1998/namespace}"
_ATOM: Final = "http://www.w3.org/2005/Atom"
_CONTENT: Final = "http://purl.org/rss/1.0/modules/content/"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_MEDIA: Final = "http://search.yahoo.com/mrss/"
_CREATIVE_COMMONS: Final = "http://backend.userland.com/creativeCommonsRssModule"
_HISTORY: Final = "http://purl.org/syndication/history/1.0"
_RSS_TYPE: Final = "application/rss+xml"
_RSS_REFERENCES: Final = {"&amp;": "&#x26;", "&lt;": "&#x3C;"}
_ANY_DATE: Final = datetime(2026, 1, 1, tzinfo=UTC)  # feedgen wants one; we write the texts
_Rows = tuple[tuple[str, ...], ...]

feedgen_feed.formatRFC2822 = rfc822
feedgen_entry.formatRFC2822 = rfc822


class _AtomTexts(NamedTuple):
    """What an Atom entry says. `only_summary` is not written: it is set or empty."""

    id: str
    title: str
    permalink: str
    published: str
    updated: str
    content_html: str
    only_summary: str
    summary: str
    language: str  # if it is not that of the feed
    image: str
    image_type: str
    license: str  # its URL
    rights: str
    authors: _Rows  # name, e-mail address, URI
    categories: _Rows  # term, label, scheme
    enclosures: _Rows  # href, media type, length


class _RssTexts(NamedTuple):
    """What an RSS item says."""

    guid: str
    title: str
    permalink: str
    published: str
    content_html: str
    summary: str
    contact: str
    image: str
    image_type: str
    license: str  # its URL
    creators: _Rows  # name
    categories: _Rows  # label, scheme
    enclosures: _Rows  # href, length, media type, duration
    media: _Rows  # href, media type, medium, length, duration
    episode: _Rows  # see add_episode; one row or none
    transcripts: _Rows  # href, media type, language, rel


def atom_document(feed: Feed) -> bytes:
    """The feed as Atom 1.0 (RFC 4287)."""
    generator = FeedGenerator()
    generator.register_extension("mended", _AtomFeed, rss=False)
    generator.subtitle(feed.site.subtitle)
    generator.author({"name": feed.site.author, "email": feed.site.email or None})
    generator.icon(feed.site.icon or None)
    generator.logo(feed.site.logo or None)
    _fill(generator, feed, "atom", "application/atom+xml")
    if feed.site.license:
        generator.link(href=licence_address(feed.site.license), rel="license")
    entries = b"".join(_ATOM_ENTRIES.written(_atom_texts(e, feed)) for e in feed.entries)
    deleted = b"".join(map(tombstone_xml, feed.deleted))
    return _with_entries(generator.atom_str(pretty=True), entries + deleted, b"</feed>")


def rss_document(feed: Feed) -> bytes:
    """The feed as RSS 2.0, following the profile of the RSS Advisory Board.

    `&` and `<` in text are written as `&#x26;` and `&#x3C;`. XML parsers see no difference, but
    the profile found that more readers show plain text correctly in this form.
    """
    generator = FeedGenerator()
    generator.register_extension("mended", _RssFeed, atom=False)
    generator.description(within(feed.description) if feed.is_podcast else feed.description)
    generator.lastBuildDate(feed.updated)
    if image := channel_image(feed.site.logo, feed.site.icon):
        generator.image(image, title=feed.title, link=feed.home_page)
    _fill(generator, feed, "rss", _RSS_TYPE)
    document: bytes = generator.rss_str(pretty=True)
    for reference, other in _RSS_REFERENCES.items():
        document = document.replace(reference.encode(), other.encode())
    items = b"".join(_RSS_ITEMS.written(_rss_texts(e, feed.site)) for e in feed.entries)
    return _with_entries(document, items, b"  </channel>")


def _fill(generator: FeedGenerator, feed: Feed, format_name: str, media_type: str) -> None:
    generator.mended.of(feed)
    generator.id(feed.id)
    generator.title(feed.title)
    generator.language(feed.language)
    generator.generator("feedsvc")
    generator.updated(feed.updated)
    generator.rights(feed.rights or None)
    generator.link(href=feed.self_link(format_name), rel="self", type=media_type)
    for hub in feed.site.hubs:
        generator.link(href=hub, rel="hub")
    for rel, href in feed.history_links(format_name):
        generator.link(href=href, rel=rel, type=media_type)
    generator.link(href=feed.home_page, rel="alternate", type="text/html")


def _paging_mark(feed: Feed) -> str:
    """The name of the element that says what the document is (RFC 5005 §2, §4); or empty."""
    if feed.paging.page:
        return "archive"
    return "complete" if feed.paging.is_complete else ""


def _with_entries(document: bytes, entries: bytes, end_tag: bytes) -> bytes:
    """The document of a feed without entries, with these entries before an end tag."""
    head, _, tail = document.rpartition(end_tag)
    return b"".join([head, entries, end_tag, tail])


class _AtomFeed(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """The parts of an Atom feed that feedgen does not write."""

    def of(self, feed: Feed) -> None:
        self._feed = feed

    def extend_ns(self) -> dict[str, str]:
        has_images = any(entry.image for entry in self._feed.entries)
        namespaces = {"media": _MEDIA} if has_images else {}
        namespaces |= {"at": TOMBSTONES} if self._feed.deleted else {}
        return namespaces | ({"fh": _HISTORY} if _paging_mark(self._feed) else {})

    def extend_atom(self, feed: Any) -> Any:
        feed.find("updated").text = _iso(self._feed.updated)
        if mark := _paging_mark(self._feed):
            lxml.etree.SubElement(feed, f"{{{_HISTORY}}}{mark}")
        return feed


class _RssFeed(BaseExtension):  # type: ignore[misc]  # likewise
    """Further namespaces, each only if the feed uses it; links, podcast tags, its history."""

    def of(self, feed: Feed) -> None:
        is_media = any(entry.image or entry.enclosures[1:] for entry in feed.entries)
        self._feed = feed
        self._links = [
            *({"href": hub, "rel": "hub"} for hub in feed.site.hubs),
            *(
                {"href": href, "rel": rel, "type": _RSS_TYPE}
                for rel, href in feed.history_links("rss")
            ),
        ]
        self._namespaces = {"dc": _DC}
        self._mark = _paging_mark(feed)
        self._namespaces |= {"fh": _HISTORY} if self._mark else {}
        self._namespaces |= {"media": _MEDIA} if is_media else {}
        if feed.is_podcast or any(map(uses_itunes, feed.entries)):
            self._namespaces["itunes"] = ITUNES
        self._guid = ""
        if any(entry.has_audio for entry in feed.entries):
            self._namespaces["podcast"] = PODCAST
            self._guid = podcast_guid(feed.id)
        self._license = licence_address(feed.site.license)
        if self._license or any(entry.license for entry in feed.entries):
            self._namespaces["creativeCommons"] = _CREATIVE_COMMONS

    def extend_ns(self) -> dict[str, str]:
        return self._namespaces

    def extend_rss(self, rss: Any) -> Any:
        self_link = rss.find(f"channel/{{{_ATOM}}}link")
        for link in reversed(self._links):
            self_link.addnext(lxml.etree.Element(f"{{{_ATOM}}}link", link))
        if self._guid:
            guid = lxml.etree.SubElement(rss.find("channel"), f"{{{PODCAST}}}guid")
            guid.text = self._guid
        if self._feed.is_podcast:
            add_show(rss.find("channel"), self._feed)
        if self._license:
            _add_license(rss.find("channel"), self._license)
        if self._mark:
            lxml.etree.SubElement(rss.find("channel"), f"{{{_HISTORY}}}{self._mark}")
        return rss


def _atom_texts(entry: Entry, feed: Feed) -> _AtomTexts:
    only_summary = entry.content == "summary"  # RFC 4287 §4.1.3: content is the full text
    return _AtomTexts(
        id=entry.id,
        title=entry.title,
        permalink=entry.permalink,
        published=_iso(entry.published),
        updated=_iso(entry.updated),
        content_html=entry.content_html,
        only_summary="yes" if only_summary else "",
        summary="" if only_summary else entry.summary,
        language=entry.language if entry.language != feed.language else "",
        image=entry.image,
        image_type=image_type(entry.image),
        license=licence_address(entry.license),
        rights=licence_name(entry.license),
        authors=tuple((a.name, a.addr_spec, a.uri) for a in entry.authors),
        categories=_categories(entry, feed.site),
        enclosures=tuple((e.href, e.media_type, _number(e.length)) for e in entry.enclosures),
    )


def _rss_texts(entry: Entry, site: Site) -> _RssTexts:
    entry = with_short_description(entry)
    enclosures = audio_first(entry)
    # Readers parse a description as HTML, so plain text must be escaped once more.
    summary = html.escape(entry.summary, quote=False) if entry.content != "summary" else ""
    contact = _contact(entry.authors[0]) if len(entry.authors) == 1 else ""
    labels = dict.fromkeys((label, scheme) for _, label, scheme in _categories(entry, site))
    return _RssTexts(
        guid=entry.rss_guid or entry.id,
        title=entry.title,
        permalink=entry.permalink,
        published=rfc822(entry.published),
        content_html=entry.content_html,
        summary=summary,
        contact=contact,
        image=entry.image,
        image_type=image_type(entry.image),
        license=licence_address(entry.license),
        creators=() if contact else tuple((author.name,) for author in entry.authors),
        categories=tuple(labels),  # "a/b" and "b" below "a" are written once
        enclosures=tuple(
            (e.href, str(e.length or 0), rss_type(e.media_type), _number(e.duration))
            for e in enclosures[:1]  # RSS writes 0 if the length is unknown
        ),
        media=tuple(
            (e.href, e.media_type, e.medium, _number(e.length), _number(e.duration))
            for e in enclosures[1:]
        ),
        episode=episode_rows(entry),
        transcripts=transcript_rows(entry),
    )


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _categories(entry: Entry, site: Site) -> _Rows:
    """Term, label and scheme of each tag and category."""
    rows: list[tuple[str, ...]] = []
    if entry.tags:
        scheme = addresses.url(site.url, "tags/")
        rows += [(addresses.segment(tag), tag, scheme) for tag in entry.tags]
    if entry.categories:
        scheme = addresses.url(site.url, "categories/")
        for names in entry.categories:
            rows.append(("/".join(map(addresses.segment, names)), "/".join(names), scheme))
    return tuple(rows)


def _contact(author: Person) -> str:
    """`mail@host (Name)`; empty without an address, or if the name would break the comment."""
    if not author.addr_spec or set("()\\") & set(author.name):
        return ""
    return f"{author.addr_spec} ({author.name})"


def _new_entry(texts: _AtomTexts | _RssTexts, entry_id: str) -> FeedEntry:
    """An entry of feedgen with the parts that both formats share."""
    added = FeedEntry()
    added.id(entry_id)
    added.title(texts.title)
    added.link(href=texts.permalink)
    added.published(_ANY_DATE)
    added.updated(_ANY_DATE)
    return added


def _atom_entry(texts: _AtomTexts) -> Any:
    """The element of an Atom entry, with the parts that feedgen writes wrongly or not."""
    added = _new_entry(texts, texts.id)
    added.author(
        [{"name": name, "email": email, "uri": uri} for name, email, uri in texts.authors]
    )
    if texts.only_summary:
        added.summary(texts.content_html, type="html")
    else:
        added.content(texts.content_html, type="html")
    if texts.summary:
        added.summary(texts.summary)
    added.category([{"term": t, "label": la, "scheme": s} for t, la, s in texts.categories])
    if texts.rights:
        added.rights(texts.rights)
    element = added.atom_entry()
    element.remove(element.find("link"))
    for link in reversed(_atom_links(texts)):
        element.find("updated").addnext(link)
    element.find("updated").text = texts.updated
    element.find("published").text = texts.published
    content = element.find("content")
    if content is not None:
        content.set(f"{_XML}base", texts.permalink)
    if texts.language:
        element.set(f"{_XML}lang", texts.language)
    _add_image(element, texts.image, texts.image_type)
    return element


def _atom_links(texts: _AtomTexts) -> list[Any]:
    links = [
        lxml.etree.Element("link", rel="alternate", type="text/html", href=texts.permalink)
    ]
    for href, media_type, length in texts.enclosures:
        link = lxml.etree.Element("link", rel="enclosure", type=media_type)
        if length:
            link.set("length", length)
        link.set("href", href)
        links.append(link)
    if texts.license:
        links.append(lxml.etree.Element("link", rel="license", href=texts.license))
    return links


def _rss_item(texts: _RssTexts) -> Any:
    """The element of an RSS item, with authors, enclosures and images as readers support them.

    feedgen uses `content` as the description if there is no summary. RSS allows one `author`,
    which needs an address. An item never has `author` and `dc:creator`: readers would show a
    person twice.
    """
    added = _new_entry(texts, texts.guid)
    added.content(texts.content_html, type="html")
    if texts.summary:
        added.summary(texts.summary)
    added.category([{"term": label, "scheme": scheme} for label, scheme in texts.categories])
    item = added.rss_entry()
    item.find("pubDate").text = texts.published
    if texts.contact:
        lxml.etree.SubElement(item, "author").text = texts.contact
    for (name,) in texts.creators:
        lxml.etree.SubElement(item, f"{{{_DC}}}creator").text = name
    for href, length, media_type, duration in texts.enclosures:
        added = lxml.etree.SubElement(item, "enclosure", url=href, length=length)
        added.set("type", media_type)
        if duration:
            lxml.etree.SubElement(item, f"{{{ITUNES}}}duration").text = duration
    for row in texts.episode:
        add_episode(item, row)
    for row in texts.transcripts:
        add_transcript(item, row)
    for row in texts.media:
        _add_media(item, *row)
    _add_image(item, texts.image, texts.image_type)
    if texts.license:
        _add_license(item, texts.license)
    return item


def _add_license(element: Any, address: str) -> None:
    """The licence of a channel or an item; the module allows any licence, not only CC."""
    lxml.etree.SubElement(element, f"{{{_CREATIVE_COMMONS}}}license").text = address


def _add_media(
    item: Any, href: str, media_type: str, medium: str, length: str, duration: str
) -> None:
    added = lxml.etree.SubElement(item, f"{{{_MEDIA}}}content", url=href)
    added.set("type", media_type)
    added.set("medium", medium)
    if length:
        added.set("fileSize", length)
    if duration:
        added.set("duration", duration)


def _add_image(element: Any, href: str, media_type: str) -> None:
    """The lead image as Media RSS, also in Atom: readers look for content or a thumbnail."""
    if not href:
        return
    content = lxml.etree.SubElement(element, f"{{{_MEDIA}}}content", url=href)
    if media_type:
        content.set("type", media_type)
    content.set("medium", "image")
    lxml.etree.SubElement(element, f"{{{_MEDIA}}}thumbnail", url=href)


_ATOM_ENTRIES: Final = Patterns(_atom_entry, ("feed",), {"media": _MEDIA}, {})
_RSS_ITEMS: Final = Patterns(
    _rss_item,
    ("rss", "channel"),
    {
        "dc": _DC,
        "media": _MEDIA,
        "itunes": ITUNES,
        "podcast": PODCAST,
        "content": _CONTENT,
        "creativeCommons": _CREATIVE_COMMONS,
    },
    _RSS_REFERENCES,
)
