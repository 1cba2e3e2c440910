"""A link that a feed leaves out because of its scheme is a warning with its place."""

import time

import pytest

from feedsvc.core.feeds.entries import Entry, compose
from feedsvc.core.markdown.unsafe_links import unsafe_links
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from tests.support.builders import a_site

START = "---\ndate: 2026-03-01\ntitle: Tea\n---\n"


def read(body: str, path: str = "tea.md") -> Post:
    post = parse_post(path, (START + body).encode(), a_site())
    assert isinstance(post, Post), post
    return post


@pytest.mark.parametrize(
    ("body", "line", "column", "target"),
    [
        ("a [x](javascript:alert)", 1, 7, "javascript:alert"),
        ("a\n\n[x](<JavaScript:alert(1)>)", 3, 6, "JavaScript:alert(1)"),
        ("[x](java&#115;cript:a)", 1, 5, "java&#115;cript:a"),
        ("[x](javascript&colon;a)", 1, 5, "javascript&colon;a"),
        ("[x](<java\tscript:a>)", 1, 6, "java\tscript:a"),
        ("[x]( vbscript:a )", 1, 6, "vbscript:a"),
        ("[x](data:text/html,a)", 1, 5, "data:text/html,a"),
        ("[x](file:///etc/passwd)", 1, 5, "file:///etc/passwd"),
        ("[x](feed:javascript:a)", 1, 5, "feed:javascript:a"),
        ("[x](obsidian://open)", 1, 5, "obsidian://open"),
        ("[x]\n\n  [x]: data:a", 3, 8, "data:a"),
        ("<javascript:a>", 1, 2, "javascript:a"),
        ("![x](file:///C:/a.png)", 1, 6, "file:///C:/a.png"),
        ("![x](C:\\a.png)", 1, 6, "C:\\a.png"),
        ("![x](ftp://x.org/a.png)", 1, 6, "ftp://x.org/a.png"),
        ("![x](data:image/svg+xml;base64,AA==)", 1, 6, "data:image/svg+xml;base64,AA=="),
        ("a\n<a\nhref='javascript:a'>x</a>", 2, 1, "javascript:a"),
        ("<A HREF=&#106;avascript:a>x</A>", 1, 1, "javascript:a"),
        ("<img src='file:///a.png'>", 1, 1, "file:///a.png"),
        ("<iframe src='data:text/html,x'></iframe>", 1, 1, "data:text/html,x"),
        ("`code` [x](javascript:a) `code`", 1, 12, "javascript:a"),
        ("a\r\n[x](javascript:a)", 2, 5, "javascript:a"),
    ],
)
def test_an_address_that_is_left_out_is_a_warning(
    body: str, line: int, column: int, target: str
) -> None:
    post = read(f"{body}\n\nWords.")
    (warning,) = post.warnings
    assert (warning.code, warning.line, warning.column) == ("unsafe-link", line + 4, column)
    assert (warning.text, warning.refuses) == (target, False)
    entry = compose(post, a_site(), "tag:x", post.published)
    assert isinstance(entry, Entry)
    assert "href" not in entry.content_html
    assert "src" not in entry.content_html


@pytest.mark.parametrize(
    "body",
    [
        "[x](https://x.org) [y](http://x.org) [z](/z) [a](#a) [b](b.md) [c](../c)",
        # Links of Nikola, which are resolved or reported later.
        "[x](link://slug/a) <a href='link://tag/a'>y</a> [z]\n\n[z]: link://other/a",
        "[x](mailto:a@x.org) [y](ftp://x.org) [z](feed:https://x.org/a)",
        "![x](data:image/png;base64,AA==)",
        "[![x](a.png)](ftp://x.org)",
        '<img src="data:image/svg+xml,x" data-src="a.png">',
        "<img src=data:, data-original=b.png>",
        "`[x](javascript:a)`",
        "```\n[x](javascript:a)\n```",
        "`<javascript:a>`",
        "note[x]: data:a",
        "[^1]: file:a\n\na[^1]",
        "`std` <std::string> <https://x.org>",
        "Say `javascript:` aloud: javascript:a",
        "<a href='https://x.org'>x</a> <a href=/x>y</a> <img src='a.png'> <a href=''>z</a>",
        "<p title='href=javascript:a'>x</p>",
        "[ ]: x",
    ],
)
def test_other_addresses_are_no_warning(body: str) -> None:
    assert read(body).warnings == ()


def test_a_file_of_html_has_no_links_of_markdown() -> None:
    body = "<p>[x](javascript:a) `<a href='javascript:b'>x</a>`</p>"
    (warning,) = read(body, "tea.html").warnings
    assert warning.text == "javascript:b"


def test_a_long_address_is_cut_in_the_warning() -> None:
    (warning,) = read(f"[x](javascript:{'a' * 100})").warnings
    assert warning.fault == (
        f"the scheme of javascript:{'a' * 46}... is not allowed in a feed, "
        "so the address is left out"
    )


@pytest.mark.parametrize(
    "piece",
    [
        *("](", "]:", "](a:", "](<", "[", "![", "](javascript:", "<a href=", "<a href='x:"),
        *(
            "<javascript:",
            "<a href='javascript:a'>",
            "[a](javascript:a) ",
            "`[a](data:a)`",
            "<a ",
        ),
    ],
)
def test_many_links_are_read_in_linear_time(piece: str) -> None:
    started = time.process_time()
    list(unsafe_links(piece * 5_000))
    assert time.process_time() - started < 10
