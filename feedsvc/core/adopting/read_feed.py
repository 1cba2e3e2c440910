"""Reads a feed in whatever format it has."""

from typing import Final

from feedsvc.core.adopting.json_documents import read_json
from feedsvc.core.adopting.old_entries import OldFeed
from feedsvc.core.adopting.xml_documents import read_xml
from feedsvc.errors import FeedError

MOST_OCTETS: Final = 50 * 1024 * 1024


def read_feed(name: str, document: bytes, base_url: str = "") -> OldFeed:
    """The feed in a document: Atom, RSS, RDF, JSON Feed or a WordPress export (WXR).

    `name` is for messages, `base_url` is its address if it has one. Raises FeedError.
    """
    if len(document) > MOST_OCTETS:
        raise FeedError(f"{name} is larger than 50 MB; give a shorter feed")
    start = document[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise FeedError(f"{name} is empty")
    if start.startswith((b"{", b"[")):
        return read_json(name, document.removeprefix(b"\xef\xbb\xbf"))
    return read_xml(name, document, base_url)
