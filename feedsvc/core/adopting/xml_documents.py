"""Atom, RSS, RDF and WordPress exports to entries. The only module that uses feedparser."""

import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Any, Final
from urllib.parse import urljoin

from feedsvc.core.adopting.old_entries import OldEntry, OldFeed, each_once
from feedsvc.core.adopting.raw_ids import raw_ids
from feedsvc.errors import FeedError

_ENTITY: Final = re.compile(rb'<!ENTITY\s++(%?\s*+[^\s"\']++)\s++["\']([^"\']*+)["\']', re.I)
_MOST_ENTITIES: Final = 100
_MOST_EXPANDED: Final = 1_000_000  # octets that all entities of a document become
_NO_DATE: Final = (0, 0, 0, 0, 0, 0)  # which is no date in any calendar
_PROBE: Final = (
    b"<!ENTITY +ADw-\\x3c\\u003c"  # at the end `<` in UTF-7 and in escapes of Python
)
_ENCODING: Final = re.compile(rb'<\?xml[^>]*?encoding\s*=\s*["\']([A-Za-z0-9._-]+)')


def read_xml(name: str, document: bytes, base_url: str = "") -> OldFeed:
    """Read a feed or a WordPress export. `base_url` is its address.

    Raises FeedError if it is none, if feedparser is not installed, or if its entities expand to
    more than a megabyte.
    """
    try:
        import feedparser  # an extra
    except ImportError as error:
        cure = "run pip install 'feedsvc[adopt]' in the environment of feedsvc"
        raise FeedError(f"{name}: XML feeds need feedparser; {cure}") from error
    _refuse_bombs(name, document)
    ids = raw_ids(document)
    # BytesIO: feedparser takes plain bytes for a file name or an address first.
    parsed = feedparser.parse(
        io.BytesIO(document), sanitize_html=False, resolve_relative_uris=False
    )
    if not parsed["version"] and not parsed["entries"]:
        raise FeedError(f"{name} is no feed; give an Atom, RSS or JSON feed, or a WXR file")
    if ids is None or len(ids) != len(parsed["entries"]):
        # For such documents feedparser leaves the entities in ids.
        ids = [unescape(entry.get("id", "")) for entry in parsed["entries"]]
    base = urljoin(base_url, parsed["feed"].get("link", ""))
    is_atom = parsed["version"].startswith("atom")
    entries, ignored = [], 0
    for entry, entry_id in zip(parsed["entries"], ids, strict=True):
        if not _was_public(entry):
            ignored += 1
            continue
        old = _old_entry(entry, entry_id, base, is_atom=is_atom)
        entries += [old] if old.id else []
    return OldFeed(name, each_once(entries), ignored)


def _was_public(entry: Mapping[str, Any]) -> bool:
    """False for what a WordPress export has besides published posts."""
    kind, status = entry.get("wp_post_type", "post"), entry.get("wp_status", "publish")
    return (kind, status) == ("post", "publish")


def _old_entry(
    entry: Mapping[str, Any], entry_id: str, base: str, *, is_atom: bool
) -> OldEntry:
    written = entry.get("link", "")
    link = _joined(base, written) if written else ""
    published = _moment(entry, "published_parsed")
    updated = _moment(entry, "updated_parsed")
    if not is_atom:  # the `dc:date` of RSS and RDF is the only date of an item
        published = published or updated
    return OldEntry(
        id=entry_id or written,
        link=link,
        title=entry.get("title", ""),
        published=published,
        updated=updated,
    )


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:  # such as http://[x
        return link


def _moment(entry: Mapping[str, Any], key: str) -> datetime | None:
    """A date of an entry in UTC; None if it is missing or impossible."""
    # `in`, because `get` of feedparser returns another date with a warning.
    parts = entry[key] if key in entry else None  # noqa: SIM401 - see above
    try:
        year, month, day, hour, minute, second = parts[:6] if parts else _NO_DATE
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _refuse_bombs(name: str, document: bytes) -> None:
    """Raise FeedError if a small document would become a large one.

    feedparser expands the entities that a document declares; expat limits this, but its second
    parser, for documents that are not well-formed, does not.
    """
    plain = document.replace(b"\x00", b"")  # UTF-16 and UTF-32 become readable
    declared = _ENCODING.search(plain[:1000])
    if plain.startswith(b"\x4c\x6f\xa7\x94") or (declared and _is_odd(declared[1].decode())):
        raise FeedError(f"{name} has an unusual encoding; convert it to UTF-8")
    entities = _ENTITY.findall(plain)
    if not entities:
        return
    expanded = sum(
        len(value) * plain.count(b"&" + entity.strip() + b";")
        for entity, value in entities[:_MOST_ENTITIES]
    )
    if len(entities) > _MOST_ENTITIES or expanded > _MOST_EXPANDED:
        raise FeedError(f"{name} declares entities that grow too large; remove its DOCTYPE")


def _is_odd(encoding: str) -> bool:
    """True if other octets than those of ASCII, but for zeros, can be markup."""
    if re.match("utf[-_]?(16|32)", encoding, re.IGNORECASE):
        return False
    try:
        return _PROBE.decode(encoding) != _PROBE.decode()
    except UnicodeError:
        return True
    except LookupError:  # feedparser does not know it either, and reads UTF-8
        return False
