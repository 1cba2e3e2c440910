"""Which feeds there are, and what one is: a titled window over entries."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from html import escape
from typing import Final, Literal, TypeAlias
from urllib.parse import quote

from feedsvc.core import addresses
from feedsvc.core.feeds.entries import (
    Entry,
    cut_short,
    with_summary_only,
)
from feedsvc.core.languages import language_tag
from feedsvc.core.site import Site

RENDERER_VERSION: Final = "3"  # raise it when equal posts are read or rendered differently

Kind: TypeAlias = Literal["site", "tag", "category", "author", "language"]

_WORDS: Final[dict[Kind, str]] = {
    "tag": "Tag",
    "category": "Category",
    "author": "Author",
    "language": "Language",
}
_KINDS: Final[dict[Kind, str]] = {  # as a post's `feeds` calls them
    "site": "site",
    "tag": "tags",
    "category": "categories",
    "author": "authors",
    "language": "languages",
}
_FURNITURE: Final = 2_500  # octets of XML round an entry, at the most
_ELEMENT: Final = 150  # octets of XML round a category or an author, at the most
_ATTACHED: Final = 300  # octets of XML round an enclosure or an image, numbers and all


@dataclass(frozen=True, slots=True)
class Topic:
    """What a feed is about: the whole site, a tag, a category path, an author, a language."""

    kind: Kind
    names: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The path of its feeds, without the document's name; `` for the site's."""
        match self.kind:
            case "site":
                return ""
            case "tag":
                return addresses.tag_path(self.names[0])
            case "category":
                return addresses.category_path(self.names)
            case "author":
                return addresses.author_path(self.names[0])
            case _:
                return addresses.language_path(self.names[0])

    @property
    def label(self) -> str:
        """Its name for people: `AI`, `Sports / Baseball`."""
        return " / ".join(self.names)


SITE_TOPIC: Final = Topic("site")


@dataclass(frozen=True, slots=True)
class Feed:
    """A titled choice of entries, newest first: everything that its documents show."""

    site: Site
    topic: Topic
    entries: tuple[Entry, ...]

    @property
    def id(self) -> str:
        """Permanent, whatever becomes of the site's address (RFC 4287 §4.2.6)."""
        path = quote(self.topic.path, safe="/~")
        return f"tag:{self.site.tag_authority}:feed:{path or 'site'}"

    @property
    def title(self) -> str:
        """Tells the site's feeds apart: `Site - Tag: AI`."""
        return title_of(self.site, self.topic)

    @property
    def description(self) -> str:
        """What it holds, in a line that is never empty."""
        return self.site.subtitle or self.title

    @property
    def language(self) -> str:
        """The language of what it holds, for entries that do not name another (A19)."""
        return language_of(self.site, self.topic)

    @property
    def home_page(self) -> str:
        """The page for people that it belongs to."""
        return page_of(self.site, self.topic)

    @property
    def updated(self) -> datetime:
        """The newest of its entries; never the time of a build (RFC 4287 §4.2.15)."""
        return max((entry.updated for entry in self.entries), default=self.site.since)

    def self_link(self, format_name: str) -> str:
        """The URL of its document in a format."""
        return addresses.url(
            self.site.url, addresses.document_path(self.topic.path, format_name)
        )


def link_header(site: Site, self_link: str) -> str:
    """The `Link` header of a feed document: its hubs and its own address (WebSub §4)."""
    hubs = "".join(f'<{hub}>; rel="hub", ' for hub in site.hubs)
    return f'{hubs}<{self_link}>; rel="self"'


def page_of(site: Site, topic: Topic) -> str:
    """The URL of a topic's page for people; the site's where topics have none."""
    path = f"{topic.path}/" if site.pages and topic.path else ""
    return addresses.url(site.url, path)


def title_of(site: Site, topic: Topic) -> str:
    """The title of a topic's feed."""
    return f"{site.title} - {_WORDS[topic.kind]}: {topic.label}" if topic.names else site.title


def language_of(site: Site, topic: Topic) -> str:
    """The language of a topic's feed: its own, or the site's."""
    return topic.names[0] if topic.kind == "language" else language_tag(site.language)


def listed(topics: Iterable[Topic]) -> list[Topic]:
    """The topics that people are shown: languages where there is more than one."""
    every = list(topics)
    languages = sum(topic.kind == "language" for topic in every)
    return [topic for topic in every if topic.kind != "language" or languages > 1]


def topics_of(entry: Entry) -> tuple[Topic, ...]:
    """The topics whose feeds hold the entry, a category's ancestors among them.

    Where the post names its feeds it is in no others; where it names none it is in none.
    """
    topics = _all_topics(entry)
    if entry.feeds is None:
        return topics
    return tuple(t for t in topics if _KINDS[t.kind] in entry.feeds or t.path in entry.feeds)


def _all_topics(entry: Entry) -> tuple[Topic, ...]:
    levels = dict.fromkeys(
        names[: depth + 1] for names in entry.categories for depth in range(len(names))
    )
    topics = [
        SITE_TOPIC,
        *(Topic("tag", (tag,)) for tag in entry.tags),
        *(Topic("category", names) for names in levels),
        *(Topic("author", (author.name,)) for author in entry.authors),
        *(Topic("language", (language,)) for language in [entry.language] if language),
    ]
    return tuple(dict.fromkeys(topics))  # two people may have one name


def in_shape(site: Site, topic: Topic, entry: Entry) -> Entry:
    """The entry whole or as a summary: as the post says, else the feed, else the site."""
    shape = entry.content or dict(site.contents).get(topic.path) or site.content
    return with_summary_only(entry) if shape == "summary" else entry


def feed_of(site: Site, topic: Topic, newest: Sequence[Entry]) -> Feed:
    """The feed over the newest entries of a topic, within the site's limits of size.

    Each is in the shape that was asked for. An entry that alone is larger than a feed may be is
    carried by its summary; one that is too large even so is left out, and those behind it are
    not.
    """
    window: list[Entry] = []
    most = left = site.max_bytes - _FURNITURE
    for entry in (in_shape(site, topic, each) for each in newest[: site.entries]):
        octets = _octets(entry, site)
        if octets > most:
            entry = cut_short(entry)
            octets = _octets(entry, site)
        if octets > most:
            continue
        left -= octets
        if left < 0:
            break
        window.append(entry)
    return Feed(site, topic, tuple(window))


def _octets(entry: Entry, site: Site) -> int:
    """What an entry adds to its largest document, at the most."""
    labels = [(addresses.tag_path(tag), tag) for tag in entry.tags]
    labels += [(addresses.category_path(c), "/".join(c)) for c in entry.categories]
    texts = [
        *(entry.content_html, entry.title),
        escape(entry.summary, quote=False),  # RSS escapes it twice
        *(entry.id, entry.permalink, entry.permalink, entry.language),
        *(entry.image, entry.image),  # the thumbnail is a copy
        *(label for _, label in labels),
        *(part for author in entry.authors for part in astuple(author)),
        *(part for each in entry.enclosures for part in (each.href, each.media_type)),
    ]
    links = sum(len(addresses.url(site.url, path)) for path, _ in labels)
    furniture = _FURNITURE + _ELEMENT * (len(labels) + len(entry.authors))
    furniture += _ATTACHED * (len(entry.enclosures) + bool(entry.image))
    return furniture + links + _escaped("".join(texts))


def _escaped(text: str) -> int:
    """The octets of a text in XML or JSON, whichever needs more."""
    size = len(text.encode()) + 5 * sum(map(text.count, '<&"'))
    return size + 4 * text.count("\r") + 3 * text.count(">") + sum(map(text.count, "\n\t\\"))


def feed_digest(site: Site, topic: Topic, entry_digests: Iterable[str]) -> str:
    """Changes when the bytes of the feed's documents may: all that they are rendered from."""
    seen = [RENDERER_VERSION, site.digest, topic.kind, *topic.names, "", *entry_digests]
    return hashlib.sha256("\x00".join(seen).encode()).hexdigest()


def opml_digest(site: Site, paths: Iterable[str]) -> str:
    """Changes when the list of all feeds does."""
    seen = "\x00".join([RENDERER_VERSION, site.digest, *sorted(paths)])
    return hashlib.sha256(seen.encode()).hexdigest()


def entity_tag(digest: str, format_name: str) -> str:
    """The strong validator of a document: 32 hex digits, the same on every machine.

    The version of the renderer at hand is in it beside the one in the digest, so that a process
    that was upgraded before the store was published anew never gives new bytes an old tag.
    """
    seen = f"{digest} {format_name} {RENDERER_VERSION}"
    return hashlib.sha256(seen.encode()).hexdigest()[:32]
