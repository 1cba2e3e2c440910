"""JSON Feed to entries."""

import json
from datetime import UTC, datetime
from typing import Any

from feedsvc.core.adopting.old_entries import OldEntry, OldFeed, each_once
from feedsvc.errors import FeedError


def read_json(name: str, document: bytes) -> OldFeed:
    """Read a JSON Feed (jsonfeed.org), version 1 or 1.1. Raises FeedError if it is none."""
    try:
        # An id that is a number keeps its digits.
        feed = json.loads(document, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise FeedError(f"{name} is neither XML nor JSON: {error}") from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise FeedError(f"{name} is no JSON Feed: it has no items")
    entries = [_old_entry(item) for item in items if isinstance(item, dict)]
    return OldFeed(name, each_once([entry for entry in entries if entry.id]))


def _old_entry(item: dict[str, Any]) -> OldEntry:
    link = _text(item, "url") or _text(item, "external_url")
    return OldEntry(
        id=_text(item, "id").strip() or link,
        link=link,
        title=_text(item, "title"),
        published=_moment(_text(item, "date_published")),
        updated=_moment(_text(item, "date_modified")),
    )


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _moment(text: str) -> datetime | None:
    """A date of RFC 3339 in UTC, in whole seconds."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC).replace(microsecond=0) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
