"""GitHub's Markdown in, HTML out that means the same on any page."""

import pytest

from feedsvc.core.markdown.markdown import html_of, safe_html

BASE = "https://example.org/posts/tea/"


def shown(markdown: str) -> str:
    return safe_html(html_of(markdown), BASE, "e1-")


def cleaned(rough: str) -> str:
    return safe_html(rough, BASE, "e1-")


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
def test_markdown_is_githubs(markdown: str, html: str) -> None:
    assert shown(markdown) == html


def test_footnotes_lead_to_each_other_inside_the_entry() -> None:
    assert shown("a[^1]\n\n[^1]: note") == (
        '<p>a<sup><a href="#e1-fn-1" id="e1-fnref-1">1</a></sup></p>\n'
        '<section>\n<ol>\n<li id="e1-fn-1">\n'
        '<p>note <a href="#e1-fnref-1">↩</a></p>\n</li>\n</ol>\n</section>'
    )


@pytest.mark.parametrize("quoted", ['"top"', "'top'", "top"])
def test_a_fragment_stays_bare_where_its_target_is_inside(quoted: str) -> None:
    assert cleaned(f'<p id={quoted}>x</p><a href="#top">y</a>') == (
        '<p id="e1-top">x</p><a href="#e1-top">y</a>'
    )


@pytest.mark.parametrize("anchor", ["name=top", 'href="/x" name="top"', "NAME = 'top'"])
def test_a_named_anchor_is_a_target_too(anchor: str) -> None:
    html = cleaned(f'<a {anchor}>x</a><a href="#top">y</a>')
    assert 'id="e1-top">x</a><a href="#e1-top">y</a>' in html


@pytest.mark.parametrize("rough", ["", "<p id=other>x</p>"])
def test_a_fragment_leads_to_the_permalink_where_its_target_is_outside(rough: str) -> None:
    link = f'<a href="{BASE}#top">y</a>'
    assert cleaned(rough + '<a href="#top">y</a>').endswith(link)


@pytest.mark.parametrize(
    ("rough", "html"),
    [
        ('<a href="b">x</a>', f'<a href="{BASE}b">x</a>'),
        ('<a href="../b">x</a>', '<a href="https://example.org/posts/b">x</a>'),
        ('<a href="/b c">x</a>', '<a href="https://example.org/b%20c">x</a>'),
        ('<a href="?b">x</a>', f'<a href="{BASE}?b">x</a>'),
        ('<a href="//x.org/b">x</a>', '<a href="https://x.org/b">x</a>'),
        ('<a href="mailto:li@x.org">x</a>', '<a href="mailto:li@x.org">x</a>'),
        ('<img src="b.png" alt="c">', f'<img src="{BASE}b.png" alt="c">'),
        (
            '<video poster="b" src="c"></video>',
            f'<video poster="{BASE}b" src="{BASE}c"></video>',
        ),
        ('<audio src="b"></audio>', f'<audio src="{BASE}b"></audio>'),
        ('<q cite="b">x</q>', f'<q cite="{BASE}b">x</q>'),
        ('<blockquote cite="b">x</blockquote>', f'<blockquote cite="{BASE}b">x</blockquote>'),
    ],
)
def test_every_url_is_absolute(rough: str, html: str) -> None:
    assert cleaned(rough) == html


@pytest.mark.parametrize(
    ("srcset", "absolute"),
    [
        ("a.png", f"{BASE}a.png"),
        ("a.png 1x, /b.png  2x", f"{BASE}a.png 1x, https://example.org/b.png 2x"),
        (
            "a.png 100w,https://x.org/b,c.png 2x",
            f"{BASE}a.png 100w, https://x.org/b%2Cc.png 2x",
        ),
        ("javascript:a 1x, b.png 2x", f"{BASE}b.png 2x"),
        ("//[ 1x, b.png 2x", f"{BASE}b.png 2x"),
    ],
)
def test_every_url_of_a_srcset_is_absolute(srcset: str, absolute: str) -> None:
    assert cleaned(f'<img srcset="{srcset}">') == f'<img srcset="{absolute}">'


@pytest.mark.parametrize("srcset", ["javascript:a 1x", "", " , "])
def test_a_srcset_without_a_picture_vanishes(srcset: str) -> None:
    assert cleaned(f'x<img srcset="{srcset}" alt="a > b">y') == "xy"


def test_fenced_code_survives_byte_for_byte() -> None:
    code = "x <&]]> \"y\" 'z'\n\ttab\n  two\n\n{% if %} &amp; \\n\n"
    escaped = code.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert shown(f"```html\n{code}```") == (
        f'<pre><code class="language-html">{escaped}</code></pre>'
    )


HEXO = (
    '<figure class="highlight js"><table><tr><td class="gutter"><pre>'
    '<span class="line">1</span><br><span class="line">2</span><br></pre></td>'
    '<td class="code"><pre><span class="line">a &lt; b;</span><br>'
    '<span class="line">  c</span><br></pre></td></tr></table></figure>'
)
JEKYLL = (
    '<div class="highlight"><table class="rouge-table"><tbody><tr>'
    '<td class="rouge-gutter gl"><pre class="lineno">1\n2\n</pre></td>'
    '<td class="rouge-code"><pre><span>a &lt; b;</span>\n  c\n</pre></td>'
    "</tr></tbody></table></div>"
)
HUGO = (
    '<table class="lntable"><tr><td class="lntd"><pre><code>1\n2\n</code></pre></td>'
    '<td class="lntd"><pre><code>a &lt; b;\n  c\n</code></pre></td></tr></table>'
)


@pytest.mark.parametrize(
    ("table", "before", "after"),
    [
        (HEXO, '<figure><pre><code class="language-js">', "</figure>"),
        (JEKYLL, "<div><pre><code>", "</div>"),
        (HUGO, "<pre><code>", ""),
    ],
    ids=["Hexo", "Jekyll", "Hugo"],
)
def test_code_with_line_numbers_becomes_plain_code(table: str, before: str, after: str) -> None:
    assert cleaned(table) == f"{before}a &lt; b;\n  c\n</code></pre>{after}"


def test_a_table_beside_numbered_code_stays() -> None:
    plain = "<table><tbody><tr><td>a</td></tr></tbody></table>"
    assert cleaned(f"{plain}{HUGO}{plain}") == (
        f"{plain}<pre><code>a &lt; b;\n  c\n</code></pre>{plain}"
    )


def test_rendering_twice_gives_the_same_bytes() -> None:
    rough = '<img width="1" src="a" height="2" alt="b" srcset="c 1x" id="d" title="e">'
    assert len({cleaned(rough) for _ in range(20)}) == 1


@pytest.mark.parametrize(
    "opener", ["[", "![", "[a](", "`", "*a_", "<", "> ", "* ", "~~a", "www.", "[^1]"]
)
def test_a_run_of_openers_is_no_trap(opener: str) -> None:
    text = shown(opener * 300)
    assert len(text) < 20_000


def test_a_srcset_needs_no_space_behind_a_comma() -> None:
    assert cleaned('<img srcset="a.png 1x,b.png 2x">') == (
        f'<img srcset="{BASE}a.png 1x, {BASE}b.png 2x">'
    )


def test_a_table_of_nothing_but_numbers_is_no_code() -> None:
    assert cleaned('<table><tr><td class="gutter">1</td></tr></table>') == (
        "<table><tbody><tr><td>1</td></tr></tbody></table>"
    )
