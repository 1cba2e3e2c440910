"""Tombstones: the entries that a feed had and has no more (RFC 6721)."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Final

from feedsvc.core.dates import rfc3339
from feedsvc.core.feeds.archives.paging import page_of

TOMBSTONES: Final = "http://purl.org/atompub/tombstones/1.0"  # the namespace
LIFETIME: Final = timedelta(days=90)
MOST_TOMBSTONES: Final = 100  # of one feed: the newest


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An entry that left all feeds at `deleted_at`, a whole second.

    `number` was that of its membership of the feed, from which its archive page follows.
    """

    entry_id: str
    deleted_at: datetime
    number: int = 0


def newest_first(tombstones: Iterable[Tombstone]) -> list[Tombstone]:
    """Tombstones in the order in which documents have them."""
    by_id = sorted(tombstones, key=lambda each: each.entry_id)
    return sorted(by_id, key=lambda each: each.deleted_at, reverse=True)


def of_page(tombstones: Iterable[Tombstone], page: int) -> list[Tombstone]:
    """Those whose entries were on this archive page."""
    return [each for each in tombstones if page_of(each.number) == page]


def fitting(tombstones: Iterable[Tombstone], octets: int) -> Iterator[Tombstone]:
    """The first of these that a document has room for."""
    for tombstone in tombstones:
        octets -= len(tombstone_xml(tombstone))
        if octets < 0:
            return
        yield tombstone


def tombstones_mark(tombstones: Sequence[Tombstone]) -> tuple[str, ...]:
    """What the digest of a document has of its tombstones; nothing if there are none."""
    if not tombstones:
        return ()
    texts = (f"{each.entry_id} {rfc3339(each.deleted_at)}" for each in tombstones)
    return ("deleted " + hashlib.sha256("\x00".join(texts).encode()).hexdigest(),)


def tombstone_xml(tombstone: Tombstone) -> bytes:
    """The element of an Atom document that declares the prefix `at`."""
    ref, when = escape(tombstone.entry_id), rfc3339(tombstone.deleted_at)
    return f'  <at:deleted-entry ref="{ref}" when="{when}"/>\n'.encode()
