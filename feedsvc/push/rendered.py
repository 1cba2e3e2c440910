"""Renders each version of a topic once, for all of its deliveries."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final

from feedsvc.core.feeds.feeds import feed_of, link_header
from feedsvc.core.feeds.formats import FORMATS, plain_type
from feedsvc.core.site import Site
from feedsvc.store.store import Store

_MOST_KEPT: Final = 32


@dataclass(frozen=True, slots=True)
class RenderedTopic:
    """The document of a topic at `digest`: body and headers of a delivery."""

    digest: str
    site: Site
    topic: str
    media_type: str
    body: bytes

    def headers(self, topic: str) -> dict[str, str]:
        """The headers for a subscriber that calls the document `topic` (WebSub §7).

        If `topic` is empty, the self link is used. `<` and `>` are percent-encoded; all other
        characters are sent as the subscriber wrote them, in UTF-8.
        """
        named = topic.replace("<", "%3C").replace(">", "%3E") or self.topic
        link = (
            link_header(self.site, named).encode().decode("latin-1")
        )  # http.client encodes headers so
        return {"Content-Type": self.media_type, "Link": link}


class RenderedTopics:
    """The versions that were delivered last. Safe for threads."""

    def __init__(self, store: Store, *, plain: bool = False) -> None:
        self._store = store
        self._plain = plain  # the media types that web processes serve
        self._kept: OrderedDict[tuple[str, str, str], RenderedTopic] = OrderedDict()
        self._lock = Lock()

    def of(self, feed_path: str, format_name: str, digest: str) -> RenderedTopic | None:
        """The version with this digest, or a later one. None if there is no such feed.

        Raises StoreError.
        """
        key = (feed_path, format_name, digest)
        with self._lock:
            version = self._kept.get(key) or self._rendered(feed_path, format_name)
            if version is None:
                return None
            self._kept[key] = version
            self._kept.move_to_end(key)
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
            return version

    def _rendered(self, feed_path: str, format_name: str) -> RenderedTopic | None:
        with self._store.snapshot() as snapshot:
            site, record = snapshot.site(), snapshot.feed(feed_path)
            if site is None or record is None:
                return None
            newest = snapshot.newest(record.number, site.entries)
            deleted = snapshot.deleted_from(record.number)
            feed = feed_of(site, record.topic, newest, record.extent, deleted)
        form, topic = FORMATS[format_name], feed.self_link(format_name)
        media_type = plain_type(form.media_type) if self._plain else form.media_type
        return RenderedTopic(record.digest, site, topic, media_type, form.render(feed))
