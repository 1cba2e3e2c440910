"""The index, the search, the lists of feeds, and the headers and links of all pages."""

from datetime import UTC, datetime
from pathlib import Path

import lxml.html
import pytest

from feedsvc.settings.load import load_settings
from feedsvc.settings.site import site_of
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from feedsvc.web.app import create_app
from tests.support.builders import an_entry
from tests.support.running import SITE, Server
from tests.web.conftest import ODD_TAGS

PAGES = ["/", "/?q=odd", "/page/1/", "/tags/", "/tags/C~23/", "/posts/odd/"]


def test_the_index_lists_every_feed_and_supports_discovery(server: Server) -> None:
    response = server.get("/")
    page = lxml.html.fromstring(response.content)
    hrefs = {a.get("href") for a in page.iter("a")}
    assert {f"{server.url}/{name}" for name in ("rss.xml", "feed.json")} <= hrefs
    assert page.xpath("//input[@readonly]/@value") == [f"{server.url}/atom.xml"]
    assert {f"{server.url}/tags/C~23/", f"{server.url}/tags/C~23/#subscribe"} <= hrefs
    links = {(link.get("type"), link.get("href")) for link in page.xpath("//link[@type]")}
    assert ("application/atom+xml", f"{server.url}/atom.xml") in links
    assert ("application/rss+xml", f"{server.url}/rss.xml") in links
    assert ("application/feed+json", f"{server.url}/feed.json") in links
    assert ("text/x-opml", f"{server.url}/opml.xml") in links


@pytest.mark.parametrize("path", PAGES)
def test_a_page_uses_only_registered_link_relations(server: Server, path: str) -> None:
    page = lxml.html.fromstring(server.get(path).content)
    rels = {link.get("rel") for link in page.iter("link")}
    assert {"alternate", "stylesheet"} <= rels
    assert rels <= {"alternate", "stylesheet", "icon", "canonical", "outline"}  # of OPML


@pytest.mark.parametrize("path", PAGES)
def test_the_policy_of_a_page_allows_only_our_script_and_our_forms(
    server: Server, path: str
) -> None:
    response = server.get(path)
    assert response.headers["Referrer-Policy"] == "no-referrer"
    policy = dict(
        part.strip().split(" ", 1)
        for part in response.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    page = lxml.html.fromstring(response.content)
    assert [script.get("src") for script in page.iter("script")] == ["/static/page.js"]


@pytest.mark.parametrize("path", PAGES)
def test_a_cache_stores_a_page_for_a_minute_for_each_language(
    server: Server, path: str
) -> None:
    response = server.get(path)
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert response.headers["Vary"] == "Accept-Encoding, Accept-Language"
    condition = {"If-None-Match": response.headers["ETag"]}
    assert server.get(path, headers=condition).status_code == 304


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_a_page_to_this_site_resolves(server: Server, path: str) -> None:
    page = lxml.html.fromstring(server.get(path).content, base_url=f"{server.url}/")
    page.make_links_absolute()
    links = {href for _, _, href, _ in page.iterlinks() if href.startswith(server.url)}
    assert len(links) > 8
    for href in links:
        assert server.get(href.removeprefix(server.url)).status_code == 200, href


def test_the_index_counts_posts_and_dates_the_newest(server: Server) -> None:
    page = lxml.html.fromstring(server.get("/").content)
    (line,) = page.xpath("//section[h2/@id='author']//li[.//a='Ann']")
    assert line.findtext(".//span[@class='count']") == "1 post"
    assert line.findtext(".//time") == "2026-03-01"


def test_a_category_is_listed_below_its_parent(server: Server) -> None:
    page = lxml.html.fromstring(server.get("/").content)
    (child,) = page.xpath("//section[h2/@id='category']/ul/li/ul/li//a[@class='name']")
    assert (child.text, child.get("href")) == ("C#", f"{server.url}/categories/a~2Fb/C~23/")


# Search.


def _matches(server: Server, query: str) -> set[str]:
    response = server.get(f"/?q={query}")
    assert response.status_code == 200
    page = lxml.html.fromstring(response.content)
    return {a.text_content() for a in page.xpath("//main//section//li//a[not(@aria-label)]")}


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("c%2B%2B", {"C++"}),
        ("odd", {"Odd tags"}),
        ("caf", {"Café"}),  # a post and a tag
        ("%E5%8C%BB%E5%AD%A6", {"上海交大医学院"}),
        ("%25", {"100%"}),
        ("%00", set(ODD_TAGS)),  # an empty query: the index
        ("secret", set()),
        ("<script>", set()),
        ("a" * 5000, set()),
    ],
)
def test_a_search_finds_names_and_titles(server: Server, query: str, matches: set[str]) -> None:
    assert _matches(server, query) >= matches
    assert matches or not _matches(server, query)


def test_a_search_with_many_matches_says_that_it_shows_only_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None, SITE | {"FEEDSVC_SITE__URL": "https://example.org"})
    store = Store(f"sqlite:///{tmp_path}/store.sqlite3")
    many = [an_entry(id=f"tag:example.org,2026:{n}", title=f"Post {n}") for n in range(41)]
    store.publish(Publication(site_of(settings), many), datetime(2026, 3, 3, tzinfo=UTC))
    client = create_app(settings, store).test_client()
    assert client.get("/?q=post").text.count("Only 40 results are shown") == 1
    assert "results are shown" not in client.get("/?q=post+7").text
    store.close()


def test_a_search_shows_the_query_as_text(server: Server) -> None:
    response = server.get('/?q="><b>x')
    assert b"<b>x" not in response.content
    assert b"&lt;b&gt;x" in response.content


# Lists of one kind.


def test_the_list_of_a_kind_has_each_feed_of_that_kind(server: Server) -> None:
    page = lxml.html.fromstring(server.get("/tags/").content)
    assert {a.text for a in page.xpath("//a[@class='name']")} == set(ODD_TAGS)


@pytest.mark.parametrize(
    "path", ["/tags/?page=2", "/tags/?page=0", "/tags/?page=x", "/?page=9"]
)
def test_a_page_number_out_of_range_is_a_404(server: Server, path: str) -> None:
    assert server.get(path).status_code == 404


# Posts.


def test_a_post_has_a_page_at_its_permalink(server: Server) -> None:
    response = server.get("/posts/odd/")
    page = lxml.html.fromstring(response.content)
    assert page.findtext(".//h1") == "Odd tags"
    assert page.xpath("//link[@rel='canonical']/@href") == [f"{server.url}/posts/odd/"]


def test_an_address_without_its_slash_is_redirected(server: Server) -> None:
    response = server.get("/posts/odd")
    assert (response.status_code, response.headers["Location"]) == (
        301,
        f"{server.url}/posts/odd/",
    )


def test_a_permalink_with_any_script_and_a_space_resolves(server: Server) -> None:
    response = server.get("/caf%C3%A9/au%20lait/")
    assert response.status_code == 200
    decomposed = server.get("/cafe%CC%81/au%20lait/")
    assert (decomposed.status_code, decomposed.headers["Location"]) == (
        301,
        f"{server.url}/caf%C3%A9/au%20lait/",
    )


def test_a_draft_has_no_page(server: Server) -> None:
    assert server.get("/posts/draft/").status_code == 404


# Another program serves the pages.


def test_without_pages_the_index_lists_only_feeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(
        None,
        SITE | {"FEEDSVC_SITE__URL": "https://example.org", "FEEDSVC_SERVER__PAGES": "false"},
    )
    store = Store(f"sqlite:///{tmp_path}/store.sqlite3")
    entries = [an_entry(tags=("Tea",), categories=(("Drinks", "Hot"),))]
    store.publish(Publication(site_of(settings), entries), datetime(2026, 3, 3, tzinfo=UTC))
    client = create_app(settings, store).test_client()
    page = lxml.html.fromstring(client.get("/?q=tea").data)
    hrefs = set(page.xpath("//main//a/@href"))
    assert "https://example.org/categories/Drinks/Hot/atom.xml" in hrefs
    assert all(href.endswith((".xml", ".json")) for href in hrefs)
    assert client.get("/tags/Tea/").status_code == 404
    opened = client.get("/tags/Tea/atom.xml", headers={"Sec-Fetch-Dest": "document"})
    assert opened.mimetype == "application/atom+xml"
    refused = client.get("/none", headers={"Accept": "text/html"})
    assert (refused.mimetype, refused.text) == ("text/plain", "404 Not Found\n")
    store.close()
