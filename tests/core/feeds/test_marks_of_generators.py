"""The generator of the folder decides which marks of a post mean something to subscribers."""

import pytest

from feedsvc.core.feeds.entries import Entry, compose
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from tests.support.builders import a_site, at


def entry_of(body: str, generator: str, path: str = "tea.md") -> tuple[Post, Entry]:
    site = a_site(generator=generator)
    post = parse_post(path, f"---\ndate: 2026-03-01\n---\n{body}\n".encode(), site)
    assert isinstance(post, Post)
    entry = compose(post, site, "tag:example.org,2026:tea", at("2026-03-01"))
    assert isinstance(entry, Entry)
    return post, entry


def test_title_and_summary_keep_single_tildes() -> None:
    _, entry = entry_of(
        "# 茶价3~5元，重10~12克\n\n茶价3~5元，重10~12克。~/.tea 和 ~/.cup", "hexo"
    )
    assert entry.title == "茶价3~5元，重10~12克"
    assert entry.summary == "茶价3~5元，重10~12克。~/.tea 和 ~/.cup"


@pytest.mark.parametrize(
    ("generator", "summary"),
    [
        ("", "[[1]] Tea H~2~O ==cup== :tea:"),
        ("jekyll", "[[1]] Tea H~2~O ==cup== :tea:"),
        ("obsidian", "1 Tea H~2~O cup :tea:"),
        ("quarto", "[[1]] Tea H2O ==cup== :tea:"),
        ("mkdocs", "[[1]] Tea H~2~O cup 🍵"),
        ("docusaurus", "[[1]] Tea H~2~O ==cup== 🍵"),
    ],
)
def test_the_summary_reads_as_on_the_site(generator: str, summary: str) -> None:
    _, entry = entry_of("[[1]] [[Tea]] H~2~O ==cup== :tea:", generator)
    assert entry.summary == summary


def test_a_file_that_mkdocs_includes_is_a_warning_at_its_line() -> None:
    post, entry = entry_of('Tea.\r\n\r\n--8<-- "cup.md"', "mkdocs")
    assert entry.summary == "Tea."
    [warning] = post.warnings
    assert (warning.line, warning.column, warning.code) == (6, 1, "unknown-tag")


def test_bodies_of_html_keep_what_looks_like_a_mark() -> None:
    _, entry = entry_of("<p>[[Tea]] H~2~O [gallery ids=1]</p>", "obsidian", "tea.html")
    assert entry.content_html == "<p>[[Tea]] H~2~O [gallery ids=1]</p>"
