"""JSON Feed 1.1: Feed -> bytes."""

import json
from typing import Any

from feedsvc.core.dates import rfc3339
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import Feed
from feedsvc.core.media import Enclosure
from feedsvc.core.people import Person


def json_document(feed: Feed) -> bytes:
    """The feed as JSON Feed 1.1 (jsonfeed.org) in UTF-8, with keys in the standard's order."""
    site, links = feed.site, dict(feed.history_links("json"))
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home_page,
        "feed_url": feed.self_link("json"),
        "description": site.subtitle,
        "next_url": links.get("prev-archive", ""),
        "icon": site.logo or site.icon,
        "favicon": site.icon,
        "authors": [{"name": site.author}],
        "language": feed.language,
        "hubs": [{"type": "WebSub", "url": hub} for hub in site.hubs],
        "items": [_item(entry, feed) for entry in feed.entries],
    }
    for optional in ("description", "next_url", "icon", "favicon", "hubs"):
        if not document[optional]:
            del document[optional]
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _item(entry: Entry, feed: Feed) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.rss_guid or entry.id,
        "url": entry.permalink,
        "title": entry.title,
        "content_html": entry.content_html,
        "summary": entry.summary,
        "image": entry.image,
        "date_published": rfc3339(entry.published),
        "date_modified": rfc3339(entry.updated),
        "authors": [_author(author) for author in entry.authors],
        "tags": list(dict.fromkeys([*entry.tags, *map("/".join, entry.categories)])),
        "language": entry.language if entry.language != feed.language else "",
        "attachments": [_attachment(enclosure) for enclosure in entry.enclosures],
    }
    return {key: value for key, value in item.items() if value or key == "content_html"}


def _author(person: Person) -> dict[str, str]:
    return {"name": person.name, "url": person.uri} if person.uri else {"name": person.name}


def _attachment(enclosure: Enclosure) -> dict[str, Any]:
    attachment: dict[str, Any] = {
        "url": enclosure.href,
        "mime_type": enclosure.media_type,
        "size_in_bytes": enclosure.length,
        "duration_in_seconds": enclosure.duration,
    }
    return {key: value for key, value in attachment.items() if value is not None}
