"""The size of entries in octets, and feeds that never exceed `max_bytes`."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.core.feeds.entries import Entry, cut_short
from feedsvc.core.feeds.entry_size import MARKUP, entry_size, most_size
from feedsvc.core.feeds.feeds import Topic, feed_of
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.people import Person
from feedsvc.core.site import Site
from tests.support.builders import a_site, an_entry, an_episode, people

TAG = Topic("tag", ("C#",))
HEAD = MARKUP + 5 * len("https://example.org/tags/C~23")  # of a feed of this tag


def named(count: int, **changes: object) -> list[Entry]:
    return [an_entry(f"{number}", **changes) for number in range(count)]


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        *(("x", 1), ("é", 2), ("茶", 3), ("😀", 4)),
        *(
            ("<", 6),
            ("&", 6),
            ('"', 6),
            (">", 4),
            ("\r", 5),
        ),  # `&#x3C;`, `&quot;`, `&gt;`, `&#13;`
        *(("\n", 2), ("\t", 2), ("\\", 2)),  # JSON
    ],
)
def test_a_character_counts_in_its_longest_escaped_form(text: str, octets: int) -> None:
    site = a_site()
    longer, shorter = an_entry(title=text * 2), an_entry(title=text)
    assert entry_size(longer, site) - entry_size(shorter, site) == octets


def test_a_summary_counts_as_escaped_twice() -> None:
    site = a_site()
    longer, shorter = an_entry(summary="<<"), an_entry(summary="<")
    assert entry_size(longer, site) - entry_size(shorter, site) == len("&#x26;lt;")


@pytest.mark.parametrize(("missing", "kept"), [(0, 3), (1, 2)])
def test_a_feed_may_be_exactly_as_large_as_its_limit(missing: int, kept: int) -> None:
    entries = named(3, content_html="x" * 100)
    size = sum(entry_size(entry, a_site()) for entry in entries)
    site = a_site(max_bytes=HEAD + size - missing)
    assert feed_of(site, TAG, entries).entries == tuple(entries[:kept])


@pytest.mark.parametrize("missing", [0, 1])
def test_an_entry_of_exactly_the_limit_keeps_its_content(missing: int) -> None:
    entry = an_entry(content_html="x" * 10_000)
    site = a_site(max_bytes=HEAD + entry_size(entry, a_site()) - missing)
    assert feed_of(site, TAG, [entry]).entries == ((cut_short(entry),) if missing else (entry,))


@pytest.mark.parametrize("missing", [0, 1])
def test_an_entry_is_skipped_if_even_its_short_form_is_too_large(missing: int) -> None:
    entry = an_entry(content_html="x" * 10_000, title="x" * 1_000)
    site = a_site(max_bytes=HEAD + entry_size(cut_short(entry), a_site()) - missing)
    assert feed_of(site, TAG, [entry]).entries == (() if missing else (cut_short(entry),))


def largest_document(entries: list[Entry], site: Site) -> int:
    feed = feed_of(site, TAG, entries)
    assert feed.entries != ()
    return max(len(form.render(feed)) for form in FORMATS.values())


@pytest.mark.parametrize("text", ["x", "茶", "<", "&", ">", '"', "\n", "\\", "\r"])
def test_no_text_makes_a_feed_exceed_its_limit(text: str) -> None:
    entries = named(20, content_html=text * 6_000, title=text * 20, summary=text * 200)
    assert largest_document(entries, a_site(max_bytes=100_000)) <= 100_000


def test_no_number_of_tags_makes_a_feed_exceed_its_limit() -> None:
    tags = tuple(f"{'茶' * 50}{number}" for number in range(20))
    entries = named(
        20, tags=tags, categories=(("医" * 60, "c"),), authors=people("Li", "王" * 50)
    )
    assert largest_document(entries, a_site(max_bytes=100_000)) <= 100_000


def test_an_entry_larger_than_the_limit_is_shown_with_its_summary() -> None:
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
def test_an_entry_that_is_always_too_large_does_not_empty_the_feed(huge: Entry) -> None:
    small = an_entry("small")
    assert feed_of(a_site(max_bytes=40_000), TAG, [huge, small]).entries == (small,)


def test_an_entry_with_a_large_summary_is_shown_with_a_part_of_it() -> None:
    large, small = an_entry("large", summary="x" * 39_000), an_entry("small")
    feed = feed_of(a_site(max_bytes=40_000), TAG, [large, small])
    assert feed.entries == (cut_short(large), small)


@pytest.mark.parametrize(
    "fields",
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
def test_no_field_of_an_entry_makes_a_feed_exceed_its_limit(
    fields: dict[str, object],
) -> None:
    entries = named(20, content_html="x" * 500, **fields)
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
def test_a_huge_field_does_not_empty_the_feed(huge: Entry) -> None:
    small = an_entry("small")
    assert feed_of(a_site(max_bytes=40_000), TAG, [huge, small]).entries == (small,)


def test_many_short_tags_count_only_their_own_size() -> None:
    entries = named(2, tags=tuple(f"tag{number}" for number in range(60)))
    assert len(feed_of(a_site(max_bytes=40_000), TAG, entries).entries) == 2


def test_a_feed_ends_before_the_first_entry_that_does_not_fit() -> None:
    entries = [
        an_entry("a", content_html="x" * 20_000),
        an_entry("b", content_html="x" * 20_000),
        an_entry("c"),
    ]
    feed = feed_of(a_site(max_bytes=40_000), TAG, entries)
    assert feed.entries == (entries[0],)


_TEXT = st.text(st.sampled_from('<>&"\r\n\t\\a é茶😀/~%'), max_size=40)
_TEXTS = st.lists(_TEXT.filter(bool), max_size=3).map(tuple)


@given(_TEXT, _TEXT, _TEXT, _TEXTS, st.lists(_TEXTS.filter(bool), max_size=2).map(tuple))
def test_no_size_exceeds_its_quick_bound(
    content: str, summary: str, title: str, tags: tuple[str, ...], categories: Any
) -> None:
    entry = an_entry(
        *(title,),
        summary=summary,
        content_html=content,
        tags=tags,
        categories=categories,
        authors=(Person(title, content, summary),),
        enclosures=(an_episode(summary, media_type=content),),
        image=content,
        language=title,
    )
    assert entry_size(entry, a_site()) <= most_size(entry, a_site())
