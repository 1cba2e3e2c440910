"""The shelf keeps documents within its memory, and renders each of them once."""

import threading
import time
from collections.abc import Callable
from unittest.mock import patch

from feedsvc.core.feeds import formats
from feedsvc.core.feeds.feeds import Feed
from feedsvc.web.polls import codings
from tests.support.asking import (
    Answer,
    Front,
    Publisher,
    ask,
)


def test_the_shelf_stays_within_its_bound(publisher: Publisher) -> None:
    front = Front(publisher, most_octets=40_000)
    for path in ("/atom.xml", "/rss.xml", "/feed.json", "/opml.xml"):
        ask(front.replay, path, Accept_Encoding="gzip")
    named = front.shelf.begin_generation()
    assert "opml.xml" in named
    assert "atom.xml" not in named
    assert front.shelf.get("atom.xml") is None


def test_a_requested_document_stays_on_the_shelf(publisher: Publisher) -> None:
    front = Front(publisher, most_octets=40_000)
    for path in ("/atom.xml", "/rss.xml", "/feed.json", "/opml.xml"):
        ask(front.replay, path)
        ask(front.replay, "/atom.xml")
    assert front.reached == 4  # once for each


def test_codings_count_as_memory(front: Front) -> None:
    ask(front.replay, "/atom.xml")
    document = front.shelf.at_target("/atom.xml")
    assert document
    before = document.octets
    answer = ask(front.replay, "/atom.xml", Accept_Encoding="gzip")
    assert document.octets == before + len(answer.body)


def _concurrently(count: int, ask_one: Callable[[], object]) -> None:
    together = threading.Barrier(count)

    def one() -> None:
        together.wait()
        ask_one()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_concurrent_first_requests_render_a_feed_once(front: Front) -> None:
    rendered: list[Feed] = []
    atom = formats.FORMATS["atom"]

    def render(feed: Feed) -> bytes:
        rendered.append(feed)
        time.sleep(0.05)  # until the others arrive
        return atom.render(feed)

    answers: list[Answer] = []
    counted = formats.Format(atom.media_type, render)
    with patch.dict(formats.FORMATS, {"atom": counted}):
        _concurrently(1000, lambda: answers.append(ask(front.replay, "/atom.xml")))
    assert len(rendered) == 1
    assert len(answers) == 1000
    assert all(answer == answers[0] for answer in answers)


def test_concurrent_requests_make_a_coding_once(front: Front) -> None:
    made: list[bytes] = []

    def counted(body: bytes) -> bytes:
        made.append(body)
        return body

    with patch.dict(codings.CODINGS, {"br": counted}):
        _concurrently(12, lambda: ask(front.replay, "/atom.xml", Accept_Encoding="br"))
    assert len(made) == 1
