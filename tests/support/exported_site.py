"""A folder of posts, its store, and complete exports of it in this process."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from feedsvc.publishing.exporting.export import Exported, ExportPlan, export
from feedsvc.publishing.exporting.feed_headers import feed_headers
from feedsvc.publishing.exporting.manifest import MANIFEST
from feedsvc.publishing.publish import publish
from feedsvc.settings.load import load_settings
from feedsvc.settings.settings import Settings
from feedsvc.settings.site import site_of
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from feedsvc.web.exporting.site_pages import SitePages
from tests.support.running import SITE
from tests.support.writing import PostFolder

NOW: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


class ExportedSite:
    """A site whose posts are in `place`; `settings` are further environment variables."""

    def __init__(self, place: Path, store: Store, url: str, settings: dict[str, str]) -> None:
        self.place = place
        self.posts = PostFolder(place / "posts")
        self.store = store
        self._url = url
        self._given = settings
        self._now = NOW

    @property
    def settings(self) -> Settings:
        given = {
            "FEEDSVC_SITE__URL": "https://example.org/blog",
            "FEEDSVC_CONTENT__SEEDS": str(self.posts.root),
            "FEEDSVC_STORE__URL": self._url,
            "FEEDSVC_WATCHER__QUIET": "0",
            "FEEDSVC_HUB__ENABLED": "false",
        }
        return load_settings(None, {**SITE, **given, **self._given})

    def set(self, **given: str) -> None:
        """Change settings, by the names of their variables without the prefix."""
        self._given |= {f"FEEDSVC_{name}": value for name, value in given.items()}

    def publish(self) -> None:
        folder = Folder(self.posts.root, quiet=0)
        self._now += timedelta(minutes=10)  # later than the second look at a missing file
        publish(folder, self.store, site_of(self.settings), self._now)

    def export(self, target: str = "public", **plan: Any) -> Exported:
        """Export everything below the folder `target`."""
        settings = self.settings
        whole = {
            "aliases": settings.feeds.aliases,
            "pages": SitePages(settings),
            "headers": lambda path: feed_headers(path, settings.server),
        }
        return export(self.store, self.place / target, ExportPlan(**{**whole, **plan}))

    def files(self, target: str = "public") -> dict[str, bytes]:
        """The bytes of every file below the folder `target` but the manifest."""
        folder = self.place / target
        files = (file for file in folder.rglob("*") if file.is_file() and file.name != MANIFEST)
        return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


@contextmanager
def exported_site(place: Path, **settings: str) -> Iterator[ExportedSite]:
    """A site in `place` without posts."""
    url = f"sqlite:///{place}/store.sqlite3"
    with closing(Store(url)) as store:
        given = {f"FEEDSVC_{name}": value for name, value in settings.items()}
        yield ExportedSite(place, store, url, given)
