"""Resolves a path to a document, through aliases and redirects, for GET and `hub.topic`."""

from collections.abc import Iterable, Mapping

from werkzeug.exceptions import Gone

from feedsvc.core import addresses
from feedsvc.core.feeds.renamed_feeds import successors
from feedsvc.core.site import Site
from feedsvc.core.text import nfc
from feedsvc.store.snapshot import Snapshot

_FORMAT_OF = {name: format_name for format_name, name in addresses.FORMATS.items()}


def document_at(path: str, aliases: Mapping[str, str]) -> str:
    """The path of the document that is served at `path`, which may be an alias."""
    alias = aliases.get(f"/{path}")
    return addresses.FORMATS[alias] if alias else path


def redirect_path(path: str, site: Site, snapshot: Snapshot) -> str | None:
    """The path that GET redirects `path` to; None if there is none.

    The result is the path of a feed's document or page. Raises Gone for a feed that the
    settings list as gone.
    """
    for canonical in _canonical(path):
        feed_path, _, name = canonical.rpartition("/")
        if canonical != path and name in _FORMAT_OF and snapshot.feed(feed_path):
            return canonical
        successor = successors(site.rules).get(feed_path)
        is_of_feeds = not name or name in _FORMAT_OF
        if successor and is_of_feeds and snapshot.feed(successor):
            return f"{successor}/{name}"
        if is_of_feeds and feed_path in site.rules.gone:
            raise Gone
    return None


def feed_document(
    path: str, aliases: Mapping[str, str], site: Site, snapshot: Snapshot
) -> tuple[str, str, str] | None:
    """Feed path, format and digest of the feed document that GET serves at `path`.

    Redirects are followed. None if there is none.
    """
    try:
        for served in (document_at(path, aliases), redirect_path(path, site, snapshot)):
            feed_path, _, name = (served or "").rpartition("/")
            record = snapshot.feed(feed_path) if name in _FORMAT_OF else None
            if record:
                return feed_path, _FORMAT_OF[name], record.digest
    except Gone:
        pass
    return None


def _canonical(path: str) -> Iterable[str]:
    """The canonical paths that this one may mean."""
    yield nfc(path)
    feed_path, _, name = nfc(path).rpartition("/")
    raw = addresses.raw_name_path(feed_path)
    if raw:
        yield f"{raw}/{name}"
