"""Markers between a summary and the rest: what is before is the summary, and none shows."""

import time

import pytest

from feedsvc.core.markdown.more_markers import with_more_markers
from tests.support.rendering import read


@pytest.mark.parametrize(
    "marker",
    [
        *("<!-- more -->", "<!--more-->", "<!-- MORE -->", "<!--\nmore\n-->"),
        *(
            "<!-- truncate -->",
            "<!--truncate-->",
            "{/* truncate */}",
            "{/*more*/}",
            "{% more %}",
        ),
        *("<!--more Keep reading-->", "<!--more 继续阅读 -->"),
        *("<!-- TEASER_END -->", "<!-- TEASER_END: click -->", "<!-- END_TEASER -->"),
        *("<!-- excerpt -->", "<!-- read more -->", "<!-- excerpt-end -->"),
        *("<!-- PELICAN_END_SUMMARY -->", "<!-- end excerpt -->"),
    ],
)
@pytest.mark.parametrize("behind", ["\n\n", ""])
def test_the_summary_is_the_text_before_the_marker(marker: str, behind: str) -> None:
    entry = read(f"Before *it*.\n\n{marker}{behind}The *rest* is `code`.\n\nEnd.")
    assert entry.summary == "Before it."
    assert [line for line in entry.content_html.split("\n") if line] == [
        "<p>Before <em>it</em>.</p>",
        "<p>The <em>rest</em> is <code>code</code>.</p>",
        "<p>End.</p>",
    ]


@pytest.mark.parametrize(
    ("body", "html", "summary"),
    [
        ("a\n<!-- more -->b *c*", "<p>a</p>\n\n<p>b <em>c</em></p>", "a"),
        ("a <!-- more --> b *c*", "<p>a  b <em>c</em></p>", "a"),
        ("a<!-- more -->b *c*", "<p>ab <em>c</em></p>", "a"),
        ("a\n\n<!-- more --># B", "<p>a</p>\n\n<h1>B</h1>", "a"),
        ("a\n\n<!-- more -->- b", "<p>a</p>\n\n<ul>\n<li>b</li>\n</ul>", "a"),
        ("a\n\n  <!-- more --> *b*", "<p>a</p>\n  \n<p><em>b</em></p>", "a"),
        ("a\r\n\r\n<!-- more -->*b*\r\n", "<p>a</p>\n\n<p><em>b</em></p>", "a"),
        ("> a\n>\n> <!-- more -->*b*",
         "<blockquote>\n<p>a</p>\n\n<p><em>b</em></p>\n</blockquote>", "a"),
        ("1. a\n2. <!-- more -->*b*",
         "<ol>\n<li>\n<p>a</p>\n</li>\n<li>\n\n<p><em>b</em></p>\n</li>\n</ol>", "a"),
        ("<!-- more -->*a* b", "\n<p><em>a</em> b</p>", "a b"),
        ("a\n\n<!-- more -->", "<p>a</p>\n", "a"),
    ],
)  # fmt: skip
def test_text_behind_a_marker_is_markdown(body: str, html: str, summary: str) -> None:
    entry = read(body)
    assert entry.content_html.strip("\n") == html.strip("\n")
    assert entry.summary == summary


@pytest.mark.parametrize(
    "body",
    [
        "a\n\n`<!-- more -->` b",
        "a\n\n```\n<!-- more -->b\n{/* truncate */}\n```",
        "a\n\n    <!-- more -->b\n\nc",
        "a\n\n<!-- more on this later -->\n\nb",
        "a\n\n<!-- moreover -->\n\nb",
        "a\n\n.....\n\nb",
        "a {/* other */} b",
    ],
)
def test_text_that_only_looks_like_a_marker_is_none(body: str) -> None:
    assert with_more_markers(body) == body
    assert read(body).summary not in ("a", "")


@pytest.mark.parametrize(
    ("separator", "body", "summary"),
    [
        ("<!--end-->", "a\n\n<!--end-->\n\nb", "a"),
        ("<!--end-->", "a\n\n<!--end-->*b*", "a"),
        ("---cut---", "a\n\n---cut---\n\nb", "a"),
        ("---cut---", "a ---cut--- b", "a ---cut--- b"),
        ("<!--end-->", "a `<!--end-->`\n\n<!--end-->\n\nb", "a <!--end-->"),
        ("<!--end-->", "a\n\n<!--end-->\n\nb\n\n<!--end-->\n\nc", "a"),
        ("<!--more-->", "a\n\n<!--more-->\n\nb", "a"),
        ("<!--end-->", "a\n\nb", "a b"),
        ("[]", "a\n\nb", "a b"),
        ('""', "a\n\nb", "a b"),
    ],
)
def test_a_post_may_name_its_own_marker(separator: str, body: str, summary: str) -> None:
    entry = read(body, f"excerpt_separator: {separator}\n")
    assert entry.summary == summary
    if "`" not in body and " ---" not in body:
        assert separator not in entry.content_html
    assert "<em>b</em>" in entry.content_html or "*b*" not in body


BOTH = "a\n\n<!-- more -->\n\nb\n\n<!--end-->\n\nc"


@pytest.mark.parametrize(
    ("generator", "summary"), [("jekyll", "a b"), ("nikola", "a"), ("", "a")]
)
def test_in_jekyll_the_marker_of_the_post_is_the_only_one(generator: str, summary: str) -> None:
    entry = read(BOTH, "excerpt_separator: <!--end-->\n", generator)
    assert entry.summary == summary
    assert read(BOTH, "", generator).summary == "a"


def test_an_html_post_has_markers_too() -> None:
    entry = read(
        "<p>a</p><!--end--><p>*b*</p>", "excerpt_separator: <!--end-->\n", "", "a.html"
    )
    assert (entry.summary, entry.content_html) == ("a", "<p>a</p><p>*b*</p>")
    entry = read("<p>a</p>\n<!--more-->b", "", "", "a.html")
    assert (entry.summary, entry.content_html) == ("a", "<p>a</p>\nb")


def test_a_line_of_five_dots_is_the_cut_of_publ() -> None:
    text = "a\n\n.....\n\nb\n\n......\n\n`x`\n.....\n\nc"
    assert with_more_markers(text, is_publ=True) == text.replace(".....", "<!-- more -->", 1)
    code = "```\n.....\n```"
    assert with_more_markers(code, is_publ=True) == code


@pytest.mark.parametrize(
    "body",
    [
        *("<!-- more -->a\n" * 9_000, "<!--more " * 15_000, "{/*" * 40_000),
        *("<!-- teaser_end:" * 9_000, "<!--" + " " * 120_000),
        *("> " * 60_000 + "<!-- more -->a", "- " * 60_000 + "<!-- more -->a"),
    ],
    ids=range(7),
)
def test_many_markers_take_linear_time(body: str) -> None:
    started = time.process_time()
    with_more_markers(body, "<!-- x -->")
    assert time.process_time() - started < 3
