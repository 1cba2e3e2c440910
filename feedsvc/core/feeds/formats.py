"""Every format that a feed can be rendered in, and the list of all feeds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import lxml.etree

from feedsvc.core import addresses
from feedsvc.core.dates import rfc822
from feedsvc.core.feeds.feeds import (
    Feed,
    Kind,
    Topic,
    language_of,
    listed,
    page_of,
    title_of,
)
from feedsvc.core.feeds.json_feed import json_document
from feedsvc.core.feeds.xml_feeds import atom_document, rss_document
from feedsvc.core.site import Site


@dataclass(frozen=True, slots=True)
class Format:
    """A format of feed documents: its media type and how a feed is rendered in it."""

    media_type: str
    render: Callable[[Feed], bytes]


FORMATS: Final = {
    "atom": Format("application/atom+xml; charset=utf-8", atom_document),
    "rss": Format("application/rss+xml; charset=utf-8", rss_document),
    "json": Format("application/feed+json; charset=utf-8", json_document),
}
OPML_MEDIA_TYPE: Final = "text/x-opml; charset=utf-8"

_GROUPS: Final[dict[Kind, str]] = {
    "tag": "Tags",
    "category": "Categories",
    "author": "Authors",
    "language": "Languages",
}


def plain_type(media_type: str) -> str:
    """The media type of XML or JSON, for programs that do not know that of feeds."""
    kind = "json" if "json" in media_type else "xml"
    return f"application/{kind}; charset=utf-8"


def opml_document(site: Site, topics: Iterable[Topic]) -> bytes:
    """All feeds of the site as OPML 2.0, in groups, each by its Atom document."""
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
