"""Connects the event loop to Flask: threads compute answers, and never wait for a client.

The event loop reads the whole body before it calls Flask, and sends the answer as fast as the
client reads it.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Awaitable, Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from io import BytesIO
from itertools import islice
from typing import Any, Final, Protocol, TypeVar, runtime_checkable
from urllib.parse import unquote_to_bytes

from feedsvc.logs import REQUEST
from feedsvc.source.folder import Unsettled
from feedsvc.web.admin.status_page import CONNECTIONS
from feedsvc.web.polls.http_dates import date_now
from feedsvc.web.polls.replay import Replay
from feedsvc.web.request_bodies import MOST_BODY_OCTETS, UNREAD
from feedsvc.web.server.descriptors import most_connections
from feedsvc.web.server.request_log import HEADER, ONLY_ERRORS, RequestLog, request_id

THREADS: Final = 4  # more threads would only compete for the interpreter
MOST_HELD_OCTETS: Final = 16 * MOST_BODY_OCTETS  # of all request bodies in this process

# The scope key for a callable that returns True if the client has disconnected.
IS_DISCONNECTED: Final = "feedsvc.is_disconnected"
PEER: Final = "feedsvc.peer"  # the scope key for the connection
# The scope key for the number of connections of this process.
OPEN_CONNECTIONS: Final = "feedsvc.open_connections"

log = logging.getLogger("feedsvc.web")

_Environ = dict[str, Any]
_Receive = Callable[[], Awaitable[Any]]
_Send = Callable[[Any], Awaitable[None]]
_T = TypeVar("_T")


@runtime_checkable
class _Closable(Protocol):
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer: `begun` is the first part of the body, `rest` yields further parts, if any."""

    status: int
    headers: list[tuple[bytes, bytes]]
    begun: bytes
    rest: Generator[bytes, None, None] | None


class Gateway:
    """An ASGI app that calls a WSGI app in a small pool of threads."""

    def __init__(self, app: Replay, requests: RequestLog = ONLY_ERRORS) -> None:
        self.app = app
        self.requests = requests
        self._threads = ThreadPoolExecutor(THREADS, "answers")
        # Health checks need no store, so they do not queue behind requests that wait for it.
        self._health_thread = ThreadPoolExecutor(1, "health")
        self._held = 0  # octets of request bodies

    async def __call__(self, scope: Any, receive: _Receive, send: _Send) -> None:
        """Answer one request, unless its client disconnects before it is complete.

        An exception closes the connection, so that the client can see that the answer is
        incomplete. The request has an id, for its answer and for what is logged meanwhile.
        """
        given = _given_id(scope)
        REQUEST.set(request_id(given))  # uvicorn calls this in a task of its own
        try:
            await self._respond(scope, receive, send, has_id=bool(given))
        except Unsettled:  # somebody changed the file while it was sent: not a fault
            raise
        except Exception:
            log.exception("%s %s failed", scope["method"], scope["path"])
            raise

    async def _respond(
        self, scope: Any, receive: _Receive, send: _Send, *, has_id: bool
    ) -> None:
        began = time.monotonic()
        environ = environ_of(scope)
        is_disconnected = scope.get(IS_DISCONNECTED, lambda: False)
        body = bytearray()
        try:
            if scope["method"] == "POST" and not await self._read(body, environ, receive):
                return
            environ["wsgi.input"] = BytesIO(b"" if UNREAD in environ else body)
            is_health = scope["path"] in self.app.health_paths
            threads = self._health_thread if is_health else self._threads
            loop = asyncio.get_running_loop()
            answering = partial(copy_context().run, self._answer, environ, is_disconnected)
            answer = await loop.run_in_executor(threads, answering)
        finally:
            self._held -= len(body)
        if answer is None:
            return
        if PEER in scope:
            sent = 0 if answer.status == HTTPStatus.NOT_MODIFIED else len(answer.begun)
            self.app.count_answer(environ, answer.status, sent, scope[PEER], time.time())
        headers = [(b"date", date_now()), *answer.headers]
        path = environ["RAW_URI"].partition("?")[0]
        if has_id or self.requests.may_log(path, answer.status):
            headers.append((HEADER.encode(), REQUEST.get().encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if answer.rest is None:
            await send({"type": "http.response.body", "body": answer.begun})
            octets = len(answer.begun)
        else:
            octets = await self._send_pieces(answer.begun, answer.rest, is_disconnected, send)
        seconds = time.monotonic() - began
        self.requests.note(scope["method"], path, answer.status, octets, seconds)

    async def _read(self, body: bytearray, environ: _Environ, receive: _Receive) -> bool:
        """Read the body, or store the reason for not reading it in `environ[UNREAD]`.

        False if the client has disconnected.
        """
        # int() raises on thousands of digits, even if they are zeros.
        if int(environ.get("CONTENT_LENGTH", "").lstrip("0") or 0) > MOST_BODY_OCTETS:
            environ[UNREAD] = 413
        while UNREAD not in environ:
            message = await receive()
            if message["type"] != "http.request":
                return False
            body += message["body"]
            self._held += len(message["body"])
            if len(body) > MOST_BODY_OCTETS:
                environ[UNREAD] = 413
            elif not message["more_body"]:
                break
            elif self._held > MOST_HELD_OCTETS:
                environ[UNREAD] = 503
        return True

    def _answer(self, environ: _Environ, is_disconnected: Callable[[], bool]) -> _Answer | None:
        """Call the app. `rest` is None if the body has only one part.

        None if the client disconnected while its request was queued: nothing is computed then.
        """
        if is_disconnected():
            return None
        started: list[tuple[str, list[tuple[str, str]]]] = []
        pieces = _pieces(self.app(environ, lambda *arguments: started.append(arguments[:2])))
        begun = list(islice(pieces, 2))
        status, headers = started[-1]
        return _Answer(
            status=int(status[:3]),
            headers=[
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in headers
                if name.lower() != "date"  # the date is written when the answer is sent
            ],
            begun=b"".join(begun),
            rest=pieces if len(begun) == 2 else None,
        )

    async def _send_pieces(
        self,
        begun: bytes,
        rest: Generator[bytes, None, None],
        is_disconnected: Callable[[], bool],
        send: _Send,
    ) -> int:
        """Send the parts of a body until the end, or until the client disconnects.

        The next part is read when the client has taken the previous one. Returns the octets
        that were sent.
        """
        octets = 0
        try:
            piece = begun
            while piece and not is_disconnected():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                octets += len(piece)
                piece = await self._in_thread(next, rest, b"")
            await send({"type": "http.response.body"})
        finally:
            await self._in_thread(rest.close)
        return octets

    async def _in_thread(self, call: Callable[..., _T], *arguments: Any) -> _T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, call, *arguments)


def _pieces(iterable: Iterable[bytes]) -> Generator[bytes, None, None]:
    """The body of a WSGI app. Its iterable is closed when this generator ends (PEP 3333)."""
    try:
        yield from iterable
    finally:
        if isinstance(iterable, _Closable):
            iterable.close()


def _given_id(scope: Any) -> str:
    """The id that a request brings; empty if it brings none, or several."""
    given = [value for name, value in scope["headers"] if name == HEADER.encode()]
    return given[0].decode("latin-1") if len(given) == 1 else ""


def environ_of(scope: Any) -> _Environ:
    """The WSGI environ of an ASGI request, without a body (PEP 3333).

    RAW_URI is the request target as the client sent it. Headers with an underscore are omitted,
    because the environ has the same name for them as for those with a hyphen.
    """
    path, query = scope["raw_path"], scope["query_string"].decode("latin-1")
    target = path.decode("latin-1")
    host, port = scope["server"] or ("", 0)
    environ: _Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": f"{target}?{query}" if query else target,
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": scope["client"][0] if scope["client"] else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input_terminated": True,  # a chunked body has no Content-Length
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        CONNECTIONS: (scope.get(OPEN_CONNECTIONS, 0), most_connections()),
    }
    for raw_name, raw_value in scope["headers"]:
        if b"_" in raw_name:
            continue
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        if name not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            name = f"HTTP_{name}"
        value = raw_value.decode("latin-1")
        environ[name] = f"{environ[name]},{value}" if name in environ else value
    return environ
