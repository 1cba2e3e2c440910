"""The title stands once: readers show it above the text."""

import re
import time

import pytest

from feedsvc.core.feeds.entries import Entry, compose
from feedsvc.core.html.repeated_title import is_same_title, without_title
from feedsvc.core.html.sanitise import safe_html
from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.text import words_of
from tests.support.builders import a_post, a_site

PAGE = "https://example.org/posts/tea/"


def composed(body: str, title: str = "Green tea", path: str = "tea.md") -> Entry:
    post = a_post(body=body, title=title, path=path, summary="")
    entry = compose(post, a_site(), "tag:x", post.published)
    assert isinstance(entry, Entry), entry
    return entry


@pytest.mark.parametrize(
    "heading",
    [
        "# Green tea",
        "## Green tea",
        "###### Green tea ######",
        "# GREEN TEA!",
        "# Green  *tea*",
        "# **Green tea**",
        "# `Green tea`",
        "# Green&nbsp;tea",
        "# Green tea {#green}",
        "# [Green tea](#green-tea)",
        f"# [Green tea]({PAGE})",
        "Green tea\n=========",
        "Green tea\n---",
        "\n\n\n# Green tea",
        "<!-- A comment -->\n\n# Green tea",
        "<!-- a -->\n<!-- b -->\n# Green tea",
        "<p hidden>Not seen</p>\n\n# Green tea",
        '<a name="top"></a>\n\n# Green tea',
        "<h1>Green tea</h1>",
        '<h1 class="a" id="b">\n  Green\n  tea\n</h1>',
        "<h2>Green <br> tea</h2>",
        "<H1>Green tea</H1>",
        "<header>\n<h1>Green tea</h1>\n</header>",
        '<div class="post">\n\n# Green tea\n\n</div>\n',
        "<h1>Green tea<a class='headerlink' href='#a'>¶</a></h1>",
    ],
)
def test_a_heading_that_repeats_the_title_is_removed(heading: str) -> None:
    for ends in ("\n", "\r\n"):
        entry = composed(f"{heading}\n\nIt is hot.\n".replace("\n", ends))
        assert "reen" not in entry.content_html
        assert entry.summary == "It is hot."


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("你好，世界", "# 你好 世界！"),
        ("使用 Python 开发", "# 使用Python开发"),
        ("Ｔｅａ", "# tea"),
        ('"Tea" & more', "# “Tea” &amp; more"),
        ("Tea: part 1", "# Tea - Part 1"),
        ("C#", "# C# #"),
        ("Straße", "# STRASSE"),
        ("2026-03-01", "# 2026.03.01"),
        ("???", "# ???"),
        ("Tea | Milk", "# Tea / Milk"),
    ],
)
def test_case_white_space_and_punctuation_do_not_matter(title: str, heading: str) -> None:
    assert composed(f"{heading}\n\nText.", title).content_html == "<p>Text.</p>"


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Green tea", "# Black tea\n\nText."),
        ("Green tea", "# Green tea, part 2\n\nText."),
        ("Green tea", "Text.\n\n# Green tea\n"),
        ("Green tea", "![a](a.png)\n\n# Green tea\n"),
        ("Green tea", "---\n\n# Green tea\n"),
        ("Green tea", "> # Green tea\n\nText."),
        ("Green tea", "- # Green tea\n\nText."),
        ("Green tea", "```\n# Green tea\n```\n"),
        ("Green tea", "\\# Green tea"),
        ("Green tea", "**Green tea**\n\nText."),
        ("Green tea", "# [Green tea](https://elsewhere.example/)\n\nText."),
        ("Green tea", "# Green tea[^1]\n\nText.\n\n[^1]: Note"),
        ("C", "# C#\n\nText."),
        ("C++", "# C\n\nText."),
        ("Version 1.5", "# Version 15\n\nText."),
        ("100%", "# 100\n\nText."),
        ("???", "# !!!\n\nText."),
        ("🍵", "# 🫖\n\nText."),
        ("x", "# " + "x" * 6_000),
    ],
)
def test_other_headings_and_texts_stay(title: str, body: str) -> None:
    html = composed(body, title).content_html
    rough = safe_html(html_of(body), PAGE, "e-")
    assert html.count("<h") == rough.count("<h")
    assert is_same_title(words_of(html), words_of(rough))


def test_only_the_first_heading_is_removed() -> None:
    body = "# Green tea\n\n## Green tea\n\nText.\n\n# Green tea\n"
    assert composed(body).content_html == (
        "<h2>Green tea</h2>\n<p>Text.</p>\n<h1>Green tea</h1>"
    )


@pytest.mark.parametrize(
    "body",
    [
        "# Green tea\n\n[up](#green-tea)\n",
        "# Green tea {#green}\n\n[up](#green)\n",
        "<h1 id='a'>Green tea</h1>\n\n<a href='#a'>up</a>\n",
        "# <a name='a'></a>Green tea\n\n[up](#a)\n",
    ],
)
def test_a_link_to_the_removed_heading_still_leads_to_its_place(body: str) -> None:
    html = composed(body).content_html
    (given,) = re.findall(r'^<a id="([^"]+)"></a>', html)
    assert f'<a href="#{given}">up</a>' in html
    assert "Green" not in html


def test_an_id_that_nothing_links_to_goes_with_its_heading() -> None:
    assert composed("<h1 id='a'>Green tea</h1>\n\nText.").content_html == "<p>Text.</p>"


def test_a_picture_in_the_heading_stays() -> None:
    html = composed("# ![](/a.png) Green tea\n\nText.").content_html
    assert html == '<p><img src="https://example.org/a.png" alt=""></p>\n<p>Text.</p>'


@pytest.mark.parametrize(
    "body",
    [
        "# [Green tea](https://elsewhere.example/)\n\nIt is hot.",
        "**Green tea**\n\nIt is hot.",
        "# Green tea\n\nIt is hot.\n\n<!-- more -->\n\nMore.",
        "# Green tea\n\n<!-- more -->\n\nIt is hot.",
    ],
)
def test_the_summary_does_not_repeat_the_title(body: str) -> None:
    assert composed(body).summary == "It is hot."


def test_a_sentence_that_begins_with_the_title_stays_in_the_summary() -> None:
    assert composed("Green tea is hot.").summary == "Green tea is hot."


def test_the_title_of_an_html_file_stands_once() -> None:
    entry = composed("<h1>Green tea</h1>\n<p>Text.</p>", path="tea.html")
    assert entry.content_html == "<p>Text.</p>"


@pytest.mark.parametrize(
    "piece", ["<p>", "<p></p>", "<a id=a></a>", "<h1>", "<h1>Tea</h1>", " "]
)
def test_a_start_of_many_tags_takes_linear_time(piece: str) -> None:
    started = time.process_time()
    without_title(piece * 50_000, "Tea", PAGE)
    assert time.process_time() - started < 5
