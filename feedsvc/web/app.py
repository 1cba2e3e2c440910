"""The Flask app: the views, the errors, and the headers that every answer has."""

import logging
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, Response, abort, redirect, request
from werkzeug.exceptions import Gone, HTTPException, NotFound, TooManyRequests
from werkzeug.wrappers import Response as AnyResponse

from feedsvc.core import addresses
from feedsvc.core.cache_keys import EVERYTHING, page_key, separator
from feedsvc.core.filters.filter import BUILDER_PATH, Filter
from feedsvc.core.site import Site
from feedsvc.core.text import nfc
from feedsvc.errors import StoreError
from feedsvc.settings.settings import Settings
from feedsvc.source.opening import source_of
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.store import Store
from feedsvc.web import hooks
from feedsvc.web.admin.admin_pages import (
    ENDPOINTS,
    admin_pages,
    is_for_operators,
    unshared,
)
from feedsvc.web.files import MOST_ENTRIES, Files
from feedsvc.web.filters import Filters
from feedsvc.web.hub import Hub
from feedsvc.web.pages import pages
from feedsvc.web.pages.error_answers import line, not_yet, refusal
from feedsvc.web.pages.home import bare_index
from feedsvc.web.pages.once import Once
from feedsvc.web.polls.documents import Documents, answer
from feedsvc.web.polls.old_addresses import OldAddresses
from feedsvc.web.polls.rate_limits import RETRY_AFTER
from feedsvc.web.polls.redirects import Served, document_at, redirect_path
from feedsvc.web.polls.shelf import Document, Shelf
from feedsvc.web.request_bodies import MOST_BODY_OCTETS
from feedsvc.web.site_files import SiteFiles

log = logging.getLogger("feedsvc.web")

# A percent-encoding with lower-case digits; RFC 3986 §2.1 prefers upper case.
_LOWER_CASE = re.compile("%(?:[a-f][0-9A-Fa-f]|[0-9A-F][a-f])")
_READ = ["GET", "HEAD", "OPTIONS"]
_KEPT_HEADERS = ("Allow", "Content-Range", "Location", "Retry-After", "WWW-Authenticate")
HEALTH: Final = "/healthz"
READY: Final = "/readyz"
_OLD_MAX_AGE = "public, max-age=3600"  # the settings may change, and which tag is the largest
_HOOK = "/hooks/rebuild"
_HUB = f"/{addresses.HUB_PATH}"


def create_app(settings: Settings, store: Store, shelf: Shelf | None = None) -> Flask:
    """The app for a store. Absolute URLs come from `site.url`, never from the request."""
    app = Flask(__name__, template_folder="pages/templates", static_folder="pages/static")
    app.url_map.merge_slashes = False  # its redirects would use the Host header
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY_OCTETS + 1  # one octet more shows an excess
    app.config["READERS"] = settings.server.readers
    app.extensions["feedsvc.once"] = Once()
    documents = Documents(store, shelf or Shelf(settings.server.memory))
    web = _Web(settings, store, documents)
    webhook = hooks.Hooks(settings, store)
    rules: list[tuple[str, Callable[..., AnyResponse]]] = [
        ("/", web.index),
        (HEALTH, web.health),
        (READY, web.readiness),
        (f"/{addresses.JOBS_PATH}<name>", webhook.job),
        ("/<path:path>", web.document),
    ]
    for rule, view in rules:
        app.add_url_rule(
            rule, view.__name__, view, methods=_READ, provide_automatic_options=False
        )
    for address, endpoint, view in (
        (_HOOK, "rebuild", webhook.rebuild),
        (_HUB, "hub", web.hub),
    ):
        app.add_url_rule(
            address,
            endpoint,
            view,
            methods=[*_READ, "POST"],
            provide_automatic_options=False,
        )
    for address, view in admin_pages(settings, store).items():
        app.add_url_rule(
            address,
            f"{ENDPOINTS}{address}",
            view,
            methods=[*_READ, "POST"],
            provide_automatic_options=False,
        )
    app.config["FULL_TEXT"] = settings.search.full_text
    app.before_request(_refuse_bad_paths)
    app.before_request(_answer_options)
    app.before_request(_refuse_frequent_polls)
    app.after_request(_common_headers)
    app.register_error_handler(HTTPException, web.error)
    app.register_error_handler(StoreError, web.store_error)
    app.register_error_handler(Exception, web.bug)
    app.wsgi_app = _without_base_path(urlsplit(settings.site.url).path, app.wsgi_app)  # type: ignore[method-assign]  # Flask's documented way
    return app


class _Web:
    """The views, one for each kind of address."""

    def __init__(self, settings: Settings, store: Store, documents: Documents) -> None:
        self._settings = settings
        self._store = store
        self._documents = documents
        self._old = OldAddresses(settings.redirects)
        self._hub = Hub(settings, store, Served(settings.feeds.aliases, self._old))
        self._files = Files(source_of(settings))
        self._filters = Filters(settings, store, documents)
        self._site_files = SiteFiles(self._files, settings.server.robots)

    def index(self) -> AnyResponse:
        with self._store.snapshot() as snapshot:
            site, main = snapshot.site(), snapshot.feed("")
            if site is None or main is None:
                return not_yet()
            if self._old.knows(_query()):
                return self._of_old("", site, snapshot)
            if not self._settings.server.pages:
                return bare_index(site, snapshot)
            return pages.index_page(site, snapshot, main)

    def document(self, path: str) -> AnyResponse:
        # WordPress's own addresses of feeds have other parameters.
        if (format_name := self._filters.asked(path)) and not self._old.knows(_query()):
            return self._filtered(format_name)
        document_path = document_at(path, self._settings.feeds.aliases)
        has_pages = self._settings.server.pages
        page = pages.for_browser(self._store, document_path) if has_pages else None
        if page:
            return page
        document = self._documents.at(document_path)
        if document and _LOWER_CASE.search(
            request.environ.get("RAW_URI", "").partition("?")[0]
        ):
            return _moved(addresses.url(self._settings.site.url, path))
        if document:
            response = answer(document, self._settings.server, self._documents)
            return pages.source(response) if pages.shows_source(document) else response
        return self._page(path)

    def _filtered(self, format_name: str) -> AnyResponse:
        is_source = pages.asks_for_source()
        if self._settings.server.pages and pages.navigates() and not is_source:
            return self._filters.opened(format_name)
        document = self._filters.document(format_name, is_source=is_source)
        if not isinstance(document, Document):
            return document
        response = answer(document, self._settings.server, self._documents)
        return pages.source(response) if pages.shows_source(document) else response

    def _page(self, path: str) -> AnyResponse:
        with self._store.snapshot() as snapshot:
            site = snapshot.site()
            if site is None:
                return not_yet()
            has_pages = self._settings.server.pages
            page = pages.page_at(site, snapshot, path) if has_pages else None
            if page:
                return self._with_key(page, path)
            if has_pages and path.removesuffix("/") == BUILDER_PATH:
                return self._builder(path, site, snapshot)
            shown_by = snapshot.attached_at(nfc(path), MOST_ENTRIES) if has_pages else []
            if not shown_by:
                elsewhere = redirect_path(path, site, snapshot)
                if elsewhere is None:
                    return self._of_old(path, site, snapshot)
                return _moved(addresses.url(site.url, elsewhere))
        return self._with_key(self._files.answer(nfc(path), shown_by, site.url), path)

    def _with_key(self, response: AnyResponse, path: str) -> AnyResponse:
        """A page, or a file that a post shows, with the name by which a cache can purge it."""
        header = self._settings.server.cache_keys
        if header:
            response.headers[header] = separator(header).join((EVERYTHING, page_key(nfc(path))))
        return response

    def _builder(self, path: str, site: Site, snapshot: Snapshot) -> AnyResponse:
        """The page that builds addresses of filters."""
        if not path.endswith("/"):
            query = _query()
            address = Filter().builder_address(site.url)
            return _moved(f"{address}?{query}" if query else address)
        return self._filters.page(site, snapshot)

    def _of_old(self, path: str, site: Site, snapshot: Snapshot) -> AnyResponse:
        """The redirect of an old address, or a file of the site itself.

        Raises Gone for a post that was withdrawn.

        Raises NotFound if nothing was ever there.
        """
        elsewhere = self._old.target(path, _query(), site, snapshot)
        if elsewhere is None and (file := self._site_files.answer(path, site)):
            return file
        if elsewhere is None and pages.is_gone(site, snapshot, path):
            raise Gone
        if elsewhere is None:
            raise NotFound
        response = _moved(addresses.url(site.url, elsewhere))
        response.headers["Cache-Control"] = _OLD_MAX_AGE
        return response

    def hub(self) -> AnyResponse:
        return self._hub.answer()

    def health(self) -> AnyResponse:
        return line(200, "ok")

    def readiness(self) -> AnyResponse:
        with self._store.snapshot() as snapshot:
            if not snapshot.revision():
                return not_yet()
            held, name = snapshot.held_name()
            # Anybody may read this, so no path and no title.
            posts = "post is" if held == 1 else "posts are"
            return line(200, f"ready; {held} {posts} held as {name}" if held else "ready")

    # Errors.

    def error(self, error: HTTPException) -> AnyResponse:
        code = error.code or 500
        headers = {name: value for name, value in error.get_headers() if name in _KEPT_HEADERS}
        response = self._refuse(code, error.name, headers.get("Retry-After", ""))
        if "Allow" in headers:  # Werkzeug writes a set, in any order
            headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
        response.headers.extend(headers)
        if code in (404, 410):
            response.headers["Cache-Control"] = "public, max-age=60"
        return response

    def store_error(self, error: StoreError) -> AnyResponse:
        log.error("cannot answer %s %s: %s", request.method, request.path, error)
        response = self._refuse(503, "Service Unavailable", "5")
        response.headers["Retry-After"] = "5"
        return response

    def bug(self, error: Exception) -> AnyResponse:
        log.error("%s %s failed", request.method, request.path, exc_info=error)
        return self._refuse(500, "Internal Server Error")

    def _refuse(self, code: int, name: str, wait: str = "") -> AnyResponse:
        return refusal(self._settings, self._store, code, f"{code} {name}", wait)


def _moved(location: str) -> AnyResponse:
    return redirect(location, 301)


def _query() -> str:
    """The query as it is in the URL."""
    return request.query_string.decode("latin-1")


# Before and after every request.


def _refuse_bad_paths() -> AnyResponse | None:
    """Answer 400 if the path is not UTF-8, and 404 if it has a control character.

    Also 404 if the path begins with two slashes: Werkzeug would drop one of them.
    """
    try:
        path = request.environ["PATH_INFO"].encode("latin-1").decode("utf-8")
    except UnicodeError:
        abort(400)
    if path.startswith("//") or any(ord(char) < 0x20 or ord(char) == 0x7F for char in path):
        abort(404)
    return None


def _refuse_frequent_polls() -> AnyResponse | None:
    seconds = request.environ.get(RETRY_AFTER)
    if seconds:
        raise TooManyRequests(retry_after=seconds)
    return None


def _answer_options() -> AnyResponse | None:
    if request.method != "OPTIONS" or request.path in (_HOOK, _HUB):
        return None
    response = Response(status=204)
    del response.headers["Content-Type"]
    response.headers["Allow"] = ", ".join([*_READ, "POST"] if is_for_operators() else _READ)
    response.headers["Access-Control-Allow-Methods"] = ", ".join(_READ)
    response.headers["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since, A-IM"
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _common_headers(response: AnyResponse) -> AnyResponse:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Link, Retry-After"
    return unshared(response) if is_for_operators() else response


def _without_base_path(base: str, inner: Callable[..., Any]) -> Callable[..., Any]:
    """Serve a site below the path of its URL, and also if a proxy has removed that path."""
    if not base:
        return inner
    base = unquote_to_bytes(base).decode("latin-1")  # the encoding of PATH_INFO (PEP 3333)

    def outer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        path = environ.get("PATH_INFO", "")
        if path == base or path.startswith(f"{base}/"):
            environ["PATH_INFO"] = path[len(base) :] or "/"
        return inner(environ, start_response)

    return outer
