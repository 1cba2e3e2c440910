"""Archive pages: a fixed range of the numbers of a feed, as a feed document (RFC 5005 §4)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from feedsvc.core.feeds.archives.paging import Paging
from feedsvc.core.feeds.deletions.tombstones import Tombstone, of_page, tombstones_mark
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import RENDERER_VERSION, Feed, Topic, podcast_mark, shown_entries
from feedsvc.core.site import Site


def archive_page(
    site: Site,
    topic: Topic,
    entries: Sequence[Entry],
    paging: Paging,
    deleted: Sequence[Tombstone] = (),
) -> Feed:
    """The archive page of a feed that has these entries.

    Of the `deleted` entries of the feed it has the tombstones of those that it had itself.
    It has all of them, however large it becomes: no other document may have them. An entry that
    alone exceeds the size limit is shown with a short summary, as in the feed.
    """
    shown = tuple(shown_entries(site, topic, entries))
    gone = tuple(of_page(deleted, paging.page))
    return Feed(_site_of_pages(site), topic, shown, paging, gone)


def page_digest(
    site: Site,
    topic: Topic,
    entry_digests: Iterable[str],
    paging: Paging,
    deleted: Sequence[Tombstone] = (),
) -> str:
    """A hash of everything that the documents of an archive page are rendered from."""
    digests = tuple(entry_digests)
    rendered_from = [
        RENDERER_VERSION,
        _site_of_pages(site).digest,
        topic.kind,
        *topic.names,
        "",
        f"page {paging.page}",
        "next" if paging.next else "newest",
        *digests,
        *podcast_mark(site, digests),
        *tombstones_mark(of_page(deleted, paging.page)),
    ]
    return hashlib.sha256("\x00".join(rendered_from).encode()).hexdigest()


def _site_of_pages(site: Site) -> Site:
    """The site without the settings that no page depends on.

    Nobody can subscribe to a page, so it names no hub. How many entries a feed shows does not
    matter.
    """
    return replace(site, hubs=(), entries=0)
