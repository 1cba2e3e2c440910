"""No answer is dated in the future, and conditions with a future date are ignored."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.asking import (
    Answer,
    Front,
    Publisher,
    ask,
)
from tests.support.running import Server, running
from tests.support.serving import running as serving
from tests.support.writing import PostFolder

PATHS = pytest.mark.parametrize("path", ["/atom.xml", "/rss.xml", "/feed.json", "/opml.xml"])
AHEAD = pytest.mark.parametrize("seconds", [5, 7200, 3 * 365 * 86400])


@pytest.fixture
def publisher(tmp_path: Path, sqlite_url: str) -> Iterator[Publisher]:
    made = Publisher(tmp_path, sqlite_url)
    made.posts.write("tea.md", "Text. " * 300, title="Tea", tags="[tea]")
    yield made
    made.store.close()


def now() -> datetime:
    return datetime.now(UTC)


def written(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0), usegmt=True)


def modified(answer: Answer) -> datetime:
    return parsedate_to_datetime(dict(answer.headers)["Last-Modified"])


def all_answers(front: Front, path: str, **headers: str) -> list[Answer]:
    """The answers of Flask and of the replay."""
    apps: list[Any] = [front.flask, front.replay, front.replay, front.replay]
    return [ask(app, path, **headers) for app in apps]


@PATHS
@AHEAD
def test_a_version_dated_ahead_has_no_future_date_in_its_answers(
    publisher: Publisher, path: str, seconds: int
) -> None:
    stored = now().replace(microsecond=0) + timedelta(seconds=seconds)
    publisher.publish(stored)
    front = Front(publisher)
    for answer in all_answers(front, path):
        assert answer.status[:3] == "200"
        assert modified(answer) <= now()
    statuses = {
        written(stored): "304",  # we sent it before the clock was set back
        written(stored + timedelta(seconds=1)): "200",
        written(stored - timedelta(seconds=1)): "200",
        written(now()): "200",  # another version may have been sent meanwhile
        written(now() + timedelta(hours=1)): "200",
        "Fri, 31 Dec 9999 23:59:59 GMT": "200",
        "tomorrow": "200",
    }
    for date, status in statuses.items():
        for answer in all_answers(front, path, If_Modified_Since=date):
            assert answer.status[:3] == status, date
            if "Last-Modified" in dict(answer.headers):
                assert modified(answer) <= now()


@PATHS
def test_a_date_later_than_now_is_ignored(publisher: Publisher, path: str) -> None:
    stored = now() - timedelta(hours=1)
    publisher.publish(stored)
    front = Front(publisher)
    for ahead, status in ((0, "304"), (60, "304"), (3590, "304"), (3660, "200"), (-1, "200")):
        date = written(stored + timedelta(seconds=ahead))
        for answer in all_answers(front, path, If_Modified_Since=date):
            assert answer.status[:3] == status, ahead


def test_a_date_later_than_now_does_not_override_a_tag(publisher: Publisher) -> None:
    publisher.publish(now())
    front = Front(publisher)
    date = written(now() + timedelta(hours=1))
    tag = ask(front.replay, "/atom.xml").tag
    for name, status in ((tag, "304"), ('"other"', "200")):
        for answer in all_answers(
            front, "/atom.xml", If_None_Match=name, If_Modified_Since=date
        ):
            assert answer.status[:3] == status


def test_a_condition_with_a_future_date_counts_when_that_time_comes(
    publisher: Publisher,
) -> None:
    publisher.publish(now() - timedelta(hours=1))
    front = Front(publisher)
    date = written(now() + timedelta(seconds=2))
    assert ask(front.replay, "/atom.xml", If_Modified_Since=date).status[:3] == "200"
    time.sleep(max(0.0, parsedate_to_datetime(date).timestamp() - time.time()))
    assert ask(front.replay, "/atom.xml", If_Modified_Since=date).status[:3] == "304"


def test_two_versions_within_a_second_are_told_apart(
    publisher: Publisher,
) -> None:
    """Both are dated ahead, so both are sent with the same second."""
    publisher.publish(now() + timedelta(hours=2))
    front = Front(publisher)
    date = dict(ask(front.replay, "/atom.xml").headers)["Last-Modified"]
    publisher.posts.write("tea.md", title="Green")
    publisher.publish(now())
    front.follower.check()
    for answer in all_answers(front, "/atom.xml", If_Modified_Since=date):
        assert answer.status[:3] == "200"
        assert b"Green" in answer.body


def test_a_stored_reply_is_not_sent_while_it_is_dated_ahead(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.publish(now())
    front = Front(publisher)
    request = b"GET /atom.xml HTTP/1.1\r\nHost: example.org\r\n\r\n"
    with serving(front.replay) as client, client.connect() as connection:
        for _ in range(3):
            connection.sendall(request)
            _date_and_modified(connection)
        assert front.replay.replay(request)
        real = time.time
        monkeypatch.setattr("feedsvc.web.polls.replay.time.time", lambda: real() - 7200)
        assert front.replay.replay(request) is None


def _date_and_modified(connection: Any) -> None:
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(1)
    lines = got.decode("latin-1").lower().split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    assert sum(line.startswith("date:") for line in lines) == 1
    left = int(fields["content-length"])
    while left:
        left -= len(connection.recv(left))
    dates = [parsedate_to_datetime(fields[name]) for name in ("last-modified", "date")]
    assert dates[0] <= dates[1]


def test_every_answer_has_one_date(tmp_path: Path, posts: PostFolder) -> None:
    with running(tmp_path, posts.root) as server:
        for path in ("/", "/atom.xml", "/nothing", "/hub", "/healthz"):
            for _ in range(2):
                date = parsedate_to_datetime(server.get(path).headers["Date"])
                assert abs(date - now()) < timedelta(seconds=2)


@pytest.fixture
def picture(tmp_path: Path, posts: PostFolder) -> Iterator[tuple[Server, Path]]:
    """A server, and a picture in a post."""
    posts.write("tea.md", "![](a.png)", title="Tea", permalink="/tea/")
    file = posts.write_raw("a.png", b"\x89PNG" + b"x" * 100)
    with running(tmp_path, posts.root) as server:
        yield server, file


@AHEAD
def test_a_file_dated_ahead_has_no_future_date_in_its_answers(
    picture: tuple[Server, Path], seconds: int
) -> None:
    server, file = picture
    time.sleep(0.4)  # the quiet period
    ahead = int(time.time()) + seconds
    os.utime(file, (ahead, ahead))
    time.sleep(0.4)
    stored = datetime.fromtimestamp(ahead, UTC)
    answer = server.get("/tea/a.png")
    assert answer.status_code == 200
    dates = [parsedate_to_datetime(answer.headers[n]) for n in ("Last-Modified", "Date")]
    assert dates[0] <= dates[1]

    def status(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return server.get("/tea/a.png", named).status_code

    assert status(If_Modified_Since=written(stored)) == 304
    assert status(If_Modified_Since=written(stored + timedelta(seconds=1))) == 200
    assert status(If_Modified_Since=written(now())) == 200
    some = {"Range": "bytes=0-3"}
    # machines give one file different dates, so a date gets the whole file
    assert status(If_Range=written(stored), **some) == 200
    assert status(If_Range=written(stored + timedelta(seconds=1)), **some) == 200
    assert status(If_Range=written(now()), **some) == 200
    assert status(If_Range=answer.headers["ETag"], **some) == 206
