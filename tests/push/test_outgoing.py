"""The client for public URLs: requests, answers, and addresses that it refuses."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from feedsvc import __version__
from feedsvc.push.outgoing import HttpAnswer, retry_after
from tests.support.raw_server import (
    NewClient,
    RawServer,
    error_of,
)


def test_a_post_sends_these_headers_and_this_body(new_client: NewClient) -> None:
    body = b"<feed/>" * 10_000
    answer = b"HTTP/1.1 202 Accepted\r\nRetry-After: 120\r\nContent-Length: 5\r\n\r\nthank"
    with RawServer(answer) as server:
        outgoing = new_client(site_url="https://example.org")
        got = outgoing.post(server.url, body, {"Content-Type": "application/atom+xml"})
    assert got == HttpAnswer(202, b"thank", 120)
    head, _, sent = server.requests[0].partition(b"\r\n\r\n")
    assert sent == body
    assert head.split(b"\r\n")[0] == b"POST /callback?secret=1 HTTP/1.1"
    assert dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:]) == {
        b"Host": f"127.0.0.1:{server.port}".encode(),
        b"User-Agent": f"feedsvc/{__version__} (+https://example.org)".encode(),
        b"Accept": b"*/*",
        b"Accept-Encoding": b"identity",
        b"Content-Type": b"application/atom+xml",
        b"Content-Length": b"70000",
    }


def test_a_get_returns_the_body(new_client: NewClient) -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    with RawServer(answer) as server:
        assert new_client().get(server.url) == HttpAnswer(200, b"abcde", None)
        assert server.requests[0].startswith(b"GET /callback?secret=1 HTTP/1.1\r\n")


def test_a_connection_is_reused(new_client: NewClient) -> None:
    with RawServer() as server:
        outgoing = new_client()
        for _ in range(5):
            outgoing.post(server.url, b"x", {})
        assert (server.accepted, len(server.requests)) == (1, 5)


def test_many_threads_may_share_a_client(new_client: NewClient) -> None:
    with RawServer() as server:
        outgoing = new_client(limit=20.0)
        with ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(lambda _: outgoing.post(server.url, b"x", {}), range(320)))
        assert {answer.status for answer in answers} == {204}
        assert len(server.requests) == 320
        assert server.accepted <= 32


def test_a_redirect_is_returned_and_not_followed(new_client: NewClient) -> None:
    with RawServer() as inside:
        location = f"HTTP/1.1 302 Found\r\nLocation: {inside.url}\r\nContent-Length: 0\r\n\r\n"
        with RawServer(location.encode()) as server:
            assert new_client().post(server.url, b"x", {}).status == 302
            assert new_client().get(server.url).status == 302
        assert inside.accepted == 0


def test_cookies_are_ignored(new_client: NewClient) -> None:
    with RawServer(b"HTTP/1.1 204 No Content\r\nSet-Cookie: a=b\r\n\r\n") as server:
        outgoing = new_client()
        outgoing.get(server.url)
        outgoing.get(server.url)
        assert len(server.requests) == 2
        assert b"cookie" not in b"".join(server.requests).lower()


def test_proxies_and_passwords_of_the_environment_are_ignored(
    new_client: NewClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with RawServer() as server, RawServer() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "")
        assert new_client().get(server.url).status == 204
        assert proxy.accepted == 0
        assert b"authorization" not in server.requests[0].lower()


# Addresses.


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
def test_no_spelling_of_localhost_is_connected_to(new_client: NewClient, host: str) -> None:
    with RawServer() as inside:
        error_of(new_client(allowed=()), f"http://{host}:{inside.port}/?secret=1")
        assert inside.accepted == 0


def test_a_host_with_a_private_address_is_refused(
    new_client: NewClient, names: dict[str, list[list[str]]]
) -> None:
    names["evil.example"] = [["127.0.0.1"]]
    text = error_of(new_client(allowed=()), "http://evil.example:8080/?secret=1")
    assert text == "http://evil.example:8080: 127.0.0.1 is not a public address"


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1", "10.0.0.1"], ["10.0.0.1", "127.0.0.1"], ["127.0.0.1", "::1"]]
)
def test_one_forbidden_address_of_several_refuses_a_host(
    new_client: NewClient, names: dict[str, list[list[str]]], addresses: list[str]
) -> None:
    names["evil.example"] = [addresses]
    with RawServer() as allowed:
        text = error_of(new_client(), f"http://evil.example:{allowed.port}/?secret=1")
        assert "is not a public address" in text
        assert allowed.accepted == 0


def test_a_host_is_looked_up_once_for_each_connection(
    new_client: NewClient, names: dict[str, list[list[str]]]
) -> None:
    names["evil.example"] = [["127.0.0.1"], ["10.0.0.1"]]
    with RawServer() as server:
        url = f"http://evil.example:{server.port}/"
        outgoing = new_client()
        assert outgoing.post(url, b"x", {}).status == 204
        assert outgoing.post(url, b"x", {}).status == 204  # on the connection that is there
        assert names["evil.example"] == [["10.0.0.1"]]
        assert b"Host: evil.example:%d\r\n" % server.port in server.requests[0]
        assert "10.0.0.1 is not a public address" in error_of(new_client(), url)


def test_a_second_address_is_tried_if_the_first_fails(
    new_client: NewClient, names: dict[str, list[list[str]]]
) -> None:
    names["two.example"] = [["127.0.0.2", "127.0.0.1"]]
    with RawServer() as server:
        assert new_client().get(f"http://two.example:{server.port}/").status == 204


def test_other_ports_are_only_for_allowed_networks(
    new_client: NewClient, names: dict[str, list[list[str]]]
) -> None:
    names["web.example"] = [["93.184.215.14"]]
    assert "port 6379 is not one of" in error_of(
        new_client(allowed=()), "http://web.example:6379/"
    )
    assert "port 6379 is not one of" in error_of(new_client(), "http://web.example:6379/")


def test_urls_of_the_settings_may_have_any_address(
    new_client: NewClient, names: dict[str, list[list[str]]]
) -> None:
    names["localhost"] = [["127.0.0.1"]]
    with RawServer() as hub:
        outgoing = new_client(allowed=(), anywhere=True)
        assert outgoing.get(f"http://localhost:{hub.port}/").status == 204
        assert outgoing.get(hub.url).status == 204
        assert "user name" in error_of(outgoing, f"http://me:secret@127.0.0.1:{hub.port}/")


# Retry-After.


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
