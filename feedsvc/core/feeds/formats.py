"""The formats of feed documents, by the names that settings and addresses use."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from feedsvc.core.feeds.feeds import Feed
from feedsvc.core.feeds.json_feed import json_document
from feedsvc.core.feeds.xml_feeds import atom_document, rss_document


@dataclass(frozen=True, slots=True)
class Format:
    """A format of feed documents: its media type and the function that renders it."""

    media_type: str
    render: Callable[[Feed], bytes]


FORMATS: Final = {
    "atom": Format("application/atom+xml; charset=utf-8", atom_document),
    "rss": Format("application/rss+xml; charset=utf-8", rss_document),
    "json": Format("application/feed+json; charset=utf-8", json_document),
}


def plain_type(media_type: str) -> str:
    """The general media type of XML or JSON, for programs that know no feed types."""
    kind = "json" if "json" in media_type else "xml"
    return f"application/{kind}; charset=utf-8"
