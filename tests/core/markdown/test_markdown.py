"""GitHub's Markdown, with formulas and Chinese punctuation, becomes HTML."""

import pytest

from feedsvc.core.markdown.markdown import html_of, html_until_more
from tests.support.rendering import SITE, shown


def test_a_table_keeps_its_alignment() -> None:
    assert shown("| a | b |\n|---|:-:|\n| 1 | 2 |\n") == (
        '<table>\n<thead>\n<tr>\n<th>a</th>\n<th align="center">b</th>\n</tr>\n</thead>\n'
        '<tbody>\n<tr>\n<td>1</td>\n<td align="center">2</td>\n</tr>\n</tbody>\n</table>'
    )


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("~~old~~ *new*", "<p><del>old</del> <em>new</em></p>"),
        ("- [ ] a\n- [x] b\n", "<ul>\n<li>☐ a</li>\n<li>☑ b</li>\n</ul>"),
        ("https://x.org/a", '<p><a href="https://x.org/a">https://x.org/a</a></p>'),
        ("www.x.org", '<p><a href="http://www.x.org">www.x.org</a></p>'),
        ("<b>raw</b> &amp; &copy;", "<p><b>raw</b> &amp; ©</p>"),
        ("3. c", '<ol start="3">\n<li>c</li>\n</ol>'),
        ("e\u0301 שלום 😀", "<p>e\u0301 שלום 😀</p>"),
        ("**“茶”**很好", "<p><strong>“茶”</strong>很好</p>"),
        ("$a_1 * b_2$", "<p>$a_1 * b_2$</p>"),
        ("", ""),
    ],
)
def test_markdown_is_github_flavored(markdown: str, html: str) -> None:
    assert shown(markdown) == html


def test_footnotes_link_to_each_other_within_the_entry() -> None:
    assert shown("a[^1]\n\n[^1]: note") == (
        '<p>a<sup><a href="#e1-fn-1" id="e1-fnref-1">1</a></sup></p>\n'
        '<section>\n<ol>\n<li id="e1-fn-1">\n'
        '<p>note <a href="#e1-fnref-1">↩</a></p>\n</li>\n</ol>\n</section>'
    )


def test_fenced_code_stays_unchanged() -> None:
    code = "x <&]]> \"y\" 'z'\n\ttab\n  two\n\n{% if %} &amp; \\n\n"
    escaped = code.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert shown(f"```html\n{code}```") == (
        f'<pre><code class="language-html">{escaped}</code></pre>'
    )


@pytest.mark.parametrize(
    "opener",
    ["[", "![", "[a](", "`", "*a_", "<", "> ", "* ", "~~a", "www.", "[^1]", r"www.a\_", r"\]"],
)
def test_repeated_opening_marks_do_not_multiply(opener: str) -> None:
    text = shown(opener * 300)
    assert len(text) < 20_000


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("$a_b$ *c* $d_e*f*$", "<p>$a_b$ <em>c</em> $d_e*f*$</p>"),
        ("$$\na_b \\\\ c*d*\n$$", "<p>$$\na_b \\\\ c*d*\n$$</p>"),
        ("$a<b$", "<p>$a&lt;b$</p>"),
        ("$5 and $10 is *x*", "<p>$5 and $10 is <em>x</em></p>"),
        ("`$a$`", "<p><code>$a$</code></p>"),
    ],
)
def test_a_formula_stays_tex_between_dollars(markdown: str, html: str) -> None:
    assert shown(markdown) == html


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("https://x.org/a，然后", '<a href="https://x.org/a">https://x.org/a</a>，然后'),
        ("见https://x.org/a。", '见<a href="https://x.org/a">https://x.org/a</a>。'),
        (
            "（https://x.org/?a=1&b=2）",
            '（<a href="https://x.org/?a=1&amp;b=2">https://x.org/?a=1&amp;b=2</a>）',
        ),
        ("www.x.org、b", '<a href="http://www.x.org">www.x.org</a>、b'),
        (
            "https://x.org/a，https://x.org/b",
            '<a href="https://x.org/a">https://x.org/a</a>，'
            '<a href="https://x.org/b">https://x.org/b</a>',
        ),
        (
            "<https://x.org/a，b>",
            '<a href="https://x.org/a%EF%BC%8Cb">https://x.org/a，b</a>',
        ),
        ("[https://x.org，](/b)", f'<a href="{SITE}/b">https://x.org，</a>'),
        (
            "https://x.org/茶 b",
            '<a href="https://x.org/%E8%8C%B6">https://x.org/茶</a> b',
        ),
    ],
)
def test_a_bare_url_ends_before_chinese_punctuation(markdown: str, html: str) -> None:
    assert shown(markdown) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        (r"https://x.org/a\_b\_c d", '<a href="https://x.org/a_b_c">https://x.org/a_b_c</a> d'),
        (r"(https://x.org/a\_b)", '(<a href="https://x.org/a_b">https://x.org/a_b</a>)'),
        (r"\[见 https://x.org/a\] b", '[见 <a href="https://x.org/a">https://x.org/a</a>] b'),
        (r"\(https://x.org/a_b\) c", '(<a href="https://x.org/a_b">https://x.org/a_b</a>) c'),
        (r"\<https://x.org/a\> b", '&lt;<a href="https://x.org/a">https://x.org/a</a>&gt; b'),
        (r"www.x.org/\~a", '<a href="http://www.x.org/~a">www.x.org/~a</a>'),
        (r"https://x.org/a\*", '<a href="https://x.org/a">https://x.org/a</a>*'),
        (r"https://x.org/a\b", r'<a href="https://x.org/a%5Cb">https://x.org/a\b</a>'),
        (
            r"https://x.org/?a\&b=1",
            '<a href="https://x.org/?a&amp;b=1">https://x.org/?a&amp;b=1</a>',
        ),
        (
            r"\[https://x.org/a\]\(https://x.org/b\)",
            '[<a href="https://x.org/a">https://x.org/a</a>]'
            '(<a href="https://x.org/b">https://x.org/b</a>)',
        ),
        (r"`https://x.org/a\_b`", r"<code>https://x.org/a\_b</code>"),
    ],
)
def test_a_bare_url_has_no_backslash_before_a_sign(markdown: str, html: str) -> None:
    assert shown(markdown) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("# *A* `b` & <i>c</i>", "<h1><em>A</em> <code>b</code> &amp; <i>c</i></h1>"),
        ("## A {#b .c}", "<h2>A</h2>"),
        (":tea: stays", "<p>:tea: stays</p>"),
        ("<p dir=rtl>שלום</p>", '<p dir="rtl">שלום</p>'),
        ("👨‍👩‍👧 ❤️", "<p>👨‍👩‍👧 ❤️</p>"),
        (
            "- a\n  - b\n    1. c\n",
            "<ul>\n<li>a\n<ul>\n<li>b\n<ol>\n<li>c</li>\n</ol>\n</li>\n</ul>\n</li>\n</ul>",
        ),
        ("a\n\n<!-- toc -->\n\nb", "<p>a</p>\n\n<p>b</p>"),
    ],
)
def test_other_markdown_is_rendered(markdown: str, html: str) -> None:
    assert shown(markdown) == html


@pytest.mark.parametrize("marker", ["<!-- more -->", "<!--more-->", "<!-- TRUNCATE -->"])
def test_an_excerpt_uses_definitions_after_its_marker(marker: str) -> None:
    rough = html_of(f"[a]\n\n{marker}\n\n[a]: /b\n")
    assert html_until_more(rough) == '<p><a href="/b">a</a></p>\n'


def test_a_marker_within_a_line_ends_the_excerpt() -> None:
    assert html_until_more(html_of("a <!-- more --> b")) == "<p>a "


@pytest.mark.parametrize("body", ["a", "`<!-- more -->`", "```\n<!-- more -->\n```"])
def test_without_a_marker_there_is_no_excerpt(body: str) -> None:
    assert html_until_more(html_of(body)) is None


@pytest.mark.parametrize(
    "body",
    [
        "[tea][a]\n\n[a]: <https://example.org/>",
        "[tea][a]\n\n[a]: <https://example.org/>\n",
        "[tea][a]\n\n[a]: https://example.org/",
    ],
)
def test_a_reference_at_the_end_of_a_file_is_one(body: str) -> None:
    assert html_of(body) == '<p><a href="https://example.org/">tea</a></p>\n'
