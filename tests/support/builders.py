"""Plain values for tests: each is whole, and `changes` name what a test is about."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.media import Enclosure
from feedsvc.core.people import Person
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post, Reading
from feedsvc.core.rules import Rules
from feedsvc.core.site import Site

_RULES = {field.name for field in fields(Rules)}
DATE = "date: 2026-03-01T09:30:00Z\n"  # one line of front matter: what no post can be without


def at(text: str) -> datetime:
    """The instant that an ISO date names; one without an offset is in UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def a_site(**changes: Any) -> Site:
    """A site about tea, in Shanghai's time; changes of its rules may be named directly."""
    site = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")
    ruled = {key: changes.pop(key) for key in [*changes] if key in _RULES}
    return replace(site, rules=replace(site.rules, **ruled), **changes)


def people(*names: str) -> tuple[Person, ...]:
    """Authors of whom only the names are known."""
    return tuple(map(Person, names))


def a_post(**changes: Any) -> Post:
    """A post that says nothing but its body."""
    post = Post(
        path="tea.md",
        key="path:tea",
        title="Green tea",
        published=at("2026-03-01 09:30"),
        updated=None,
        permalink="https://example.org/posts/tea/",
        tags=(),
        categories=(),
        authors=(),
        summary="",
        language="",
        body="Brewed twice.",
    )
    return replace(post, **changes)


def an_entry(name: str = "tea", /, **changes: Any) -> Entry:
    """An entry of the post `name`, written by Li, without tags."""
    entry = Entry(
        id=f"tag:example.org,2026:{name}",
        permalink=f"https://example.org/posts/{name}/",
        title=name,
        summary="",
        content_html="<p>Brewed twice.</p>",
        published=at("2026-03-01 09:30"),
        updated=at("2026-03-01 09:30"),
        language="",
        tags=(),
        categories=(),
        authors=people("Li"),
    )
    return replace(entry, **changes)


def an_episode(name: str = "a.mp3", /, **changes: Any) -> Enclosure:
    """A file to hear, of which all is known."""
    href = f"https://example.org/{name}"
    return replace(Enclosure(href, "audio/mpeg", length=1024, duration=61), **changes)


def source(front: str, body: str = "") -> bytes:
    """The bytes of a file: `front` stands in line 2 and on, between its two marks."""
    ended = front if front.endswith("\n") else front + "\n"
    return f"---\n{ended}---\n{body}".encode()


def reading(front: str, body: str = "", path: str = "tea.md", **site: Any) -> Reading:
    """What a file says that has a date in line 2 and `front` from line 3 on."""
    return parse_post(path, source(DATE + front, body), a_site(**site))


def post_of(front: str, body: str = "", path: str = "tea.md", **site: Any) -> Post:
    """The same, where it is to be a post."""
    post = reading(front, body, path, **site)
    assert isinstance(post, Post), post
    return post
