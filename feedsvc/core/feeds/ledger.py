"""What feedsvc remembers for good of each entry that it has ever published."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

LONG_ENOUGH: Final = 200  # characters of a body by which a post without its key is recognised


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One entry of the ledger. What is unknown is empty, 0 or None.

    `key` is the key that its post has now, or had last. `published` and `updated` are the dates
    that readers have. `redated` is the date in its file, if the author has changed it since.
    `first_at` and `withdrawn_at` are in microseconds since 1970; a published entry has no
    `withdrawn_at`. `body_digest` and `body_length` are of the text in the file,
    `words_digest` of title and text at the last edit that moved `updated`. `rss_guid` is an
    adopted id that is no absolute IRI: RSS has it in place of the id. `adopted_published` and
    `adopted_updated` are the dates that an adopted feed gave.
    """

    id: str
    key: str
    published: datetime | None = None
    updated: datetime | None = None
    redated: datetime | None = None
    first_at: int = 0
    title_digest: str = ""
    body_digest: str = ""
    body_length: int = 0
    words_digest: str = ""
    permalink: str = ""
    earlier_permalinks: tuple[str, ...] = ()
    rss_guid: str = ""
    withdrawn_at: int | None = None
    adopted_published: datetime | None = None
    adopted_updated: datetime | None = None


def forgotten_hash(text: str) -> str:
    """What stays of an id, a key or a permalink that was forgotten: SHA-256, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
