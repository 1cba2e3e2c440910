"""The feeds that pages offer in their heads, as feed finders of others find them."""

from typing import Final

import lxml.html
import pytest
from feed_seeker import find_feed_url
from trafilatura.feeds import FeedParameters, determine_feed

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import SITE_TOPIC, Topic, topics_of
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from feedsvc.web.pages.discovery import offered_by_feed, offered_by_post, offered_feeds
from tests.support.builders import a_site, an_entry, at, people
from tests.support.running import Server

# The address of a page, and the paths of the feeds that it offers, the default first.
PAGES: Final = {
    "/": [""],
    "/page/1/": [""],
    "/tags/C~23/": ["tags/C~23/", ""],
    "/tags/上海交大医学院/": [
        "tags/%E4%B8%8A%E6%B5%B7%E4%BA%A4%E5%A4%A7%E5%8C%BB%E5%AD%A6%E9%99%A2/",
        "",
    ],
    "/categories/a~2Fb/": ["categories/a~2Fb/", ""],
    "/categories/a~2Fb/C~23/": ["categories/a~2Fb/C~23/", "categories/a~2Fb/", ""],
    "/authors/Ann/": ["authors/Ann/", ""],
    "/lang/en/": ["lang/en/", ""],
    "/posts/deep/": [
        *("", "categories/a~2Fb/C~23/", "categories/a~2Fb/", "authors/Ann/"),
    ],
    "/tags/": [""],
    "/?q=odd": [""],
}
FORMATS: Final = {
    "atom.xml": ("application/atom+xml", "Atom"),
    "rss.xml": ("application/rss+xml", "RSS"),
    "feed.json": ("application/feed+json", "JSON"),
}


def links(server: Server, path: str, accept: str = "*/*") -> list[dict[str, str]]:
    page = lxml.html.fromstring(server.get(path, headers={"Accept": accept}).content)
    return [dict(link.attrib) for link in page.xpath("//head/link[@rel='alternate']")]


@pytest.mark.parametrize(("page", "feeds"), PAGES.items())
def test_a_page_offers_its_own_feed_first_then_its_parents_and_that_of_the_site(
    server: Server, page: str, feeds: list[str]
) -> None:
    assert [(link["type"], link["href"]) for link in links(server, page)] == [
        (media_type, f"{server.url}/{feed}{name}")
        for feed in feeds
        for name, (media_type, _) in FORMATS.items()
    ]


@pytest.mark.filterwarnings("ignore::bs4.XMLParsedAsHTMLWarning")  # feed-seeker, of feeds
@pytest.mark.parametrize(("page", "feeds"), PAGES.items())
def test_feed_finders_find_the_feed_of_a_page_first(
    server: Server, page: str, feeds: list[str]
) -> None:
    own = f"{server.url}/{feeds[0]}"
    assert find_feed_url(server.url + page) == f"{own}atom.xml"
    found = determine_feed(
        server.get(page).text,
        FeedParameters(server.url, "127.0.0.1", server.url + page),
    )
    assert found[:3] == [f"{own}{name}" for name in FORMATS]


def test_an_error_page_offers_the_feed_of_the_site(server: Server) -> None:
    offered = links(server, "/tags/none/", accept="text/html")
    assert [link["href"] for link in offered] == [f"{server.url}/{name}" for name in FORMATS]


def test_the_titles_say_which_feed_is_which(server: Server) -> None:
    titles = [link["title"] for link in links(server, "/categories/a~2Fb/C~23/")]
    assert titles[:4] == [
        *(f"a/b / C# - Tea notes ({name})" for _, name in FORMATS.values()),
        "a/b - Tea notes (Atom)",
    ]
    assert titles[-1] == "Tea notes (JSON)"


def test_a_title_is_that_of_the_feed_and_its_format() -> None:
    site = a_site(title="站名", language="zh-CN")
    assert [feed.title for feed in offered_feeds(site, [Topic("tag", ("算法",))])] == [
        *("算法 - 站名 (Atom)", "算法 - 站名 (RSS)", "算法 - 站名 (JSON)"),
        *("站名 (Atom)", "站名 (RSS)", "站名 (JSON)"),
    ]


def test_a_parent_without_a_feed_is_not_offered(store: Store) -> None:
    whole = an_entry("whole", categories=(("A", "b", "c"),))
    limited = an_entry("limited", categories=(("X", "y"),), feeds=("categories/X/y",))
    store.publish(Publication(a_site(), [whole, limited]), at("2026-03-03"))
    with store.snapshot() as snapshot:
        for names, paths in (
            (("A", "b", "c"), ["categories/A/b/c", "categories/A/b", "categories/A"]),
            (("X", "y"), ["categories/X/y"]),
        ):
            offered = offered_by_feed(snapshot, Topic("category", names))
            assert [topic.path for topic in offered] == paths


def _offered(entry: Entry) -> list[str]:
    return [topic.path for topic in offered_by_post(topics_of(entry))]


def test_a_post_offers_only_the_feeds_that_have_it() -> None:
    entry = an_entry(tags=("AI", "Tea"), categories=(("A", "b"), ("C",)), authors=people("Li"))
    assert _offered(entry) == [
        *("", "categories/A/b", "categories/A", "categories/C"),
        *("tags/AI", "tags/Tea", "authors/Li"),
    ]
    assert _offered(an_entry(tags=("AI", "Tea"), feeds=("tags/Tea",))) == ["tags/Tea"]
    assert _offered(an_entry(feeds=())) == []


def test_a_post_with_many_tags_offers_few_feeds() -> None:
    entry = an_entry(tags=tuple(map(str, range(200))))
    assert offered_by_post(topics_of(entry))[0] == SITE_TOPIC
    assert len(offered_by_post(topics_of(entry))) == 12
