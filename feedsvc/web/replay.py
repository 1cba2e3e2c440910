"""In front of Flask: what it has answered once about a document is said again without it.

A poll is a look-up by raw path. Pages, errors, other methods, query strings, and whatever has
not been asked before go to Flask.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from feedsvc.web.conditions import asks_for_delta, is_current
from feedsvc.web.feeds import ANSWERED
from feedsvc.web.limits import RETRY_AFTER, Limiter
from feedsvc.web.representations import Document, Reply, Shelf

_NOT_MODIFIED: Final = "304"

_Environ = dict[str, Any]
_StartResponse = Callable[..., Any]
_App = Callable[[_Environ, _StartResponse], Iterable[bytes]]


class Replay:
    """A WSGI callable over another: same answers, sooner."""

    def __init__(self, inner: _App, shelf: Shelf, limiter: Limiter | None = None) -> None:
        self._inner = inner
        self._shelf = shelf
        self._limiter = limiter

    def __call__(self, environ: _Environ, start_response: _StartResponse) -> Iterable[bytes]:
        """Answer a request from memory, or let the inner app answer and learn from it."""
        if not _may_be_replayed(environ):
            return self._inner(environ, start_response)
        document = self._shelf.named(environ["PATH_INFO"])
        if document and self._limiter:
            seconds = self._limiter.wait(environ)
            if seconds:
                environ[RETRY_AFTER] = seconds
                return self._inner(environ, start_response)
        reply = _reply(document, environ) if document else None
        if reply is None:
            return self._learned(environ, start_response)
        start_response(reply.status, reply.headers.copy())  # a server may change them
        return reply.body.copy() if environ["REQUEST_METHOD"] == "GET" else []

    def _learned(self, environ: _Environ, start_response: _StartResponse) -> Iterable[bytes]:
        raw_path = environ["PATH_INFO"]
        generation = self._shelf.generation
        heard: list[tuple[str, list[tuple[str, str]]]] = []

        def hear(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            heard.append((status, headers))
            return start_response(status, headers, *rest)

        body = self._inner(environ, hear)
        answered = environ.get(ANSWERED)
        if answered and heard:
            document, coding = answered
            _keep_reply(document, coding, *heard[-1])
            self._shelf.name(raw_path, document, generation)
        return body


def _may_be_replayed(environ: _Environ) -> bool:
    """True for a plain GET or HEAD. A browser's navigation may get a page for people."""
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and not environ.get("QUERY_STRING")
        and environ.get("HTTP_SEC_FETCH_DEST", "empty") == "empty"
    )


def _reply(document: Document, environ: _Environ) -> Reply | None:
    unmodified = is_current(document, environ)
    if not unmodified and asks_for_delta(environ):
        return None
    coding = document.coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
    return document.replies.get((coding, unmodified))


def _keep_reply(
    document: Document, coding: str, status: str, headers: list[tuple[str, str]]
) -> None:
    """The answer to the next who asks so. Its date is the server's to write."""
    unmodified = status.startswith(_NOT_MODIFIED)
    if not unmodified and not status.startswith("200"):
        return
    lasting = [(name, value) for name, value in headers if name.lower() != "date"]
    body = [] if unmodified else [document.bytes_in(coding)]
    document.replies[coding, unmodified] = Reply(status, lasting, body)
