"""The files next to a post that its entry shows, such as pictures, and their addresses.

All URLs in an entry are absolute. A URL below the permalink belongs to a file in the folder of
the post, because a browser resolves relative URLs there. The web server may serve only these.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final
from urllib.parse import unquote, unquote_to_bytes

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.html.scanner import attributes_of, tags
from feedsvc.core.media import media_type_of
from feedsvc.core.text import nfc

_MEDIA = re.compile(r"(?:image|audio|video)/[a-z0-9.+-]+")
_SAFE = re.compile(_MEDIA.pattern + "|text/vtt|application/(?:x-subrip|json)")
_ANY_KIND: Final = "application/octet-stream"
_SINGLE: Final = ("src", "href", "poster", "background")
_STYLE_URL = re.compile(r"url\('([^']*+)'\)")  # as core/html/styles.py writes them
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class EntryFile:
    """A file that an entry shows: its path relative to the post, decoded, and media type."""

    name: str
    media_type: str


def entry_files(entry: Entry, site_url: str) -> dict[str, EntryFile]:
    """The files next to its post that an entry shows, by their decoded path on the site.

    These are all its enclosures and transcripts, and images, audio and video files anywhere in
    its HTML.
    """
    base = _path_below(site_url, entry.permalink)
    if base is None:
        return {}
    folder = nfc(base[: base.rfind("/") + 1])
    files: dict[str, EntryFile] = {}
    for url, declared in _urls(entry, site_url, folder):
        path = _path_below(site_url, url)
        name = _name_in(folder, path) if path else ""
        media_type = media_type_of(name) or declared
        if name and path and (declared or _MEDIA.fullmatch(media_type)):
            # A declared type must never make a browser run a file as a page or script.
            is_safe = media_type_of(name) or _SAFE.fullmatch(media_type)
            files.setdefault(nfc(path), EntryFile(name, media_type if is_safe else _ANY_KIND))
    return files


def _urls(entry: Entry, site_url: str, folder: str) -> Iterator[tuple[str, str]]:
    """The URLs of the entry below a folder, and others; and their declared media types."""
    for enclosure in entry.enclosures:
        yield enclosure.href, enclosure.media_type
    for transcript in entry.episode.transcripts:
        yield transcript.href, transcript.media_type
    if entry.image:
        yield entry.image, ""
    if not _mentions(entry.content_html, site_url, folder):  # most entries: saves parsing
        return
    for tag in tags(entry.content_html):
        attributes = attributes_of(tag["inside"])
        yield from ((attributes[name], "") for name in _SINGLE if name in attributes)
        for candidate in attributes.get("srcset", "").split(", "):
            yield candidate.partition(" ")[0], ""
        yield from ((url, "") for url in _STYLE_URL.findall(attributes.get("style", "")))


def _mentions(content_html: str, site_url: str, folder: str) -> bool:
    """True if safe HTML has the address of a folder of the site, however it is encoded."""
    paths = (rest.partition('"')[0] for rest in content_html.split(f"{site_url}/")[1:])
    return any(nfc(unquote(unescape(path))).startswith(folder) for path in paths)


def _path_below(site_url: str, url: str) -> str | None:
    """The decoded path of a URL below the site's URL; None for other URLs."""
    if not url.startswith(f"{site_url}/"):
        return None
    encoded = url[len(site_url) + 1 :].partition("#")[0].partition("?")[0]
    try:
        return unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError:
        return None


def _name_in(folder: str, path: str) -> str:
    """The part of a path below a folder; empty if it is outside or has `..` in it."""
    parts = path.split("/")
    depth = folder.count("/")
    names = parts[depth:]
    inside = nfc("/".join([*parts[:depth], ""])) == folder if depth else True
    if not inside or any(name in ("", ".", "..") for name in names) or _CONTROL.search(path):
        return ""
    return "/".join(names)
