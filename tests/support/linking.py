"""A folder of posts that link to each other, without a store."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from feedsvc.core.feeds.entries import Entry, compose
from feedsvc.core.feeds.feeds import Topic
from feedsvc.core.feeds.link_index import Linkable, LinkIndex, feed_linkable, names_of_feed
from feedsvc.core.feeds.link_positions import located
from feedsvc.core.feeds.linked_entries import (
    LinkedEntry,
    linked_entry,
    names_to_look_up,
    with_link_problems,
)
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from feedsvc.core.site import Site
from tests.support.builders import DATE, a_site, source

PAGES: Final = a_site(pages=True)


def composed(body: str, path: str = "one.md", front: str = "", site: Site = PAGES) -> Entry:
    """The entry of a post at a path, before its links are resolved."""
    file = source(DATE + front, body)
    post = parse_post(path, file, site)
    assert isinstance(post, Post), post
    entry = compose(post, site, "urn:one", post.published)
    assert isinstance(entry, Entry), entry
    return located(entry, file.decode(), is_html=path.endswith(".html"))


def an_index(
    files: Mapping[str, str] | Sequence[str] = (),
    *topics: Topic,
    site: Site = PAGES,
) -> LinkIndex:
    """The index of these files, each at its own address, and of the feeds of these topics."""
    urls = files if isinstance(files, Mapping) else {path: url_of(path) for path in files}
    feeds: dict[str, list[Linkable]] = {}
    for topic in topics:
        for name in names_of_feed(topic, site.rules):
            feeds.setdefault(name, []).append(feed_linkable(site, topic))
    return LinkIndex(site, [Linkable(path, url) for path, url in urls.items()], feeds)


def url_of(path: str) -> str:
    """The address of a published file in these tests."""
    return f"https://example.org/-/{path}/"


def linked(body: str, index: LinkIndex, path: str = "one.md") -> LinkedEntry:
    """The entry of a post at a path with resolved links."""
    return linked_entry(composed(body, path), path, index)


def linked_posts(count: int) -> Callable[[], object]:
    """Finding, resolving and reporting links, most of them to files with one name."""
    lines = (f"[a](x/{n}/two.md) [b]({n}/two.md) [c]({{tag}}t{n})\n" for n in range(count))
    body = "".join(lines)
    files = [Linkable(f"{n}/two.md", url_of(str(n))) for n in range(count)]
    topics = [Topic("tag", (f"t{n}",)) for n in range(0, count, 2)]
    entry = composed(body)

    def link() -> object:
        feeds = {
            name: [feed_linkable(PAGES, topic)]
            for topic in topics
            for name in names_of_feed(topic, PAGES.rules)
        }
        found = located(entry, body, is_html=False)
        made = linked_entry(found, "one.md", LinkIndex(PAGES, files, feeds))
        names_to_look_up(made.entry, "one.md")
        return with_link_problems((), made.entry, "one.md", made.lost)

    return link
