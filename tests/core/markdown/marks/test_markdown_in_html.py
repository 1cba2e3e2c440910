"""The content of `<div markdown="1">` is Markdown in folders of generators that read it so."""

import time

import pytest

from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.markdown.marks.markdown_in_html import with_markdown_in_html
from feedsvc.core.rules import GENERATORS
from tests.support.rendering import cleaned

_BOLD = "<div>\n<p><strong>b</strong></p>\n</div>"


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ('<div markdown="1">\n**b**\n</div>\n*c*', f"{_BOLD}\n<p><em>c</em></p>"),
        ("<div class='x' markdown=1>**b**</div>", _BOLD),
        ("<div markdown>**b**</div>", _BOLD),
        ("<section markdown='block'>**b**</section>", _BOLD.replace("div", "section")),
        ('<div\n markdown="span">**b**</div>', _BOLD),
        ('<div markdown="1">\n**b**', _BOLD),
        ('<p markdown="1">**b**</p>', "<p><strong>b</strong></p>"),
        ('<span markdown="1">**b**</span>', "<p><span><strong>b</strong></span></p>"),
        (
            '<details markdown="1"><summary>s</summary>\n**b**\n</details>',
            "<details>\n<summary>s</summary>\n<p><strong>b</strong></p>\n</details>",
        ),
        (
            '> <div markdown="1">\n> **b**\n> </div>\n',
            f"<blockquote>\n{_BOLD}\n</blockquote>",
        ),
        (
            '- a\n  <div markdown="1">\n  **b**\n  </div>\n- c',
            f"<ul>\n<li>\n<p>a</p>\n{_BOLD}\n</li>\n<li>\n<p>c</p>\n</li>\n</ul>",
        ),
        (
            '<table><tr><td markdown="1">**b**</td></tr></table>',
            "<table><tbody><tr><td>\n<p><strong>b</strong></p>\n</td>\n</tr></tbody></table>",
        ),
        (
            '<div markdown="1"><div>*a*</div></div>',
            "<div>\n<div>*a*</div>\n</div>",
        ),
        (
            '<figure markdown="span">\n*a*\n<figcaption>**b**</figcaption>\n</figure>',
            "<figure>\n<p><em>a</em></p>\n<figcaption>\n<p><strong>b</strong></p>\n"
            "</figcaption>\n</figure>",
        ),
        (
            "markdown\n\n<figure>\n<figcaption>**b**</figcaption>\n</figure>",
            "<p>markdown</p>\n<figure>\n<figcaption>**b**</figcaption>\n</figure>",
        ),
        ('<div markdown="0">\n**b**\n</div>', "<div>\n**b**\n</div>"),
        ('<div class="a markdown b">\n**b**\n</div>', "<div>\n**b**\n</div>"),
        (
            "<div class=a id='b' lang markdown='1'>**b**</div>",
            _BOLD.replace("<div", '<div id="e1-b" lang=""'),
        ),
        ('<div data-markdown="1">\n**b**\n</div>', "<div>\n**b**\n</div>"),
        (
            "markdown\n\n<div>\n**b**\n</div>",
            "<p>markdown</p>\n<div>\n**b**\n</div>",
        ),
        ("markdown </div> a", "<p>markdown  a</p>"),
        ("markdown\n<summary>**b**</summary>", "<p>markdown</p>\n<summary>**b**</summary>"),
        ('`<div markdown="1">`', '<p><code>&lt;div markdown="1"&gt;</code></p>'),
        ('```\n<div markdown="1">\n```', '<pre><code>&lt;div markdown="1"&gt;\n</code></pre>'),
    ],
)
def test_marked_elements_contain_markdown(body: str, html: str) -> None:
    assert cleaned(html_of(body, "jekyll")) == html


@pytest.mark.parametrize("generator", ["", *GENERATORS])
def test_generators_disagree_about_markdown_in_html(generator: str) -> None:
    known = ("", "plain", "jekyll", "pelican", "nikola", "mkdocs", "quarto")
    html = html_of('<div markdown="1">\n**b**\n</div>', generator)
    assert ("<strong>" in html) is (generator in known)


@pytest.mark.parametrize("generator", ["", *GENERATORS])
def test_only_pandoc_reads_all_divs_as_markdown(generator: str) -> None:
    html = html_of('<div class="a">\n**b**\n</div>', generator)
    assert ("<strong>" in html) is (generator == "quarto")


@pytest.mark.parametrize(
    "unit",
    [
        '<div markdown="1">',
        "<div markdown",
        "<div ",
        "</div>",
        "> > ",
        "<details markdown>",
        "<summary></summary>",
        "<p markdown=1>a</p>",
        "<div\n",
        " \t",
    ],
)
def test_many_elements_take_linear_time(unit: str) -> None:
    begin = time.process_time()
    with_markdown_in_html("markdown" + unit * 10_000, "quarto")
    assert time.process_time() - begin < 2
