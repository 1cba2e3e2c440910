"""Requests that RFC 9112 does not allow, over real sockets: the status, and what follows."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.web.server.request_syntax import METHODS
from feedsvc.web.server.server import create_wsgi_app
from tests.support.asking import Publisher
from tests.support.serving import (
    LAST,
    Client,
    rest,
    running,
    undated,
)

# Answered by the event loop from the second time on, by Flask, and by Flask with a 404.
PATHS = ("/atom.xml", "/", "/none")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A server in the test process with one post, whose replies are stored."""
    folder = tmp_path_factory.mktemp("wire")
    publisher = Publisher(folder, f"sqlite:///{folder}/feedsvc.sqlite3")
    publisher.posts.write("tea.md", title="Tea", tags="[tea, 茶]")
    publisher.publish(datetime.now(UTC) - timedelta(hours=1))
    with (
        closing(publisher.store),
        running(create_wsgi_app(publisher.settings, publisher.store)) as made,
    ):
        for path in ("/atom.xml", "/tags/tea/atom.xml", "/tags/%E8%8C%B6/atom.xml"):
            for _ in range(3):
                assert made.exchange(_request(path), LAST).startswith(b"HTTP/1.1 200 ")
        yield made


def _request(path: str, *lines: str, version: str = "1.1", method: str = "GET") -> bytes:
    return "\r\n".join(
        [f"{method} {path} HTTP/{version}", *(lines or ["Host: x"]), "", ""]
    ).encode()


def _statuses(answers: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answers)]


def _refused(client: Client, request: bytes, status: int) -> None:
    """The request gets this answer, and requests behind it get none."""
    for behind in (b"", LAST, LAST * 3):
        answer = client.exchange(request + behind)
        assert _statuses(answer) == [status]
        assert b"\r\nconnection: close\r\n" in answer
    assert _statuses(client.exchange(_request("/atom.xml") + request + LAST)) == [200, status]
    assert _statuses(client.exchange(_request("/") + request + LAST)) == [200, status]
    assert _statuses(client.exchange(_request("/") * 3 + request + LAST)) == [200] * 3 + [
        status
    ]


# Host.

BAD_HOSTS = {
    "twice": ["Host: x", "Host: x"],
    "twice and different": ["Host: x", "Host: y"],
    "twice and empty": ["Host: x", "host:"],
    "a space": ["Host: a b"],
    "a slash": ["Host: a/b"],
    "a user": ["Host: user@host"],
    "half an address": ["Host: [::1"],
    "a zone": ["Host: [fe80::1%25eth0]"],
    "a port beyond": ["Host: x:99999"],
    "a port alone": ["Host: :80"],
    "not ASCII": ["Host: café"],
    "a space before the colon": ["Host : x"],
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("bad", BAD_HOSTS)
def test_a_bad_host_is_400_everywhere(client: Client, path: str, bad: str) -> None:
    _refused(client, _request(path, *BAD_HOSTS[bad]), 400)
    answer = client.exchange(_request(path, *BAD_HOSTS[bad], version="1.0"))
    assert _statuses(answer) == [400]


@pytest.mark.parametrize("path", PATHS)
def test_a_host_may_be_absent_in_http_1_0_only(client: Client, path: str) -> None:
    expected = client.exchange(_request(path, "X-A: b", "Host: x", version="1.0"))
    assert client.exchange(_request(path, "X-A: b", version="1.0")) == expected
    _refused(client, _request(path, "X-A: b"), 400)
    _refused(client, _request(path, "Hostess: x"), 400)
    _refused(client, _request(path, "X-A: b", version="1.2"), 400)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", ["x:", "[::1]:8000", "", "a_b:1", "EXAMPLE.org.", "\tx\t"])
def test_a_good_host_changes_nothing(client: Client, path: str, host: str) -> None:
    expected = client.exchange(_request(path), LAST)
    for _ in range(3):
        assert client.exchange(_request(path, f"hOST: {host}"), LAST) == expected


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "PUT"])
def test_the_host_is_checked_for_every_method(client: Client, method: str) -> None:
    _refused(client, _request("/hub", "Content-Length: 0", method=method), 400)


def test_a_refused_head_has_no_body(client: Client) -> None:
    for lines in (["X-A: b"], ["Host: a b"]):
        answer = client.exchange(_request("/atom.xml", *lines, method="HEAD"))
        assert _statuses(answer) == [400]
        assert answer.endswith(b"\r\n\r\n")
    assert client.exchange(_request("/", version="2.0", method="HEAD")).endswith(b"\r\n\r\n")
    answer = client.exchange(_request("/", method="HEAD") + b"rubbish\r\n")
    assert answer.endswith(b"3).\n")


# Versions, methods and targets.


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("version", ["0.9", "2.0", "3.0"])
def test_another_major_version_is_505(client: Client, path: str, version: str) -> None:
    _refused(client, _request(path, version=version), 505)


def test_the_preface_of_http_2_is_505(client: Client) -> None:
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"
    assert _statuses(client.exchange(preface)) == [505]


@pytest.mark.parametrize("path", PATHS)
def test_a_later_minor_version_is_read_as_1_1(client: Client, path: str) -> None:
    expected = client.exchange(_request(path), LAST)
    assert client.exchange(_request(path, version="1.2"), LAST) == expected


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["FOO", "get", "GETX", "CONNECT", "M-SEARCH"])
def test_an_unknown_method_is_501(client: Client, path: str, method: str) -> None:
    _refused(client, _request(path, method=method), 501)


def test_a_tunnel_is_501(client: Client) -> None:
    _refused(client, _request("example.org:443", method="CONNECT"), 501)


@pytest.mark.parametrize("method", sorted(METHODS - {b"GET", b"HEAD", b"OPTIONS", b"POST"}))
def test_a_method_that_is_not_allowed_is_405_and_the_connection_goes_on(
    client: Client, method: bytes
) -> None:
    answer = client.exchange(_request("/atom.xml", method=method.decode()), LAST)
    assert _statuses(answer) == [405, 200]
    assert b"allow: GET, HEAD, OPTIONS\r\n" in answer


@pytest.mark.parametrize(
    "line", ["GET /", "GET", "rubbish", "GET  / HTTP/1.1", "GET / HTTP/1.1 "]
)
def test_a_malformed_line_is_400(client: Client, line: str) -> None:
    _refused(client, f"{line}\r\nHost: x\r\n\r\n".encode(), 400)


@pytest.mark.parametrize("ending", ["\n", "\r", "\r\r\n"])
def test_a_line_that_does_not_end_with_crlf_is_400(client: Client, ending: str) -> None:
    request = ending.join(["GET / HTTP/1.1", "Host: x", "", ""]).encode()
    assert _statuses(client.exchange(request + LAST)) == [400]


@pytest.mark.parametrize("path", PATHS)
def test_an_absolute_target_means_its_path(client: Client, path: str) -> None:
    for host in ("Host: x", "Host: another"):
        request = _request(f"http://x:80{path}", host)
        for _ in range(2):
            assert client.exchange(request, LAST) == client.exchange(_request(path), LAST)


def test_an_absolute_target_needs_no_path(client: Client) -> None:
    root = client.exchange(_request("/"), LAST)
    assert client.exchange(_request("http://x"), LAST) == root
    assert client.exchange(_request("HTTPS://x:"), LAST) == root
    query = client.exchange(_request("/?a=b"), LAST)
    assert client.exchange(_request("http://x?a=b"), LAST) == query


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("authority", ["", ":80", "user@host", "u:p@h", "[::1", "x:99999", "é"])
def test_a_bad_authority_is_400(client: Client, path: str, authority: str) -> None:
    _refused(client, _request(f"http://{authority}{path}"), 400)


@pytest.mark.parametrize("path", PATHS)
def test_an_absolute_target_needs_a_host_that_is_not_empty(client: Client, path: str) -> None:
    _refused(client, _request(f"http://x{path}", "Host:"), 400)
    _refused(client, _request(f"http://x{path}", "X-A: b"), 400)
    old = client.exchange(_request(f"http://x{path}", "X-A: b", version="1.0"))
    assert old == client.exchange(_request(path, version="1.0"))


@pytest.mark.parametrize("target", ["*", "atom.xml", "x:80", "ftp://x/", "http:/x", "?a"])
def test_another_target_is_400(client: Client, target: str) -> None:
    _refused(client, _request(target), 400)


def test_the_server_as_a_whole_has_options(client: Client) -> None:
    answer = client.exchange(_request("*", method="OPTIONS"), LAST)
    assert _statuses(answer) == [204, 200]
    assert b"allow: GET, HEAD, OPTIONS\r\n" in answer


# Transfer codings.

BAD_CODINGS = {
    "another": (["gzip"], 400),
    "empty": ([""], 400),
    "chunked before another": (["chunked, gzip"], 400),
    "chunked before another line": (["chunked", "gzip"], 400),
    "chunked twice": (["chunked, chunked"], 400),
    "chunked in two lines": (["chunked", "Chunked"], 400),
    "a parameter of chunked": (["chunked;a=b"], 400),
    "in quotes": (['x;a=", chunked"'], 400),
    "unknown before chunked": (["foo, chunked"], 501),
    "unknown in a line before": (["gzip", "\tCHUNKED "], 501),
    "unknown with a parameter": (['foo;a="b, c" , chunked'], 501),
    "identity before chunked": (["identity, chunked"], 501),
}


@pytest.mark.parametrize("path", [*PATHS, "/hub"])
@pytest.mark.parametrize("bad", BAD_CODINGS)
def test_a_body_whose_end_is_unknown_is_refused(client: Client, path: str, bad: str) -> None:
    codings, status = BAD_CODINGS[bad]
    lines = ["Host: x", *(f"Transfer-Encoding: {coding}" for coding in codings)]
    for method in ("GET", "POST"):
        request = _request(path, *lines, method=method) + b"0\r\n\r\n"
        _refused(client, request, status)


@pytest.mark.parametrize("length", ["5", "0"])
def test_a_length_and_chunks_are_400(client: Client, length: str) -> None:
    both = [f"Content-Length: {length}", "Transfer-Encoding: chunked"]
    for lines in (both, both[::-1]):
        request = _request("/hub", "Host: x", *lines, method="POST") + b"0\r\n\r\n"
        _refused(client, request, 400)


def test_the_name_of_the_chunked_coding_is_case_insensitive(client: Client) -> None:
    expected = client.exchange(_request("/atom.xml"), LAST)
    for coding in ("chunked", "Chunked", "\tCHUNKED "):
        request = _request("/atom.xml", "Host: x", f"TRANSFER-encoding: {coding}")
        assert client.exchange(request + b"1\r\na\r\n0\r\n\r\n", LAST) == expected


# Requests that TCP cuts into pieces.

CORPUS = [
    _request("/atom.xml"),
    _request("/tags/茶/atom.xml"),
    _request("/?茶"),
    b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\r\n\r\n" + _request("/tags/茶/atom.xml"),
    _request("http://x/tags/茶/atom.xml"),
    _request("http://é/"),
    _request("/", "Host: café"),
    _request("/none", "Host: x", "X-A: 茶"),
    _request("/", "X-A: b"),
    _request("/", version="2.0"),
    _request("/", version="1.2"),
    _request("/", method="FOO"),
    _request("/茶", method="茶"),
    b"rubbish\r\n\r\n",
    b"\x16\x03\x01\r\n",
    b"GET / HTTP/1.1\nHost: x\n\n",
    b"GET /\r\n\r\n",
    _request("*", method="OPTIONS"),
    _request("x:443", method="CONNECT"),
    _request("/atom.xml", "Host: x", "Content-Length: 4") + b"\r\n\r\n",
    _request("/atom.xml", "Host: x", "Transfer-Encoding: chunked")
    + b"4;a=b\r\n\r\n\r\n\r\n3\r\nabc\r\n00\r\nA: b\r\n\r\n",
    _request("/hub", "Host: x", "Content-Length: 5", method="POST") + "茶ab".encode(),
    _request("/hub", "Host: x", "Transfer-Encoding: gzip", method="POST") + b"abc",
    _request("/hub", "Host: x", "Transfer-Encoding: chunked", method="POST") + b"zz\r\n",
    _request("/", "Host: x", "Connection: Upgrade", "Upgrade: h2c"),
]


def _cut(client: Client, *pieces: bytes) -> bytes:
    """The answers to pieces that the server reads one by one. The last ends the connection."""
    with client.connect() as connection:
        for piece in pieces:
            with suppress(ConnectionError):  # the server closed after an earlier piece
                connection.sendall(piece)
            time.sleep(0.002)
        return undated(rest(connection))


@pytest.mark.parametrize("number", range(len(CORPUS)))
def test_a_request_gets_the_same_answer_wherever_it_is_cut(client: Client, number: int) -> None:
    sent = CORPUS[number] + LAST
    whole = _cut(client, sent)

    def in_two(position: int) -> bytes:
        return _cut(client, sent[:position], sent[position:])

    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(in_two, range(1, len(sent)))) == {whole}
    assert (
        _cut(client, *(sent[position : position + 1] for position in range(len(sent)))) == whole
    )


@settings(max_examples=30, deadline=None)
@given(
    row=st.lists(st.sampled_from(CORPUS), min_size=2, max_size=4),
    cuts=st.lists(st.integers(1, 400), max_size=4),
)
def test_requests_in_a_row_get_the_same_answers_wherever_they_are_cut(
    client: Client, row: list[bytes], cuts: list[int]
) -> None:
    sent = b"".join([*row, LAST])
    positions = sorted({0, len(sent), *(cut for cut in cuts if cut < len(sent))})
    pieces = [sent[a:b] for a, b in pairwise(positions)]
    one_by_one = _statuses(_cut(client, sent))
    assert _statuses(_cut(client, *pieces)) == one_by_one


ADDED = [  # to a request whose reply is stored
    *("X-A: b", "User-Agent: Reader/1.0", "accept-ENCODING: br", "aCCEPT-encoding: zstd"),
    *("iF-nOnE-mAtCh: *", "IF-MODIFIED-SINCE: Thu, 01 Jan 2037 00:00:00 GMT", "a-Im: feed"),
    *("If-None-Match : *", "sec-FETCH-dest: document", "X-A: If-None-Match: *", "X-A:"),
    *("hOST: y", "HOST: x", "Host : y", "host:", "CONTENT-length: 5", "content-length: x"),
    *("TRANSFER-encoding: gzip", "connection: CLOSE"),
    *("Proxy-Connection: close", "cOnNeCtIoN: x, close", "CONNECTION: upgrade\r\nuPGRADE: h2c"),
    *("eXPECT: 100-continue", "X-A: b\r\n folded", "X-A: \x01", "X-A: \x7f", "X A: b", ": b"),
    *("X-A: é", "é: b", "X-A b", "X-A: b\n", "X-A: b\rc", "\tX-A: b", "X\x00A: b"),
]


@pytest.mark.parametrize("added", ADDED)
def test_a_whole_request_gets_the_answer_of_one_in_pieces(client: Client, added: str) -> None:
    for lines in (["Host: x", added], [added, "Host: x"], [added, "Host: x", added]):
        _cut(client, _request("/atom.xml"), LAST)
        sent = _request("/atom.xml", *lines)
        in_pieces = _cut(client, sent[:5], sent[5:] + LAST)
        for _ in range(2):
            assert _cut(client, sent, LAST) == in_pieces
