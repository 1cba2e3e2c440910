"""HTML and Markdown as they appear in a feed, for tests of what authors write."""

from typing import Final

from feedsvc.core.feeds.entries import Entry, compose
from feedsvc.core.html.sanitise import safe_html
from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.markdown.shortcodes import without_shortcodes
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from feedsvc.core.problems import Problem
from tests.support.builders import a_site

SITE: Final = "https://example.org"
BASE: Final = f"{SITE}/posts/tea/"


def cleaned(rough: str) -> str:
    """Rough HTML of a post at BASE after the sanitiser."""
    return safe_html(rough, BASE, "e1-")


def shown(markdown: str) -> str:
    """Markdown of a post at BASE as safe HTML."""
    return cleaned(html_of(markdown))


def published(body: str, generator: str = "") -> str:
    """The body of a post at BASE, in the folder of a generator, as safe HTML."""
    markdown, _ = without_shortcodes(body, generator=generator)
    return cleaned(html_of(markdown, generator))


def translated(body: str) -> str:
    """The Markdown of a body in which all tags of generators are known."""
    markdown, removed = without_shortcodes(body)
    assert [tag for tag in removed if not tag.is_known] == []
    return markdown


def read(body: str, front: str = "", generator: str = "", name: str = "tea.md") -> Entry:
    """The entry of a post with this body, in a folder of a generator."""
    return _read(body, front, generator, name)[0]


def warned(body: str, front: str = "", generator: str = "", name: str = "tea.md") -> list[str]:
    """The code and the text of each warning about such a post."""
    return [f"{each.code} {each.text}" for each in _read(body, front, generator, name)[1]]


def _read(
    body: str, front: str, generator: str, name: str
) -> tuple[Entry, tuple[Problem, ...]]:
    site = a_site(generator=generator, dialect="auto")
    source = f"---\ntitle: Green tea\ndate: 2026-03-01 09:30\n{front}---\n{body}"
    post = parse_post(name, source.encode(), site)
    assert isinstance(post, Post), post
    entry = compose(post, site, "tag:example.org,2026:tea", post.published)
    assert isinstance(entry, Entry), entry
    return entry, post.warnings
