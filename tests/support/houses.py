"""A folder and a store, for tests that publish."""

from datetime import UTC, datetime, timedelta
from typing import Any

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.site import Site
from feedsvc.publishing.publish import publish
from feedsvc.publishing.reading.read_folder import SECOND_LOOK_SECONDS
from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.writing import PostFolder

SITE = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")
NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=SECOND_LOOK_SECONDS)

BROKEN = {  # files that are refused, by what is wrong with them
    "broken front matter": b"---\ntitle: [\n---\nx",
    "never closed": b"---\ntitle: x\n\ntext",
    "no date": b"---\ntitle: x\n---\n",
    "impossible date": b"---\ntitle: x\ndate: 2025-02-30\n---\n",
    "invalid UTF-8": b"---\ntitle: \xff\ndate: 2026-01-01\n---\n",
    "UTF-16": "---\ntitle: x\n---\n".encode("utf-16"),
    "empty": b"",
    "10 MB": b"---\ndate: 2026-01-01\n---\n" + b"x" * 10_000_000,
    "a python tag": b"---\ndate: !!python/name:os.system\n---\n",
    "deep HTML": b"---\ndate: 2026-01-01\n---\n" + b"<div>" * 10_000,
}


class House:
    """A folder and a store, and the publish that joins them."""

    def __init__(self, posts: PostFolder, folder: Folder, store: Store) -> None:
        self.posts, self.folder, self.store = posts, folder, store

    def publish(self, now: datetime = NOW, site: Site = SITE, **more: Any) -> Report:
        return publish(self.folder, self.store, site, now, **more)

    def entries(self, path: str = "") -> list[Entry]:
        with self.store.snapshot() as snapshot:
            feed = snapshot.feed(path)
            return snapshot.newest(feed.number, 100) if feed else []

    def only_entry(self) -> Entry:
        (entry,) = self.entries()
        return entry

    def titles(self) -> set[str]:
        return {entry.title for entry in self.entries()}

    def digests(self) -> dict[str, tuple[str, datetime]]:
        with self.store.snapshot() as snapshot:
            return {f.topic.path: (f.digest, f.changed_at) for f in snapshot.feeds()}
