"""Runs the server in a thread of the test process, with a client that sends octets to it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from feedsvc.logs import Requests
from feedsvc.web.polls.replay import Replay
from feedsvc.web.server.connections import Connection
from feedsvc.web.server.server import Server
from tests.support.running import wait_until

GET = b"GET /atom.xml HTTP/1.1\r\nHost: x\r\n"  # without the end of the headers
POLL = GET + b"\r\n"
PAGE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@contextmanager
def running(
    app: Replay, protocol: type[HttpToolsProtocol] = Connection, requests: Requests = "errors"
) -> Iterator["Client"]:
    """The server on a free port, until the end of the context. It logs these requests."""
    server = Server(app, requests=requests)
    server.config.http = protocol
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = Client(listener.getsockname()[1], server)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            wait_until(lambda: server.started, "the server")
            yield client
        finally:
            server.should_exit = True
            thread.join(10)
    assert not thread.is_alive()


class Client:
    """Sends octets to a server and reads its answers."""

    def __init__(self, port: int, server: uvicorn.Server) -> None:
        self.port = port
        self.server = server

    def connect(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def exchange(self, *pieces: bytes, pause: float = 0.0) -> bytes:
        """All answers to these pieces, without dates. The last piece ends the connection."""
        with self.connect() as connection:
            for number, piece in enumerate(pieces):
                if number and pause:
                    time.sleep(pause)
                connection.sendall(piece)
            return undated(rest(connection))


def rest(connection: socket.socket) -> bytes:
    """All octets until the connection ends, or is reset because we sent more after its end."""
    pieces = [b""]
    with suppress(ConnectionResetError):
        pieces += iter(lambda: connection.recv(1 << 16), b"")
    return b"".join(pieces)


def one_answer(connection: socket.socket) -> bytes:
    """One answer with a length, whole and without its date."""
    head = _received_head(connection)
    length = int(
        head.decode("latin-1").lower().partition("content-length: ")[2].partition("\r\n")[0]
        or 0
    )
    body = b""
    while len(body) < length:
        body += connection.recv(length - len(body))
    return undated(head + body)


def _received_head(connection: socket.socket) -> bytes:
    """The status line and the headers of the next answer. Its body stays to be received."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        peeked = connection.recv(1 << 16, socket.MSG_PEEK)
        assert peeked, "the server closed the connection"
        end = (head[-3:] + peeked).find(b"\r\n\r\n")
        taken = len(peeked) if end < 0 else end + 4 - len(head[-3:])
        head += connection.recv(taken)
    return head


def undated(answers: bytes) -> bytes:
    return b"\r\n".join(
        line for line in answers.split(b"\r\n") if not line.lower().startswith(b"date:")
    )
