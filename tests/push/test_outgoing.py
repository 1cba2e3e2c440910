"""Requests to strangers, over real sockets: none leads inside, lasts long or fills memory."""

import itertools
import logging
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from ipaddress import ip_network
from pathlib import Path

import pytest

from feedsvc import __version__
from feedsvc.errors import Unreachable
from feedsvc.push.outgoing import (
    HttpAnswer,
    Outgoing,
    retry_after,
)

LOOPBACK = (ip_network("127.0.0.0/8"),)
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
Act = Callable[[socket.socket], None]


class Stranger:
    """A server that does `act` on each request it reads; keeps what it was asked."""

    def __init__(
        self, act: Act | bytes = NO_CONTENT, tls: ssl.SSLContext | None = None
    ) -> None:
        self.requests: list[bytes] = []
        self.accepted = 0
        self._act = act
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/callback?secret=1"
        self._connections: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "Stranger":
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._socket, *self._connections):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.accepted += 1
            self._connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._connections.append(connection)
            while request := _a_request(connection):
                self.requests.append(request)
                if isinstance(self._act, bytes):
                    connection.sendall(self._act)
                else:
                    self._act(connection)


def _a_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        some = connection.recv(65536)
        if not some:
            return b""
        request += some
    head, _, body = request.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            while len(body) < int(line[15:]):
                body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def drip(octets: bytes, then: bytes = b"") -> Act:
    """Send octet after octet for long, each soon enough for a time-out that begins anew."""

    def act(connection: socket.socket) -> None:
        connection.sendall(then)
        for octet in itertools.islice(itertools.cycle(octets), 250):  # 5 seconds
            connection.sendall(bytes([octet]))
            time.sleep(0.02)
        connection.shutdown(socket.SHUT_RDWR)

    return act


def pour(octets: bytes, then: bytes) -> Act:
    """Send a thousand times more than may be taken, as fast as it is."""

    def act(connection: socket.socket) -> None:
        connection.sendall(then)
        for _ in range(100_000_000 // len(octets) // 1000):
            connection.sendall(octets * 1000)
        connection.shutdown(socket.SHUT_RDWR)

    return act


@pytest.fixture
def door() -> Iterator[Callable[..., Outgoing]]:
    with ExitStack() as stack:

        def make(**options: object) -> Outgoing:
            outgoing = Outgoing(**{"allowed": LOOPBACK, "limit": 5.0} | options)  # type: ignore[arg-type]  # as given by a test
            stack.callback(outgoing.close)
            return outgoing

        yield make


Door = Callable[..., Outgoing]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """What each name is looked up to; a look-up that was made is taken out."""
    known: dict[str, list[list[str]]] = {}

    def look_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        if not known.get(host):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port, 0, 0) if ":" in address else (address, port),
            )
            for address in known[host].pop(0)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


def refused(outgoing: Outgoing, url: str) -> str:
    with pytest.raises(Unreachable) as caught:
        outgoing.get(url)
    text = str(caught.value)
    assert "secret" not in text
    return text


# What is sent and what comes back


def test_a_post_arrives_as_it_was_meant(door: Door) -> None:
    body = b"<feed/>" * 10_000
    answer = b"HTTP/1.1 202 Accepted\r\nRetry-After: 120\r\nContent-Length: 5\r\n\r\nthank"
    with Stranger(answer) as stranger:
        outgoing = door(site_url="https://example.org")
        got = outgoing.post(stranger.url, body, {"Content-Type": "application/atom+xml"})
    assert got == HttpAnswer(202, b"thank", 120)
    head, _, sent = stranger.requests[0].partition(b"\r\n\r\n")
    assert sent == body
    assert head.split(b"\r\n")[0] == b"POST /callback?secret=1 HTTP/1.1"
    assert dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:]) == {
        b"Host": f"127.0.0.1:{stranger.port}".encode(),
        b"User-Agent": f"feedsvc/{__version__} (+https://example.org)".encode(),
        b"Accept": b"*/*",
        b"Accept-Encoding": b"identity",
        b"Content-Type": b"application/atom+xml",
        b"Content-Length": b"70000",
    }


def test_a_get_brings_the_body(door: Door) -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    with Stranger(answer) as stranger:
        assert door().get(stranger.url) == HttpAnswer(200, b"abcde", None)
        assert stranger.requests[0].startswith(b"GET /callback?secret=1 HTTP/1.1\r\n")


def test_a_connection_is_used_again(door: Door) -> None:
    with Stranger() as stranger:
        outgoing = door()
        for _ in range(5):
            outgoing.post(stranger.url, b"x", {})
        assert (stranger.accepted, len(stranger.requests)) == (1, 5)


def test_many_threads_share_one_door(door: Door) -> None:
    with Stranger() as stranger:
        outgoing = door(limit=20.0)
        with ThreadPoolExecutor(32) as pool:
            answers = list(
                pool.map(lambda _: outgoing.post(stranger.url, b"x", {}), range(320))
            )
        assert {answer.status for answer in answers} == {204}
        assert len(stranger.requests) == 320
        assert stranger.accepted <= 32


def test_a_redirect_is_an_answer_and_is_not_followed(door: Door) -> None:
    with Stranger() as inside:
        location = f"HTTP/1.1 302 Found\r\nLocation: {inside.url}\r\nContent-Length: 0\r\n\r\n"
        with Stranger(location.encode()) as stranger:
            assert door().post(stranger.url, b"x", {}).status == 302
            assert door().get(stranger.url).status == 302
        assert inside.accepted == 0


def test_no_cookie_is_kept(door: Door) -> None:
    with Stranger(b"HTTP/1.1 204 No Content\r\nSet-Cookie: a=b\r\n\r\n") as stranger:
        outgoing = door()
        outgoing.get(stranger.url)
        outgoing.get(stranger.url)
        assert len(stranger.requests) == 2
        assert b"cookie" not in b"".join(stranger.requests).lower()


def test_proxies_and_passwords_of_the_surroundings_are_ignored(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with Stranger() as stranger, Stranger() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "")
        assert door().get(stranger.url).status == 204
        assert proxy.accepted == 0
        assert b"authorization" not in stranger.requests[0].lower()


# Where it may go


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "0"),
        *("0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "１２７.0.0.1"),  # noqa: S104
        *("localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1.", "%3127.0.0.1"),
        *("me@127.0.0.1", "example.org@127.0.0.1", "127.0.0.1\\.example.org", "127。0.0.1"),
        *("[::1%25lo]", " 127.0.0.1", "127.0.0.1\t", "127.0.0.1#.example.org"),
    ],
)
def test_no_spelling_of_this_machine_is_ever_connected_to(door: Door, host: str) -> None:
    with Stranger() as inside:
        refused(door(allowed=()), f"http://{host}:{inside.port}/?secret=1")
        assert inside.accepted == 0


def test_a_name_that_leads_inside_is_refused(
    door: Door, names: dict[str, list[list[str]]]
) -> None:
    names["evil.example"] = [["127.0.0.1"]]
    text = refused(door(allowed=()), "http://evil.example:8080/?secret=1")
    assert text == "http://evil.example:8080: 127.0.0.1 is not a public address"


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1", "10.0.0.1"], ["10.0.0.1", "127.0.0.1"], ["127.0.0.1", "::1"]]
)
def test_one_bad_address_among_good_ones_refuses_a_name(
    door: Door, names: dict[str, list[list[str]]], addresses: list[str]
) -> None:
    names["evil.example"] = [addresses]
    with Stranger() as allowed:
        text = refused(door(), f"http://evil.example:{allowed.port}/?secret=1")
        assert "is not a public address" in text
        assert allowed.accepted == 0


def test_a_name_is_looked_up_once_and_that_address_is_used(
    door: Door, names: dict[str, list[list[str]]]
) -> None:
    names["evil.example"] = [["127.0.0.1"], ["10.0.0.1"]]
    with Stranger() as stranger:
        url = f"http://evil.example:{stranger.port}/"
        outgoing = door()
        assert outgoing.post(url, b"x", {}).status == 204
        assert outgoing.post(url, b"x", {}).status == 204  # on the connection that is there
        assert names["evil.example"] == [["10.0.0.1"]]
        assert b"Host: evil.example:%d\r\n" % stranger.port in stranger.requests[0]
        assert "10.0.0.1 is not a public address" in refused(door(), url)


def test_a_second_address_is_tried_where_the_first_is_dead(
    door: Door, names: dict[str, list[list[str]]]
) -> None:
    names["two.example"] = [["127.0.0.2", "127.0.0.1"]]
    with Stranger() as stranger:
        assert door().get(f"http://two.example:{stranger.port}/").status == 204


def test_a_strange_port_is_for_allowed_networks(
    door: Door, names: dict[str, list[list[str]]]
) -> None:
    names["web.example"] = [["93.184.215.14"]]
    assert "port 6379 is none of" in refused(door(allowed=()), "http://web.example:6379/")
    assert "port 6379 is none of" in refused(door(), "http://web.example:6379/")


def test_addresses_of_the_settings_lead_anywhere(
    door: Door, names: dict[str, list[list[str]]]
) -> None:
    names["localhost"] = [["127.0.0.1"]]
    with Stranger() as hub:
        outgoing = door(allowed=(), anywhere=True)
        assert outgoing.get(f"http://localhost:{hub.port}/").status == 204
        assert outgoing.get(hub.url).status == 204
        assert "user name" in refused(outgoing, f"http://me:secret@127.0.0.1:{hub.port}/")


# What does not come to an end


def test_a_name_that_is_not_there_is_said(
    door: Door, names: dict[str, list[list[str]]]
) -> None:
    text = refused(door(), "http://nobody.example/?secret=1")
    assert text.startswith("http://nobody.example:80: its name was not found (")


def test_a_look_up_that_takes_too_long_is_left_behind(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        released.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    assert "within 0.3 seconds" in in_time(door(limit=0.3), "http://slow.example/")
    released.set()


def test_only_so_many_look_ups_are_left_behind(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    looked_up: list[object] = []

    def slow(host: object, *_: object, **__: object) -> list[object]:
        looked_up.append(host)
        released.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    monkeypatch.setattr("feedsvc.push.outgoing._MOST_LOOK_UPS", 2)
    outgoing = door(limit=0.2)
    for _ in range(3):
        assert "within 0.2 seconds" in in_time(outgoing, "http://slow.example/")
    assert len(looked_up) == 2
    released.set()


def test_look_ups_that_ended_count_no_more(
    door: Door, names: dict[str, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.push.outgoing._MOST_LOOK_UPS", 2)
    outgoing = door(limit=2.0)
    for _ in range(4):
        assert "was not found" in refused(outgoing, "http://nobody.example/")


def in_time(outgoing: Outgoing, url: str, body: bytes = b"", most: float = 3.0) -> str:
    start = time.monotonic()
    with pytest.raises(Unreachable) as caught:
        outgoing.post(url, body, {}) if body else outgoing.get(url)
    assert time.monotonic() - start < most, "it took far longer than it may"
    return str(caught.value)


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
def test_an_answer_that_does_not_end_is_left_in_time(door: Door, act: Act) -> None:
    with Stranger(act) as stranger:
        text = in_time(door(limit=0.4), stranger.url)
        assert text == f"http://127.0.0.1:{stranger.port}: no whole answer within 0.4 seconds"


@pytest.mark.parametrize(
    "head",
    [b"Content-Length: 999\r\n\r\n", b"\r\n", b"Transfer-Encoding: chunked\r\n\r\n2\r\n"],
)
def test_what_was_sent_counts_as_its_status_says_whatever_the_body_does(
    door: Door, head: bytes
) -> None:
    with Stranger(drip(b"a", b"HTTP/1.1 202 Accepted\r\n" + head)) as stranger:
        start = time.monotonic()
        assert door(limit=0.4).post(stranger.url, b"x", {}) == HttpAnswer(202, b"", None)
        assert time.monotonic() - start < 3


def test_time_can_be_over_before_anything_was_sent(door: Door) -> None:
    with Stranger() as stranger:
        assert "within 1e-09 seconds" in in_time(door(limit=1e-9), stranger.url)


def test_a_body_that_is_not_taken_is_left_in_time(door: Door) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        assert "within 0.4 seconds" in in_time(door(limit=0.4), url, b"x" * 30_000_000)


def test_time_is_over_on_a_connection_that_is_used_again(door: Door) -> None:
    acts: list[Act] = [lambda c: c.sendall(NO_CONTENT), drip(b"HTTP/1.1 200 OK")]
    with Stranger(lambda connection: acts.pop(0)(connection)) as stranger:
        outgoing = door(limit=0.4)
        assert outgoing.get(stranger.url).status == 204
        time.sleep(0.5)  # the time of the first request is over, that of the second is its own
        assert "within 0.4 seconds" in in_time(outgoing, stranger.url)
        assert stranger.accepted == 1


def test_a_tls_handshake_that_is_stuck_is_left_in_time(door: Door) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        assert "within 0.4 seconds" in in_time(door(limit=0.4), url)


def test_a_tls_handshake_that_drips_is_left_in_time(door: Door) -> None:
    def act(connection: socket.socket) -> None:
        drip(b"\0", b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03")(connection)

    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                act(connection)

        threading.Thread(target=serve, daemon=True).start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}/"
        assert "within 0.4 seconds" in in_time(door(limit=0.4), url)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
    ],
)
def test_an_endless_body_is_cut_and_its_connection_closed(door: Door, head: bytes) -> None:
    with Stranger(pour(b"spam", head)) as stranger:
        outgoing = door()
        assert outgoing.get(stranger.url) == HttpAnswer(200, b"spam" * 16_384, None)
        outgoing.get(stranger.url)
        assert stranger.accepted == 2


def test_the_rest_of_a_long_body_is_not_waited_for(door: Door) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n"
    with Stranger(head + b"spam" * 16_384) as stranger:
        outgoing = door()
        assert outgoing.get(stranger.url) == HttpAnswer(200, b"spam" * 16_384, None)
        assert outgoing.get(stranger.url).status == 200
        assert stranger.accepted == 2


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (pour(b"a", b"HTTP/1.1 200 OK\r\na: "), "not HTTP (LineTooLong)"),
        (pour(b"a: b\r\n", b"HTTP/1.1 200 OK\r\n"), "not HTTP (HTTPException)"),
        (pour(b"a: " + b"b" * 9_000 + b"\r\n", b"HTTP/1.1 200 OK\r\n"), "with too much"),
        (pour(b"HTTP/1.1 100 Continue\r\n\r\n", b""), "with too much"),
        (
            pour(b"1\r\na\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
            "too much",
        ),
        (pour(b"spam", b""), "not HTTP (LineTooLong)"),
    ],
)
def test_an_answer_of_too_many_octets_is_refused(door: Door, act: Act, fault: str) -> None:
    with Stranger(act) as stranger:
        assert fault in refused(door(), stranger.url)


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
def test_an_answer_that_is_not_http_is_said(door: Door, answer: bytes, fault: str) -> None:
    with Stranger(answer) as stranger:
        assert refused(door(), stranger.url) == f"http://127.0.0.1:{stranger.port}: {fault}"


def break_off(answer: bytes) -> Act:
    def act(connection: socket.socket) -> None:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_RDWR)

    return act


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nab"]
)
def test_an_answer_that_breaks_off_is_said(door: Door, answer: bytes) -> None:
    with Stranger(break_off(answer)) as stranger:
        assert "the connection before its answer was whole" in refused(door(), stranger.url)


def test_a_body_that_breaks_off_is_answered_as_far_as_it_came(door: Door) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"
    with Stranger(break_off(answer)) as stranger:
        assert door().get(stranger.url) == HttpAnswer(200, b"ab", None)


def test_nobody_there_is_said(door: Door) -> None:
    with Stranger() as gone:
        pass
    text = refused(door(), gone.url)
    assert text == f"http://127.0.0.1:{gone.port}: no connection (Connection refused)"


def test_odd_headers_put_no_address_into_the_log(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with Stranger(b"HTTP/1.1 204 No Content\r\n: odd\r\nodd\r\n\r\n") as stranger:
        door().get(stranger.url)
    assert "secret" not in caplog.text


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for good.example, which vouches for itself; its key is in the same file."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
            ),
            *("-nodes", "-days", "2", "-subj", "/CN=good.example", "-keyout", "key.pem"),
            *("-addext", "subjectAltName=DNS:good.example", "-out", "certificate.pem"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    both = folder / "both.pem"
    both.write_text((folder / "certificate.pem").read_text() + (folder / "key.pem").read_text())
    return both


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_tls_is_for_the_name_and_not_for_the_address(
    door: Door, names: dict[str, list[list[str]]], tls: ssl.SSLContext, certificate: Path
) -> None:
    asked_for: list[str | None] = []
    tls.sni_callback = lambda _, name, __: asked_for.append(name)
    names["good.example"] = [["127.0.0.1"]]
    with Stranger(tls=tls) as stranger:
        outgoing = door(certificates=str(certificate))
        url = f"https://good.example:{stranger.port}/"
        assert outgoing.post(url, b"x" * 100_000, {}).status == 204
        assert outgoing.post(url, b"x", {}).status == 204
        assert stranger.accepted == 1
        assert stranger.requests[0].endswith(b"x" * 100_000)
        assert asked_for == ["good.example"]


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
def test_a_certificate_for_another_name_is_refused(
    door: Door,
    names: dict[str, list[list[str]]],
    tls: ssl.SSLContext,
    certificate: Path,
    host: str,
) -> None:
    names["other.example"] = [["127.0.0.1"]]
    with Stranger(tls=tls) as stranger:
        url = f"https://{host}:{stranger.port}/?secret=1"
        assert "its certificate is not good" in refused(
            door(certificates=str(certificate)), url
        )
        assert stranger.requests == []


def test_a_certificate_that_nobody_vouches_for_is_refused(
    door: Door, names: dict[str, list[list[str]]], tls: ssl.SSLContext
) -> None:
    names["good.example"] = [["127.0.0.1"]]
    with Stranger(tls=tls) as stranger:
        text = refused(door(), f"https://good.example:{stranger.port}/")
        assert "its certificate is not good: self" in text
        assert stranger.requests == []


def test_no_tls_is_said(door: Door) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                connection.recv(65536)

        threading.Thread(target=serve, daemon=True).start()
        where = f"https://127.0.0.1:{server.getsockname()[1]}"
        assert refused(door(), where).startswith(f"{where}: no TLS with it (")


def test_a_drip_inside_tls_is_left_in_time(
    door: Door, names: dict[str, list[list[str]]], tls: ssl.SSLContext, certificate: Path
) -> None:
    names["good.example"] = [["127.0.0.1"]]
    with Stranger(drip(b"HTTP/1.1 200 OK"), tls) as stranger:
        outgoing = door(limit=0.5, certificates=str(certificate))
        assert "within 0.5 seconds" in in_time(
            outgoing, f"https://good.example:{stranger.port}/"
        )


def test_a_late_handshake_leaves_less_time_for_the_body(
    door: Door, names: dict[str, list[list[str]]], tls: ssl.SSLContext, certificate: Path
) -> None:
    names["good.example"] = [["127.0.0.1"]]
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            time.sleep(1.2)
            with suppress(OSError), tls.wrap_socket(connection, server_side=True):
                over.wait(5)

        threading.Thread(target=serve, daemon=True).start()
        outgoing = door(limit=1.5, certificates=str(certificate))
        url = f"https://good.example:{server.getsockname()[1]}/"
        assert "within 1.5 seconds" in in_time(outgoing, url, b"x" * 30_000_000, most=2.3)
        over.set()


# Retry-After


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0),
        (" 120 ", 120),
        ("86400", 86_400),
        ("99999", 86_400),
        ("9" * 5000, 86_400),
        ("-5", None),
        ("1.5", None),
        ("１２", None),
        ("soon", None),
        ("", None),
        ("Thu, 01 Jan 1970 00:16:50 GMT", 10),
        ("Thu, 01 Jan 1970 00:16:50", 10),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        ("Thu, 99 Jan 1970 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(
    value: str | None, seconds: int | None
) -> None:
    assert retry_after(value, now=1000.0) == seconds
