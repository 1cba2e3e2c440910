"""The page of a feed, and the answer to a browser that opens the feed itself."""

from pathlib import Path
from urllib.parse import quote

import lxml.html
import pytest

from feedsvc.core.addresses import tag_path
from tests.support.running import Server, running
from tests.support.writing import PostFolder
from tests.web.conftest import ODD_TAGS

NAVIGATION = {"Sec-Fetch-Dest": "document", "Accept": "text/html,*/*;q=0.8"}


def _page(server: Server, path: str, **headers: str) -> lxml.html.HtmlElement:
    response = server.get(path, headers=headers)
    assert response.status_code == 200
    return lxml.html.fromstring(response.content)


@pytest.mark.parametrize("tag", ODD_TAGS)
def test_every_tag_has_a_page_with_its_addresses(server: Server, tag: str) -> None:
    path = "/" + quote(tag_path(tag), safe="/~")
    page = _page(server, f"{path}/")
    assert page.findtext(".//h1") == tag
    assert page.xpath("//input[@readonly]/@value") == [
        f"{server.url}{path}/{name}" for name in ("atom.xml", "rss.xml", "feed.json")
    ]
    assert [a.text for a in page.xpath("//article//a")] == ["Odd tags"]


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/tags/C~23", "/tags/C~23/"),
        ("/tags/C%23/", "/tags/C~23/"),
        ("/tags/C%23", "/tags/C~23/"),
        ("/tags/Cafe%CC%81/", "/tags/Caf%C3%A9/"),
        ("/authors/Ann", "/authors/Ann/"),
        ("/lang/EN/", "/lang/en/"),
        ("/tags", "/tags/"),
    ],
)
def test_another_spelling_redirects_to_the_page(
    server: Server, path: str, location: str
) -> None:
    response = server.get(path)
    assert (response.status_code, response.headers["Location"]) == (301, server.url + location)


@pytest.mark.parametrize("path", ["/tags/none/", "/tags//", "/none/", "/authors/none"])
def test_an_address_without_a_feed_is_a_404(server: Server, path: str) -> None:
    assert server.get(path).status_code == 404


def test_the_links_to_readers_have_the_address_of_the_feed(server: Server) -> None:
    page = _page(server, "/tags/C~23/")
    links = {a.text: a.get("href") for a in page.xpath("//p[@class='readers']/a")}
    feed = quote(f"{server.url}/tags/C~23/atom.xml", safe="")
    assert links["Feedly"].endswith(f"feed%2F{feed}")
    assert links["Inoreader"].endswith(f"={feed}")
    assert links["An app on this device"] == f"feed:{server.url}/tags/C~23/atom.xml"


def test_the_readers_come_from_the_settings(tmp_path: Path, posts: PostFolder) -> None:
    posts.write()
    mine = {"FEEDSVC_SERVER__READERS": '{"Mine": "https://reader.example/?add={url}"}'}
    with running(tmp_path, posts.root, settings=mine) as server:
        links = _page(server, "/authors/Li_Wei/").xpath("//p[@class='readers']/a")
        feed = quote(f"{server.url}/authors/Li_Wei/atom.xml", safe="")
        assert next((a.text, a.get("href")) for a in links) == (
            "Mine",
            f"https://reader.example/?add={feed}",
        )


def test_a_category_links_to_its_parents_and_children(server: Server) -> None:
    (above,) = _page(server, "/categories/a~2Fb/C~23/").xpath("//nav[@class='above']")
    assert [a.text for a in above.iter("a")] == ["All feeds", "Categories", "a/b"]
    below = _page(server, "/categories/a~2Fb/").xpath("//section[h2/@id='related']//a/text()")
    assert below[0] == "a/b / C#"


def test_a_tag_is_related_to_the_other_tags_of_its_posts(server: Server) -> None:
    names = _page(server, "/tags/C~23/").xpath("//section[h2/@id='related']//a/text()")
    assert "C++" in names
    assert "C#" not in names


def test_the_posts_of_the_site_are_listed_by_page(server: Server) -> None:
    page = _page(server, "/page/1/")
    assert page.findtext(".//h1") == "All posts"
    assert {a.text for a in page.xpath("//article//a")} == {"Odd tags", "Deep", "Café"}


def test_the_qr_code_is_an_svg(server: Server) -> None:
    response = server.get("/tags/C~23/qr.svg")
    assert response.headers["Content-Type"].startswith("image/svg+xml")
    assert response.content.startswith(b"<svg")


# A browser opens the address of a feed.

FEEDS = ["/atom.xml", "/rss.xml", "/feed.json", "/feed/", "/tags/C~23/atom.xml"]


@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_browser_that_opens_a_feed_gets_its_page(
    server: Server, path: str, method: str
) -> None:
    response = server.ask(method, path, headers=NAVIGATION)
    assert (response.status_code, response.headers["Content-Type"]) == (
        200,
        "text/html; charset=utf-8",
    )
    assert response.headers["Cache-Control"] == "no-store"
    assert "Sec-Fetch-Dest" in response.headers["Vary"]
    assert "ETag" not in response.headers


@pytest.mark.parametrize("path", FEEDS)
def test_the_etag_of_a_feed_does_not_give_304_for_its_page(server: Server, path: str) -> None:
    tag = server.get(path).headers["ETag"]
    response = server.get(path, headers=NAVIGATION | {"If-None-Match": tag})
    assert response.status_code == 200


@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "text/html"},  # Miniflux sends this
        {"Sec-Fetch-Dest": "empty", "Accept": "text/html"},
        {"Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Mode": "navigate", "User-Agent": "Mozilla/5.0"},
    ],
)
def test_other_clients_get_the_feed(server: Server, path: str, headers: dict[str, str]) -> None:
    plain, answer = server.get(path), server.get(path, headers=headers)
    assert answer.content == plain.content
    for name in ("ETag", "Content-Type", "Cache-Control", "Vary"):
        assert answer.headers[name] == plain.headers[name]


def test_the_page_of_an_opened_feed_links_to_its_source(server: Server) -> None:
    page = _page(server, "/tags/C~23/rss.xml", **NAVIGATION)
    (source,) = page.xpath("//p[@class='notice']/a/@href")
    assert source == f"{server.url}/tags/C~23/rss.xml?raw"


@pytest.mark.parametrize("path", FEEDS)
def test_raw_shows_the_bytes_of_the_feed(server: Server, path: str) -> None:
    shown = server.get(f"{path}?raw", headers=NAVIGATION)
    assert shown.content == server.get(path).content
    kind = "json" if path.endswith("json") else "xml"
    assert shown.headers["Content-Type"] == f"application/{kind}; charset=utf-8"
    assert shown.headers["Cache-Control"] == "no-store"
    assert "script-src" not in shown.headers["Content-Security-Policy"]


def test_raw_changes_nothing_for_a_feed_reader(server: Server) -> None:
    raw, plain = server.get("/atom.xml?raw"), server.get("/atom.xml")
    assert raw.headers["Content-Type"] == plain.headers["Content-Type"]
    assert raw.headers["Cache-Control"] == plain.headers["Cache-Control"]


def test_a_browser_that_opens_the_opml_file_gets_the_file(server: Server) -> None:
    response = server.get("/opml.xml", headers=NAVIGATION)
    assert response.headers["Content-Type"] == "text/x-opml; charset=utf-8"
