"""In front of Flask: what it has answered once about a document is said again without it.

A poll is a look-up by raw path. Pages, errors, other methods, query strings, and whatever has
not been asked before go to Flask.
"""

import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from feedsvc.web.polls.conditions import (
    asks_for_delta,
    current_from,
    is_current,
)
from feedsvc.web.polls.documents import ANSWERED
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
# An encoding that need not be there, or is not in upper case. Of any address there are endless
# ones that are written so, and one that is not.
_ODDLY_WRITTEN: Final = re.compile("%(?![89A-F][0-9A-F])")
_MOST_HEADS: Final = 4096
_LONGEST_HEAD: Final = 1000  # octets

_Environ = dict[str, Any]
_StartResponse = Callable[..., Any]
_Version = tuple[str, datetime]  # its tag and when it began
_Kind = tuple[str, bool]  # the coding of a reply, and whether it is a 304
_App = Callable[[_Environ, _StartResponse], Iterable[bytes]]


class Replay:
    """A WSGI callable over another: same answers, sooner."""

    def __init__(
        self,
        inner: _App,
        shelf: Shelf,
        limiter: Limiter | None = None,
        health_paths: Collection[str] = (),
    ) -> None:
        self.health_paths = health_paths  # are answered without the store
        self._inner = inner
        self._shelf = shelf
        self._limiter = limiter
        # Requests as they were sent, each with its target, the version that was answered with,
        # and which reply it was: not the reply, which would outlast its version.
        self._heads: OrderedDict[bytes, tuple[str, _Version, _Kind, float]] = OrderedDict()

    def again(self, head: bytes) -> Reply | None:
        """The reply to a request of which every octet was sent before, if it is still right.

        A reader polls with the same octets until there is something new.
        """
        known = self._heads.get(head)
        if known is None:
            return None
        target, version, kind, changed_at = known
        document = self._shelf.named(target)
        if document is None or (document.tag, document.last_modified) != version:
            return None
        return None if changed_at > time.time() else document.replies.get(kind)

    def at_once(self, environ: _Environ, head: bytes = b"") -> Reply | None:
        """The reply to a request of which its method, target and headers are known.

        `head` is all of it as it was sent, to be known again. None where Flask has to answer,
        or the limit has to be asked.
        """
        if self._limiter and not is_conditional(environ):
            return None
        target = _target(environ)
        document = self._shelf.named(target) if _may_be_replayed(environ) else None
        if document is None:
            return None
        kind = _kind(document, environ)
        reply = _reply(document, kind)
        # One that is right from some time on only is looked at again.
        is_lasting = math.isinf(current_from(document, environ))
        if reply and kind and is_lasting and 0 < len(head) <= _LONGEST_HEAD:
            version = (document.tag, document.last_modified)
            changed_at = document.last_modified.timestamp()
            self._heads[head] = (target, version, kind, changed_at)
            if len(self._heads) > _MOST_HEADS:
                self._heads.popitem(last=False)
        return reply

    def __call__(self, environ: _Environ, start_response: _StartResponse) -> Iterable[bytes]:
        """Answer a request from memory, or let the inner app answer and learn from it."""
        if not _may_be_replayed(environ):
            return self._inner(environ, start_response)
        document = self._shelf.named(_target(environ))
        if document and self._limiter:
            seconds = self._limiter.wait(environ)
            if seconds:
                environ[RETRY_AFTER] = seconds
                return self._inner(environ, start_response)
        kind = _kind(document, environ) if document else None
        reply = _reply(document, kind) if document else None
        if reply is None:
            return self._learned(environ, start_response)
        start_response(reply.status, reply.headers.copy())  # a server may change them
        return reply.body.copy() if environ["REQUEST_METHOD"] == "GET" else []

    def _learned(self, environ: _Environ, start_response: _StartResponse) -> Iterable[bytes]:
        target = _target(environ)  # an app may change the environ
        generation = self._shelf.generation
        began = datetime.now(UTC)
        heard: list[tuple[str, list[tuple[str, str]]]] = []

        def hear(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            heard.append((status, headers))
            return start_response(status, headers, *rest)

        body = self._inner(environ, hear)
        answered = environ.get(ANSWERED)
        if answered and heard and not _ODDLY_WRITTEN.search(target):
            document, coding = answered
            # A feed that moves several times in a second is dated ahead, and until then an
            # answer says "now" (RFC 9110 §8.8.2.1), which later no 304 would come of.
            if document.last_modified <= began:
                _keep_reply(document, coding, *heard[-1])
            self._shelf.name(target, document, generation)
        return body


def _target(environ: _Environ) -> str:
    """A request's target as it was sent, where the server tells."""
    target: str = environ.get("RAW_URI") or environ["PATH_INFO"]
    return target


def _may_be_replayed(environ: _Environ) -> bool:
    """True for a plain GET or HEAD. A browser's navigation may get a page for people."""
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and not environ.get("QUERY_STRING")
        and environ.get("HTTP_SEC_FETCH_DEST", "empty") == "empty"
    )


def _reply(document: Document, kind: _Kind | None) -> Reply | None:
    """The reply of this kind; None while the document is dated ahead of the clock.

    A reply has the date of its document, which must not be later than `Date`: the clock may
    have been put back since (RFC 9110 §8.8.2.1).
    """
    if kind is None or document.last_modified.timestamp() > time.time():
        return None
    return document.replies.get(kind)


def _kind(document: Document, environ: _Environ) -> _Kind | None:
    """Which of a document's replies is right: its coding, and whether it is a 304."""
    unmodified = is_current(document, environ)
    if not unmodified and asks_for_delta(environ):
        return None
    return document.coding_for(environ.get("HTTP_ACCEPT_ENCODING", "")), unmodified


def _keep_reply(
    document: Document, coding: str, status: str, headers: list[tuple[str, str]]
) -> None:
    """The answer to the next who asks so. Its date is the server's to write."""
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
