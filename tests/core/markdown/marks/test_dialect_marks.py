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
        ("> [!note] See [[b|c]]\n> x", '> **See <a href="b.md">c</a>**\n> \n> x'),
        (
            "- a\n\n    > [!note] [[tea]]\n",
            '- a\n\n    > **<a href="tea.md">tea</a>**\n    > \n',
        ),
        ("> [!note] `[[b]]` {% raw %}{{ c }}{% endraw %}", "> **`[[b]]` {{ c }}**\n> "),
        ("> [!note] [x]({% post_url b %})", "> **[x](/@@/b.md)**\n> "),
        ("> [!tip]- 折叠的标题\n> x", "> **折叠的标题**\n> \n> x"),
        ("> [!info|right] A\n> x", "> **A**\n> \n> x"),
        ("- > [!NOTE]\n  > x", "- > **Note**\n  > \n  > x"),
        ("1. a\n\n    > [!NOTE]\n    > x", "1. a\n\n    > **Note**\n    > \n    > x"),
        (">> [!WARNING]-\n>> x", ">> **Warning**\n>> \n>> x"),
        (r"\(a_b\) \\(c^2\\)", "$a_b$ $c^2$"),
        ("\\[\n\\frac{1}{2}\n\\]", r"$$\frac{1}{2}$$"),
        ("# A {: .b}", "# A "),
        ('![a](b){: width="3" .c #d}', "![a](b)"),
        ("a\n{: .b}\nc", "a\n\nc"),
        ("* this becomes a table of contents\n{:toc}\nx", "\nx"),
        ("1. TOC\n{: toc}\nx", "\nx"),
        ('![a](b){:\n.c width="70"\n#d} x', "![a](b) x"),
        ('{:\nstyle="a:b"}\nx', "\nx"),
        ('{:mid: style="a: b"}\n![a](b)\n{: mid}', "\n![a](b)\n"),
        ("[TOC]\nx", "\nx"),
        ("[[toc]]\n@[toc](Contents)\n[[_TOC_]]\nx", "\n\n\nx"),
    ],
)
def test_a_mark_becomes_markdown_with_the_same_meaning(mark: str, markdown: str) -> None:
    assert translated(mark) == markdown


@pytest.mark.parametrize(
    "text",
    [
        *("\\{: .a}", "a \\{:.b #c}"),
        *("{:a\n\n.b}", "{: mid}", "{::options", "{:ok,\nx}"),
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
        *(
            "```\n[[a]] %%b%%\n> [!note]\n{:toc}\n```",
            "`[[a]] \\(b_c\\)`",
            "[!note]",
            "a\n\n    > [!note]",
            "a [!note] b",
            "> [!] b",
        ),
        *("[code] and [/code]", "[code] [/code] [code]a"),
        *("a\n\n    {% x %} [[b]]\n\t%%c%%", "a\n\n\t[TOC]"),
    ],
)
def test_text_that_only_looks_like_a_mark_stays(text: str) -> None:
    assert translated(text) == text


@pytest.mark.untraced
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


_UNITS = (
    *("[[a]]", "[[tea]]", "[[a|", "[[a\\", "[a]: b\n", "[[tea]]\n[a", "![[a.png]]", "[[a, "),
    *("[code]", "[code]x", "[sourcecode ", "[code]a\n[/code]", "<pre>", "<code>[[tea", "<pre "),
    *("\\[a_b=", "\\[a=b\\]", "\\(a_b\\)", "\\[\n", "{: a}", "{:a: .b}", "{:\n", "{: .a\n"),
    *("--8<--\n", '--8<-- "a"\n', "-", "-8<", "{::options ", "\n\n    [[tea]]"),
)


@pytest.mark.untraced
@pytest.mark.parametrize("generator", ["mkdocs", "obsidian"])
@pytest.mark.parametrize("unit", _UNITS)
def test_many_marks_of_any_kind_take_linear_time(unit: str, generator: str) -> None:
    started = time.process_time()
    without_shortcodes("[[tea]] {: a}" + unit * 10_000, generator=generator)
    assert time.process_time() - started < 3
