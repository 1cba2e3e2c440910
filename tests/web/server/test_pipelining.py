"""Requests in a row on one connection: order, bodies, errors, and half-closed connections."""

import socket
import time
from contextlib import suppress

import pytest

from feedsvc.web.server.connections import MOST_HEADERS, Connection
from tests.support.serving import (
    GET,
    LAST,
    PAGE,
    POLL,
    Client,
    one_answer,
    rest,
    undated,
)


def test_answers_come_in_the_order_of_the_requests(client: Client) -> None:
    row = [POLL, PAGE, POLL, POLL, PAGE, PAGE, POLL, LAST]
    alone = {request: client.exchange(request, LAST) for request in (POLL, PAGE)}
    last = client.exchange(LAST)
    expected = b"".join(alone[request].removesuffix(last) for request in row[:-1]) + last
    assert client.exchange(b"".join(row)) == expected
    assert client.exchange(*row) == expected


@pytest.mark.parametrize("request_", [POLL, PAGE], ids=["poll", "page"])
def test_a_request_may_come_octet_by_octet(client: Client, request_: bytes) -> None:
    whole = client.exchange(request_, LAST)
    pieces = [request_[position : position + 1] for position in range(len(request_))]
    assert client.exchange(*pieces, LAST) == whole


@pytest.mark.parametrize("request_", [POLL, PAGE], ids=["poll", "page"])
def test_a_half_closed_connection_still_gets_its_answer(
    client: Client, request_: bytes
) -> None:
    for _ in range(3):
        with client.connect() as connection:
            connection.sendall(request_)
            connection.shutdown(socket.SHUT_WR)
            answer = rest(connection)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.rstrip().endswith((b"</feed>", b"</html>"))


def test_an_incomplete_request_gets_no_answer_when_the_client_closes(client: Client) -> None:
    hook = b"POST /hub HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhub.mode="
    for half in (b"", GET, hook):
        with client.connect() as connection:
            connection.sendall(half)
            connection.shutdown(socket.SHUT_WR)
            assert rest(connection) == b""


def test_a_connection_goes_on_after_a_body(client: Client) -> None:
    body = GET + b"Content-Length: 5\r\n\r\nhello"
    assert client.exchange(body, LAST) == client.exchange(POLL, LAST)


@pytest.mark.parametrize("body", [POLL, b"x" + POLL, POLL * 3], ids=["poll", "more", "polls"])
def test_a_body_is_not_read_as_a_request(client: Client, body: bytes) -> None:
    carrier = GET + b"Content-Length: %d\r\n\r\n" % len(body)
    expected = client.exchange(POLL * 2, LAST)
    for _ in range(3):  # the second time from stored replies
        assert client.exchange(POLL, carrier, body, LAST, pause=0.05) == expected
        assert client.exchange(POLL + carrier, body, LAST, pause=0.05) == expected
        assert (
            client.exchange(POLL + carrier + body[:1], body[1:] + LAST, pause=0.05) == expected
        )


UNREADABLE = {
    "rubbish": b"rubbish\r\n\r\n",
    "a length that is none": GET + b"Content-Length: x\r\n\r\n",
    "too many headers": GET + b"X-A: b\r\n" * 200 + b"\r\n",
    "headers without an end": GET + b"X-A: " + b"a" * 400_000,
    "a chunk that is none": GET + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
}


@pytest.mark.parametrize("unreadable", UNREADABLE)
@pytest.mark.parametrize("before", [[PAGE], [PAGE, POLL], [POLL, PAGE, PAGE]], ids=len)
def test_an_unreadable_request_does_not_affect_earlier_answers(
    client: Client, before: list[bytes], unreadable: str
) -> None:
    alone = b"".join(_without_end(client.exchange(request, LAST)) for request in before)
    received = bytearray()
    with (
        client.connect() as connection,
        suppress(ConnectionError),
    ):  # a reset, because we still send
        connection.sendall(b"".join(before) + UNREADABLE[unreadable])
        while piece := connection.recv(1 << 16):
            received += piece
    got = undated(bytes(received)).replace(b"connection: close\r\n", b"")
    assert got.startswith(alone)
    assert got[len(alone) :].count(b"HTTP/1.1 ") == got[len(alone) :].count(b"HTTP/1.1 400 ")


def _without_end(answers: bytes) -> bytes:
    """An answer without that to `LAST`, which follows it."""
    return answers[: answers.rindex(b"HTTP/1.1 ")]


def test_rubbish_after_an_early_answer_closes_the_connection(
    client: Client,
) -> None:
    hook = b"POST /hub HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"fa00\r\n" + b"a" * 64_000 + b"\r\n"
    with client.connect() as connection:
        connection.sendall(hook + chunk * 16)
        assert one_answer(connection).startswith(b"HTTP/1.1 415 ")
        connection.sendall(b"zz\r\n")
        assert rest(connection) == b""


@pytest.mark.parametrize("more", [b"", LAST, POLL * 5, b"\0\0\1 not HTTP"])
def test_an_upgrade_is_ignored_and_the_connection_closes(client: Client, more: bytes) -> None:
    upgrade = GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"
    for _ in range(3):
        answer = client.exchange(upgrade + more)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.count(b"HTTP/1.1 ") == 1
        assert b"\r\nconnection: close\r\n" in answer


def test_a_trailer_field_is_not_read_as_a_header(client: Client) -> None:
    request = GET + b"Transfer-Encoding: chunked\r\n\r\n"
    trailed = request + b"0\r\nSec-Fetch-Dest: document\r\nIf-None-Match: *\r\n\r\n"
    assert client.exchange(trailed, LAST) == client.exchange(request + b"0\r\n\r\n", LAST)


def test_trailer_fields_are_not_kept(client: Client) -> None:
    with client.connect() as connection:
        connection.sendall(GET + b"Transfer-Encoding: chunked\r\n\r\n0\r\n")
        one_answer(connection)
        connection.sendall(b"a:\r\n" * 100_000)
        time.sleep(0.5)
        (held,) = client.server.server_state.connections
        assert isinstance(held, Connection)
        assert len(held.headers) < MOST_HEADERS
        connection.sendall(b"\r\n" + LAST)
        assert rest(connection).startswith(b"HTTP/1.1 200 ")
