"""Feeds over HTTP: which document an address means, and how it is answered."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final

from flask import Response, request

from feedsvc.core import addresses
from feedsvc.core.documents import FORMATS, OPML_MEDIA_TYPE, opml_document
from feedsvc.core.feeds import entity_tag, feed_of
from feedsvc.core.site import Site
from feedsvc.errors import StoreError
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.store.store import Store
from feedsvc.web.conditions import for_readers, of_version
from feedsvc.web.representations import Document, Shelf

# Under these keys of the environ a view says which document it answered with, and how.
ANSWERED: Final = "feedsvc.answered"

_FORMAT_OF: Final = {name: format_name for format_name, name in addresses.FORMATS.items()}
_LOCKS: Final = 64

log = logging.getLogger("feedsvc.web")


class Documents:
    """Finds and renders documents, each version once; the last good one always serves."""

    def __init__(self, store: Store, shelf: Shelf) -> None:
        self._store = store
        self._shelf = shelf
        self._locks = [Lock() for _ in range(_LOCKS)]  # a path has always the same of them

    def at(self, path: str) -> Document | None:
        """The document at a path such as `tags/AI/atom.xml`; None where there is none.

        While the store cannot be asked, the version that was served last is served on;
        StoreError where none was.
        """
        try:
            with self._store.snapshot() as snapshot:
                return self._current(path, snapshot)
        except StoreError as error:
            last = self._shelf.get(path)
            if last is None:
                raise
            log.warning("serving %s as it was last: %s", path, error)
            return replace(last)  # not the one on the shelf: it must not pass for current

    def _current(self, path: str, snapshot: Snapshot) -> Document | None:
        if path == addresses.OPML_PATH:
            return self._opml(snapshot)
        feed_path, _, name = path.rpartition("/")
        format_name = _FORMAT_OF.get(name)
        record = snapshot.feed(feed_path) if format_name else None
        if record is None or format_name is None:
            return None
        return self._once(
            path, record.digest, lambda: _feed_document(snapshot, record, format_name)
        )

    def _opml(self, snapshot: Snapshot) -> Document | None:
        facts = snapshot.facts()
        if "site" not in facts:
            return None
        return self._once(
            addresses.OPML_PATH, facts["opml_digest"], lambda: _opml_document(snapshot, facts)
        )

    def _once(
        self, path: str, digest: str, make: Callable[[], Document | None]
    ) -> Document | None:
        """The document of this digest: of a thousand that ask for it first, one makes it."""
        kept = self._shelf.get(path)
        if kept and kept.digest == digest:
            return kept
        with self._locks[hash(path) % _LOCKS]:
            kept = self._shelf.get(path)
            if kept and kept.digest == digest:
                return kept
            made = make()
            if made:
                self._shelf.keep(made)
            return made


def current_digests(snapshot: Snapshot, paths: Collection[str]) -> dict[str, str]:
    """The digest that the document at each of these paths has now, where there is one."""
    of_feeds = snapshot.digests({path.rpartition("/")[0] for path in paths})
    found = {
        path: of_feeds[path.rpartition("/")[0]]
        for path in paths
        if path.rpartition("/")[0] in of_feeds
    }
    if addresses.OPML_PATH in paths:
        found[addresses.OPML_PATH] = snapshot.facts().get("opml_digest", "")
    return found


def _opml_document(snapshot: Snapshot, facts: Mapping[str, str]) -> Document:
    site = Site.from_json(facts["site"])
    return Document(
        path=addresses.OPML_PATH,
        digest=facts["opml_digest"],
        tag=entity_tag(facts["opml_digest"], "opml"),
        last_modified=datetime.fromtimestamp(int(facts["opml_changed_at"]), UTC),
        media_type=OPML_MEDIA_TYPE,
        self_link=addresses.url(site.url, addresses.OPML_PATH),
        vary="Accept-Encoding",
        body=opml_document(site, (record.topic for record in snapshot.feeds())),
    )


def _feed_document(snapshot: Snapshot, record: FeedRecord, format_name: str) -> Document | None:
    site = snapshot.site()
    if site is None:
        return None
    feed = feed_of(site, record.topic, snapshot.newest(record.number, site.entries))
    return Document(
        path=addresses.document_path(record.topic.path, format_name),
        digest=record.digest,
        tag=entity_tag(record.digest, format_name),
        last_modified=record.changed_at,
        media_type=FORMATS[format_name].media_type,
        self_link=feed.self_link(format_name),
        vary="Accept-Encoding",
        body=FORMATS[format_name].render(feed),
    )


def answer(document: Document, max_age: int) -> Response:
    """The response to this request: 200 or 304, whole or coded (RFC 9110, 9111, 5861)."""
    coding = document.coding_for(request.headers.get("Accept-Encoding", ""))
    response = Response(document.bytes_in(coding))
    response.headers["Content-Type"] = document.media_type
    response.headers["Link"] = f'<{document.self_link}>; rel="self"'
    response.headers["Cache-Control"] = (
        f"public, max-age={max_age}, stale-while-revalidate=86400, stale-if-error=604800"
    )
    response.headers["Vary"] = document.vary
    if coding:
        response.headers["Content-Encoding"] = coding
    response.set_etag(document.tag)
    response.last_modified = min(document.last_modified, datetime.now(UTC))
    response.make_conditional(of_version(request.environ))
    response.set_etag(document.tag_in(coding))
    request.environ[ANSWERED] = (document, coding)
    return response


def conditions() -> dict[str, Any]:
    """This request's environ, with those conditions alone that a reader has a use for."""
    return for_readers(request.environ)
