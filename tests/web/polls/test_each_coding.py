"""The promises of docs/http.md in each content coding, against running servers."""

import gzip
import http.client
import re
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import Final, NamedTuple

import brotli
import pytest
import zstandard

from tests.support.asking import Front, Publisher
from tests.support.running import (
    Server,
    running,
)
from tests.support.serving import Client
from tests.support.serving import running as serving
from tests.support.writing import PostFolder

DECODED: Final = {
    "identity": bytes,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstandard.decompress,
}
# The headers of a GET that a 304 and a HEAD must have too (RFC 9110 §15.4.5, §9.3.2).
OF_BOTH: Final = (
    *("ETag", "Cache-Control", "Vary", "Link", "Access-Control-Allow-Origin"),
    *("Access-Control-Expose-Headers", "X-Content-Type-Options"),
)
LIFE: Final = "public, max-age=1800, stale-while-revalidate=86400, stale-if-error=604800"
OLD: Final = "Thu, 01 Jan 2015 00:00:00 GMT"

in_each = pytest.mark.parametrize("coding", DECODED)


class Answer(NamedTuple):
    """An answer over HTTP. Its `body` is still encoded."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def tag(self) -> str:
        return self.headers["ETag"]

    @property
    def text(self) -> bytes:
        decoded: bytes = DECODED[self.headers["Content-Encoding"] or "identity"](self.body)
        return decoded


def ask(
    server: Server | Client, path: str, coding: str, method: str = "GET", **more: str
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    sent = {name.replace("_", "-"): value for name, value in more.items()}
    connection.request(method, path, headers={"Accept-Encoding": coding, **sent})
    response = connection.getresponse()
    answer = Answer(response.status, response.headers, response.read())
    connection.close()
    return answer


def ask_twice(server: Server, path: str, coding: str, **more: str) -> Answer:
    """The answers of Flask and of the replay, which must be equal."""
    first, second = (ask(server, path, coding, **more) for _ in range(2))
    for answer in (first, second):
        del answer.headers["Date"]  # a second may have passed
    assert (first.status, first.body) == (second.status, second.body)
    assert sorted(first.headers.items()) == sorted(second.headers.items())
    return second


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with three settings that differ from the defaults. Tests must not change it."""
    folder = tmp_path_factory.mktemp("codings")
    posts = PostFolder(folder / "posts")
    posts.write("tea.md", "Leaves. " * 300, tags="[Tea, Café, short-lived]")
    settings = {
        "FEEDSVC_ALIASES__TAGS": '{"tee": "Tea", "nobody": "no one"}',
        "FEEDSVC_FEEDS__GONE": '["/tags/spam/", "/tags/Café/", "/tags/Thé/"]',
        "FEEDSVC_SERVER__MAX_AGES": '{"/tags/short-lived/": 60}',
    }
    with running(folder, posts.root, settings) as started:
        yield started


def test_a_tag_changes_with_the_bytes_and_only_then(tmp_path: Path, sqlite_url: str) -> None:
    now = datetime.now(UTC)
    publisher = Publisher(tmp_path, sqlite_url)
    publisher.posts.write("tea.md", "Leaves. " * 300, tags="[tea]")
    publisher.posts.write("milk.md", "White. " * 300, tags="[milk]")
    publisher.publish(now - timedelta(minutes=4))
    with closing(publisher.store), serving(Front(publisher).replay) as server:
        tea, milk = _in_each_coding(server, "tea"), _in_each_coding(server, "milk")
    publisher = Publisher(tmp_path, sqlite_url)  # a new process
    publisher.publish(now - timedelta(minutes=3))
    front = Front(publisher)

    def published(minutes: int) -> dict[str, Answer]:
        publisher.publish(now - timedelta(minutes=minutes))
        front.follower.check()
        return _in_each_coding(server, "tea")

    with closing(publisher.store), serving(front.replay) as server:
        restarted = _in_each_coding(server, "tea")
        publisher.posts.write("tea.md", "Leaves! " * 300, tags="[tea]")
        edited = published(2)
        (publisher.posts.root / "tea.md").unlink()
        published(1)  # a file counts as deleted when two scans do not find it
        emptied = published(0)
        for coding, before in tea.items():
            assert restarted[coding].tag == before.tag
            assert restarted[coding].body == before.body
            assert _modified(restarted[coding]) == _modified(before)
            assert len({tea[coding].tag, edited[coding].tag, emptied[coding].tag}) == 3
            assert b"Leaves!" in edited[coding].text
            assert emptied[coding].status == 200  # the feed stays, without entries
            assert b"<entry>" not in emptied[coding].text
            assert _modified(tea[coding]) < _modified(edited[coding])
            assert _modified(edited[coding]) < _modified(emptied[coding])
        for coding, after in _in_each_coding(server, "milk").items():
            assert (after.tag, after.body) == (milk[coding].tag, milk[coding].body)


def _in_each_coding(server: Client, tag: str) -> dict[str, Answer]:
    return {coding: ask(server, f"/tags/{tag}/atom.xml", coding) for coding in DECODED}


def _modified(answer: Answer) -> float:
    return parsedate_to_datetime(answer.headers["Last-Modified"]).timestamp()


@in_each
def test_a_coding_has_its_own_strong_tag_and_length(target: Server, coding: str) -> None:
    answer = ask_twice(target, "/atom.xml", coding)
    suffix = "" if coding == "identity" else f"-{coding}"
    assert re.fullmatch(rf'"[0-9a-f]{{32}}{suffix}"', answer.tag)
    assert answer.headers["Content-Encoding"] == (coding if suffix else None)
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    assert answer.text == ask(target, "/atom.xml", "identity").body


@in_each
@pytest.mark.parametrize("other", DECODED)
def test_the_tag_of_any_coding_gets_a_304_in_any_other(
    target: Server, coding: str, other: str
) -> None:
    tag = ask(target, "/atom.xml", other).tag
    for form in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = ask_twice(target, "/atom.xml", coding, If_None_Match=form)
        assert (answer.status, answer.body) == (304, b"")


@in_each
def test_a_tag_overrides_a_date(target: Server, coding: str) -> None:
    tag = ask(target, "/atom.xml", coding).tag
    present = formatdate(time.time(), usegmt=True)
    for match, since, status in (('"other"', present, 200), (tag, OLD, 304)):
        asked = {"If_None_Match": match, "If_Modified_Since": since}
        assert ask_twice(target, "/atom.xml", coding, **asked).status == status


@in_each
def test_a_date_that_is_not_older_gets_a_304(target: Server, coding: str) -> None:
    answer = ask(target, "/atom.xml", coding)
    assert _modified(answer) <= parsedate_to_datetime(answer.headers["Date"]).timestamp()
    for since, status in ((answer.headers["Last-Modified"], 304), (OLD, 200), ("x", 200)):
        answered = ask_twice(target, "/atom.xml", coding, If_Modified_Since=since)
        assert answered.status == status


@in_each
@pytest.mark.parametrize("path", ["/atom.xml", "/rss.xml", "/feed.json"])
def test_head_and_304_have_the_headers_of_get(target: Server, path: str, coding: str) -> None:
    whole = ask(target, path, coding)
    known = {"If_None_Match": whole.tag}
    unmodified = ask(target, path, coding, **known)
    assert unmodified.status == 304
    assert "Date" in unmodified.headers
    for name in OF_BOTH:
        assert name in whole.headers
        assert unmodified.headers[name] == whole.headers[name], name
    for expected, status, asked in ((whole, 200, {}), (unmodified, 304, known)):
        head = ask(target, path, coding, "HEAD", **asked)
        assert (head.status, head.body) == (status, b"")
        for answer in (head, expected):
            answer.headers.replace_header("Date", "")
        assert sorted(head.headers.items()) == sorted(expected.headers.items())


@in_each
def test_options_and_other_methods_are_answered(target: Server, coding: str) -> None:
    options = ask(target, "/atom.xml", coding, "OPTIONS")
    assert options.status == 204
    assert options.headers["Access-Control-Allow-Headers"] == (
        "If-None-Match, If-Modified-Since, A-IM"
    )
    refused = ask(target, "/atom.xml", coding, "DELETE")
    assert refused.status == 405
    assert {"GET", "HEAD"} <= set(refused.headers["Allow"].split(", "))


@in_each
def test_a_feed_is_fresh_for_as_long_as_the_setting_says(target: Server, coding: str) -> None:
    for path in ("/atom.xml", "/tags/Tea/rss.xml", "/opml.xml"):
        headers = ask_twice(target, path, coding).headers
        assert headers["Cache-Control"] == LIFE
        assert "Expires" not in headers
        assert "Set-Cookie" not in headers
        assert "Cookie" not in headers["Vary"]
    short = ask_twice(target, "/tags/short-lived/feed.json", coding).headers
    assert short["Cache-Control"] == LIFE.replace("1800", "60")


@in_each
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tags/none/atom.xml", 404),
        ("/tags/nobody/atom.xml", 404),  # its new name has no feed
        ("/tags/spam/atom.xml", 410),
        ("/tags/spam/", 410),
        ("/tags/Th%C3%A9/rss.xml", 410),
        ("/tags/The%CC%81/rss.xml", 410),
        ("/tags/Caf%C3%A9/atom.xml", 200),  # a post is still in it
    ],
)
def test_a_removed_feed_is_410_and_an_unknown_one_404(
    target: Server, path: str, status: int, coding: str
) -> None:
    answer = ask_twice(target, path, coding)
    assert answer.status == status
    if status != 200:
        assert answer.headers["Cache-Control"] == "public, max-age=60"


@in_each
@pytest.mark.parametrize("name", ["atom.xml", "rss.xml", "feed.json", ""])
def test_a_renamed_feed_redirects_in_one_step(target: Server, name: str, coding: str) -> None:
    moved = ask_twice(target, f"/tags/tee/{name}", coding)
    assert (moved.status, moved.headers["Location"]) == (301, f"{target.url}/tags/Tea/{name}")
    assert ask(target, f"/tags/Tea/{name}", coding).status == 200


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a rate limit. Each coding must use its own feed."""
    folder = tmp_path_factory.mktemp("limited")
    posts = PostFolder(folder / "posts")
    posts.write("tea.md", "Leaves. " * 300, tags=f"[{', '.join(DECODED)}]")
    with running(folder, posts.root, {"FEEDSVC_SERVER__POLL_LIMIT": "1"}) as started:
        yield started


@in_each
def test_a_429_says_when_to_poll_next(limited: Server, coding: str) -> None:
    path = f"/tags/{coding}/atom.xml"
    answers = [ask(limited, path, coding)]
    while answers[-1].status == 200:  # polls that Flask answers are not counted
        answers.append(ask(limited, path, coding))
        assert len(answers) < 40
    assert len(answers) > 11
    assert answers[-1].status == ask(limited, path, coding).status == 429
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600
    known = answers[0].tag
    assert ask(limited, path, coding, If_None_Match=known).status == 304
    assert ask(limited, path, coding, If_None_Match='"old"').tag == known


@in_each
@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/atom.xml", "application/atom+xml"),
        ("/rss.xml", "application/rss+xml"),
        ("/feed.json", "application/feed+json"),
        ("/opml.xml", "text/x-opml"),
        ("/", "text/html"),
        ("/tags/none/", "text/plain"),
    ],
)
def test_each_answer_has_its_media_type_and_cors_headers(
    target: Server, path: str, media_type: str, coding: str
) -> None:
    headers = ask_twice(target, path, coding).headers
    assert headers["Content-Type"] == f"{media_type}; charset=utf-8"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Access-Control-Allow-Origin"] == "*"
    exposed = "ETag, Last-Modified, Link, Retry-After"
    assert headers["Access-Control-Expose-Headers"] == exposed
    if media_type == "text/html":
        assert "default-src 'none'" in headers["Content-Security-Policy"]


@in_each
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tags/Caf%C3%A9/rss.xml", 200),
        ("/tags/Caf%c3%a9/rss.xml", 301),
        ("/tags/Caf%C3%a9/rss.xml", 301),
        ("/tags/Caf%C3%A9/rss.xml?from=%c3%a9", 200),
        ("/tags/none%c3%a9/rss.xml", 404),
        ("/tags/Cafe%CC%81/rss.xml", 301),
        ("/tags/Cafe%cc%81/rss.xml", 301),
        ("/tags/Caf%C3/rss.xml", 400),
    ],
)
def test_an_address_may_be_written_in_several_ways(
    target: Server, path: str, status: int, coding: str
) -> None:
    answer = ask(target, path, coding)
    assert answer.status == status
    if status == 301:
        assert answer.headers["Location"] == f"{target.url}/tags/Caf%C3%A9/rss.xml"


@in_each
def test_an_unknown_query_changes_nothing(target: Server, coding: str) -> None:
    plain = ask_twice(target, "/atom.xml", coding)
    asked = ask_twice(target, "/atom.xml?utm_source=x&b=2&a=1", coding)
    assert (asked.tag, asked.body) == (plain.tag, plain.body)


@in_each
def test_no_url_is_taken_from_the_request(target: Server, coding: str) -> None:
    evil = {"Host": "evil.example", "X_Forwarded_Host": "evil.example"}
    for path in ("/atom.xml", "/tags/tee/atom.xml", "/", "/opml.xml"):
        answer = ask_twice(target, path, coding, **evil)
        assert b"evil" not in answer.text
        assert "evil" not in str(answer.headers)


def test_every_answer_is_of_one_revision(tmp_path: Path, sqlite_url: str) -> None:
    """Two posts change in each publish, and no answer mixes two revisions."""
    publisher = Publisher(tmp_path, sqlite_url)
    seen: dict[str, bytes] = {}

    def publish(number: int) -> None:
        for name in ("a", "b"):
            publisher.posts.write(f"{name}.md", f"Version {number}. " * 100, title=name)
        publisher.publish()

    publish(0)
    server = Server(
        tmp_path,
        publisher.posts.root,
        command="web",
        settings={"FEEDSVC_STORE__URL": sqlite_url, "FEEDSVC_SITE__URL": "https://a.b"},
    )
    try:
        server.wait_until_ready()
        for number in range(1, 8):
            publish(number)
            until = time.monotonic() + 0.15
            while time.monotonic() < until:
                for coding in DECODED:
                    answer = ask(server, "/atom.xml", coding)
                    assert int(answer.headers["Content-Length"]) == len(answer.body)
                    assert len(set(re.findall(rb"Version (\d+)", answer.text))) == 1
                    assert seen.setdefault(answer.tag, answer.body) == answer.body
        assert len(seen) > 4 * len(DECODED)
    finally:
        server.stop()
        publisher.store.close()


@in_each
@pytest.mark.parametrize("path", ["/", "/tags/Tea/", "/posts/tea/", "/none"])
def test_a_page_comes_in_the_preferred_coding(target: Server, path: str, coding: str) -> None:
    asked = {"Accept": "text/html"}
    plain, coded = (ask(target, path, each, **asked) for each in ("identity", coding))
    assert coded.headers["Content-Encoding"] == (None if coding == "identity" else coding)
    assert coded.text == plain.body
    assert coded.headers["Content-Length"] == str(len(coded.body))
    assert "Accept-Encoding" in coded.headers["Vary"]
    if path != "/none":
        assert (coded.tag == plain.tag) == (coding == "identity")
        again = ask(target, path, coding, If_None_Match=coded.tag, **asked)
        assert (again.status, again.tag) == (304, coded.tag)
