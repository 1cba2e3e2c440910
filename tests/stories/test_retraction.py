"""A post is taken back: three readers show the notice, and a subscriber gets it at once."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import feedparser
import lxml.etree
import pytest
from reader import Reader, make_reader

from tests.support.commands import environment, forked
from tests.support.newsboat import Newsboat
from tests.support.running import SITE, Server, running, wait_until
from tests.support.subscriber import a_subscriber
from tests.support.writing import PostFolder

TEA: Final = "tag:example.org,2026:/tea"
TEXT: Final = "The wrong recipe."
NOTICE: Final = "It was wrong."
FEEDS: Final = ["/atom.xml", "/rss.xml", "/tags/Tea/atom.xml"]
JSON: Final = "/feed.json"
NEAR: Final = {"FEEDSVC_HUB__NETWORKS": '["127.0.0.0/8"]', "FEEDSVC_FEEDS__ENTRIES": "2"}


@pytest.fixture
def server(tmp_path: Path, posts: PostFolder) -> Iterator[Server]:
    posts.write("tea.md", f"{TEXT} ![](a.png)", title="Tea", tags="[Tea]", description=TEXT)
    (posts.root / "a.png").write_bytes(b"x")
    with running(tmp_path, posts.root, NEAR) as started:
        yield started


@pytest.fixture
def library() -> Iterator[Reader]:
    made = make_reader(":memory:", feed_root=None)
    with closing(made):
        yield made


def retract(server: Server, posts: PostFolder, *words: str) -> None:
    place = posts.root.parent
    ours = SITE | {
        "FEEDSVC_SITE__URL": server.url,
        "FEEDSVC_CONTENT__SEEDS": str(posts.root),
        "FEEDSVC_STORE__URL": f"sqlite:///{place}/var/feedsvc.sqlite3",
        **NEAR,
    }
    result = forked("retract", *words, environ=environment(ours), cwd=place)
    assert result.returncode == 0, result.stderr


def parsed(server: Server) -> list[str]:
    """What a program that uses feedparser shows of the post in each feed."""
    found = (feedparser.parse(server.get(path).content) for path in FEEDS)
    entries = [e for feed in found for e in feed.entries if e.id == TEA]
    return [e.content[0].value if "content" in e else e.summary for e in entries]


def shown(library: Reader, server: Server) -> list[str]:
    """What the library `reader` shows of the post in each feed."""
    entries = [e for e in library.get_entries() if e.id == TEA]
    by_feed = {e.feed_url: c.value for e in entries if (c := e.get_content())}
    return [by_feed[server.url + path] for path in (*FEEDS, JSON)]


def test_three_readers_see_the_notice_and_later_the_post_again(
    server: Server, posts: PostFolder, library: Reader, tmp_path: Path
) -> None:
    newsboat = Newsboat(tmp_path / "newsboat", [server.url + path for path in FEEDS])
    for path in (*FEEDS, JSON):
        library.add_feed(server.url + path)

    def every() -> list[str]:
        library.update_feeds(scheduled=False)
        newsboat.poll()
        return [*parsed(server), *shown(library, server), *newsboat.contents(TEA)]

    assert ["recipe" in text for text in every()] == [True] * 8
    for n in range(3):  # the post is old by now: the feed shows only two
        posts.write(f"{n}.md", date=f"2026-04-0{n + 1}")
    wait_until(lambda: "2.md" in server.get("/atom.xml").text, "the newer posts")
    assert TEA not in server.get("/atom.xml").text
    with a_subscriber() as subscriber:
        subscriber.ask(f"{server.url}/hub", f"{server.url}/atom.xml")
        wait_until(subscriber.verifications, "the verification")
        retract(server, posts, "tea.md", "--notice", NOTICE)
        wait_until(subscriber.deliveries, "the delivery")
        assert NOTICE in subscriber.deliveries()[-1].body.decode()
    wait_until(lambda: NOTICE in server.get(JSON).text, "the notice")
    assert every() == [f"<p>{NOTICE}</p>"] * 8
    assert not any("recipe" in f"{entry}" for entry in library.get_entries())
    page = server.get("/posts/tea/", {"Accept": "text/html"})
    assert (page.status_code, NOTICE in page.text) == (410, True)
    assert server.get("/posts/tea/a.png").status_code == 404
    retract(server, posts, "tea.md", "--undo")
    wait_until(lambda: "recipe" in server.get("/tags/Tea/atom.xml").text, "the text")
    assert server.get("/posts/tea/").status_code == 200
    posts.write("tea.md", title="Tea", tags="[Tea]", retracted=NOTICE)
    wait_until(lambda: NOTICE in server.get("/tags/Tea/atom.xml").text, "the notice again")
    retract(server, posts, TEA, "--for", "0d")
    wait_until(lambda: "deleted" in server.get("/tags/Tea/atom.xml").text, "the tombstone")
    root = lxml.etree.fromstring(server.get("/tags/Tea/atom.xml").content)
    deleted = root.findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert [each.get("ref") for each in deleted] == [TEA]
    assert root.findall("{http://www.w3.org/2005/Atom}entry") == []
