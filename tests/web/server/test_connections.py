"""Stored replies on a connection: the event loop answers as uvicorn and Flask would."""

from contextlib import closing
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.asking import Front, Publisher
from tests.support.serving import (
    GET,
    LAST,
    PAGE,
    POLL,
    Client,
    one_answer,
    running,
)
from tests.web.server.conftest import Served

# The same answers as those of uvicorn, to requests that RFC 9112 allows. For others, see
# test_wire.py.

METHODS = st.sampled_from(["GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "PUT"])
TARGETS = st.sampled_from(
    [
        *("/atom.xml", "/atom.xml", "/rss.xml", "/tags/tea/feed.json", "/opml.xml"),
        *("/feed.xml", "/", "/none", "/atom.xml?a=b", "/t%C3%A9.xml", "/%ff", "/healthz"),
        *("http://x/atom.xml", "//atom.xml", "/atom.xml#a", "/atom%2Exml"),
    ]
)
HEADERS = st.sampled_from(
    [
        *("Accept-Encoding: gzip", "Accept-Encoding: br;q=0.5, zstd", "Accept-Encoding: "),
        *("accept-encoding: identity;q=0", "If-None-Match: *", 'If-None-Match: "none"'),
        *("If-Modified-Since: Thu, 01 Jan 2037 00:00:00 GMT", "If-Modified-Since: never"),
        *(
            "If_None_Match: *",
            "A-IM: feed",
            "Sec-Fetch-Dest: document",
            "Sec-Fetch-Dest: empty",
        ),
        *("Accept: text/html", "Cookie: a=b", "Range: bytes=0-3", "Expect: 100-continue"),
        *("Connection: keep-alive", "Upgrade: h2c", "X-Long: " + "a" * 1500),
    ]
)


@st.composite
def rows_of_requests(draw: st.DrawFn) -> list[bytes]:
    """Requests that keep a connection open."""
    row = []
    for _ in range(draw(st.integers(0, 5))):
        lines = [f"{draw(METHODS)} {draw(TARGETS)} HTTP/1.1", "Host: x"]
        lines += draw(st.lists(HEADERS, max_size=4))
        body = draw(st.sampled_from(["", "", "", "hello", "5\r\nhello\r\n0\r\n\r\n"]))
        if body:
            how = "Content-Length: 5" if body == "hello" else "Transfer-Encoding: chunked"
            lines.append(how)
        row += ["\r\n".join([*lines, "", body]).encode()] * draw(st.sampled_from([1, 1, 2]))
    return row


@st.composite
def last_requests(draw: st.DrawFn) -> bytes:
    """A request after which a connection is closed."""
    version, how = draw(st.sampled_from([("1.0", "X-A: b"), ("1.1", "Connection: close")]))
    lines = [f"{draw(METHODS)} {draw(TARGETS)} HTTP/{version}", "Host: x", how]
    return "\r\n".join([*lines, *draw(st.lists(HEADERS, max_size=4)), "", ""]).encode()


ASKED = {
    "200": [],
    "gzip": ["Accept-Encoding: gzip"],
    "no plain bytes": ["Accept-Encoding: identity;q=0"],
    "two lines of codings": ["Accept-Encoding: br", "Accept-Encoding: gzip;q=1"],
    "304": ["If-None-Match: {current}", "Accept-Encoding: gzip"],
    "304 for any": ["If-None-Match: *"],
    "an earlier version": ["If-None-Match: {earlier}"],
    "two lines of tags": ["If-None-Match: {current}", 'If-None-Match: "x"'],
    "a tag that is not one": ["If_None_Match: *"],
    "a long list of tags": ["If-None-Match: " + '"x", ' * 300 + "{current}"],
    "304 by date": ["If-Modified-Since: Thu, 01 Jan 2037 00:00:00 GMT"],
    "an old date": ["If-Modified-Since: Thu, 01 Jan 2015 00:00:00 GMT"],
    "a tag and a date": [
        "If-None-Match: {earlier}",
        "If-Modified-Since: Thu, 01 Jan 2037 00:00:00 GMT",
    ],
    "226": ["A-IM: feed", "If-None-Match: {earlier}"],
    "226 without a tag": ["A-IM: feed"],
    "226 for the current version": ["A-IM: feed", "If-None-Match: {current}"],
    "a browser": ["Sec-Fetch-Dest: document"],
    "a script": ["Sec-Fetch-Dest: empty"],
    "a range": ["Range: bytes=0-3"],
    "guards of changes": [
        'If-Match: "x"',
        "If-Unmodified-Since: Thu, 01 Jan 2015 00:00:00 GMT",
    ],
    "a body": ["Content-Length: 0"],
}


@pytest.mark.parametrize("asked", ASKED)
def test_every_answer_is_that_of_uvicorn_and_flask(
    served: Served, client: Client, plain: Client, asked: str
) -> None:
    tags = {"earlier": served.earlier, "current": served.current}
    lines = [line.format(**tags) for line in ASKED[asked]]
    request = "\r\n".join(["GET /atom.xml HTTP/1.1", "Host: x", *lines, "", ""]).encode()
    for _ in range(3):
        answer = client.exchange(request, LAST)
        assert answer == plain.exchange(request, LAST)
        assert answer.count(b"HTTP/1.1 ") == 2
        if asked in ("200", "304", "226"):
            assert answer.startswith(f"HTTP/1.1 {asked} ".encode())


@settings(max_examples=50, deadline=None)
@given(
    row=rows_of_requests(),
    last=last_requests(),
    cuts=st.lists(st.integers(1, 600), max_size=3),
)
def test_stored_replies_change_no_answer(
    client: Client, plain: Client, row: list[bytes], last: bytes, cuts: list[int]
) -> None:
    sent = b"".join([*row, last])
    positions = sorted({0, len(sent), *(cut for cut in cuts if cut < len(sent))})
    pieces = [sent[start:end] for start, end in pairwise(positions)]
    for _ in range(2):  # the second time from stored replies
        assert client.exchange(*pieces) == plain.exchange(*pieces)
        for request in row:
            assert client.exchange(request, last) == plain.exchange(request, last)


# Replies that are stored, and for how long.


def test_a_repeated_poll_reaches_neither_a_thread_nor_flask(
    served: Served, client: Client
) -> None:
    with client.connect() as connection:
        answers = []
        for _ in range(3):
            connection.sendall(POLL)
            answers.append(one_answer(connection))
        before = (served.front.reached, client.server.server_state.total_requests)
        for _ in range(10):
            connection.sendall(POLL)
            answers.append(one_answer(connection))
        after = (served.front.reached, client.server.server_state.total_requests)
    assert before == after
    assert len(set(answers)) == 1


def test_headers_that_decide_nothing_are_not_parsed(served: Served, client: Client) -> None:
    replay = served.front.replay
    with (
        client.connect() as connection,
        patch.object(replay, "reply_to", wraps=replay.reply_to) as slow,
    ):

        def answer(more: str) -> bytes:
            connection.sendall(GET + f"Accept-Encoding: zstd\r\n{more}\r\n\r\n".encode())
            return one_answer(connection)

        first = [answer(f"X-Before: {number}") for number in range(3)][-1]
        slow.reset_mock()
        assert {answer(f"X-Number: {number}") for number in range(10)} == {first}
        assert not slow.called
        assert answer("If-None-Match: *").startswith(b"HTTP/1.1 304 ")
        assert slow.called


def test_what_takes_long_to_compare_is_for_a_thread(client: Client) -> None:
    tags = ", ".join(f'"{number}"' for number in range(60))
    with client.connect() as connection:
        before = client.server.server_state.total_requests
        for _ in range(3):
            connection.sendall(GET + f"If-None-Match: {tags}\r\n\r\n".encode())
            one_answer(connection)
        assert client.server.server_state.total_requests == before + 3


LASTS = {
    "close": b"GET /atom.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "1.0": b"GET /atom.xml HTTP/1.0\r\nHost: x\r\n\r\n",
    "1.0 kept": b"GET /atom.xml HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n",
}


@pytest.mark.parametrize("last", LASTS)
@pytest.mark.parametrize("more", [b"", POLL, PAGE, b"rubbish\r\n\r\n"], ids=len)
def test_the_last_poll_on_a_connection_needs_no_thread_either(
    client: Client, plain: Client, last: str, more: bytes
) -> None:
    expected = plain.exchange(LASTS[last])
    client.exchange(POLL, LAST)
    before = client.server.server_state.total_requests
    for _ in range(3):
        assert client.exchange(LASTS[last] + more) == expected
        assert client.exchange(POLL + LASTS[last] + more).endswith(expected)
    assert client.server.server_state.total_requests == before


def test_the_same_octets_get_the_next_version(tmp_path: Path, sqlite_url: str) -> None:
    publisher = Publisher(tmp_path, sqlite_url)
    publisher.posts.write("tea.md", title="Tea")
    publisher.publish()
    front = Front(publisher)
    with (
        closing(publisher.store),
        running(front.replay) as client,
        client.connect() as connection,
    ):
        for title in ("Tea", "Green", "Black"):
            publisher.posts.write("tea.md", title=title)
            publisher.publish()
            front.follower.check()
            for _ in range(4):
                connection.sendall(POLL)
                assert f"<title>{title}<".encode() in one_answer(connection)


def test_stored_requests_are_limited_in_number_and_length(
    served: Served, client: Client
) -> None:
    with client.connect() as connection:
        for number in range(4200):
            connection.sendall(GET + f"X-Number: {number}\r\n\r\n".encode())
            one_answer(connection)
        connection.sendall(GET + b"X-Number: " + b"1" * 5000 + b"\r\n\r\n")
        one_answer(connection)
    assert len(served.front.replay._requests) == 4096
    assert max(map(len, served.front.replay._requests)) < 1000


def test_an_address_with_unusual_encoding_is_answered_but_not_stored(
    served: Served, client: Client
) -> None:
    alone = client.exchange(POLL, LAST)
    for number in range(2 ** len("atom")):
        name = "".join(
            f"%{ord(letter):02X}" if number >> position & 1 else letter
            for position, letter in enumerate("atom")
        )
        request = f"GET /{name}.xml HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        for _ in range(3):
            assert client.exchange(request, LAST) == alone
    document = served.front.shelf.get("atom.xml")
    assert document
    assert document.targets <= {"/atom.xml", "/feed.xml"}  # which other tests ask for
