"""Documents of filters: on each engine, and within limits of time and memory."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from werkzeug.exceptions import ServiceUnavailable

from feedsvc.core.media import podcast_guid
from feedsvc.settings.site import site_of
from feedsvc.store.publication import Publication
from feedsvc.store.snapshot import Snapshot
from feedsvc.web.polls import filter_documents
from feedsvc.web.polls.filter_documents import FilterReader, FoundFilter, find_filter
from tests.support.asking import Front, Publisher, ask
from tests.support.builders import an_entry, an_episode


@contextmanager
def found(publisher: Publisher, query: str) -> Iterator[tuple[Snapshot, FoundFilter]]:
    with publisher.store.snapshot() as snapshot:
        site = snapshot.site()
        assert site
        result = find_filter(snapshot, site, query.encode())
        assert isinstance(result, FoundFilter), result
        yield snapshot, result


def test_a_filter_has_the_same_entries_on_either_engine(either_front: Front) -> None:
    for query, titles in (
        ("tag=tea", ["Tea"]),
        ("tag=milk%7Ctea&limit=1", ["Tea"]),
        ("not-tag=tea", ["Milk"]),
        ("tag=milk&tag=tea", []),
        ("tag=tea&archive=tags/tea/1", ["Tea"]),
        ("since=2026-03-02", []),
    ):
        answer = ask(either_front.replay, f"/feed/json?{query}")
        assert answer.status == "200 OK", query
        assert [item["title"] for item in json.loads(answer.body)["items"]] == titles
    wrong = ask(either_front.replay, "/feed/json?tag=teaa")
    assert b'did you mean "tea"?' in wrong.body


def test_the_digest_is_kept_until_a_publish_changes_something(publisher: Publisher) -> None:
    reader = FilterReader()
    with found(publisher, "tag=tea") as (snapshot, filter_of_tea):
        first = reader.read(snapshot, filter_of_tea).digest
        with patch.object(filter_documents, "_read", side_effect=AssertionError("read again")):
            assert reader.read(snapshot, filter_of_tea).digest == first
    publisher.posts.write("tea.md", "Other text.", title="Tea", tags="[tea]")
    publisher.publish()
    with found(publisher, "tag=tea") as (snapshot, filter_of_tea):
        assert reader.read(snapshot, filter_of_tea).digest != first


def test_the_digests_of_the_last_filters_are_kept_and_no_more(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filter_documents, "_MOST_KEPT", 3)
    reader = FilterReader()
    for limit in range(1, 10):
        with found(publisher, f"limit={limit}") as (snapshot, cut):
            reader.read(snapshot, cut)
    assert list(reader._digests) == ["limit=7", "limit=8", "limit=9"]


def test_one_filter_is_read_at_a_time(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filter_documents, "_WAIT_SECONDS", 0.01)
    reader = FilterReader()
    began, ends = threading.Event(), threading.Event()

    def slowly(*_: object) -> None:
        began.set()
        ends.wait(10)
        raise ServiceUnavailable

    def read(query: str) -> None:
        with found(publisher, query) as (snapshot, cut):
            reader.read(snapshot, cut)

    def read_slowly() -> None:
        with pytest.raises(ServiceUnavailable):
            read("tag=tea")

    with patch.object(filter_documents, "_read", slowly):
        other = threading.Thread(target=read_slowly)
        other.start()
        assert began.wait(10)
        with pytest.raises(ServiceUnavailable) as refused:
            read("tag=milk")
        assert refused.value.retry_after == 1
        ends.set()
        other.join()
    read("tag=milk")


def test_the_feed_with_the_fewest_entries_is_read(publisher: Publisher) -> None:
    for number in range(5):
        publisher.posts.write(f"more{number}.md", tags="[tea]")
    publisher.publish()
    with found(publisher, "tag=tea&tag=milk&not-tag=tea") as (_, cut):
        assert cut.chain() == ("tags/milk",)
        choice = cut.choice()
        tea, milk = (cut.records[f"tags/{name}"].number for name in ("tea", "milk"))
        assert (choice.first, choice.others, choice.none_of) == ((milk,), ((tea,),), (tea,))
        assert (choice.shared, choice.excluded) == (None, None)  # six times as large
    with found(publisher, "not-tag=tea") as (_, cut):
        assert cut.choice().excluded == tea
    with found(publisher, "tag=tea&tag=tea|milk") as (_, cut):
        assert cut.choice().shared is None  # the other group has two feeds


def test_a_filter_of_episodes_is_a_podcast(publisher: Publisher) -> None:
    episode = an_entry("one", tags=("radio",), enclosures=(an_episode(),))
    site = site_of(publisher.settings)
    publisher.store.publish(Publication(site, [episode]), datetime.now(UTC))
    body = ask(Front(publisher).replay, "/feed/rss?tag=radio").body
    assert b"<itunes:explicit>" in body
    assert podcast_guid("tag:example.org,2026:feed:filter?tag=radio").encode() in body
