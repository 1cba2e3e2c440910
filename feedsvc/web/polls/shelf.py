"""Keeps documents ready in memory: each version is rendered once, and each coding made once."""

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Final, TypeAlias

from feedsvc.core import addresses
from feedsvc.core.feeds.formats import plain_type
from feedsvc.web.polls.codings import CODINGS, coding_for

_PASSING_SHARE: Final = 8  # they have the eighth part, or less
_OVERHEAD: Final = 8000  # octets of a document beside its bodies: replies, verdicts


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of Flask without its date: a WSGI status, headers, the body.

    `head` is the status line and the headers of HTTP/1.1, without the empty line.
    """

    status: str
    headers: list[tuple[str, str]]
    body: list[bytes]
    head: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One version of a document. `tag` is the strong validator of its plain `body`.

    `last_modified` is None if nobody knows when it changed. A document that `is_passing` is one
    that no subscriber polls, such as an archive page: it is compared with the store at each
    request, and takes no room on the shelf from others. The document of a filter is `cut_from`
    the feeds at these paths.

    `targets` are the request targets that it is replayed at; it has some only while it is
    current. `replies` has the answers by coding, and whether they are a 304. `verdicts` has the
    results of `current_from` by conditions. `deltas` has the new entries since an earlier
    version, by the tag of that version; None means that the whole document is sent.
    """

    path: str
    digest: str
    tag: str
    last_modified: datetime | None
    media_type: str
    links: str
    vary: str
    body: bytes
    is_passing: bool = False
    cut_from: tuple[str, ...] = ()
    targets: set[str] = field(default_factory=set)
    replies: dict[tuple[str, bool], Reply] = field(default_factory=dict)
    verdicts: dict[tuple[str | None, str | None], float] = field(default_factory=dict)
    deltas: "dict[str, Document | None]" = field(default_factory=dict)
    _coded: dict[str, bytes] = field(default_factory=dict)
    _coding: Any = field(default_factory=Lock)

    def with_body(self, body: bytes) -> "Document":
        """The same version with another body, which has a part of the entries."""
        return Document(
            *(self.path, self.digest, self.tag, self.last_modified, self.media_type),
            *(self.links, self.vary),
            body,
        )

    @property
    def feed_path(self) -> str:
        """The path of its feed. The list of feeds has the path of the site's feed."""
        folder = self.path.rpartition("/")[0]
        archived = addresses.archive_page_at(folder)
        return archived[0] if archived else folder

    @property
    def plain_type(self) -> str:
        """A media type for programs that do not know the media types of feeds."""
        return plain_type(self.media_type)

    def coding_for(self, accept_encoding: str) -> str:
        """The coding of the answer to a client; `` for none."""
        return coding_for(accept_encoding, len(self.body))

    def tag_in(self, coding: str) -> str:
        """The strong validator of the document in a coding."""
        return f"{self.tag}-{coding}" if coding else self.tag

    def bytes_in(self, coding: str) -> bytes:
        """The body in a coding. It is made once."""
        if not coding:
            return self.body
        with self._coding:
            if coding not in self._coded:
                self._coded[coding] = CODINGS[coding](self.body)
            return self._coded[coding]

    @property
    def octets(self) -> int:
        """Roughly the memory that it takes."""
        coded = sum(map(len, [*self._coded.values()]))
        deltas = sum(delta.octets for delta in [*self.deltas.values()] if delta)
        return len(self.body) + coded + deltas + _OVERHEAD


_ByPath: TypeAlias = OrderedDict[str, tuple[Document, int]]  # with its octets


class Shelf:
    """The documents that were requested last, up to a limit of memory. It is thread-safe.

    A document stays at its path until a later version replaces it, even if it is not current.
    It can be found by request target only while it is current. Each check for documents that
    are not current begins a *generation*. A request that began in an earlier generation may
    have read an old version, so it cannot add a target.

    Passing documents have what others leave free, up to an eighth of the limit: whoever walks
    through all archive pages evicts no feed.
    """

    def __init__(self, most_octets: int) -> None:
        self._polled: _ByPath = OrderedDict()
        self._passing: _ByPath = OrderedDict()
        self._by_target: dict[str, Document] = {}
        self._lock = Lock()
        self._octets = 0  # of both
        self._passing_octets = 0
        self._most = most_octets
        self._generation = 0
        self._rendered: Counter[str] = Counter()

    def take_rendered(self) -> Counter[str]:
        """How many documents were rendered since the last call, by the name of the document."""
        with self._lock:
            taken, self._rendered = self._rendered, Counter()
            return taken

    @property
    def generation(self) -> int:
        """The number of checks so far for documents that are not current."""
        return self._generation

    def get(self, path: str) -> Document | None:
        """The last document at a path, which may not be current."""
        with self._lock:
            for by_path in (self._polled, self._passing):
                if kept := by_path.get(path):
                    by_path.move_to_end(path)
                    return kept[0]
            return None

    def current(self, path: str) -> Document | None:
        """The document at a path; None if it may not be current."""
        document = self.get(path)
        return document if document and document.targets else None

    def keep(self, document: Document) -> None:
        """Keep a document that was rendered. Evict those that were requested longest ago."""
        with self._lock:
            self._rendered[document.path.rpartition("/")[2]] += 1
            self._put(document)

    def at_target(self, target: str) -> Document | None:
        """The current document at a request target."""
        with self._lock:
            document = self._by_target.get(target)
            if document is not None:
                self._polled.move_to_end(document.path)
            return document

    def add_target(self, target: str, document: Document, generation: int) -> None:
        """Replay a document at a request target.

        Do nothing if the shelf does not keep it, if it may not be current, or if it is passing.
        """
        with self._lock:
            if document.is_passing:
                return
            if self._keeps(document) and generation == self._generation:
                document.targets.add(target)
                self._by_target[target] = document
                self._put(document)

    def recount(self, document: Document) -> None:
        """Count the memory of a document again, after a coding or a delta was added."""
        with self._lock:
            if self._keeps(document):
                self._put(document)

    def begin_generation(self) -> dict[str, str]:
        """Begin a check for documents that are not current.

        Returns the digest of each document that has a target, by path.
        """
        with self._lock:
            self._generation += 1
            return {document.path: document.digest for document in self._by_target.values()}

    def retire(self, path: str, digest: str) -> None:
        """Remove the targets of the document at a path, if it still has this digest.

        The document stays: it is the last good version.
        """
        with self._lock:
            kept = self._polled.get(path)
            if kept and kept[0].digest == digest:
                self._remove_targets(kept[0])

    def _keeps(self, document: Document) -> bool:
        kept = self._like(document).get(document.path)
        return kept is not None and kept[0] is document

    def _like(self, document: Document) -> _ByPath:
        return self._passing if document.is_passing else self._polled

    def _put(self, document: Document) -> None:
        by_path = self._like(document)
        before = by_path.pop(document.path, None)
        if before:
            self._count(before[0], -before[1])
            if before[0] is not document:
                self._remove_targets(before[0])
        octets = document.octets
        by_path[document.path] = (document, octets)
        self._count(document, octets)
        while self._passing and self._has_too_much_passing():
            self._evict(self._passing)
        while self._octets > self._most and len(self._polled) > 1:
            self._evict(self._polled)

    def _has_too_much_passing(self) -> bool:
        most = self._most // _PASSING_SHARE
        return self._octets > self._most or self._passing_octets > most

    def _evict(self, by_path: _ByPath) -> None:
        _, (evicted, its_octets) = by_path.popitem(last=False)
        self._count(evicted, -its_octets)
        self._remove_targets(evicted)

    def _count(self, document: Document, octets: int) -> None:
        self._octets += octets
        if document.is_passing:
            self._passing_octets += octets

    def _remove_targets(self, document: Document) -> None:
        for target in document.targets:
            self._by_target.pop(target, None)
        document.targets.clear()
