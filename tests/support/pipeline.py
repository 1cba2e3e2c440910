"""A folder of posts in, the bytes of every document out: the whole way, without a server."""

import atexit
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from feedsvc.core import addresses
from feedsvc.core.feeds.archives.paging import Extent
from feedsvc.core.feeds.feeds import feed_of
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.feeds.opml import opml_document
from feedsvc.core.site import Site
from feedsvc.publishing.publish import publish
from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.feedcheck import (
    Finding,
    check_atom,
    check_json,
    check_opml,
    check_rss,
    check_same_entries,
)

_CHECKS: Final = {"atom": check_atom, "rss": check_rss, "json": check_json}


class Pipeline:
    """A folder of posts at `root` and its store; `now` and `site` are the caller's."""

    def __init__(self, root: Path, store: Store) -> None:
        self.root = root
        self.store = store

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write these files, in the order in which they come."""
        for path, source in files.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(source)

    def publish(self, site: Site, now: datetime) -> Report:
        """Bring the store up to what is in the folder."""
        return publish(Folder(self.root, quiet=0), self.store, site, now)

    def documents(self) -> dict[str, bytes]:
        """Every document of the store, by its path."""
        return documents_of(self.store)

    def digests(self) -> dict[str, str]:
        """The digest of every feed, by its path."""
        with self.store.snapshot() as snapshot:
            return {record.topic.path: record.digest for record in snapshot.feeds()}


@contextmanager
def new_pipeline() -> Iterator[Pipeline]:
    """An empty folder and an empty store: what hypothesis wants instead of a fixture."""
    spare = _spare_stores.pop() if _spare_stores else _SpareStore()
    with tempfile.TemporaryDirectory() as root:
        yield Pipeline(Path(root), spare.store)
    spare.empty()
    _spare_stores.append(spare)


def published(files: Mapping[str, bytes], site: Site, now: datetime) -> dict[str, bytes]:
    """Every document of a site with these files, by its path."""
    with new_pipeline() as pipeline:
        pipeline.write(files)
        pipeline.publish(site, now)
        return pipeline.documents()


def documents_of(store: Store) -> dict[str, bytes]:
    """Every document of the store, by its path; as exported, without links to archive pages."""
    found: dict[str, bytes] = {}
    with store.snapshot() as snapshot:
        site = snapshot.site()
        assert site is not None
        records = list(snapshot.feeds())
        for record in records:
            newest = snapshot.newest(record.number, site.entries)
            extent, deleted = Extent(record.entries, 0), snapshot.deleted_from(record.number)
            feed = feed_of(site, record.topic, newest, extent, deleted)
            for name, form in FORMATS.items():
                found[addresses.document_path(record.topic.path, name)] = form.render(feed)
        listed = (record.topic for record in snapshot.listed_feeds())
        found[addresses.OPML_PATH] = opml_document(site, listed)
    return found


def findings_of(documents: Mapping[str, bytes], site: Site, now: datetime) -> list[Finding]:
    """All that tests.feedcheck has to say against these documents."""
    findings = check_opml(documents["opml.xml"])
    names = {document: name for name, document in addresses.FORMATS.items()}
    for path, document in documents.items():
        name = names.get(path.rpartition("/")[2])
        if name:
            findings += _CHECKS[name](
                document,
                self_link=f"{site.url}/{quote(path)}",
                content_type=FORMATS[name].media_type,
                now=now,
            )
        if name == "atom":
            stem = path.removesuffix("atom.xml")
            rss, json_feed = documents[f"{stem}rss.xml"], documents[f"{stem}feed.json"]
            findings += check_same_entries(document, rss, json_feed)
    return findings


class _SpareStore:
    """A store that is emptied after use: to open a new one takes longer than most tests."""

    def __init__(self) -> None:
        place = tempfile.mkdtemp()
        self._file, self._blank = f"{place}/feedsvc.sqlite3", f"{place}/blank.sqlite3"
        self.store = Store(f"sqlite:///{self._file}")
        self._copy(self._file, self._blank)
        atexit.register(shutil.rmtree, place)
        atexit.register(self.store.close)

    def empty(self) -> None:
        """Make it what it was before its first use."""
        self._copy(self._blank, self._file)

    def _copy(self, source: str, target: str) -> None:
        with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
            one.backup(other)


_spare_stores: list[_SpareStore] = []
