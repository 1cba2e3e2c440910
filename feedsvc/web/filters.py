"""Filters over HTTP: what answers `/feed/atom?tag=AI&not-tag=diary`."""

import logging
from dataclasses import replace
from typing import Final
from urllib.parse import unquote_plus

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.filters.filter import FILTER_PATHS, Filter
from feedsvc.core.filters.parse import QueryFault, asks_for_filter, without_raw
from feedsvc.core.site import Site
from feedsvc.core.text import legal
from feedsvc.errors import StoreError
from feedsvc.settings.settings import Settings
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.store import Store
from feedsvc.web.pages.error_answers import not_yet, refusal
from feedsvc.web.pages.filter_pages import FilterForm, filter_page
from feedsvc.web.polls.documents import Documents
from feedsvc.web.polls.filter_documents import FilterReader, FoundFilter, find_filter
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
        if not _is_at(found.cut, query):
            return moved(found.cut.address(site.url, format_name))
        path = f"feed/{format_name}?{found.cut.canonical}"
        version = self._reader.read(snapshot, found)
        return self._documents.once(
            path, version.digest, lambda: version.document(snapshot, path, format_name)
        )

    def page(self, site: Site, snapshot: Snapshot) -> AnyResponse:
        """The page that builds addresses: of the filter in the query, with what a form adds."""
        query, form = _form(request.query_string)
        found = find_filter(snapshot, site, query)
        if isinstance(found, QueryFault):
            form = replace(form, fault=str(found))
            found = find_filter(snapshot, site, _form(request.query_string, adds=False)[0])
        if isinstance(found, QueryFault):
            found = FoundFilter(site, Filter(), snapshot.feeds_at([""]))
        cut = found.cut.at_page(None)
        if not form.fault and cut.canonical.encode() != request.query_string:
            return moved(cut.builder_address(site.url))
        return self._page(snapshot, replace(found, cut=cut), form)

    def opened(self, format_name: str) -> AnyResponse:
        """The page of the filter whose document a browser has opened. No cache may store it."""
        with self._store.snapshot() as snapshot:
            site = snapshot.site()
            if site is None:
                return not_yet()
            found = find_filter(snapshot, site, request.query_string)
            if isinstance(found, QueryFault):
                return self.refused(found)
            address = found.cut.address(site.url, format_name)
            if not _is_at(found.cut, request.query_string):
                return moved(address)
            found = replace(found, cut=found.cut.at_page(None))
            page = self._page(snapshot, found, FilterForm(), address)
        page.headers["Cache-Control"] = "no-store"
        page.headers["Vary"] = "Sec-Fetch-Dest, Accept-Encoding, Accept-Language"
        return page

    def _page(
        self, snapshot: Snapshot, found: FoundFilter, form: FilterForm, opened: str = ""
    ) -> Response:
        newest: tuple[Entry, ...] = ()
        if found.cut.canonical:
            newest = self._reader.read(snapshot, found).feed(snapshot).entries
        return filter_page(found.site, snapshot, found.cut, newest, form, opened)

    def refused(self, fault: QueryFault) -> AnyResponse:
        """400 with the sentence that says what is wrong."""
        status = "400 Bad Request"
        return refusal(self._settings, self._store, 400, status, detail=str(fault))


def _is_at(cut: Filter, query: bytes) -> bool:
    """True if this request, with this query, is at the one address of a filter."""
    return cut.canonical.encode() == query and not request.path.endswith("/")


def _form(query: bytes, *, adds: bool = True) -> tuple[bytes, FilterForm]:
    """The query of the filter that a form asks for, and what was entered.

    A browser sends each field of a form, so empty ones are left out. If it `adds`, the query
    has the term that was entered.
    """
    kept: list[bytes] = []
    entered = {b"add": b"", b"name": b""}
    for each in query.split(b"&"):
        name, _, value = each.partition(b"=")
        if name in entered:
            entered[name] = value
        elif value.strip(b"+") or (name and b"=" not in each):
            kept.append(each)
    parameter, term = (_decoded(entered[key]) for key in (b"add", b"name"))
    if adds and parameter and entered[b"name"].strip(b"+"):
        kept.append(b"=".join((entered[b"add"], entered[b"name"])))
    return b"&".join(kept), FilterForm(parameter=parameter, name=term)


def _decoded(value: bytes) -> str:
    return legal(unquote_plus(value.decode("latin-1"), errors="replace")).strip()


def moved(location: str) -> Response:
    """301 to the one address of a filter."""
    response = redirect(location, 301)
    response.headers["Cache-Control"] = _MOVED_MAX_AGE
    return response  # type: ignore[return-value]  # Flask's redirect is one of Flask
