"""Folded words, and pairs of characters where no spaces are written."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.core.search.tokens import (
    LONGEST_TOKEN,
    MOST_CHARACTERS,
    folded,
    index_text,
    is_joined,
    pieces_of,
    pieces_of_query,
    token_of,
)


def tokens(text: str) -> set[str]:
    return set(index_text("", text).split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Café, CAFE cafe\u0301", {"cafe"}),
        ("Straße STRASSE strasse", {"strasse"}),
        ("ｃａｆｅ ﬁn", {"cafe", "fin"}),
        ("Ёлка ёлка елка", {"елка"}),
        ("Ελλάς ΕΛΛΑΣ ελλασ", {"ελλασ"}),
        ("İstanbul istanbul ISTANBUL", {"istanbul"}),
        ("Øresund Łódź Æsir", {"oresund", "lodz", "aesir"}),
        ("CAR-T", {"car", "t"}),
        ("don’t stop_it 3.11", {"don", "t", "stop", "it", "3", "11"}),
        ("soft\u00adhyphen", {"softhyphen"}),
        ("كِتَاب كتاب", {"كتاب"}),
        ("हिन्दी", {"हिन्दी"}),
        ("🍵 — …", set()),
        ("", set()),
        (" ", set()),
    ],
)
def test_words_are_folded_and_separated(text: str, words: set[str]) -> None:
    assert tokens(text) == words
    assert set(pieces_of(text)) == words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("医", {"医"}),
        ("瑞金", {"瑞", "金", "瑞金"}),
        ("瑞金医院", {"瑞", "金", "医", "院", "瑞金", "金医", "医院"}),
        ("瑞，金", {"瑞", "金"}),
        ("用CAR-T治疗", {"用", "car", "t", "治", "疗", "治疗"}),
        ("がく", {"が", "く", "がく"}),
        ("か\u3099く", {"が", "く", "がく"}),
        ("ｶﾞｸ", {"ガ", "ク", "ガク"}),
        ("한국", {"한", "국", "한국"}),
        ("\u1112\u1161\u11ab", {"한"}),
        ("𠀀𠀁", {"𠀀", "𠀁", "𠀀𠀁"}),
        ("コーヒー", {"コ", "ー", "ヒ", "コー", "ーヒ", "ヒー"}),
        ("々", {"々"}),
    ],
)
def test_text_without_spaces_gives_characters_and_pairs(text: str, expected: set[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("C++ and C#.", {"c++", "c#"}),
        ("(F#) g++!", {"f#", "g++"}),
        ("用C++写", {"c++"}),
        ("a+b C# 9", {"c#"}),
        ("a +b", set()),
        ("#tag ++", set()),
    ],
)
def test_words_with_signs_behind_them_have_tokens_of_their_own(
    text: str, words: set[str]
) -> None:
    signed = {token for token in tokens(text) if "＋" in token or "＃" in token}
    assert signed == {token_of(word) for word in words}


def test_a_word_with_signs_is_also_found_without_them() -> None:
    assert "c" in tokens("C++")


def test_tokens_of_the_title_are_there_twice() -> None:
    assert set(index_text("Tea 茶", "leaf").split()) == {"tea", "茶", "§tea", "§茶", "leaf"}


def test_tokens_of_text_and_title_are_apart() -> None:
    assert "teacup" not in index_text("tea", "cup").split()


def test_a_very_long_word_is_cut() -> None:
    word = "a" * (LONGEST_TOKEN + 9)
    assert tokens(f"x {word}") == {"x", "a" * LONGEST_TOKEN}
    assert tokens(f"é{word}") == {f"e{word}"[:LONGEST_TOKEN]}
    assert token_of(word) == "a" * LONGEST_TOKEN


@pytest.mark.parametrize("character", ["茶", "é", "x ", "ﷺ", "𠀀"])
def test_a_huge_text_gives_no_more_than_a_tsvector_can_have(character: str) -> None:
    words = set(index_text("", character * 2 * MOST_CHARACTERS).split())
    assert sum(len(word.encode()) + 4 for word in words) < 1_000_000


def test_all_different_pairs_of_a_huge_text_fit_into_a_tsvector() -> None:
    text = "".join(chr(0x20000 + number) for number in range(MOST_CHARACTERS))
    assert sum(len(word.encode()) for word in set(index_text("", text).split())) < 1_000_000


def test_pieces_of_a_query_keep_their_signs() -> None:
    assert pieces_of_query("C++ 用C#写 a+b #x") == ["c++", "用", "c#", "写", "a", "b", "x"]


@pytest.mark.parametrize(("piece", "joined"), [("茶", True), ("tea", False), ("한", True)])
def test_scripts_without_spaces_are_known(piece: str, *, joined: bool) -> None:
    assert is_joined(piece) == joined


@given(st.text())
def test_folded_text_stays_as_it_is(text: str) -> None:
    once = folded(text)
    assert folded(once) == once


@given(st.text())
def test_no_token_is_split_by_the_engines(text: str) -> None:
    for token in tokens(text):
        assert all(ord(c) > 127 or (c.isalnum() and c == c.lower()) for c in token), token


@given(st.text(alphabet=st.sampled_from("aé茶金医。 -＋+#C\u0301한が1ß𠀀")))
def test_the_tokens_are_those_of_the_pieces(text: str) -> None:
    expected = set()
    for piece in pieces_of(text):
        if is_joined(piece):
            expected |= {*piece, *map("".join, pairwise(piece))}
        else:
            expected.add(piece)
    assert {t for t in tokens(text) if "＋" not in t and "＃" not in t} == expected
