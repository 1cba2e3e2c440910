"""Feed documents kept ready: rendered when first asked for, one for each version and coding."""

import gzip
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final

MOST_BYTES: Final = 24 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Representation:
    """The bytes of one version of a document, as they are and compressed, and their headers.

    `tag` is the strong validator of `body`; that of `gzipped` has `-gzip` behind it.
    """

    digest: str
    tag: str
    last_modified: datetime
    media_type: str
    self_link: str
    body: bytes
    gzipped: bytes

    @property
    def octets(self) -> int:
        """What it takes of the memory, nearly."""
        return len(self.body) + len(self.gzipped) + 1000


def compressed(body: bytes) -> bytes:
    """`body` in gzip, the same bytes on every machine."""
    return gzip.compress(body, 6, mtime=0)


class Shelf:
    """The representations that were asked for last, by path, within a bound of memory."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._kept: OrderedDict[str, Representation] = OrderedDict()
        self._lock = Lock()
        self._octets = 0
        self._most = most_bytes

    def get(self, path: str) -> Representation | None:
        """The representation last kept for a path, of whichever version."""
        with self._lock:
            found = self._kept.get(path)
            if found:
                self._kept.move_to_end(path)
            return found

    def keep(self, path: str, representation: Representation) -> None:
        """Keep a representation; those that were asked for longest ago give way."""
        with self._lock:
            old = self._kept.pop(path, None)
            self._octets += representation.octets - (old.octets if old else 0)
            self._kept[path] = representation
            while self._octets > self._most and len(self._kept) > 1:
                _, leaving = self._kept.popitem(last=False)
                self._octets -= leaving.octets
