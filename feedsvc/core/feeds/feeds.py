"""Entry -> Feed: which feeds exist, which entries each one holds, and when a feed changes.

A feed is a query over entries. Its digest says whether its documents changed, without
rendering them.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, Literal, TypeAlias
from urllib.parse import quote

from feedsvc.core import addresses
from feedsvc.core.feeds.archives.paging import NO_PAGING, Extent, Paging, paging_mark
from feedsvc.core.feeds.deletions.tombstones import Tombstone, fitting, tombstones_mark
from feedsvc.core.feeds.entries import AUDIO, Entry, cut_short, with_summary_only
from feedsvc.core.feeds.entry_size import MARKUP, entry_size, head_size, most_size, show_size
from feedsvc.core.languages import language_tag, own_name
from feedsvc.core.licences.licences import licence_address, licence_name
from feedsvc.core.site import Site

# Raise this number when equal posts give other bytes than before.
RENDERER_VERSION: Final = "6"

# How often a document may have its topic: title, id, home page, its own URL, an archive page.
_MOST_NAMES: Final = 5

Kind: TypeAlias = Literal["site", "tag", "category", "author", "language", "filter"]

_KIND_WORDS: Final[dict[Kind, str]] = {  # the words of `Entry.feeds`
    "site": "site",
    "tag": "tags",
    "category": "categories",
    "author": "authors",
    "language": "languages",
    "filter": "filters",
}


@dataclass(frozen=True, slots=True)
class Topic:
    """The subject of a feed: the whole site, a tag, a category, an author or a language.

    Also a filter that the settings name: its names are that in its address, and its title.
    """

    kind: Kind
    names: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The path of the feed, without the name of a document; empty for the site's feed."""
        match self.kind:
            case "site":
                return ""
            case "tag":
                return addresses.tag_path(self.names[0])
            case "category":
                return addresses.category_path(self.names)
            case "author":
                return addresses.author_path(self.names[0])
            case "language":
                return addresses.language_path(self.names[0])
            case _:
                return addresses.filter_path(self.names[0])

    @property
    def label(self) -> str:
        """The name for people: `AI`, `Sports / Baseball`, `中文 (zh-CN)`."""
        if self.kind == "filter":
            return self.names[1]
        return own_name(self.names[0]) if self.kind == "language" else " / ".join(self.names)


SITE_TOPIC: Final = Topic("site")


@dataclass(frozen=True, slots=True)
class Feed:
    """A title and the entries, newest first: everything that the documents show.

    `deleted` are the tombstones of entries that it had; only Atom has a word for them.
    """

    site: Site
    topic: Topic
    entries: tuple[Entry, ...]
    paging: Paging = NO_PAGING
    deleted: tuple[Tombstone, ...] = ()

    @property
    def id(self) -> str:
        """A permanent URI; it does not depend on the site's URL (RFC 4287 §4.2.6)."""
        path = quote(self.topic.path, safe="/~")
        return f"tag:{self.site.tag_authority}:feed:{path or 'site'}"

    @property
    def title(self) -> str:
        """What differs comes first, as lists of feeds are narrow: `AI - Site`."""
        return title_of(self.site, self.topic)

    @property
    def description(self) -> str:
        """The subtitle of the site, or else the title: never empty."""
        return self.site.subtitle or self.title

    @property
    def rights(self) -> str:
        """The rights of the site in words, or else the name of its licence; may be empty."""
        return self.site.rights or licence_name(self.site.license)

    @property
    def is_podcast(self) -> bool:
        """True if each of its entries has an audio file. A retracted one had it, perhaps."""
        posts = [entry for entry in self.entries if not entry.is_notice]
        return bool(posts) and all(entry.has_audio for entry in posts)

    @property
    def language(self) -> str:
        """The language of the entries that name no other (`xml:lang`, RFC 4287 §2)."""
        return language_of(self.site, self.topic)

    @property
    def home_page(self) -> str:
        """The URL of the HTML page that belongs to the feed."""
        return page_of(self.site, self.topic)

    @property
    def updated(self) -> datetime:
        """The date of the newest entry, never the time of a publish (RFC 4287 §4.2.15)."""
        return max((entry.updated for entry in self.entries), default=self.site.since)

    def self_link(self, format_name: str) -> str:
        """The URL of this document in a format: of the feed, or of an archive page."""
        page = self.paging.page
        return self.page_link(page, format_name) if page else self.current_link(format_name)

    def current_link(self, format_name: str) -> str:
        """The URL of the feed's subscription document in a format (RFC 5005 §4)."""
        return addresses.url(
            self.site.url, addresses.document_path(self.topic.path, format_name)
        )

    def page_link(self, page: int, format_name: str) -> str:
        """The URL of an archive page of the feed in a format."""
        path = addresses.archive_path(self.topic.path, page)
        return addresses.url(self.site.url, addresses.document_path(path, format_name))

    def history_links(self, format_name: str) -> Iterator[tuple[str, str]]:
        """The links to the other documents of the feed, by relation (RFC 5005 §4)."""
        if self.paging.page:
            yield "current", self.current_link(format_name)
        if self.paging.previous:
            yield "prev-archive", self.page_link(self.paging.previous, format_name)
        if self.paging.next:
            yield "next-archive", self.page_link(self.paging.next, format_name)


def link_header(site: Site, self_link: str) -> str:
    """The `Link` header of a feed document: its hubs, its own URL (WebSub §4), its licence."""
    hubs = "".join(f'<{hub}>; rel="hub", ' for hub in site.hubs)
    licence = license_link(site.license)
    return f'{hubs}<{self_link}>; rel="self"' + (f", {licence}" if licence else "")


def license_link(licence: str) -> str:
    """A licence as a value of the `Link` header (RFC 8288); empty if there is none."""
    return f'<{licence_address(licence)}>; rel="license"' if licence else ""


def page_of(site: Site, topic: Topic) -> str:
    """The URL of a topic's HTML page; the home page if the site has no such pages."""
    path = f"{topic.path}/" if site.pages and topic.path else ""
    return addresses.url(site.url, path)


def title_of(site: Site, topic: Topic) -> str:
    """The title of a topic's feed. The address, not the title, tells a tag from a category."""
    return f"{topic.label} - {site.title}" if topic.names else site.title


def language_of(site: Site, topic: Topic) -> str:
    """The language of a topic's feed: that of a language topic, else the site's."""
    return topic.names[0] if topic.kind == "language" else language_tag(site.language)


def listed(topics: Iterable[Topic]) -> list[Topic]:
    """The topics that lists for people show: languages only if there is more than one."""
    every = list(topics)
    languages = sum(topic.kind == "language" for topic in every)
    return [topic for topic in every if topic.kind != "language" or languages > 1]


def topics_of(entry: Entry) -> tuple[Topic, ...]:
    """The topics whose feeds hold the entry.

    A category includes its ancestors. If the post limits its feeds, only those topics remain:
    an empty limit leaves none.
    """
    topics = _all_topics(entry)
    if entry.feeds is None:
        return topics
    return tuple(
        t for t in topics if _KIND_WORDS[t.kind] in entry.feeds or t.path in entry.feeds
    )


def _all_topics(entry: Entry) -> tuple[Topic, ...]:
    levels = dict.fromkeys(
        names[: depth + 1] for names in entry.categories for depth in range(len(names))
    )
    topics = [
        SITE_TOPIC,
        *(_topic("tag", (tag,)) for tag in entry.tags),
        *(_topic("category", names) for names in levels),
        *(_topic("author", (author.name,)) for author in entry.authors),
        *(_topic("language", (language,)) for language in [entry.language] if language),
    ]
    return tuple(dict.fromkeys(topics))  # two authors can have the same name


@lru_cache(maxsize=4096)
def _topic(kind: Kind, names: tuple[str, ...]) -> Topic:
    """One value for all entries of a topic, which is made and compared faster."""
    return Topic(kind, names)


def full_or_summary(site: Site, topic: Topic, entry: Entry) -> Entry:
    """The entry with its full content or its summary, as post, feed or site settings say.

    The post's own setting comes first, then that of the feed, then that of the site.
    """
    return _full_or_summary(_content_of(site, topic), entry)


def _content_of(site: Site, topic: Topic) -> str:
    return dict(site.contents).get(topic.path) or site.content


def _full_or_summary(content: str, entry: Entry) -> Entry:
    return with_summary_only(entry) if (entry.content or content) == "summary" else entry


def feed_of(
    site: Site,
    topic: Topic,
    newest: Sequence[Entry],
    extent: Extent | None = None,
    deleted: Sequence[Tombstone] = (),
) -> Feed:
    """The feed of a topic: the newest entries, within the site's limits of number and size.

    An entry that alone exceeds the size limit is shown with a short summary; if that is still
    too large, the feed skips the entry. The feed ends before the first other entry that does
    not fit. The newest of the `deleted` entries follow as far as there is room. Without an
    `extent` the feed says nothing of its history.
    """
    content, address = _content_of(site, topic), addresses.url(site.url, topic.path)
    chosen = tuple(fitting_entries(site, content, address, newest))
    shown = _shown_deleted(site, address, chosen, deleted) if deleted else ()
    if extent is None:
        return Feed(site, topic, chosen, deleted=shown)
    if len(chosen) == extent.entries:
        return Feed(site, topic, chosen, Paging(is_complete=True), shown)
    return Feed(site, topic, chosen, Paging(extent.newest_page), shown)


def _shown_deleted(
    site: Site, address: str, chosen: Sequence[Entry], deleted: Sequence[Tombstone]
) -> tuple[Tombstone, ...]:
    """The tombstones for which the chosen entries leave room."""
    used = sum(entry_size(entry, site) for entry in chosen)
    return tuple(fitting(deleted, _most_octets(site, address, chosen) - used))


def fitting_entries(
    site: Site, content: str, address: str, newest: Sequence[Entry]
) -> list[Entry]:
    """The entries that a feed at this address shows, of its newest ones."""
    shown = [_full_or_summary(content, each) for each in newest[: site.entries]]
    limit = remaining = _most_octets(site, address, shown)
    if sum(most_size(entry, site) for entry in shown) <= limit:
        return shown
    chosen: list[Entry] = []
    for entry in shown:
        size = entry_size(entry, site)
        if size > limit:
            entry = cut_short(entry)
            size = entry_size(entry, site)
        if size > limit:
            continue
        if size > remaining:
            break
        remaining -= size
        chosen.append(entry)
    return chosen


def _most_octets(site: Site, address: str, shown: Sequence[Entry]) -> int:
    """How many octets all entries of a document that shows these may have."""
    names = _MOST_NAMES * len(address)
    show = show_size(site) if any(entry.has_audio for entry in shown) else 0
    return site.max_bytes - MARKUP - head_size(site) - show - names


def shown_entries(site: Site, topic: Topic, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Entries as a feed shows them, each within the size limit of a document if possible."""
    address = addresses.url(site.url, topic.path)
    return shortened_entries(site, _content_of(site, topic), address, entries)


def shortened_entries(
    site: Site, content: str, address: str, entries: Iterable[Entry]
) -> Iterator[Entry]:
    """Entries as a feed at this address shows them, each within the size limit if possible."""
    shown = [_full_or_summary(content, each) for each in entries]
    limit = _most_octets(site, address, shown)
    for entry in shown:
        is_large = most_size(entry, site) > limit and entry_size(entry, site) > limit
        yield cut_short(entry) if is_large else entry


def feed_digest(
    site: Site,
    topic: Topic,
    entry_digests: Iterable[str],
    extent: Extent | None = None,
    deleted: Sequence[Tombstone] = (),
) -> str:
    """A hash of everything that the feed's documents are rendered from.

    The settings of the podcast are part of it if an entry has an audio file, so that other
    feeds do not change with them. Tombstones are part of it if there are any.
    """
    digests = tuple(entry_digests)
    mark = paging_mark(extent, site.entries) if extent else ""
    rendered_from = [
        RENDERER_VERSION,
        site.digest,
        topic.kind,
        *topic.names,
        "",
        *digests,
        *([mark] if mark else []),
        *podcast_mark(site, digests),
        *tombstones_mark(deleted),
    ]
    return hashlib.sha256("\x00".join(rendered_from).encode()).hexdigest()


def podcast_mark(site: Site, entry_digests: Iterable[str]) -> tuple[str, ...]:
    """A hash of the settings of the podcast if one of these entries has an audio file."""
    has_audio = any(digest.endswith(AUDIO) for digest in entry_digests)
    return (site.podcast.digest,) if has_audio else ()


def opml_digest(site: Site, paths: Iterable[str]) -> str:
    """A hash of everything that the OPML list of all feeds is rendered from."""
    rendered_from = [RENDERER_VERSION, site.digest, *sorted(paths)]
    return hashlib.sha256("\x00".join(rendered_from).encode()).hexdigest()


def entity_tag(digest: str, format_name: str) -> str:
    """The strong ETag of a document (RFC 9110 §8.8.3): 32 hex digits, equal on all machines.

    It contains the version of this renderer, although the digest contains one already: the
    digest in the store may come from an older version. New bytes must never get an old tag.
    """
    parts = f"{digest} {format_name} {RENDERER_VERSION}"
    return hashlib.sha256(parts.encode()).hexdigest()[:32]
