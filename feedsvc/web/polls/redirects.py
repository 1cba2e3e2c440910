"""Resolves a path to a document, through aliases and redirects, for GET and `hub.topic`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from werkzeug.exceptions import Gone

from feedsvc.core import addresses
from feedsvc.core.feeds.renamed_feeds import successors
from feedsvc.core.filters.filter import FILTER_PATHS
from feedsvc.core.filters.parse import asks_for_filter
from feedsvc.core.site import Site
from feedsvc.core.text import nfc
from feedsvc.store.snapshot import Snapshot
from feedsvc.web.polls.old_addresses import OldAddresses

_MOST_STEPS: Final = 3  # from an address of `[redirects]` to a spelling of another one

_FORMAT_OF = {name: format_name for format_name, name in addresses.FORMATS.items()}


@dataclass(frozen=True, slots=True)
class Served:
    """Other addresses of documents: the aliases of the site's feed, and old addresses."""

    aliases: Mapping[str, str]
    old: OldAddresses


def document_at(path: str, aliases: Mapping[str, str]) -> str:
    """The path of the document that is served at `path`, which may be an alias."""
    alias = aliases.get(f"/{path}")
    return addresses.FORMATS[alias] if alias else path


def redirect_path(path: str, site: Site, snapshot: Snapshot) -> str | None:
    """The path that GET redirects `path` to; None if there is none.

    The result is the path of a feed's document or page. An archive page of a renamed feed leads
    to the feed, because its own pages have other entries. Raises Gone for a feed that the
    settings list as gone.
    """
    for canonical in _canonical(path):
        folder, _, name = canonical.rpartition("/")
        feed_path, page = addresses.archive_page_at(folder) or (folder, 0)
        if canonical != path and name in _FORMAT_OF:
            record = snapshot.feed(feed_path)
            if record and page <= record.extent.newest_page:
                return canonical
        successor = successors(site.rules).get(feed_path)
        is_of_feeds = name in _FORMAT_OF or not (name or page)
        if successor and is_of_feeds and snapshot.feed(successor):
            return f"{successor}/{name}"
        if is_of_feeds and feed_path in site.rules.gone:
            raise Gone
    return None


def feed_document(
    path: str, query: str, served: Served, site: Site, snapshot: Snapshot
) -> tuple[str, str, str] | None:
    """Feed path, format and digest of the feed document that GET serves at `path`.

    Redirects are followed. None if there is none, or if it is that of a filter: no publish
    records that it has changed.
    """
    if path.removesuffix("/") in FILTER_PATHS and asks_for_filter(
        query.encode("latin-1", "replace")
    ):
        return None
    try:
        for _ in range(_MOST_STEPS):
            document = _document(document_at(path, served.aliases), snapshot)
            if document:
                return document
            elsewhere = redirect_path(path, site, snapshot)
            if elsewhere is None:
                elsewhere = served.old.target(path, query, site, snapshot)
            if elsewhere is None:
                return None
            path, query = elsewhere, ""
    except Gone:
        pass
    return None


def _document(path: str, snapshot: Snapshot) -> tuple[str, str, str] | None:
    feed_path, _, name = path.rpartition("/")
    record = snapshot.feed(feed_path) if name in _FORMAT_OF else None
    return (feed_path, _FORMAT_OF[name], record.digest) if record else None


def _canonical(path: str) -> Iterable[str]:
    """The canonical paths that this one may mean."""
    yield nfc(path)
    folder, _, name = nfc(path).rpartition("/")
    archived = addresses.archive_page_at(folder)
    raw = addresses.raw_name_path(archived[0] if archived else folder)
    if raw:
        yield f"{addresses.archive_path(raw, archived[1]) if archived else raw}/{name}"
