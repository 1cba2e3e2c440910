"""Request lines, Host and Transfer-Encoding, as tables of RFC 9112."""

import pytest

from feedsvc.web.server.request_syntax import (
    METHODS,
    RequestLine,
    coding_refusal,
    essence,
    host_refusal,
    is_host,
    may_begin_line,
    request_line,
    search_for_headers,
)

HOSTS = [
    *(
        "x",
        "example.org",
        "example.org:8000",
        "example.org:",
        "EXAMPLE.org.",
        "a_b",
        "xn--caf-dma",
    ),
    *("127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:80", "[::1]:", "[::ffff:192.0.2.1]"),
    *("[2001:DB8::1]", "[v1.a:b]", "caf%C3%A9", "a,b", "x:0", "x:65535", "x:00080"),
]
NO_HOSTS = [
    *("a b", "a/b", "a\\b", "user@host", "user:pw@host", "http://x", "x?", "x#", "a\tb", '"x"'),
    *("[::1", "::1", "[::1]x", "[::1]]", "[]", "[:::]", "[1.2.3.4]", "[g::1]", "[v1]", "[v.a]"),
    *("[fe80::1%25eth0]", "[fe80::1%eth0]", "[1::2::3]", "a%", "a%4", "a%zz", "<x>", "a^b"),
    *("x:99999", "x:65536", "x:-1", "x:+1", "x:8a", "x:80:80", ":80", ":", "x: 80", "x :80"),
    *("x:" + "9" * 5000, "x, y", "{x}", "x|y", "x`", "\x00", "x\x7f"),
]


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_is_a_name_or_an_address_with_or_without_a_port(host: str) -> None:
    assert is_host(host.encode())
    assert host_refusal([host.encode()], RequestLine(b"", has_authority=True)) is None
    assert host_refusal([f"{host} \t".encode()], RequestLine(b"", is_of_1_0=True)) is None


@pytest.mark.parametrize("host", NO_HOSTS)
def test_anything_else_is_not_a_host(host: str) -> None:
    assert not is_host(host.encode())
    for is_of_1_0 in (True, False):
        refusal = host_refusal([host.encode()], RequestLine(b"", is_of_1_0=is_of_1_0))
        assert refusal
        assert refusal.status == 400


@pytest.mark.parametrize("host", ["café".encode(), "café".encode("latin-1"), "上海".encode()])
def test_a_host_is_in_ascii(host: bytes) -> None:
    assert not is_host(host)


@pytest.mark.parametrize(
    ("hosts", "version", "has_authority", "is_refused"),
    [
        ([], "1.1", False, True),
        ([], "1.1", True, True),
        ([], "1.0", False, False),
        ([], "1.0", True, False),
        ([b""], "1.1", False, False),
        ([b" "], "1.1", False, False),
        ([b""], "1.1", True, True),
        ([b""], "1.0", True, True),
        ([b"x", b"x"], "1.1", False, True),
        ([b"x", b""], "1.0", False, True),
        ([b"", b""], "1.0", False, True),
        ([b"x"], "1.1", True, False),
    ],
)
def test_a_request_has_exactly_one_host(
    hosts: list[bytes], version: str, has_authority: bool, is_refused: bool
) -> None:
    line = RequestLine(b"", is_of_1_0=version == "1.0", has_authority=has_authority)
    assert bool(host_refusal(hosts, line)) is is_refused


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["chunked"], None),
        (["Chunked"], None),
        ([" chunked\t"], None),
        ([", chunked"], None),
        (["", "chunked"], None),
        ([""], 400),
        (["gzip"], 400),
        (["identity"], 400),
        (["chunked, gzip"], 400),
        (["chunked", "gzip"], 400),
        (["chunked, identity"], 400),
        (["chunked, chunked"], 400),
        (["chunked", "CHUNKED"], 400),
        (["chunked, x, chunked"], 400),
        (["chunked;a=b"], 400),
        (["chunked;a=b, chunked"], 400),
        (["x;a=b;c"], 400),
        (["xchunked"], 400),
        (["chunkedx"], 400),
        (["chunked chunked"], 400),
        (["gzip chunked"], 400),
        (['x;a=", chunked"'], 400),
        (["@, chunked"], 400),
        (["gzip, chunked"], 501),
        (["gzip", "chunked"], 501),
        (["GZIP ,Chunked"], 501),
        (["identity, chunked"], 501),
        (['x;a=b ; c="d", chunked'], 501),
        (['x;a=" , chunked , ", chunked'], 501),
        (["a, b, c, chunked"], 501),
    ],
)
def test_the_last_coding_is_chunked_and_the_only_one(
    lines: list[str], status: int | None
) -> None:
    refusal = coding_refusal([line.encode() for line in lines])
    assert (refusal.status if refusal else None) == status


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("GET / HTTP/1.1", "GET / HTTP/1.1"),
        ("GET /a?b HTTP/1.0", "GET /a?b HTTP/1.0"),
        ("GET /a HTTP/1.2", "GET /a HTTP/1.1"),
        ("GET /a HTTP/1.9", "GET /a HTTP/1.1"),
        ("GET /茶 HTTP/1.1", "GET /%E8%8C%B6 HTTP/1.1"),
        ("GET /%41茶?茶 HTTP/1.1", "GET /%41%E8%8C%B6?%E8%8C%B6 HTTP/1.1"),
        ("GET http://x HTTP/1.1", "GET / HTTP/1.1"),
        ("GET http://x?a=b HTTP/1.1", "GET /?a=b HTTP/1.1"),
        ("GET HTTPS://[::1]:80/a HTTP/1.1", "GET /a HTTP/1.1"),
        ("GET http://x/茶 HTTP/1.0", "GET /%E8%8C%B6 HTTP/1.0"),
        ("OPTIONS * HTTP/1.1", "OPTIONS * HTTP/1.1"),
        ("OPTIONS http://x HTTP/1.1", "OPTIONS / HTTP/1.1"),
        ("GET //x HTTP/1.1", "GET //x HTTP/1.1"),
    ],
)
def test_a_target_is_read_in_origin_form(sent: str, read: str) -> None:
    line = request_line(f"{sent}\r\n".encode())
    assert line.octets == f"{read}\r\n".encode()
    assert line.refusal is None
    assert line.has_authority is ("://" in sent)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        *[
            (f"GET {target} HTTP/1.1", 400)
            for target in ("*", "x", "x:80", "ftp://x/", "a b", "")
        ],
        *[
            (f"GET http://{a}/ HTTP/1.1", 400)
            for a in ("", ":80", "u@x", "u:p@x", "[::1", "x:99999")
        ],
        *[(f"GET http:{rest} HTTP/1.1", 400) for rest in ("x", "/x", "", "//é/")],
        *[
            (f"GET / {version}", 400)
            for version in ("", "HTTP/1", "HTTP/1.10", "http/1.1", "HTTP/2")
        ],
        *[
            (f"GET / HTTP/{version}", 505)
            for version in ("0.9", "0.0", "2.0", "2.1", "3.0", "9.9")
        ],
        *[
            (f"{method} / HTTP/1.1", 501)
            for method in ("FOO", "get", "GETS", "GE", "G", "PRI", "~")
        ],
        *[(f"CONNECT {target} HTTP/1.1", 501) for target in ("x:443", "/", "x")],
        *[(line, 400) for line in ("rubbish", "", " ", "GET /", "GET", "GET  / HTTP/1.1")],
        *[(line, 400) for line in (" GET / HTTP/1.1", "GET / HTTP/1.1 ", "GET\t/ HTTP/1.1")],
        *[(line, 400) for line in ("GÉT / HTTP/1.1", "G(T / HTTP/1.1", "GET / HTTP/1.1\r")],
        *[
            (line, 400)
            for line in ("GET /\x00 HTTP/1.1", "GET /\x7f HTTP/1.1", "GET / HTTP/１.1")
        ],
        ("PRI * HTTP/2.0", 505),
        ("FOO / HTTP/2.0", 505),
    ],
)
def test_a_line_that_is_refused_has_a_status(line: str, status: int) -> None:
    refusal = request_line(f"{line}\r\n".encode()).refusal
    assert refusal
    assert refusal.status == status
    assert refusal.text.isascii()


def test_a_line_ends_with_crlf() -> None:
    assert request_line(b"GET / HTTP/1.1\n").refusal


@pytest.mark.parametrize("octets", [b"GET /", "/茶".encode(), b"GET / HTTP/1.1\r", b""])
def test_a_line_may_come_in_pieces(octets: bytes) -> None:
    assert may_begin_line(octets)


@pytest.mark.parametrize("octets", [b"\x16\x03\x01", b"GET\t", b"\x00", b"GET /\x7f"])
def test_octets_that_no_line_may_contain_are_refused_early(octets: bytes) -> None:
    assert not may_begin_line(octets)


def test_the_methods_of_http_are_accepted() -> None:
    assert {
        b"GET",
        b"HEAD",
        b"POST",
        b"PUT",
        b"DELETE",
        b"OPTIONS",
        b"TRACE",
        b"PATCH",
    } <= METHODS


HEADERS = search_for_headers([b"host", b"a-im"])


def test_the_essence_of_a_request_is_what_decides_the_answer() -> None:
    request = b"GET /a?b HTTP/1.1\r\nX: y\r\nHOST:a\r\nA-im: c\r\nhosts: d\r\nHost: e\r\n\r\n"
    assert essence(request, HEADERS) == b"GET /a?b HTTP/1.1\nHOST:a\nA-im: c\nHost: e"


@pytest.mark.parametrize(
    "request_",
    [
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n",
        b"GET / HTTP/1.0\r\nHost: a\r\n\r\n",
        b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET / HTTP/1.1\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 1000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X:\r\n" * 60 + b"\r\n",
    ],
)
def test_a_request_with_a_doubtful_syntax_has_none(request_: bytes) -> None:
    assert essence(request_, HEADERS) == b""
