"""Between the event loop and Flask: threads compute answers, and wait for no client.

A body is here before Flask is asked, and an answer is sent at the pace of its reader.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any, Final, Protocol, TypeVar, runtime_checkable
from urllib.parse import unquote_to_bytes

from feedsvc.source.folder import Unsettled
from feedsvc.web.polls.http_dates import date_now
from feedsvc.web.polls.replay import Replay
from feedsvc.web.request_bodies import MOST_BODY_OCTETS, UNREAD

THREADS: Final = 4  # more of them only wait for one another
MOST_HELD_OCTETS: Final = 16 * MOST_BODY_OCTETS  # of all bodies in this process

# Under this key of the scope stands a callable: whether the client is known to have gone.
IS_GONE: Final = "feedsvc.is_gone"

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
    """A status, headers, and pieces of a body; `rest` has further ones, if there are any."""

    status: int
    headers: list[tuple[bytes, bytes]]
    begun: bytes
    rest: Generator[bytes, None, None] | None


class Gateway:
    """An ASGI app that asks a WSGI app, in one of few threads."""

    def __init__(self, app: Replay) -> None:
        self.app = app
        self._threads = ThreadPoolExecutor(THREADS, "answers")
        # Requests that need no store wait behind none that waits for it.
        self._health_thread = ThreadPoolExecutor(1, "health")
        self._held = 0  # octets of bodies

    async def __call__(self, scope: Any, receive: _Receive, send: _Send) -> None:
        """Answer one request; not a word to a client that goes before it has asked.

        What is raised ends the connection: an answer that has begun is then seen to be cut off.
        """
        try:
            await self._respond(scope, receive, send)
        except Unsettled:  # a file was changed while it was sent: no fault of anybody
            raise
        except Exception:
            log.exception("%s %s failed", scope["method"], scope["path"])
            raise

    async def _respond(self, scope: Any, receive: _Receive, send: _Send) -> None:
        environ = environ_of(scope)
        is_gone = scope.get(IS_GONE, lambda: False)
        body = bytearray()
        try:
            if scope["method"] == "POST" and not await self._read(body, environ, receive):
                return
            environ["wsgi.input"] = BytesIO(b"" if UNREAD in environ else body)
            is_health = scope["path"] in self.app.health_paths
            threads = self._health_thread if is_health else self._threads
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(threads, self._answer, environ, is_gone)
        finally:
            self._held -= len(body)
        if answer is None:
            return
        headers = [(b"date", date_now()), *answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if answer.rest is None:
            await send({"type": "http.response.body", "body": answer.begun})
        else:
            await self._send_pieces(answer.begun, answer.rest, is_gone, send)

    async def _read(self, body: bytearray, environ: _Environ, receive: _Receive) -> bool:
        """Read a body, or say in the environ why not; False where its client has gone."""
        # Python refuses to read thousands of digits, zeros too.
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

    def _answer(self, environ: _Environ, is_gone: Callable[[], bool]) -> _Answer | None:
        """What the app answers. Of a body in one piece nothing is left to do.

        None for a client that has gone while others were answered: who comes and goes leaves
        nothing to compute.
        """
        if is_gone():
            return None
        heard: list[tuple[str, list[tuple[str, str]]]] = []
        pieces = _pieces(self.app(environ, lambda *started: heard.append(started[:2])))
        begun = list(islice(pieces, 2))
        status, headers = heard[-1]
        return _Answer(
            status=int(status[:3]),
            headers=[
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in headers
                if name.lower() != "date"  # it is written when the answer is sent
            ],
            begun=b"".join(begun),
            rest=pieces if len(begun) == 2 else None,
        )

    async def _send_pieces(
        self,
        begun: bytes,
        rest: Generator[bytes, None, None],
        is_gone: Callable[[], bool],
        send: _Send,
    ) -> None:
        """Send a body while there is a reader, each piece when the one before has left."""
        try:
            piece = begun
            while piece and not is_gone():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                piece = await self._in_thread(next, rest, b"")
            await send({"type": "http.response.body"})
        finally:
            await self._in_thread(rest.close)

    async def _in_thread(self, call: Callable[..., _T], *arguments: Any) -> _T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, call, *arguments)


def _pieces(iterable: Iterable[bytes]) -> Generator[bytes, None, None]:
    """What a WSGI app has returned; it is closed at its end, or with this (PEP 3333)."""
    try:
        yield from iterable
    finally:
        if isinstance(iterable, _Closable):
            iterable.close()


def environ_of(scope: Any) -> _Environ:
    """The WSGI environ of an ASGI request, without a body (PEP 3333).

    RAW_URI is the target as it was sent. Headers with an underscore are left out: in an environ
    they could not be told from those with a hyphen.
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
        "wsgi.input_terminated": True,  # a body in chunks has no length
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
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
