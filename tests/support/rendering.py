"""HTML and Markdown as they appear in a feed, for tests of what authors write."""

from typing import Final

from feedsvc.core.html.sanitise import safe_html
from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.markdown.shortcodes import without_shortcodes

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
