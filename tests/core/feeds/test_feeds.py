"""Which feeds there are, what is in one, and when it counts as changed."""

from dataclasses import replace

import pytest

from feedsvc.core.feeds.entries import (
    Entry,
    cut_short,
    with_summary_only,
)
from feedsvc.core.feeds.feeds import (
    SITE_TOPIC,
    Feed,
    Topic,
    entity_tag,
    feed_digest,
    feed_of,
    in_shape,
    listed,
    opml_digest,
    topics_of,
)
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.people import Person
from feedsvc.core.site import Site
from tests.support.builders import (
    a_site,
    an_entry,
    an_episode,
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
        (TAG, "tags/C~23", "C#", "Tea - Tag: C#", "tags/C~23"),
        (
            CATEGORY,
            "categories/A~2FB/c",
            "A/B / c",
            "Tea - Category: A/B / c",
            "categories/A~2FB/c",
        ),
        (AUTHOR, "authors/Li_Wei", "Li Wei", "Tea - Author: Li Wei", "authors/Li_Wei"),
        (LANGUAGE, "lang/zh-CN", "zh-CN", "Tea - Language: zh-CN", "lang/zh-CN"),
        (Topic("tag", ("茶",)), "tags/茶", "茶", "Tea - Tag: 茶", "tags/%E8%8C%B6"),
    ],
)
def test_a_topic_names_its_feed(
    topic: Topic, path: str, label: str, title: str, feed_id: str
) -> None:
    feed = Feed(a_site(), topic, ())
    assert (topic.path, topic.label, feed.title) == (path, label, title)
    assert feed.id == f"tag:example.org,2026:feed:{feed_id}"


def test_an_id_outlives_a_new_address_and_a_new_title() -> None:
    moved = a_site(url="https://elsewhere.org/blog", title="Coffee", language="zh")
    assert Feed(moved, TAG, ()).id == Feed(a_site(), TAG, ()).id


def test_a_feed_links_to_its_documents_and_its_home() -> None:
    feed = Feed(a_site(url="https://example.org/blog"), TAG, ())
    assert feed.self_link("atom") == "https://example.org/blog/tags/C~23/atom.xml"
    assert feed.self_link("json") == "https://example.org/blog/tags/C~23/feed.json"
    assert feed.home_page == "https://example.org/blog/"


@pytest.mark.parametrize(
    ("subtitle", "description"), [("All on tea", "All on tea"), ("", "Tea")]
)
def test_a_description_is_never_empty(subtitle: str, description: str) -> None:
    assert Feed(a_site(subtitle=subtitle), SITE_TOPIC, ()).description == description


def test_updated_is_the_newest_of_the_entries() -> None:
    days = ["2026-03-02", "2026-03-04T00:00:00+08:00", "2026-03-03T23:00:00-08:00"]
    entries = tuple(an_entry(updated=at(day)) for day in days)
    assert Feed(a_site(), SITE_TOPIC, entries).updated == at(days[2])


def test_an_empty_feed_was_updated_when_the_site_began() -> None:
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
    found = topics_of(an_entry(language=language))
    assert found == (SITE_TOPIC, Topic("author", ("Li",)), *topics)


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
        (("tags/Tea",), []),  # not its tag: a post names feeds, not terms
        (("tag", "lang", ""), [""]),
    ],
)
def test_a_post_may_name_the_feeds_that_hold_it(
    feeds: tuple[str, ...], paths: list[str]
) -> None:
    entry = replace(EVERYWHERE, feeds=feeds)
    assert [topic.path for topic in topics_of(entry)] == paths


def test_two_people_of_one_name_have_one_feed() -> None:
    two = (Person("Li", "https://one.example/"), Person("Li", "https://two.example/"))
    assert topics_of(an_entry(authors=two)) == (SITE_TOPIC, Topic("author", ("Li",)))


@pytest.mark.parametrize(
    ("topic", "language"), [(SITE_TOPIC, "en-GB"), (TAG, "en-GB"), (LANGUAGE, "zh-CN")]
)
def test_a_feed_is_in_its_language_or_in_the_sites(topic: Topic, language: str) -> None:
    assert Feed(a_site(language="en-gb"), topic, ()).language == language


def test_languages_are_listed_where_there_is_more_than_one() -> None:
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
def test_the_post_decides_before_the_feed_and_the_feed_before_the_site(
    of_site: str, of_feed: str, of_post: str, is_summary: bool
) -> None:
    contents = ((TAG.path, of_feed),) if of_feed else ()
    entry = an_entry(content=of_post, summary="In short.")
    shown = in_shape(a_site(content=of_site, contents=contents), TAG, entry)
    assert shown == (with_summary_only(entry) if is_summary else entry)


def test_the_shape_of_one_feed_is_not_that_of_another() -> None:
    site = a_site(contents=(("", "summary"),))
    entry = an_entry(summary="In short.")
    assert feed_of(site, SITE_TOPIC, [entry]).entries == (with_summary_only(entry),)
    assert feed_of(site, TAG, [entry]).entries == (entry,)


def test_a_category_is_its_path_and_not_its_last_name() -> None:
    entry = an_entry(categories=(("A", "News"), ("B", "News")))
    paths = [topic.path for topic in topics_of(entry) if topic.kind == "category"]
    assert paths == ["categories/A", "categories/A/News", "categories/B", "categories/B/News"]


def named(count: int, **changes: object) -> list[Entry]:
    return [an_entry(f"{number}", **changes) for number in range(count)]


@pytest.mark.parametrize(("count", "kept"), [(0, 0), (2, 2), (3, 3), (4, 3)])
def test_a_feed_holds_the_newest_up_to_a_number(count: int, kept: int) -> None:
    entries = named(count)
    site = a_site(entries=3)
    assert feed_of(site, TAG, entries) == Feed(site, TAG, tuple(entries[:kept]))


def test_a_feed_holds_the_newest_up_to_a_size() -> None:
    entries = named(5, content_html="x" * 10_000)
    site = a_site(max_bytes=45_000)
    assert feed_of(site, TAG, entries).entries == tuple(entries[:3])


def largest_document(entries: list[Entry], site: Site) -> int:
    feed = feed_of(site, TAG, entries)
    assert feed.entries != ()
    return max(len(form.render(feed)) for form in FORMATS.values())


@pytest.mark.parametrize("text", ["x", "茶", "<", "&", ">", '"', "\n", "\\", "\r"])
def test_no_text_makes_a_feed_larger_than_it_may_be(text: str) -> None:
    entries = named(20, content_html=text * 6_000, title=text * 20, summary=text * 200)
    assert largest_document(entries, a_site(max_bytes=100_000)) <= 100_000


def test_no_number_of_tags_makes_a_feed_larger_than_it_may_be() -> None:
    tags = tuple(f"{'茶' * 50}{number}" for number in range(20))
    entries = named(
        20, tags=tags, categories=(("医" * 60, "c"),), authors=people("Li", "王" * 50)
    )
    assert largest_document(entries, a_site(max_bytes=100_000)) <= 100_000


def test_an_entry_larger_than_any_feed_is_carried_by_its_summary() -> None:
    small, large = an_entry("a"), an_entry("b", content_html="x" * 50_000, summary="In short.")
    feed = feed_of(a_site(max_bytes=40_000), TAG, [large, small])
    assert feed.entries == (cut_short(large), small)


@pytest.mark.parametrize(
    "huge",
    [
        an_entry("huge", title="x" * 50_000),
        an_entry("huge", tags=tuple(f"{'x' * 150}{number}" for number in range(200))),
        an_entry("huge", authors=people("x" * 50_000)),
        an_entry("huge", permalink="https://example.org/" + "x" * 50_000),
    ],
    ids=["title", "tags", "author", "permalink"],
)
def test_an_entry_that_fits_in_no_feed_does_not_empty_it(huge: Entry) -> None:
    small = an_entry("small")
    assert feed_of(a_site(max_bytes=40_000), TAG, [huge, small]).entries == (small,)


def test_an_entry_with_a_large_summary_is_carried_by_less_of_it() -> None:
    large, small = an_entry("large", summary="x" * 39_000), an_entry("small")
    feed = feed_of(a_site(max_bytes=40_000), TAG, [large, small])
    assert feed.entries == (cut_short(large), small)


@pytest.mark.parametrize(
    "brought",
    [
        {"enclosures": tuple(an_episode(f"{'&' * 40}{n}.mp3") for n in range(20))},
        {"enclosures": tuple(an_episode(f"{n}", length=10**18) for n in range(60))},
        {"enclosures": (an_episode(media_type="audio/" + "x" * 5_000),)},
        {"image": "https://example.org/" + "&" * 2_000 + ".jpeg"},
        {"authors": tuple(Person("&", f"https://e.org/{n}", "a@b.c") for n in range(60))},
        {"authors": (Person("王" * 30, "https://e.org/" + "&" * 900, "a" * 900 + "@b.c"),)},
        {"language": "en-" + "x-abcdefgh" * 500},
        {"content": "summary", "summary": "<&" * 1_000},
    ],
    ids=["many", "large", "typed", "image", "people", "addresses", "language", "summary"],
)
def test_nothing_that_a_post_brings_makes_a_feed_larger_than_it_may_be(
    brought: dict[str, object],
) -> None:
    entries = named(20, content_html="x" * 500, **brought)
    assert largest_document(entries, a_site(max_bytes=60_000)) <= 60_000


@pytest.mark.parametrize(
    "huge",
    [
        an_entry("huge", image="https://example.org/" + "x" * 50_000),
        an_entry("huge", enclosures=(an_episode("x" * 50_000),)),
        an_entry("huge", enclosures=tuple(an_episode(str(n)) for n in range(500))),
        an_entry("huge", authors=(Person("Li", "https://e.org/" + "x" * 50_000),)),
    ],
    ids=["image", "enclosure", "enclosures", "address"],
)
def test_what_a_huge_post_brings_does_not_empty_a_feed(huge: Entry) -> None:
    small = an_entry("small")
    assert feed_of(a_site(max_bytes=40_000), TAG, [huge, small]).entries == (small,)


def test_many_short_tags_cost_no_more_than_they_take() -> None:
    entries = named(2, tags=tuple(f"tag{number}" for number in range(60)))
    assert len(feed_of(a_site(max_bytes=40_000), TAG, entries).entries) == 2


def test_the_window_ends_where_an_entry_does_not_fit() -> None:
    entries = [
        an_entry("a", content_html="x" * 20_000),
        an_entry("b", content_html="x" * 20_000),
        an_entry("c"),
    ]
    feed = feed_of(a_site(max_bytes=40_000), TAG, entries)
    assert feed.entries == (entries[0],)


def test_a_feeds_digest_stays_while_nothing_changes() -> None:
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
def test_a_feeds_digest_moves_with_all_that_its_bytes_are_made_from(changed: str) -> None:
    assert changed != feed_digest(a_site(), TAG, ["a", "b"])


def test_names_and_entries_of_a_digest_do_not_run_together() -> None:
    one = feed_digest(a_site(), Topic("category", ("a", "b")), ["c"])
    assert one != feed_digest(a_site(), Topic("category", ("a",)), ["b", "c"])


def test_the_list_of_feeds_changes_with_its_paths_in_any_order() -> None:
    digest = opml_digest(a_site(), ["tags/a", "tags/b"])
    assert digest == opml_digest(a_site(), ["tags/b", "tags/a"])
    assert digest != opml_digest(a_site(), ["tags/a"])
    assert digest != opml_digest(a_site(title="Coffee"), ["tags/a", "tags/b"])


def test_each_format_of_each_version_has_a_tag_of_its_own() -> None:
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
def test_a_feed_belongs_to_its_page_where_there_are_pages(
    topic: Topic, pages: bool, home: str
) -> None:
    assert Feed(a_site(pages=pages), topic, ()).home_page == home
