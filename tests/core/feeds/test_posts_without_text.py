"""A post without a body is not an empty entry."""

import pytest

from feedsvc.core.feeds.entries import Entry, compose, with_summary_only
from feedsvc.core.feeds.feeds import SITE_TOPIC, Feed
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from feedsvc.core.site import Site
from tests.support.builders import a_site

PAGE = "https://example.org/posts/tea/"
LINK = f'<p><a href="{PAGE}">{PAGE}</a></p>'


def composed(
    front: str, body: str = "", path: str = "tea.md", site: Site | None = None
) -> Entry:
    source = f"---\ntitle: Tea\ndate: 2026-03-01\n{front}---\n{body}"
    site = site or a_site()
    post = parse_post(path, source.encode(), site)
    assert isinstance(post, Post), post
    entry = compose(post, site, "tag:x", post.published)
    assert isinstance(entry, Entry), entry
    return entry


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n \n",
        "<!-- nothing yet -->",
        "&nbsp;\n",
        "<p></p>\n<div><br></div>",
        "# Tea\n",
        "<p hidden>Not seen</p>",
        "[x]: https://x.example",
        "{% unknown %}",
        "---\n",
        '<a id="top"></a>',
        "<script>a</script>",
    ],
)
def test_a_post_without_text_shows_its_summary(body: str) -> None:
    entry = composed("description: Hot & *strong* <now>\n", body)
    assert entry.content_html == "<p>Hot &amp; *strong* &lt;now&gt;</p>"
    assert entry.summary == "Hot & *strong* <now>"


def test_a_file_of_html_without_text_shows_its_summary_too() -> None:
    assert composed("summary: Hot.\n", "<p> </p>", "tea.html").content_html == "<p>Hot.</p>"


def test_without_a_summary_it_shows_its_picture() -> None:
    entry = composed("cover: https://x.example/a.png?b=1&c\n")
    assert entry.content_html == '<p><img src="https://x.example/a.png?b=1&amp;c" alt=""></p>'
    assert entry.summary == ""


def test_with_a_summary_the_picture_is_only_the_lead_image() -> None:
    entry = composed("description: Hot.\ncover: https://x.example/a.png\n")
    assert (entry.content_html, entry.image) == ("<p>Hot.</p>", "https://x.example/a.png")


def test_with_nothing_else_it_shows_a_link() -> None:
    assert composed("").content_html == LINK


@pytest.mark.parametrize(
    "body",
    [
        "Text.",
        "![a](/a.png)",
        "<video src=/a.mp4></video>",
        "<audio src=/a.mp3 controls></audio>",
        "<iframe src=https://x.example/></iframe>",
        "1",
        "。",
        "```\ncode\n```",
        "| a |\n|---|\n",
        "- \u00a0a",
    ],
)
def test_any_text_and_any_picture_is_a_body(body: str) -> None:
    assert "Hot" not in composed("description: Hot.\n", body).content_html


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_shows_the_summary_as_content(name: str) -> None:
    feed = Feed(a_site(), SITE_TOPIC, (composed("description: Hot and strong.\n"),))
    assert FORMATS[name].render(feed).decode().count("Hot and strong.") == 2


def test_a_teaser_of_an_encrypted_post_stays_as_it_is() -> None:
    site = a_site(encrypted="teaser")
    entry = composed("description: Hot.\npassword: tea\n", "Secret", site=site)
    assert (entry.content, entry.content_html, entry.summary) == ("summary", "", "Hot.")


def test_a_feed_of_summaries_shows_the_summary_once() -> None:
    entry = composed("description: Hot.\nfeed: summary\n")
    assert with_summary_only(entry).content_html == f"<p>Hot.</p>{LINK}"
