"""Replays stored replies to polls, so that Flask answers only the first poll for a version.

A poll is one look-up by request target. Flask answers pages, errors, other methods, requests
with a query, and every request that is new.
"""

import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from feedsvc.core.filters.filter import FILTER_PATHS
from feedsvc.web.counting.counting import Peer, Tally
from feedsvc.web.counting.poll_kinds import PollKinds
from feedsvc.web.polls.conditions import (
    asks_for_delta,
    current_from,
    is_current,
)
from feedsvc.web.polls.documents import ANSWERED, POLLED
from feedsvc.web.polls.rate_limits import (
    RETRY_AFTER,
    Limiter,
    is_conditional,
)
from feedsvc.web.polls.shelf import (
    Document,
    Reply,
    Shelf,
)

_NOT_MODIFIED: Final = "304"
# A percent-encoding that is not needed, or in lower case. Each address has countless spellings
# with such encodings, and one without: only that one is stored.
_UNUSUAL_ENCODING: Final = re.compile("%(?![89A-F][0-9A-F])")
_FILTERS: Final = tuple(f"/{path}" for path in FILTER_PATHS)  # also below a base path
_MOST_REQUESTS: Final = 4096
_LONGEST_REQUEST: Final = 1000  # octets

_Environ = dict[str, Any]
_StartResponse = Callable[..., Any]
_Version = tuple[str, datetime | None]  # a document's tag and Last-Modified
_Kind = tuple[str, bool]  # the coding of a reply, and whether it is a 304
# The target of a request, the version and the kind of its reply, Last-Modified, and what counts
# it. Not the reply itself, which would stay in memory after its version.
_Replied = tuple[str, _Version, _Kind, float, Tally | None]
_App = Callable[[_Environ, _StartResponse], Iterable[bytes]]


class Replay:
    """A WSGI app that wraps another one and gives the same answers, but faster."""

    def __init__(
        self,
        inner: _App,
        shelf: Shelf,
        limiter: Limiter | None = None,
        health_paths: Iterable[str] = (),
        kinds: PollKinds | None = None,
    ) -> None:
        """`kinds` counts polls; None if nobody counts them."""
        self.health_paths = frozenset(health_paths)  # these need no store
        self.kinds = kinds
        self._inner = inner
        self._shelf = shelf
        self._limiter = limiter
        self._requests: OrderedDict[bytes, _Replied] = OrderedDict()  # by their octets
        self._alike: OrderedDict[bytes, _Replied] = OrderedDict()  # by what decides the reply
        self._count = kinds.counting.count if kinds else _count_nothing
        if kinds:
            kinds.counting.turned = self.forget_requests

    def forget_requests(self) -> None:
        """Forget the octets of requests: what counts them is of another day."""
        self._requests.clear()
        self._alike.clear()

    def replay(self, octets: bytes, peer: Peer | None = None) -> Reply | None:
        """The reply to a request that was received before with exactly these octets.

        A reader sends the same octets until there is a new version. None if there is no reply,
        or if it is out of date. `peer` is the connection that polls.
        """
        stored = self._requests.get(octets)
        return self._reply_again(stored, peer) if stored else None

    def replay_alike(
        self, octets: bytes, essence: bytes, peer: Peer | None = None
    ) -> Reply | None:
        """The reply to a request with the same essence as an earlier one, else None.

        The essence is all that decides the reply; an empty one decides nothing. Next time
        `replay` finds the reply.
        """
        stored = self._alike.get(essence)
        if stored and self.kinds and stored[-1]:
            tally = self.kinds.tally_alike(stored[-1], octets)
            if tally is not stored[-1]:
                stored = (*stored[:-1], tally)
        reply = self._reply_again(stored, peer) if stored else None
        if stored and reply:
            _keep(self._requests, octets, stored)
        return reply

    def _reply_again(self, stored: _Replied, peer: Peer | None) -> Reply | None:
        target, version, kind, changed_at, tally = stored
        document = self._shelf.at_target(target)
        if document is None or (document.tag, document.last_modified) != version:
            return None
        now = time.time()
        reply = None if changed_at > now else document.replies.get(kind)
        if reply is not None and tally is not None and peer is not None:
            self._count(tally, peer, now)
        return reply

    def reply_to(
        self,
        environ: _Environ,
        octets: bytes = b"",
        essence: bytes = b"",
        peer: Peer | None = None,
    ) -> Reply | None:
        """The stored reply to a request with this method, target and headers.

        `octets` is the whole request, and `essence` all of it that decides the reply. With
        these, `replay` and `replay_alike` find the reply next time. None if Flask has to
        answer, or if the rate limit has to be checked.
        """
        if self._limiter and not is_conditional(environ):
            return None
        target = _target(environ)
        document = self._shelf.at_target(target) if _may_be_replayed(environ) else None
        if document is None:
            return None
        kind = _kind(document, environ)
        reply = _reply(document, kind)
        tally = self._tally(document, kind, environ) if reply and kind else None
        if tally and peer:
            self._count(tally, peer, time.time())
        # A reply that becomes right, or wrong, at some time must be checked each time.
        is_lasting = math.isinf(current_from(document, environ))
        if reply and kind and is_lasting and 0 < len(octets) <= _LONGEST_REQUEST:
            version = (document.tag, document.last_modified)
            replied = (target, version, kind, _changed_at(document), tally)
            _keep(self._requests, octets, replied)
            if essence:
                _keep(self._alike, essence, replied)
        return reply

    def count_answer(
        self, environ: _Environ, status: int, sent: int, peer: Peer, now: float
    ) -> None:
        """Count an answer that was computed for this request, if it is a poll.

        `sent` is the octets of its body.
        """
        polled = environ.get(POLLED)
        is_navigation = environ.get("HTTP_SEC_FETCH_DEST") == "document"
        if not (self.kinds and polled) or environ["REQUEST_METHOD"] != "GET" or is_navigation:
            return
        document, coding = polled
        sizes = (len(document.body), sent)
        poll = self.kinds.poll(document.path, document.tag, sizes, (coding, status), environ)
        if poll:
            self._count(self.kinds.tally(poll, environ), peer, now)

    def _tally(self, document: Document, kind: _Kind, environ: _Environ) -> Tally | None:
        if not self.kinds:
            return None
        coding, unmodified = kind
        sizes = (len(document.body), 0 if unmodified else len(document.bytes_in(coding)))
        status = HTTPStatus.NOT_MODIFIED if unmodified else HTTPStatus.OK
        poll = self.kinds.poll(
            document.path, document.tag, sizes, (coding, int(status)), environ
        )
        return self.kinds.tally(poll, environ) if poll else None

    def __call__(self, environ: _Environ, start_response: _StartResponse) -> Iterable[bytes]:
        """Answer a request with a stored reply, or call the inner app and store its answer."""
        if not _may_be_replayed(environ):
            if self._limiter and environ["PATH_INFO"].rstrip("/").endswith(_FILTERS):
                environ[RETRY_AFTER] = self._limiter.wait(environ)
            return self._inner(environ, start_response)
        document = self._shelf.at_target(_target(environ))
        if document and self._limiter:
            seconds = self._limiter.wait(environ)
            if seconds:
                environ[RETRY_AFTER] = seconds
                return self._inner(environ, start_response)
        kind = _kind(document, environ) if document else None
        reply = _reply(document, kind) if document else None
        if reply is None:
            return self._answer_and_store(environ, start_response)
        if document and kind:
            environ[POLLED] = (document, kind[0])
        start_response(reply.status, reply.headers.copy())  # a server may change them
        return reply.body.copy() if environ["REQUEST_METHOD"] == "GET" else []

    def _answer_and_store(
        self, environ: _Environ, start_response: _StartResponse
    ) -> Iterable[bytes]:
        target = _target(environ)  # an app may change the environ
        generation = self._shelf.generation
        began = time.time()
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            started.append((status, headers))
            return start_response(status, headers, *rest)

        body = self._inner(environ, start)
        answered = environ.get(ANSWERED)
        if answered and started and not _UNUSUAL_ENCODING.search(target):
            document, coding = answered
            # Several changes within a second date a feed ahead of the clock. Until then an
            # answer has the current time as Last-Modified (RFC 9110 §8.8.2.1). That must not
            # be stored, because a client that sends it back later would get no 304.
            if _changed_at(document) <= began:
                _keep_reply(document, coding, *started[-1])
            self._shelf.add_target(target, document, generation)
        return body


def _count_nothing(_tally: Tally, _peer: Peer, _now: float) -> None:
    """There is no tally if nothing is counted."""


def _keep(requests: OrderedDict[bytes, _Replied], octets: bytes, replied: _Replied) -> None:
    requests[octets] = replied
    if len(requests) > _MOST_REQUESTS:
        requests.popitem(last=False)


def _target(environ: _Environ) -> str:
    """The request target as the client sent it, if the server provides it; else the path."""
    target: str = environ.get("RAW_URI") or environ["PATH_INFO"]
    return target


def _may_be_replayed(environ: _Environ) -> bool:
    """True for a GET or HEAD without a query that is not the navigation of a browser.

    A browser may get an HTML page at the same address.
    """
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and not environ.get("QUERY_STRING")
        and environ.get("HTTP_SEC_FETCH_DEST", "empty") == "empty"
    )


def _reply(document: Document, kind: _Kind | None) -> Reply | None:
    """The reply of this kind; None while the document is dated ahead of the clock.

    The Last-Modified of a reply must not be later than its Date (RFC 9110 §8.8.2.1), and
    somebody may have set the clock back.
    """
    if kind is None or _changed_at(document) > time.time():
        return None
    return document.replies.get(kind)


def _changed_at(document: Document) -> float:
    """When it changed, in seconds since 1970; minus infinity if that is unknown."""
    return document.last_modified.timestamp() if document.last_modified else -math.inf


def _kind(document: Document, environ: _Environ) -> _Kind | None:
    """The kind of reply that this request gets; None if Flask has to make a delta."""
    unmodified = is_current(document, environ)
    if not unmodified and asks_for_delta(environ):
        return None
    return document.coding_for(environ.get("HTTP_ACCEPT_ENCODING", "")), unmodified


def _keep_reply(
    document: Document, coding: str, status: str, headers: list[tuple[str, str]]
) -> None:
    """Store an answer with its document. The server writes the date."""
    unmodified = status.startswith(_NOT_MODIFIED)
    if not unmodified and not status.startswith("200"):
        return
    lasting = [(name, value) for name, value in headers if name.lower() != "date"]
    body = [] if unmodified else [document.bytes_in(coding)]
    code = HTTPStatus(int(status[:3]))
    lines = [
        f"HTTP/1.1 {code} {code.phrase}",
        *(f"{name.lower()}: {value}" for name, value in lasting),
        "",
    ]
    head = "\r\n".join(lines).encode("latin-1")
    document.replies[coding, unmodified] = Reply(status, lasting, body, head)
