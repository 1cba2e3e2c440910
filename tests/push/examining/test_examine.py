"""What the doctor asks for: a feed, the feeds of a site, or those that a page offers."""

import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler

import pytest

from feedsvc.core.doctor.exchanges import Examination
from feedsvc.errors import Unreachable
from feedsvc.push.examining.examine import examine
from feedsvc.push.examining.visiting import Visitor
from tests.support.answering import Answering, AnsweringServer, Reply, answering

PAGE = b"<!doctype html><html><head>%s</head></html>"
HTML = {"Content-Type": "text/html"}


@pytest.fixture
def server() -> Iterator[AnsweringServer]:
    with answering() as started:
        yield started


def examined(url: str) -> Examination:
    with closing(Visitor(limit=2)) as visitor:
        return examine(url, visitor)


def feeds(url: str) -> list[str]:
    return [visit.polls[0].first.url for visit in examined(url).visits]


def test_the_feeds_of_a_site_are_examined(server: AnsweringServer) -> None:
    for path in ("/blog/atom.xml", "/blog/rss.xml", "/other.xml"):
        server.offer_feed(path)
    expected = [f"{server.url}/blog/atom.xml", f"{server.url}/blog/rss.xml"]
    assert feeds(f"{server.url}/blog") == expected
    assert feeds(f"{server.url}/blog/?q=1") == expected


def test_one_feed_is_examined_alone(server: AnsweringServer) -> None:
    server.offer_feed("/other.xml")
    server.offer_feed("/feed/")
    assert feeds(f"{server.url}/other.xml") == [f"{server.url}/other.xml"]
    assert feeds(f"{server.url}/feed/") == [f"{server.url}/feed/"]


def test_the_feeds_that_a_page_offers_are_examined(server: AnsweringServer) -> None:
    server.offer_feed("/other.xml")
    link = b'<link rel="alternate" type="application/atom+xml" href="%s">'
    links = link % b"/other.xml" + link % b"/second.xml" + b'<link rel="alternate">'
    server.answers["/"] = lambda _: Reply(200, HTML, PAGE % links)
    assert feeds(server.url) == [f"{server.url}/other.xml"]


@pytest.mark.parametrize("body", [b"", b"<", b"text", PAGE % b""])
def test_a_site_without_feeds_cannot_be_examined(server: AnsweringServer, body: bytes) -> None:
    server.answers["/"] = lambda _: Reply(200, HTML, body)
    with pytest.raises(Unreachable, match=r"has no feed: .*/atom.xml answers 404"):
        examined(server.url)


def test_a_list_of_feeds_cannot_be_examined(server: AnsweringServer) -> None:
    opml = Reply(200, {"Content-Type": "text/x-opml"}, b"<?xml version='1.0'?><opml/>")
    server.answers["/opml.xml"] = lambda _: opml
    with pytest.raises(Unreachable, match="answers 200 with text/x-opml, and no feed"):
        examined(f"{server.url}/opml.xml")


@pytest.mark.parametrize("status", [404, 410, 500, 502])
def test_a_feed_that_is_not_there_cannot_be_examined(
    server: AnsweringServer, status: int
) -> None:
    server.answers["/atom.xml"] = lambda _: Reply(status, HTML, PAGE % b"")
    with pytest.raises(Unreachable, match=f"answers {status} with an HTML page"):
        examined(f"{server.url}/atom.xml")


def test_a_server_that_is_not_there_cannot_be_examined() -> None:
    with answering() as server:
        url = server.url
    with pytest.raises(Unreachable, match=r"cannot be examined: .*no connection"):
        examined(url)


def test_a_feed_that_is_refused_beside_others_is_kept(server: AnsweringServer) -> None:
    server.offer_feed("/atom.xml")
    server.answers["/rss.xml"] = lambda _: Reply(403, HTML, PAGE % b"")
    server.answers["/feed.json"] = lambda _: Reply(200, HTML, PAGE % b"of another program")
    assert feeds(server.url) == [f"{server.url}/atom.xml", f"{server.url}/rss.xml"]


def test_a_reader_that_is_kept_waiting_waits_once(server: AnsweringServer) -> None:
    for path in ("/atom.xml", "/rss.xml"):
        server.offer_feed(path)
        server.answers[path] = _waiting(server.answers[path])
    with closing(Visitor(limit=0.5)) as visitor:
        examination = examine(server.url, visitor)
    waited = [path for _, path, agent in server.asked if "Miniflux" in agent]
    assert waited == ["/atom.xml"]
    firsts = [visit.polls[0].first for visit in examination.visits]
    assert [(first.is_silent, first.url) for first in firsts] == [
        (True, f"{server.url}/atom.xml"),
        (True, f"{server.url}/rss.xml"),
    ]


def _waiting(answer: Answering) -> Answering:
    def slow(request: BaseHTTPRequestHandler) -> Reply:
        if "Miniflux" in request.headers["User-Agent"]:
            time.sleep(1)
        return answer(request)

    return slow


def test_an_answer_that_failed_once_is_asked_again(server: AnsweringServer) -> None:
    server.offer_feed()
    right, statuses = server.answers["/atom.xml"], [200, 502, 502]

    def answer(request: object) -> Reply:
        status = statuses.pop() if statuses else 200
        return right(request) if status == 200 else Reply(status, {})  # type: ignore[arg-type]  # as it came

    server.answers["/atom.xml"] = answer
    assert examined(f"{server.url}/atom.xml").visits[0].polls[0].first.status == 200


def test_a_feed_that_changes_meanwhile_is_asked_again(server: AnsweringServer) -> None:
    server.offer_feed()
    old = server.answers["/atom.xml"]
    requests: list[object] = []

    def answer(request: object) -> Reply:
        requests.append(request)
        if len(requests) == 3:  # after the probe and the first document
            server.offer_feed(title="New")
        return server.answers["/atom.xml"](request) if len(requests) > 2 else old(request)  # type: ignore[arg-type]  # as it came

    server.answers["/atom.xml"] = answer
    poll = examined(f"{server.url}/atom.xml").visits[0].polls[0]
    assert b"New" in poll.first.body
    assert poll.by_tag
    assert poll.by_tag.status == 304


def test_the_browser_asks_last_because_a_cache_may_keep_its_page(
    server: AnsweringServer,
) -> None:
    server.offer_feed()
    examined(f"{server.url}/atom.xml")
    agents = [agent for _, _, agent in server.asked]
    assert "Firefox" in agents[-1]
    assert not any("Firefox" in agent for agent in agents[:-1])


def test_a_feed_is_asked_for_without_conditions_less_often_than_limits_allow(
    server: AnsweringServer,
) -> None:
    server.offer_feed(Last_Modified="Mon, 01 Jun 2026 07:00:00 GMT")
    examined(f"{server.url}/atom.xml")
    assert len(server.asked) <= 14
