"""Renders a page whose cost grows with the folder only once for each revision."""

from collections.abc import Callable, Hashable
from threading import Lock

from flask import Response, request

from feedsvc.web.pages.catalogues import catalogue_for
from feedsvc.web.polls.codings import preference


class Once:
    """Keeps the page of one revision, in each requested language and coding."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._revision: Hashable = None
        self._pages: dict[Hashable, tuple[bytes, list[tuple[str, str]]]] = {}

    def page(
        self, revision: Hashable, site_language: str, render: Callable[[], Response]
    ) -> Response:
        """The page for this request. Concurrent requests wait until one has rendered it."""
        variant = (
            catalogue_for(request.accept_languages, site_language).language,
            preference(request.headers.get("Accept-Encoding", "")),
        )
        with self._lock:
            if revision != self._revision:
                self._revision, self._pages = revision, {}
            if variant not in self._pages:
                made = render()
                self._pages[variant] = made.get_data(), list(made.headers)
            body, headers = self._pages[variant]
        return Response(body, headers=headers)
