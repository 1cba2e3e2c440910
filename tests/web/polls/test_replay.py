"""What is replayed is what Flask would say, and no longer than it is true."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from werkzeug.http import http_date

from feedsvc.core.feeds import formats
from feedsvc.core.feeds.feeds import Feed
from feedsvc.errors import StoreError
from feedsvc.store.store import Store
from feedsvc.web.app import create_app
from feedsvc.web.polls import codings
from feedsvc.web.polls.replay import Replay
from feedsvc.web.polls.served_versions import ServedVersions
from feedsvc.web.polls.shelf import Document, Shelf
from feedsvc.web.polls.store_follower import Follower
from tests.support.asking import (
    Answer,
    Publisher,
    ask,
)
from tests.support.running import wait_until

CODINGS = ["identity", "gzip", "br", "zstd", "gzip, deflate, br", "*;q=0", ""]


class Front:
    """Flask, and the replay before it, over one store; counts what reaches Flask."""

    def __init__(self, publisher: Publisher, most_octets: int = 10_000_000) -> None:
        self.publisher = publisher
        self.shelf = Shelf(most_octets)
        self.flask = create_app(publisher.settings, publisher.store, self.shelf)
        self.replay = Replay(self._counted, self.shelf)
        self.follower = Follower(publisher.store, self.shelf)
        self.follower.check()
        self.reached = 0

    def _counted(self, environ: Any, start_response: Any) -> Any:
        self.reached += 1
        return self.flask(environ, start_response)


@contextmanager
def _published(place: Path, store_url: str) -> Iterator[Publisher]:
    """Two posts with a tag each, published."""
    made = Publisher(place, store_url)
    made.posts.write("tea.md", "Text. " * 300, title="Tea", tags="[tea]")
    made.posts.write("milk.md", "Text. " * 300, title="Milk", tags="[milk]")
    made.publish()
    yield made
    made.store.close()


@pytest.fixture
def publisher(tmp_path: Path, sqlite_url: str) -> Iterator[Publisher]:
    with _published(tmp_path, sqlite_url) as made:
        yield made


@pytest.fixture
def front(publisher: Publisher) -> Front:
    return Front(publisher)


@pytest.fixture
def either_front(tmp_path: Path, either_url: str) -> Iterator[Front]:
    """On each engine in turn."""
    with _published(tmp_path, either_url) as made:
        yield Front(made)


@pytest.mark.parametrize("path", ["/atom.xml", "/rss.xml", "/tags/tea/feed.json", "/opml.xml"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("known", [False, True], ids=["200", "304"])
def test_a_replayed_answer_is_that_of_flask(
    front: Front, path: str, method: str, coding: str, known: bool
) -> None:
    asked = {"Accept_Encoding": coding}
    if known:
        asked["If_None_Match"] = ask(front.flask, path, Accept_Encoding="gzip").tag
    first = ask(front.replay, path, method, **asked)
    again = ask(front.replay, path, method, **asked)
    assert front.reached == 1
    assert first == again == ask(front.flask, path, method, **asked)
    assert first.status[:3] == ("304" if known else "200")


def test_get_and_head_share_what_was_answered(front: Front) -> None:
    whole = ask(front.replay, "/atom.xml")
    head = ask(front.replay, "/atom.xml", "HEAD")
    assert (head.headers, head.body, front.reached) == (whole.headers, b"", 1)
    assert ask(front.replay, "/atom.xml") == whole


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/atom.xml?a=b", "GET", {}),
        ("/atom.xml", "POST", {}),
        ("/atom.xml", "OPTIONS", {}),
        ("/atom.xml", "GET", {"Sec_Fetch_Dest": "document"}),
        ("/", "GET", {}),
        ("/tags/none/atom.xml", "GET", {}),
    ],
)
def test_what_is_no_plain_poll_goes_to_flask(
    front: Front, path: str, method: str, headers: dict[str, str]
) -> None:
    ask(front.replay, "/atom.xml")
    for _ in range(2):
        ask(front.replay, path, method, **headers)
    assert front.reached == 3


def test_a_query_keeps_no_document_of_its_own(front: Front) -> None:
    plain = ask(front.replay, "/atom.xml")
    for number in range(20):
        assert ask(front.replay, f"/atom.xml?{number}") == plain
    assert len(front.shelf.begin_generation()) == 1


@pytest.mark.parametrize("path", ["/feed.xml", "/tags/tea/atom.xml"])
def test_any_address_of_a_document_is_replayed(front: Front, path: str) -> None:
    assert ask(front.replay, path) == ask(front.replay, path)
    assert front.reached == 1


def test_a_date_that_a_reader_sends_is_compared_with_last_modified(front: Front) -> None:
    modified = dict(ask(front.replay, "/atom.xml").headers)["Last-Modified"]
    for date, status in ((modified, "304"), ("Thu, 01 Jan 2015 00:00:00 GMT", "200")):
        for _ in range(2):
            answer = ask(front.replay, "/atom.xml", If_Modified_Since=date)
            assert answer.status[:3] == status


def test_a_feed_that_is_dated_ahead_has_its_own_date_in_the_end(front: Front) -> None:
    for title in ("Green", "Black", "White"):
        front.publisher.posts.write("tea.md", title=title)
        front.publisher.publish()
    front.follower.check()
    dates = []

    def is_dated() -> bool:
        answer = ask(front.replay, "/atom.xml")
        assert answer.status == "200 OK"
        dates.append(dict(answer.headers)["Last-Modified"])
        document = front.shelf.get("atom.xml")
        return bool(document and dates[-1] == http_date(document.last_modified))

    wait_until(is_dated, "the date of the feed", 5)
    assert len(set(dates)) > 1  # it was ahead
    assert ask(front.replay, "/atom.xml", If_Modified_Since=dates[-1]).status[:3] == "304"


def test_many_conditions_do_not_fill_the_memory(front: Front) -> None:
    ask(front.replay, "/atom.xml")
    for number in range(100):
        ask(front.replay, "/atom.xml", If_None_Match=f'"{number}"')
        ask(front.replay, "/atom.xml", If_None_Match=f'"{number}' + "x" * 500 + '"')
        ask(front.replay, "/atom.xml", Accept_Encoding=f"x{number}")
    document = front.shelf.at_target("/atom.xml")
    assert document
    assert len(document.verdicts) <= 16
    assert all(len(tag or "") < 300 for tag, _ in document.verdicts)


# What is published later.


def test_a_new_version_is_answered_once_it_was_seen(front: Front) -> None:
    before = ask(front.replay, "/tags/tea/atom.xml")
    front.publisher.posts.write("tea.md", title="Green", tags="[tea]")
    front.publisher.publish()
    assert ask(front.replay, "/tags/tea/atom.xml") == before
    front.follower.check()
    assert b"Green" in ask(front.replay, "/tags/tea/atom.xml").body


def test_only_documents_that_changed_go_back_to_flask(either_front: Front) -> None:
    for path in ("/tags/tea/atom.xml", "/tags/milk/atom.xml", "/opml.xml"):
        ask(either_front.replay, path)
    either_front.publisher.posts.write("tea.md", title="Green", tags="[tea]")
    either_front.publisher.publish()
    either_front.follower.check()
    assert set(either_front.shelf.begin_generation()) == {"tags/milk/atom.xml", "opml.xml"}


def test_a_new_feed_changes_the_list_of_feeds(either_front: Front) -> None:
    before = ask(either_front.replay, "/opml.xml")
    either_front.publisher.posts.write("water.md", tags="[water]")
    either_front.publisher.publish()
    either_front.follower.check()
    assert ask(either_front.replay, "/opml.xml") != before


@pytest.mark.parametrize(
    ("setting", "status"),
    [
        ({"FEEDS__GONE": '["/tags/tea/"]'}, "410"),
        ({"ALIASES__TAGS": '{"tea": "milk"}'}, "301"),
        ({}, "200"),
    ],
    ids=["given up", "renamed", "empty"],
)
def test_a_feed_ends_with_its_last_post_where_a_setting_says_so(
    tmp_path: Path, either_url: str, setting: dict[str, str], status: str
) -> None:
    with _published(tmp_path, either_url) as before:
        front = Front(before)
        assert ask(front.replay, "/tags/tea/atom.xml").status[:3] == "200"
        publisher = Publisher(tmp_path, either_url, **setting)
        publisher.publish()
        publisher.posts.write("tea.md", title="Water", tags="[water]")
        publisher.publish()
        publisher.store.close()
        front.follower.check()
        assert ask(front.replay, "/tags/tea/atom.xml").status[:3] == status
        assert (b"/tags/tea/" in ask(front.replay, "/opml.xml").body) == (status == "200")


def test_an_answer_that_is_late_does_not_pass_for_current(front: Front) -> None:
    """Flask reads the old version, then the new one is published and seen, then it answers."""
    seen = front.shelf.generation
    old = ask(front.replay, "/atom.xml")
    document = front.shelf.get("atom.xml")
    front.publisher.posts.write("tea.md", title="Green")
    front.publisher.publish()
    front.follower.check()
    assert document
    front.shelf.add_target("/atom.xml", document, seen)
    assert ask(front.replay, "/atom.xml") != old


def test_while_the_store_cannot_be_asked_the_last_version_is_served(front: Front) -> None:
    before = ask(front.replay, "/atom.xml")
    with patch.object(Store, "snapshot", side_effect=StoreError("away")):
        front.follower.check()
        assert ask(front.replay, "/atom.xml") == before
        assert ask(front.replay, "/rss.xml").status[:3] == "503"


def test_the_last_good_version_never_passes_for_current(front: Front) -> None:
    ask(front.replay, "/atom.xml")
    front.publisher.posts.write("tea.md", title="Green")
    front.publisher.publish()
    front.follower.check()
    with patch.object(Store, "snapshot", side_effect=StoreError("away")):
        assert b"Green" not in ask(front.replay, "/atom.xml").body
    assert b"Green" in ask(front.replay, "/atom.xml").body


def test_after_an_outage_every_document_is_compared(front: Front) -> None:
    ask(front.replay, "/atom.xml")
    generation = front.shelf.generation
    with patch.object(Store, "snapshot", side_effect=StoreError("away")):
        front.follower.check()
    front.follower.check()
    assert front.shelf.generation == generation + 1


def test_a_follower_asks_often_and_survives_a_fault(front: Front) -> None:
    ask(front.replay, "/atom.xml")
    front.publisher.posts.write("tea.md", title="Green")
    front.publisher.publish()
    front.follower.start()
    try:
        seconds = wait_until(lambda: b"Green" in ask(front.replay, "/atom.xml").body, "new", 5)
    finally:
        front.follower.stop()
    assert seconds < 1


# Memory, and many at once.


def test_the_shelf_stays_within_its_bound(publisher: Publisher) -> None:
    front = Front(publisher, most_octets=40_000)
    for path in ("/atom.xml", "/rss.xml", "/feed.json", "/opml.xml"):
        ask(front.replay, path, Accept_Encoding="gzip")
    named = front.shelf.begin_generation()
    assert "opml.xml" in named
    assert "atom.xml" not in named
    assert front.shelf.get("atom.xml") is None


def test_what_is_asked_for_stays_on_the_shelf(publisher: Publisher) -> None:
    front = Front(publisher, most_octets=40_000)
    for path in ("/atom.xml", "/rss.xml", "/feed.json", "/opml.xml"):
        ask(front.replay, path)
        ask(front.replay, "/atom.xml")
    assert front.reached == 4  # that is, once for each


def test_codings_count_as_memory(front: Front) -> None:
    ask(front.replay, "/atom.xml")
    document = front.shelf.at_target("/atom.xml")
    assert document
    before = document.octets
    answer = ask(front.replay, "/atom.xml", Accept_Encoding="gzip")
    assert document.octets == before + len(answer.body)


def _at_once(count: int, ask_one: Callable[[], object]) -> None:
    together = threading.Barrier(count)

    def one() -> None:
        together.wait()
        ask_one()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_many_first_requests_render_a_feed_once(front: Front) -> None:
    rendered: list[Feed] = []
    atom = formats.FORMATS["atom"]

    def render(feed: Feed) -> bytes:
        rendered.append(feed)
        time.sleep(0.05)  # long enough for the others to come
        return atom.render(feed)

    answers: list[Answer] = []
    counted = formats.Format(atom.media_type, render)
    with patch.dict(formats.FORMATS, {"atom": counted}):
        _at_once(1000, lambda: answers.append(ask(front.replay, "/atom.xml")))
    assert len(rendered) == 1
    assert len(answers) == 1000
    assert all(answer == answers[0] for answer in answers)


def test_a_coding_is_made_once_for_many(front: Front) -> None:
    made: list[bytes] = []

    def counted(body: bytes) -> bytes:
        made.append(body)
        return body

    with patch.dict(codings.CODINGS, {"br": counted}):
        _at_once(12, lambda: ask(front.replay, "/atom.xml", Accept_Encoding="br"))
    assert len(made) == 1


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, br", ""), ("gzip, identity;q=0", "gzip"), ("br, *;q=0", "br")],
)
def test_a_small_body_is_coded_for_those_alone_who_refuse_it_plain(
    accepted: str, coding: str
) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    small = Document("a.xml", "digest", "tag", moment, "text/xml", "", "", b"<a/>")
    assert small.coding_for(accepted) == coding


@pytest.mark.parametrize("coding", codings.CODINGS)
def test_a_coding_gives_the_same_bytes_each_time(coding: str) -> None:
    made = {codings.CODINGS[coding](b"Green tea. " * 100) for _ in range(3)}
    assert len(made) == 1


def test_gzip_tells_no_time() -> None:
    assert codings.CODINGS["gzip"](b"Green tea.")[4:8] == bytes(4)


# Deltas.


def _after_a_post(front: Front, path: str, **headers: str) -> tuple[Answer, Answer]:
    """The answer to one who has the version before a post, and to one who has none."""
    before = ask(front.replay, path)
    front.publisher.posts.write("water.md", "Fresh. " * 300, title="Water", tags="[tea]")
    front.publisher.publish()
    front.follower.check()
    whole = ask(front.replay, path)
    known = {"A_IM": "feed", "If_None_Match": before.tag} | headers
    return ask(front.replay, path, **known), whole


@pytest.mark.parametrize("path", ["/atom.xml", "/rss.xml", "/tags/tea/feed.json"])
def test_who_has_an_earlier_version_gets_what_is_new(front: Front, path: str) -> None:
    new, whole = _after_a_post(front, path)
    headers = dict(new.headers)
    assert (new.status[:3], headers["IM"]) == ("226", "feed")
    assert headers["Vary"] == dict(whole.headers)["Vary"] == "A-IM, Accept-Encoding"
    assert new.tag == whole.tag
    assert b"Water" in new.body
    assert b"Milk" not in new.body
    assert int(headers["Content-Length"]) == len(new.body) < len(whole.body)


def test_a_cache_must_not_keep_what_suits_one_reader(front: Front) -> None:
    new, _ = _after_a_post(front, "/atom.xml")
    assert dict(new.headers)["Cache-Control"].startswith("no-store, im")


def test_what_is_new_comes_in_the_coding_that_is_liked(front: Front) -> None:
    new, _ = _after_a_post(front, "/atom.xml", Accept_Encoding="gzip")
    assert new.tag.endswith('-gzip"')
    assert b"Water" in gzip.decompress(new.body)


@pytest.mark.parametrize("form", ["W/{}", '"other", {}', '"other";, {}'])
def test_an_earlier_version_may_be_named_in_any_form(front: Front, form: str) -> None:
    tag = ask(front.replay, "/atom.xml").tag
    assert _after_a_post(front, "/atom.xml", If_None_Match=form.format(tag))[0].status[:3] == (
        "226"
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"If_None_Match": '"0123456789abcdef0123456789abcdef"'},
        {"If_None_Match": ""},
        {"A_IM": ""},
        {"A_IM": "vcdiff, gzip"},
        {"A_IM": "feed;q=0"},
    ],
)
def test_a_reader_that_asks_for_none_or_has_no_known_version_gets_the_whole(
    front: Front, headers: dict[str, str]
) -> None:
    answer, whole = _after_a_post(front, "/atom.xml", **headers)
    assert answer == whole


def test_a_reader_of_deltas_that_has_the_version_gets_a_304(front: Front) -> None:
    tag = ask(front.replay, "/atom.xml").tag
    assert ask(front.replay, "/atom.xml", A_IM="feed", If_None_Match=tag).status[:3] == "304"


def test_what_is_new_is_rendered_once_for_many(front: Front) -> None:
    _after_a_post(front, "/atom.xml")
    document = front.shelf.get("atom.xml")
    assert document
    ((tag, new),) = document.deltas.items()
    assert ask(front.replay, "/atom.xml", A_IM="feed", If_None_Match=f'"{tag}"').status[:3]
    assert document.deltas[tag] is new


def test_without_the_store_a_reader_of_deltas_gets_the_whole(front: Front) -> None:
    before = ask(front.replay, "/atom.xml")
    front.publisher.posts.write("water.md", title="Water")
    front.publisher.publish()
    front.follower.check()
    whole = ask(front.replay, "/atom.xml")
    with patch.object(Store, "snapshot", side_effect=StoreError("away")):
        asked = {"A_IM": "feed", "If_None_Match": before.tag}
        assert ask(front.replay, "/atom.xml", **asked) == whole


def test_versions_that_nobody_has_any_more_are_forgotten() -> None:
    versions = ServedVersions(most_marks=4)  # each version counts for one beside its entries
    for tag in ("a", "b", "b", "c"):
        versions.remember(tag, {1})
    assert versions.first_stored(["a"]) is None
    assert versions.first_stored(["a", "c", "b"]) == ("c", {1})


def test_a_version_of_many_entries_takes_the_place_of_many() -> None:
    versions = ServedVersions(most_marks=12)
    for tag in ("a", "b", "c"):
        versions.remember(tag, {1, 2})
    versions.remember("d", set(range(9)))
    assert versions.first_stored(["a", "b", "c"]) is None
    assert versions.first_stored(["d"])
