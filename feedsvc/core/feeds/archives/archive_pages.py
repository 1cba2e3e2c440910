"""Archive pages: a fixed range of the numbers of a feed, as a feed document (RFC 5005 §4)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from feedsvc.core.feeds.archives.paging import Paging
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import RENDERER_VERSION, Feed, Topic, podcast_mark, shown_entries
from feedsvc.core.site import Site


def archive_page(site: Site, topic: Topic, entries: Sequence[Entry], paging: Paging) -> Feed:
    """The archive page of a feed that has these entries.

    It has all of them, however large it becomes: no other document may have them. An entry that
    alone exceeds the size limit is shown with a short summary, as in the feed.
    """
    shown = tuple(shown_entries(site, topic, entries))
    return Feed(_site_of_pages(site), topic, shown, paging)


def page_digest(site: Site, topic: Topic, entry_digests: Iterable[str], paging: Paging) -> str:
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
    ]
    return hashlib.sha256("\x00".join(rendered_from).encode()).hexdigest()


def _site_of_pages(site: Site) -> Site:
    """The site without the settings that no page depends on.

    Nobody can subscribe to a page, so it names no hub. How many entries a feed shows does not
    matter.
    """
    return replace(site, hubs=(), entries=0)
