"""A store that stays at one revision, for an app that answers many requests from it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeAlias

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import Kind
from feedsvc.core.site import Site
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.store.store import Store

Revision: TypeAlias = tuple[tuple[int, int, str], int]


def revision_of(snapshot: Snapshot) -> Revision:
    """A value that differs between any two committed states with different pages."""
    return snapshot.fingerprint(), snapshot.last_publish()


class OneRevision(Store):
    """Gives each request the same snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._one = _Remembering(snapshot)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        yield self._one


class _Remembering(Snapshot):
    """A snapshot that remembers what nearly every page asks for."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot._connection)
        self._feeds_asked: dict[str, FeedRecord | None] = {}
        self._site: list[Site | None] = []
        self._counts: dict[Kind, int] | None = None
        self._facts: dict[str, str] | None = None
        self._permalinks: frozenset[str] | None = None

    def site(self) -> Site | None:
        if not self._site:
            self._site.append(super().site())
        return self._site[0]

    def facts(self) -> dict[str, str]:
        if self._facts is None:
            self._facts = super().facts()
        return self._facts

    def feed(self, path: str) -> FeedRecord | None:
        if path not in self._feeds_asked:
            self._feeds_asked[path] = super().feed(path)
        return self._feeds_asked[path]

    def feed_counts(self) -> dict[Kind, int]:
        if self._counts is None:
            self._counts = super().feed_counts()
        return self._counts

    def entry_at(self, permalink: str) -> Entry | None:
        """As of the snapshot; most pages ask for addresses that no post has."""
        if self._permalinks is None:
            self._permalinks = frozenset(line.permalink for line in self.entry_lines())
        return super().entry_at(permalink) if permalink in self._permalinks else None


def opened_at(url: str, revision: Revision) -> OneRevision | None:
    """The store at `url`, until this process ends; None if it has another revision."""
    opened = ExitStack()
    store = Store(url, upgrade=False, reads=True)
    opened.callback(store.close)
    snapshot = opened.enter_context(store.snapshot())
    if revision_of(snapshot) != revision:
        opened.close()
        return None
    _open_until_the_end.append(opened)
    return OneRevision(snapshot)


_open_until_the_end: list[ExitStack] = []
