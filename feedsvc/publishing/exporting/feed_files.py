"""Renders feeds and writes their files. Worker processes import this, and no store."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from feedsvc.core.feeds.archives.archive_pages import archive_page
from feedsvc.core.feeds.archives.paging import Extent, Paging
from feedsvc.core.feeds.deletions.tombstones import Tombstone
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import Topic, feed_of
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.file_records import Stamp
from feedsvc.core.site import Site
from feedsvc.publishing.exporting.file_names import is_too_long
from feedsvc.publishing.exporting.replacing import digest_of, replaced

SUFFIXES: Final = {"gzip": ".gz", "br": ".br", "zstd": ".zst"}  # of twins, by content coding
_LEAST_SAVED: Final = 0.1  # of the size: a twin that saves less is not worth its file
_SMALL: Final = 500  # octets, as in answers

# A function for each content coding.
Codings: TypeAlias = Mapping[str, Callable[[bytes], bytes]]


@dataclass(frozen=True, slots=True)
class DocumentFiles:
    """The files of one document: its format, its paths, and what it is rendered from."""

    format_name: str
    source: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeedFiles:
    """Files of one feed, or of its archive page with the number `page`, that are to be written.

    The `entries` are the newest of the feed, or those of the page. `deleted` are those that the
    feed has lost of late.
    """

    topic: Topic
    page: int
    entries: Sequence[Entry]
    extent: Extent
    documents: tuple[DocumentFiles, ...]
    deleted: Sequence[Tombstone] = ()


@dataclass(frozen=True, slots=True)
class CurrentFile:
    """A file that has the right bytes now; `stamp` is None if another program writes it too.

    `twin_of` is the path of the file whose compressed twin it is.
    """

    path: str
    source: str
    digest: str
    stamp: Stamp | None
    was_written: bool
    headers: tuple[tuple[str, str], ...] = ()
    twin_of: str = ""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes documents below `target`, each with its twins in `codings`.

    `taken` are the paths of documents that look like those of twins.
    """

    target: Path
    codings: Codings = field(default_factory=dict)
    taken: frozenset[str] = frozenset()

    def write(self, files: DocumentFiles, document: bytes) -> list[CurrentFile]:
        """Write the files of a document whose bytes have changed."""
        twins = self._twins(document)
        digest = digest_of(document)
        current = []
        for path in files.paths:
            was_written, stamp = replaced(self.target, path, document)
            current.append(CurrentFile(path, files.source, digest, stamp, was_written))
            for suffix, twin in twins.items():
                twin_path = path + suffix
                if twin_path in self.taken or is_too_long(twin_path):
                    continue
                was_written, stamp = replaced(self.target, twin_path, twin)
                ours = (files.source, digest_of(twin), stamp, was_written)
                current.append(CurrentFile(twin_path, *ours, twin_of=path))
        return current

    def _twins(self, document: bytes) -> dict[str, bytes]:
        if len(document) < _SMALL:
            return {}
        twins = {SUFFIXES[name]: code(document) for name, code in self.codings.items()}
        most = (1 - _LEAST_SAVED) * len(document)
        return {suffix: twin for suffix, twin in twins.items() if len(twin) <= most}


def write_feeds(
    writer: Writer, site: Site, feeds: Iterable[FeedFiles]
) -> list[list[CurrentFile]]:
    """Write the files of each feed, if their bytes have changed."""
    return [list(_write_feed(writer, site, files)) for files in feeds]


def _write_feed(writer: Writer, site: Site, files: FeedFiles) -> Iterator[CurrentFile]:
    if files.page:
        paging = Paging(files.extent.newest_page, files.page)
        feed = archive_page(site, files.topic, files.entries, paging, files.deleted)
    else:
        feed = feed_of(site, files.topic, files.entries, files.extent, files.deleted)
    for document in files.documents:
        yield from writer.write(document, FORMATS[document.format_name].render(feed))
