"""The server in a thread of this process, and a client that sends octets to it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from feedsvc.web.polls.replay import Replay
from feedsvc.web.server.connections import Connection
from feedsvc.web.server.server import Server
from tests.support.running import wait_until


@contextmanager
def running(
    front: Replay, protocol: type[HttpToolsProtocol] = Connection
) -> Iterator["Client"]:
    """The server on a free port, until the end of the context."""
    server = Server(front)
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
    """Sends octets to a server, and reads what comes back."""

    def __init__(self, port: int, server: uvicorn.Server) -> None:
        self.port = port
        self.server = server

    def connect(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def exchange(self, *pieces: bytes, pause: float = 0.0) -> bytes:
        """All that comes back to these pieces, of which the last ends it, without dates."""
        with self.connect() as connection:
            for number, piece in enumerate(pieces):
                if number and pause:
                    time.sleep(pause)
                connection.sendall(piece)
            return undated(rest(connection))


def rest(connection: socket.socket) -> bytes:
    """All that comes until the end, a reset too: that follows what was sent to a closed end."""
    pieces = [b""]
    with suppress(ConnectionResetError):
        pieces += iter(lambda: connection.recv(1 << 16), b"")
    return b"".join(pieces)


def one_answer(connection: socket.socket) -> bytes:
    """One answer with a length, whole and without its date."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(1)
    head = got.decode("latin-1").lower()
    length = int(head.partition("content-length: ")[2].partition("\r\n")[0] or 0)
    body = b""
    while len(body) < length:
        body += connection.recv(length - len(body))
    return undated(got + body)


def undated(answers: bytes) -> bytes:
    return b"\r\n".join(
        line for line in answers.split(b"\r\n") if not line.lower().startswith(b"date:")
    )
