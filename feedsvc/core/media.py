"""Files that a post brings along: an episode to hear, a film to watch, a paper to read."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote
from uuid import UUID, uuid5

_PODCASTS: Final = UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")  # podcast-namespace, guid
_MEDIA: Final = frozenset(["audio", "video", "image"])
# Not the table of the machine: the same post gives the same feed everywhere.
_MEDIA_TYPES: Final = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "webm": "video/webm",
    "mov": "video/quicktime",
    "mkv": "video/x-matroska",
    "pdf": "application/pdf",
    "epub": "application/epub+zip",
    "zip": "application/zip",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An attached file (RFC 4287 §4.2.7.2, RSS 2.0 `enclosure`).

    `href` is absolute, `length` in octets, `duration` in seconds; None where nobody said.
    `file` is the path in the folder of posts where the attached file would lie, for it to be
    measured; empty where the length is written, or the file is elsewhere.
    """

    href: str
    media_type: str
    length: int | None = None
    duration: int | None = None
    file: str = ""

    @property
    def medium(self) -> str:
        """What it is to a player: `audio`, `video`, `image` or `document` (Media RSS)."""
        kind = self.media_type.partition("/")[0].lower()
        return kind if kind in _MEDIA else "document"

    @property
    def name(self) -> str:
        """What it is called to people: the last part of its path, or all of its URL."""
        return unquote(_path(self.href).rpartition("/")[2]) or self.href


def media_type_of(href: str) -> str:
    """The media type that the suffix of a URL's path tells; empty where it tells none."""
    return _MEDIA_TYPES.get(_path(href).rpartition(".")[2].lower(), "")


def image_type(href: str) -> str:
    """The media type that the suffix of a picture's URL tells, or ``."""
    media_type = media_type_of(href)
    return media_type if media_type.startswith("image/") else ""


def _path(href: str) -> str:
    return href.partition("#")[0].partition("?")[0]


def podcast_guid(feed_id: str) -> str:
    """What a directory of podcasts knows the feed by (`podcast:guid`), a UUID of version 5.

    It is made of the feed's permanent id, so that it outlives a new address.
    """
    return str(uuid5(_PODCASTS, feed_id))
