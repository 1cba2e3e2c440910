"""Requests of the doctor: what is sent, redirects, and where no redirect may lead."""

from collections.abc import Iterator
from contextlib import closing
from ipaddress import ip_network

import pytest

from feedsvc.core.doctor.agents import BROWSER, READERS
from feedsvc.push.examining.visiting import Visitor
from tests.support.raw_server import RawServer

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nX-A: 2\r\n\r\nok"


def redirect(target: str, status: int = 302) -> bytes:
    return (
        f"HTTP/1.1 {status} Moved\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
    )


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    with closing(Visitor(limit=2)) as made:
        yield made


@pytest.fixture
def outside() -> Iterator[Visitor]:
    """To it 127.0.0.2 is a public address, on whatever port."""
    with closing(Visitor(limit=2, public=[ip_network("127.0.0.2/32")])) as made:
        yield made


def at(server: RawServer, host: str = "127.0.0.1") -> str:
    return f"http://{host}:{server.port}/"


def test_a_request_has_the_headers_of_its_agent(visitor: Visitor) -> None:
    with RawServer(OK) as server:
        got = visitor.get(BROWSER, f"{at(server)}茶#x", {"If-None-Match": '"a"'})
    assert (got.status, got.body, got.lines("x-a")) == (200, b"ok", ["1", "2"])
    assert got.url == f"{at(server)}%E8%8C%B6"
    head = server.requests[0].decode()
    assert head.startswith("GET /%E8%8C%B6 HTTP/1.1\r\n")
    for name, value in {**BROWSER.headers, "If-None-Match": '"a"'}.items():
        assert f"\r\n{name}: {value}\r\n" in head


def test_redirects_are_followed_to_the_last_address(visitor: Visitor) -> None:
    with RawServer(OK) as target, RawServer(redirect(at(target))) as server:
        got = visitor.get(READERS[0], at(server))
    assert (got.status, got.url) == (200, at(target))


def test_no_answer_is_an_exchange_with_a_fault(visitor: Visitor) -> None:
    with RawServer(redirect("/again")) as server:
        assert visitor.get(BROWSER, at(server)).fault == "more than 5 redirects"
    assert "no connection" in visitor.get(BROWSER, at(server)).fault
    assert "no http" in visitor.get(BROWSER, "ftp://a/").fault
    with RawServer(redirect("file:///etc/passwd")) as server:
        assert "no http" in visitor.get(BROWSER, at(server)).fault


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_subscriber_follows_only_redirects_that_keep_the_method(
    visitor: Visitor, status: int
) -> None:
    with RawServer(OK) as target, RawServer(redirect(at(target), status)) as server:
        got = visitor.subscribe(at(server), "")
    assert got.status == (200 if status > 303 else status)
    assert server.requests[0].endswith(b"\r\n\r\nhub.mode=subscribe")


@pytest.mark.parametrize("target", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1"])
def test_no_redirect_leads_from_a_public_to_a_private_address(
    outside: Visitor, target: str
) -> None:
    with RawServer(OK) as private:
        answer = redirect(f"http://{target}:{private.port}/")
        with RawServer(answer, host="127.0.0.2") as public:
            got = outside.get(BROWSER, at(public, "127.0.0.2"))
        assert (got.status, private.requests) == (0, [])
        assert "public" in got.fault or "private" in got.fault


def test_a_redirect_may_lead_to_a_public_address_on_any_port(outside: Visitor) -> None:
    with RawServer(OK, host="127.0.0.2") as target:
        answer = redirect(at(target, "127.0.0.2"))
        with RawServer(answer, host="127.0.0.2") as public, RawServer(answer) as private:
            assert outside.get(BROWSER, at(public, "127.0.0.2")).status == 200
            assert outside.get(BROWSER, at(private)).status == 200


def test_what_a_public_document_names_must_be_public(outside: Visitor) -> None:
    with RawServer(OK, host="127.0.0.2") as public, RawServer(OK) as private:
        here = at(public, "127.0.0.2")
        assert outside.get(BROWSER, here).status == 200
        assert "not a public address" in outside.subscribe(at(private), here).fault
        assert "not a public address" in outside.get(BROWSER, at(private), named_at=here).fault
        assert outside.subscribe(f"{here}hub", here).status == 200
        assert private.requests == []
        assert outside.get(BROWSER, at(private)).status == 200  # the operator chose it
        assert outside.subscribe(at(private), at(private)).status == 200
