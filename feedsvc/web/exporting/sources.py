"""What each page is rendered from, as a hash that is much cheaper than the page.

A hash must change whenever the bytes of the page do; it may change more often. So it has all
values that a page might show, not only those that it shows today: the posts of a list, the
feeds that have these posts, and everything that is the same for all pages.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, cached_property
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Final

import feedsvc
from feedsvc.settings.settings import Settings
from feedsvc.store.site_lists import EntryLine
from feedsvc.store.snapshot import FeedRecord, Snapshot

_LIBRARIES: Final = ("flask", "jinja2", "markupsafe", "pygments", "segno", "werkzeug")
_CODE: Final = frozenset([".py", ".html", ".toml", ".css", ".js", ".svg"])
_NEWEST: Final = 60  # posts of the site that its index might show
_MOST_RELATED: Final = 120  # feeds below a category that its page might choose from
# Settings of the server that no page and no header shows.
_UNSEEN: Final = frozenset(
    ["host", "port", "workers", "memory", "purge", "purge_method", "poll_limit", "proxies"]
) | frozenset(["proxy_header"])


class Sources:
    """The hashes of all pages of a snapshot."""

    def __init__(self, settings: Settings, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._records = list(snapshot.feeds())
        self._newest_dates: dict[int, int] = {}  # of each feed, once its order is known
        self.site = self._digest_of_site(settings)

    def _digest_of_site(self, settings: Settings) -> str:
        """A hash of all that every page depends on: our code, the settings, the site."""
        site = self._snapshot.site()
        shown = settings.model_dump_json(
            include={"site": True, "feeds": True, "redirects": True, "server": True},
            exclude={"server": set(_UNSEEN)},
        )
        odd = [each.permalink for each in self.entries if "/page/" in each.permalink]
        return _hash(code_digest(), shown, site.to_json() if site else "", *sorted(odd))

    @cached_property
    def entries(self) -> list[EntryLine]:
        """Every entry of the site, by id."""
        return list(self._snapshot.entry_lines())

    @property
    def records(self) -> list[FeedRecord]:
        """Every feed, by path; the feed of the site is the first."""
        return self._records

    @cached_property
    def feeds(self) -> str:
        """A hash of all feeds."""
        return _hash(self.site, *self._shown.values())

    def index(self) -> str:
        """What the index and lists of feeds are rendered from."""
        newest = self._order[self._records[0].number][:_NEWEST] if self._records else []
        return _hash(self.feeds, *(self._digests[number] for number in newest))

    def fixed(self, path: str) -> str:
        """What a page is rendered from that shows no post and no list."""
        return _hash(self.site, path)

    def page_of_feed(self, record: FeedRecord, first: int, last: int) -> str:
        """What the page of a feed is rendered from that has its entries `first` to `last`."""
        shown = self._order[record.number][first:last]
        feeds = {feed for number in shown for feed in self._feeds_of[number]}
        if record.topic.names:
            feeds.discard(self._records[0].number)
        related = (self._shown[number] for number in sorted(feeds))
        return _hash(
            *(self.site, self._shown[record.number], str(first)),
            *(self._digests[number] for number in shown),
            *related,
            *(self._family(record.topic.path) if record.topic.kind == "category" else ()),
        )

    def post(self, entry: EntryLine) -> str:
        """What the page of a post is rendered from.

        Also the posts before and after it, and the lines of its tags and categories.
        """
        before, after = self._neighbours.get(entry.number, ("", ""))
        feeds = self._feeds_of.get(entry.number, ())  # and with them the newest dates
        lines = (self._lines[feed] for feed in feeds)
        return _hash(self.site, entry.digest, before, after, *filter(None, lines))

    @cached_property
    def _lines(self) -> dict[int, str]:
        """What a line in a list shows of each tag and category; empty for other feeds."""
        return {
            record.number: f"{record.topic.path} {record.topic.names} {record.entries} "
            f"{self._newest_dates.get(record.number, 0)}"
            if record.topic.kind in ("tag", "category")
            else ""
            for record in self._records
        }

    @cached_property
    def _digests(self) -> dict[int, str]:
        return {each.number: each.digest for each in self.entries}

    @cached_property
    def _shown(self) -> dict[int, str]:
        return {record.number: _shown(record) for record in self._records}

    @cached_property
    def _order(self) -> dict[int, list[int]]:
        """The numbers of the entries of each feed, in its order."""
        ids = {each.number: each.id for each in self.entries}
        order: dict[int, list[int]] = defaultdict(list)
        for (feed, date), same in groupby(self._snapshot.members(), lambda row: row[:2]):
            self._newest_dates.setdefault(feed, date)
            numbers = [number for _, _, number in same]
            if len(numbers) > 1:
                numbers.sort(key=lambda number: ids[number].encode(), reverse=True)
            order[feed] += numbers
        return order

    @cached_property
    def _feeds_of(self) -> dict[int, list[int]]:
        feeds: dict[int, list[int]] = defaultdict(list)
        for feed, numbers in self._order.items():
            for number in numbers:
                feeds[number].append(feed)
        return feeds

    @cached_property
    def _neighbours(self) -> dict[int, tuple[str, str]]:
        order = self._order[self._records[0].number] if self._records else []
        digests = ["", *(self._digests[number] for number in order), ""]
        return {n: (digests[i], digests[i + 2]) for i, n in enumerate(order)}

    def _family(self, path: str) -> Iterator[str]:
        """The categories that the page of a category might name: below it and beside it."""
        for folder in (path, path.rpartition("/")[0]):
            yield self._below.get(folder, "")

    @cached_property
    def _below(self) -> dict[str, str]:
        """A hash of the largest categories below each folder."""
        below: dict[str, list[FeedRecord]] = defaultdict(list)
        for record in self._records:
            folder = record.topic.path if record.topic.kind == "category" else ""
            while "/" in folder:
                folder = folder.rpartition("/")[0]
                below[folder].append(record)
        return {folder: _hash(*map(_shown, _largest(each))) for folder, each in below.items()}


def _largest(records: list[FeedRecord]) -> list[FeedRecord]:
    ordered = sorted(records, key=lambda record: (-record.entries, record.topic.path))
    return ordered[:_MOST_RELATED]


def _shown(record: FeedRecord) -> str:
    names = json.dumps(record.topic.names)
    return f"{record.topic.path} {names} {record.entries} {record.digest} {record.changed_at}"


@cache
def code_digest() -> str:
    """A hash of the code that renders pages, its templates and texts, and of its libraries."""
    folder = Path(feedsvc.__file__).parent
    files = sorted(file for file in folder.rglob("*") if file.suffix in _CODE)
    digest = hashlib.sha256()
    for file in files:
        code = file.read_bytes()
        digest.update(f"{file.relative_to(folder)} {len(code)}\n".encode() + code)
    return _hash(digest.hexdigest(), *(version(name) for name in _LIBRARIES))


def _hash(*values: str) -> str:
    return hashlib.sha256("\0".join(values).encode()).hexdigest()[:32]
