"""What an author shows is still shown in a feed: pictures, formulas, code, styles."""

import pytest

from feedsvc.core.markdown.markdown import (
    html_of,
    html_until_more,
    safe_html,
)

BASE = "https://example.org/posts/tea/"
SITE = "https://example.org"
PIXEL = "data:image/png;base64,iVBORw0KGgo="


def cleaned(rough: str) -> str:
    return safe_html(rough, BASE, "e1-")


def shown(markdown: str) -> str:
    return cleaned(html_of(markdown))


# --- Pictures -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("late", "loaded"),
    [
        ('<img data-src="/a.png">', f'<img src="{SITE}/a.png">'),
        ('<img src="loading.svg" data-original="/a.png">', f'<img src="{SITE}/a.png">'),
        ("<img src=1x1.gif data-lazy-src=/a.png>", f'<img src="{SITE}/a.png">'),
        (f'<img src="{PIXEL}" data-echo="/a.png">', f'<img src="{SITE}/a.png">'),
        ("<IMG DATA-SRC='/a b.png'>", f'<img src="{SITE}/a%20b.png">'),
        ('<img src="/a.png" data-src="">', f'<img src="{SITE}/a.png">'),
        ('<img src="/a.png" data-src="javascript:x">', f'<img src="{SITE}/a.png">'),
        ('<img src="/a.png" data-x="b">', f'<img src="{SITE}/a.png">'),
        (
            '<img data-srcset="/a.png 1x, /b.png 2x" sizes="auto">',
            f'<img srcset="{SITE}/a.png 1x, {SITE}/b.png 2x" src="{SITE}/a.png">',
        ),
        (
            '<img src="/c.png" data-lazy-srcset="/a.png 1x" sizes="9vw">',
            f'<img src="{SITE}/c.png" sizes="9vw" srcset="{SITE}/a.png 1x">',
        ),
        (
            '<picture><source data-srcset="/a.webp"></picture>',
            f'<picture><source srcset="{SITE}/a.webp" src="{SITE}/a.webp"></picture>',
        ),
        (
            '<video data-src="/a.mp4" data-poster="/a.png"></video>',
            f'<video src="{SITE}/a.mp4" poster="{SITE}/a.png"></video>',
        ),
    ],
)
def test_a_picture_that_would_load_late_is_there_at_once(late: str, loaded: str) -> None:
    assert cleaned(late) == loaded


@pytest.mark.parametrize(
    ("rough", "html"),
    [
        ('<img data-src="/a.png"><noscript><img src="/a.png"></noscript>', 1),
        ('<img data-src="/a.png">\n<noscript><img src="/a-big.png"></noscript>', 1),
        ('<noscript><img src="/a.png"></noscript><p><img data-src="/a.png"></p>', 1),
        ('<noscript><img src="/a.png"></noscript>', 1),
        ('<img src="/b.png"><noscript><img src="/a.png"></noscript>', 2),
        ('<img src="/b.png"> x <noscript>Please turn it on</noscript>', 1),
        ('<noscript><img src="//t.org/?a" width=1 height=1></noscript>', 0),
        ("<noscript><img></noscript>", 0),
    ],
)
def test_a_picture_without_script_is_shown_once(rough: str, html: int) -> None:
    text = cleaned(rough)
    assert (text.count("<img"), "Please" in text) == (html, False)


@pytest.mark.parametrize("form", ["png", "jpeg", "jpg", "gif", "webp", "avif"])
def test_a_picture_inside_its_own_url_stays(form: str) -> None:
    html = f'<img src="data:image/{form};base64,iVBORw0KGgo=">'
    assert cleaned(html) == html


@pytest.mark.parametrize(
    "rough",
    [
        f'<a href="{PIXEL}">x</a>',
        f'<video src="{PIXEL}" poster="{PIXEL}"></video>',
        f'<source srcset="{PIXEL}">',
        '<img src="data:image/svg+xml;base64,AA">',
        '<img src="data:image/png,x">',
        '<img src="mailto:x">',
        "<img alt='a > b'>",
    ],
)
def test_no_other_url_holds_its_own_content(rough: str) -> None:
    text = cleaned(rough)
    assert ("data:" in text, "<img" in text) == (False, False)


# --- Styles ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("color:red; TEXT-ALIGN : center", "color:red;text-align:center"),
        ("width:50%;max-width:10px;", "width:50%;max-width:10px"),
        ("color:rgb(1, 2, 3)", "color:rgb(1, 2, 3)"),
        ("background:url(a.png) no-repeat", f"background:url('{BASE}a.png') no-repeat"),
        ("background-image:url( '/a.png' )", f"background-image:url('{SITE}/a.png')"),
        (f"background:url({PIXEL})", f"background:url('{PIXEL}')"),
        ('background:url("/a.png")', f"background:url('{SITE}/a.png')"),
        ("position:fixed; color:red", "color:red"),
        ("rubbish; color:red", "color:red"),
    ],
)
def test_a_harmless_style_stays(style: str, kept: str) -> None:
    quoted = style.replace('"', "&quot;")
    assert cleaned(f'<p style="{quoted}">x</p>') == f'<p style="{kept}">x</p>'


@pytest.mark.parametrize(
    "style",
    [
        *(
            "position:fixed",
            "z-index:9",
            "content:'x'",
            "behavior:url(x)",
            "-moz-binding:url(x)",
        ),
        *(
            "background:url(javascript:x)",
            "background:url(data:text/html,x)",
            "color:expression(x)",
        ),
        *("background:url(//x.org/a'b)", "color:re\\64", "color:red}p{", "margin:-99px"),
        *("color:red/*;*/x", "background:url('a", "x", "", ";", "color:", "color:var(--x)"),
        *("background:url(a\\)b)", "background:url('//x.org/(')", "color:@import", "a" * 3_000),
    ],
)
def test_a_style_that_could_act_is_dropped(style: str) -> None:
    quoted = style.replace('"', "&quot;")
    assert cleaned(f'<p style="{quoted}">x</p>') == "<p>x</p>"


def test_a_background_is_absolute() -> None:
    table = '<table background="a.png"><tbody><tr><td background="javascript:x">'
    assert cleaned(table).startswith(f'<table background="{BASE}a.png"><tbody><tr><td></td>')


# --- Formulas -------------------------------------------------------------------------------


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
def test_a_formula_stays_as_its_source(markdown: str, html: str) -> None:
    assert shown(markdown) == html


ANNOTATED = (
    "<semantics><mi>x</mi><annotation encoding='application/x-tex'>x_1 &lt; 2</annotation>"
    "</semantics></math>"
)


@pytest.mark.parametrize(
    ("math", "tex"),
    [
        (f"<math>{ANNOTATED}", "$x_1 &lt; 2$"),
        (f'<math display="block">{ANNOTATED}', "$$x_1 &lt; 2$$"),
        ('<math alttext="x &lt; 1"><mi>x</mi></math>', "$x &lt; 1$"),
        ("<math><mi>x</mi><mo>&lt;</mo></math>", "x&lt;"),
        (
            f'<span class="katex"><span class="katex-mathml"><math>{ANNOTATED}</span>'
            '<span class="katex-html" aria-hidden="true"><span>x</span></span></span>',
            "<span><span>$x_1 &lt; 2$</span></span>",
        ),
        (
            '<span class="MathJax_Preview">x</span><span class="MathJax"><span>x</span></span>'
            '<script type="math/tex">x_1</script>',
            "$x_1$",
        ),
        (
            '<div class="MathJax_Display"><span class="MathJax">x</span></div>'
            '<script type="math/tex; mode=display">x_1</script>',
            "$$x_1$$",
        ),
        (
            f'<span class="MathJax"><span><math>{ANNOTATED}</span></span>',
            "<span><span>$x_1 &lt; 2$</span></span>",
        ),
        ('<span class="mathjax">x</span>', "<span>x</span>"),
    ],
)
def test_a_formula_for_browsers_becomes_its_tex_once(math: str, tex: str) -> None:
    assert cleaned(math) == tex


# --- Code -----------------------------------------------------------------------------------

PYGMENTS = (
    '<div class="language-py highlight"><table class="highlighttable"><tr><td class="linenos">'
    '<div class="linenodiv"><pre>1\n2</pre></div></td><td class="code"><div><pre>'
    "<span></span>a\n  b\n</pre></div></td></tr></table></div>"
)
CHROMA = (
    '<table class="lntable"><tr><td class="lntd"><pre><code><span class="lnt">1\n</span></code>'
    '</pre></td><td class="lntd"><pre><code class="language-go" data-lang="go">a\n  b\n</code>'
    "</pre></td></tr></table>"
)
BY_LINE = (
    '<table><tr><td class="hljs-ln-numbers">1</td><td class="hljs-ln-code">a</td></tr>'
    '<tr><td class="hljs-ln-numbers">2</td><td class="hljs-ln-code">  b</td></tr></table>'
)
CAPTIONED = (
    '<figure class="highlight plaintext"><figcaption><span>a.txt</span></figcaption><table><tr>'
    '<td class="gutter"><pre>1</pre></td><td class="code"><pre>a\n  b\n</pre></td></table>'
    "</figure>"
)


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (PYGMENTS, '<div><pre><code class="language-py">a\n  b\n</code></pre></div>'),
        (CHROMA, '<pre><code class="language-go">a\n  b\n</code></pre>'),
        (BY_LINE, "<pre><code>a\n  b</code></pre>"),
        (
            CAPTIONED,
            "<figure><figcaption><span>a.txt</span></figcaption>"
            "<pre><code>a\n  b\n</code></pre></figure>",
        ),
        (
            f"<table><tr><td>{CHROMA}</td></tr></table>",
            '<table><tbody><tr><td><pre><code class="language-go">a\n  b\n</code></pre>'
            "</td></tr></tbody></table>",
        ),
        (
            '<pre><span class="ln">1</span>a\n<span class="linenos">2</span><b>b</b></pre>',
            "<pre>a\n<b>b</b></pre>",
        ),
        ("<pre>a gutter</pre>", "<pre>a gutter</pre>"),
        ("<pre>a</pre> a gutter", "<pre>a</pre> a gutter"),
    ],
)
def test_numbered_code_is_its_code_in_its_language(table: str, code: str) -> None:
    assert cleaned(table) == code


# --- Markdown -------------------------------------------------------------------------------


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
def test_a_bare_address_ends_before_chinese_punctuation(markdown: str, html: str) -> None:
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
def test_markdown_of_every_kind_arrives(markdown: str, html: str) -> None:
    assert shown(markdown) == html


@pytest.mark.parametrize("marker", ["<!-- more -->", "<!--more-->", "<!-- TRUNCATE -->"])
def test_an_excerpt_knows_what_is_defined_below_its_marker(marker: str) -> None:
    rough = html_of(f"[a]\n\n{marker}\n\n[a]: /b\n")
    assert html_until_more(rough) == '<p><a href="/b">a</a></p>\n'


def test_a_marker_inside_a_line_ends_an_excerpt() -> None:
    assert html_until_more(html_of("a <!-- more --> b")) == "<p>a "


@pytest.mark.parametrize("body", ["a", "`<!-- more -->`", "```\n<!-- more -->\n```"])
def test_without_a_marker_there_is_no_excerpt(body: str) -> None:
    assert html_until_more(html_of(body)) is None
