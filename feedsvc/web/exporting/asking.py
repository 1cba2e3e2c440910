"""Asks the web app of this process, without a socket."""

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import unquote_to_bytes, urlsplit

from feedsvc.publishing.exporting.page_files import Answer, Page
from feedsvc.settings.settings import Settings
from feedsvc.store.snapshot import Snapshot
from feedsvc.web.app import create_app
from feedsvc.web.exporting.one_revision import OneRevision, Revision, opened_at

_PORTS: Final = {"http": 80, "https": 443}
# What depends on the request, on the coding, or is different for each file.
_OF_SERVER: Final = frozenset(
    ["accept-ranges", "content-length", "date", "etag", "last-modified", "link", "vary"]
) | frozenset(["connection", "set-cookie"])


class Renderer:
    """Answers with what the web app says to a client that names no language and no coding.

    A worker process gets a copy, which opens the store again. If the store has another revision
    by then, it answers None.
    """

    def __init__(self, settings: Settings, snapshot: Snapshot, revision: Revision) -> None:
        self._settings = settings
        self._revision = revision
        self._app: Callable[..., Iterable[bytes]] | None = _app(settings, OneRevision(snapshot))
        self._is_open = True

    def __getstate__(self) -> tuple[Settings, Revision]:
        return self._settings, self._revision

    def __setstate__(self, state: tuple[Settings, Revision]) -> None:
        self._settings, self._revision = state
        self._app, self._is_open = None, False

    def __call__(self, page: Page) -> Answer | None:
        """The answer at the address of a page."""
        if not self._is_open:
            self._app = _shared_app(self._settings, self._revision)
            self._is_open = True
        return self._answer(page) if self._app else None

    def _answer(self, page: Page) -> Answer:
        began: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _: object = None) -> None:
            began[:] = [int(status[:3]), headers]

        assert self._app is not None  # noqa: S101 - the caller has looked
        body = self._app(self._environ(page), start)
        status, headers = began
        kept = [(name, value) for name, value in headers if name.lower() not in _OF_SERVER]
        return Answer(status, tuple(sorted(kept)), _closing(body))

    def _environ(self, page: Page) -> dict[str, Any]:
        site = urlsplit(self._settings.site.url)
        base = unquote_to_bytes(site.path).decode("latin-1")
        path = page.asked_at if page.asked_at is not None else page.address
        return {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": f"{base}/{path.encode().decode('latin-1')}",
            "QUERY_STRING": "",
            "SERVER_NAME": site.hostname or "",
            "SERVER_PORT": str(site.port or _PORTS[site.scheme]),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": site.netloc,
            "HTTP_ACCEPT": "text/html",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": site.scheme,
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }


def _app(settings: Settings, store: OneRevision) -> Callable[..., Iterable[bytes]]:
    app = create_app(settings, store)
    app.config["STATIC_FILES"] = True
    return app.wsgi_app


def _shared_app(
    settings: Settings, revision: Revision
) -> Callable[..., Iterable[bytes]] | None:
    """The app of a worker process: every copy of the renderer uses the same one."""
    if revision not in _apps:
        store = opened_at(settings.store.url, revision)
        _apps[revision] = _app(settings, store) if store else None
    return _apps[revision]


_apps: dict[Revision, Callable[..., Iterable[bytes]] | None] = {}


def _closing(body: Iterable[bytes]) -> Iterable[bytes]:
    try:
        yield from body
    finally:
        if close := getattr(body, "close", None):
            close()
