"""Caches in front, and clients that poll too often: what settings make of an answer."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from feedsvc.core.cache_keys import cache_key
from feedsvc.web.polls.rate_limits import (
    BURST,
    Limiter,
    client,
)
from feedsvc.web.server.server import create_wsgi_app
from tests.support.asking import Publisher, ask
from tests.support.serving import running


def a_poll(path: str = "/atom.xml", client: str = "192.0.2.1", **more: str) -> dict[str, Any]:
    return {"REQUEST_METHOD": "GET", "PATH_INFO": path, "REMOTE_ADDR": client, **more}


class Clock:
    """A clock that a test puts on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> Limiter:
    """Six polls an hour, of which the burst has been taken by the usual client."""
    made = Limiter(6, 0, "X-Forwarded-For", clock)
    assert [made.wait(a_poll()) for _ in range(int(BURST))] == [0] * int(BURST)
    return made


def test_after_the_burst_a_client_waits_for_its_next_poll(
    limiter: Limiter, clock: Clock
) -> None:
    assert limiter.wait(a_poll()) == 600
    clock.now += 599
    assert limiter.wait(a_poll()) == 1
    clock.now += 1
    assert limiter.wait(a_poll()) == 0


def test_to_be_refused_costs_nothing(limiter: Limiter, clock: Clock) -> None:
    for _ in range(50):
        limiter.wait(a_poll())
    clock.now += 600
    assert limiter.wait(a_poll()) == 0


def test_a_long_rest_fills_no_more_than_a_burst(limiter: Limiter, clock: Clock) -> None:
    clock.now += 1_000_000
    waits = [limiter.wait(a_poll()) for _ in range(int(BURST) + 1)]
    assert waits == [0] * int(BURST) + [600]


@pytest.mark.parametrize(
    "poll",
    [
        a_poll(client="192.0.2.2"),
        a_poll("/rss.xml"),
        a_poll(HTTP_IF_NONE_MATCH='"old"'),
        a_poll(HTTP_IF_MODIFIED_SINCE="Thu, 01 Jan 2015 00:00:00 GMT"),
        a_poll(REQUEST_METHOD="HEAD"),
    ],
    ids=["another client", "another feed", "a known tag", "a known date", "HEAD"],
)
def test_other_polls_are_free(limiter: Limiter, poll: dict[str, Any]) -> None:
    assert limiter.wait(poll) == 0


@pytest.mark.parametrize(
    ("proxies", "forwarded", "same"),
    [(0, "203.0.113.9", True), (1, "203.0.113.9", False), (1, "203.0.113.9, 192.0.2.7", True)],
)
def test_the_client_is_whom_the_outermost_of_our_proxies_saw(
    proxies: int, forwarded: str, same: bool, clock: Clock
) -> None:
    limiter = Limiter(6, proxies, "X-Forwarded-For", clock)
    seen = "192.0.2.7" if proxies else "203.0.113.1"
    for _ in range(int(BURST)):
        limiter.wait(a_poll(client="203.0.113.1", HTTP_X_FORWARDED_FOR=f"10.0.0.1, {seen}"))
    poll = a_poll(client="203.0.113.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert (limiter.wait(poll) > 0) is same


@pytest.mark.parametrize(
    ("header", "value", "same"),
    [
        ("X-Forwarded-For", "1.2.3.4:5678", True),
        ("X-Forwarded-For", "::ffff:1.2.3.4", True),
        ("x-forwarded-for", "9.9.9.9, 1.2.3.4", True),
        ("X-Forwarded-For", "1.2.3.5", False),
        ("Forwarded", 'for="1.2.3.4:5678";proto=https', True),
        ("Forwarded", "for=1.2.3.5", False),
        ("X-Real-IP", "1.2.3.4", True),
        ("X-Real-IP", "unknown", False),
    ],
)
def test_the_client_stands_in_the_header_that_is_named(
    header: str, value: str, same: bool
) -> None:
    others = ("X_FORWARDED_FOR", "FORWARDED", "X_REAL_IP", "X_CLIENT_IP")
    read = header.upper().replace("-", "_")
    poll = a_poll(
        **{f"HTTP_{name}": "for=8.8.8.8" for name in others} | {f"HTTP_{read}": value}
    )
    assert (client(poll, 1, header) == "1.2.3.4") is same
    assert client(poll, 0, header) == "192.0.2.1"


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1:2", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("proxies", [0, 1])
def test_without_a_header_the_client_is_who_connected(
    peer: str, expected: str, proxies: int
) -> None:
    assert client(a_poll(client=peer), proxies, "X-Forwarded-For") == expected


def test_addresses_of_one_network_share_a_limit(tmp_path: Path, sqlite_url: str) -> None:
    publisher = Publisher(
        tmp_path,
        sqlite_url,
        SERVER__POLL_LIMIT="6",
        SERVER__PROXIES="1",
        SERVER__PROXY_HEADER="Forwarded",
    )
    publisher.posts.write()
    publisher.publish()
    with (
        closing(publisher.store),
        running(create_wsgi_app(publisher.settings, publisher.store)) as served,
    ):

        def status(address: str) -> bytes:
            lines = [
                *("GET /atom.xml HTTP/1.1", "Host: x", "Connection: close"),
                *(f'Forwarded: for="{address}"', "X-Forwarded-For: 192.0.2.99", "", ""),
            ]
            return served.exchange("\r\n".join(lines).encode())[9:12]

        asked = [status(f"[2001:db8::{number}]:{number}") for number in range(1, 13)]
        assert asked == [b"200"] * 11 + [b"429"]  # the first is not counted
        assert status("[2001:db8:0:1::1]:1") == b"200"


def test_a_poll_too_many_is_a_429_that_no_cache_keeps(tmp_path: Path, sqlite_url: str) -> None:
    publisher = Publisher(tmp_path, sqlite_url, SERVER__POLL_LIMIT="6")
    publisher.posts.write()
    publisher.publish()
    front = create_wsgi_app(publisher.settings, publisher.store)
    statuses = [ask(front, "/atom.xml").status[:3] for _ in range(int(BURST) + 2)]
    assert statuses == ["200"] * (int(BURST) + 1) + ["429"]
    refused = ask(front, "/atom.xml")
    headers = dict(refused.headers)
    assert 0 < int(headers["Retry-After"]) <= 600
    assert headers["Cache-Control"] == "no-store"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert ask(front, "/atom.xml", If_None_Match='"old"').status[:3] == "200"
    publisher.store.close()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("atom.xml", "xml"), ("rss.xml", "xml"), ("feed.json", "json"), ("opml.xml", "xml")],
)
def test_feeds_may_say_that_they_are_xml_or_json_and_no_more(
    tmp_path: Path, sqlite_url: str, name: str, kind: str
) -> None:
    publisher = Publisher(tmp_path, sqlite_url, SERVER__MEDIA_TYPES="plain")
    publisher.posts.write()
    publisher.publish()
    front = create_wsgi_app(publisher.settings, publisher.store)
    for _ in range(2):
        headers = dict(ask(front, f"/{name}").headers)
        assert headers["Content-Type"] == f"application/{kind}; charset=utf-8"
    publisher.store.close()


@pytest.mark.parametrize(
    ("header", "separator"), [("Surrogate-Key", " "), ("Cache-Tag", ","), ("", "")]
)
def test_a_feed_names_itself_to_the_cache_in_front(
    tmp_path: Path, sqlite_url: str, header: str, separator: str
) -> None:
    publisher = Publisher(
        tmp_path, sqlite_url, SERVER__CACHE_KEYS=header, SERVER__SHARED_MAX_AGE="86400"
    )
    publisher.posts.write(tags="[tea]")
    publisher.publish()
    front = create_wsgi_app(publisher.settings, publisher.store)
    atom, json = (dict(ask(front, f"/tags/tea/{n}").headers) for n in ("atom.xml", "feed.json"))
    assert "s-maxage=86400, " in atom["Cache-Control"]
    if header:
        assert atom[header] == json[header] == f"feedsvc{separator}{cache_key('tags/tea')}"
    assert {"Surrogate-Key", "Cache-Tag"} & set(atom) == ({header} if header else set())
    publisher.store.close()
