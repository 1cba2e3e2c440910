"""Code with line numbers becomes plain code in its language."""

import pytest

from tests.support.rendering import cleaned

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
def test_code_with_line_numbers_keeps_its_text_and_language(table: str, code: str) -> None:
    assert cleaned(table) == code


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
def test_tables_of_hexo_jekyll_and_hugo_become_plain_code(
    table: str, before: str, after: str
) -> None:
    assert cleaned(table) == f"{before}a &lt; b;\n  c\n</code></pre>{after}"


def test_a_table_next_to_code_stays() -> None:
    plain = "<table><tbody><tr><td>a</td></tr></tbody></table>"
    assert cleaned(f"{plain}{HUGO}{plain}") == (
        f"{plain}<pre><code>a &lt; b;\n  c\n</code></pre>{plain}"
    )


def test_a_table_with_only_line_numbers_stays() -> None:
    assert cleaned('<table><tr><td class="gutter">1</td></tr></table>') == (
        "<table><tbody><tr><td>1</td></tr></tbody></table>"
    )
