"""Posts in MDX, Quarto and R Markdown: what their programs would compute is not shown."""

import pytest

from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from tests.support.builders import a_site

FRONT = "---\ntitle: Tea\ndate: 2026-03-01\n---\n"
CHUNK = "```{r}\nx\n```\n"


def post_of(path: str, source: str) -> Post:
    reading = parse_post(path, source.encode(), a_site())
    assert isinstance(reading, Post)
    return reading


@pytest.mark.parametrize("path", ["a/tea.mdx", "a/tea.qmd", "a/tea.Rmd", "a/tea.rmd"])
def test_the_suffix_is_no_part_of_the_key_and_of_the_permalink(path: str) -> None:
    post = post_of(path, f"{FRONT}Green.")
    assert (post.key, post.permalink) == ("path:a/tea", "https://example.org/posts/a/tea/")
    assert post.body == "Green."


def test_what_a_body_of_mdx_loses_is_a_warning() -> None:
    post = post_of("tea.mdx", f"{FRONT}import X from './x'\n\nGreen <X/>\n{{1 + 1}}.")
    assert post.body.strip() == "Green \n."
    assert [(w.line, w.column, w.code, w.text) for w in post.warnings] == [
        (7, 7, "unknown-tag", "<X/>"),
        (8, 1, "unknown-tag", "{1 + 1}"),
    ]
    assert post_of("tea.md", f"{FRONT}import X from './x'\n\nGreen <X/>").warnings == ()


def test_the_first_heading_of_mdx_and_quarto_is_the_title() -> None:
    front = "---\ndate: 2026-03-01\n---\n"
    post = post_of("a.mdx", f"{front}import X from './x'\n\n# The *tea*\n\nGreen.")
    assert (post.title, post.body.strip()) == ("The tea", "Green.")
    post = post_of("a.qmd", f"{front}```{{r}}\n# no title\n```\n\n# The tea\n")
    assert post.title == "The tea"


@pytest.mark.parametrize(
    ("front", "body"),
    [
        ("", "```r\nx\n```\n"),
        ("execute:\n  echo: true\n", "```r\nx\n```\n"),
        ("execute:\n  warning: false\n", "```r\nx\n```\n"),
        ("execute:\n  echo: false\n", "\n\n\n"),
        ("execute: {include: false}\n", "\n\n\n"),
    ],
)
def test_the_front_matter_of_quarto_can_hide_all_code(front: str, body: str) -> None:
    source = FRONT.replace("title", f"{front}title") + CHUNK
    assert post_of("tea.qmd", source).body == body
    assert post_of("tea.md", source).body == CHUNK
