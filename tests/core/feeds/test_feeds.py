"""Which feeds exist, which entries they hold, and when they change."""

from dataclasses import replace

import pytest

from feedsvc.core.feeds.entries import (
    Entry,
    with_summary_only,
)
from feedsvc.core.feeds.feeds import (
    SITE_TOPIC,
    Feed,
    Topic,
    entity_tag,
    feed_digest,
    feed_of,
    full_or_summary,
    link_header,
    listed,
    opml_digest,
    topics_of,
)
from feedsvc.core.people import Person
from tests.support.builders import (
    a_site,
    an_entry,
    at,
    people,
)

TAG = Topic("tag", ("C#",))
CATEGORY = Topic("category", ("A/B", "c"))
AUTHOR = Topic("author", ("Li Wei",))
LANGUAGE = Topic("language", ("zh-CN",))


@pytest.mark.parametrize(
    ("topic", "path", "label", "title", "feed_id"),
    [
        (SITE_TOPIC, "", "", "Tea", "site"),
        (TAG, "tags/C~23", "C#", "C# - Tea", "tags/C~23"),
        (CATEGORY, "categories/A~2FB/c", "A/B / c", "A/B / c - Tea", "categories/A~2FB/c"),
        (AUTHOR, "authors/Li_Wei", "Li Wei", "Li Wei - Tea", "authors/Li_Wei"),
        (LANGUAGE, "lang/zh-CN", "中文 (zh-CN)", "中文 (zh-CN) - Tea", "lang/zh-CN"),
        (Topic("tag", ("茶",)), "tags/茶", "茶", "茶 - Tea", "tags/%E8%8C%B6"),
    ],
)
def test_a_topic_decides_path_title_and_id_of_its_feed(
    topic: Topic, path: str, label: str, title: str, feed_id: str
) -> None:
    feed = Feed(a_site(), topic, ())
    assert (topic.path, topic.label, feed.title) == (path, label, title)
    assert feed.id == f"tag:example.org,2026:feed:{feed_id}"


def test_the_id_does_not_change_with_url_title_or_language() -> None:
    moved = a_site(url="https://elsewhere.org/blog", title="Coffee", language="zh")
    assert Feed(moved, TAG, ()).id == Feed(a_site(), TAG, ()).id


def test_a_feed_links_to_its_documents_and_its_home_page() -> None:
    feed = Feed(a_site(url="https://example.org/blog"), TAG, ())
    assert feed.self_link("atom") == "https://example.org/blog/tags/C~23/atom.xml"
    assert feed.self_link("json") == "https://example.org/blog/tags/C~23/feed.json"
    assert feed.home_page == "https://example.org/blog/"


@pytest.mark.parametrize(
    ("subtitle", "description"), [("All on tea", "All on tea"), ("", "Tea")]
)
def test_a_description_is_never_empty(subtitle: str, description: str) -> None:
    assert Feed(a_site(subtitle=subtitle), SITE_TOPIC, ()).description == description


def test_updated_is_the_date_of_the_newest_entry() -> None:
    days = ["2026-03-02", "2026-03-04T00:00:00+08:00", "2026-03-03T23:00:00-08:00"]
    entries = tuple(an_entry(updated=at(day)) for day in days)
    assert Feed(a_site(), SITE_TOPIC, entries).updated == at(days[2])


def test_an_empty_feed_has_the_date_of_the_site() -> None:
    assert Feed(a_site(), SITE_TOPIC, ()).updated == at("2026-01-01")


def test_an_entry_is_in_the_feeds_of_all_its_topics() -> None:
    entry = an_entry(
        tags=("Tea", "China"),
        categories=(("Sports", "Baseball"), ("Sports", "Golf"), ("News",)),
        authors=people("Li", "Wang"),
    )
    assert topics_of(entry) == (
        SITE_TOPIC,
        Topic("tag", ("Tea",)),
        Topic("tag", ("China",)),
        Topic("category", ("Sports",)),
        Topic("category", ("Sports", "Baseball")),
        Topic("category", ("Sports", "Golf")),
        Topic("category", ("News",)),
        Topic("author", ("Li",)),
        Topic("author", ("Wang",)),
    )


@pytest.mark.parametrize(("language", "topics"), [("", ()), ("zh-CN", (LANGUAGE,))])
def test_an_entry_is_in_the_feed_of_its_language(
    language: str, topics: tuple[Topic, ...]
) -> None:
    assert topics_of(an_entry(language=language)) == (
        SITE_TOPIC,
        Topic("author", ("Li",)),
        *topics,
    )


EVERYWHERE = an_entry(
    tags=("AI", "C#"),
    categories=(("Sports", "Golf"),),
    language="en",
    authors=people("Li"),
)


@pytest.mark.parametrize(
    ("feeds", "paths"),
    [
        ((), []),
        (("site",), [""]),
        (("tags",), ["tags/AI", "tags/C~23"]),
        (("categories",), ["categories/Sports", "categories/Sports/Golf"]),
        (("authors", "languages"), ["authors/Li", "lang/en"]),
        (("tags/C~23", "site"), ["", "tags/C~23"]),
        (("categories/Sports",), ["categories/Sports"]),
        (("tags/Tea",), []),  # not a tag of the post
        (("tag", "lang", ""), [""]),
    ],
)
def test_a_post_can_limit_the_feeds_that_hold_it(
    feeds: tuple[str, ...], paths: list[str]
) -> None:
    entry = replace(EVERYWHERE, feeds=feeds)
    assert [topic.path for topic in topics_of(entry)] == paths


def test_two_authors_with_the_same_name_have_one_feed() -> None:
    two = (Person("Li", "https://one.example/"), Person("Li", "https://two.example/"))
    assert topics_of(an_entry(authors=two)) == (SITE_TOPIC, Topic("author", ("Li",)))


@pytest.mark.parametrize(
    ("topic", "language"), [(SITE_TOPIC, "en-GB"), (TAG, "en-GB"), (LANGUAGE, "zh-CN")]
)
def test_a_feed_has_its_own_language_or_that_of_the_site(topic: Topic, language: str) -> None:
    assert Feed(a_site(language="en-gb"), topic, ()).language == language


def test_languages_are_listed_only_if_there_are_several() -> None:
    german = Topic("language", ("de",))
    assert listed([SITE_TOPIC, TAG, LANGUAGE]) == [SITE_TOPIC, TAG]
    assert listed(iter([german, TAG, LANGUAGE])) == [german, TAG, LANGUAGE]


@pytest.mark.parametrize(
    ("of_site", "of_feed", "of_post", "is_summary"),
    [
        ("full", "", "", False),
        ("summary", "", "", True),
        ("full", "summary", "", True),
        ("summary", "full", "", False),
        ("full", "full", "summary", True),
        ("summary", "summary", "full", False),
    ],
)
def test_full_or_summary_is_decided_by_post_then_feed_then_site(
    of_site: str, of_feed: str, of_post: str, is_summary: bool
) -> None:
    contents = ((TAG.path, of_feed),) if of_feed else ()
    entry = an_entry(content=of_post, summary="In short.")
    shown = full_or_summary(a_site(content=of_site, contents=contents), TAG, entry)
    assert shown == (with_summary_only(entry) if is_summary else entry)


def test_feeds_can_differ_in_full_or_summary() -> None:
    site = a_site(contents=(("", "summary"),))
    entry = an_entry(summary="In short.")
    assert feed_of(site, SITE_TOPIC, [entry]).entries == (with_summary_only(entry),)
    assert feed_of(site, TAG, [entry]).entries == (entry,)


def test_categories_with_the_same_last_name_have_their_own_feeds() -> None:
    entry = an_entry(categories=(("A", "News"), ("B", "News")))
    paths = [topic.path for topic in topics_of(entry) if topic.kind == "category"]
    assert paths == ["categories/A", "categories/A/News", "categories/B", "categories/B/News"]


def named(count: int, **changes: object) -> list[Entry]:
    return [an_entry(f"{number}", **changes) for number in range(count)]


@pytest.mark.parametrize(("count", "kept"), [(0, 0), (2, 2), (3, 3), (4, 3)])
def test_a_feed_holds_the_newest_entries_up_to_a_number(count: int, kept: int) -> None:
    entries = named(count)
    site = a_site(entries=3)
    assert feed_of(site, TAG, entries) == Feed(site, TAG, tuple(entries[:kept]))


def test_a_feed_holds_the_newest_entries_up_to_a_size() -> None:
    entries = named(5, content_html="x" * 10_000)
    site = a_site(max_bytes=45_000)
    assert feed_of(site, TAG, entries).entries == tuple(entries[:3])


def test_the_digest_of_a_feed_stays_the_same_if_nothing_changes() -> None:
    digests = [an_entry("a").digest, an_entry("b").digest]
    assert feed_digest(a_site(), TAG, digests) == feed_digest(a_site(), TAG, iter(digests))


@pytest.mark.parametrize(
    "changed",
    [
        feed_digest(a_site(title="Coffee"), TAG, ["a", "b"]),
        feed_digest(a_site(max_bytes=1), TAG, ["a", "b"]),
        feed_digest(a_site(content="summary"), TAG, ["a", "b"]),
        feed_digest(a_site(contents=(("tags/C~23", "summary"),)), TAG, ["a", "b"]),
        feed_digest(a_site(), Topic("language", ("C#",)), ["a", "b"]),
        feed_digest(a_site(), Topic("author", ("C#",)), ["a", "b"]),
        feed_digest(a_site(), Topic("tag", ("C",)), ["a", "b"]),
        feed_digest(a_site(), TAG, ["b", "a"]),
        feed_digest(a_site(), TAG, ["a"]),
        feed_digest(a_site(), TAG, []),
        feed_digest(a_site(), Topic("category", ("C#",)), ["a", "b"]),
    ],
)
def test_the_digest_of_a_feed_changes_with_everything_that_is_rendered(changed: str) -> None:
    assert changed != feed_digest(a_site(), TAG, ["a", "b"])


def test_the_digest_keeps_names_and_entries_apart() -> None:
    one = feed_digest(a_site(), Topic("category", ("a", "b")), ["c"])
    assert one != feed_digest(a_site(), Topic("category", ("a",)), ["b", "c"])


def test_the_opml_digest_changes_with_the_paths_but_not_their_order() -> None:
    digest = opml_digest(a_site(), ["tags/a", "tags/b"])
    assert digest == opml_digest(a_site(), ["tags/b", "tags/a"])
    assert digest != opml_digest(a_site(), ["tags/a"])
    assert digest != opml_digest(a_site(title="Coffee"), ["tags/a", "tags/b"])


def test_each_format_of_each_version_has_its_own_entity_tag() -> None:
    tags = [entity_tag(digest, name) for digest in "ab" for name in ("atom", "rss", "json")]
    assert ([len(tag) for tag in tags], len(set(tags))) == ([32] * 6, 6)
    assert entity_tag("a", "atom") == tags[0]


@pytest.mark.parametrize(
    ("topic", "pages", "home"),
    [
        (Topic("tag", ("C#",)), True, "https://example.org/tags/C~23/"),
        (Topic("category", ("A", "茶")), True, "https://example.org/categories/A/%E8%8C%B6/"),
        (Topic("tag", ("C#",)), False, "https://example.org/"),
        (SITE_TOPIC, True, "https://example.org/"),
    ],
)
def test_the_home_page_of_a_feed_is_its_html_page_if_the_site_has_pages(
    topic: Topic, pages: bool, home: str
) -> None:
    assert Feed(a_site(pages=pages), topic, ()).home_page == home


def test_the_link_header_names_every_hub_and_the_document_itself() -> None:
    site = a_site(hubs=("https://example.org/hub", "https://hub.example/"))
    assert link_header(site, "https://example.org/atom.xml") == (
        '<https://example.org/hub>; rel="hub", <https://hub.example/>; rel="hub", '
        '<https://example.org/atom.xml>; rel="self"'
    )
