"""Comments with more than two hyphens are hidden as well."""

import time

import pytest

from feedsvc.core.markdown.marks.comments import with_ended_comments
from tests.support.rendering import read


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("茶 <!--- x ---> b", "<p>茶  b</p>"),
        ("茶 <!-- x ----> b", "<p>茶  b</p>"),
        ("茶<!--x--->**b**", "<p>茶<strong>b</strong></p>"),
        ("茶 <!-- x -> y ---> b", "<p>茶  b</p>"),
        ("茶 <!--\nx\n---> b", "<p>茶  b</p>"),
        ("## 茶 <!--- x --->", "<h2>茶 </h2>"),
        ("> 茶 <!--- x --->", "<blockquote>\n<p>茶 </p>\n</blockquote>"),
        ("茶 <!---> b ---> c", "<p>茶  b ---&gt; c</p>"),
        ("茶 ---> b <!-- x -->", "<p>茶 ---&gt; b </p>"),
        ("`<!--- x --->`", "<p><code>&lt;!--- x ---&gt;</code></p>"),
        ("<!--- x --->\n\n茶", "<p>茶</p>"),
    ],
)
def test_a_comment_with_more_hyphens_is_hidden(body: str, html: str) -> None:
    assert read(body).content_html.strip() == html


@pytest.mark.parametrize("piece", ["<!--", "--->", "<!--->", "-", "<!--- --->", "<!---"])
def test_many_comments_take_linear_time(piece: str) -> None:
    started = time.process_time()
    with_ended_comments(piece * 20_000 + "<!-- --->")
    assert time.process_time() - started < 5
