"""Sends requests to a WSGI app without a socket, and publishes the feeds that it serves."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from werkzeug.test import EnvironBuilder, run_wsgi_app

from feedsvc.errors import StoreLocked
from feedsvc.publishing.publish import publish
from feedsvc.settings.load import load_settings
from feedsvc.settings.settings import Settings
from feedsvc.settings.site import site_of
from feedsvc.source.folder import Folder
from feedsvc.web.app import create_app
from feedsvc.web.polls.replay import Replay
from feedsvc.web.polls.shelf import Shelf
from feedsvc.web.polls.store_follower import Follower
from tests.support.running import SITE
from tests.support.stores import opened_store
from tests.support.writing import PostFolder

URL = "https://example.org"


class Answer(NamedTuple):
    """An answer; its headers without the date, in their order."""

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
    """A folder of posts with its store and settings. It publishes on request."""

    def __init__(self, folder: Path, store_url: str, **settings: str) -> None:
        self.posts = PostFolder(folder / "posts")
        environ = {
            **SITE,
            "FEEDSVC_SITE__URL": URL,
            "FEEDSVC_STORE__URL": store_url,
            **{f"FEEDSVC_{name}": value for name, value in settings.items()},
        }
        self.settings: Settings = load_settings(None, environ)
        self.store = opened_store(store_url)

    def publish(self, now: datetime | None = None) -> None:
        """Publish the folder, now or as if it were another time."""
        folder, site = Folder(self.posts.root, 0), site_of(self.settings)
        until = time.monotonic() + 5
        while True:
            try:
                publish(folder, self.store, site, now or datetime.now(UTC))
            except StoreLocked:  # a watcher over the same folder publishes just now
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                return


class Front:
    """Flask behind the replay of its answers. It counts the requests that reach Flask."""

    def __init__(self, publisher: Publisher, most_octets: int = 10_000_000) -> None:
        self.publisher = publisher
        self.shelf = Shelf(most_octets)
        self.flask = create_app(publisher.settings, publisher.store, self.shelf)
        self.replay = Replay(self._counted, self.shelf)
        self.follower = Follower(publisher.store, self.shelf)
        self.follower.check()
        self.reached = 0

    def _counted(self, environ: Any, start_response: Any) -> Any:
        self.reached += 1
        return self.flask(environ, start_response)


@contextmanager
def two_posts(folder: Path, store_url: str) -> Iterator[Publisher]:
    """Two posts with a tag each, published."""
    made = Publisher(folder, store_url)
    made.posts.write("tea.md", "Text. " * 300, title="Tea", tags="[tea]")
    made.posts.write("milk.md", "Text. " * 300, title="Milk", tags="[milk]")
    made.publish()
    yield made
    made.store.close()
