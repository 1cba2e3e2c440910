"""The bytes that are delivered: each version of a topic is rendered once for all."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final

from feedsvc.core.documents import FORMATS, plain_type
from feedsvc.core.feeds import feed_of, link_header
from feedsvc.store.store import Store

_MOST_KEPT: Final = 32


@dataclass(frozen=True, slots=True)
class Version:
    """A topic's document as of `digest`: what the body of a delivery is, and its headers."""

    digest: str
    topic: str
    body: bytes
    headers: dict[str, str]


class Versions:
    """The versions that were delivered last; for any number of threads."""

    def __init__(self, store: Store, *, plain: bool = False) -> None:
        self._store = store
        self._plain = plain  # as the topics are served
        self._kept: OrderedDict[tuple[str, str, str], Version] = OrderedDict()
        self._lock = Lock()

    def of(self, feed_path: str, format_name: str, digest: str) -> Version | None:
        """The version with this digest, or a later one; None where there is no such feed.

        Raises StoreError.
        """
        asked = (feed_path, format_name, digest)
        with self._lock:
            version = self._kept.get(asked) or self._rendered(feed_path, format_name)
            if version is None:
                return None
            self._kept[asked] = version
            self._kept.move_to_end(asked)
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
            return version

    def _rendered(self, feed_path: str, format_name: str) -> Version | None:
        with self._store.snapshot() as snapshot:
            site, record = snapshot.site(), snapshot.feed(feed_path)
            if site is None or record is None:
                return None
            feed = feed_of(site, record.topic, snapshot.newest(record.number, site.entries))
        form, topic = FORMATS[format_name], feed.self_link(format_name)
        media_type = plain_type(form.media_type) if self._plain else form.media_type
        headers = {"Content-Type": media_type, "Link": link_header(site, topic)}
        return Version(record.digest, topic, form.render(feed), headers)
