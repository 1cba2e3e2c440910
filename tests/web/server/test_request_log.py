"""Which requests are logged, with which ids, over real sockets."""

import json
import logging
import re
from collections.abc import Iterator

import pytest

from feedsvc.logs import REQUEST, Requests
from feedsvc.web.server.connections import Connection
from feedsvc.web.server.logged_connections import LoggedConnection
from feedsvc.web.server.request_log import SAMPLE, RequestLog, request_id
from feedsvc.web.server.server import Server, create_wsgi_app
from tests.support.asking import Publisher
from tests.support.captured_log import captured_log
from tests.support.serving import LAST, Client, running


@pytest.mark.parametrize(
    "given", ["a", "7f3c:1/2", "f47ac10b-58cc-4372-a567-0e02b2c3d479", "A" * 100]
)
def test_a_sane_id_is_kept(given: str) -> None:
    assert request_id(given) == given


@pytest.mark.parametrize(
    "given",
    ["", " a", "a b", "a\n", "-a", "A" * 101, "<script>", "a,b", "é", "\x1b[31m", '"a"'],
)
def test_any_other_id_is_replaced_by_a_new_one(given: str) -> None:
    ids = {request_id(given) for _ in range(3)}
    assert len(ids) == 3
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in ids)


def logged(which: Requests, *statuses: int, path: str = "/atom.xml") -> list[str]:
    with captured_log() as stream:
        requests = RequestLog(which, frozenset(["/readyz"]))
        for status in statuses:
            requests.note("GET", path, status, 5, 0.0012)
    return stream.getvalue().splitlines()


def test_by_default_errors_are_logged_and_failing_probes_are_none() -> None:
    (line,) = logged("errors", 200, 304, 404, 429, 500)
    assert "WARNING feedsvc.web.requests: GET /atom.xml: 500, 5 octets in 1.2 ms" in line
    assert logged("errors", 503, path="/readyz") == []


def test_all_requests_are_logged_if_the_setting_says_so() -> None:
    assert len(logged("all", 200, 304, 404, 500)) == 4
    assert len(logged("all", 200, 503, path="/readyz")) == 2


def test_of_a_sample_every_hundredth_is_logged_and_every_error() -> None:
    assert len(logged("sampled", *[200] * SAMPLE * 3)) == 3
    assert len(logged("sampled", *[200] * 50, 500, *[200] * 49, 502)) == 3


def test_a_line_of_json_has_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    token = REQUEST.set("abc")
    with captured_log(how="json") as stream:
        RequestLog("all").note("GET", "/posts/茶\udce9\n" + "x" * 900, 200, 5, 0.5)
    REQUEST.reset(token)
    (line,) = stream.getvalue().splitlines()
    event = json.loads(line)
    assert event.pop("path").startswith("/posts/茶")
    assert event.pop("message").startswith("GET /posts/")
    del event["time"]
    assert event == {
        "level": "info",
        "logger": "feedsvc.web.requests",
        "request": "abc",
        "method": "GET",
        "status": 200,
        "octets": 5,
        "milliseconds": 500.0,
    }
    assert len(line) < 1500


# Over sockets.


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    place = tmp_path_factory.mktemp("logged")
    made = Publisher(place, f"sqlite:///{place}/feedsvc.sqlite3")
    made.posts.write("tea.md", title="Tea")
    made.publish()
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def talkative(publisher: Publisher) -> Iterator[Client]:
    """A server that logs all requests."""
    app = create_wsgi_app(publisher.settings, publisher.store)
    with running(app, LoggedConnection, "all") as client:
        yield client


def get(path: str, *headers: str) -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode()


def ids(octets: bytes) -> list[str]:
    return [each.decode() for each in re.findall(rb"x-request-id: ([^\r]*)\r\n", octets)]


def test_a_server_chooses_its_connections_by_the_setting(publisher: Publisher) -> None:
    app = create_wsgi_app(publisher.settings, publisher.store)
    assert Server(app).config.http is Connection
    assert Server(app, requests="sampled").config.http is LoggedConnection


def test_each_request_is_a_line_also_if_it_is_answered_from_memory(
    talkative: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    poll = get("/atom.xml", "X-Request-ID: poll-7")
    for _ in range(3):  # by Flask, after parsing, and by the same octets
        answer = talkative.exchange(poll, LAST)
        assert ids(answer)[0] == "poll-7"
    lines = [r for r in caplog.records if r.name == "feedsvc.web.requests"]
    polls = [r.getMessage() for r in lines if "/atom.xml" in r.getMessage()]
    assert len(polls) == 3
    assert all(re.match(r"GET /atom\.xml: 200, \d+ octets in ", text) for text in polls)


def test_pipelined_requests_have_the_ids_that_each_brings(talkative: Client) -> None:
    first, second = (get("/rss.xml", f"x-request-id: n{n}") for n in (1, 2))
    assert ids(talkative.exchange(first, LAST))[0] == "n1"
    assert ids(talkative.exchange(first + second + first, LAST))[:3] == ["n1", "n2", "n1"]


def test_a_request_without_an_id_gets_one(talkative: Client) -> None:
    octets = [get("/feed.json"), get("/feed.json", "X-Request-ID: a b"), get("/none")]
    got = [ids(talkative.exchange(each, LAST))[0] for each in octets]
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in got)
    assert len(set(got)) == 3


def test_no_line_has_a_query_or_a_header(
    talkative: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    talkative.exchange(get("/?q=hunter2", "Cookie: feedsvc_admin=hunter2"), LAST)
    talkative.exchange(
        get("/hooks/jobs/x?token=hunter2", "Authorization: Bearer hunter2"), LAST
    )
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("feedsvc")]
    assert any("/hooks/jobs/x" in text for text in ours)
    assert not [text for text in ours if "hunter2" in text]


@pytest.fixture(scope="module")
def quiet(publisher: Publisher) -> Iterator[Client]:
    """A server as it is by default."""
    with running(create_wsgi_app(publisher.settings, publisher.store)) as client:
        yield client


def test_by_default_an_id_is_returned_to_those_who_bring_one(quiet: Client) -> None:
    assert ids(quiet.exchange(get("/"), LAST)) == []
    assert ids(quiet.exchange(get("/", "X-Request-ID: abc"), LAST)) == ["abc"]
    assert ids(quiet.exchange(get("/none", "X-Request-ID: abc"), LAST)) == ["abc"]
    assert len(ids(quiet.exchange(get("/", "X-Request-ID: a\tb"), LAST))[0]) == 16


def test_no_stored_reply_has_the_id_of_another_request(quiet: Client) -> None:
    poll = get("/tags/none/atom.xml", "X-Request-ID: first")
    quiet.exchange(poll, LAST)
    for path in ("/atom.xml", "/rss.xml"):
        assert ids(quiet.exchange(get(path, "X-Request-ID: first"), LAST)) == ["first"]
        assert ids(quiet.exchange(get(path), LAST)) == []
        assert "first" not in ids(quiet.exchange(get(path, "X-Request-ID: other"), LAST))


def test_what_is_logged_for_a_request_has_its_id(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_wsgi_app(publisher.settings, publisher.store)
    with captured_log(how="json") as stream, running(app) as client:

        def fail() -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(publisher.store, "snapshot", fail)
        answer = client.exchange(get("/", "X-Request-ID: broken-1"), LAST)
        monkeypatch.undo()
    assert b" 500 " in answer
    assert ids(answer) == ["broken-1"]
    events = [json.loads(line) for line in stream.getvalue().splitlines()]
    of_it = [event for event in events if event.get("request") == "broken-1"]
    assert [event["logger"] for event in of_it] == ["feedsvc.web", "feedsvc.web.requests"]
    assert "ZeroDivisionError" in of_it[0]["traceback"]
    assert (of_it[1]["status"], of_it[1]["path"]) == (500, "/")
