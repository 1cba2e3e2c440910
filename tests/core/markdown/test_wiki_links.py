"""`[[a]]` is a wiki link, unless it is a reference or no note has such a name."""

import re

import pytest

from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.markdown.shortcodes import without_shortcodes
from feedsvc.core.text import words_of
from tests.support.rendering import SITE, published, translated

_LINK = re.compile(r'<a href="[^"]*\.md">([^<]*)</a>')


@pytest.mark.parametrize(
    ("body", "markdown"),
    [
        ("See [[Tea]]: it", "See Tea: it"),
        ("[[Tea]][[Water]]", "TeaWater"),
        ("([[Tea]]), [[Tea|a cup]]!", "(Tea), a cup!"),
        ("[[茶]] [[C语言]] [[2024回顾]]", "茶 C语言 2024回顾"),
        ("[[2026-01-05]] [[3D]] [[v1.2]]", "2026-01-05 3D v1.2"),
        ("[[Smith, John]] [[What is tea?]] [[Jo's tea]]", "Smith, John What is tea? Jo's tea"),
        ("[[notes/tea.md]] [[Node.js]] [[a.png]]", "notes/tea.md Node.js a.png"),
        ("[[a/b|B]] [[1|one]]", "B one"),
        ("| [[Tea\\|green]] |", "| green |"),
        ("> [[Tea]]\n> - [[Water]]", "> Tea\n> - Water"),
        ("[^1]: [[Tea]]", "[^1]: Tea"),
        ("[[tea]]\n\n```\n[tea]: /x\n```", "tea\n\n```\n[tea]: /x\n```"),
        ("`<code>` [[Tea]] `</code>`", "`<code>` Tea `</code>`"),
        ("<code>[[Tea]]</code> [[Tea]]", "<code>[[Tea]]</code> Tea"),
        ("<code>[[Tea]]", "<code>Tea"),
    ],
)
def test_a_wiki_link_becomes_its_words(body: str, markdown: str) -> None:
    assert _LINK.sub(r"\1", translated(body)) == markdown


@pytest.mark.parametrize(
    "text",
    [
        *("a[[1]]", "([[1]])", "[[4]].", "[[1]][[2]]", "[[1.2]]", "[[-1]]", "[[i]]", "[[i+1]]"),
        *(
            "[[x, y]]",
            "[[1, 2, 3]]",
            "[[...]]",
            "[[_]]",
            "[[a][b]]",
            "[[a, b], [c]]",
            "f[[tea]]",
        ),
        *('[["tea"]]', "[['tea', 'cup']]", "[[tea=1]]", "[[a;b]]", "[[tea()]]", "[[$tea]]"),
        *("[[nodiscard]]", "[[gnu::packed]]", "[[params.author]]", "[[:alpha:]]", "[[a:b]]"),
        *("[[https://x.org]]", "[[https://x.org][name]]", "[[Bug #21]]", "[[ -f x ]]", "[[]]"),
        *("[[Tea](/a)", "[[Tea]](/a)", "[[Tea]][a]", "[[Tea", "[[a\nb]]", "\\[[Tea]]", "[[ ]]"),
        *("`[[Tea]]`", "<pre>\n[[Tea]] %%a%%\n</pre>", "    [[1]]", "[[<tea>]]", "[[{{]]"),
    ],
)
def test_brackets_of_code_and_numbers_are_text(text: str) -> None:
    assert translated(text) == text


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("[[Bug #9]].\n\n[Bug #9]: /9", f'<p>[<a href="{SITE}/9">Bug #9</a>].</p>'),
        ("[[bug   9]]\n\n[Bug 9]: /9", f'<p>[<a href="{SITE}/9">bug   9</a>]</p>'),
        ("[Tea]: </t>\n\n[[Tea]] [[Water]]", f'<p>[<a href="{SITE}/t">Tea</a>] Water</p>'),
        (
            "[[Tea]]\n\n> [tea]:\n> /t",
            f'<p>[<a href="{SITE}/t">Tea</a>]</p>\n<blockquote>\n</blockquote>',
        ),
        ("[[a|b]]\n\n  [a|b]: /t 'T'", f'<p>[<a href="{SITE}/t" title="T">a|b</a>]</p>'),
        ("![[Tea]]\n\n[Tea]: /t", f'<p>![<a href="{SITE}/t">Tea</a>]</p>'),
        ("[[1]]\n\n[1]: /t", f'<p>[<a href="{SITE}/t">1</a>]</p>'),
        ("[[Tea]] [^Tea]\n\n[^Tea]: x", "<p>Tea <sup>"),
    ],
)
@pytest.mark.parametrize("generator", ["", "jekyll", "obsidian"])
def test_a_reference_definition_claims_its_label(body: str, html: str, generator: str) -> None:
    assert _LINK.sub(r"\1", published(body, generator)).startswith(html)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("[[1]] [[i]] [[2024]] [[x, y]]", "1 i 2024 x, y"),
        ("f[[tea]]s 茶[[水]]", "fteas 茶水"),
        ("[[nodiscard]] [[params.author]]", "nodiscard params.author"),
        ("\\[[Tea]] `[[1]]` [[a][b]]", "[[Tea]] [[1]] [[a][b]]"),
        ("![[1]]", "1"),
    ],
)
def test_in_obsidian_any_name_is_one_of_a_note(body: str, words: str) -> None:
    assert words_of(published(body, "obsidian")) == words


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("[!tip] [[Tea|茶]] of *it*", "茶 of it"),
        ("[!tip]- 见 [[Tea]]", "见 Tea"),
        ("[!note] [[Bug #9]] is mended", "[Bug #9] is mended"),
        ("[!note] a %%hidden%% b {: .c}", "a b"),
        (r"[!note] `[[Tea]]` \[[Tea]]", "[[Tea]] [[Tea]]"),
        ("[!note] {% raw %}{{ x }}{% endraw %}", "{{ x }}"),
    ],
)
def test_the_title_of_a_callout_has_marks_too(title: str, words: str) -> None:
    body = f"> {title}\n> x\n\n[Bug #9]: /9"
    assert words_of(published(body)) == f"{words} x"


@pytest.mark.parametrize(
    "formula",
    [
        *("$[[e]] = [[let x]]$", "$$[[tea & x]]$$", "$[[x|y]]$", "$$\n[[tea#x|y]]\n$$"),
        "$f [[a\\_b]] + [[a<b]]$",
    ],
)
def test_brackets_in_a_formula_stay(formula: str) -> None:
    body, _ = without_shortcodes(formula, generator="obsidian")
    shown = words_of(html_of(body, "obsidian")).split()
    assert shown == formula.split()
    linked, _ = without_shortcodes("Pay $5 for [[tea]] and $6", generator="obsidian")
    assert '<a href="tea.md">tea</a>' in html_of(linked, "obsidian")
