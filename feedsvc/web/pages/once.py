"""A page of which the cost grows with the folder, rendered once for each revision."""

from collections.abc import Callable, Hashable
from threading import Lock

from flask import Response, request

from feedsvc.web.pages.catalogues import catalogue_for
from feedsvc.web.polls.codings import preference


class Once:
    """Keeps the page of one revision in each language and coding that was asked for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._revision: Hashable = None
        self._pages: dict[Hashable, tuple[bytes, list[tuple[str, str]]]] = {}

    def page(
        self, revision: Hashable, site_language: str, render: Callable[[], Response]
    ) -> Response:
        """The page for this request; concurrent requests wait until one has rendered it."""
        asked = (
            catalogue_for(request.accept_languages, site_language).language,
            preference(request.headers.get("Accept-Encoding", "")),
        )
        with self._lock:
            if revision != self._revision:
                self._revision, self._pages = revision, {}
            if asked not in self._pages:
                made = render()
                self._pages[asked] = made.get_data(), list(made.headers)
            body, headers = self._pages[asked]
        return Response(body, headers=headers)
