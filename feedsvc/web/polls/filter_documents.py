"""Documents of filters: which filter a query means, its entries, and the pages beside it.

Anybody can make up filters, so their documents are passing, and reading one has a time limit.
The digest of each is kept for as long as no publish changes anything.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from werkzeug.exceptions import NotFound, ServiceUnavailable

from feedsvc.core.dates import microseconds
from feedsvc.core.feeds.archives.paging import PAGE_SIZE, numbers_of, page_of
from feedsvc.core.feeds.feeds import Topic, entity_tag, link_header
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.feeds.renamed_feeds import successors
from feedsvc.core.filters.filter import Filter, Page, Term
from feedsvc.core.filters.filtered_feeds import (
    Around,
    FilteredFeed,
    filter_digest,
    filtered_feed,
    filtered_page,
)
from feedsvc.core.filters.near_names import near_names
from feedsvc.core.filters.parse import QueryFault, fault_of_unknown, parse_filter
from feedsvc.core.rules import Rules
from feedsvc.core.site import Site
from feedsvc.errors import StoreSlow
from feedsvc.store.filters.choices import Choice, ChosenEntry
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.web.polls.shelf import Document

MOST_SECONDS: Final = 1.0
_WAIT_SECONDS: Final = 0.5  # for another filter that is being read
_BUSY_SECONDS: Final = 1  # after which a reader may retry while others are read
_SLOW_SECONDS: Final = 10  # after which a filter that took too long may be retried
_MOST_KEPT: Final = 1000  # digests
_MOST_NAMES: Final = 1000  # that an unknown one is compared with
_SECONDS_OF_NAMES: Final = 0.05  # for which they are compared
_OF_ADDRESSES: Final = frozenset("|*~")  # what means something else in a value
_SIMILAR: Final = 4  # times the size of a feed: merging with a larger one is slower

_Chain: TypeAlias = tuple[str, ...]  # the paths of the feeds of a group
_State: TypeAlias = tuple[object, ...]  # changes whenever an entry or the site changes


@dataclass(frozen=True, slots=True)
class FoundFilter:
    """A filter of which each term has its feed, and these feeds by path.

    The feeds of `filter.chains` are among them, unless they were removed on purpose.
    """

    site: Site
    cut: Filter
    records: Mapping[str, FeedRecord]

    def chain(self) -> _Chain:
        """The feeds whose archive pages its history follows: those with the fewest entries.

        A page belongs to a chain that has the feed of the page.
        """
        chains = self.cut.chains
        if self.cut.page:
            chains = tuple(chain for chain in chains if self.cut.page[0] in chain)
        return min(chains, key=self._size)

    def choice(self) -> Choice:
        """What to read: the entries of its chain that the other terms do not exclude."""
        first = self.chain()
        groups = list(self.cut.chains)
        groups.remove(first)
        groups.sort(key=self._size)
        without = [(term.paths[0],) for term in self.cut.none_of]
        shared = self._similar(first, groups[:1])
        excluded = self._similar(first, sorted(without, key=self._size)[-1:])
        return Choice(
            self._numbers(first),
            tuple(map(self._numbers, groups)),
            tuple(number for path in without for number in self._numbers(path)),
            microseconds(self.cut.since) if self.cut.since else None,
            shared,
            excluded if shared is None else None,
            self.cut.search,
        )

    def _similar(self, first: _Chain, others: Iterable[_Chain]) -> int | None:
        """The number of another feed that it may be quicker to merge the first one with."""
        for other in others:
            is_single = len(self._numbers(first)) == len(self._numbers(other)) == 1
            if is_single and self._size(other) <= _SIMILAR * self._size(first):
                return self._numbers(other)[0]
        return None

    def _size(self, paths: _Chain) -> int:
        return sum(self.records[path].entries for path in paths if path in self.records)

    def _numbers(self, paths: _Chain) -> tuple[int, ...]:
        return tuple(self.records[path].number for path in paths if path in self.records)


def find_filter(snapshot: Snapshot, site: Site, query: bytes) -> FoundFilter | QueryFault:
    """The filter that a query asks for, or what is wrong with the query.

    Raises ServiceUnavailable if it searches, and the index is still being built.
    """
    parsed = parse_filter(query, site.zone)
    if isinstance(parsed, QueryFault):
        return parsed
    if parsed.search and not snapshot.search.is_ready():
        if snapshot.search.is_on():
            raise ServiceUnavailable(retry_after=_SLOW_SECONDS)
        return QueryFault(
            "q: this site has no index of its texts (search.full_text); leave q out"
        )
    renamed = successors(site.rules)
    wanted = {path for term in parsed.terms for path in term.paths} | {""}
    wanted |= {renamed[path] for path in wanted if path in renamed}
    records = snapshot.feeds_at(wanted)
    terms: dict[Term, Term] = {}
    for term in parsed.terms:
        known = _known(term, records, site.rules)
        if known is None:
            return fault_of_unknown(term, _near(snapshot, term))
        terms[term] = known
    cut = parsed.with_terms(terms)
    if cut.limit == site.entries:
        cut = replace(cut, limit=None)
    if cut.page and not any(cut.page[0] in chain for chain in cut.chains):
        return QueryFault(
            "archive: the filter has no such page; follow the links of the feed or leave it out"
        )
    return FoundFilter(site, cut, records)


def _known(term: Term, records: Mapping[str, FeedRecord], rules: Rules) -> Term | None:
    """The term with the names and the path of its feed; None if no post ever had it."""
    renamed = successors(rules)
    for path in term.paths:
        record = records.get(renamed.get(path, path)) or records.get(path)
        if record:
            return Term(term.kind, record.topic.names, (record.topic.path,))
    # A feed that was removed on purpose has had posts.
    gone = [path for path in term.paths if path in rules.gone]
    return replace(term, paths=(gone[0],)) if gone else None


def _near(snapshot: Snapshot, term: Term) -> list[str]:
    """Names that a misspelt one may mean."""
    with snapshot.until(time.monotonic() + MOST_SECONDS):
        largest = snapshot.largest_feeds(term.kind, _MOST_NAMES)
    until = time.thread_time() + _SECONDS_OF_NAMES
    known = [_written(record.topic) for record in largest]
    return near_names("/".join(term.names), known, lambda: time.thread_time() > until)


def _written(topic: Topic) -> str:
    """The name of a term, as an address that asks for it may have it."""
    name = "/".join(topic.names)
    is_plain = _OF_ADDRESSES.isdisjoint(name) and name.count("/") == len(topic.names) - 1
    return name if is_plain else topic.path.partition("/")[2]


class FilterReader:
    """Reads the entries of filters, and keeps the digests of those that were read last."""

    def __init__(self) -> None:
        self._digests: OrderedDict[str, tuple[_State, str]] = OrderedDict()
        self._lock = threading.Lock()
        self._reading = threading.BoundedSemaphore(1)

    def read(self, snapshot: Snapshot, found: FoundFilter) -> "FilterVersion":
        """The current version of the document of a filter.

        Raises NotFound for an archive page that does not exist yet, and ServiceUnavailable if
        reading takes too long.
        """
        key, state = found.cut.canonical, _state(snapshot, found.site)
        with self._lock:
            kept = self._digests.get(key)
            if kept and kept[0] == state:
                self._digests.move_to_end(key)
                return FilterVersion(kept[1], lambda: self._window(snapshot, found))
        window = self._window(snapshot, found)
        digest = window.digest()
        with self._lock:
            self._digests[key] = state, digest
            if len(self._digests) > _MOST_KEPT:
                self._digests.popitem(last=False)
        return FilterVersion(digest, lambda: window)

    def _window(self, snapshot: Snapshot, found: FoundFilter) -> "_Window":
        with self._turn() as deadline:
            return _read(found, _Steps(snapshot, found, deadline))

    @contextmanager
    def _turn(self) -> Iterator[float]:
        """The only filter that this process reads, until the deadline."""
        if not self._reading.acquire(timeout=_WAIT_SECONDS):
            raise ServiceUnavailable(retry_after=_BUSY_SECONDS)
        try:
            yield time.monotonic() + MOST_SECONDS
        except StoreSlow as error:
            raise ServiceUnavailable(retry_after=_SLOW_SECONDS) from error
        finally:
            self._reading.release()


def _state(snapshot: Snapshot, site: Site) -> _State:
    # The fingerprint is that of feeds; a publish may change old entries alone.
    return snapshot.fingerprint(), snapshot.last_publish(), site.digest


@dataclass(frozen=True, slots=True)
class _Window:
    """The entries of a document, in their order."""

    found: FoundFilter
    entries: tuple[ChosenEntry, ...]
    around: Around
    is_cut: bool

    def digest(self) -> str:
        digests = (each.digest for each in self.entries)
        site, cut = self.found.site, self.found.cut
        return filter_digest(site, cut, digests, self.around, is_cut=self.is_cut)

    def feed(self, snapshot: Snapshot) -> FilteredFeed:
        chosen = snapshot.chosen(self.found.choice())
        entries = chosen.whole([each.entry for each in self.entries])
        site, cut = self.found.site, self.found.cut
        if cut.page:
            return filtered_page(site, cut, entries, self.around)
        return filtered_feed(site, cut, entries, self.around, is_cut=self.is_cut)


@dataclass(frozen=True, slots=True)
class FilterVersion:
    """The digest of the document of a filter. Its entries are read when it is rendered."""

    digest: str
    _window: Callable[[], _Window]

    def feed(self, snapshot: Snapshot) -> FilteredFeed:
        """The feed with its entries. `snapshot` is that in which it was read."""
        return self._window().feed(snapshot)

    def document(self, snapshot: Snapshot, path: str, format_name: str) -> Document:
        """The document in a format. `snapshot` is that in which it was read."""
        feed = self.feed(snapshot)
        return Document(
            path=path,
            digest=self.digest,
            tag=entity_tag(self.digest, format_name),
            last_modified=None,  # nothing is written when a publish changes it
            media_type=FORMATS[format_name].media_type,
            links=link_header(feed.site, feed.self_link(format_name)),
            vary="Accept-Encoding",
            body=FORMATS[format_name].render(feed),
            is_passing=True,
            cut_from=tuple(dict.fromkeys(path for chain in feed.cut.chains for path in chain)),
        )


class _Steps:
    """The queries of one filter, each with the same deadline."""

    def __init__(self, snapshot: Snapshot, found: FoundFilter, deadline: float) -> None:
        self._snapshot = snapshot
        self._chosen = snapshot.chosen(found.choice())
        self._deadline = deadline
        self._least = 0  # a number of a membership of the newest entries
        self._has_all = False
        self._oldest: int | None = None

    def newest(self, most: int) -> list[ChosenEntry]:
        with self._snapshot.until(self._deadline):
            newest = self._chosen.newest(most)
        self._least = max((each.place or 0 for each in newest), default=0)
        self._has_all = len(newest) < most
        self._oldest = newest[-1].published_at if self._least else None
        return newest

    def on_page(self, feed: int, page: int) -> list[ChosenEntry]:
        with self._snapshot.until(self._deadline):
            return self._chosen.numbered(feed, *numbers_of(page))

    def page_before(self, feed: int, page: int | None = None) -> int:
        """The newest page with an entry, older than `page`; 0 if there is none."""
        if self._has_all and self._least:
            return page_of(self._least)
        before = numbers_of(page)[0] if page else None
        with self._snapshot.until(self._deadline):
            number = self._chosen.number_before(feed, before, self._least, self._oldest)
        return page_of(number or self._least)

    def page_after(self, feed: int, page: int = 0) -> int:
        """The oldest page with an entry, newer than `page`; 0 if there is none."""
        with self._snapshot.until(self._deadline):
            number = self._chosen.number_after(feed, page * PAGE_SIZE)
        return page_of(number or 0)


def _read(found: FoundFilter, steps: _Steps) -> _Window:
    page = found.cut.page
    if page:
        return _read_page(found, steps, page)
    most = found.cut.limit or found.site.entries
    newest = steps.newest(most + 1)
    is_cut = len(newest) > most
    # The link is also needed if the limit of size leaves entries out.
    older = _first(found, steps.page_before, found.chain()) if newest else None
    return _Window(found, tuple(newest[:most]), Around(older), is_cut=is_cut)


def _read_page(found: FoundFilter, steps: _Steps, page: Page) -> _Window:
    path, number = page
    record = found.records.get(path)
    if record is None or number > record.extent.newest_page:
        raise NotFound
    chain = found.chain()
    position = chain.index(path)
    older = _page(path, steps.page_before(record.number, number))
    newer = _page(path, steps.page_after(record.number, number))
    around = Around(
        older or _first(found, steps.page_before, chain[position + 1 :]),
        newer or _first(found, steps.page_after, chain[:position][::-1]),
    )
    entries = steps.on_page(record.number, number)
    return _Window(found, tuple(entries), around, is_cut=False)


def _page(path: str, number: int) -> Page | None:
    return (path, number) if number else None


def _first(
    found: FoundFilter, page_in: Callable[[int], int], paths: Iterable[str]
) -> Page | None:
    """The page of the first of these feeds that has a page with an entry of the filter."""
    for path in paths:
        record = found.records.get(path)
        number = page_in(record.number) if record else 0
        if number:
            return path, number
    return None
