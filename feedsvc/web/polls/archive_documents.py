"""Archive pages as documents. The digest of a page is computed when somebody asks for it."""

from dataclasses import dataclass

from feedsvc.core.feeds.archives.archive_pages import archive_page, page_digest
from feedsvc.core.feeds.archives.paging import Paging, numbers_of
from feedsvc.core.feeds.feeds import entity_tag
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.site import Site
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.web.polls.shelf import Document


@dataclass(frozen=True, slots=True)
class PublishedPage:
    """An archive page of a feed, without its entries. Its digest is not in the store."""

    site: Site
    record: FeedRecord
    paging: Paging
    digest: str

    def document(self, snapshot: Snapshot, path: str, format_name: str) -> Document:
        """The page in a format. `snapshot` is that in which it was found."""
        entries = snapshot.numbered(self.record.number, *numbers_of(self.paging.page))
        deleted = snapshot.deleted_from(self.record.number)
        page = archive_page(self.site, self.record.topic, entries, self.paging, deleted)
        return Document(
            path=path,
            digest=self.digest,
            tag=entity_tag(self.digest, format_name),
            last_modified=None,  # nothing is written when an old entry changes
            media_type=FORMATS[format_name].media_type,
            links=f'<{page.self_link(format_name)}>; rel="self"',
            vary="Accept-Encoding",
            body=FORMATS[format_name].render(page),
            is_passing=True,
        )


def published_page(snapshot: Snapshot, feed_path: str, page: int) -> PublishedPage | None:
    """The archive page of the feed at this path; None if it does not exist yet."""
    site, record = snapshot.site(), snapshot.feed(feed_path)
    if site is None or record is None or page > record.extent.newest_page:
        return None
    paging = Paging(record.extent.newest_page, page)
    digests = snapshot.digests_of_numbered(record.number, *numbers_of(page))
    deleted = snapshot.deleted_from(record.number)
    digest = page_digest(site, record.topic, digests, paging, deleted)
    return PublishedPage(site, record, paging, digest)
