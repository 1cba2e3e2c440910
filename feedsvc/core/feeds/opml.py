"""OPML 2.0: the list of all feeds of a site."""

from collections.abc import Iterable
from typing import Final

import lxml.etree

from feedsvc.core import addresses
from feedsvc.core.dates import rfc822
from feedsvc.core.feeds.feeds import (
    Kind,
    Topic,
    language_of,
    listed,
    page_of,
    title_of,
)
from feedsvc.core.site import Site

OPML_MEDIA_TYPE: Final = "text/x-opml; charset=utf-8"

_GROUPS: Final[dict[Kind, str]] = {
    "tag": "Tags",
    "category": "Categories",
    "author": "Authors",
    "language": "Languages",
}


def opml_document(site: Site, topics: Iterable[Topic]) -> bytes:
    """The list of feeds, grouped by kind; each outline links to the Atom document."""
    root = lxml.etree.Element("opml", version="2.0")
    head = lxml.etree.SubElement(root, "head")
    lxml.etree.SubElement(head, "title").text = f"{site.title}: all feeds"
    lxml.etree.SubElement(head, "dateCreated").text = rfc822(site.since)
    lxml.etree.SubElement(head, "ownerName").text = site.author
    body = lxml.etree.SubElement(root, "body")
    groups: dict[str, lxml.etree._Element] = {}
    for topic in sorted(listed(topics), key=lambda topic: topic.path):
        parent = body
        if topic.kind in _GROUPS:
            name = _GROUPS[topic.kind]
            if name not in groups:
                groups[name] = lxml.etree.SubElement(body, "outline", text=name)
            parent = groups[name]
        path = addresses.document_path(topic.path, "atom")
        lxml.etree.SubElement(
            parent,
            "outline",
            text=topic.label or site.title,
            title=title_of(site, topic),
            type="rss",
            xmlUrl=addresses.url(site.url, path),
            htmlUrl=page_of(site, topic),
            language=language_of(site, topic),
        )
    document: bytes = lxml.etree.tostring(
        root, encoding="UTF-8", xml_declaration=True, pretty_print=True
    )
    return document
