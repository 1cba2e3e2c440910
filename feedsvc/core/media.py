"""Defines attached files: episodes, films, pictures and documents."""

import posixpath
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote
from uuid import UUID, uuid5

_PODCASTS: Final = UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")  # podcast-namespace, guid
_MEDIA: Final = frozenset(["audio", "video", "image"])
# Not from the operating system, so that a post gives the same feed on every machine.
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
    "ico": "image/vnd.microsoft.icon",
}


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An attached file (RFC 4287 §4.2.7.2, RSS 2.0 `enclosure`).

    `href` is absolute, `length` in octets, `duration` in seconds; None if unknown. `file` is
    the file's path as the post names it, for measuring its length, and the duration of audio;
    empty if the post gives them, or the file is not in the folder.
    """

    href: str
    media_type: str
    length: int | None = None
    duration: int | None = None
    file: str = ""

    @property
    def medium(self) -> str:
        """The medium in Media RSS: `audio`, `video`, `image` or `document`."""
        kind = self.media_type.partition("/")[0].lower()
        return kind if kind in _MEDIA else "document"

    @property
    def name(self) -> str:
        """The file's name for people: the last part of its path, or the whole URL."""
        return unquote(_path(self.href).rpartition("/")[2]) or self.href


def media_type_of(href: str) -> str:
    """The media type for the suffix of a URL's path; empty if the suffix is unknown."""
    return _MEDIA_TYPES.get(_path(href).rpartition(".")[2].lower(), "")


def image_type(href: str) -> str:
    """The media type for the suffix of an image's URL; empty if it is not of an image."""
    media_type = media_type_of(href)
    return media_type if media_type.startswith("image/") else ""


def file_candidates(post_path: str, file: str) -> tuple[str, ...]:
    """The paths at which a file named by a post may be, none outside the folder.

    A name with a leading slash is relative to the root. Any other is in the folder with the
    name of the post (Hexo's assets) or in the folder of the post.
    """
    if file.startswith("/"):
        candidates = [file.lstrip("/")]
    else:
        folder = posixpath.dirname(post_path)
        candidates = [
            posixpath.join(posixpath.splitext(post_path)[0], file),
            posixpath.join(folder, file),
        ]
    paths = (posixpath.normpath(candidate) for candidate in candidates)
    return tuple(path for path in paths if not path.startswith(("..", "/")))


def channel_image(*pictures: str) -> str:
    """The first of these URLs that RSS may have as the image of a channel; else empty.

    RSS allows GIF, JPEG and PNG. A URL may not show which of them it is.
    """
    allowed = ("", "image/gif", "image/jpeg", "image/png")
    return next((href for href in pictures if href and media_type_of(href) in allowed), "")


def podcast_image(*pictures: str) -> str:
    """The first of these URLs that is a picture of a type that Apple allows; else empty.

    Apple allows JPEG and PNG, with the suffix of the type.
    """
    allowed = ("image/jpeg", "image/png")
    return next((href for href in pictures if media_type_of(href) in allowed), "")


def _path(href: str) -> str:
    return href.partition("#")[0].partition("?")[0]


def podcast_guid(feed_id: str) -> str:
    """The `podcast:guid` that identifies a feed in podcast directories: a UUID of version 5.

    It depends only on the feed's permanent id, so a new address does not change it.
    """
    return str(uuid5(_PODCASTS, feed_id))
