"""What another feed showed to its subscribers: OldFeed and OldEntry."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_UNRESERVED: Final = (
    "A-Za-z0-9._~\\-\xa0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    "\U00010000-\U0001fffd\U00020000-\U0002fffd\U00030000-\U0003fffd\U000e1000-\U000efffd"
)
# RFC 3987 §2.2, `IRI`: a scheme, and characters of which each is allowed somewhere after it.
_IRI: Final = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*+:(?:[{_UNRESERVED}!$&'()*+,;=:@/?#\[\]]|%[0-9A-Fa-f]{{2}})++"
)


@dataclass(frozen=True, slots=True)
class OldEntry:
    """An entry of another feed. What the feed does not say is empty or None.

    `id` is what subscribers compare, exactly as it was written, without spaces around it; an
    item without an id has its link. `link` is absolute if the feed tells how. Dates are in UTC.
    """

    id: str
    link: str = ""
    title: str = ""
    published: datetime | None = None
    updated: datetime | None = None

    @property
    def is_iri(self) -> bool:
        """True if the id is an absolute IRI, which Atom requires (RFC 4287 §4.2.6)."""
        return is_iri(self.id)


@dataclass(frozen=True, slots=True)
class OldFeed:
    """The entries of a file or URL called `name`, in its order, each id once.

    `ignored` counts drafts, private posts and what is no post.
    """

    name: str
    entries: tuple[OldEntry, ...]
    ignored: int = 0


def is_iri(text: str) -> bool:
    """True if the text is an absolute IRI (RFC 3987)."""
    scheme, colon, rest = text.partition(":")
    if not colon or rest.count("#") > 1 or not _IRI.fullmatch(text):
        return False
    # Brackets are only for an address as host.
    host = rest[2:].partition("/")[0] if rest.startswith("//") else ""
    return not (set("[]") & set(rest.replace(host, "", 1))) and scheme.isascii()


def each_once(entries: list[OldEntry]) -> tuple[OldEntry, ...]:
    """Each id once: of equal ids, the entry with the last edit (RFC 4287 §4.1.1)."""
    newest: dict[str, OldEntry] = {}
    for entry in entries:
        known = newest.setdefault(entry.id, entry)
        if known.updated and entry.updated and entry.updated > known.updated:
            newest[entry.id] = entry
    return tuple(newest.values())
