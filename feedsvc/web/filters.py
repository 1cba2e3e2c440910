"""Filters over HTTP: what answers `/feed/atom?tag=AI&not-tag=diary`."""

import logging
from dataclasses import replace
from typing import Final

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from feedsvc.core.filters.filter import FILTER_PATHS
from feedsvc.core.filters.parse import QueryFault, asks_for_filter, without_raw
from feedsvc.errors import StoreError
from feedsvc.settings.settings import Settings
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.store import Store
from feedsvc.web.pages.error_answers import not_yet, refusal
from feedsvc.web.polls.documents import Documents
from feedsvc.web.polls.filter_documents import FilterReader, find_filter
from feedsvc.web.polls.shelf import Document

_MOVED_MAX_AGE: Final = "public, max-age=3600"  # terms and settings may change

log = logging.getLogger("feedsvc.web")


class Filters:
    """Answers requests for the documents of filters."""

    def __init__(self, settings: Settings, store: Store, documents: Documents) -> None:
        self._settings = settings
        self._store = store
        self._documents = documents
        self._reader = FilterReader()

    def asked(self, path: str) -> str:
        """The format of the filter that this request asks for; empty if it asks for none."""
        format_name = FILTER_PATHS.get(path.removesuffix("/"), "")
        return format_name if format_name and asks_for_filter(request.query_string) else ""

    def document(self, format_name: str, *, is_source: bool) -> Document | AnyResponse:
        """The document that this request asks for, a redirect to it, or what is wrong.

        The last version is served if the store fails. `is_source` allows the parameter `raw`.
        """
        query = without_raw(request.query_string) if is_source else request.query_string
        asked = f"feed/{format_name}?{query.decode('latin-1')}"
        try:
            with self._store.snapshot() as snapshot:
                return self._document(snapshot, format_name, query)
        except StoreError as error:
            last = self._documents.last(asked)
            if last is None:
                raise
            log.warning("serving the last version of %s: %s", asked, error)
            return replace(last)

    def _document(
        self, snapshot: Snapshot, format_name: str, query: bytes
    ) -> Document | AnyResponse:
        site = snapshot.site()
        if site is None:
            return not_yet()
        found = find_filter(snapshot, site, query)
        if isinstance(found, QueryFault):
            return self.refused(found)
        if found.cut.canonical.encode() != query or request.path.endswith("/"):
            return moved(found.cut.address(site.url, format_name))
        path = f"feed/{format_name}?{found.cut.canonical}"
        version = self._reader.read(snapshot, found)
        return self._documents.once(
            path, version.digest, lambda: version.document(snapshot, path, format_name)
        )

    def refused(self, fault: QueryFault) -> AnyResponse:
        """400 with the sentence that says what is wrong."""
        status = "400 Bad Request"
        return refusal(self._settings, self._store, 400, status, detail=str(fault))


def moved(location: str) -> Response:
    """301 to the one address of a filter."""
    response = redirect(location, 301)
    response.headers["Cache-Control"] = _MOVED_MAX_AGE
    return response  # type: ignore[return-value]  # Flask's redirect is one of Flask
