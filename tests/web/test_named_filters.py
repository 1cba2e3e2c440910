"""Filters that the settings name: feeds, pages, OPML, pushes; and `feeds.main`."""

import json
import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from unittest.mock import patch

import pytest
import requests

from feedsvc.source.folder import Folder
from tests.support.asking import URL, Front, Publisher, ask
from tests.support.feedcheck import check_atom
from tests.support.running import Server, running, wait_until
from tests.support.subscriber import a_subscriber
from tests.support.writing import PostFolder

MEDICINE: Final = {"title": "Medicine & more", "query": "tag=AI&tag=CAR-T&not-tag=diary"}
SETTINGS: Final = {
    "FEEDSVC_FILTERS": json.dumps({"medicine": MEDICINE}),
    "FEEDSVC_FEEDS__MAIN": "not-tag=micro",
    "FEEDSVC_HUB__NETWORKS": '["127.0.0.0/8"]',
}


def write_posts(posts: PostFolder) -> None:
    posts.write("both.md", title="Both", tags="[AI, CAR-T]")
    posts.write("diary.md", title="Diary", tags="[AI, CAR-T, diary]")
    posts.write("one.md", title="One", tags="[AI]")
    posts.write("micro.md", title="Micro", tags="[micro]")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("named")
    posts = PostFolder(folder / "posts")
    write_posts(posts)
    with running(folder, posts.root, SETTINGS) as started:
        yield started


def titles(server: Server, path: str) -> list[str]:
    feed = requests.get(f"{server.url}/{path}feed.json", timeout=10).json()
    return [item["title"] for item in feed["items"]]


def test_a_filter_with_a_name_is_a_feed_in_all_formats(server: Server) -> None:
    assert titles(server, "filters/medicine/") == ["Both"]
    response = server.get("/filters/medicine/atom.xml")
    findings = check_atom(
        response.content,
        self_link=f"{server.url}/filters/medicine/atom.xml",
        content_type=response.headers["Content-Type"],
        now=datetime.now(UTC),
    )
    assert findings == []
    assert "Last-Modified" in response.headers
    assert f'<{server.url}/hub>; rel="hub"' in response.headers["Link"]
    assert b"<title>Medicine &amp; more - Tea notes</title>" in response.content
    assert b"tag:example.org,2026:feed:filters/medicine<" in response.content


def test_main_keeps_posts_out_of_the_feed_of_the_site_alone(server: Server) -> None:
    assert "Micro" not in titles(server, "")
    assert titles(server, "tags/micro/") == ["Micro"]
    assert server.get("/posts/micro/").status_code == 200
    assert "Micro" not in server.get("/").text


def test_pages_and_lists_have_the_filter(server: Server) -> None:
    home = server.get("/").text
    assert f'href="{server.url}/filters/medicine/"' in home
    assert "Medicine &amp; more" in home
    assert f'href="{server.url}/filters/medicine/atom.xml"' in server.get("/posts/both/").text
    assert "Both" in server.get("/filters/medicine/").text
    assert server.get("/filters/").status_code == 200
    assert server.get("/filters/medicine").headers["Location"].endswith("/filters/medicine/")
    opml = server.get("/opml.xml").text
    assert '<outline text="Filters">' in opml
    assert f'xmlUrl="{server.url}/filters/medicine/atom.xml"' in opml


def test_a_subscriber_gets_exactly_the_entries_of_the_filter(
    tmp_path: Path, posts: PostFolder
) -> None:
    write_posts(posts)
    with running(tmp_path, posts.root, SETTINGS) as server, a_subscriber() as subscriber:
        topic = f"{server.url}/filters/medicine/feed.json"
        assert subscriber.ask(f"{server.url}/hub", topic).status_code == 202
        wait_until(subscriber.verifications, "the verification")
        posts.write("diary.md", "Edited.", title="Diary", tags="[AI, CAR-T, diary]")
        posts.write("new.md", title="New", tags="[CAR-T, AI]")
        wait_until(subscriber.deliveries, "the new post")
        posts.write("one.md", "Now of both.", title="One", tags="[AI, CAR-T]")
        wait_until(lambda: subscriber.deliveries()[1:], "the post that has got a tag")
        posts.write("both.md", title="Both", tags="[AI, CAR-T, diary]")
        wait_until(lambda: subscriber.deliveries()[2:], "the post that has left")
        sent = [json.loads(call.body)["items"] for call in subscriber.deliveries()]
        assert [{item["title"] for item in items} for items in sent] == [
            {"Both", "New"},
            {"Both", "New", "One"},
            {"New", "One"},
        ]


def test_new_settings_read_no_file(tmp_path: Path) -> None:
    first = Publisher(tmp_path, f"sqlite:///{tmp_path}/store.sqlite3")
    write_posts(first.posts)
    first.publish()
    first.store.close()
    named = {name.removeprefix("FEEDSVC_"): value for name, value in SETTINGS.items()}
    second = Publisher(tmp_path, f"sqlite:///{tmp_path}/store.sqlite3", **named)
    with closing(second.store):
        with patch.object(Folder, "read", side_effect=AssertionError("a file is read")):
            second.publish()
        front = Front(second)
        items = json.loads(ask(front.replay, "/filters/medicine/feed.json").body)["items"]
        assert [item["title"] for item in items] == ["Both"]
        items = json.loads(ask(front.replay, "/feed.json").body)["items"]
        assert [item["title"] for item in items if item["title"] == "Micro"] == []


def test_a_removed_filter_can_be_gone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    for settings, status in (
        ({"FILTERS": json.dumps({"medicine": MEDICINE})}, "200 OK"),
        ({}, "200 OK"),
        ({"FEEDS__GONE": '["/filters/medicine/"]'}, "410 GONE"),
    ):
        publisher = Publisher(tmp_path, url, **settings)
        with closing(publisher.store):
            write_posts(publisher.posts)
            publisher.publish()
            answer = ask(Front(publisher).replay, "/filters/medicine/atom.xml")
            assert answer.status == status


def test_a_term_that_no_post_has_is_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    odd = {"medicine": MEDICINE, "odd": {"title": "Odd", "query": "tag=Missing|AI"}}
    settings = {"FILTERS": json.dumps(odd), "FEEDS__MAIN": "not-category=No/Such"}
    publisher = Publisher(tmp_path, f"sqlite:///{tmp_path}/store.sqlite3", **settings)
    with closing(publisher.store), caplog.at_level(logging.WARNING, "feedsvc"):
        write_posts(publisher.posts)
        publisher.publish()
        publisher.publish()
    assert [record.getMessage() for record in caplog.records] == [
        'feeds.main: no post has the category "No/Such" yet',
        'filters.odd: no post has the tag "Missing" yet',
    ]


def test_summaries_of_a_filter_are_its_own(tmp_path: Path) -> None:
    short = MEDICINE | {"query": f"{MEDICINE['query']}&content=summary"}
    settings = {"FILTERS": json.dumps({"short": short})}
    publisher = Publisher(tmp_path, f"sqlite:///{tmp_path}/store.sqlite3", **settings)
    with closing(publisher.store):
        publisher.posts.write("both.md", "Long. " * 500, tags="[AI, CAR-T]")
        publisher.publish()
        front = Front(publisher)
        short_body = ask(front.replay, "/filters/short/feed.json").body
        assert len(short_body) < len(ask(front.replay, "/feed.json").body) / 2
        assert json.loads(short_body)["home_page_url"] == f"{URL}/filters/short/"


def test_a_notice_is_as_old_as_its_post(tmp_path: Path) -> None:
    """Feeds have it among their newest entries; nobody had the old post since that day."""
    query = "tag=AI&since=2026-03-01"
    settings = {"FILTERS": json.dumps({"late": {"title": "Late", "query": query}})}
    publisher = Publisher(tmp_path, f"sqlite:///{tmp_path}/store.sqlite3", **settings)
    with closing(publisher.store):
        for retracted in ({}, {"retracted": "It was wrong."}):
            for title, date in (("Old", "2026-02-01"), ("New", "2026-04-01")):
                publisher.posts.write(
                    f"{title}.md", title=title, date=date, tags="[AI]", **retracted
                )
            publisher.publish()
        front = Front(publisher)
        for path in (
            "filters/late/feed.json",
            f"feed/json?{query}",
            f"feed/json?{query}&limit=1",
        ):
            items = json.loads(ask(front.replay, f"/{path}").body)["items"]
            assert [item["title"] for item in items] == ["New"], path
        assert len(json.loads(ask(front.replay, "/tags/AI/feed.json").body)["items"]) == 2
