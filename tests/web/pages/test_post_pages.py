"""The page of a post: authors, enclosures, feeds, metadata."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import lxml.html
import pytest

from feedsvc.core.people import Person
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from tests.support.builders import (
    a_site,
    an_entry,
    an_episode,
)
from tests.support.running import Server, free_port

NOW = datetime(2026, 3, 2, tzinfo=UTC)
EPISODE = {
    "authors": (Person("Li", "https://li.example/?a=1&b=2"), Person("Wang <w>")),
    "enclosures": (
        an_episode("a&b.mp3"),
        an_episode("film.mp4", media_type="video/mp4"),
        an_episode("paper.pdf", media_type="application/pdf"),
    ),
    "content_html": "<p>All of it.</p>",
    "language": "en",
    "image": "https://example.org/tea.jpg",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with an episode, a post in the feed of a tag only, and a post in no feed."""
    folder = tmp_path_factory.mktemp("episodes")
    port = free_port()
    site = a_site(url=f"http://127.0.0.1:{port}", content="summary")
    (folder / "var").mkdir()
    (folder / "posts").mkdir()
    store = Store(f"sqlite:///{folder}/var/feedsvc.sqlite3")
    named = {"tags": ("Tea", "Cup"), "categories": (("Drinks",),), "language": "zh-CN"}
    entries = [
        an_entry("tea", permalink=f"{site.url}/tea/", summary="In short.", **EPISODE),
        an_entry("cup", permalink=f"{site.url}/cup/", feeds=("tags/Cup",), **named),
        an_entry("cha", permalink=f"{site.url}/cha/", language="zh-CN"),
        an_entry("none", permalink=f"{site.url}/none/", feeds=(), language="de"),
    ]
    store.publish(Publication(site, entries), NOW)
    store.close()
    started = Server(folder, folder / "posts", command="web", port=port)
    try:
        yield started.wait_until_ready()
    finally:
        started.stop()


def page(server: Server, path: str) -> Any:
    response = server.get(path)
    assert response.status_code == 200
    return lxml.html.fromstring(response.content)


def test_authors_link_to_their_feeds_and_websites(server: Server) -> None:
    (about,) = page(server, "/tea/").xpath("//article//p[@class='about']")
    assert about.text_content().endswith("Li (website), Wang <w>")
    links = [(a.text, a.get("rel"), a.get("href")) for a in about.iter("a")]
    assert links == [
        ("Li", "author", f"{server.url}/authors/Li/"),
        ("website", "author", "https://li.example/?a=1&b=2"),
        ("Wang <w>", "author", f"{server.url}/authors/Wang_~3Cw~3E/"),
    ]


def test_an_author_whose_feed_does_not_have_the_post_is_no_link(server: Server) -> None:
    (about,) = page(server, "/cup/").xpath("//article//p[@class='about']")
    assert about.text_content().strip().endswith("· Li")
    assert about.xpath(".//a") == []


def test_audio_and_video_have_a_player(server: Server) -> None:
    players = page(server, "/tea/").xpath("//audio | //video")
    assert [(p.tag, p.get("src"), "controls" in p.attrib) for p in players] == [
        ("audio", "https://example.org/a&b.mp3", True),
        ("video", "https://example.org/film.mp4", True),
    ]
    policy = server.get("/tea/").headers["Content-Security-Policy"]
    assert "media-src http: https:" in policy


def test_every_enclosure_has_a_link(server: Server) -> None:
    links = page(server, "/tea/").xpath("//figcaption/a")
    assert [(a.text, a.get("href"), a.get("type")) for a in links] == [
        ("a&b.mp3", "https://example.org/a&b.mp3", "audio/mpeg"),
        ("film.mp4", "https://example.org/film.mp4", "video/mp4"),
        ("paper.pdf", "https://example.org/paper.pdf", "application/pdf"),
    ]


def test_a_page_shows_the_full_text_if_feeds_have_the_summary(server: Server) -> None:
    (content,) = page(server, "/tea/").xpath("//div[@class='content']")
    assert content.text_content().strip() == "All of it."
    assert b"All of it." not in server.get("/atom.xml").content


def test_a_page_links_only_to_feeds_that_contain_the_post(server: Server) -> None:
    shown = page(server, "/cup/")
    assert shown.xpath("//section[h2/@id='terms']//a/@href") == [
        f"{server.url}/tags/Cup/",
        f"{server.url}/tags/Cup/#subscribe",
    ]
    assert [a.text for a in shown.xpath("//p[@class='about topics']/a")] == ["#Cup"]
    assert [a.text for a in shown.xpath("//nav[@class='above narrow']/a")] == ["All feeds"]
    links = shown.xpath("//link[@rel='alternate'][contains(@href, '/tags/')]/@href")
    assert links == [f"{server.url}/tags/Cup/{n}" for n in ("atom.xml", "rss.xml", "feed.json")]


def test_a_page_has_open_graph_metadata(server: Server) -> None:
    shown = page(server, "/tea/")
    metadata = {m.get("property"): m.get("content") for m in shown.xpath("//meta[@property]")}
    assert metadata["og:type"] == "article"
    assert (metadata["og:title"], metadata["og:url"]) == ("tea", f"{server.url}/tea/")
    assert metadata["og:description"] == "In short."
    assert metadata["og:image"] == "https://example.org/tea.jpg"


def test_a_post_in_no_feed_has_a_page(server: Server) -> None:
    assert page(server, "/none/").findtext(".//h1") == "none"
    assert server.get("/lang/de/atom.xml").status_code == 404


def test_the_index_lists_languages_and_marks_those_of_titles(server: Server) -> None:
    index = page(server, "/")
    headings = [heading.text_content() for heading in index.iter("h2")]
    assert "Languages" in headings
    posts = index.xpath("//ul[@class='posts']//a")
    assert {(a.text, a.get("lang")) for a in posts} == {("tea", "en"), ("cha", "zh-CN")}


def test_a_language_tag_in_other_case_redirects(server: Server) -> None:
    assert server.get("/lang/zh-CN/atom.xml").status_code == 200
    moved = server.get("/lang/zh-cn/atom.xml")
    location = f"{server.url}/lang/zh-CN/atom.xml"
    assert (moved.status_code, moved.headers["Location"]) == (301, location)
