"""A connection to a client: uvicorn's, on which a poll is answered as soon as it is read.

uvicorn parses requests (with llhttp), keeps their order and minds the pace of readers. What is
ready-made needs neither a task nor a thread and is written at once. There are bounds as well,
on headers, on requests that wait, and on connections, since uvicorn has none.
"""

import asyncio
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from feedsvc.web.polls.http_dates import date_now
from feedsvc.web.polls.shelf import Reply
from feedsvc.web.server.chunked_body import Chunks
from feedsvc.web.server.descriptors import most_connections
from feedsvc.web.server.gateway import IS_GONE, Gateway
from feedsvc.web.server.request_syntax import (
    Refusal,
    RequestLine,
    coding_refusal,
    host_refusal,
    may_begin_line,
    request_line,
)

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
# The headers on which it depends how a request is read.
_OF_SYNTAX: Final = frozenset((b"content-length", b"expect", b"host", b"transfer-encoding"))
_END: Final = b"\r\n\r\n"
_EMPTY_LINES: Final = re.compile(b"[\r\n]*")
_OF_BODIES: Final = (b"content-length", b"transfer-encoding")
# Octets of a header. What was found of a longer one is not remembered, so that it takes up to a
# millisecond each time: that is for a thread.
_LONGEST: Final = 200

# Where in a request a connection is. While it is between two, what comes begins the next.
_BETWEEN: Final = 0
_IN_HEADERS: Final = 1
_IN_BODY: Final = 2


class Connection(HttpToolsProtocol):
    """One connection, to the `Gateway` that uvicorn was given as its app."""

    _reply: Reply | None = None  # to the request whose headers have come
    _is_last = False  # the connection is to be closed after that
    _stage = _BETWEEN
    _octets = 0  # that have come since a request was last complete
    _line = RequestLine(b"")  # of the request that is being read
    _tail = b""  # the last octets that were read
    _left = 0  # octets of a body whose length is known
    _chunks: Chunks | None = None  # of a body whose length is not
    _head = b""  # a request that came in one piece
    _answering: RequestResponseCycle | None = None
    _is_refused = False
    _refusal: Refusal | None = None  # of the request that is being read
    _last_words = b""  # a refusal that waits for the answers before it

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._begun_line = bytearray()
        self._hosts: list[bytes] = []
        self._codings: list[bytes] = []
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
        was_last = not self.pipeline
        super().on_response_complete()
        if self.pipeline:
            self.flow.pause_reading()
        elif was_last and self._last_words and not self.transport.is_closing():
            self._close_with(self._last_words)

    def eof_received(self) -> bool:  # type: ignore[override]  # as asyncio has it
        """A client that has asked, and sends no more, still gets its answer."""
        waits = not self._is_free and not self.cycle.more_body
        if waits and not self._last_words:
            self.cycle.keep_alive = False
        return waits

    def data_received(self, data: bytes) -> None:
        """Answer what is asked, and refuse what cannot be read."""
        is_new = self._stage == _BETWEEN and not self._begun_line
        if is_new and self._may_answer():
            reply = self._replay.again(data)
            if reply:
                self._unset_keepalive_if_required()
                self._write(reply)
                return
        self._head = data if is_new and data.endswith(_END) and data.count(_END) == 1 else b""
        start = self._read_at_once(data) if self._head else 0
        while start < len(data) and not self._is_refused and not self.transport.is_closing():
            start = self._read(data, start)

    def _read_at_once(self, data: bytes) -> int:
        """Read a request without a body that came in one piece, as most do.

        Returns where to go on: at 0 if there is anything unusual about its first line.
        """
        end = data.find(b"\n") + 1
        line = request_line(data[:end])
        if not line.octets:
            return 0
        self._line = line
        self._refusal = line.refusal
        self._octets += len(data)
        self._feed(data if data.startswith(line.octets) else line.octets + data[end:])
        return len(data)

    def _read(self, data: bytes, start: int) -> int:
        """Read on from there until a request may end, so that each begins with a call of this.

        Returns where to go on.
        """
        line = b""
        end = start
        if self._stage == _BETWEEN:
            if not self._begun_line:  # empty lines are passed over (RFC 9112 §2.2)
                start = _EMPTY_LINES.match(data, start).end()  # type: ignore[union-attr]  # it matches nothing, too
            end = data.find(b"\n", start) + 1 or len(data)
            line = self._read_line(data[start:end])
            self._octets += end - start
            if not line:
                return end
            self._tail = line[-3:]
            start = end
        if self._left:
            end = min(start + self._left, len(data))
            self._left -= end - start
        elif self._chunks:
            end = self._chunks.end(data, start)
        else:
            end = _end_of_headers(self._tail, data, start)
        piece = data[start:end]
        self._octets += len(piece)
        self._tail = (self._tail + piece[-3:])[-3:]
        self._feed(line + piece)
        return end

    def _feed(self, octets: bytes) -> None:
        super().data_received(octets)
        if self._stage == _IN_HEADERS and self._octets > MOST_HEADER_OCTETS:
            self.send_400_response("The headers are too long.")
        elif self._octets > MOST_SENT_OCTETS:
            self.transport.abort()

    def _read_line(self, piece: bytes) -> bytes:
        """The request line for the parser, when all of it has come.

        It is read here, since the parser refuses all faults alike, and UTF-8 too.
        """
        self._begun_line += piece
        if not piece.endswith(b"\n") and may_begin_line(piece):
            if len(self._begun_line) > MOST_HEADER_OCTETS:
                self._line = RequestLine(b"")
                self.send_400_response("The headers are too long.")
            return b""
        self._line = request_line(bytes(self._begun_line))
        self._begun_line.clear()
        self._refusal = self._line.refusal
        if not self._line.octets:
            self.send_400_response("")
        return self._line.octets

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read, behind the answers to what was asked before.

        Nothing behind it is read. The connection is closed: what comes next is unknown, or its
        client does not speak our HTTP (RFC 9112 §9.6).
        """
        if self._is_refused or self.transport.is_closing():
            return
        self._is_refused = True
        octets = self._refusal_octets(self._refusal or Refusal(400, msg))
        is_in_body = self._stage == _IN_BODY
        if is_in_body and self.cycle is self._answering:
            if self.cycle.response_complete:
                self.transport.close()
            elif self.cycle.response_started:
                self.cycle.keep_alive = False
            else:
                self.cycle.disconnected = True
                self._close_with(octets)
        elif is_in_body:  # its turn has not come
            self.pipeline.popleft()
            self._last_words = octets
        elif self._is_free:
            self._close_with(octets)
        else:
            self._last_words = octets

    def _refusal_octets(self, refusal: Refusal) -> bytes:
        status = HTTPStatus(refusal.status)
        ((name, date),) = self.server_state.default_headers
        text = f"{refusal.text}\n".encode("ascii")
        head = (
            f"HTTP/1.1 {status} {status.phrase}\r\ncontent-type: text/plain; charset=utf-8\r\n"
            f"content-length: {len(text)}\r\nconnection: close\r\n"
        )
        body = b"" if self._line.method == b"HEAD" else text
        return b"%b%b: %b\r\n\r\n%b" % (head.encode("ascii"), name, date, body)

    def _close_with(self, octets: bytes) -> None:
        self.transport.write(octets)
        self.transport.close()

    def on_message_begin(self) -> None:
        """Collect headers; what uvicorn wants beside them may not be needed."""
        self._stage = _IN_HEADERS
        self.url = b""
        self.headers = []
        self._hosts.clear()
        self._codings.clear()
        self.expect_100_continue = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header. What trails a body is none, and may be without an end."""
        if self._stage != _IN_HEADERS:
            return
        name = name.lower()
        self.headers.append((name, value))
        if name not in _OF_SYNTAX:
            return
        if name == b"host":
            self._hosts.append(value)
        elif name == b"transfer-encoding":
            self._codings.append(value)
        elif name == b"content-length":  # the parser has seen that these are digits
            self._left = int(value.strip().lstrip(b"0") or b"0")
        elif value.lower() == b"100-continue":
            self.expect_100_continue = True

    def on_headers_complete(self) -> None:
        """Have the answer ready, or ask Flask. What is raised here becomes a refusal."""
        if len(self.pipeline) > MOST_WAITING:
            self._is_refused = True  # without a word
            self.cycle.keep_alive = False
            raise ValueError
        if self._refusal is None and self._codings:
            self._refusal = coding_refusal(self._codings)
        if self._refusal is None:
            self._refusal = host_refusal(self._hosts, self._line)
        if self._refusal or len(self.headers) > MOST_HEADERS:
            raise ValueError
        if self._octets > MOST_HEADER_OCTETS:
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
        if self._codings:
            self._chunks = Chunks()

    def on_message_complete(self) -> None:
        self._stage = _BETWEEN
        self._octets = 0
        self._left = 0
        self._chunks = None
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
        line = self._line
        if line.method != b"GET" or parser.should_upgrade() or not self._may_answer():
            return None
        self._is_last = line.is_of_1_0 or not parser.should_keep_alive()
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


def _end_of_headers(tail: bytes, data: bytes, start: int) -> int:
    """Where the headers end that go on at `start`, or the length of `data`.

    `tail` came before.
    """
    across = (tail + data[start : start + 3]).find(_END)
    if across >= 0:
        return start + across + len(_END) - len(tail)
    found = data.find(_END, start)
    return found + len(_END) if found >= 0 else len(data)
