"""No answer is dated later than it is sent, and no condition counts that is."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from tests.support.asking import (
    Answer,
    Publisher,
    ask,
)
from tests.support.running import Server, running
from tests.support.serving import running as serving
from tests.support.writing import PostFolder
from tests.web.polls.test_replay import Front

PATHS = pytest.mark.parametrize("path", ["/atom.xml", "/rss.xml", "/feed.json", "/opml.xml"])
AHEAD = pytest.mark.parametrize("seconds", [5, 7200, 3 * 365 * 86400])


@pytest.fixture
def publisher(tmp_path: Path, sqlite_url: str) -> Iterator[Publisher]:
    made = Publisher(tmp_path, sqlite_url)
    made.posts.write("tea.md", "Text. " * 300, title="Tea", tags="[tea]")
    yield made
    made.store.close()


def publish_at(publisher: Publisher, now: datetime) -> None:
    folder = Folder(publisher.posts.root, 0)
    publish(folder, publisher.store, publisher.settings.publication(), now)


def now() -> datetime:
    return datetime.now(UTC)


def written(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0), usegmt=True)


def modified(answer: Answer) -> datetime:
    return parsedate_to_datetime(dict(answer.headers)["Last-Modified"])


def asked_everywhere(front: Front, path: str, **headers: str) -> list[Answer]:
    """What Flask answers, and what is replayed."""
    apps: list[Any] = [front.flask, front.replay, front.replay, front.replay]
    return [ask(app, path, **headers) for app in apps]


@PATHS
@AHEAD
def test_a_version_of_a_clock_that_was_ahead(
    publisher: Publisher, path: str, seconds: int
) -> None:
    stored = now().replace(microsecond=0) + timedelta(seconds=seconds)
    publish_at(publisher, stored)
    front = Front(publisher)
    for answer in asked_everywhere(front, path):
        assert answer.status[:3] == "200"
        assert modified(answer) <= now()
    statuses = {
        written(stored): "304",  # it was sent before the clock was put back
        written(stored + timedelta(seconds=1)): "200",
        written(stored - timedelta(seconds=1)): "200",
        written(now()): "200",  # what was sent meanwhile may have been another version
        written(now() + timedelta(hours=1)): "200",
        "Fri, 31 Dec 9999 23:59:59 GMT": "200",
        "tomorrow": "200",
    }
    for date, status in statuses.items():
        for answer in asked_everywhere(front, path, If_Modified_Since=date):
            assert answer.status[:3] == status, date
            if "Last-Modified" in dict(answer.headers):
                assert modified(answer) <= now()


@PATHS
def test_a_date_later_than_now_is_ignored(publisher: Publisher, path: str) -> None:
    stored = now() - timedelta(hours=1)
    publish_at(publisher, stored)
    front = Front(publisher)
    for ahead, status in ((0, "304"), (60, "304"), (3590, "304"), (3660, "200"), (-1, "200")):
        date = written(stored + timedelta(seconds=ahead))
        for answer in asked_everywhere(front, path, If_Modified_Since=date):
            assert answer.status[:3] == status, ahead


def test_a_date_later_than_now_changes_nothing_beside_a_tag(publisher: Publisher) -> None:
    publish_at(publisher, now())
    front = Front(publisher)
    date = written(now() + timedelta(hours=1))
    tag = ask(front.replay, "/atom.xml").tag
    for name, status in ((tag, "304"), ('"other"', "200")):
        for answer in asked_everywhere(
            front, "/atom.xml", If_None_Match=name, If_Modified_Since=date
        ):
            assert answer.status[:3] == status


def test_a_condition_that_was_ignored_counts_once_its_time_has_come(
    publisher: Publisher,
) -> None:
    publish_at(publisher, now() - timedelta(hours=1))
    front = Front(publisher)
    date = written(now() + timedelta(seconds=2))
    assert ask(front.replay, "/atom.xml", If_Modified_Since=date).status[:3] == "200"
    time.sleep(max(0.0, parsedate_to_datetime(date).timestamp() - time.time()))
    assert ask(front.replay, "/atom.xml", If_Modified_Since=date).status[:3] == "304"


def test_of_two_versions_in_a_second_the_first_is_not_taken_for_the_second(
    publisher: Publisher,
) -> None:
    """Both are dated ahead, and so sent with the same second."""
    publish_at(publisher, now() + timedelta(hours=2))
    front = Front(publisher)
    date = dict(ask(front.replay, "/atom.xml").headers)["Last-Modified"]
    publisher.posts.write("tea.md", title="Green")
    publish_at(publisher, now())
    front.follower.check()
    for answer in asked_everywhere(front, "/atom.xml", If_Modified_Since=date):
        assert answer.status[:3] == "200"
        assert b"Green" in answer.body


def test_what_is_kept_ready_is_not_sent_while_it_is_dated_ahead(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_at(publisher, now())
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
    """A server, and a picture that a post shows."""
    posts.write("tea.md", "![](a.png)", title="Tea", permalink="/tea/")
    file = posts.write_raw("a.png", b"\x89PNG" + b"x" * 100)
    with running(tmp_path, posts.root) as server:
        yield server, file


@AHEAD
def test_a_file_with_a_time_ahead_is_not_dated_ahead(
    picture: tuple[Server, Path], seconds: int
) -> None:
    server, file = picture
    time.sleep(0.4)  # until nobody writes it
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
    assert status(If_Range=written(stored), **some) == 206
    assert status(If_Range=written(stored + timedelta(seconds=1)), **some) == 200
    assert status(If_Range=written(now()), **some) == 200
    assert status(If_Range=answer.headers["ETag"], **some) == 206
