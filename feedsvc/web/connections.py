"""A connection to a client: uvicorn's, on which a poll is answered as soon as it is read.

uvicorn parses requests (with llhttp), keeps their order and minds the pace of readers. What is
ready-made needs neither a task nor a thread and is written at once. There are bounds as well,
on headers, on requests that wait, and on connections, since uvicorn has none.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, cast
from urllib.parse import quote_from_bytes

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from feedsvc.web.dates import date_now
from feedsvc.web.descriptors import most_connections
from feedsvc.web.gateway import IS_GONE, Gateway
from feedsvc.web.representations import Reply

MOST_HEADER_OCTETS: Final = 64 * 1024  # of one request, with its path
MOST_HEADERS: Final = 100
MOST_WAITING: Final = 100  # requests that were sent before an earlier one is answered
MOST_SENT_OCTETS: Final = 10_000_000  # in one request, and no end yet; Flask reads less

# The headers that a poll may depend on, as WSGI writes them.
_READ: Final[Mapping[bytes, str]] = {
    name.lower().encode(): f"HTTP_{name.upper().replace('-', '_')}"
    for name in (
        *("A-IM", "Accept-Encoding", "If-Modified-Since", "If-None-Match", "Sec-Fetch-Dest"),
    )
}
_ASCII: Final = bytes(range(128))
_END: Final = b"\r\n\r\n"
_OF_BODIES: Final = (b"content-length", b"transfer-encoding")
# Octets of a header. What was found of a longer one is not remembered, so that it takes up to a
# millisecond each time: that is for a thread.
_LONGEST: Final = 200

# Where in a request a connection is. While it is between two, what comes begins the next.
_BETWEEN: Final = 0
_IN_HEADERS: Final = 1
_IN_BODY: Final = 2


def _in_ascii(request: bytes) -> bytes:
    """A request whose first line is percent-encoded: some clients send `/tags/茶/` as it is."""
    line, *rest = request.partition(b"\r\n")
    return b"".join([quote_from_bytes(line, _ASCII).encode(), *rest])


class Connection(HttpToolsProtocol):
    """One connection, to the `Gateway` that uvicorn was given as its app."""

    _reply: Reply | None = None  # to the request whose headers have come
    _is_last = False  # the connection is to be closed after that
    _stage = _BETWEEN
    _octets = 0  # that have come since a request was last complete
    _piece = 0  # octets of what came last
    _first_piece = 0  # of that in which the request begins, perhaps behind others
    _head = b""  # a request that came in one piece
    _answering: RequestResponseCycle | None = None
    _is_refused = False

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._replay = cast(Gateway, self.app).app
        self._gone = asyncio.Event()  # the scope knows this, and not us: no circle to collect

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a client in. Beyond what may be, another makes room for it.

        One that rests, else one that is slow to read: else a crowd of such shuts everybody out.
        """
        super().connection_made(transport)
        if len(self.connections) > most_connections():
            others = [
                c for c in self.connections if isinstance(c, Connection) and c is not self
            ]
            leaving = next((c for c in others if c.rests), None) or next(
                (c for c in others if c.transport.get_write_buffer_size()), self
            )
            leaving.transport.abort()

    @property
    def rests(self) -> bool:
        """True where all that was asked is answered, and the answers are on their way."""
        return self._is_free and not self.transport.get_write_buffer_size()

    @property
    def waits(self) -> bool:
        """True where it is our turn: a request is here, and all before it is on its way."""
        asked = self._answering
        is_asked = asked and not asked.more_body and not asked.response_complete
        return bool(is_asked and not self.transport.get_write_buffer_size())

    @property
    def _is_free(self) -> bool:
        # None before the first request, whatever uvicorn's types say.
        return getattr(self.cycle, "response_complete", True)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let what is being answered know, which need not be the last that was asked."""
        self._gone.set()
        if self._answering:
            self._answering.disconnected = True
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        cycle.default_headers = []  # the gateway writes the date, which uvicorn does too early
        cycle.scope[IS_GONE] = self._gone.is_set  # type: ignore[typeddict-unknown-key]  # ours
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Go on to the next request; no further ones are read while any wait."""
        super().on_response_complete()
        if self.pipeline:
            self.flow.pause_reading()

    def eof_received(self) -> bool:  # type: ignore[override]  # as asyncio has it
        """A client that has asked, and sends no more, still gets its answer."""
        waits = not self._is_free and not self.cycle.more_body
        if waits:
            self.cycle.keep_alive = False
        return waits

    def data_received(self, data: bytes) -> None:
        """Answer what is asked; 400 and the end of it for headers without an end."""
        is_new = self._stage == _BETWEEN
        if is_new and self._may_answer():
            reply = self._replay.again(data)
            if reply:
                self._unset_keepalive_if_required()
                self._write(reply)
                return
        if self._is_refused:
            return
        if is_new and not data.isascii():
            data = _in_ascii(data)
        self._head = data if is_new and data.endswith(_END) and data.count(_END) == 1 else b""
        self._piece = len(data)
        self._octets += self._piece
        super().data_received(data)
        if self._stage == _IN_HEADERS and self._octets > MOST_HEADER_OCTETS:
            self.send_400_response("The headers are too long.")
        elif self._octets > MOST_SENT_OCTETS:
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read, if it is its turn and nothing is said to it yet.

        Else the answers to what was asked before are the last that are given.
        """
        if self._is_refused or self.transport.is_closing():
            return
        self._is_refused = True
        last: RequestResponseCycle | None = self.cycle
        if self._stage == _IN_BODY and self.pipeline:  # its own turn has not come
            self.pipeline.popleft()
            last = self.pipeline[0][0] if self.pipeline else self._answering
        elif self._stage == _IN_BODY and not self.cycle.response_started:
            self.cycle.disconnected = True
            last = None
        if last and not last.response_complete:
            last.keep_alive = False
        elif self._stage == _IN_BODY and last:
            self.transport.close()
        else:
            super().send_400_response(msg)

    def on_message_begin(self) -> None:
        """Collect headers; what uvicorn wants beside them may not be needed."""
        self._stage = _IN_HEADERS
        self._first_piece = self._piece
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header. What trails a body is none, and may be without an end."""
        if self._stage == _IN_HEADERS:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Have the answer ready, or ask Flask. What is raised here becomes a 400."""
        if len(self.headers) > MOST_HEADERS or len(self.pipeline) > MOST_WAITING:
            raise ValueError
        if self.transport.is_closing():  # what is behind a last request
            raise ValueError
        if self._octets + self._first_piece > MOST_HEADER_OCTETS:
            octets = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if octets > MOST_HEADER_OCTETS:
                raise ValueError
        self._reply = self._ready_reply()
        if self._reply is None:
            url, headers, expects = self.url, self.headers, self.expect_100_continue
            super().on_message_begin()
            self.url, self.expect_100_continue = url, expects
            self.headers += headers
            super().on_headers_complete()
            if self.parser.should_upgrade():  # it is answered, and read no further
                self.cycle.keep_alive = False
        self._stage = _IN_BODY

    def on_message_complete(self) -> None:
        self._stage = _BETWEEN
        self._octets = 0
        reply = self._reply
        if reply is None:
            super().on_message_complete()
            return
        self._reply = None
        if self._is_last:
            self._write(reply, b"connection: close\r\n\r\n")
            self.transport.close()
        else:
            self._write(reply)

    def _write(self, reply: Reply, end: bytes = b"\r\n") -> None:
        head = b"%bdate: %b\r\n%b" % (reply.head, date_now(), end)
        if reply.body:
            self.transport.writelines([head, *reply.body])
        else:
            self.transport.write(head)

    def _may_answer(self) -> bool:
        """True where an answer may be written now: all before it are, and are being read."""
        return self._is_free and not self.flow.write_paused and not self.transport.is_closing()

    def _ready_reply(self) -> Reply | None:
        """None for all but a plain GET."""
        parser = self.parser
        version = parser.get_http_version()
        if (
            parser.get_method() != b"GET"
            or parser.should_upgrade()
            or version not in ("1.1", "1.0")
            or not self._may_answer()
        ):
            return None
        self._is_last = version == "1.0" or not parser.should_keep_alive()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "RAW_URI": self.url.decode("latin-1"),
        }
        for header, value in self.headers:
            name = _READ.get(header)
            if name:
                if name in environ or len(value) > _LONGEST:
                    return None
                environ[name] = value.decode("latin-1")
            elif header in _OF_BODIES:
                return None
        return self._replay.at_once(environ, b"" if self._is_last else self._head)
