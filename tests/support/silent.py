"""A TCP proxy that can become silent: it keeps connections open and forwards nothing."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa


class SilentProxy:
    """Forwards to a port of this machine, until `fall_silent` is called."""

    def __init__(self, backend: int) -> None:
        self._backend = backend
        self._speaks = threading.Event()
        self._speaks.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = [self._listener]
        self._closed = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def fall_silent(self) -> None:
        """Forward nothing more. New connections are accepted, but get no answer either."""
        self._speaks.clear()

    def speak(self) -> None:
        """Forward everything, beginning with what was held back."""
        self._speaks.set()

    def close(self) -> None:
        """Close every connection."""
        self._closed.set()
        self._speaks.set()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                if self._closed.is_set():  # meanwhile
                    client.close()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        self._speaks.wait()
        if self._closed.is_set():
            return
        try:
            server = socket.create_connection(("127.0.0.1", self._backend))
        except OSError:  # nothing listens there now
            client.close()
            return
        self._open.append(server)
        if self._closed.is_set():  # meanwhile
            server.close()
            return
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                self._speaks.wait()
                sink.sendall(data)
        with suppress(OSError):  # also after a reset
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def behind_proxy(url: str) -> Iterator[tuple[SilentProxy, str]]:
    """A proxy in front of a PostgreSQL server, and the URL of the database behind it."""
    direct = sa.make_url(url)
    assert direct.port
    proxy = SilentProxy(direct.port)
    try:
        yield proxy, direct.set(port=proxy.port).render_as_string(hide_password=False)
    finally:
        proxy.close()
