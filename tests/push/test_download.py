"""Downloads: redirects, codings, and what is too large or no answer."""

import gzip
import socket

import pytest

from feedsvc.errors import Unreachable
from feedsvc.push.download import download
from tests.support.raw_server import RawServer

MB = 2**20


def answer(body: bytes, *head: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *head, b"", body]
    return b"\r\n".join(lines)


def redirect(target: str, status: bytes = b"301 Moved") -> bytes:
    return answer(b"", b"Location: " + target.encode(), status=status)


def fault_of(url: str, most: int = MB) -> str:
    with pytest.raises(Unreachable) as raised:
        download(url, most, 5)
    return str(raised.value)


def test_a_document_of_a_private_address_is_downloaded() -> None:
    with RawServer(answer(b"<feed/>" * 20_000)) as server:
        assert download(server.url, MB) == (b"<feed/>" * 20_000, server.url)
    assert b"GET /callback?secret=1 HTTP/1.1" in server.requests[0]


def test_a_fragment_is_not_sent_and_other_characters_are_encoded() -> None:
    with RawServer(answer(b"x")) as server:
        download(f"http://127.0.0.1:{server.port}/茶 1/%E8?a=é#part", MB)
    assert server.requests[0].startswith(b"GET /%E8%8C%B6%201/%E8?a=%C3%A9 HTTP/1.1")


@pytest.mark.parametrize("status", [b"301 A", b"302 A", b"303 A", b"307 A", b"308 A"])
def test_redirects_are_followed(status: bytes) -> None:
    with RawServer(answer(b"x")) as target, RawServer(redirect(target.url, status)) as server:
        assert download(server.url, MB) == (b"x", target.url)


def test_a_relative_redirect_is_followed() -> None:
    def act(connection: socket.socket) -> None:
        first = len(server.requests) == 1
        connection.sendall(redirect("/feed/") if first else answer(b"x"))

    with RawServer(act) as server:
        assert download(server.url, MB) == (b"x", f"http://127.0.0.1:{server.port}/feed/")


def test_endless_redirects_end() -> None:
    with RawServer(redirect("/again")) as server:
        assert "redirects more than 5 times" in fault_of(server.url)
    assert len(server.requests) == 6


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://[x", "ftp://a.example/"])
def test_a_redirect_to_no_web_address_is_refused(target: str) -> None:
    with RawServer(redirect(target)) as server:
        assert "redirects to what is no web address" in fault_of(server.url)


@pytest.mark.parametrize("status", [b"404 Not Found", b"500 No", b"304 No", b"301 Moved"])
def test_other_answers_are_refused(status: bytes) -> None:
    with RawServer(answer(b"", status=status)) as server:
        assert f"answers {status[:3].decode()}" in fault_of(server.url)


@pytest.mark.parametrize("size", [2 * MB + 1, 20 * MB])
def test_a_document_that_is_too_large_is_refused(size: int) -> None:
    with RawServer(answer(b"x" * size)) as server:
        assert "has more than 2 MB" in fault_of(server.url, 2 * MB)


def test_the_largest_document_is_downloaded() -> None:
    with RawServer(answer(b"x" * MB)) as server:
        assert len(download(server.url, MB)[0]) == MB


@pytest.mark.parametrize("coding", [b"gzip", b"x-gzip", b" GZIP"])
def test_gzip_that_nobody_asked_for_is_decoded(coding: bytes) -> None:
    packed = answer(gzip.compress(b"x" * MB), b"Content-Encoding: " + coding)
    with RawServer(packed) as server:
        assert download(server.url, MB)[0] == b"x" * MB


def test_gzip_that_grows_too_large_is_refused() -> None:
    packed = answer(gzip.compress(b"x" * 100 * MB), b"Content-Encoding: gzip")
    with RawServer(packed) as server:
        assert "has more than 1 MB" in fault_of(server.url)


@pytest.mark.parametrize(("coding", "fault"), [(b"gzip", "is no gzip"), (b"br", "sends 'br'")])
def test_other_codings_are_refused(coding: bytes, fault: str) -> None:
    with RawServer(answer(b"x" * 100, b"Content-Encoding: " + coding)) as server:
        assert fault in fault_of(server.url)


def test_a_server_that_does_not_answer_is_refused() -> None:
    with RawServer() as server:
        url = server.url
    assert "no connection" in fault_of(url)
