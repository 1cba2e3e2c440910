"""Rate limits of polls, and the settings for caches in front of the server."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from feedsvc.core.cache_keys import cache_key, page_key
from feedsvc.web.polls.rate_limits import (
    BURST,
    RETRY_AFTER,
    Buckets,
    Limiter,
    client,
)
from feedsvc.web.polls.replay import Replay
from feedsvc.web.polls.shelf import Shelf
from feedsvc.web.server.server import create_wsgi_app
from tests.support.asking import Publisher, ask
from tests.support.serving import running


def a_poll(path: str = "/atom.xml", client: str = "192.0.2.1", **more: str) -> dict[str, Any]:
    return {"REQUEST_METHOD": "GET", "PATH_INFO": path, "REMOTE_ADDR": client, **more}


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> Limiter:
    """A limit of six polls an hour. The default client has used its burst."""
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


def test_a_refused_poll_costs_nothing(limiter: Limiter, clock: Clock) -> None:
    for _ in range(50):
        limiter.wait(a_poll())
    clock.now += 600
    assert limiter.wait(a_poll()) == 0


def test_a_bucket_holds_no_more_than_a_burst(limiter: Limiter, clock: Clock) -> None:
    clock.now += 1_000_000
    waits = [limiter.wait(a_poll()) for _ in range(int(BURST) + 1)]
    assert waits == [0] * int(BURST) + [600]


def test_20_000_buckets_are_kept_and_the_oldest_is_evicted_first(clock: Clock) -> None:
    buckets = Buckets(1, 1 / 600, clock)
    assert {buckets.wait(key) for key in range(20_000)} == {0}
    assert buckets.wait(0) == 600  # none was evicted; now it is the newest
    assert buckets.wait(20_000) == 0  # evicts 1
    assert buckets.wait(2) == 600
    assert buckets.wait(20_000) == 600
    assert buckets.wait(0) == 600
    assert buckets.wait(1) == 0  # an evicted bucket counts as full


@pytest.mark.parametrize(
    "poll",
    [
        a_poll(client="192.0.2.2"),
        a_poll("/rss.xml"),
        a_poll(HTTP_IF_NONE_MATCH='"old"'),
        a_poll(HTTP_IF_MODIFIED_SINCE="Thu, 01 Jan 2015 00:00:00 GMT"),
        a_poll(REQUEST_METHOD="HEAD"),
    ],
    ids=["another client", "another feed", "a tag", "a date", "HEAD"],
)
def test_other_polls_are_free(limiter: Limiter, poll: dict[str, Any]) -> None:
    assert limiter.wait(poll) == 0


@pytest.mark.parametrize(
    ("proxies", "forwarded", "same"),
    [(0, "203.0.113.9", True), (1, "203.0.113.9", False), (1, "203.0.113.9, 192.0.2.7", True)],
)
def test_the_client_is_the_one_that_the_outermost_trusted_proxy_saw(
    proxies: int, forwarded: str, same: bool, clock: Clock
) -> None:
    limiter = Limiter(6, proxies, "X-Forwarded-For", clock)
    forwarded_for = "192.0.2.7" if proxies else "203.0.113.1"
    for _ in range(int(BURST)):
        limiter.wait(
            a_poll(client="203.0.113.1", HTTP_X_FORWARDED_FOR=f"10.0.0.1, {forwarded_for}")
        )
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
def test_the_client_is_read_from_the_configured_header(
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
def test_without_a_header_the_client_is_the_peer(
    peer: str, expected: str, proxies: int
) -> None:
    assert client(a_poll(client=peer), proxies, "X-Forwarded-For") == expected


def _allowed(statuses: list[bytes]) -> int:
    """The number of polls before the first refusal.

    A poll counts once the document is known to be current. The first is never counted, and the
    second is not if the follower checks the store for the first time between them.
    """
    allowed = statuses.index(b"429")
    assert allowed - int(BURST) in (1, 2)
    return allowed


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

        polls = [status(f"[2001:db8::{number}]:{number}") for number in range(1, 15)]
        allowed = _allowed(polls)
        assert polls == [b"200"] * allowed + [b"429"] * (14 - allowed)
        assert status("[2001:db8:0:1::1]:1") == b"200"


def test_all_filters_of_a_format_share_a_limit(limiter: Limiter) -> None:
    """Otherwise whoever makes up filters would have no limit."""
    waits: list[int] = []

    def inner(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        waits.append(environ.get(RETRY_AFTER, 0))
        return []

    replay = Replay(inner, Shelf(1), limiter)
    for number in range(int(BURST) + 2):
        replay(a_poll("/blog/feed/atom", QUERY_STRING=f"limit={number}"), print)
    assert [wait > 0 for wait in waits] == [False] * int(BURST) + [True] * 2
    replay(a_poll("/tags/tea/", QUERY_STRING="page=2"), print)
    assert waits[-1] == 0


def test_a_429_must_not_be_cached(tmp_path: Path, sqlite_url: str) -> None:
    publisher = Publisher(tmp_path, sqlite_url, SERVER__POLL_LIMIT="6")
    publisher.posts.write()
    publisher.publish()
    front = create_wsgi_app(publisher.settings, publisher.store)
    statuses = [ask(front, "/atom.xml").status[:3].encode() for _ in range(int(BURST) + 4)]
    allowed = _allowed(statuses)
    assert statuses == [b"200"] * allowed + [b"429"] * (int(BURST) + 4 - allowed)
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
def test_feeds_can_have_plain_media_types(
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
def test_an_answer_carries_the_cache_keys_of_its_feed(
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
        page = dict(ask(front, "/posts/tea/").headers)
        assert page[header] == f"feedsvc{separator}{page_key('posts/tea/')}"
    assert {"Surrogate-Key", "Cache-Tag"} & set(atom) == ({header} if header else set())
    publisher.store.close()
