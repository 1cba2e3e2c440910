"""Renders feeds and writes their files. Worker processes import this, and no store."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import Topic, feed_of
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.file_records import Stamp
from feedsvc.core.site import Site
from feedsvc.publishing.exporting.replacing import digest_of, replaced


@dataclass(frozen=True, slots=True)
class DocumentFiles:
    """The files of one document: its format, its paths, and what it is rendered from."""

    format_name: str
    source: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeedFiles:
    """Files of one feed that are to be written."""

    topic: Topic
    newest: Sequence[Entry]
    documents: tuple[DocumentFiles, ...]


@dataclass(frozen=True, slots=True)
class CurrentFile:
    """A file that has the right bytes now; `stamp` is None if another program writes it too."""

    path: str
    source: str
    digest: str
    stamp: Stamp | None
    was_written: bool


def write_feeds(
    target: Path, site: Site, feeds: Iterable[FeedFiles]
) -> list[list[CurrentFile]]:
    """Write the files of each feed below `target`, if their bytes have changed."""
    return [list(_write_feed(target, site, files)) for files in feeds]


def _write_feed(target: Path, site: Site, files: FeedFiles) -> Iterator[CurrentFile]:
    feed = feed_of(site, files.topic, files.newest)
    for document in files.documents:
        yield from write_document(target, document, FORMATS[document.format_name].render(feed))


def write_document(target: Path, files: DocumentFiles, document: bytes) -> list[CurrentFile]:
    """Write the files of a document below `target`, if its bytes have changed."""
    digest = digest_of(document)
    current = []
    for path in files.paths:
        was_written, stamp = replaced(target / path, document)
        current.append(CurrentFile(path, files.source, digest, stamp, was_written))
    return current
