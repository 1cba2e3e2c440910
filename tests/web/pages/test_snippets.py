"""The words of a search are marked where they stand, in any script, and as text."""

import time

import pytest

from feedsvc.core.search.queries import SearchQuery, search_query
from feedsvc.web.pages.snippets import FoldedMarker, Marker
from tests.support.builders import an_entry


@pytest.mark.parametrize(
    ("words", "text", "html"),
    [
        ("tea", "Green Tea, teapot", "Green <mark>Tea</mark>, <mark>tea</mark>pot"),
        ("研究", "医学研究院", "医学<mark>研究</mark>院"),
        ("te tea", "tea", "<mark>tea</mark>"),
        ("c++", "C and C++", "C and <mark>C++</mark>"),
        (".*", "a.b .*", "a.b <mark>.*</mark>"),
        ("<b>", "<b>&", "<mark>&lt;b&gt;</mark>&amp;"),
        ("amp", "a & b amp", "a &amp; b <mark>amp</mark>"),
        ("caf", "Café", "<mark>Caf</mark>é"),
        ("cafe", "Cafe\u0301", "<mark>Cafe\u0301</mark>"),  # no accent loses its letter
        ("شاي", "شاي أخضر", "<mark>شاي</mark> أخضر"),
        ("none", 'a "quoted" <i>', "a &#34;quoted&#34; &lt;i&gt;"),
    ],
)
def test_words_are_marked_in_escaped_text(words: str, text: str, html: str) -> None:
    assert str(Marker(words.split()).marked(text)) == html


def _snippet(words: str, content: str, summary: str = "") -> str:
    entry = an_entry(content_html=content, summary=summary)
    return str(Marker(words.split()).snippet(entry))


def test_a_snippet_has_some_words_around_the_first_match() -> None:
    words = " ".join(f"word{number}" for number in range(200))
    snippet = _snippet("word50", f"<p>{words}</p>")
    assert snippet.startswith("…word4")
    assert "word49 <mark>word50</mark> word51" in snippet
    assert snippet.endswith("…")
    assert len(snippet) < 200


def test_a_snippet_of_chinese_text_begins_before_the_word() -> None:
    snippet = _snippet("龙井", "<p>" + "今年春天来得早，" * 30 + "明前龙井。" + "好茶。" * 90)
    before, _, after = snippet.partition("<mark>龙井</mark>")
    assert before.startswith("…")
    assert before.endswith("明前")
    assert 30 < len(before) < 50
    assert 100 < len(after) < 160


def test_a_snippet_is_text_without_tags() -> None:
    snippet = _snippet("tea", "<p>One<br>green <b>tea</b> &lt;i&gt; &amp;</p><script>")
    assert snippet == "One green <mark>tea</mark> &lt;i&gt; &amp;"


def test_a_word_in_the_summary_only_is_shown_there() -> None:
    assert _snippet("tea", "<p>Water</p>", "All about tea") == "All about <mark>tea</mark>"


@pytest.mark.parametrize(
    "content", ["<p>Water</p>", '<a href="https://tea.example/">x</a>', ""]
)
def test_a_post_without_the_word_in_its_text_has_no_snippet(content: str) -> None:
    assert _snippet("tea", content) == ""


def test_no_letter_is_cut_from_its_marks() -> None:
    family = "👨\u200d👩\u200d👧"
    snippet = _snippet("tea", f"<p>{family * 60}tea</p>")
    assert snippet == f"…{family * 40}<mark>tea</mark>"


def test_only_the_beginning_of_a_long_post_is_searched() -> None:
    began = time.process_time()
    assert _snippet("tea", "<p>" + "<b>x</b> " * 1_000_000 + "tea</p>") == ""
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("query", "text", "html"),
    [
        ("cafe", "Café, cafés CAFE", "<mark>Café</mark>, cafés <mark>CAFE</mark>"),
        ("cafe", "Cafe\u0301", "<mark>Cafe\u0301</mark>"),
        ("ёлка", "Елка", "<mark>Елка</mark>"),
        ("tea", "teapot, Tea", "teapot, <mark>Tea</mark>"),
        ("CAR-T", "用CAR-T治疗", "用<mark>CAR</mark>-<mark>T</mark>治疗"),
        ("瑞金医院", "在瑞金医院，瑞金", "在<mark>瑞金医院</mark>，瑞金"),
        ("c c++", "C C++ <b>", "<mark>C</mark> <mark>C++</mark> &lt;b&gt;"),
        ("tea -milk", "milk tea", "milk <mark>tea</mark>"),
        ("snake", "snake_case", "<mark>snake</mark>_case"),
    ],
)
def test_words_of_the_index_are_marked_as_they_are_found(
    query: str, text: str, html: str
) -> None:
    parsed = search_query(query)
    assert isinstance(parsed, SearchQuery)
    assert str(FoldedMarker(parsed.words).marked(text)) == html


def test_a_snippet_is_around_a_folded_word() -> None:
    parsed = search_query("strasse")
    assert isinstance(parsed, SearchQuery)
    entry = an_entry(content_html="<p>Eine STRASSE in Berlin</p>")
    snippet = str(FoldedMarker(parsed.words).snippet(entry))
    assert snippet == "Eine <mark>STRASSE</mark> in Berlin"
