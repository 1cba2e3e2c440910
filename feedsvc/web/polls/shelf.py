"""Documents kept ready: each version rendered when first asked for, each coding made once."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Final

from feedsvc.core.feeds.formats import plain_type
from feedsvc.web.polls.codings import CODINGS, coding_for

_FURNITURE: Final = 8000  # octets that a document takes beside its bytes: answers, conditions


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as Flask gave it, but for the date: a WSGI status, headers, the body.

    `head` is the status and the headers as HTTP/1.1 writes them, without the empty line.
    """

    status: str
    headers: list[tuple[str, str]]
    body: list[bytes]
    head: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One version of a document. `tag` is the strong validator of its plain `body`.

    `names` are the raw paths that it is replayed at; `replies` the answers by coding, and
    whether they are a 304; `verdicts` what `current_from` found of conditions; `deltas`
    what is new in it since an earlier version, by the tag of that (None: all of it is sent).
    """

    path: str
    digest: str
    tag: str
    last_modified: datetime
    media_type: str
    links: str
    vary: str
    body: bytes
    names: set[str] = field(default_factory=set)
    replies: dict[tuple[str, bool], Reply] = field(default_factory=dict)
    verdicts: dict[tuple[str | None, str | None], float] = field(default_factory=dict)
    deltas: "dict[str, Document | None]" = field(default_factory=dict)
    _coded: dict[str, bytes] = field(default_factory=dict)
    _coding: Any = field(default_factory=Lock)

    def with_body(self, body: bytes) -> "Document":
        """The same version with other bytes: a part of it."""
        return Document(
            *(self.path, self.digest, self.tag, self.last_modified, self.media_type),
            *(self.links, self.vary),
            body,
        )

    @property
    def feed_path(self) -> str:
        """The path of its feed; that of the site's for the list of feeds."""
        return self.path.rpartition("/")[0]

    @property
    def plain_type(self) -> str:
        """A media type that programs show which do not know that of feeds."""
        return plain_type(self.media_type)

    def coding_for(self, accept_encoding: str) -> str:
        """The coding that this client is answered in; `` for plain bytes."""
        return coding_for(accept_encoding, len(self.body))

    def tag_in(self, coding: str) -> str:
        """The strong validator of its bytes in a coding."""
        return f"{self.tag}-{coding}" if coding else self.tag

    def bytes_in(self, coding: str) -> bytes:
        """Its bytes in a coding, the same whenever they are made."""
        if not coding:
            return self.body
        with self._coding:
            if coding not in self._coded:
                self._coded[coding] = CODINGS[coding](self.body)
            return self._coded[coding]

    @property
    def octets(self) -> int:
        """What it takes of the memory, nearly."""
        coded = sum(map(len, [*self._coded.values()]))
        deltas = sum(delta.octets for delta in [*self.deltas.values()] if delta)
        return len(self.body) + coded + deltas + _FURNITURE


class Shelf:
    """The documents that were asked for last, within a bound of memory; safe among threads.

    A document stands under its path, whatever its version, until a later one takes its place.
    The raw paths that it is replayed at it has only while it is known to be current. A
    *generation* begins with each look for what is not: a request that began in an earlier one
    may have read an old version, and names nothing.
    """

    def __init__(self, most_octets: int) -> None:
        self._kept: OrderedDict[str, tuple[Document, int]] = OrderedDict()
        self._named: dict[str, Document] = {}
        self._lock = Lock()
        self._octets = 0
        self._most = most_octets
        self._generation = 0

    @property
    def generation(self) -> int:
        """Counts the looks for documents that are no longer current."""
        return self._generation

    def get(self, path: str) -> Document | None:
        """The document last kept for a path, of whichever version."""
        with self._lock:
            found = self._kept.get(path)
            if found is None:
                return None
            self._kept.move_to_end(path)
            return found[0]

    def current(self, path: str) -> Document | None:
        """The document at a path, if it is known to be current."""
        found = self.get(path)
        return found if found and found.names else None

    def keep(self, document: Document) -> None:
        """Keep a document; those that were asked for longest ago give way."""
        with self._lock:
            self._put(document)

    def named(self, raw_path: str) -> Document | None:
        """The current document that a raw path stands for."""
        with self._lock:
            found = self._named.get(raw_path)
            if found is not None:
                self._kept.move_to_end(found.path)
            return found

    def name(self, raw_path: str, document: Document, generation: int) -> None:
        """Let a raw path stand for a document, if that is kept and known to be current."""
        with self._lock:
            if self._holds(document) and generation == self._generation:
                document.names.add(raw_path)
                self._named[raw_path] = document
                self._put(document)

    def weigh(self, document: Document) -> None:
        """Count a document anew, which was coded or compared since it was kept."""
        with self._lock:
            if self._holds(document):
                self._put(document)

    def begin_generation(self) -> dict[str, str]:
        """Begin to look for what is not current; the digest at each path that has a name."""
        with self._lock:
            self._generation += 1
            return {document.path: document.digest for document in self._named.values()}

    def retire(self, path: str, digest: str) -> None:
        """Take its names from the document at a path, if it still has this digest.

        It is kept: it is the last good version.
        """
        with self._lock:
            kept = self._kept.get(path)
            if kept and kept[0].digest == digest:
                self._forget_names(kept[0])

    def _holds(self, document: Document) -> bool:
        kept = self._kept.get(document.path)
        return kept is not None and kept[0] is document

    def _put(self, document: Document) -> None:
        before = self._kept.pop(document.path, None)
        if before:
            self._octets -= before[1]
            if before[0] is not document:
                self._forget_names(before[0])
        octets = document.octets
        self._kept[document.path] = (document, octets)
        self._octets += octets
        while self._octets > self._most and len(self._kept) > 1:
            _, (leaving, its_octets) = self._kept.popitem(last=False)
            self._octets -= its_octets
            self._forget_names(leaving)

    def _forget_names(self, document: Document) -> None:
        for raw_path in document.names:
            self._named.pop(raw_path, None)
        document.names.clear()
