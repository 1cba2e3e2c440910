"""Asks a WSGI callable without a socket, and publishes what it answers with."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from werkzeug.test import EnvironBuilder, run_wsgi_app

from feedsvc.publishing.publish import publish
from feedsvc.settings.load import load_settings
from feedsvc.settings.settings import Settings
from feedsvc.settings.site import site_of
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.running import SITE
from tests.support.writing import PostFolder

URL = "https://example.org"


class Answer(NamedTuple):
    """What came back; the headers without the date, in their order."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def tag(self) -> str:
        return dict(self.headers)["ETag"]


def ask(app: Any, path: str, method: str = "GET", **headers: str) -> Answer:
    """Send a request; `If_None_Match="x"` is a header."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    builder = EnvironBuilder(path, method=method, headers=list(sent.items()), base_url=URL)
    body, status, got = run_wsgi_app(app, builder.get_environ(), buffered=True)
    kept = [(name, value) for name, value in got if name != "Date"]
    return Answer(status, kept, b"".join(body))


class Publisher:
    """A folder of posts and its store, with their settings; publishes when told to."""

    def __init__(self, place: Path, store_url: str, **settings: str) -> None:
        self.posts = PostFolder(place / "posts")
        environ = {
            **SITE,
            "FEEDSVC_SITE__URL": URL,
            "FEEDSVC_STORE__URL": store_url,
            **{f"FEEDSVC_{name}": value for name, value in settings.items()},
        }
        self.settings: Settings = load_settings(None, environ)
        self.store = Store(store_url)

    def publish(self, now: datetime | None = None) -> None:
        """Bring the store up to the folder."""
        folder = Folder(self.posts.root, 0)
        at = now or datetime.now(UTC)
        publish(folder, self.store, site_of(self.settings), at)
