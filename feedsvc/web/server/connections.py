"""A connection to a client, on which the event loop itself answers polls.

uvicorn parses requests (with llhttp), answers them in order and applies backpressure. This
module adds what uvicorn lacks: stored replies are written without a task or a thread, requests
that violate RFC 9112 are refused, and headers, queued requests and connections are limited.
"""

import asyncio
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from feedsvc.web.counting.counting import Peer
from feedsvc.web.polls.http_dates import date_now
from feedsvc.web.polls.shelf import Reply
from feedsvc.web.server.chunked_body import ChunkedBody
from feedsvc.web.server.descriptors import most_connections
from feedsvc.web.server.gateway import IS_DISCONNECTED, OPEN_CONNECTIONS, PEER, Gateway
from feedsvc.web.server.request_syntax import (
    Refusal,
    RequestLine,
    coding_refusal,
    essence,
    host_refusal,
    may_begin_line,
    request_line,
    search_for_headers,
)

MOST_HEADER_OCTETS: Final = 64 * 1024  # of one request, with its path
MOST_HEADERS: Final = 100
MOST_QUEUED: Final = 100  # pipelined requests that wait for an earlier answer
MOST_SENT_OCTETS: Final = 10_000_000  # of one request; the gateway reads fewer

# The headers that the answer to a poll depends on, with their names in the environ.
_POLL_HEADERS: Final[Mapping[bytes, str]] = {
    name.lower().encode(): f"HTTP_{name.upper().replace('-', '_')}"
    for name in (
        *("A-IM", "Accept-Encoding", "If-Modified-Since", "If-None-Match", "Sec-Fetch-Dest"),
    )
}
# The headers that decide how a request is read.
_SYNTAX_HEADERS: Final = frozenset(
    (b"content-length", b"expect", b"host", b"transfer-encoding")
)
# All headers that an answer to a poll, and the end of the request and of the connection, can
# depend on: ours, and those that llhttp reads.
_DECISIVE: Final = search_for_headers(
    {*_POLL_HEADERS, *_SYNTAX_HEADERS, b"connection", b"proxy-connection", b"upgrade"}
)
_END: Final = b"\r\n\r\n"
_EMPTY_LINES: Final = re.compile(b"[\r\n]*")
_BODY_HEADERS: Final = (b"content-length", b"transfer-encoding")
# Octets of a header value. Results for longer values are not cached. Computing them takes up to
# a millisecond, so a thread does it.
_LONGEST_VALUE: Final = 200

# The part of a request that is being read. After `_BETWEEN`, the next octet begins a request.
_BETWEEN: Final = 0
_IN_HEADERS: Final = 1
_IN_BODY: Final = 2


class Connection(HttpToolsProtocol):
    """One connection. Its app is the `Gateway`."""

    _reply: Reply | None = None  # the stored reply to the request that is being read
    _closes = False  # the connection closes after that reply
    _stage = _BETWEEN
    _octets = 0  # received since the last complete request
    _line = RequestLine(b"")  # of the request that is being read
    _tail = b""  # the last three octets that were read
    _left = 0  # octets to come of a body with a Content-Length
    _chunks: ChunkedBody | None = None
    _whole_request = b""  # the request that is being read, if it came in one piece
    _essence = b""  # of a whole request: see essence
    _answering: RequestResponseCycle | None = None
    _is_refused = False  # nothing more is read
    _refusal: Refusal | None = None  # of the request that is being read
    _queued_refusal = b""  # is sent after the answers to earlier requests

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._partial_line = bytearray()
        self._hosts: list[bytes] = []
        self._codings: list[bytes] = []
        self._peer = Peer()
        self._replay = cast(Gateway, self.app).app
        kinds = self._replay.kinds
        self._counted_headers = kinds.headers if kinds else {}
        self._disconnected = asyncio.Event()  # scopes refer to it, not to us: no cycle

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Accept a client. Above the limit, evict a connection, which may be this one."""
        super().connection_made(transport)
        if self.client:
            self._peer.address = self.client[0]
        if len(self.connections) > most_connections():
            self._connection_to_evict().transport.abort()

    def _connection_to_evict(self) -> "Connection":
        """An idle connection, else a slow reader, else this one.

        Without the second choice, slow readers could fill every slot.
        """
        others = [c for c in self.connections if isinstance(c, Connection) and c is not self]
        return next((c for c in others if c.is_idle), None) or next(
            (c for c in others if c.transport.get_write_buffer_size()), self
        )

    @property
    def is_idle(self) -> bool:
        """True if all requests are answered, and the kernel has taken the answers."""
        return self._has_answered_all and not self.transport.get_write_buffer_size()

    @property
    def awaits_answer(self) -> bool:
        """True if the client waits for us: a whole request is here and is not answered yet."""
        cycle = self._answering
        is_complete = cycle and not cycle.more_body and not cycle.response_complete
        return bool(is_complete and not self.transport.get_write_buffer_size())

    @property
    def _has_answered_all(self) -> bool:
        # The cycle is None before the first request, although uvicorn's types deny it.
        return getattr(self.cycle, "response_complete", True)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the request that is being answered, which may not be the latest one."""
        self._disconnected.set()
        if self._answering:
            self._answering.disconnected = True
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        cycle.default_headers = []  # the gateway writes the date, uvicorn too early
        cycle.scope[IS_DISCONNECTED] = self._disconnected.is_set  # type: ignore[typeddict-unknown-key]  # our own key
        cycle.scope[PEER] = self._peer  # type: ignore[typeddict-unknown-key]  # our own key
        cycle.scope[OPEN_CONNECTIONS] = len(self.connections)  # type: ignore[typeddict-unknown-key]  # likewise
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Go on to the next request. Read no further ones while any are queued."""
        was_last = not self.pipeline
        super().on_response_complete()
        if self.pipeline:
            self.flow.pause_reading()
        elif was_last and self._queued_refusal and not self.transport.is_closing():
            self._close_with(self._queued_refusal)

    def eof_received(self) -> bool:  # type: ignore[override]  # as asyncio has it
        """Keep a half-closed connection while the client awaits an answer."""
        is_awaited = not self._has_answered_all and not self.cycle.more_body
        if is_awaited and not self._queued_refusal:
            self.cycle.keep_alive = False
        return is_awaited

    def data_received(self, data: bytes) -> None:
        """Answer requests, and refuse those that cannot be read."""
        is_new = self._stage == _BETWEEN and not self._partial_line
        if is_new and self._may_answer():
            reply = self._replay.replay(data, self._peer)
            if reply is None:
                self._essence = essence(data, _DECISIVE)
                reply = self._replay.replay_alike(data, self._essence, self._peer)
            if reply:
                self._unset_keepalive_if_required()
                self._write(reply)
                return
        self._whole_request = (
            data if is_new and data.endswith(_END) and data.count(_END) == 1 else b""
        )
        start = self._read_whole(data) if self._whole_request else 0
        while start < len(data) and not self._is_refused and not self.transport.is_closing():
            start = self._read(data, start)

    def _read_whole(self, data: bytes) -> int:
        """Read a request without a body that came in one piece, as most requests do.

        Returns the position to go on from, which is 0 if the request line is malformed.
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
        """Read from `start` to the next position where a request may end.

        So each request begins with a new call. Returns the position to go on from.
        """
        line = b""
        end = start
        if self._stage == _BETWEEN:
            if not self._partial_line:  # skip empty lines (RFC 9112 §2.2)
                start = _EMPTY_LINES.match(data, start).end()  # type: ignore[union-attr]  # it always matches
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
        """The request line for the parser, or nothing while it is incomplete.

        The parser would refuse every malformed line with the same status, and UTF-8 as well.
        """
        self._partial_line += piece
        if not piece.endswith(b"\n") and may_begin_line(piece):
            if len(self._partial_line) > MOST_HEADER_OCTETS:
                self._line = RequestLine(b"")
                self.send_400_response("The headers are too long.")
            return b""
        self._line = request_line(bytes(self._partial_line))
        self._partial_line.clear()
        self._refusal = self._line.refusal
        if not self._line.octets:
            self.send_400_response("")
        return self._line.octets

    def send_400_response(self, msg: str) -> None:
        """Refuse a request that cannot be read, after the answers to earlier requests.

        Read no more, and close the connection: the start of the next request is unknown, or the
        client does not speak our version of HTTP (RFC 9112 §9.6).
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
        elif is_in_body:  # the request is still queued
            self.pipeline.popleft()
            self._queued_refusal = octets
        elif self._has_answered_all:
            self._close_with(octets)
        else:
            self._queued_refusal = octets

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
        """Begin to collect headers. uvicorn also builds a scope, which a poll does not need."""
        self._stage = _IN_HEADERS
        self.url = b""
        self.headers = []
        self._hosts.clear()
        self._codings.clear()
        self.expect_100_continue = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header field. Ignore trailer fields, which may be endless."""
        if self._stage != _IN_HEADERS:
            return
        name = name.lower()
        self.headers.append((name, value))
        if name not in _SYNTAX_HEADERS:
            return
        if name == b"host":
            self._hosts.append(value)
        elif name == b"transfer-encoding":
            self._codings.append(value)
        elif name == b"content-length":  # the parser accepts digits only
            self._left = int(value.strip().lstrip(b"0") or b"0")
        elif value.lower() == b"100-continue":
            self.expect_100_continue = True

    def on_headers_complete(self) -> None:
        """Look up a stored reply, or start a task that calls Flask.

        An exception in this method becomes a refusal.
        """
        if len(self.pipeline) > MOST_QUEUED:
            self._is_refused = True  # without an answer
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
        self._reply = self._stored_reply()
        if self._reply is None:
            url, headers, expects = self.url, self.headers, self.expect_100_continue
            super().on_message_begin()
            self.url, self.expect_100_continue = url, expects
            self.headers += headers
            super().on_headers_complete()
            if self.parser.should_upgrade():  # answer it, and read no more
                self.cycle.keep_alive = False
        self._stage = _IN_BODY
        if self._codings:
            self._chunks = ChunkedBody()

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
        if self._closes:
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
        """True if earlier answers are written, and the client reads them."""
        is_blocked = self.flow.write_paused or self.transport.is_closing()
        return self._has_answered_all and not is_blocked

    def _stored_reply(self) -> Reply | None:
        """The stored reply to a GET without a body; None if the gateway has to answer."""
        parser = self.parser
        line = self._line
        if line.method != b"GET" or parser.should_upgrade() or not self._may_answer():
            return None
        self._closes = line.is_of_1_0 or not parser.should_keep_alive()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "RAW_URI": self.url.decode("latin-1"),
        }
        for header, value in self.headers:
            name = _POLL_HEADERS.get(header)
            if name:
                if name in environ or len(value) > _LONGEST_VALUE:
                    return None
                environ[name] = value.decode("latin-1")
            elif header in _BODY_HEADERS:
                return None
            elif header in self._counted_headers:
                name = self._counted_headers[header]
                text = value.decode("latin-1")
                environ[name] = f"{environ[name]},{text}" if name in environ else text
        if self._closes or not self._whole_request:
            return self._replay.reply_to(environ, peer=self._peer)
        return self._replay.reply_to(environ, self._whole_request, self._essence, self._peer)


def _end_of_headers(tail: bytes, data: bytes, start: int) -> int:
    """The position in `data` after the headers, or the length of `data` if they go on.

    `tail` is the last octets before `start`.
    """
    across = (tail + data[start : start + 3]).find(_END)
    if across >= 0:
        return start + across + len(_END) - len(tail)
    end = data.find(_END, start)
    return end + len(_END) if end >= 0 else len(data)
