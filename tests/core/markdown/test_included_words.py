"""Shortcodes of WordPress stay text; files that MkDocs includes are left out and reported."""

import pytest

from feedsvc.core.markdown.shortcodes import RemovedTag, without_shortcodes
from feedsvc.core.text import words_of
from tests.support.rendering import SITE, published


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("[code]a_b_c <T>[/code]", "<p>[code]<code>a_b_c &lt;T&gt;</code>[/code]</p>"),
        (
            '[sourcecode language="c"]\n  a\n\n  b\n[/sourcecode]',
            '<p>[sourcecode language="c"]</p>\n<pre><code>  a\n\n  b\n</code></pre>\n'
            "<p>[/sourcecode]</p>",
        ),
        ("[code]&lt;b&gt; `c`[/code]", "<p>[code]<code>&lt;b&gt; `c`</code>[/code]</p>"),
        ("[code]{% x %} [[Tea]][/code]", "<p>[code]<code>{% x %} [[Tea]]</code>[/code]</p>"),
        ("say [code] and [/code] [code][/code]", "<p>say [code] and [/code] [code][/code]</p>"),
        ("[code](/a) [code] b[/coder]", f'<p><a href="{SITE}/a">code</a> [code] b[/coder]</p>'),
        (
            "[code]unclosed [codes] [CODE]x[/CODE]",
            "<p>[code]unclosed [codes] [CODE]x[/CODE]</p>",
        ),
        ("`[code]x[/code]`", "<p><code>[code]x[/code]</code></p>"),
        (
            '[caption id="a"]![b](/c.png) *d*[/caption]',
            f'<p>[caption id="a"]<img src="{SITE}/c.png" alt="b"> <em>d</em>[/caption]</p>',
        ),
        (
            "[embed]https://x.org/v?a[b]=1[/embed]",
            '<p>[embed]<a href="https://x.org/v?a[b]=1">https://x.org/v?a[b]=1</a>[/embed]</p>',
        ),
    ],
)
@pytest.mark.parametrize("generator", ["", "jekyll", "hexo"])
def test_shortcodes_of_wordpress_stay_with_their_content(
    body: str, html: str, generator: str
) -> None:
    assert published(body, generator) == html


@pytest.mark.parametrize(
    "text",
    [
        *('[gallery ids="1,2"]', "[youtube https://youtu.be/abc]", "$latex e^{i\\pi}$"),
        *("[latex]x_1 + x_2[/latex]", "[video mp4=a.mp4]", '[audio src="a"][/audio]'),
    ],
)
def test_other_shortcodes_of_wordpress_are_text(text: str) -> None:
    assert words_of(published(text, "hugo")) == text


@pytest.mark.parametrize(
    ("body", "rest", "removed"),
    [
        ('a\n\n--8<-- "b.md"\n\nc', "a\n\n\n\nc", (2, 0)),
        ("-8<- 'b.md:1:3'", "", (0, 0)),
        ('  --8<-- "b.md"  \nc', "  \nc", (0, 2)),
        ("--8<--\na.md\nb.md\n--8<--\nc", "\nc", (0, 0)),
    ],
)
def test_a_file_that_mkdocs_includes_is_left_out_and_reported(
    body: str, rest: str, removed: tuple[int, int]
) -> None:
    text, tags = without_shortcodes(body, generator="mkdocs")
    assert text == rest
    assert [(tag.line, tag.column, tag.is_known) for tag in tags] == [(*removed, False)]
    assert without_shortcodes(body) == (body, ())


@pytest.mark.parametrize(
    "body",
    [
        *('a --8<-- "b.md"', '`--8<-- "b.md"`', '```\n--8<-- "b.md"\n```', "--8<-- b.md"),
        *("--8<--\na.md", ';--8<-- "b.md"', "-----", "--8<--"),
    ],
)
def test_other_scissors_of_mkdocs_are_text(body: str) -> None:
    assert without_shortcodes(body, generator="mkdocs") == (body, ())


def test_a_reported_file_is_named_by_its_mark() -> None:
    _, tags = without_shortcodes('--8<-- "b.md"', generator="mkdocs")
    assert tags == (RemovedTag(0, 0, "--8<--", '--8<-- "b.md"'),)
