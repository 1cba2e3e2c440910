"""The search page with an index, over HTTP, on either engine."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

import feedparser
import lxml.html
import pytest
from werkzeug.exceptions import ServiceUnavailable

from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from feedsvc.web.polls.filter_documents import FoundFilter, find_filter
from tests.support.builders import a_site, an_entry
from tests.support.feedcheck import check_atom, check_rss
from tests.support.postgres import database_url
from tests.support.running import Server, running
from tests.support.stores import empty_database
from tests.support.writing import PostFolder

CHECKS: Final[dict[str, Callable[..., object]]] = {"atom": check_atom, "rss": check_rss}
HOSPITAL = "在瑞金医院开展的CAR-T治疗。" + "患者恢复良好，" * 60 + "瑞金医院的医生说。"
ODD_QUERIES = (
    *("%00", "%FF%FE", "%22", "%22tea", "tea%00%22)", "*", "a+AND+OR", "NEAR(a+b)", "title:x"),
    *("'", "-", "--", "%F0%9F%8D%B5", "%ED%A0%80", "col:*%5E%7B%7D", "tea&q=x", "%E2%80%8B"),
)
MANY = 45  # posts that have the word `common`


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server whose search index is on, with posts about several things."""
    folder = tmp_path_factory.mktemp("full-text")
    posts = PostFolder(folder / "posts")
    posts.write("hospital.md", HOSPITAL, title="新闻", date="2020-01-01")
    posts.write("tea.md", "A Café in a Straße.", title="Green tea", tags="[Tea]")
    posts.write("code.md", "Templates of C++, and tea.", title="Code", date="2026-02-02")
    posts.write("hidden.md", "zanzibar", title="Hidden", draft="true")
    posts.write("late.md", "common" + " words" * 900, title="The last <one>", date="2019-01-01")
    for number in range(MANY):
        posts.write(f"{number}.md", "A common word.", title=f"Post {number}")
    settings = {"FEEDSVC_SEARCH__FULL_TEXT": "true"}
    if request.param == "postgres":
        url = database_url()
        if url is None:
            pytest.skip("PostgreSQL's server programs are not installed")
        empty_database(url)
        settings["FEEDSVC_STORE__URL"] = url
    with running(folder, posts.root, settings) as running_server:
        yield running_server


def hits(server: Server, query: str, more: str = "") -> list[str]:
    answer = server.get(f"/?q={quote(query)}{more}")
    assert answer.status_code == 200, answer.text
    page = lxml.html.fromstring(answer.content)
    return [link.text_content() for link in page.xpath("//ul[@class='hits']//a")]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("瑞金", ["新闻"]),
        ("医", ["新闻"]),
        ("瑞金医院", ["新闻"]),
        ("金瑞", []),
        ("瑞金患者", []),
        ("CAR-T", ["新闻"]),
        ('"CAR-T"', ["新闻"]),
        ('"car t" 瑞金', ["新闻"]),
        ("cafe", ["Green tea"]),
        ("CAFÉ strasse", ["Green tea"]),
        ("c++", ["Code"]),
        ("tea", ["Green tea", "Code"]),
        ("tea -cafe", ["Code"]),
        ("tea -green", ["Code"]),
        ("gree", ["Green tea"]),  # a part of a word is only found in titles
        ("empla", []),
        ("zanzibar", []),
        ("Hidden", []),
        ('"', []),
        ("-tea", []),
        ("<one>", ["The last <one>"]),
    ],
)
def test_words_of_titles_and_texts_are_found(
    server: Server, query: str, titles: list[str]
) -> None:
    assert hits(server, query) == titles


def test_words_are_marked_in_the_title_and_in_a_snippet(server: Server) -> None:
    def marked(query: str) -> list[str]:
        page = lxml.html.fromstring(server.get(f"/?q={quote(query)}").content)
        return [mark.text_content() for mark in page.xpath("//ul[@class='hits']//mark")]

    assert marked("cafe strasse") == ["Café", "Straße"][:1]
    assert marked("瑞金医院") == ["瑞金医院"]
    assert marked("c++") == ["C++"]
    assert marked("green") == ["Green"]


def test_results_go_on_on_further_pages(server: Server) -> None:
    pages = [hits(server, "common", f"&page={number}") for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [20, 20, MANY + 1 - 40]
    assert len({title for page in pages for title in page}) == MANY + 1
    assert pages[2][-1] == "The last <one>"
    first = lxml.html.fromstring(server.get("/?q=common").content)
    assert first.xpath("//nav[@class='steps']//a/@href")[0] == f"{server.url}/?q=common&page=2"


@pytest.mark.parametrize("page", ["0", "4", "-1", "x", "1e9", "9999999999", ""])
def test_a_page_that_a_search_does_not_have_is_not_found(server: Server, page: str) -> None:
    assert server.get(f"/?q=common&page={page}").status_code == 404


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("x" * 201, "A search can have up to 200 characters. Use fewer words."),
        ("+".join(f"w{n}" for n in range(17)), "A search can have up to 16 words."),
        ("%22+%22".join("abcdefghijklmnopqrs"), "A search can have up to 16 words."),
    ],
)
def test_a_search_beyond_its_limits_is_answered_with_a_sentence(
    server: Server, query: str, sentence: str
) -> None:
    answer = server.get(f"/?q={query}")
    assert answer.status_code == 400
    assert sentence in answer.text


@pytest.mark.parametrize("query", ODD_QUERIES)
def test_no_query_is_an_error(server: Server, query: str) -> None:
    assert server.get(f"/?q={query}").status_code == 200


def test_the_field_says_that_texts_are_searched(server: Server) -> None:
    assert 'placeholder="Feed name, or words of a post"' in server.get("/").text


def test_feeds_are_found_by_their_names(server: Server) -> None:
    page = lxml.html.fromstring(server.get("/?q=tea").content)
    assert [a.text_content() for a in page.xpath("//a[@class='name']")] == ["Tea"]


def test_a_search_is_not_for_robots(server: Server) -> None:
    assert '<meta name="robots" content="noindex">' in server.get("/?q=common&page=2").text


# Feeds of a search.


def titles_of(server: Server, query: str, name: str = "atom") -> list[str]:
    answer = server.get(f"/feed/{name}?{query}")
    assert answer.status_code == 200, answer.text
    self_link = f"{server.url}/feed/{name}?{query}"
    assert CHECKS[name](answer.content, self_link=self_link, now=datetime.now(UTC)) == []
    return [entry["title"] for entry in feedparser.parse(answer.content)["entries"]]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        (f"q={quote('瑞金')}", ["新闻"]),
        (f"q={quote('医')}", ["新闻"]),
        (f"q={quote('金瑞')}", []),
        ("q=car-t", ["新闻"]),
        ("q=cafe", ["Green tea"]),
        ("q=tea", ["Green tea", "Code"]),
        ("tag=Tea&q=tea", ["Green tea"]),
        ("not-tag=Tea&q=tea", ["Code"]),
        ("q=tea%20-cafe", ["Code"]),
        ("q=tea&since=2026-02-20", ["Green tea"]),
        ("q=tea&limit=1", ["Green tea"]),
        ("q=c%2B%2B", ["Code"]),
        ("q=zanzibar", []),
    ],
)
def test_a_feed_has_the_posts_with_some_words_by_date(
    server: Server, query: str, titles: list[str]
) -> None:
    assert titles_of(server, query) == titles
    assert titles_of(server, query, "rss") == titles


def test_the_feed_of_a_search_is_one_of_its_own(server: Server) -> None:
    answer = server.get("/feed/atom?q=car-t")
    again = server.get("/feed/atom?q=car-t", {"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Last-Modified" not in answer.headers
    feed = feedparser.parse(answer.content)["feed"]
    assert feed["title"].startswith("posts with “car-t” - ")
    assert feed["id"].endswith(":feed:filter?q=car-t")
    other = server.get("/feed/atom?q=tea")
    assert other.headers["ETag"] != answer.headers["ETag"]


def test_every_entry_of_a_search_is_reached_by_its_history(server: Server) -> None:
    answer = server.get("/feed/atom?q=common&limit=10")
    links = feedparser.parse(answer.content)["feed"]["links"]
    (before,) = [link["href"] for link in links if link["rel"] == "prev-archive"]
    found = {entry["id"] for entry in feedparser.parse(answer.content)["entries"]}
    while before:
        page = feedparser.parse(server.get(before.removeprefix(server.url)).content)
        found |= {entry["id"] for entry in page["entries"]}
        older = [
            each["href"] for each in page["feed"]["links"] if each["rel"] == "prev-archive"
        ]
        before = older[0] if older else ""
    assert len(found) == MANY + 1


@pytest.mark.parametrize("spelling", ["q=CAR-T", "q=%22car%20t%22", "q=car-t&utm_source=x"])
def test_other_spellings_of_a_search_redirect(server: Server, spelling: str) -> None:
    answer = server.get(f"/feed/atom?{spelling}")
    assert (answer.status_code, answer.headers["Location"]) == (
        301,
        f"{server.url}/feed/atom?q=car-t",
    )


@pytest.mark.parametrize(
    "query",
    ["q=", "q=%00", "q=%FF", "q=-tea", "q=%22", f"q={'x' * 201}", "q=a&q=b", "q=%F0%9F"],
)
def test_a_feed_of_no_search_is_refused_with_a_sentence(server: Server, query: str) -> None:
    answer = server.get(f"/feed/atom?{query}")
    assert answer.status_code == 400
    assert "q" in answer.text


def test_the_page_of_a_search_leads_to_its_feed(server: Server) -> None:
    page = lxml.html.fromstring(server.get("/?q=CAR-T").content)
    (link,) = page.xpath("//a[contains(@href, '/filter/?q=')]/@href")
    builder = server.get(link.removeprefix(server.url))
    assert f"{server.url}/feed/atom?q=car-t" in builder.text


def test_without_an_index_the_feed_of_a_search_says_what_is_missing(store: Store) -> None:
    site = a_site()
    store.publish(Publication(site, [an_entry()]), datetime.now(UTC))
    with store.snapshot() as snapshot:
        fault = find_filter(snapshot, site, b"q=tea")
    assert str(fault) == (
        "q: this site has no index of its texts (search.full_text); leave q out"
    )
    store.search_indexes.switch(on=True)
    with store.snapshot() as snapshot, pytest.raises(ServiceUnavailable) as raised:
        find_filter(snapshot, site, b"q=tea")
    assert raised.value.retry_after == 10
    assert store.search_indexes.build_some() == (1, 1)
    with store.snapshot() as snapshot:
        assert isinstance(find_filter(snapshot, site, b"q=tea"), FoundFilter)
