"""Which files an entry shows that lie beside its post, and at which addresses.

An entry has absolute URLs only. Those below its permalink, as a browser takes a relative URL
for it, are of files in the folder of posts: nothing else answers there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.html.scanner import attributes_of, tags
from feedsvc.core.media import media_type_of
from feedsvc.core.text import nfc

_MEDIA = re.compile(r"(?:image|audio|video)/[a-z0-9.+-]+")
_ANY_KIND: Final = "application/octet-stream"
_SINGLE: Final = ("src", "href", "poster", "background")
_STYLE_URL = re.compile(r"url\('([^']*+)'\)")  # as core/styles.py writes them
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that an entry shows: its decoded name from the post on, and its media type."""

    name: str
    media_type: str


def attached(entry: Entry, site_url: str) -> dict[str, Attached]:
    """The files beside its post that an entry shows, by their decoded path on the site.

    Pictures, sounds and films wherever they occur in it, and whatever its enclosures are.
    """
    base = _path_below(site_url, entry.permalink)
    if base is None:
        return {}
    folder = nfc(base[: base.rfind("/") + 1])
    found: dict[str, Attached] = {}
    for url, declared in _urls(entry, site_url):
        path = _path_below(site_url, url)
        name = _name_in(folder, path) if path else ""
        media_type = media_type_of(name) or declared
        if name and path and (declared or _MEDIA.fullmatch(media_type)):
            # What an author declares decides nothing that a browser could run.
            known = media_type_of(name) or _MEDIA.fullmatch(media_type)
            found.setdefault(nfc(path), Attached(name, media_type if known else _ANY_KIND))
    return found


def _urls(entry: Entry, site_url: str) -> Iterator[tuple[str, str]]:
    """Every URL of the entry, with the media type that it is declared to have, or ``."""
    for enclosure in entry.enclosures:
        yield enclosure.href, enclosure.media_type
    if entry.image:
        yield entry.image, ""
    if site_url not in entry.content_html:  # which spares most posts the rest
        return
    for tag in tags(entry.content_html):
        attributes = attributes_of(tag["inside"])
        yield from ((attributes[name], "") for name in _SINGLE if name in attributes)
        for candidate in attributes.get("srcset", "").split(", "):
            yield candidate.partition(" ")[0], ""
        yield from ((url, "") for url in _STYLE_URL.findall(attributes.get("style", "")))


def _path_below(site_url: str, url: str) -> str | None:
    """The decoded path of a URL below the site's; None for any other."""
    if not url.startswith(f"{site_url}/"):
        return None
    encoded = url[len(site_url) + 1 :].partition("#")[0].partition("?")[0]
    try:
        return unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError:
        return None


def _name_in(folder: str, path: str) -> str:
    """What of a path comes behind a folder's; empty for one outside it, or that climbs."""
    parts = path.split("/")
    depth = folder.count("/")
    names = parts[depth:]
    inside = nfc("/".join([*parts[:depth], ""])) == folder if depth else True
    if not inside or any(name in ("", ".", "..") for name in names) or _CONTROL.search(path):
        return ""
    return "/".join(names)
