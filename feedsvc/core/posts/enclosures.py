"""Finds the files of a post: its enclosures, its lead image, and pictures beside it."""

import posixpath
import re
from dataclasses import replace
from typing import Final
from urllib.parse import unquote, urlsplit

from feedsvc.core.addresses import web_url
from feedsvc.core.frontmatter.source import Value
from feedsvc.core.html.lazy_images import image_addresses
from feedsvc.core.media import Enclosure, media_type_of
from feedsvc.core.posts.episodes.episode_keys import names_an_episode
from feedsvc.core.posts.fields import (
    NamedField,
    PostFields,
    shown,
)
from feedsvc.core.posts.keys import fold
from feedsvc.core.text import one_line

_MOST: Final = 20  # enclosures of one post
_URL_KEYS: Final = ("url", "href", "src", "file", "path", "audio", "image", "link")
_TYPE_KEYS: Final = ("type", "mimetype", "mediatype", "mime")
_LENGTH_KEYS: Final = ("length", "size", "bytes", "filesize", "sizeinbytes")
_DURATION_KEYS: Final = ("duration", "durationinseconds")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_CLOCK = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,2}):)?(\d{1,6})(?:\.\d+)?s?", re.ASCII)
# A quick test: the body of a post without a match is not rendered to find its pictures.
_PICTURE_BESIDE = re.compile(r"!\[[^\[\]]*+\]\([ ]*+<?(?!https?:|/|#|data:)|<img[\s/]", re.I)
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)
_OF_PELICAN = re.compile(r"\A(?:\{(?:static|attach|filename)\}|\|(?:static|attach|filename)\|)")
_WIKI = re.compile(r"!?\[\[([^\[\]|]++)(?:\|[^\[\]]*+)?\]\]")  # links in Obsidian's fields


def enclosures_of(fields: PostFields, permalink: str) -> tuple[Enclosure, ...]:
    """The enclosures that the front matter names; an unusable one is left out with a warning.

    Each is a URL, `url length type` (WordPress), or a map; the value may be a list of these.
    The first key with a usable enclosure counts. A relative URL is relative to the permalink,
    and its `file` is set unless the post gives its length.
    """
    for field in fields.with_meaning("enclosures"):
        members = field.value if isinstance(field.value, list) else [field.value]
        each = (
            NamedField(field.name, replace(field.field, value=member))
            for member in members[:_MOST]
        )
        made = [_enclosure(fields, member, permalink) for member in each]
        enclosures = tuple(dict.fromkeys(filter(None, made)))
        if enclosures:
            fields.record_origin("enclosures", field)
            if len(members) > _MOST:
                fault = (
                    f"{field.name} has {len(members)} files; those after {_MOST} are left out"
                )
                fields.warn("enclosure", fault, f"keep {_MOST} of them", field)
            return enclosures
    return ()


def _enclosure(fields: PostFields, field: NamedField, permalink: str) -> Enclosure | None:
    member = field.value
    if isinstance(member, dict):
        folded = {fold(key): value for key, value in member.items()}
        given, kind = first_text(folded, _URL_KEYS), first_text(folded, _TYPE_KEYS)
        if not given and names_an_episode(member):
            return None  # it is about the episode, and the file is named elsewhere
        length, duration = first_text(folded, _LENGTH_KEYS), first_text(folded, _DURATION_KEYS)
    else:
        words = member.split() if isinstance(member, str) else []
        if len(words) == 3 and words[1].isdigit():
            given, length, kind = words
        else:
            given, length, kind = one_line(member) if isinstance(member, str) else "", "", ""
        duration = ""
    href = web_url(permalink, given) if looks_like_a_url(given) else None
    if href is None:
        fault = f"{field.name}: {field.shown} is not the name of a file and is left out"
        fields.warn("enclosure", fault, "write the URL of a file, or its name", field)
        return None
    media_type = kind.lower() if MEDIA_TYPE.fullmatch(kind.lower()) else media_type_of(href)
    if not media_type:
        fault = f"{field.name}: the media type of {given[:60]!r} is unknown; it is left out"
        fields.warn("enclosure", fault, "write a map with url, type and length", field)
        return None
    duration = duration or next(
        (f.value for f in fields.with_meaning("duration") if isinstance(f.value, str)), ""
    )
    seconds = seconds_of(duration)
    if duration and seconds is None:
        fault = f"{field.name}: {shown(duration)} is not a duration and is left out"
        fields.warn("enclosure", fault, "write 12:34, 1:02:03 or seconds", field)
    octets = int(length) if _DIGITS.fullmatch(length) else None
    if length and octets is None:
        fault = (
            f"{field.name}: the length {shown(length)} is not a number of bytes; it is left out"
        )
        fields.warn("enclosure", fault, "write digits only, such as length: 24986239", field)
    may_be_measured = octets is None or (seconds is None and media_type.startswith("audio/"))
    file = file_of(given) if may_be_measured else ""
    return Enclosure(href, media_type, octets, seconds, file)


def first_text(folded: dict[str, Value], keys: tuple[str, ...]) -> str:
    """The first text among the members of a map with these folded keys; else empty."""
    values = (folded.get(key) for key in keys)
    return next((one_line(value) for value in values if isinstance(value, str)), "")


def seconds_of(clock: str) -> int | None:
    """The seconds of a duration such as `754`, `12:34` or `1:02:03`; None for other texts."""
    match = _CLOCK.fullmatch(clock.strip())
    if not match:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def pictures_beside(body: str, is_html: bool) -> tuple[str, ...]:
    """The files of the pictures in a body that may be in the folder of the post.

    Paths from the root of the site, paths with `..` and Pelican's `{static}` are left out.
    """
    has_picture = "![" in body or "<img" in body  # faster than the pattern
    if not (has_picture and _PICTURE_BESIDE.search(body)):
        return ()
    from feedsvc.core.markdown.markdown import html_of  # only where a body is read

    addresses = image_addresses(body if is_html else html_of(body))
    beside = (_beside(file_of(address)) for address in addresses)
    return tuple(sorted({*filter(None, beside)}))


def _beside(file: str) -> str:
    """The path of a file in the folder of the post; empty for a path to another folder."""
    return "" if file[:1] in ("/", "{", "@", "~") or ".." in file.split("/") else file


def file_of(given: str) -> str:
    """The decoded path of a relative URL; empty for a URL with a scheme or a host."""
    try:
        parts = urlsplit(given)
    except ValueError:  # such as http://[
        return ""
    return "" if parts.scheme or parts.netloc else unquote(parts.path)


def local_names(url: str, permalink: str, site_url: str) -> tuple[str, ...]:
    """The names by which a post may refer to the file at this URL; empty for other sites.

    The names are relative to the permalink, to the root of the site and to that of the host.
    """
    try:
        target, page, site = urlsplit(url), urlsplit(permalink), urlsplit(site_url)
    except ValueError:  # such as http://[
        return ()
    if (target.scheme, target.netloc.lower()) != (page.scheme, page.netloc.lower()):
        return ()
    path, base = unquote(target.path), unquote(site.path).rstrip("/")
    if path.endswith("/") or not path:
        return ()
    relative = posixpath.relpath(path, posixpath.dirname(unquote(page.path)) or "/")
    from_site = path.removeprefix(base) if path.startswith(f"{base}/") else path
    return tuple(dict.fromkeys((relative, from_site, path)))


def image_of(fields: PostFields, permalink: str) -> tuple[str, str]:
    """The absolute URL of the lead image in the front matter; empty if there is none.

    With it, the name of the file if it must be beside the post; else empty.
    """
    for field in fields.with_meaning("image"):
        value = field.value[0] if isinstance(field.value, list) and field.value else field.value
        if isinstance(value, dict):
            value = first_text({fold(key): inner for key, inner in value.items()}, _URL_KEYS)
        given = one_line(value) if isinstance(value, str) else ""
        wiki = _WIKI.fullmatch(given)
        given = _OF_PELICAN.sub("", wiki[1] if wiki else given)
        if looks_like_a_url(given):
            href = web_url(permalink, given)
            if href:
                fields.record_origin("image", field)
                if "{{" in given or "{%" in given:  # no template is filled in here
                    return href, given
                is_elsewhere = given[0] == "/" or "://" in given
                return href, "" if is_elsewhere else _beside(file_of(given))
    return "", ""


def looks_like_a_url(given: str) -> bool:
    """False for other values that themes allow: a flag, a colour, a gradient."""
    return "." in given and not given.startswith("#") and "(" not in given.partition("/")[0]
