"""A server of raw sockets that answers slowly, endlessly or wrongly, and errors of a client."""

import itertools
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import pytest

from feedsvc.errors import Unreachable
from feedsvc.push.outgoing import Outgoing

NO_CONTENT: Final = b"HTTP/1.1 204 No Content\r\n\r\n"
Act = Callable[[socket.socket], None]
NewClient = Callable[..., Outgoing]


class RawServer:
    """A server that reads requests, keeps them, and does `act` on each connection."""

    def __init__(
        self,
        act: Act | bytes = NO_CONTENT,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self.requests: list[bytes] = []
        self.accepted = 0
        self._act = act
        self._tls = tls
        self._socket = socket.create_server((host, 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/callback?secret=1"
        self._connections: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "RawServer":
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._socket, *self._connections):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.accepted += 1
            self._connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._connections.append(connection)
            while request := _read_request(connection):
                self.requests.append(request)
                if isinstance(self._act, bytes):
                    connection.sendall(self._act)
                else:
                    self._act(connection)


def _read_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        some = connection.recv(65536)
        if not some:
            return b""
        request += some
    head, _, body = request.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            while len(body) < int(line[15:]):
                body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def drip(octets: bytes, then: bytes = b"") -> Act:
    """Send one octet at a time for 5 seconds, each within a time-out between two octets."""

    def act(connection: socket.socket) -> None:
        connection.sendall(then)
        for octet in itertools.islice(itertools.cycle(octets), 250):
            connection.sendall(bytes([octet]))
            time.sleep(0.02)
        connection.shutdown(socket.SHUT_RDWR)

    return act


def pour(octets: bytes, then: bytes) -> Act:
    """Send a thousand times more octets than allowed, as fast as possible."""

    def act(connection: socket.socket) -> None:
        connection.sendall(then)
        for _ in range(100_000_000 // len(octets) // 1000):
            connection.sendall(octets * 1000)
        connection.shutdown(socket.SHUT_RDWR)

    return act


def break_off(answer: bytes) -> Act:
    def act(connection: socket.socket) -> None:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_RDWR)

    return act


def error_of(outgoing: Outgoing, url: str) -> str:
    with pytest.raises(Unreachable) as caught:
        outgoing.get(url)
    text = str(caught.value)
    assert "secret" not in text
    return text


def timed_error_of(outgoing: Outgoing, url: str, body: bytes = b"", most: float = 3.0) -> str:
    start = time.monotonic()
    with pytest.raises(Unreachable) as caught:
        outgoing.post(url, body, {}) if body else outgoing.get(url)
    assert time.monotonic() - start < most, "it took too long"
    return str(caught.value)
