"""`/status`: what an operator looks at first."""

from flask import Response

from feedsvc.settings.settings import Settings
from feedsvc.settings.site import site_of
from feedsvc.store.store import Store
from feedsvc.web.admin.operator_page import operator_page


class StatusPage:
    """The view of `/status`."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store

    def answer(self) -> Response:
        """Answer GET."""
        with self._store.snapshot() as snapshot:
            facts = {
                "Last publish": snapshot.last_published_at(),
                "Revision": snapshot.revision(),
                "Posts": snapshot.count_published(),
                "Feeds": sum(snapshot.feed_counts().values()),
                "Problems": len(snapshot.problems()),
                "Held": snapshot.held_name()[0],
            }
        return operator_page("admin/status.html", site_of(self._settings), facts=facts)
