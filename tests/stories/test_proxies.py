"""What nginx, Caddy and Varnish let through: real ones, set up as docs/deploy says."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from feedsvc.web.server.idle_connections import IDLE_SECONDS
from tests.support.proxies import (
    ALL,
    Answer,
    ask,
    is_installed,
)
from tests.support.running import (
    Server,
    running,
    wait_until,
)
from tests.support.writing import PostFolder

SECRET: Final = "a secret of enough characters"  # noqa: S105 - of this test's server
BEARER: Final = {"Authorization": f"Bearer {SECRET}"}
NAVIGATION: Final = {"Sec-Fetch-Dest": "document", "Accept": "text/html"}
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
SITE: Final = "https://feeds.example.org"
LARGE: Final = bytes(range(256)) * 80_000 + b"the end"  # more than Varnish has here
PASSED_ON: Final = (
    *("Content-Type", "Content-Length", "Content-Encoding", "ETag", "Last-Modified"),
    *("Cache-Control", "Vary", "Link", "Access-Control-Allow-Origin"),
    *("Access-Control-Expose-Headers", "X-Content-Type-Options"),
)
WORDLESS: Final = "nginx without a word"


def _each(names: list[str]) -> list[object]:
    return [
        pytest.param(
            name,
            id=name.replace(" ", "-"),
            marks=pytest.mark.skipif(not is_installed(name), reason=f"{name} is not installed"),
        )
        for name in names
    ]


class Fronted(NamedTuple):
    """A server and the port of a proxy in front of it."""

    server: Server
    port: int
    posts: PostFolder

    def same(self, path: str, headers: dict[str, str]) -> Answer:
        """What comes through, which is what comes without the proxy."""
        direct = ask(self.server.port, path, headers)
        through = ask(self.port, path, headers)
        assert (through.status, through.body) == (direct.status, direct.body)
        for name in PASSED_ON:
            assert through.headers.get_all(name) == direct.headers.get_all(name), name
        return through


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, PostFolder]]:
    """One server for all proxies; only /tags/Moving/ changes."""
    place = tmp_path_factory.mktemp("behind")
    posts = PostFolder(place / "posts")
    posts.write("tea/index.md", "Leaves. " * 300, tags="[Café, a/b, C#]", audio="long.mp3")
    posts.write_raw("tea/long.mp3", LARGE)
    posts.write("moving.md", "Leaves. " * 300, tags="[Moving]")
    settings = {
        "FEEDSVC_SITE__URL": SITE,
        "FEEDSVC_WEBHOOK__SECRET": SECRET,
        "FEEDSVC_ADMIN__TOKEN": SECRET,
    }
    with running(place, posts.root, settings) as started:
        yield started, posts


@pytest.fixture(scope="module", params=_each(list(ALL)))
def fronted(
    request: pytest.FixtureRequest,
    server: tuple[Server, PostFolder],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Fronted]:
    """The server behind each proxy in turn."""
    start, program = ALL[request.param]
    with start(tmp_path_factory.mktemp(program), server[0].port) as port:
        yield Fronted(server[0], port, server[1])


@pytest.mark.parametrize("coding", ["identity", "gzip", "br", "zstd"])
def test_feeds_are_passed_on_as_they_are(fronted: Fronted, coding: str) -> None:
    asked = {"Accept-Encoding": coding}
    for path in ("/tags/Caf%C3%A9/atom.xml", "/tags/a~2Fb/rss.xml", "/tags/C~23/feed.json"):
        fronted.same(path, asked)
        feed = fronted.same(path, asked)  # which may come from a cache
        assert feed.headers.get("Content-Encoding", "identity") == coding
        known = ask(fronted.port, path, asked | {"If-None-Match": str(feed.headers["ETag"])})
        assert (known.status, known.body) == (304, b"")
        assert known.headers["ETag"] == feed.headers["ETag"]
        head = ask(fronted.port, path, asked, method="HEAD")
        assert (head.status, head.body) == (200, b"")
        assert head.headers["Content-Length"] == str(len(feed.body))


def test_a_delta_reaches_its_reader_and_nobody_else(
    fronted: Fronted, request: pytest.FixtureRequest
) -> None:
    path = "/tags/Moving/atom.xml"
    old = str(ask(fronted.server.port, path).headers["ETag"])
    name = re.sub(r"\W", "", request.node.name)
    fronted.posts.write(f"{name}.md", title=name, tags="[Moving]")
    wait_until(
        lambda: ask(fronted.server.port, path).headers["ETag"] != old, "the post is published"
    )
    asked = {"A-IM": "feed", "If-None-Match": old}
    delta = ask(fronted.port, path, asked)
    assert (delta.status, delta.headers["IM"]) == (226, "feed")
    assert delta.body == ask(fronted.server.port, path, asked).body
    assert delta.body.count(b"<entry>") == 1
    whole = ask(fronted.port, path)
    assert (whole.status, whole.headers["IM"]) == (200, None)
    assert whole.body.count(b"<entry>") >= 2


def test_a_reader_gets_feeds_and_a_browser_pages(fronted: Fronted) -> None:
    path = "/tags/Caf%C3%A9/atom.xml"
    for _ in range(2):
        page = ask(fronted.port, path, NAVIGATION)
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        feed = ask(fronted.port, path)
        assert feed.headers["Content-Type"] == "application/atom+xml; charset=utf-8"


def test_the_hub_and_the_webhook_are_reached(fronted: Fronted) -> None:
    told = ask(fronted.port, "/hub", FORM, method="POST", body=b"hub.mode=subscribe")
    assert (told.status, told.body[:12]) == (400, b"hub.callback")
    told = ask(fronted.port, "/hub", FORM, method="POST", body=iter([b"hub.m", b"ode=x"]))
    assert (told.status, told.body[:8]) == (400, b"hub.mode")
    assert ask(fronted.port, "/hooks/rebuild", method="POST", body=b"{}").status == 401
    heard = ask(fronted.port, "/hooks/rebuild", BEARER, method="POST", body=b"{}")
    assert heard.status == 202
    location = str(heard.headers["Location"])
    assert location.startswith(f"{SITE}/hooks/jobs/")
    job = ask(fronted.port, location.removeprefix(SITE), BEARER)
    assert (job.status, job.headers["Content-Type"]) == (200, "application/json")
    assert ask(fronted.port, location.removeprefix(SITE)).status == 401
    too_much = ask(fronted.port, "/hooks/rebuild", BEARER, method="POST", body=b"x" * 1_100_000)
    assert too_much.status == 413
    refused = ask(fronted.port, "/rss.xml", method="PUT", body=b"x")
    assert (refused.status, "GET" in refused.headers["Allow"]) == (405, True)


def test_a_large_file_comes_whole_and_in_parts(fronted: Fronted) -> None:
    path = "/posts/tea/long.mp3"
    part = ask(fronted.port, path, {"Range": "bytes=-7"})
    assert (part.status, part.body) == (206, b"the end")
    assert part.headers["Content-Range"].endswith(f"/{len(LARGE)}")
    whole = ask(fronted.port, path)
    assert (whole.status, whole.body == LARGE) == (200, True)
    assert whole.headers["Content-Length"] == str(len(LARGE))
    tag = str(whole.headers["ETag"])
    assert ask(fronted.port, path, {"If-None-Match": tag}).status == 304
    part = ask(fronted.port, path, {"Range": "bytes=300-301", "If-Range": tag})
    assert (part.status, part.body) == (206, LARGE[300:302])
    behind = ask(fronted.port, path, {"Range": f"bytes={len(LARGE)}-"})
    assert (behind.status, behind.headers["Content-Range"]) == (416, f"bytes */{len(LARGE)}")
    assert ask(fronted.port, path, method="HEAD").headers["Content-Length"] == str(len(LARGE))
    assert ask(fronted.port, "/posts/tea/none.mp3").status == 404


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/tags/C%23/atom.xml", 301, "/tags/C~23/atom.xml"),
        ("/tags/a%2Fb/atom.xml", 301, "/tags/a~2Fb/atom.xml"),
        ("/tags/Caf%c3%a9/atom.xml", 301, "/tags/Caf%C3%A9/atom.xml"),
        ("/posts/tea", 301, "/posts/tea/"),
        ("/tags/%FF/", 400, None),
        ("/tags/%2E%2E/atom.xml", 404, None),
        ("/?q=leaves;tea&page=1", 200, None),
    ],
)
def test_an_address_comes_as_it_was_asked_for(
    fronted: Fronted, path: str, status: int, location: str | None
) -> None:
    found = ask(fronted.port, path)
    assert found.status == status
    assert found.headers["Location"] == (location and SITE + location)


@pytest.mark.parametrize("name", _each([name for name in ALL if name != WORDLESS]))
def test_each_client_is_known_by_its_own_address(
    tmp_path: Path, posts: PostFolder, name: str
) -> None:
    posts.write()
    settings = {"FEEDSVC_SERVER__PROXIES": "1", "FEEDSVC_SERVER__POLL_LIMIT": "1"}
    with (
        running(tmp_path, posts.root, settings) as server,
        ALL[name][0](tmp_path, server.port) as port,
    ):

        def poll(source: str, claimed: str) -> int:
            # No cache answers who asks for a delta.
            asked = {"A-IM": "feed", "X-Forwarded-For": claimed}
            return ask(port, "/atom.xml", asked, source=source).status

        claimed = (f"192.0.2.{number}" for number in range(250))
        wait_until(lambda: poll("127.0.0.2", next(claimed)) == 429, "one client is refused")
        assert poll("127.0.0.3", "127.0.0.2") == 200


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux")
@pytest.mark.parametrize("name", _each([*ALL]))
def test_a_proxy_closes_a_connection_before_feedsvc_does(
    tmp_path: Path, posts: PostFolder, name: str
) -> None:
    """Otherwise it sends a request just when feedsvc closes, and its client gets 502."""
    posts.write()
    with (
        running(tmp_path, posts.root) as server,
        ALL[name][0](tmp_path, server.port) as front,
    ):
        assert ask(front, "/hub", FORM, method="POST", body=b"x").status == 400
        idle_since = time.monotonic()
        assert _connections_to(server.port) or name == WORDLESS
        wait_until(lambda: not _connections_to(server.port), f"{name} closes it")
        assert time.monotonic() - idle_since < IDLE_SECONDS


def _connections_to(port: int) -> int:
    """How many connections are open, as those see them who have opened them."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    established = "01"
    return sum(row[2].endswith(f":{port:04X}") and row[3] == established for row in rows)


def test_no_cache_keeps_a_page_of_operators(fronted: Fronted) -> None:
    for headers in ({}, {"Accept": "text/html"}):
        assert ask(fronted.port, "/status", headers).status == 401
        seen = ask(fronted.port, "/status", headers | BEARER)
        assert (seen.status, seen.headers["Cache-Control"]) == (200, "no-store")
        assert ask(fronted.port, "/status", headers).status == 401
    form = f"token={SECRET}".replace(" ", "+").encode()
    signed_in = ask(fronted.port, "/status", FORM, method="POST", body=form)
    assert (signed_in.status, signed_in.headers["Location"]) == (303, "/status")
    cookie = str(signed_in.headers["Set-Cookie"])
    assert "Secure" in cookie
    with_cookie = {"Cookie": cookie.partition(";")[0]}
    assert ask(fronted.port, "/status", with_cookie).status == 200
    assert ask(fronted.port, "/status", {}).status == 401
