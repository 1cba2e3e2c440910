"""Idle connections are closed in time, and connections that wait for us are not.

The time limits are shortened here, so one test checks what they are.
"""

import select
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedsvc.web.server import idle_connections
from tests.support.asking import Front, Publisher
from tests.support.half_sent import DRIPPING, HALF_SENT
from tests.support.running import wait_until
from tests.support.serving import Client, one_answer, running
from tests.web.conftest import SECRET

POLL = b"GET /atom.xml HTTP/1.1\r\nHost: x\r\n\r\n"


def test_the_limits_close_half_sent_requests_within_20_seconds() -> None:
    check_interval = 1
    assert idle_connections.IDLE_SECONDS == 12
    assert 12 < idle_connections.UNANSWERED_SECONDS < 20 - check_interval
    assert idle_connections.UNREAD_SECONDS == 60


@pytest.fixture
def client(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Client]:
    """A server with a large feed and a webhook, whose limits are a few seconds."""
    monkeypatch.setattr(idle_connections, "IDLE_SECONDS", 1)
    monkeypatch.setattr(idle_connections, "UNANSWERED_SECONDS", 2)
    monkeypatch.setattr(idle_connections, "UNREAD_SECONDS", 4)
    publisher = Publisher(tmp_path, sqlite_url, WEBHOOK__SECRET=SECRET)
    publisher.posts.write("tea.md", "Text. " * 3000, title="Tea")
    publisher.publish(datetime.now(UTC) - timedelta(hours=1))
    with closing(publisher.store), running(Front(publisher).replay) as made:
        for _ in range(3):
            with made.connect() as connection:
                connection.sendall(POLL)
                one_answer(connection)
        yield made


def _still_open(
    crowd: list[socket.socket], seconds: float, drops: Mapping[socket.socket, bytes]
) -> int:
    """The number of connections that the server has not closed within some seconds.

    `drops` are sent again and again. All connections are closed at the end.
    """
    until = time.monotonic() + seconds
    left = set(crowd)
    while left and time.monotonic() < until:
        for connection in left & drops.keys():
            with suppress(ConnectionError):
                connection.sendall(drops[connection])
        readable = select.select(left, [], [], 0.2)[0]
        left -= {connection for connection in readable if _has_ended(connection)}
    for connection in crowd:
        connection.close()
    return len(left)


def _has_ended(connection: socket.socket) -> bool:
    try:
        return not connection.recv(1 << 16)
    except ConnectionError:
        return True


def _begin(client: Client, sent: bytes, size: int) -> list[socket.socket]:
    crowd = [client.connect() for _ in range(size)]
    for connection in crowd:
        connection.sendall(sent)
    return crowd


def test_half_sent_requests_are_closed(client: Client) -> None:
    drops: dict[socket.socket, bytes] = {}
    for start, drop in DRIPPING.values():
        drops |= dict.fromkeys(_begin(client, start, 2), drop)
    crowd = [c for sent in HALF_SENT.values() for c in _begin(client, sent, 10)]
    assert _still_open([*crowd, *drops], 10, drops) == 0
    connections = client.server.server_state.connections
    wait_until(lambda: not connections, "the end of all connections", 10)


def test_a_client_that_reads_nothing_is_closed_later_than_one_that_sends_nothing(
    client: Client,
) -> None:
    with client.connect() as idle, socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", client.port))
        open_connections = client.server.server_state.connections
        reader.settimeout(1)
        with suppress(TimeoutError):
            while True:
                reader.sendall(POLL * 10)
        assert idle.recv(1) == b""
        assert len(open_connections) == 1
        begun = time.monotonic()
        wait_until(lambda: not open_connections, "the end of the slow reader", 10)
        assert time.monotonic() - begun > 1
