"""Which feeds a page offers to feed readers and feed finders, and in which order.

The first `link` with `rel=alternate` is the default: HTML says so, and feed finders take it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from feedsvc.core import addresses
from feedsvc.core.feeds.feeds import SITE_TOPIC, Topic, title_of
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.site import Site
from feedsvc.store.snapshot import Snapshot

FORMAT_NAMES: Final = {"atom": "Atom", "rss": "RSS", "json": "JSON"}
_MOST_OF_POST: Final = 12  # feeds that the page of a post offers


@dataclass(frozen=True, slots=True)
class OfferedFeed:
    """A feed document that a page offers: one `link` of its head."""

    title: str
    media_type: str
    href: str


def offered_feeds(site: Site, feeds: Iterable[Topic | OfferedFeed]) -> list[OfferedFeed]:
    """The documents of these feeds in this order, and then those of the site's feed."""
    every = list(feeds)
    topics = [each for each in every if isinstance(each, Topic)]
    return [
        *(each for each in every if isinstance(each, OfferedFeed)),
        *_documents(site, topics),
    ]


def _documents(site: Site, topics: Iterable[Topic]) -> list[OfferedFeed]:
    return [
        OfferedFeed(
            title=f"{title_of(site, topic)} ({name})",
            media_type=FORMATS[format_name].media_type.partition(";")[0],
            href=addresses.url(site.url, addresses.document_path(topic.path, format_name)),
        )
        for topic in dict.fromkeys([*topics, SITE_TOPIC])
        for format_name, name in FORMAT_NAMES.items()
    ]


def offered_by_feed(snapshot: Snapshot, topic: Topic) -> list[Topic]:
    """The feeds that the page of a feed offers: its own, then its parents, the nearest first.

    A parent has no feed if posts limit theirs: `feeds: [categories/Tea/Green]`.
    """
    depths = range(len(topic.names) - 1, 0, -1) if topic.kind == "category" else ()
    parents = {each.path: each for each in (Topic("category", topic.names[:n]) for n in depths)}
    existing = snapshot.digests(parents) if parents else {}
    return [topic, *(parent for path, parent in parents.items() if path in existing)]


def offered_by_post(topics: Collection[Topic]) -> list[Topic]:
    """The feeds that the page of a post offers, of those that have the post.

    The site's feed comes first: who subscribes on a post wants to read its author, and rarely
    one subject. It comes last if the post is not in it. The most specific categories are next,
    then tags, authors and filters.
    """
    categories = [topic for topic in topics if topic.kind == "category"]
    categories.sort(key=lambda topic: -len(topic.names))
    others = [
        topic for kind in ("tag", "author", "filter") for topic in topics if topic.kind == kind
    ]
    own = [SITE_TOPIC] if SITE_TOPIC in topics else []
    return [*own, *categories, *others][:_MOST_OF_POST]
