"""Feeds over HTTP: which document an address means, and how it is answered."""

import logging
from datetime import UTC, datetime
from typing import Any, Final

from flask import Response, request
from werkzeug.http import parse_etags

from feedsvc.core import addresses
from feedsvc.core.documents import FORMATS, OPML_MEDIA_TYPE, opml_document
from feedsvc.core.feeds import entity_tag, feed_of
from feedsvc.core.site import Site
from feedsvc.errors import StoreError
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.store.store import Store
from feedsvc.web.representations import Representation, Shelf, compressed

_FORMAT_OF: Final = {name: format_name for format_name, name in addresses.FORMATS.items()}
_CODINGS: Final = ("gzip", "br", "zstd")

log = logging.getLogger("feedsvc.web")


class Documents:
    """Finds and renders documents, each version once; the last good one always serves."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._shelf = Shelf()

    def at(self, path: str) -> Representation | None:
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
            return last

    def _current(self, path: str, snapshot: Snapshot) -> Representation | None:
        if path == addresses.OPML_PATH:
            return self._opml(snapshot)
        feed_path, _, name = path.rpartition("/")
        format_name = _FORMAT_OF.get(name)
        record = snapshot.feed(feed_path) if format_name else None
        if record is None or format_name is None:
            return None
        kept = self._shelf.get(path)
        if kept and kept.digest == record.digest:
            return kept
        site = snapshot.site()
        if site is None:
            return None
        made = _feed_representation(snapshot, site, record, format_name)
        self._shelf.keep(path, made)
        return made

    def _opml(self, snapshot: Snapshot) -> Representation | None:
        facts = snapshot.facts()
        if "site" not in facts:
            return None
        kept = self._shelf.get(addresses.OPML_PATH)
        if kept and kept.digest == facts["opml_digest"]:
            return kept
        site = Site.from_json(facts["site"])
        body = opml_document(site, (record.topic for record in snapshot.feeds()))
        made = Representation(
            digest=facts["opml_digest"],
            tag=entity_tag(facts["opml_digest"], "opml"),
            last_modified=datetime.fromtimestamp(int(facts["opml_changed_at"]), UTC),
            media_type=OPML_MEDIA_TYPE,
            self_link=addresses.url(site.url, addresses.OPML_PATH),
            body=body,
            gzipped=compressed(body),
        )
        self._shelf.keep(addresses.OPML_PATH, made)
        return made


def _feed_representation(
    snapshot: Snapshot, site: Site, record: FeedRecord, format_name: str
) -> Representation:
    feed = feed_of(site, record.topic, snapshot.newest(record.number, site.entries))
    body = FORMATS[format_name].render(feed)
    return Representation(
        digest=record.digest,
        tag=entity_tag(record.digest, format_name),
        last_modified=record.changed_at,
        media_type=FORMATS[format_name].media_type,
        self_link=feed.self_link(format_name),
        body=body,
        gzipped=compressed(body),
    )


def answer(document: Representation, max_age: int) -> Response:
    """The response to this request: 200 or 304, whole or compressed (RFC 9110, 9111, 5861)."""
    coding = _negotiated()
    response = Response(document.gzipped if coding else document.body)
    response.headers["Content-Type"] = document.media_type
    response.headers["Link"] = f'<{document.self_link}>; rel="self"'
    response.headers["Cache-Control"] = (
        f"public, max-age={max_age}, stale-while-revalidate=86400, stale-if-error=604800"
    )
    response.headers["Vary"] = "Accept-Encoding"
    if coding:
        response.headers["Content-Encoding"] = coding
    response.set_etag(_tag_in(document.tag, coding))
    response.last_modified = min(document.last_modified, datetime.now(UTC))
    environ = conditions()
    if request.headers.get("If-None-Match"):
        environ["HTTP_IF_NONE_MATCH"] = _any_coding(environ["HTTP_IF_NONE_MATCH"], coding)
    response.make_conditional(environ)
    return response


def conditions() -> dict[str, Any]:
    """The request's environ, with those conditions alone that a reader has a use for.

    If-Match and If-Unmodified-Since guard a change (RFC 9110 §13.1.1); here they would make a
    412 that a cache may keep.
    """
    guards = ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
    return {name: value for name, value in request.environ.items() if name not in guards}


def _negotiated() -> str:
    """`gzip` where the client prefers it to plain bytes, else `` (RFC 9110 §12.5.3)."""
    accepted = request.accept_encodings
    plain = accepted["identity"] if "identity" in accepted.values() else 0
    gzip_quality = accepted["gzip"]
    return "gzip" if gzip_quality > 0 and gzip_quality >= plain else ""


def _tag_in(tag: str, coding: str) -> str:
    return f"{tag}-{coding}" if coding else tag


def _any_coding(header: str, coding: str) -> str:
    """An If-None-Match whose tags are those of `coding`, whichever they were sent for.

    Servers in between weaken a tag, or put `-gzip` or `;gzip` behind it: it names the same
    version all the same (REQUIREMENTS H2). The comparison itself is Werkzeug's.
    """
    tags = parse_etags(header)
    if tags.star_tag:
        return "*"
    named = sorted(filter(None, tags.as_set(include_weak=True)))
    return ", ".join(f'"{_tag_in(_bare(tag), coding)}"' for tag in named or ["none of ours"])


def _bare(tag: str) -> str:
    for coding in _CODINGS:
        for separator in ("-", ";"):
            tag = tag.removesuffix(separator + coding)
    return tag
