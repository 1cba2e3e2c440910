"""What a feed document says of itself: its format, its self link, its hubs."""

import json
from dataclasses import dataclass
from typing import Any, Final, Literal

import lxml.etree

_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_RSS_1: Final = "{http://purl.org/rss/1.0/}"
_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"


@dataclass(frozen=True, slots=True)
class ServedFeed:
    """A feed document as a reader understands it."""

    format: Literal["atom", "rss", "json"]
    self_link: str = ""
    hubs: tuple[str, ...] = ()


def served_feed(document: bytes) -> ServedFeed | None:
    """What this document says of itself; None if it is no feed."""
    head = document.removeprefix(b"\xef\xbb\xbf").lstrip()
    return _json(head) if head.startswith(b"{") else _xml(head)


def is_page(document: bytes) -> bool:
    """True if this is HTML."""
    head = document[:2048].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return head.startswith((b"<!doctype html", b"<html", b"<head", b"<script", b"<title")) or (
        head.startswith(b"<") and b"<html" in head
    )


def _json(document: bytes) -> ServedFeed | None:
    try:
        feed = json.loads(document)
    except (ValueError, RecursionError):
        return None
    version = feed.get("version")
    if not isinstance(version, str) or "jsonfeed.org/version/" not in version:
        return None
    return ServedFeed("json", _text(feed.get("feed_url")), _hubs(feed.get("hubs")))


def _hubs(hubs: object) -> tuple[str, ...]:
    listed = hubs if isinstance(hubs, list) else []
    urls = (_text(hub.get("url")) for hub in listed if isinstance(hub, dict))
    return tuple(url for url in urls if url)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _xml(document: bytes) -> ServedFeed | None:
    # A document in another charset than it says is still a feed, whose links can be read.
    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True
    )
    try:
        root = lxml.etree.fromstring(document, parser)
    except (lxml.etree.XMLSyntaxError, ValueError):
        return None
    if root is None:
        return None
    if root.tag == f"{_ATOM}feed":
        return _with_links("atom", root)
    if root.tag not in ("rss", _RDF):
        return None
    channel = root.find("channel")
    if channel is None:
        channel = root.find(f"{_RSS_1}channel")
    return ServedFeed("rss") if channel is None else _with_links("rss", channel)


def _with_links(format_name: Literal["atom", "rss"], parent: Any) -> ServedFeed:
    links = [
        (link.get("rel", ""), link.get("href", "").strip())
        for link in parent.iterchildren(f"{_ATOM}link")
    ]
    own = next((href for rel, href in links if rel == "self"), "")
    return ServedFeed(format_name, own, tuple(href for rel, href in links if rel == "hub"))
