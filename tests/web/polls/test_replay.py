"""A replayed answer is that of Flask, and ends when there is a later version."""

from pathlib import Path
from unittest.mock import patch

import pytest
from werkzeug.http import http_date

from feedsvc.errors import StoreError
from feedsvc.store.store import Store
from tests.support.asking import (
    Front,
    Publisher,
    ask,
    two_posts,
)
from tests.support.running import wait_until

CODINGS = ["identity", "gzip", "br", "zstd", "gzip, deflate, br", "*;q=0", ""]


@pytest.mark.parametrize("path", ["/atom.xml", "/rss.xml", "/tags/tea/feed.json", "/opml.xml"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("is_current", [False, True], ids=["200", "304"])
def test_a_replayed_answer_is_that_of_flask(
    front: Front, path: str, method: str, coding: str, is_current: bool
) -> None:
    asked = {"Accept_Encoding": coding}
    if is_current:
        asked["If_None_Match"] = ask(front.flask, path, Accept_Encoding="gzip").tag
    first = ask(front.replay, path, method, **asked)
    second = ask(front.replay, path, method, **asked)
    assert front.reached == 1
    assert first == second == ask(front.flask, path, method, **asked)
    assert first.status[:3] == ("304" if is_current else "200")


def test_get_and_head_share_a_stored_reply(front: Front) -> None:
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
def test_flask_answers_all_other_requests(
    front: Front, path: str, method: str, headers: dict[str, str]
) -> None:
    ask(front.replay, "/atom.xml")
    for _ in range(2):
        ask(front.replay, path, method, **headers)
    assert front.reached == 3


def test_a_query_stores_no_document_of_its_own(front: Front) -> None:
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


def test_a_feed_that_is_dated_ahead_gets_its_own_date_when_that_time_comes(
    front: Front,
) -> None:
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


# Later versions.


def test_a_new_version_is_served_after_the_follower_has_checked(front: Front) -> None:
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
    ids=["gone", "renamed", "empty"],
)
def test_a_feed_without_posts_is_gone_or_renamed_if_a_setting_says_so(
    tmp_path: Path, either_url: str, setting: dict[str, str], status: str
) -> None:
    with two_posts(tmp_path, either_url) as before:
        front = Front(before)
        assert ask(front.replay, "/tags/tea/atom.xml").status[:3] == "200"
        publisher = Publisher(tmp_path, either_url, **setting)
        publisher.publish()
        publisher.posts.write("tea.md", title="Water", tags="[water]")
        publisher.publish()
        publisher.store.close()
        front.follower.check()
        assert ask(front.replay, "/tags/tea/atom.xml").status[:3] == status
        assert b"/tags/tea/" not in ask(front.replay, "/opml.xml").body


def test_a_late_answer_does_not_become_current(front: Front) -> None:
    """Flask reads the old version. Then the follower sees a new one. Then Flask answers."""
    generation = front.shelf.generation
    old = ask(front.replay, "/atom.xml")
    document = front.shelf.get("atom.xml")
    front.publisher.posts.write("tea.md", title="Green")
    front.publisher.publish()
    front.follower.check()
    assert document
    front.shelf.add_target("/atom.xml", document, generation)
    assert ask(front.replay, "/atom.xml") != old


def test_the_last_version_is_served_while_the_store_fails(front: Front) -> None:
    before = ask(front.replay, "/atom.xml")
    with patch.object(Store, "snapshot", side_effect=StoreError("away")):
        front.follower.check()
        assert ask(front.replay, "/atom.xml") == before
        assert ask(front.replay, "/rss.xml").status[:3] == "503"


def test_the_last_good_version_never_becomes_current(front: Front) -> None:
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


def test_a_follower_checks_the_store_often(front: Front) -> None:
    ask(front.replay, "/atom.xml")
    front.publisher.posts.write("tea.md", title="Green")
    front.publisher.publish()
    front.follower.start()
    try:
        seconds = wait_until(lambda: b"Green" in ask(front.replay, "/atom.xml").body, "new", 5)
    finally:
        front.follower.stop()
    assert seconds < 1
