"""The gateway, over real sockets: clients that disconnect, and answers that break off."""

import gc
import logging
import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from feedsvc.source.folder import Unsettled
from feedsvc.web.polls.replay import Replay
from feedsvc.web.polls.shelf import Shelf
from feedsvc.web.server import idle_connections
from feedsvc.web.server.connections import Connection
from feedsvc.web.server.gateway import THREADS
from tests.support.running import wait_until
from tests.support.serving import (
    Client,
    rest,
    running,
)

LAST = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
PIECE = b"a" * 65_536
ENDLESS = 1_000_000  # pieces


class App:
    """A WSGI app that answers `/NAME` with the pieces of that name, and records its calls."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.taken = 0  # pieces
        self.closed: list[str] = []
        self.hold = threading.Event()  # set: `/held` goes on

    def __call__(self, environ: dict[str, Any], start_response: Any) -> "Body":
        name = environ["PATH_INFO"].strip("/")
        self.asked.append(name)
        if name == "fault before":
            raise LookupError("a bug")
        if name == "held":
            self.hold.wait(10)
        start_response("200 OK", [])
        return Body(self, name)

    def pieces(self, name: str) -> Iterator[bytes]:
        if name.startswith("endless"):
            for _ in range(ENDLESS):
                self.taken += 1
                yield PIECE
        if name == "fault at first":
            raise LookupError("a bug")
        yield b"abc"
        if name == "several":
            yield b"def"
        if name == "late":
            yield b"def"
            self.hold.wait(10)
            yield b"ghi"
        if name == "fault":
            yield b"def"
            raise LookupError("a bug")
        if name == "unsettled":
            yield b"def"
            raise Unsettled


class Body:
    """The iterable that a WSGI app returns."""

    def __init__(self, app: App, name: str) -> None:
        self._app = app
        self._name = name
        self._pieces = app.pieces(name)

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        self._app.closed.append(self._name)


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def client(app: App) -> Iterator[Client]:
    with running(Replay(app, Shelf(1))) as made:
        yield made
        app.hold.set()


def _get(path: str, method: str = "GET") -> bytes:
    return f"{method} /{path.replace(' ', '%20')} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def _disconnect(connection: socket.socket) -> None:
    """Disconnect with a reset, as a client does that has not read everything."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("name", ["one", "several"])
def test_the_body_of_the_app_is_closed_once(
    app: App, client: Client, name: str, method: str
) -> None:
    assert client.exchange(_get(name, method), LAST).count(b"HTTP/1.1 200 ") == 2
    assert app.closed == [name, "last"]


@pytest.mark.parametrize("behind", [b"", _get("one"), _get("one") * 5], ids=len)
def test_a_body_is_read_no_further_when_its_client_disconnects(
    app: App, client: Client, behind: bytes
) -> None:
    connection = client.connect()
    connection.sendall(_get("endless") + behind)
    connection.recv(1000)
    _disconnect(connection)
    wait_until(lambda: app.closed, "the end of it", 5)
    assert app.closed == ["endless"]
    assert app.taken < 1000


def test_a_body_is_not_read_ahead_of_a_slow_client(app: App, client: Client) -> None:
    with client.connect() as connection:
        connection.sendall(_get("endless"))
        connection.recv(1000)
        time.sleep(0.5)
        taken = app.taken
        time.sleep(0.5)
        assert app.taken == taken < 1000


def test_nothing_is_computed_for_clients_that_have_disconnected(
    app: App, client: Client
) -> None:
    crowd = [client.connect() for _ in range(THREADS + 20)]
    for connection in crowd:
        connection.sendall(_get("held"))
    wait_until(lambda: len(app.asked) == THREADS, "threads that are busy")
    for connection in crowd:
        _disconnect(connection)
    wait_until(lambda: not client.server.server_state.connections, "the connections' end")
    app.hold.set()
    assert client.exchange(LAST).startswith(b"HTTP/1.1 200 ")
    wait_until(lambda: len(app.closed) == THREADS + 1, "the answers' end")
    assert len(app.asked) == THREADS + 1


def test_an_answered_request_is_freed_at_once(client: Client) -> None:
    gc.collect()
    gc.disable()
    try:
        for _ in range(5):
            client.exchange(_get("one") * 3, LAST)
        wait_until(lambda: not client.server.server_state.connections, "the connections' end")
        kept = [one for one in gc.get_objects() if isinstance(one, Connection)]
        assert len(kept) <= 1
        cycles = [one for one in gc.get_objects() if isinstance(one, RequestResponseCycle)]
        assert len(cycles) <= 1
    finally:
        gc.enable()


@pytest.mark.parametrize(("name", "end"), [("held", b"abc"), ("late", b"ghi")])
def test_a_connection_that_awaits_an_answer_is_not_idle(
    app: App, client: Client, monkeypatch: pytest.MonkeyPatch, name: str, end: bytes
) -> None:
    """Neither before the answer nor in the middle of it."""
    monkeypatch.setattr(idle_connections, "IDLE_SECONDS", 0.1)
    monkeypatch.setattr(idle_connections, "UNANSWERED_SECONDS", 0.1)
    with client.connect() as connection:
        connection.sendall(_get(name))
        time.sleep(2.5)  # idle connections are closed every second
        app.hold.set()
        connection.shutdown(socket.SHUT_WR)
        assert end in rest(connection)


# Faults.


@pytest.mark.parametrize("name", ["fault before", "fault at first"])
def test_a_fault_before_the_first_piece_is_a_500(
    app: App, client: Client, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    answer = client.exchange(_get(name))
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert app.closed == ([] if name == "fault before" else [name])
    assert _logged(caplog) == [f"GET /{name} failed"]


def test_a_fault_after_the_first_piece_cuts_the_answer(
    app: App, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.exchange(_get("fault") + LAST)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n6\r\nabcdef\r\n")
    assert app.closed == ["fault"]
    assert _logged(caplog) == ["GET /fault failed"]


def test_a_file_that_changes_meanwhile_cuts_the_answer_without_a_fault(
    app: App, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.exchange(_get("unsettled") + LAST).endswith(b"\r\n6\r\nabcdef\r\n")
    assert app.closed == ["unsettled"]
    assert _logged(caplog) == []


def _logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The warnings and errors of feedsvc. A web process does not log those of uvicorn."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("feedsvc") and record.levelno >= logging.WARNING
    ]
