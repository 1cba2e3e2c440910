"""What a post brings along: enclosures, the image that stands for it, and its pictures."""

import posixpath
import re
from dataclasses import replace
from typing import Final
from urllib.parse import unquote, urlsplit

from feedsvc.core.addresses import web_url
from feedsvc.core.frontmatter.source import Value
from feedsvc.core.html.lazy_images import image_addresses
from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.media import Enclosure, media_type_of
from feedsvc.core.posts.fields import (
    NamedField,
    PostFields,
    shown,
)
from feedsvc.core.posts.keys import fold
from feedsvc.core.text import one_line

_MOST: Final = 20  # enclosures of one post
_URL_KEYS: Final = ("url", "href", "src", "file", "path", "image", "audio", "link")
_TYPE_KEYS: Final = ("type", "mimetype", "mediatype", "mime")
_LENGTH_KEYS: Final = ("length", "size", "bytes", "filesize", "sizeinbytes")
_DURATION_KEYS: Final = ("duration", "durationinseconds")
_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_CLOCK = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,2}):)?(\d{1,6})(?:\.\d+)?s?", re.ASCII)
_PICTURE_BESIDE = re.compile(  # or perhaps; most posts have none, and are not rendered for it
    r"!\[[^\[\]]*+\]\([ ]*+<?(?!https?:|/|#|data:)|<img[\s/]", re.I
)
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)
_WIKI = re.compile(r"!?\[\[([^\[\]|]++)(?:\|[^\[\]]*+)?\]\]")  # how Obsidian's fields link


def enclosures_of(fields: PostFields, permalink: str) -> tuple[Enclosure, ...]:
    """The attached files; one that cannot be used is left out with a warning.

    Written as a URL, as `url length type` (WordPress), as a map, or as a list of these. The
    first key of the row that has any counts. What lies beside the post is relative to its
    permalink, and its `file` is set unless its length is written.
    """
    for found in fields.all("enclosures"):
        members = found.value if isinstance(found.value, list) else [found.value]
        each = (
            NamedField(found.name, replace(found.field, value=member))
            for member in members[:_MOST]
        )
        made = [_enclosure(fields, member, permalink) for member in each]
        enclosures = tuple(dict.fromkeys(filter(None, made)))
        if enclosures:
            fields.note("enclosures", found)
            return enclosures
    return ()


def _enclosure(fields: PostFields, found: NamedField, permalink: str) -> Enclosure | None:
    member = found.value
    if isinstance(member, dict):
        said = {fold(key): value for key, value in member.items()}
        given, kind = _first(said, _URL_KEYS), _first(said, _TYPE_KEYS)
        length, duration = _first(said, _LENGTH_KEYS), _first(said, _DURATION_KEYS)
    else:
        words = member.split() if isinstance(member, str) else []
        if len(words) == 3 and words[1].isdigit():
            given, length, kind = words
        else:
            given, length, kind = one_line(member) if isinstance(member, str) else "", "", ""
        duration = ""
    href = web_url(permalink, given) if _looks_like_a_url(given) else None
    if href is None:
        fault = f"{found.name}: {found.shown} names no file and is left out"
        fields.warn("enclosure", fault, "write the URL of a file, or its name", found)
        return None
    media_type = kind.lower() if _TYPE.fullmatch(kind.lower()) else media_type_of(href)
    if not media_type:
        fault = f"{found.name}: the media type of {given[:60]!r} is not known; it is left out"
        fields.warn("enclosure", fault, "write a map with url, type and length", found)
        return None
    duration = duration or next(
        (f.value for f in fields.all("duration") if isinstance(f.value, str)), ""
    )
    octets = int(length) if _DIGITS.fullmatch(length) else None
    if length and octets is None:
        fault = (
            f"{found.name}: the length {shown(length)} is no number of bytes; it is left out"
        )
        fields.warn("enclosure", fault, "write digits only, such as length: 24986239", found)
    file = _file_of(given) if octets is None else ""
    return Enclosure(href, media_type, octets, seconds_of(duration), file)


def _first(said: dict[str, Value], keys: tuple[str, ...]) -> str:
    values = (said.get(key) for key in keys)
    return next((one_line(value) for value in values if isinstance(value, str)), "")


def seconds_of(clock: str) -> int | None:
    """A duration in seconds: `754`, `12:34` and `1:02:03` are understood, else None."""
    found = _CLOCK.fullmatch(clock.strip())
    if not found:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def pictures_beside(body: str, is_html: bool) -> tuple[str, ...]:
    """The files that the pictures of a body name, as far as they lie beside its post.

    Neither those from the site's root nor those with `..`, which lie where the site has them,
    nor Pelican's `{static}`.
    """
    some = "![" in body or "<img" in body  # which is found faster than by the pattern
    if not (some and _PICTURE_BESIDE.search(body)):
        return ()
    addresses = image_addresses(body if is_html else html_of(body))
    files = filter(None, map(_file_of, addresses))
    beside = {f for f in files if f[0] not in "/{@" and ".." not in f.split("/")}
    return tuple(sorted(beside))


def _file_of(given: str) -> str:
    """The decoded path of what lies in the folder; empty for a URL with a host."""
    try:
        parts = urlsplit(given)
    except ValueError:  # such as http://[
        return ""
    return "" if parts.scheme or parts.netloc else unquote(parts.path)


def local_names(url: str, permalink: str, site_url: str) -> tuple[str, ...]:
    """How a post could name a file of its folder that has this URL; none for other sites.

    Relative to the permalink, and from the root of the site and of the host.
    """
    try:
        there, here, site = urlsplit(url), urlsplit(permalink), urlsplit(site_url)
    except ValueError:  # such as http://[
        return ()
    if (there.scheme, there.netloc.lower()) != (here.scheme, here.netloc.lower()):
        return ()
    path, base = unquote(there.path), unquote(site.path).rstrip("/")
    if path.endswith("/") or not path:
        return ()
    relative = posixpath.relpath(path, posixpath.dirname(unquote(here.path)) or "/")
    from_site = path.removeprefix(base) if path.startswith(f"{base}/") else path
    return tuple(dict.fromkeys((relative, from_site, path)))


def file_candidates(post_path: str, file: str) -> tuple[str, ...]:
    """Where the file that a post names may lie in the folder: paths that stay inside it.

    Beside the post, in the folder named like it (Hexo's assets), or from the root where it
    begins with a slash.
    """
    if file.startswith("/"):
        places = [file.lstrip("/")]
    else:
        folder = posixpath.dirname(post_path)
        places = [
            posixpath.join(posixpath.splitext(post_path)[0], file),
            posixpath.join(folder, file),
        ]
    paths = (posixpath.normpath(place) for place in places)
    return tuple(path for path in paths if not path.startswith(("..", "/")))


def image_of(fields: PostFields, permalink: str) -> str:
    """The absolute URL of the lead image that the front matter names; empty where none."""
    for found in fields.all("image"):
        value = found.value[0] if isinstance(found.value, list) and found.value else found.value
        if isinstance(value, dict):
            value = _first({fold(key): inner for key, inner in value.items()}, _URL_KEYS)
        given = one_line(value) if isinstance(value, str) else ""
        wiki = _WIKI.fullmatch(given)
        given = wiki[1] if wiki else given
        if _looks_like_a_url(given):
            href = web_url(permalink, given)
            if href:
                fields.note("image", found)
                return href
    return ""


def _looks_like_a_url(given: str) -> bool:
    """False for what themes allow in its place: a flag, a colour, a gradient."""
    return "." in given and not given.startswith("#") and "(" not in given.partition("/")[0]
