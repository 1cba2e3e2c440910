"""The client's limits: slow, endless, too large and malformed answers."""

import logging
import socket
import threading
import time
from contextlib import suppress

import pytest

from feedsvc.push.outgoing import HttpAnswer
from tests.support.raw_server import (
    NO_CONTENT,
    Act,
    NewClient,
    RawServer,
    break_off,
    drip,
    error_of,
    pour,
    timed_error_of,
)


def test_an_unknown_host_has_an_error(
    new_client: NewClient, names: dict[str, list[list[str]]]
) -> None:
    text = error_of(new_client(), "http://nobody.example/?secret=1")
    assert text.startswith("http://nobody.example:80: its name was not found (")


def test_a_look_up_that_takes_too_long_is_abandoned(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        released.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    assert "within 0.3 seconds" in timed_error_of(new_client(limit=0.3), "http://slow.example/")
    released.set()


def test_the_number_of_abandoned_look_ups_is_limited(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    looked_up: list[object] = []

    def slow(host: object, *_: object, **__: object) -> list[object]:
        looked_up.append(host)
        released.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    monkeypatch.setattr("feedsvc.push.outgoing._MOST_LOOK_UPS", 2)
    outgoing = new_client(limit=0.2)
    for _ in range(3):
        assert "within 0.2 seconds" in timed_error_of(outgoing, "http://slow.example/")
    assert len(looked_up) == 2
    released.set()


def test_look_ups_that_ended_do_not_count(
    new_client: NewClient, names: dict[str, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.push.outgoing._MOST_LOOK_UPS", 2)
    outgoing = new_client(limit=2.0)
    for _ in range(4):
        assert "was not found" in error_of(outgoing, "http://nobody.example/")


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda _: time.sleep(5), id="silence"),
        pytest.param(drip(b"HTTP/1.1 200 OK"), id="status"),
        pytest.param(drip(b"a: b\r\n", b"HTTP/1.1 200 OK\r\n"), id="headers"),
        pytest.param(drip(b"a", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"), id="body"),
        pytest.param(drip(b"a", b"HTTP/1.1 200 OK\r\n\r\n"), id="body without length"),
        pytest.param(
            drip(b"1\r\na\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
            id="chunks",
        ),
        pytest.param(
            drip(b"a: b\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"),
            id="trailers",
        ),
        pytest.param(drip(b"HTTP/1.1 100 Continue\r\n\r\n"), id="interim answers"),
    ],
)
def test_an_endless_answer_is_aborted_in_time(new_client: NewClient, act: Act) -> None:
    with RawServer(act) as server:
        text = timed_error_of(new_client(limit=0.4), server.url)
        assert text == f"http://127.0.0.1:{server.port}: no complete answer within 0.4 seconds"


@pytest.mark.parametrize(
    "head",
    [b"Content-Length: 999\r\n\r\n", b"\r\n", b"Transfer-Encoding: chunked\r\n\r\n2\r\n"],
)
def test_the_status_of_a_post_counts_even_if_the_body_is_endless(
    new_client: NewClient, head: bytes
) -> None:
    with RawServer(drip(b"a", b"HTTP/1.1 202 Accepted\r\n" + head)) as server:
        start = time.monotonic()
        assert new_client(limit=0.4).post(server.url, b"x", {}) == HttpAnswer(202, b"", None)
        assert time.monotonic() - start < 3


def test_time_may_be_over_before_anything_was_sent(new_client: NewClient) -> None:
    with RawServer() as server:
        assert "within 1e-09 seconds" in timed_error_of(new_client(limit=1e-9), server.url)


def test_a_body_that_is_not_read_is_aborted_in_time(new_client: NewClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        assert "within 0.4 seconds" in timed_error_of(
            new_client(limit=0.4), url, b"x" * 30_000_000
        )


def test_a_reused_connection_has_a_new_time_limit(new_client: NewClient) -> None:
    acts: list[Act] = [lambda c: c.sendall(NO_CONTENT), drip(b"HTTP/1.1 200 OK")]
    with RawServer(lambda connection: acts.pop(0)(connection)) as server:
        outgoing = new_client(limit=0.4)
        assert outgoing.get(server.url).status == 204
        time.sleep(0.5)  # the time of the first request is over, that of the second is its own
        assert "within 0.4 seconds" in timed_error_of(outgoing, server.url)
        assert server.accepted == 1


def test_a_silent_tls_handshake_is_aborted_in_time(new_client: NewClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        assert "within 0.4 seconds" in timed_error_of(new_client(limit=0.4), url)


def test_a_slow_tls_handshake_is_aborted_in_time(new_client: NewClient) -> None:
    def act(connection: socket.socket) -> None:
        drip(b"\0", b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03")(connection)

    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                act(connection)

        threading.Thread(target=serve, daemon=True).start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}/"
        assert "within 0.4 seconds" in timed_error_of(new_client(limit=0.4), url)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
    ],
)
def test_an_endless_body_is_cut_and_its_connection_closed(
    new_client: NewClient, head: bytes
) -> None:
    with RawServer(pour(b"spam", head)) as server:
        outgoing = new_client()
        assert outgoing.get(server.url) == HttpAnswer(200, b"spam" * 16_384, None)
        outgoing.get(server.url)
        assert server.accepted == 2


def test_the_rest_of_a_long_body_is_not_read(new_client: NewClient) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n"
    with RawServer(head + b"spam" * 16_384) as server:
        outgoing = new_client()
        assert outgoing.get(server.url) == HttpAnswer(200, b"spam" * 16_384, None)
        assert outgoing.get(server.url).status == 200
        assert server.accepted == 2


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (pour(b"a", b"HTTP/1.1 200 OK\r\na: "), "not HTTP (LineTooLong)"),
        (pour(b"a: b\r\n", b"HTTP/1.1 200 OK\r\n"), "not HTTP (HTTPException)"),
        (pour(b"a: " + b"b" * 9_000 + b"\r\n", b"HTTP/1.1 200 OK\r\n"), "is too large"),
        (pour(b"HTTP/1.1 100 Continue\r\n\r\n", b""), "is too large"),
        (
            pour(b"1\r\na\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
            "is too large",
        ),
        (pour(b"spam", b""), "not HTTP (LineTooLong)"),
    ],
)
def test_a_too_large_answer_is_refused(new_client: NewClient, act: Act, fault: str) -> None:
    with RawServer(act) as server:
        assert fault in error_of(new_client(), server.url)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"SSH-2.0-secret\r\n\r\n", "its answer is not HTTP (BadStatusLine)"),
        (b"HTTP/1.1 2x OK\r\n\r\n", "its answer is not HTTP (BadStatusLine)"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "its answer is not HTTP (InvalidHeader)",
        ),
    ],
)
def test_an_answer_that_is_not_http_has_an_error(
    new_client: NewClient, answer: bytes, fault: str
) -> None:
    with RawServer(answer) as server:
        assert error_of(new_client(), server.url) == f"http://127.0.0.1:{server.port}: {fault}"


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nab"]
)
def test_an_incomplete_answer_has_an_error(new_client: NewClient, answer: bytes) -> None:
    with RawServer(break_off(answer)) as server:
        assert "the connection before its answer was complete" in error_of(
            new_client(), server.url
        )


def test_an_incomplete_body_is_returned(new_client: NewClient) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"
    with RawServer(break_off(answer)) as server:
        assert new_client().get(server.url) == HttpAnswer(200, b"ab", None)


def test_a_refused_connection_has_an_error(new_client: NewClient) -> None:
    with RawServer() as gone:
        pass
    text = error_of(new_client(), gone.url)
    assert text == f"http://127.0.0.1:{gone.port}: no connection (Connection refused)"


def test_malformed_headers_put_no_url_into_the_log(
    new_client: NewClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with RawServer(b"HTTP/1.1 204 No Content\r\n: odd\r\nodd\r\n\r\n") as server:
        new_client().get(server.url)
    assert "secret" not in caplog.text
