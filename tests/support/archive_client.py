"""A small client of RFC 5005: it follows a feed through its archive pages and merges by id.

It knows the RFC and nothing of the program that wrote the documents.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import lxml.etree

_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_FH: Final = "{http://purl.org/syndication/history/1.0}"
_MOST_DOCUMENTS: Final = 10_000

Get = Callable[[str], bytes]


@dataclass(frozen=True)
class Kept:
    """The version of an entry that a client has. In RSS the date is `pubDate`."""

    title: str
    updated: datetime


@dataclass(frozen=True)
class Read:
    """A document: its entries by id, the address of the older one, and what it says it is."""

    entries: dict[str, Kept]
    older: str
    is_archive: bool
    is_complete: bool


class ArchiveClient:
    """The entries of a feed, kept over several visits. `get` returns the octets at a URL."""

    def __init__(self, get: Get, address: str) -> None:
        self._get = get
        self._address = address
        self.kept: dict[str, Kept] = {}

    def visit(self) -> list[Read]:
        """Read the feed and all that it leads to. The latest `updated` of an entry wins.

        Of equal ones, the one wins that was read now, and of these that in the newer document.
        Returns the documents, the newest first.
        """
        documents = list(self._documents())
        now: dict[str, Kept] = {}
        for document in documents:
            for entry_id, entry in document.entries.items():
                if entry_id not in now or now[entry_id].updated < entry.updated:
                    now[entry_id] = entry
        for entry_id, entry in now.items():
            if entry_id not in self.kept or self.kept[entry_id].updated <= entry.updated:
                self.kept[entry_id] = entry
        return documents

    def _documents(self) -> Iterator[Read]:
        seen: set[str] = set()
        address = self._address
        while address:
            assert address not in seen, f"{address} leads back to itself"
            assert len(seen) < _MOST_DOCUMENTS
            seen.add(address)
            document = read(self._get(address))
            yield document
            address = document.older


def read(octets: bytes) -> Read:
    """A document in Atom, RSS or JSON."""
    if octets.startswith(b"{"):
        return _json(json.loads(octets))
    root = lxml.etree.fromstring(octets)
    parent = root.find("channel") if root.tag == "rss" else root
    assert parent is not None
    links = parent.findall(f"{_ATOM}link")
    older = [link.get("href", "") for link in links if link.get("rel") == "prev-archive"]
    return Read(
        dict(map(_rss_item, parent.findall("item")))
        or dict(map(_atom_entry, parent.findall(f"{_ATOM}entry"))),
        older[0] if older else "",
        is_archive=parent.find(f"{_FH}archive") is not None,
        is_complete=parent.find(f"{_FH}complete") is not None,
    )


def _json(document: dict[str, Any]) -> Read:
    entries = {
        item["id"]: Kept(item["title"], datetime.fromisoformat(item["date_modified"]))
        for item in document["items"]
    }
    return Read(entries, document.get("next_url", ""), is_archive=False, is_complete=False)


def _atom_entry(entry: lxml.etree._Element) -> tuple[str, Kept]:
    texts = [entry.findtext(f"{_ATOM}{name}") or "" for name in ("id", "title", "updated")]
    return texts[0], Kept(texts[1], datetime.fromisoformat(texts[2]))


def _rss_item(item: lxml.etree._Element) -> tuple[str, Kept]:
    texts = [item.findtext(name) or "" for name in ("guid", "title", "pubDate")]
    return texts[0], Kept(texts[1], parsedate_to_datetime(texts[2]))
