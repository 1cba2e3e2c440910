"""Writes every feed to a file, for sites that serve static files."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from feedsvc.core import addresses
from feedsvc.core.feeds.feeds import Topic, entity_tag, opml_digest
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.feeds.opml import opml_document
from feedsvc.core.site import Site
from feedsvc.publishing.exporting.feed_files import (
    CurrentFile,
    DocumentFiles,
    FeedFiles,
    write_document,
    write_feeds,
)
from feedsvc.publishing.exporting.manifest import Manifest, sole_export
from feedsvc.publishing.exporting.sharing import shared
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.store.store import Store

_FEWEST_TO_SHARE: Final = 200  # feeds: fewer are rendered before a worker has started

_Progress: TypeAlias = Callable[[int, int], None]
_Outdated: TypeAlias = list[tuple[FeedRecord, tuple[DocumentFiles, ...]]]


def export(
    store: Store,
    target: Path,
    aliases: Mapping[str, str],
    progress: _Progress | None = None,
    *,
    workers: int = 0,
) -> tuple[int, int]:
    """Write every document below `target`. Returns how many were written, and how many exist.

    A document is rendered only if its file may not be current, and a file is replaced, at once,
    only if its bytes have changed. All documents are of one revision. The next export completes
    one that was killed. If many feeds are out of date, so many `workers` render them, of which
    this process is one. Raises OSError and StoreError.
    """
    with store.snapshot() as snapshot:
        if snapshot.site() is None:
            return 0, 0
    # The store is read once no other export writes: it may have written a newer revision.
    with sole_export(target), store.snapshot() as snapshot:
        site = snapshot.site()
        if site is None:
            return 0, 0
        return _Export(snapshot, _without_own_hub(site), target).run(
            aliases, progress or _no_progress, workers
        )


def _no_progress(_done: int, _total: int) -> None:
    """Report nothing."""


def _without_own_hub(site: Site) -> Site:
    """The site without our own hub, which does not run where static files are served."""
    own = addresses.url(site.url, addresses.HUB_PATH)
    return replace(site, hubs=tuple(hub for hub in site.hubs if hub != own))


class _Export:
    """One export of a snapshot."""

    def __init__(self, snapshot: Snapshot, site: Site, target: Path) -> None:
        self._snapshot = snapshot
        self._site = site
        self._target = target
        self._manifest = Manifest(target)
        self._files = 0

    def run(
        self, aliases: Mapping[str, str], progress: _Progress, workers: int
    ) -> tuple[int, int]:
        """Write what is out of date. Returns the numbers of written and of existing files."""
        records = list(self._snapshot.feeds())
        found = ((each, self._outdated(_documents(each, aliases))) for each in records)
        outdated = [(record, documents) for record, documents in found if documents]
        topics = [record.topic for record in records if record.is_listed]
        opml = self._outdated([_opml(self._site, topics)])
        done = len(records) - len(outdated)
        for number in range(done):
            progress(number + 1, len(records))
        if not self._manifest.has_changed():
            return 0, self._files
        written = 0
        with self._manifest.writing():
            for files in self._written(outdated, workers):
                written += sum(map(self._manifest.add, files))
                done += 1
                progress(done, len(records))
            for each in opml:
                document = opml_document(self._site, topics)
                files = write_document(self._target, each, document)
                written += sum(map(self._manifest.add, files))
        return written, self._files

    def _written(self, outdated: _Outdated, workers: int) -> Iterator[Sequence[CurrentFile]]:
        """The files of each feed, after they were written."""
        processes = workers if len(outdated) >= _FEWEST_TO_SHARE else 1
        feeds = (self._feed_files(record, documents) for record, documents in outdated)
        return shared(partial(write_feeds, self._target, self._site), feeds, processes)

    def _outdated(self, documents: Iterable[DocumentFiles]) -> tuple[DocumentFiles, ...]:
        """The documents to render, each with the files that are not current."""
        outdated = []
        for each in documents:
            self._files += len(each.paths)
            is_current = partial(self._manifest.is_current, source=each.source)
            if paths := tuple(path for path in each.paths if not is_current(path)):
                outdated.append(replace(each, paths=paths))
        return tuple(outdated)

    def _feed_files(self, record: FeedRecord, outdated: tuple[DocumentFiles, ...]) -> FeedFiles:
        newest = self._snapshot.newest(record.number, self._site.entries)
        return FeedFiles(record.topic, newest, outdated)


def _documents(record: FeedRecord, aliases: Mapping[str, str]) -> Iterator[DocumentFiles]:
    """Every document of a feed; an alias that names a folder cannot be a file."""
    for format_name in FORMATS:
        paths = [addresses.document_path(record.topic.path, format_name)]
        if not record.topic.names:
            paths += [
                alias.lstrip("/")
                for alias, alias_format in aliases.items()
                if alias_format == format_name and not alias.endswith("/")
            ]
        source = entity_tag(record.digest, format_name)
        yield DocumentFiles(format_name, source, tuple(paths))


def _opml(site: Site, topics: Iterable[Topic]) -> DocumentFiles:
    digest = opml_digest(site, (topic.path for topic in topics))
    return DocumentFiles("opml", entity_tag(digest, "opml"), (addresses.OPML_PATH,))
