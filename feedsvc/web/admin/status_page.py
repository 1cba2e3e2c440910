"""`/status`: what is published and held, what fails, and what wants attention."""

import json
from datetime import UTC, datetime
from typing import Final

from flask import Response, request

from feedsvc.core.admin.attention import attention_of, status_as_json
from feedsvc.core.admin.status import Connections, Status
from feedsvc.errors import StoreError
from feedsvc.settings.settings import Settings
from feedsvc.settings.site import site_of
from feedsvc.source.surroundings import surroundings_of
from feedsvc.store.operating.overview import status_without_store
from feedsvc.store.store import Store
from feedsvc.web.admin.operator_page import operator_page
from feedsvc.web.pages.error_answers import wants_page

# The environ key for the open connections of this process, and their limit.
CONNECTIONS: Final = "feedsvc.connections"

_SECONDS: Final = 15  # until a browser loads the page again
_STILL: Final = "still"  # the parameter of a page that does not


class StatusPage:
    """The view of `/status`: a page for browsers, JSON for programs."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._around = surroundings_of(settings)

    def answer(self) -> Response:
        """Answer GET. 503 if the store cannot be used; the body says so too."""
        status = self._status()
        response = self._page(status) if wants_page() else _json(status)
        if status.store.fault:
            response.status_code = 503
            response.headers["Retry-After"] = "5"
        return response

    def _status(self) -> Status:
        now = datetime.now(UTC)
        try:
            status = self._store.status(self._around, now)
        except StoreError as error:
            status = status_without_store(self._around, str(error), now)
        counted = request.environ.get(CONNECTIONS)
        return status.below(self._around.root).with_connections(
            Connections(*counted) if counted else None
        )

    def _page(self, status: Status) -> Response:
        """The page. It loads itself again; an address without that is for slow readers."""
        is_still = _STILL in request.args
        page = operator_page(
            "admin/status.html",
            site_of(self._settings),
            status=status,
            attention=attention_of(status),
            seconds=0 if is_still else _SECONDS,
        )
        if not is_still:
            page.headers["Refresh"] = str(_SECONDS)
        return page


def _json(status: Status) -> Response:
    text = json.dumps(status_as_json(status), ensure_ascii=False, indent=2)
    return Response(f"{text}\n", content_type="application/json")
