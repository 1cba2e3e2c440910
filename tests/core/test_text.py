"""Cleaning text for feeds."""

import time
import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.core.text import (
    AnyOf,
    bare_text,
    legal,
    nfc,
    one_line,
    plain,
    summary_of,
    unicode_pattern,
    words_of,
)

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # three people, one grapheme


@pytest.mark.parametrize(
    "char", ["\x00", "\x08", "\x0b", "\x0c", "\x1f", "\ud800", "\ufffe", "\uffff"]
)
def test_characters_that_xml_forbids_are_removed(char: str) -> None:
    assert legal(f"a{char}b") == "ab"


@pytest.mark.parametrize(
    "text", ["\t\n\r", "\x7f\x85", "\ud7ff\ue000\ufffd", "😀", FAMILY, "שלום\u200f", "e\u0301"]
)
def test_all_other_characters_stay(text: str) -> None:
    assert (legal(text), legal(f"\x00{text}\x00")) == (text, text)


def test_one_line_is_stripped_and_has_single_spaces() -> None:
    assert one_line(" a\n\tb\x00 c\u2028d  e ") == "a b c d e"


@pytest.mark.parametrize("text", ["茶\u3000道", "Quoi\xa0?", "a\u2009b"])
def test_unusual_spaces_stay(text: str) -> None:
    assert one_line(f"\u3000{text}\u3000\n") == text


@pytest.mark.parametrize(
    ("markup", "words"),
    [("茶\u3000道", "茶\u3000道"), ("\u3000\u3000茶&nbsp;&nbsp;道&nbsp;x", "茶 道 x")],
)
def test_plain_text_keeps_a_wide_space_between_words(markup: str, words: str) -> None:
    assert plain(markup) == words


def test_names_are_in_nfc() -> None:
    decomposed = unicodedata.normalize("NFD", "Café")
    assert (decomposed != "Café", nfc(decomposed)) == (True, "Café")


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>one</p><p>two</p>", "one two"),
        ("one<br>two<hr/>three", "one two three"),
        ("un<b>brok</b>en", "unbroken"),
        ("<td>a</td><td>b</td>", "a b"),
        ("<script>x</script><STYLE a=b>y</STYLE >z", "z"),
        ("<!-- <p> -->a", "a"),
        ("&lt;b&gt; &amp; &nbsp;c", "<b> & c"),
        ("&amp;lt;", "&lt;"),
        ("a < b > c", "a < b > c"),
        ("a&#8;b", "ab"),
        ("<pre>x\n  y</pre>", "x y"),
        ("a <!-- b", "a <!-- b"),
        ("<script>a", "a"),
    ],
)
def test_plain_text_is_on_one_line(markup: str, words: str) -> None:
    assert plain(markup) == words


@pytest.mark.parametrize("text", ["", "short", "0123456789", FAMILY * 10])
def test_a_short_text_is_its_own_summary(text: str) -> None:
    assert summary_of(text, 10) == text


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("Say this. And more", "Say this."),
        ("Say that! And more", "Say that!"),
        ("一二三四五六。八九十十一", "一二三四五六。"),
        ("一二三四五六？八九十十一", "一二三四五六？"),
    ],
)
def test_a_summary_ends_after_a_sentence(text: str, summary: str) -> None:
    assert summary_of(text, 10) == summary


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("One. Two three four", "One. Two…"),
        ("一二。四五六七八九十十一", "一二。四五六七八九…"),
        ("3.14159 is a number", "3.14159…"),
    ],
)
def test_a_summary_does_not_end_at_an_early_sentence(text: str, summary: str) -> None:
    assert summary_of(text, 10) == summary


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("several, words", "several…"),
        ("a verylongword", "a verylon…"),
        ("一二三四五六七八，十十一", "一二三四五六七八…"),
        ("01234567890", "012345678…"),
    ],
)
def test_a_cut_summary_ends_after_a_word_with_an_ellipsis(text: str, summary: str) -> None:
    assert summary_of(text, 10) == summary


@pytest.mark.parametrize("grapheme", [FAMILY, "e\u0301", "🇨🇳", "か\u3099"])
def test_a_summary_never_cuts_a_grapheme(grapheme: str) -> None:
    assert summary_of(grapheme * 12, 10) == grapheme * 9 + "…"


@pytest.mark.untraced
@pytest.mark.parametrize("piece", ["<!--", "<a", "<script", "<script>", "<script>-->", "</p"])
def test_unclosed_markup_is_read_fast(piece: str) -> None:
    started = time.process_time()
    plain(piece * (500_000 // len(piece)))
    assert time.process_time() - started < 10  # quadratic: minutes


@pytest.mark.parametrize(
    ("safe", "words"),
    [
        ("<p>a</p><p>b &amp; c</p>", "a b & c"),
        ("a<b>b</b>c<br>d", "abc d"),
        ('<img alt="a&gt;b" src="x">&lt;p&gt;', "<p>"),
        ("<pre><code>a\n  b</code></pre>", "a b"),
        ("<p\nid='x'>a<pretty>b", "ab"),
    ],
)
def test_the_words_of_safe_html_are_those_outside_tags(safe: str, words: str) -> None:
    assert words_of(safe) == words
    assert bare_text(safe).split() == words.split()


# What follows a full stop decides if it ends a sentence; some words never end one.
@pytest.mark.parametrize(
    "words",
    [
        *("on Jan. 14 there", "on Feb. 3 there", "in Sept. Tea", "such as (e.g. Tea) here"),
        *(
            "that is, i.e. tea here",
            "on Mt. Huang there",
            "by Dr. Li there",
            "and Mrs. Li there",
        ),
        *("see No. 5 there", "see Vol. 2 there", "see p. 12 there", "by J. K. Li there"),
        *(
            "in the U.S. Senate there",
            "at 5 p.m. Li came",
            "of 3.14 litres there",
            "Li et al. Two",
        ),
        *("tea, milk, etc. and more", "Tea vs. Milk there", "on St. Helena there"),
        *("am 14. Januar dort", "z. B. Tee dort", "bzw. Tee dort", "d.h. Tee dort"),
        *("Nr. 5 dort", "M. Li ici", "Mme. Li ici", "p. ex. Li ici", "el Sr. Li aquí"),
        *(
            "и т. д. Чай тут",
            "в 2026 г. Чай",
            "ул. Ленина тут",
            "Yahoo! is here",
            "Who? he asked",
        ),
        *("3.5 版本的茶在", "No. 5 号茶在", "Dr. 李在这里", "Vol. 2 在这里"),
    ],
)
def test_a_summary_never_ends_at_an_abbreviation_or_a_number(words: str) -> None:
    text = f"This text about tea goes on and on without an end, {words} it goes on and on"
    for most in range(60, len(text)):
        summary = summary_of(text, most)
        assert summary.endswith("…")
        assert not summary.endswith((".…", "!…", "?…")), summary


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("Tea came on Monday. It was hot and it", "Tea came on Monday."),
        ("“Tea came on Monday.” It was hot and", "“Tea came on Monday.”"),
        ("Tea (it came on Monday.) It was hot an", "Tea (it came on Monday.)"),
        ("Did tea come on Monday?! It was hot and", "Did tea come on Monday?!"),
        ("Tea came in March 2026. It was hot and", "Tea came in March 2026."),
        (
            "他说：“今天的茶很好，真的很好。”然后他又说了一句话，大家听了",
            "他说：“今天的茶很好，真的很好。”",
        ),
        (
            "今天的茶怎么样，真的很好吗？！然后他又说了一句话，大家听了",
            "今天的茶怎么样，真的很好吗？！",
        ),
        ("चाय बहुत गरम थी आज सुबह। फिर सब लोग वहाँ", "चाय बहुत गरम थी आज सुबह।"),
        ("الشاي ساخن جدا اليوم؟ ثم جاء الناس", "الشاي ساخن جدا اليوم؟"),
    ],
)
def test_a_summary_ends_after_the_marks_that_close_a_sentence(text: str, end: str) -> None:
    assert summary_of(f"{text} and so on and on", len(regex.findall(r"\X", text))) == end


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("这种茶的价格大约是每斤12345元", "这种茶的价格大约是每斤…"),
        ("这种茶的价格大约是每斤12.50元", "这种茶的价格大约是每斤…"),
        ("这种茶的说明书写在Wikipedia上", "这种茶的说明书写在…"),
        ("茶的价格1234567890123元", "茶的价格12345678…"),
    ],
)
def test_a_summary_never_ends_inside_a_number_or_a_latin_word(text: str, summary: str) -> None:
    assert summary_of(text, 13) == summary


@pytest.mark.parametrize("piece", [".", ". ", "a.", "no. ", "?”", "。", "e.g. ", "1.", "a "])
def test_a_summary_of_a_long_text_is_made_fast(piece: str) -> None:
    started = time.process_time()
    summary_of(piece * 500_000, 2_000)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("text", "is_in"),
    [
        ("", False),
        ("plain words", False),
        ("a {% tag %}", True),
        ("a {{ value }}", True),
        ("only { braces } 100 % of them", False),
        ("{%", True),
        ("a.b", True),
        ("axb", False),
        ("题目", True),
        ("题", False),
    ],
)
def test_a_text_has_any_of_some_parts(text: str, is_in: bool) -> None:
    assert AnyOf("{%", "题目", "a.b", "{{").is_in(text) is is_in


@given(st.text("ab{", max_size=8), st.lists(st.text("ab{", min_size=1, max_size=3)))
def test_any_of_some_parts_is_found_like_each_of_them(text: str, parts: list[str]) -> None:
    assert AnyOf(*parts).is_in(text) is any(part in text for part in parts)


def test_a_pattern_may_have_properties_of_characters() -> None:
    assert unicode_pattern(r"[\p{Lu}--[A-Z]]+").findall("ABÄÖÜ, ÉTÉ, TEA") == ["ÄÖÜ", "É", "É"]
    assert unicode_pattern(r"[\p{Lu}--[A-Z]]+") is unicode_pattern(r"[\p{Lu}--[A-Z]]+")
