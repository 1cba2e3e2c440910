"""Links for visitors: lists of feeds, the tree of categories, similar names."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from typing import Final
from urllib.parse import quote

from feedsvc.core import addresses
from feedsvc.core.dates import local
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import (
    SITE_TOPIC,
    Kind,
    Topic,
)
from feedsvc.core.filters.placing import topics_in
from feedsvc.core.site import Site
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.web.pages.discovery import FORMAT_NAMES

KINDS: Final[
    dict[str, Kind]
] = {  # by the first segment of their paths, in the order of the index
    "categories": "category",
    "tags": "tag",
    "authors": "author",
    "lang": "language",
    "filters": "filter",
}
FOLDERS: Final = {kind: folder for folder, kind in KINDS.items()}
_RELATED: Final = 12
_MOST_NAMES: Final = 1000  # names that a misspelt one is compared with
_MOST_LETTERS: Final = 60  # of a name that are compared
_ALIKE: Final = 0.6  # the cutoff of difflib.get_close_matches


@dataclass(slots=True)
class FeedLine:
    """A feed in a list: its label, its page, and its documents by format name.

    `newest` is the date of its newest post, in the site's zone; None without posts.
    """

    label: str
    topic: Topic
    page: str
    documents: dict[str, str]
    entries: int
    newest: datetime | None = None
    below: list["FeedLine"] = field(default_factory=list)


def address_of(site: Site, topic: Topic) -> str:
    """The URL of the page of a topic's feed. The index is the page of the site's feed."""
    return f"{addresses.url(site.url, topic.path)}/" if topic.names else f"{site.url}/"


def code_of(site: Site, topic: Topic) -> str:
    """The URL of the QR code with the address of a topic's feed."""
    return f"{address_of(site, topic)}{addresses.QR_NAME}"


def documents_of(site: Site, topic: Topic) -> dict[str, str]:
    """The URLs of a feed's documents, by format name: `Atom`, `RSS`, `JSON`."""
    return {
        name: addresses.url(site.url, addresses.document_path(topic.path, format_name))
        for format_name, name in FORMAT_NAMES.items()
    }


def feed_line(site: Site, record: FeedRecord) -> FeedLine:
    """The line of a feed in a list."""
    topic = record.topic
    return FeedLine(
        label=topic.label,
        topic=topic,
        page=address_of(site, topic),
        documents=documents_of(site, topic),
        entries=record.entries,
    )


def feed_lines(snapshot: Snapshot, site: Site, records: Sequence[FeedRecord]) -> list[FeedLine]:
    """The lines of feeds in a list, with the dates of their newest posts."""
    newest = snapshot.newest_dates([record.number for record in records])
    lines = [feed_line(site, record) for record in records]
    for line, record in zip(lines, records, strict=True):
        date = newest.get(record.number)
        line.newest = date and in_zone(site, date)
    return lines


def in_zone(site: Site, moment: datetime) -> datetime:
    """The moment in the site's zone, or in its own if it is not in the years 1 to 9999 there.

    Hugo writes the first second of the year 1 for posts without a date.
    """
    try:
        return local(moment, site.zone)
    except OverflowError:
        return moment


def tree(lines: Iterable[FeedLine]) -> list[FeedLine]:
    """The lines of categories as a tree, each below its nearest ancestor in `lines`.

    Removes the label of the parent from each label.
    """
    by_names: dict[tuple[str, ...], FeedLine] = {}
    roots: list[FeedLine] = []
    for line in sorted(lines, key=lambda line: line.topic.names):  # parents before children
        names = line.topic.names
        depth = next((n for n in range(len(names) - 1, 0, -1) if names[:n] in by_names), 0)
        line.label = " / ".join(names[depth:])
        siblings = by_names[names[:depth]].below if depth else roots
        siblings.append(line)
        by_names[names] = line
    return roots


def reader_links(document: str, readers: Mapping[str, str]) -> dict[str, str]:
    """The URL at which each reader subscribes to a feed document."""
    quoted = quote(document, safe="")
    return {name: address.replace("{url}", quoted) for name, address in readers.items()}


def related(
    snapshot: Snapshot, site: Site, topic: Topic, shown: Sequence[Entry]
) -> list[FeedLine]:
    """The largest feeds below and beside a category, or feeds that share posts."""
    if topic.kind == "category":
        records = _family(snapshot, topic)
    else:
        shared = Counter(t for entry in shown for t in topics_in(site, entry))
        topics = [t for t, _ in shared.most_common() if t not in (topic, SITE_TOPIC)]
        candidates = (snapshot.feed(other.path) for other in topics[:_RELATED])
        records = [record for record in candidates if record]
    return feed_lines(snapshot, site, records)


def _family(snapshot: Snapshot, topic: Topic) -> list[FeedRecord]:
    below = snapshot.feeds_below(topic.path, _RELATED)
    parent = topic.path.rpartition("/")[0]
    beside = [
        record
        for record in snapshot.feeds_below(parent, 10 * _RELATED)
        if len(record.topic.names) == len(topic.names) and record.topic != topic
    ]
    return [*below, *beside][:_RELATED]


def above(snapshot: Snapshot, site: Site, topic: Topic) -> list[tuple[str, str]]:
    """The label and the page of each parent category, the top level first.

    The page is "" if the parent has no feed: posts may limit theirs.
    """
    if topic.kind != "category":
        return []
    topics = [Topic("category", topic.names[:n]) for n in range(1, len(topic.names))]
    existing = snapshot.digests([each.path for each in topics])
    return [
        (each.names[-1], address_of(site, each) if each.path in existing else "")
        for each in topics
    ]


def nearest(snapshot: Snapshot, site: Site, path: str) -> list[FeedLine]:
    """The feeds whose names are most similar to the name in a path without a page."""
    first, _, rest = path.partition("/")
    kind = KINDS.get(first)
    for name in addresses.FORMATS.values():
        rest = rest.removesuffix(name)
    wanted = rest.strip("/").casefold().replace("_", " ")[:_MOST_LETTERS]
    if kind is None or not wanted:
        return []
    records = snapshot.largest_feeds(kind, _MOST_NAMES)
    by_name = {"/".join(r.topic.names).casefold()[:_MOST_LETTERS]: r for r in records}
    alike = get_close_matches(wanted, by_name, 5, _ALIKE)
    return feed_lines(snapshot, site, [by_name[name] for name in alike])
