"""Digests of texts and words, and when an edit moves `updated`."""

import re
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.core.ledger.ledger import (
    LONG_ENOUGH,
    LedgerEntry,
    edit_digest,
    next_updated,
    text_digest,
    text_length,
    words_digest,
)
from tests.support.builders import at

FIRST, LAST, NOW = at("2026-03-01"), at("2026-04-01"), at("2026-05-01")
BEFORE = LedgerEntry(
    *("tag:tea", "slug:tea", FIRST, LAST),
    title_digest="t",
    body_digest="b",
    words_digest="w",
)
EDITED = replace(BEFORE, body_digest="b2", words_digest="w2")


def test_white_space_changes_no_digest_of_a_text() -> None:
    assert text_digest("Green  tea\r\n\n") == text_digest(" Green\ttea") != text_digest("Tea")


@pytest.mark.parametrize(
    ("body", "length"),
    [
        ("", 0),
        ("Green  tea.\n", 10),
        ("<b class='x'>Green</b> [tea](/a/b.html)", 10),
        ("![](https://example.org/a-long-address.png)", 2),
        ("12:30", 5),
    ],
)
def test_tags_and_addresses_are_no_text(body: str, length: int) -> None:
    assert text_length(body) == length


# How a body was read when the lengths in the stores of users were written.
_ONE_PATTERN = re.compile(r"<[^<>]*+>?|\]\([^()\n]*+\)?|\w++://\S++|data:\S++")


@given(
    st.lists(st.sampled_from([*"<>]()/:\n tÉ茶_7", "://", "É7://a", "data:", "](", "x" * 99]))
)
def test_the_length_is_that_of_the_one_pattern_of_the_first_versions(parts: list[str]) -> None:
    body = "".join(parts)[:600]
    assert text_length(body) == len(" ".join(_ONE_PATTERN.sub(" ", body).split()))


def test_a_body_with_little_text_at_its_beginning_is_counted_to_its_end() -> None:
    picture = f"![](https://example.org/{'x' * 1000}.png)\n"
    assert text_length(picture + "é" * LONG_ENOUGH) > LONG_ENOUGH
    assert text_length(picture + "é") < LONG_ENOUGH
    assert text_length("é" * LONG_ENOUGH * 10) >= LONG_ENOUGH


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Green tea.", "<em>Green</em> — tea!"),
        ("costs 1.5", "costs <b>1.5</b>."),
        ("café", "cafe\u0301"),
        ("上海 交大", "上海<b>交大</b>"),
        ("see https://a.org/x", "see http://b.org:80/x"),
        ("a | b", "a b"),
    ],
)
def test_other_marks_leave_the_words_alone(one: str, other: str) -> None:
    assert words_digest("Tea", one) == words_digest("Tea", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Green tea.", "Green teas."),
        ("1.5", "15"),
        ("5", "-5"),
        ("5", "5%"),
        ("C++", "C#"),
        ("$5", "€5"),
        ("कि", "की"),
        ("上海", "海上"),
        ("green tea", "tea green"),
    ],
)
def test_other_words_and_numbers_are_noticed(one: str, other: str) -> None:
    assert words_digest("Tea", one) != words_digest("Tea", other)


def test_the_title_has_words_too() -> None:
    assert words_digest("Tea", "Green") != words_digest("Milk", "Green")


def test_the_digest_of_an_edit_begins_with_that_of_the_words() -> None:
    one, other = edit_digest("Tea", "Green", "Green"), edit_digest("Tea", "Gre en", "Green")
    words = words_digest("Tea", "Green")
    assert one != other
    assert one.partition("-")[0] == other.partition("-")[0] == words
    assert edit_digest("Tea", " Green\n", "Green") == one


@pytest.mark.parametrize(
    ("before", "after", "own", "updated"),
    [
        (BEFORE, EDITED, FIRST, NOW),
        (BEFORE, replace(EDITED, words_digest="w"), FIRST, LAST),
        (BEFORE, replace(BEFORE, words_digest="w2"), FIRST, LAST),
        (replace(BEFORE, words_digest=""), EDITED, FIRST, LAST),
        (replace(BEFORE, updated=FIRST), BEFORE, FIRST, FIRST),
        (replace(BEFORE, updated=None), EDITED, FIRST, FIRST),
        (BEFORE, replace(EDITED, words_digest=""), FIRST, FIRST),
        (
            replace(BEFORE, words_digest="w-s"),
            replace(BEFORE, words_digest="w2-s"),
            FIRST,
            LAST,
        ),
        (
            replace(BEFORE, words_digest="w-s"),
            replace(BEFORE, words_digest="w-s2"),
            FIRST,
            LAST,
        ),
        (
            replace(BEFORE, words_digest="w-s"),
            replace(BEFORE, words_digest="w2-s2"),
            FIRST,
            NOW,
        ),
        (BEFORE, replace(BEFORE, words_digest="w2-s2"), FIRST, LAST),
        (BEFORE, replace(EDITED, words_digest="w-s2"), FIRST, LAST),
        (BEFORE, replace(EDITED, words_digest="w2-s2"), FIRST, NOW),
        (BEFORE, EDITED, at("2026-04-02"), at("2026-04-02")),
        (replace(BEFORE, updated=at("2026-06-01")), EDITED, FIRST, at("2026-06-01")),
    ],
    ids=[
        *("words", "no words", "no edit", "no base", "never moved", "unknown", "off"),
        *("new renderer", "only white space", "words joined"),
        *("old digest, new renderer", "old digest, no words", "old digest, words"),
        *("own date", "clock behind"),
    ],
)
def test_an_edit_of_the_words_moves_updated(
    before: LedgerEntry, after: LedgerEntry, own: datetime, updated: datetime
) -> None:
    assert next_updated(own, before, after, keeps=False, now=NOW) == updated


def test_an_author_may_keep_updated() -> None:
    assert next_updated(NOW, BEFORE, EDITED, keeps=True, now=NOW) == LAST
