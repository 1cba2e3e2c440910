"""Finds what answers an old address now: `[redirects]`, and addresses of other generators."""

import logging
from collections.abc import Iterator
from threading import Lock

from feedsvc.core import addresses
from feedsvc.core.feeds.feeds import Topic
from feedsvc.core.redirects.presets import PresetFeed, asks_for_feed, old_feeds
from feedsvc.core.redirects.slug_index import Look, SlugIndex, looks, shared_slugs
from feedsvc.core.site import Site
from feedsvc.core.text import nfc
from feedsvc.settings.settings import RedirectSettings
from feedsvc.store.snapshot import FeedRecord, Snapshot

_MAIN_SECTIONS = ("posts", "post", "blog", "articles")  # Hugo's themes use these for posts
_MOST_COMPARED = 200  # terms that may share a slug

log = logging.getLogger("feedsvc.web")


class OldAddresses:
    """Looks up old addresses. It has an index of terms that is renewed when a feed is added.

    Call it only for addresses that nothing else answers: a look-up reads the store.
    """

    def __init__(self, redirects: RedirectSettings) -> None:
        self._redirects = redirects
        self._index: tuple[str, SlugIndex] | None = None
        self._lock = Lock()
        self._logged: frozenset[str] = frozenset()

    def knows(self, query: str) -> bool:
        """True if this query asked WordPress for a feed, so that no page answers it."""
        return "wordpress" in self._redirects.presets and asks_for_feed(query)

    def target(self, path: str, query: str, site: Site, snapshot: Snapshot) -> str | None:
        """The path that answers an old address now; None if there is none.

        A preset leads only to documents of feeds that exist: nothing of `path` or `query` is
        in the result.
        """
        written = self._redirects.paths.get(nfc(path))
        if written is not None:
            return written
        for preset in self._redirects.presets:
            for old in old_feeds(preset, path, query):
                if old.kind in ("tag", "category", "author"):
                    feed_path = self._term(looks(preset, old), snapshot)
                else:
                    feed_path = _without_term(old, site, snapshot)
                if feed_path is not None:
                    return addresses.document_path(feed_path, old.format_name)
        return None

    def _term(self, ways: tuple[Look, ...], snapshot: Snapshot) -> str | None:
        index = self._current(snapshot)
        for look in ways:
            records = (snapshot.feed(path) for path in index.paths(look))
            found = [record for record in records if record and look.finds(record.topic)]
            if found:
                return min(found, key=lambda record: _order(look, record)).topic.path
        return None

    def _current(self, snapshot: Snapshot) -> SlugIndex:
        """The index of the terms that have feeds. While it is made, others use the last one."""
        digest = snapshot.facts().get("opml_digest", "")  # of the paths of all listed feeds
        last = self._index
        if last and (last[0] == digest or self._lock.locked()):
            return last[1]
        with self._lock:
            if self._index is None or self._index[0] != digest:
                index = SlugIndex(_terms(snapshot), self._redirects.presets)
                self._index = digest, index
                self._log_shared(index, snapshot)
            return self._index[1]

    def _log_shared(self, index: SlugIndex, snapshot: Snapshot) -> None:
        """Log which slugs several terms share, each once; not all, if there are very many."""
        records = filter(None, map(snapshot.feed, index.similar(_MOST_COMPARED)))
        counted = ((record.entries, record.topic) for record in records)
        lines = [str(each) for each in shared_slugs(counted, self._redirects.presets)]
        for line in lines:
            if line not in self._logged:
                log.warning("%s", line)
        self._logged = frozenset(lines)


def _terms(snapshot: Snapshot) -> Iterator[tuple[str, Topic]]:
    return ((path, topic) for path, topic, _ in snapshot.terms())


def _order(look: Look, record: FeedRecord) -> tuple[bool, int, str]:
    """The slug in the same case first, then the term with the most entries."""
    return not look.finds_exactly(record.topic), -record.entries, record.topic.path


def _without_term(old: PresetFeed, site: Site, snapshot: Snapshot) -> str | None:
    """The feed of the site, a section or a language."""
    match old.kind:
        case "language":
            path = addresses.language_path(old.slug)
            if snapshot.feed(path):
                return path
            is_sites = path == addresses.language_path(site.language)
            return "" if is_sites and snapshot.feed("") else None
        case "section":
            is_main = old.slug in _MAIN_SECTIONS or snapshot.has_published_below(old.slug)
            return "" if is_main and snapshot.feed("") else None
        case _:
            return "" if snapshot.feed("") else None
