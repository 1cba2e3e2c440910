"""Queries of filters: what they mean, their one canonical form, and what is wrong with them."""

from typing import Final
from zoneinfo import ZoneInfo

import pytest

from feedsvc.core.filters.filter import Filter, Term
from feedsvc.core.filters.parse import (
    MOST_OCTETS,
    QueryFault,
    asks_for_filter,
    fault_of_unknown,
    parse_filter,
    shown,
    without_raw,
)
from tests.support.builders import at

ZONE: Final = ZoneInfo("Asia/Shanghai")


def parsed(query: str) -> Filter:
    result = parse_filter(query.encode(), ZONE)
    assert isinstance(result, Filter), result
    return result


def fault(query: str | bytes) -> str:
    result = parse_filter(query if isinstance(query, bytes) else query.encode(), ZONE)
    assert isinstance(result, QueryFault), result
    return str(result)


def settled(query: str, place: int = -1) -> Filter:
    """The filter with each term at one of its paths: the last is that of a name."""
    found = parsed(query)
    return found.with_paths({term: (term.paths[place],) for term in found.terms})


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("tag=AI", "tag=AI"),
        ("tag=CAR-T&tag=AI&tag=AI", "tag=AI&tag=CAR-T"),
        ("tag=b|a|b", "tag=a%7Cb"),
        ("tag=a%7Cb", "tag=a%7Cb"),
        ("not-tag=b|a&not-tag=c", "not-tag=a&not-tag=b&not-tag=c"),
        ("tag=C%23", "tag=C~23"),
        ("tag=C%2B%2B", "tag=C~2B~2B"),
        ("tag=green+tea", "tag=green_tea"),
        ("tag=green%20tea", "tag=green_tea"),
        ("tag=a/b", "tag=a~2Fb"),
        ("tag=100%", "tag=100~25"),
        ("category=技术", "category=%E6%8A%80%E6%9C%AF"),
        ("category=技术/*", "category=%E6%8A%80%E6%9C%AF"),
        ("category=技术/", "category=%E6%8A%80%E6%9C%AF"),
        ("category=Tech/Python/*", "category=Tech/Python"),
        ("category=Tech%2FPython", "category=Tech/Python"),
        ("tag=Cafe%CC%81", "tag=Caf%C3%A9"),
        ("lang=zh-cn", "lang=zh-CN"),
        ("not-lang=EN", "not-lang=en"),
        ("author=Li+Wei", "author=Li_Wei"),
        ("content=full", ""),
        ("content=summary", "content=summary"),
        ("limit=050", "limit=50"),
        ("since=2026-01-01", "since=2026-01-01"),
        ("since=2026-01-01T08:00", "since=2026-01-01T00:00:00Z"),
        ("since=2026-01-01T08:00:00+08:00", "since=2026-01-01T00:00:00Z"),
        ("since=2026-01-01T08:00:00%2B0800", "since=2026-01-01T00:00:00Z"),
        ("since=2026-01-01T08:00:00.5Z", "since=2026-01-01T08:00:00Z"),
        ("since=2026-01-01+08:00:00-02:00", "since=2026-01-01T10:00:00Z"),
        ("&tag=AI&&", "tag=AI"),
        ("utm_source=x&tag=AI&fbclid=y&gclid=z&ref=%FF&mc_cid=1", "tag=AI"),
        ("raw&tag=AI", "tag=AI"),
        (
            "limit=5&lang=zh&category=b&not-tag=c&since=2026-01-01&tag=a&author=x",
            "tag=a&not-tag=c&category=b&author=x&lang=zh&since=2026-01-01&limit=5",
        ),
        ("archive=3", "archive=3"),
        ("tag=a&archive=tags/a/3", "tag=a&archive=tags/a/3"),
        ("tag=a&limit=5&archive=tags/a/3", "tag=a&archive=tags/a/3"),
        ("q=Café+tea", "q=cafe%20tea"),
        ("q=CAR-T", "q=car-t"),
        ("q=%22CAR+T%22&tag=AI", "tag=AI&q=car-t"),
        ("q=C%2B%2B&utm_source=x", "q=c%2B%2B"),
        ("q=tea+-Milk&since=2026-01-01", "q=tea%20-milk&since=2026-01-01"),
        ("q=%E7%91%9E%E9%87%91", "q=%E7%91%9E%E9%87%91"),
    ],
)
def test_equivalent_queries_have_one_form(query: str, canonical: str) -> None:
    assert settled(query).canonical == canonical
    assert settled(canonical, 0).canonical == canonical


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("tag=", "tag is empty; write tag=NAME, or leave it out"),
        ("tag", "tag is empty"),
        ("tag=+", "tag is empty"),
        ("not-category=", "not-category is empty; write not-category=Tech/Python"),
        ("limit=", "limit is empty; write limit=50"),
        ("tag=a|", "tag has an empty name beside |"),
        ("tag=|", "tag has an empty name beside |"),
        ("category=a//b", 'category: "a//b" is no path of names'),
        ("category=/", "category: "),
        ("category=/*", "category: "),
        ("category=*", "category: "),
        ("limit=-1", 'limit: "-1" is not a number of entries; write a whole number'),
        ("limit=0", "limit: "),
        ("limit=201", "limit: "),
        ("limit=1e9", "limit: "),
        ("limit=٣", "limit: "),
        ("limit=99999999999999999999", "limit: "),
        ("limit=5&limit=5", "limit is given twice; write it once"),
        ("since=yesterday", 'since: "yesterday" is not a date; write 2026-01-31'),
        ("since=2026-02-30", "since: "),
        ("since=2026-1-1", "since: "),
        ("since=0001-01-01T00:00:00%2B09:00", "since: "),
        ("since=2026-01-01T25:00", "since: "),
        # In other zones these have no moment in UTC.
        ("since=0001-01-01T23:00", "since: "),
        ("since=9999-12-31T00:00", "since: "),
        ("since=2026-01-01&since=2026-01-01", "since is given twice"),
        ("content=all", 'content: "all" is unknown; write summary or full'),
        ("archive=x", 'archive: "x" is not an archive page'),
        ("archive=tags/a/0", "archive: "),
        ("tags=AI", 'the parameter "tags" is unknown; did you mean tag'),
        ("not_tag=AI", "did you mean not-tag"),
        ("xyzzy=1", "is unknown; known are tag, category,"),
        ("=1", 'the parameter "" is unknown'),
        ("%FF=1", "is unknown"),
        ("tag=%00", "tag: it has a control character; remove it"),
        ("tag=a%0Ab", "tag: it has a control character"),
        ("tag=%EF%BF%BF", "tag: it has a control character"),
        (b"tag=%FF", "tag: its percent-encoding is not UTF-8"),
        (b"tag=\xff", "tag: its percent-encoding is not UTF-8"),
        ("&".join(["tag=AI"] * 1000), "tag: the filter has more than 16 terms; leave some out"),
        ("tag=" + "|".join("abcdefghijklmnopq"), "more than 16 terms"),
        ("tag=" + "a" * 1_000_000, f"and at most {MOST_OCTETS} are read"),
        ("&".join(["since=2026-01-01"] * 500), "since is given twice"),
        ("q=", "q is empty; write q=WORDS, or leave it out"),
        ("q=%00", "q: it has a control character; remove it"),
        ("q=%FF", "q: its percent-encoding is not UTF-8"),
        ("q=a&q=b", "q is given twice; write it once"),
        ("q=-tea", "q: there is no word to look for; write at least one"),
        ("q=%22", "q: there is no word to look for"),
        ("q=" + "x" * 201, "q: a search may have 200 characters, and this has 201"),
        ("q=" + "+".join("abcdefghijklmnopq"), "q: a search may have 16 words"),
    ],
)
def test_a_fault_names_the_parameter_and_the_cure(query: str | bytes, words: str) -> None:
    assert words in fault(query)
    assert len(fault(query)) < 400


def test_a_query_may_have_16_terms() -> None:
    assert len(parsed("&".join(f"tag=t{n}" for n in range(16))).terms) == 16


def test_a_value_may_be_written_as_a_name_or_as_in_addresses() -> None:
    (term,) = parsed("tag=C~23").terms
    assert term == Term("tag", ("C~23",), ("tags/C~23", "tags/C~7E23"))
    assert parsed("tag=a/b").terms[0].paths == ("tags/a~2Fb",)


def test_a_date_begins_at_midnight_of_the_site() -> None:
    assert parsed("since=2026-01-01").since == at("2025-12-31T16:00:00+00:00")


@pytest.mark.parametrize(
    ("query", "asks"),
    [(b"", False), (b"utm_source=x", False), (b"raw", False), (b"tag=", True), (b"x", True)],
)
def test_ignored_parameters_ask_for_no_filter(query: bytes, asks: bool) -> None:
    assert asks_for_filter(query) == asks


def test_raw_is_left_out_as_it_is_written() -> None:
    assert without_raw(b"tag=AI&raw&limit=5&raw=1") == b"tag=AI&limit=5"


def test_an_unknown_term_is_named_with_similar_ones() -> None:
    (term,) = parsed("tag=Aii").terms
    assert str(fault_of_unknown(term, ["AI", "Air"])) == (
        'tag: no post ever had "Aii"; did you mean "AI" or "Air"?'
    )
    assert "the names are on the pages" in str(fault_of_unknown(term, []))


def test_a_long_or_odd_value_is_shown_on_one_short_line() -> None:
    assert shown("a\nb") == '"a b"'
    assert shown("a" * 100) == '"' + "a" * 60 + '…"'
    assert shown("a\u200eb") == "'a\\u200eb'"
