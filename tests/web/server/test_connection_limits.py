"""Limits of a connection and of all connections: headers, queues, buffers, slots."""

import socket
import threading
import time
from contextlib import ExitStack, suppress
from urllib.parse import quote

import pytest

from feedsvc.web.server import descriptors
from feedsvc.web.server.connections import MOST_QUEUED, Connection
from tests.support.running import wait_until
from tests.support.serving import (
    GET,
    LAST,
    PAGE,
    POLL,
    Client,
    rest,
    running,
)
from tests.web.server.conftest import Served


def test_a_client_that_does_not_read_gets_a_limited_number_of_answers(client: Client) -> None:
    octets = len(client.exchange(POLL, LAST))
    with client.connect() as connection:
        connection.setblocking(False)
        sent = 0
        until = time.monotonic() + 5
        with suppress(BlockingIOError):
            while time.monotonic() < until:
                sent += connection.send(POLL * 50)
        time.sleep(0.5)
        (held,) = client.server.server_state.connections
        assert isinstance(held, Connection)
        assert held.transport.get_write_buffer_size() < 65536 + 50 * octets
        assert len(held.pipeline) <= MOST_QUEUED + 1


def test_few_long_requests_are_queued(client: Client) -> None:
    long = PAGE[:-2] + b"X-A: " + b"a" * 60_000 + b"\r\n\r\n"
    with client.connect() as connection:
        sender = threading.Thread(target=connection.sendall, args=(long * 80 + LAST,))
        sender.start()
        wait_until(lambda: client.server.server_state.connections, "the connection")
        (held,) = client.server.server_state.connections
        assert isinstance(held, Connection)
        answers, most = bytearray(), 0
        while got := connection.recv(4096):
            answers += got
            most = max(most, len(held.pipeline))
        sender.join()
    assert answers.count(b"HTTP/1.1 200 ") == 81
    assert most < 10


def test_the_number_of_queued_requests_is_limited(client: Client) -> None:
    answers = client.exchange(PAGE * (MOST_QUEUED * 3))
    assert answers.count(b"HTTP/1.1 ") == answers.count(b"HTTP/1.1 200 ") == MOST_QUEUED + 2
    assert client.exchange(PAGE, LAST).startswith(b"HTTP/1.1 200 ")


def test_above_the_limit_an_idle_connection_is_evicted(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descriptors, "MOST_CONNECTIONS", 5)
    with running(served.front.replay) as client, ExitStack() as held:
        crowd = [held.enter_context(client.connect()) for _ in range(5)]
        wait_until(lambda: len(client.server.server_state.connections) == 5, "all of them")
        for _ in range(8):
            assert client.exchange(LAST).startswith(b"HTTP/1.1 200 ")
        for connection in crowd:
            connection.settimeout(0.2)
        closed = 0
        for connection in crowd:
            with suppress(TimeoutError):
                closed += connection.recv(1) == b""
        assert closed == 1  # the others were closed by their own request


def test_clients_that_do_not_read_cannot_fill_every_slot(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descriptors, "MOST_CONNECTIONS", 3)
    with running(served.front.replay) as client, ExitStack() as held:
        connections = client.server.server_state.connections
        while len(connections) < 3:
            reader = held.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.connect(("127.0.0.1", client.port))
            reader.settimeout(0.3)
            with suppress(TimeoutError, ConnectionError):
                while True:
                    reader.sendall(POLL * 10)
        for _ in range(3):
            assert client.exchange(LAST).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("more", "status"),
    [
        (b"X-A: b\r\n" * 98, 200),
        (b"X-A: b\r\n" * 101, 400),
        (b"X-A: " + b"a" * 60_000 + b"\r\n", 200),
        (b"X-A: " + b"a" * 66_000 + b"\r\n", 400),
        (b"X-A: " + b"a" * 5_000_000, 400),
    ],
    ids=["98", "102", "60 kB", "66 kB", "no end"],
)
def test_the_headers_of_a_request_are_limited(client: Client, more: bytes, status: int) -> None:
    with client.connect() as connection:
        with suppress(ConnectionError):
            connection.sendall(GET + more + b"Connection: close\r\n\r\n")
        with suppress(ConnectionError):
            answer = rest(connection)
            assert answer.startswith(f"HTTP/1.1 {status} ".encode())
            assert answer.count(b"HTTP/1.1 ") == 1


def test_an_endless_body_is_cut_off(client: Client) -> None:
    hook = b"POST /hub HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"fa00\r\n" + b"a" * 64_000 + b"\r\n"
    with client.connect() as connection:
        connection.sendall(hook)
        sent = 0
        with suppress(ConnectionError):
            while sent < 100_000_000:
                connection.sendall(chunk)
                sent += len(chunk)
    assert sent < 20_000_000


def test_expect_100_continue_gets_an_interim_answer(client: Client) -> None:
    hook = (
        b"POST /hub HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
    )
    with client.connect() as connection:
        connection.sendall(hook + b"5\r\n\r\n")
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"hello")
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
    with client.connect() as connection:
        connection.sendall(hook + b"5000000\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_an_unencoded_path_means_the_same_as_its_encoding(client: Client) -> None:
    for tag, status in (("茶", b"200"), ("café", b"404")):
        raw, encoded = tag.encode(), quote(tag).encode()
        request = b"GET /tags/%b/atom.xml HTTP/1.1\r\nHost: x\r\n\r\n"
        answer = client.exchange(request % raw, LAST)
        assert answer == client.exchange(request % encoded, LAST)
        assert answer.startswith(b"HTTP/1.1 " + status)
