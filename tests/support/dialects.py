"""What the tests of each dialect of front matter look at: its values and its body."""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias
from urllib.parse import unquote

from feedsvc.core.feeds.entries import Entry, compose
from feedsvc.core.frontmatter.parse import read_front_matter
from feedsvc.core.frontmatter.source import Value
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Draft, NotAPost, Post
from feedsvc.core.problems import Problem
from feedsvc.core.rules import Dialect
from tests.support.builders import a_site

Read: TypeAlias = tuple[dict[str, Value], str, int]


def read_as(dialect: Dialect, text: str) -> Read:
    """The values, the body and the body's line of a text that is recognised as this dialect."""
    front = read_front_matter(text)
    assert front is not None
    assert front.dialect == dialect
    values = {key: field.value for key, field in front.fields.items()}
    return values, front.body, front.body_line


def outcome(path: str, text: str, names: Iterable[str], **site: Any) -> dict[str, Any] | str:
    """What becomes of a file: these facts of the post, or in words why it is none."""
    match parse_post(path, text.encode(), a_site(**site)):
        case Post() as post:
            return {name: _FACTS[name](post) for name in names}
        case Draft() as draft:
            return f"hidden by {draft.reason}"
        case Problem() as problem:
            return f"refused in line {problem.line}: {problem.code}"
        case NotAPost():
            return "no post"


def _entry(post: Post) -> Entry:
    entry = compose(post, a_site(), post.key, post.published)
    assert isinstance(entry, Entry)
    return entry


_FACTS: Final[dict[str, Callable[[Post], Any]]] = {
    "title": lambda post: post.title,
    "date": lambda post: post.published.isoformat(),
    "waits": lambda post: post.public_from.isoformat(),
    "updated": lambda post: post.updated and post.updated.isoformat(),
    "expires": lambda post: post.expires and post.expires.isoformat(),
    "key": lambda post: post.key,
    "link": lambda post: unquote(post.permalink.removeprefix("https://example.org")),
    "tags": lambda post: [*post.tags],
    "categories": lambda post: ["/".join(path) for path in post.categories],
    "authors": lambda post: [author.name for author in post.authors],
    "pages": lambda post: [author.uri for author in post.authors],
    "summary": lambda post: post.summary,
    "excerpt": lambda post: _entry(post).summary,
    "language": lambda post: post.language,
    "image": lambda post: unquote(post.image.removeprefix("https://example.org")),
    "body": lambda post: post.body,
    "feeds": lambda post: post.feeds,
    "warnings": lambda post: [warning.code for warning in post.warnings],
}
