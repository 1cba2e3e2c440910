"""Atom and RSS: Feed -> bytes. The one door to feedgen, and what has to be mended of it.

Mended of feedgen 1.0.0, in the two extensions below or by the order of the calls:
- an entry's Atom links lose rel, type and length: they are written anew;
- there is no xml:base, and no language of an entry: they are set on its elements;
- dates of RSS go through `setlocale`, which is not safe between threads: replaced;
- `updated` and `lastBuildDate` default to the clock: both are always set;
- entries come out in reverse: `order="append"`;
- characters that XML forbids raise for the whole feed: core.text.legal has removed them.
"""

import html
from collections.abc import Callable
from typing import Any

import lxml.etree  # before feedgen, which forgets to import it
from feedgen import entry as feedgen_entry
from feedgen import feed as feedgen_feed
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator

from feedsvc.core import addresses
from feedsvc.core.dates import rfc822
from feedsvc.core.entries import Entry
from feedsvc.core.feeds import Feed

_ATOM = "{http://www.w3.org/2005/Atom}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_DC = "http://purl.org/dc/elements/1.1/"

feedgen_feed.formatRFC2822 = rfc822
feedgen_entry.formatRFC2822 = rfc822


class _AtomFeed(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """What feedgen does not write of an Atom feed."""

    def extend_atom(self, feed: Any) -> Any:
        _shorten_utc(feed.find("updated"))
        return feed


class _AtomEntry(BaseEntryExtension):  # type: ignore[misc]  # likewise
    """What feedgen does not write of an Atom entry, or writes wrongly."""

    def of(self, entry: Entry) -> None:
        self._entry = entry

    def extend_atom(self, element: Any) -> Any:
        entry = self._entry
        for link in element.findall("link"):
            element.remove(link)
        link = lxml.etree.Element("link", rel="alternate", type="text/html")
        link.set("href", entry.permalink)
        updated = element.find("updated")
        updated.addnext(link)
        _shorten_utc(updated)
        _shorten_utc(element.find("published"))
        element.find("content").set(f"{_XML}base", entry.permalink)
        if entry.language:
            element.set(f"{_XML}lang", entry.language)
        return element


class _RssFeed(BaseExtension):  # type: ignore[misc]  # likewise
    """The namespace of `dc:creator`."""

    def extend_ns(self) -> dict[str, str]:
        return {"dc": _DC}


class _RssItem(BaseEntryExtension):  # type: ignore[misc]  # likewise
    """RSS wants an e-mail address in `author`; a name alone stands in `dc:creator`."""

    def of(self, entry: Entry) -> None:
        self._entry = entry

    def extend_rss(self, item: Any) -> Any:
        seen = set()
        for category in item.findall("category"):
            if (category.text, category.get("domain")) in seen:  # a/b, and b below a
                item.remove(category)
            seen.add((category.text, category.get("domain")))
        for author in self._entry.authors:
            lxml.etree.SubElement(item, f"{{{_DC}}}creator").text = author.name
        return item


def _shorten_utc(element: Any) -> None:
    element.text = element.text.replace("+00:00", "Z")


def atom_document(feed: Feed) -> bytes:
    """The feed as Atom 1.0 (RFC 4287)."""
    generator = FeedGenerator()
    generator.register_extension("mended", _AtomFeed, _AtomEntry, rss=False)
    generator.subtitle(feed.site.subtitle)
    generator.author({"name": feed.site.author, "email": feed.site.email or None})
    _fill(generator, feed, "atom", "application/atom+xml", _summary)
    document: bytes = generator.atom_str(pretty=True)
    return document


def rss_document(feed: Feed) -> bytes:
    """The feed as RSS 2.0, after the RSS Board's profile.

    `&` and `<` of a text stand as `&#x26;` and `&#x3C;`: the profile has found that more
    readers get plain text right in this form, and any XML parser reads the same.
    """
    generator = FeedGenerator()
    generator.register_extension("mended", _RssFeed, _RssItem, atom=False)
    generator.description(feed.description)
    generator.lastBuildDate(feed.updated)
    _fill(generator, feed, "rss", "application/rss+xml", _summary_as_html)
    document: bytes = generator.rss_str(pretty=True)
    return document.replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")


def _summary(entry: Entry) -> str:
    return entry.summary


def _summary_as_html(entry: Entry) -> str:
    """Readers take a description of RSS for HTML, so that text has to be escaped once more."""
    return html.escape(entry.summary, quote=False)


def _fill(
    generator: FeedGenerator,
    feed: Feed,
    format_name: str,
    media_type: str,
    summary_of: Callable[[Entry], str],
) -> None:
    generator.id(feed.id)
    generator.title(feed.title)
    generator.language(feed.site.language)
    generator.generator("feedsvc")
    generator.updated(feed.updated)
    generator.link(href=feed.self_link(format_name), rel="self", type=media_type)
    generator.link(href=feed.home_page, rel="alternate", type="text/html")
    for entry in feed.entries:
        _add(generator, entry, feed, summary_of)


def _add(
    generator: FeedGenerator, entry: Entry, feed: Feed, summary_of: Callable[[Entry], str]
) -> None:
    added = generator.add_entry(order="append")
    added.mended.of(entry)
    added.id(entry.id)
    added.title(entry.title)
    added.link(href=entry.permalink)
    added.published(entry.published)
    added.updated(entry.updated)
    added.author([{"name": author.name} for author in entry.authors])
    added.content(entry.content_html, type="html")
    if entry.summary:
        added.summary(summary_of(entry))
    for tag in entry.tags:
        scheme = addresses.url(feed.site.url, "tags/")
        added.category(term=addresses.segment(tag), label=tag, scheme=scheme)
    for names in entry.categories:
        scheme = addresses.url(feed.site.url, "categories/")
        term = "/".join(addresses.segment(name) for name in names)
        added.category(term=term, label="/".join(names), scheme=scheme)
