"""Connections, over real sockets to a server in this process: who asks what, in which pieces.

What is answered ahead of uvicorn has to be what uvicorn would have answered.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from feedsvc.web.app import create_app
from feedsvc.web.polls.replay import Replay
from feedsvc.web.polls.shelf import Shelf
from feedsvc.web.polls.store_follower import Follower
from feedsvc.web.server import descriptors, idle_connections
from feedsvc.web.server.connections import (
    MOST_HEADERS,
    MOST_QUEUED,
    Connection,
)
from tests.support.asking import Publisher, ask
from tests.support.running import wait_until
from tests.support.serving import (
    Client,
    one_answer,
    rest,
    running,
    undated,
)

GET = b"GET /atom.xml HTTP/1.1\r\nHost: x\r\n"
POLL = GET + b"\r\n"
PAGE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class Served:
    """A server in a thread of this process, over a store with two posts."""

    def __init__(self, publisher: Publisher) -> None:
        self.publisher = publisher
        self.shelf = Shelf(10_000_000)
        self.flask = create_app(publisher.settings, publisher.store, self.shelf)
        self.front = Replay(self._counted, self.shelf)
        self.follower = Follower(publisher.store, self.shelf)
        self.follower.check()
        self.reached = 0

        self.earlier = self.current = ""

    def _counted(self, environ: Any, start_response: Any) -> Any:
        self.reached += 1
        return self.flask(environ, start_response)

    def running(
        self, protocol: type[HttpToolsProtocol] = Connection
    ) -> AbstractContextManager[Client]:
        return running(self.front, protocol)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two posts; an earlier version, without the second, was asked for."""
    place = tmp_path_factory.mktemp("connections")
    publisher = Publisher(place, f"sqlite:///{place}/feedsvc.sqlite3")
    publisher.posts.write("tea.md", "Text. " * 300, title="Tea", tags="[tea, 茶]")
    publisher.publish()
    with closing(publisher.store):
        made = Served(publisher)
        made.earlier = ask(made.front, "/atom.xml").tag
        publisher.posts.write("milk.md", "Text. " * 300, title="Milk", tags="[milk]")
        publisher.publish()
        made.follower.check()
        time.sleep(1)  # Last-Modified may be a second ahead, and is then written as now
        made.current = ask(made.front, "/atom.xml", Accept_Encoding="gzip").tag
        yield made


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[Client]:
    with served.running() as made:
        yield made


@pytest.fixture(scope="module")
def plain(served: Served) -> Iterator[Client]:
    with served.running(HttpToolsProtocol) as made:
        yield made


# The same answers, to requests that RFC 9112 allows. It wants others refused that uvicorn
# answers, or refuses with another status: see test_wire.py.

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
def requests_in_a_row(draw: st.DrawFn) -> list[bytes]:
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
def test_whatever_is_asked_the_answer_is_that_of_uvicorn_and_flask(
    served: Served, client: Client, plain: Client, asked: str
) -> None:
    known = {"earlier": served.earlier, "current": served.current}
    lines = [line.format(**known) for line in ASKED[asked]]
    request = "\r\n".join(["GET /atom.xml HTTP/1.1", "Host: x", *lines, "", ""]).encode()
    for _ in range(3):
        answer = client.exchange(request, LAST)
        assert answer == plain.exchange(request, LAST)
        assert answer.count(b"HTTP/1.1 ") == 2
        if asked in ("200", "304", "226"):
            assert answer.startswith(f"HTTP/1.1 {asked} ".encode())


@settings(max_examples=100, deadline=None)
@given(
    row=requests_in_a_row(),
    last=last_requests(),
    cuts=st.lists(st.integers(1, 600), max_size=3),
)
def test_shortcuts_change_no_answer(
    client: Client, plain: Client, row: list[bytes], last: bytes, cuts: list[int]
) -> None:
    sent = b"".join([*row, last])
    places = sorted({0, len(sent), *(cut for cut in cuts if cut < len(sent))})
    pieces = [sent[start:end] for start, end in pairwise(places)]
    for _ in range(2):  # the second time from memory
        assert client.exchange(*pieces) == plain.exchange(*pieces)
        for request in row:
            assert client.exchange(request, last) == plain.exchange(request, last)


# What is answered from memory, and for how long.


def test_a_poll_that_comes_again_reaches_neither_a_thread_nor_flask(
    served: Served, client: Client
) -> None:
    with client.connect() as connection:
        answers = []
        for _ in range(3):
            connection.sendall(POLL)
            answers.append(one_answer(connection))
        before = (served.reached, client.server.server_state.total_requests)
        for _ in range(10):
            connection.sendall(POLL)
            answers.append(one_answer(connection))
        after = (served.reached, client.server.server_state.total_requests)
    assert before == after
    assert len(set(answers)) == 1


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
def test_a_poll_after_which_the_connection_ends_waits_for_no_thread_either(
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
    served = Served(publisher)
    with closing(publisher.store), served.running() as client, client.connect() as connection:
        for title in ("Tea", "Green", "Black"):
            publisher.posts.write("tea.md", title=title)
            publisher.publish()
            served.follower.check()
            for _ in range(4):
                connection.sendall(POLL)
                assert f"<title>{title}<".encode() in one_answer(connection)


def test_requests_that_are_remembered_stay_in_bounds(served: Served, client: Client) -> None:
    with client.connect() as connection:
        for number in range(4200):
            connection.sendall(GET + f"X-Number: {number}\r\n\r\n".encode())
            one_answer(connection)
        connection.sendall(GET + b"X-Number: " + b"1" * 5000 + b"\r\n\r\n")
        one_answer(connection)
    assert len(served.front._requests) == 4096
    assert max(map(len, served.front._requests)) < 1000


def test_an_address_that_is_written_oddly_is_answered_and_not_remembered(
    served: Served, client: Client
) -> None:
    alone = client.exchange(POLL, LAST)
    for number in range(2 ** len("atom")):
        name = "".join(
            f"%{ord(letter):02X}" if number >> place & 1 else letter
            for place, letter in enumerate("atom")
        )
        request = f"GET /{name}.xml HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        for _ in range(3):
            assert client.exchange(request, LAST) == alone
    document = served.shelf.get("atom.xml")
    assert document
    assert document.targets <= {"/atom.xml", "/feed.xml"}  # which other tests ask for


# Order, pace and ends.


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
    pieces = [request_[place : place + 1] for place in range(len(request_))]
    assert client.exchange(*pieces, LAST) == whole


@pytest.mark.parametrize("request_", [POLL, PAGE], ids=["poll", "page"])
def test_who_sends_no_more_is_answered_still(client: Client, request_: bytes) -> None:
    for _ in range(3):
        with client.connect() as connection:
            connection.sendall(request_)
            connection.shutdown(socket.SHUT_WR)
            answer = rest(connection)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.rstrip().endswith((b"</feed>", b"</html>"))


def test_who_stops_in_the_middle_is_closed_without_a_word(client: Client) -> None:
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
def test_a_body_is_not_taken_for_a_request(client: Client, body: bytes) -> None:
    carrier = GET + b"Content-Length: %d\r\n\r\n" % len(body)
    expected = client.exchange(POLL * 2, LAST)
    for _ in range(3):  # what was answered before is remembered
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
def test_what_cannot_be_read_takes_nobodys_answer(
    client: Client, before: list[bytes], unreadable: str
) -> None:
    alone = b"".join(_without_end(client.exchange(request, LAST)) for request in before)
    came = bytearray()
    with client.connect() as connection, suppress(ConnectionError):  # who sends on is reset
        connection.sendall(b"".join(before) + UNREADABLE[unreadable])
        while piece := connection.recv(1 << 16):
            came += piece
    got = undated(bytes(came)).replace(b"connection: close\r\n", b"")
    assert got.startswith(alone)
    assert got[len(alone) :].count(b"HTTP/1.1 ") == got[len(alone) :].count(b"HTTP/1.1 400 ")


def _without_end(answers: bytes) -> bytes:
    """An answer without that to `LAST`, which follows it."""
    return answers[: answers.rindex(b"HTTP/1.1 ")]


def test_who_is_answered_and_then_sends_rubbish_is_closed_without_a_word(
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
def test_who_wants_another_protocol_is_answered_in_this_one(
    client: Client, more: bytes
) -> None:
    upgrade = GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"
    for _ in range(3):
        answer = client.exchange(upgrade + more)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.count(b"HTTP/1.1 ") == 1
        assert b"\r\nconnection: close\r\n" in answer


def test_what_trails_a_body_is_no_header(client: Client) -> None:
    request = GET + b"Transfer-Encoding: chunked\r\n\r\n"
    trailed = request + b"0\r\nSec-Fetch-Dest: document\r\nIf-None-Match: *\r\n\r\n"
    assert client.exchange(trailed, LAST) == client.exchange(request + b"0\r\n\r\n", LAST)


def test_what_trails_a_body_is_not_kept(client: Client) -> None:
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


def test_a_reader_that_does_not_read_is_not_answered_on_and_on(client: Client) -> None:
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


def test_of_long_requests_that_wait_few_are_held(client: Client) -> None:
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


def test_a_crowd_of_requests_at_once_is_not_answered_to_its_end(client: Client) -> None:
    answers = client.exchange(PAGE * (MOST_QUEUED * 3))
    assert answers.count(b"HTTP/1.1 ") == answers.count(b"HTTP/1.1 200 ") == MOST_QUEUED + 2
    assert client.exchange(PAGE, LAST).startswith(b"HTTP/1.1 200 ")


# Bounds.


def test_beyond_the_bound_a_connection_that_rests_makes_room(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descriptors, "MOST_CONNECTIONS", 5)
    with served.running() as client, ExitStack() as held:
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
        assert closed == 1  # those that were answered have closed themselves


def test_a_crowd_that_does_not_read_shuts_nobody_out(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descriptors, "MOST_CONNECTIONS", 3)
    with served.running() as client, ExitStack() as held:
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
def test_headers_have_bounds(client: Client, more: bytes, status: int) -> None:
    with client.connect() as connection:
        with suppress(ConnectionError):
            connection.sendall(GET + more + b"Connection: close\r\n\r\n")
        with suppress(ConnectionError):
            answer = rest(connection)
            assert answer.startswith(f"HTTP/1.1 {status} ".encode())
            assert answer.count(b"HTTP/1.1 ") == 1


def test_who_sends_on_and_on_is_cut_off(client: Client) -> None:
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


def test_a_body_that_is_waited_for_is_asked_for(client: Client) -> None:
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


def test_a_path_in_plain_utf_8_is_that_of_its_encoding(client: Client) -> None:
    for tag, status in (("茶", b"200"), ("café", b"404")):
        raw, encoded = tag.encode(), quote(tag).encode()
        request = b"GET /tags/%b/atom.xml HTTP/1.1\r\nHost: x\r\n\r\n"
        answer = client.exchange(request % raw, LAST)
        assert answer == client.exchange(request % encoded, LAST)
        assert answer.startswith(b"HTTP/1.1 " + status)


def test_who_does_not_read_is_closed_after_a_minute_and_who_sends_nothing_sooner(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle_connections, "IDLE_SECONDS", 1)
    monkeypatch.setattr(idle_connections, "UNREAD_SECONDS", 4)
    with served.running() as client, client.connect() as idle, socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", client.port))
        open_ = client.server.server_state.connections
        reader.settimeout(1)
        with suppress(TimeoutError):
            while True:
                reader.sendall(POLL * 10)
        assert idle.recv(1) == b""
        assert len(open_) == 1
        begun = time.monotonic()
        wait_until(lambda: not open_, "the reader is given up", 10)
        assert time.monotonic() - begun > 1
