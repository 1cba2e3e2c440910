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
    alone exceeds the size limit is shown with a short summary, as in the feed. Nobody
    can subscribe to a page, so it names no hub.
    """
    return Feed(
        replace(site, hubs=()), topic, tuple(shown_entries(site, topic, entries)), paging
    )


def page_digest(site: Site, topic: Topic, entry_digests: Iterable[str], paging: Paging) -> str:
    """A hash of everything that the documents of an archive page are rendered from."""
    digests = tuple(entry_digests)
    rendered_from = [
        RENDERER_VERSION,
        site.digest,
        topic.kind,
        *topic.names,
        "",
        f"page {paging.page}",
        "next" if paging.next else "newest",
        *digests,
        *podcast_mark(site, digests),
    ]
    return hashlib.sha256("\x00".join(rendered_from).encode()).hexdigest()
