"""Marks of Obsidian, kramdown and MathJax become Markdown."""

import time

import pytest

from feedsvc.core.markdown.shortcodes import without_shortcodes
from tests.support.rendering import translated


@pytest.mark.parametrize(
    ("mark", "markdown"),
    [
        ("见[[页面]]。", '见<a href="页面.md">页面</a>。'),
        ("[[a page|its title]]", '<a href="a%20page.md">its title</a>'),
        ("[[Page#Part]] [[#Part]]", '<a href="Page.md#Part">Page > Part</a> Part'),
        ("![[a b.png]]", "![a b.png](<a b.png>)"),
        ("![[a.png|300x200]]", "![a.png](<a.png>)"),
        ("![[a.png|A cup]]", "![A cup](<a.png>)"),
        ("![[A note]]", '<a href="A%20note.md">A note</a>'),
        ("a %%remark%% b", "a  b"),
        ("a\n%%\nremark\n%%\nb", "a\n\nb"),
        ("> [!note] A title\n> x", "> **A title**\n> \n> x"),
        (">> [!WARNING]-\n>> x", ">> **Warning**\n>> \n>> x"),
        (r"\(a_b\) \\(c^2\\)", "$a_b$ $c^2$"),
        ("\\[\n\\frac{1}{2}\n\\]", r"$$\frac{1}{2}$$"),
        ("# A {: .b}", "# A "),
        ('![a](b){: width="3" .c #d}', "![a](b)"),
        ("a\n{: .b}\nc", "a\n\nc"),
        ("* this becomes a table of contents\n{:toc}\nx", "\nx"),
        ("1. TOC\n{: toc}\nx", "\nx"),
        ("[TOC]\nx", "\nx"),
        ("[[toc]]\n@[toc](Contents)\n[[_TOC_]]\nx", "\n\n\nx"),
    ],
)
def test_a_mark_becomes_markdown_with_the_same_meaning(mark: str, markdown: str) -> None:
    assert translated(mark) == markdown


@pytest.mark.parametrize(
    "text",
    [
        *("a[[1]]", "[[1]](/a)", "[[1]][a]", "[[1]]: a", "[[ -f x ]]", "[[]]", "[[a\nb]]"),
        *("100%% of 50%%", "%%time and %%bash", "%%", "a\n%%\nb", "{:ok, x}", "{: }", "{:a"),
        *(
            r"\(a, not TeX\)",
            r"\[a\]",
            r"\(http://a_b\)",
            r"\(a_b",
            r"\(a_b $c\)",
            "\\(a_\nb\\)",
        ),
        *("\\[a_b\n\nc\\]", r"\(" + "a_" * 2_000 + r"\)", "text [toc] x", "a\\\\\\(b_c\\)"),
        *("```\n[[a]] %%b%%\n> [!note]\n{:toc}\n```", "`[[a]] \\(b_c\\)`", "[!note]"),
        *("a\n\n    {% x %} [[b]]\n\t%%c%%", "a\n\n\t[TOC]"),
    ],
)
def test_text_that_only_looks_like_a_mark_stays(text: str) -> None:
    assert translated(text) == text


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "[[",
            "![[a",
            "%%",
            "%%a",
            "%%\n",
            "{:",
            "{: .a",
            "{:a=",
            "\\(",
            "\\[a_",
            "\\\\(",
            "> ",
        ),
        *(
            "> [!",
            "[TOC]\n",
            "* a\n",
            "\n\n    a",
            "{{ site.",
            "{{ 'a' | ",
            "{{",
            "@[toc](",
            "{{ a(b=",
            "{{ a() ",
            "{{ a(",
        ),
    ],
)
def test_many_unclosed_marks_take_linear_time(piece: str) -> None:
    body = "{{ " + piece * (250_000 // len(piece))
    started = time.process_time()
    without_shortcodes(body)
    assert time.process_time() - started < 3  # quadratic time would be half a minute
