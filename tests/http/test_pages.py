"""The plain pages for people."""

import lxml.html
import pytest

from tests.running import Server


def test_the_index_lists_every_feed_and_is_discovered(server: Server) -> None:
    response = server.get("/")
    page = lxml.html.fromstring(response.content)
    hrefs = {a.get("href") for a in page.iter("a")}
    assert {f"{server.url}/{name}" for name in ("atom.xml", "rss.xml", "feed.json")} <= hrefs
    assert f"{server.url}/tags/C~23/atom.xml" in hrefs
    found = {(link.get("type"), link.get("href")) for link in page.xpath("//link[@type]")}
    assert ("application/atom+xml", f"{server.url}/atom.xml") in found
    assert ("application/rss+xml", f"{server.url}/rss.xml") in found
    assert ("application/feed+json", f"{server.url}/feed.json") in found
    assert ("text/x-opml", f"{server.url}/opml.xml") in found


@pytest.mark.parametrize("path", ["/", "/posts/odd/"])
def test_a_page_links_with_words_that_html_knows(server: Server, path: str) -> None:
    page = lxml.html.fromstring(server.get(path).content)
    rels = {link.get("rel") for link in page.iter("link")}
    assert {"alternate", "stylesheet"} <= rels
    assert rels <= {
        "alternate",
        "stylesheet",
        "icon",
        "canonical",
        "outline",
    }  # outline: OPML's own


@pytest.mark.parametrize("path", ["/", "/posts/odd/"])
def test_a_page_allows_nothing_but_its_style_and_pictures(server: Server, path: str) -> None:
    policy = server.get(path).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'self'" in policy
    assert "script" not in policy


def test_every_link_of_the_index_resolves(server: Server) -> None:
    page = lxml.html.fromstring(server.get("/").content)
    links = {href for _, _, href, _ in page.iterlinks()}
    assert len(links) > 20
    for href in links:
        assert server.get(href.removeprefix(server.url)).status_code == 200, href


def test_a_post_is_read_at_its_permalink(server: Server) -> None:
    response = server.get("/posts/odd/")
    page = lxml.html.fromstring(response.content)
    assert page.findtext(".//h1") == "Odd tags"
    assert page.xpath("//link[@rel='canonical']/@href") == [f"{server.url}/posts/odd/"]


def test_an_address_without_its_slash_is_moved(server: Server) -> None:
    response = server.get("/posts/odd")
    assert (response.status_code, response.headers["Location"]) == (
        301,
        f"{server.url}/posts/odd/",
    )


def test_a_permalink_of_any_script_and_with_a_space_resolves(server: Server) -> None:
    response = server.get("/caf%C3%A9/au%20lait/")
    assert response.status_code == 200
    decomposed = server.get("/cafe%CC%81/au%20lait/")
    assert (decomposed.status_code, decomposed.headers["Location"]) == (
        301,
        f"{server.url}/caf%C3%A9/au%20lait/",
    )


def test_a_draft_has_no_page(server: Server) -> None:
    assert server.get("/posts/draft/").status_code == 404


def test_a_known_page_is_not_sent_again(server: Server) -> None:
    known = {"If-None-Match": server.get("/").headers["ETag"]}
    assert server.get("/", headers=known).status_code == 304
