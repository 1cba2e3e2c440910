"""Atom 1.0 and RSS 2.0: Feed -> bytes. The only module that uses feedgen.

It works around these faults of feedgen 1.0.0, mostly in the extensions below:
- Atom links of an entry lose rel, type and length: we write them again;
- RSS has only the last link and `self`: we add the links to hubs;
- xml:base and the language of an entry are missing: we set them on the elements;
- RSS dates use `setlocale`, which is not thread-safe: we replace the function;
- `updated` and `lastBuildDate` default to the current time: we always set both;
- entries come out in reverse order: we pass `order="append"`;
- one character that XML forbids fails the whole feed: core.text.legal removes them earlier.
"""

import html
from collections.abc import Callable, Iterator
from typing import Any, Final

import lxml.etree  # before feedgen, which uses it without importing it
from feedgen import entry as feedgen_entry
from feedgen import feed as feedgen_feed
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator

from feedsvc.core import addresses
from feedsvc.core.dates import rfc822
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import Feed
from feedsvc.core.media import (
    Enclosure,
    image_type,
    podcast_guid,
)
from feedsvc.core.people import Person

_XML: Final = "{http://www.w3.org/XML/1998/namespace}"
_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_MEDIA: Final = "http://search.yahoo.com/mrss/"
_ITUNES: Final = "http://www.itunes.com/dtds/podcast-1.0.dtd"
_PODCAST: Final = "https://podcastindex.org/namespace/1.0"

feedgen_feed.formatRFC2822 = rfc822
feedgen_entry.formatRFC2822 = rfc822


class _AtomFeed(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """The parts of an Atom feed that feedgen does not write."""

    def of(self, feed: Feed) -> None:
        self._feed = feed

    def extend_ns(self) -> dict[str, str]:
        return {"media": _MEDIA} if any(entry.image for entry in self._feed.entries) else {}

    def extend_atom(self, feed: Any) -> Any:
        _shorten_utc(feed.find("updated"))
        return feed


class _AtomEntry(BaseEntryExtension):  # type: ignore[misc]  # likewise
    """The parts of an Atom entry that feedgen does not write, or writes wrongly."""

    def of(self, entry: Entry, feed: Feed) -> None:
        self._entry, self._feed = entry, feed

    def extend_atom(self, element: Any) -> Any:
        entry = self._entry
        for link in element.findall("link"):
            element.remove(link)
        updated = element.find("updated")
        for link in reversed(list(_atom_links(entry))):
            updated.addnext(link)
        _shorten_utc(updated)
        _shorten_utc(element.find("published"))
        content = element.find("content")
        if content is not None:
            content.set(f"{_XML}base", entry.permalink)
        if entry.language not in ("", self._feed.language):
            element.set(f"{_XML}lang", entry.language)
        _add_image(element, entry.image)
        return element


class _RssFeed(BaseExtension):  # type: ignore[misc]  # likewise
    """Further namespaces, each only if the feed uses it; hub links and podcast:guid."""

    def of(self, feed: Feed) -> None:
        enclosures = [each for entry in feed.entries for each in entry.enclosures]
        is_media = any(entry.image or entry.enclosures[1:] for entry in feed.entries)
        self._hubs = feed.site.hubs
        self._namespaces = {"dc": _DC}
        self._namespaces |= {"media": _MEDIA} if is_media else {}
        firsts = [each for entry in feed.entries for each in entry.enclosures[:1]]
        if any(each.duration is not None for each in firsts):
            self._namespaces["itunes"] = _ITUNES
        self._guid = ""
        if any(each.medium == "audio" for each in enclosures):
            self._namespaces["podcast"] = _PODCAST
            self._guid = podcast_guid(feed.id)

    def extend_ns(self) -> dict[str, str]:
        return self._namespaces

    def extend_rss(self, rss: Any) -> Any:
        self_link = rss.find(f"channel/{_ATOM}link")
        for hub in reversed(self._hubs):
            self_link.addnext(lxml.etree.Element(f"{_ATOM}link", href=hub, rel="hub"))
        if self._guid:
            guid = lxml.etree.SubElement(rss.find("channel"), f"{{{_PODCAST}}}guid")
            guid.text = self._guid
        return rss


class _RssItem(BaseEntryExtension):  # type: ignore[misc]  # likewise
    """Authors, enclosures and images, in the elements that readers support."""

    def of(self, entry: Entry, _: Feed) -> None:
        self._entry = entry

    def extend_rss(self, item: Any) -> Any:
        if self._entry.rss_guid:
            item.find("guid").text = self._entry.rss_guid
        written = set()
        for category in item.findall("category"):
            label = (category.text, category.get("domain"))
            if label in written:  # such as "a/b" and "b" below "a"
                item.remove(category)
            written.add(label)
        _add_authors(item, self._entry.authors)
        for enclosure in self._entry.enclosures[:1]:
            _add_enclosure(item, enclosure)
        for enclosure in self._entry.enclosures[1:]:
            _add_media(item, enclosure)
        _add_image(item, self._entry.image)
        return item


def _atom_links(entry: Entry) -> Iterator[Any]:
    yield lxml.etree.Element("link", rel="alternate", type="text/html", href=entry.permalink)
    for enclosure in entry.enclosures:
        link = lxml.etree.Element("link", rel="enclosure", type=enclosure.media_type)
        if enclosure.length is not None:
            link.set("length", str(enclosure.length))
        link.set("href", enclosure.href)
        yield link


def _add_authors(item: Any, authors: tuple[Person, ...]) -> None:
    """One author with an e-mail address becomes `author`; otherwise all are `dc:creator`.

    RSS allows one `author`, which needs an address. An item never has both elements: readers
    would show a person twice.
    """
    contact = _contact(authors[0]) if len(authors) == 1 else ""
    if contact:
        lxml.etree.SubElement(item, "author").text = contact
        return
    for author in authors:
        lxml.etree.SubElement(item, f"{{{_DC}}}creator").text = author.name


def _contact(author: Person) -> str:
    """`mail@host (Name)`; empty without an address, or if the name would break the comment."""
    if not author.addr_spec or set("()\\") & set(author.name):
        return ""
    return f"{author.addr_spec} ({author.name})"


def _add_enclosure(item: Any, enclosure: Enclosure) -> None:
    added = lxml.etree.SubElement(item, "enclosure", url=enclosure.href)
    added.set("length", str(enclosure.length or 0))  # RSS writes 0 if the length is unknown
    added.set("type", enclosure.media_type)
    if enclosure.duration is not None:
        duration = lxml.etree.SubElement(item, f"{{{_ITUNES}}}duration")
        duration.text = str(enclosure.duration)


def _add_media(item: Any, enclosure: Enclosure) -> None:
    added = lxml.etree.SubElement(item, f"{{{_MEDIA}}}content", url=enclosure.href)
    added.set("type", enclosure.media_type)
    added.set("medium", enclosure.medium)
    if enclosure.length is not None:
        added.set("fileSize", str(enclosure.length))
    if enclosure.duration is not None:
        added.set("duration", str(enclosure.duration))


def _add_image(element: Any, href: str) -> None:
    """The lead image as Media RSS, also in Atom: readers look for content or a thumbnail."""
    if not href:
        return
    content = lxml.etree.SubElement(element, f"{{{_MEDIA}}}content", url=href)
    if image_type(href):
        content.set("type", image_type(href))
    content.set("medium", "image")
    lxml.etree.SubElement(element, f"{{{_MEDIA}}}thumbnail", url=href)


def _shorten_utc(element: Any) -> None:
    element.text = element.text.replace("+00:00", "Z")


def atom_document(feed: Feed) -> bytes:
    """The feed as Atom 1.0 (RFC 4287)."""
    generator = FeedGenerator()
    generator.register_extension("mended", _AtomFeed, _AtomEntry, rss=False)
    generator.subtitle(feed.site.subtitle)
    generator.author({"name": feed.site.author, "email": feed.site.email or None})
    _fill(generator, feed, "atom", "application/atom+xml", _add_atom_parts)
    document: bytes = generator.atom_str(pretty=True)
    return document


def rss_document(feed: Feed) -> bytes:
    """The feed as RSS 2.0, following the profile of the RSS Advisory Board.

    `&` and `<` in text are written as `&#x26;` and `&#x3C;`. XML parsers see no difference, but
    the profile found that more readers show plain text correctly in this form.
    """
    generator = FeedGenerator()
    generator.register_extension("mended", _RssFeed, _RssItem, atom=False)
    generator.description(feed.description)
    generator.lastBuildDate(feed.updated)
    _fill(generator, feed, "rss", "application/rss+xml", _add_rss_parts)
    document: bytes = generator.rss_str(pretty=True)
    return document.replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")


def _add_atom_parts(added: Any, entry: Entry) -> None:
    people = [{"name": a.name, "email": a.addr_spec, "uri": a.uri} for a in entry.authors]
    added.author(people)
    if entry.content == "summary":  # RFC 4287 §4.1.3: content is the full text
        added.summary(entry.content_html, type="html")
        return
    added.content(entry.content_html, type="html")
    if entry.summary:
        added.summary(entry.summary)


def _add_rss_parts(added: Any, entry: Entry) -> None:
    """feedgen uses `content` as the description if there is no summary."""
    added.content(entry.content_html, type="html")
    if entry.summary and entry.content != "summary":
        # Readers parse a description as HTML, so plain text must be escaped once more.
        added.summary(html.escape(entry.summary, quote=False))


def _fill(
    generator: FeedGenerator,
    feed: Feed,
    format_name: str,
    media_type: str,
    add_parts: Callable[[Any, Entry], None],
) -> None:
    generator.mended.of(feed)
    generator.id(feed.id)
    generator.title(feed.title)
    generator.language(feed.language)
    generator.generator("feedsvc")
    generator.updated(feed.updated)
    generator.link(href=feed.self_link(format_name), rel="self", type=media_type)
    for hub in feed.site.hubs:
        generator.link(href=hub, rel="hub")
    generator.link(href=feed.home_page, rel="alternate", type="text/html")
    for entry in feed.entries:
        add_parts(_added(generator, entry, feed), entry)


def _added(generator: FeedGenerator, entry: Entry, feed: Feed) -> Any:
    """A new entry of the generator, with the parts that both formats share."""
    added = generator.add_entry(order="append")
    added.mended.of(entry, feed)
    added.id(entry.id)
    added.title(entry.title)
    added.link(href=entry.permalink)
    added.published(entry.published)
    added.updated(entry.updated)
    for tag in entry.tags:
        scheme = addresses.url(feed.site.url, "tags/")
        added.category(term=addresses.segment(tag), label=tag, scheme=scheme)
    for names in entry.categories:
        scheme = addresses.url(feed.site.url, "categories/")
        term = "/".join(addresses.segment(name) for name in names)
        added.category(term=term, label="/".join(names), scheme=scheme)
    return added
