"""Finds and renders the document at an address, and builds the answer to a request for it."""

import logging
from collections.abc import Callable, Collection, Mapping, Set
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final, TypeVar

from flask import Response, request

from feedsvc.core import addresses
from feedsvc.core.cache_keys import (
    EVERYTHING,
    cache_key,
    separator,
)
from feedsvc.core.feeds.deltas import delta, entry_hashes
from feedsvc.core.feeds.feeds import (
    Feed,
    entity_tag,
    feed_of,
    link_header,
)
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.feeds.opml import OPML_MEDIA_TYPE, opml_document
from feedsvc.core.site import Site
from feedsvc.errors import StoreError
from feedsvc.publishing.exporting.feed_headers import archive_cache_control, cache_control
from feedsvc.settings.settings import ServerSettings
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.store.store import Store
from feedsvc.web.polls.archive_documents import published_page
from feedsvc.web.polls.conditions import (
    asks_for_delta,
    bare_tags,
    is_current,
    reading_conditions,
    version_conditions,
)
from feedsvc.web.polls.served_versions import ServedVersions
from feedsvc.web.polls.shelf import Document, Shelf

# The environ key under which a view stores the document and the coding of its answer.
ANSWERED: Final = "feedsvc.answered"
# The same, also for a passing document: whoever counts polls reads it.
POLLED: Final = "feedsvc.polled"

_FORMAT_OF: Final = {name: format_name for format_name, name in addresses.FORMATS.items()}
_LOCKS: Final = 64  # shared by all paths
_MOST_DELTAS: Final = 8  # of one document, one for each earlier version

log = logging.getLogger("feedsvc.web")

_Made = TypeVar("_Made", Document, Document | None)


class Documents:
    """Finds documents, and renders each version once. Serves old ones if the store fails."""

    def __init__(self, store: Store, shelf: Shelf) -> None:
        self._store = store
        self._shelf = shelf
        self._versions = ServedVersions()
        self._locks = [Lock() for _ in range(_LOCKS)]  # a path always uses the same lock

    def at(self, path: str) -> Document | None:
        """The document at a path such as `tags/AI/atom.xml`; None if there is none.

        A document that is current is served without the store. If the store fails, the last
        version is served. Raises StoreError if there is none.
        """
        current = self._shelf.current(path)
        if current:
            return current
        try:
            with self._store.snapshot() as snapshot:
                return self._current(path, snapshot)
        except StoreError as error:
            last = self._shelf.get(path)
            if last is None:
                raise
            log.warning("serving the last version of %s: %s", path, error)
            return replace(last)  # a copy, because the original must not become current

    def _current(self, path: str, snapshot: Snapshot) -> Document | None:
        if path == addresses.OPML_PATH:
            return self._opml(snapshot)
        feed_path, _, name = path.rpartition("/")
        format_name = _FORMAT_OF.get(name)
        if format_name is None:
            return None
        if archived := addresses.archive_page_at(feed_path):
            page = published_page(snapshot, *archived)
            if page is None:
                return None
            return self.once(
                path, page.digest, lambda: page.document(snapshot, path, format_name)
            )
        record = snapshot.feed(feed_path)
        if record is None:
            return None
        return self.once(
            path, record.digest, lambda: self._feed_document(snapshot, record, path)
        )

    def _feed_document(
        self, snapshot: Snapshot, record: FeedRecord, path: str
    ) -> Document | None:
        feed = _feed(snapshot, record)
        if feed is None:
            return None
        format_name = _FORMAT_OF[path.rpartition("/")[2]]
        tag = entity_tag(record.digest, format_name)
        self._versions.remember(tag, entry_hashes(feed))
        return Document(
            path=path,
            digest=record.digest,
            tag=tag,
            last_modified=record.changed_at,
            media_type=FORMATS[format_name].media_type,
            links=link_header(feed.site, feed.self_link(format_name)),
            vary="A-IM, Accept-Encoding",
            body=FORMATS[format_name].render(feed),
        )

    def delta(self, document: Document, tags: list[str]) -> Document | None:
        """The new entries of a document for a client that has a version with one of these tags.

        None if this process served none of these versions, or if the delta would be the whole
        document.
        """
        served = self._versions.first_stored(tags)
        format_name = _FORMAT_OF.get(document.path.rpartition("/")[2])
        if served is None or format_name is None or document.is_passing:
            return None
        tag, marks_of_client = served
        with self._locks[hash(document.path) % _LOCKS]:
            if tag not in document.deltas:
                if len(document.deltas) >= _MOST_DELTAS:
                    document.deltas.clear()
                document.deltas[tag] = self._new_delta(document, marks_of_client, format_name)
            made = document.deltas[tag]
        self._shelf.recount(document)
        return made

    def last(self, path: str) -> Document | None:
        """The last version of a document, to be served while the store fails."""
        return self._shelf.get(path)

    def recount(self, document: Document) -> None:
        """Count the memory of a document again, after a coding was made."""
        self._shelf.recount(document)

    def _new_delta(
        self, document: Document, marks_of_client: Set[int], format_name: str
    ) -> Document | None:
        try:
            with self._store.snapshot() as snapshot:
                record = snapshot.feed(document.feed_path)
                if record is None or record.digest != document.digest:
                    return None
                feed = _feed(snapshot, record)
        except StoreError as error:
            log.warning("serving all of %s instead of a delta: %s", document.path, error)
            return None
        new = delta(feed, marks_of_client) if feed else None
        return document.with_body(FORMATS[format_name].render(new)) if new else None

    def _opml(self, snapshot: Snapshot) -> Document | None:
        facts = snapshot.facts()
        if "site" not in facts:
            return None
        return self.once(
            addresses.OPML_PATH, facts["opml_digest"], lambda: _opml_document(snapshot, facts)
        )

    def once(self, path: str, digest: str, make: Callable[[], _Made]) -> Document | _Made:
        """The document with this digest. Concurrent requests render it only once."""
        kept = self._shelf.get(path)
        if kept and kept.digest == digest:
            return kept
        with self._locks[hash(path) % _LOCKS]:
            kept = self._shelf.get(path)
            if kept and kept.digest == digest:
                return kept
            made = make()
            if isinstance(made, Document):
                self._shelf.keep(made)
            return made


def current_digests(snapshot: Snapshot, paths: Collection[str]) -> dict[str, str]:
    """The current digest of the document at each of these paths, if there is one."""
    of_feeds = snapshot.digests({path.rpartition("/")[0] for path in paths})
    digests = {
        path: of_feeds[path.rpartition("/")[0]]
        for path in paths
        if path.rpartition("/")[0] in of_feeds
    }
    if addresses.OPML_PATH in paths:
        digests[addresses.OPML_PATH] = snapshot.facts().get("opml_digest", "")
    return digests


def _opml_document(snapshot: Snapshot, facts: Mapping[str, str]) -> Document:
    site = Site.from_json(facts["site"])
    return Document(
        path=addresses.OPML_PATH,
        digest=facts["opml_digest"],
        tag=entity_tag(facts["opml_digest"], "opml"),
        last_modified=datetime.fromtimestamp(int(facts["opml_changed_at"]), UTC),
        media_type=OPML_MEDIA_TYPE,
        links=link_header(replace(site, hubs=()), addresses.url(site.url, addresses.OPML_PATH)),
        vary="Accept-Encoding",
        body=opml_document(site, (record.topic for record in snapshot.listed_feeds())),
    )


def _feed(snapshot: Snapshot, record: FeedRecord) -> Feed | None:
    site = snapshot.site()
    if site is None:
        return None
    newest = snapshot.newest(record.number, site.entries)
    deleted = snapshot.deleted_from(record.number)
    return feed_of(site, record.topic, newest, record.extent, deleted)


def _media_type(document: Document, server: ServerSettings) -> str:
    return document.media_type if server.media_types == "registered" else document.plain_type


def _max_age(document: Document, server: ServerSettings) -> int:
    return server.max_ages.get(document.feed_path, server.max_age)


def _cache_control(document: Document, server: ServerSettings) -> str:
    max_age = _max_age(document, server)
    if document.is_passing:
        return archive_cache_control(max_age)
    return cache_control(max_age, server.shared_max_age)


def _cache_headers(document: Document, server: ServerSettings) -> dict[str, str]:
    headers = {"Cache-Control": _cache_control(document, server)}
    if server.cache_keys:
        paths = document.cut_from or (document.feed_path,)
        keys = (EVERYTHING, *map(cache_key, paths))
        headers[server.cache_keys] = separator(server.cache_keys).join(keys)
    return headers


def answer(document: Document, server: ServerSettings, documents: Documents) -> Response:
    """The response to this request: 200, 304 or 226 (RFC 9110, 9111, 5861, 3229)."""
    environ = request.environ
    coding = document.coding_for(request.headers.get("Accept-Encoding", ""))
    new = None
    if asks_for_delta(environ) and not is_current(document, environ):
        new = documents.delta(document, bare_tags(environ["HTTP_IF_NONE_MATCH"]))
    response = Response((new or document).bytes_in(coding))
    response.headers["Content-Type"] = _media_type(document, server)
    response.headers["Link"] = document.links
    response.headers.update(_cache_headers(document, server))
    response.headers["Vary"] = document.vary
    if coding:
        response.headers["Content-Encoding"] = coding
    response.set_etag(document.tag)
    if document.last_modified:
        response.last_modified = document.last_modified
    if new:
        response.status_code = 226
        response.headers["IM"] = "feed"
        # A delta depends on If-None-Match, which a cache without RFC 3229 ignores.
        response.headers["Cache-Control"] = (
            f"no-store, im, max-age={_max_age(document, server)}"
        )
    else:
        response.make_conditional(version_conditions(environ, document.last_modified))
    if document.last_modified:
        # Not later than Date (RFC 9110 §8.8.2.1). The comparison above uses the stored time:
        # the earlier of two versions that are dated ahead may have been sent with this second.
        response.last_modified = min(document.last_modified, datetime.now(UTC))
    response.set_etag(document.tag_in(coding))
    environ[POLLED] = (document, coding)
    if document.is_passing:
        documents.recount(document)
    else:
        environ[ANSWERED] = (document, coding)
    return response


def conditions() -> dict[str, Any]:
    """The environ of this request with only the conditions that matter when reading."""
    return reading_conditions(request.environ)
