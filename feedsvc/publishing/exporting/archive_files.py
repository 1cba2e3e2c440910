"""Which archive pages an export has, and what each of them is rendered from (RFC 5005 §4)."""

from collections.abc import Collection, Iterator
from itertools import groupby
from typing import NamedTuple

from feedsvc.core import addresses
from feedsvc.core.feeds.archives.archive_pages import page_digest
from feedsvc.core.feeds.archives.paging import Paging, page_of
from feedsvc.core.feeds.feeds import entity_tag
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.site import Site
from feedsvc.publishing.exporting.feed_files import DocumentFiles
from feedsvc.store.snapshot import FeedRecord, Snapshot


class FeedDocuments(NamedTuple):
    """Documents of one feed: those of an archive page, or with page 0 of the feed itself."""

    record: FeedRecord
    page: int
    documents: tuple[DocumentFiles, ...]


def has_archive(record: FeedRecord, site: Site) -> bool:
    """True if the feed has more entries than its document shows, or more than one page.

    A feed that shows all its entries leads to none. One that is only cut short by its size is
    exported without links to its page: this is known after rendering alone.
    """
    extent = record.extent
    return extent.entries > site.entries or extent.newest_page > 1


def archive_documents(
    snapshot: Snapshot, site: Site, records: Collection[FeedRecord]
) -> Iterator[FeedDocuments]:
    """The archive pages of these feeds, by feed and page. All digests are read at once."""
    rows = snapshot.digests_by_number({record.number for record in records})
    found = {
        feed: _by_page((number, digest) for _, number, digest in of_feed)
        for feed, of_feed in groupby(rows, key=lambda row: row[0])
    }
    deleted = snapshot.deleted({record.number for record in records})
    for record in records:
        lost = deleted.get(record.number, ())
        of_feed = found.get(record.number, {})
        for page in range(1, record.extent.newest_page + 1):
            paging = Paging(record.extent.newest_page, page)
            digest = page_digest(site, record.topic, of_feed.get(page, ()), paging, lost)
            yield FeedDocuments(record, page, tuple(_documents(record, page, digest)))


def _by_page(digests: Iterator[tuple[int, str]]) -> dict[int, list[str]]:
    """The digests of the entries of each page, from those by number."""
    pages = groupby(digests, key=lambda row: page_of(row[0]))
    return {page: [digest for _, digest in rows] for page, rows in pages}


def _documents(record: FeedRecord, page: int, digest: str) -> Iterator[DocumentFiles]:
    folder = addresses.archive_path(record.topic.path, page)
    for format_name in FORMATS:
        path = addresses.document_path(folder, format_name)
        yield DocumentFiles(format_name, entity_tag(digest, format_name), (path,))
