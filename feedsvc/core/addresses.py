"""Makes all addresses, so that links, routes and the store agree.

A *path* is decoded text without a leading slash (`tags/C~23`): the key in the store, the file
name of the export and the path in a request. A *URL* is the site's URL and the path,
percent-encoded once.
"""

import hashlib
import re
import unicodedata
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit

from feedsvc.core.languages import language_tag
from feedsvc.core.text import nfc

FORMATS: Final = {"atom": "atom.xml", "rss": "rss.xml", "json": "feed.json"}
OPML_PATH: Final = "opml.xml"
QR_NAME: Final = "qr.svg"  # of the QR code of a feed, after the path of its page
HUB_PATH: Final = "hub"
ARCHIVE: Final = "archive"  # the first segment of the archive pages of all feeds
JOBS_PATH: Final = "hooks/jobs/"  # followed by the name of a job
_OWN_PATHS: Final = frozenset(["", OPML_PATH, HUB_PATH, "healthz", "readyz"])

_KEPT_ASCII = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")
_URL_NOISE = re.compile("[\t\n\r]")  # browsers ignore these in URLs
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_NO_URL = re.compile("[\x00-\x20#\x7f]")  # a client sends no fragment
# Digits without leading zeros, so that each page has one address. No feed has more pages.
_PAGE_NUMBER = re.compile("[1-9][0-9]{0,6}")
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))]
)
_FILE_NAMES = frozenset([*FORMATS.values(), QR_NAME, "index.html"])
_FURTHER: Final = "page"  # of the further pages of a list: `tags/AI/page/2/`
_FURTHER_PAGE: Final = re.compile(rf"((?:.*/)?){_FURTHER}/([1-9][0-9]{{0,8}})/?")
# Of one segment. Percent-encoded and with a suffix it is still a legal file name.
_MOST_BYTES = 180


@lru_cache(maxsize=4096)
def segment(name: str) -> str:
    """The path segment for the name of a tag, category, author or language.

    Letters, digits and marks of any script stay; a space becomes `_`; each byte (UTF-8) of any
    other character becomes `~` and two hex digits. Two names that differ in NFC have different
    segments. No segment is `.`, `..`, a hidden file, a Windows device or the name of a feed's
    file. A name of more than 180 bytes is cut and gets a hash of the whole name.
    """
    name = nfc(name)
    parts: list[str] = []
    escaped = True  # also at the start, where a combining mark has no base character
    for char in name:
        if char == " ":
            parts.append("_")
            escaped = True
        elif _kept(char, after_escape=escaped) and (parts or char != "."):
            parts.append(char)
            escaped = False
        else:
            parts.append(_escape(char))
            escaped = True
    text = "".join(parts)
    if text.endswith("."):
        text = text[:-1] + _escape(".")
    if text.partition(".")[0].lower() in _DEVICES or text.lower() in _FILE_NAMES:
        text = _escape(text[0]) + text[1:]
    if not text:
        return "~"
    if len(text.encode()) > _MOST_BYTES:
        head = text.encode()[:100].decode(errors="ignore").rstrip("~_.")
        return f"{nfc(head)}~~{hashlib.sha256(name.encode()).hexdigest()[:24]}"
    return text


def _kept(char: str, *, after_escape: bool) -> bool:
    if char.isascii():
        return char in _KEPT_ASCII
    group = unicodedata.category(char)
    if group[0] == "M":
        return not after_escape  # it would combine with the last digit of the escape
    return group[0] in "LNS"


def _escape(char: str) -> str:
    return "".join(f"~{byte:02X}" for byte in char.encode())


def tag_path(name: str) -> str:
    """The path of a tag's feeds."""
    return f"tags/{segment(name)}"


def category_path(names: tuple[str, ...]) -> str:
    """The path of a category's feeds: one segment for each name, the top level first.

    A number below a category named `page` is escaped: its path is that of a further page.
    """
    path = "categories"
    for name in names:
        below = f"{path}/{segment(name)}"
        # A name is never empty here: only those of ASCII digits are further pages.
        path = f"{path}/{_escape(name[0])}{name[1:]}" if further_page(below) else below
    return path


def author_path(name: str) -> str:
    """The path of an author's feeds."""
    return f"authors/{segment(name)}"


def language_path(language: str) -> str:
    """The path of a language's feeds; the case of the tag does not matter."""
    return f"lang/{segment(language_tag(language))}"


def filter_path(name: str) -> str:
    """The path of the feeds of a filter that the settings name."""
    return f"filters/{segment(name)}"


def document_path(feed_path: str, format_name: str) -> str:
    """The path of a feed's document in one of FORMATS; the path of the site's feed is ``."""
    return f"{feed_path}/{FORMATS[format_name]}" if feed_path else FORMATS[format_name]


def further_path(list_path: str, number: int) -> str:
    """The path of a further page of a list, whose path is `` or ends with a slash."""
    return f"{list_path}{_FURTHER}/{number}/"


def further_page(path: str) -> tuple[str, int] | None:
    """The path of a list and the number of the page that a path names; None if it names none.

    A slash at its end may be missing.
    """
    found = _FURTHER_PAGE.fullmatch(path)
    return (found[1], int(found[2])) if found else None


def archive_path(feed_path: str, page: int) -> str:
    """The path of an archive page of a feed, without the name of a document.

    No term has the first segment `archive`, so the path leads back, whatever names a category
    has. `archive/3` is a page of the site's feed.
    """
    return f"{ARCHIVE}/{feed_path}/{page}" if feed_path else f"{ARCHIVE}/{page}"


def archive_page_at(path: str) -> tuple[str, int] | None:
    """The feed path and the page that `archive_path` was given; None for other paths."""
    folder, _, number = path.rpartition("/")
    kind, slash, feed_path = folder.partition("/")
    if kind != ARCHIVE or bool(slash) != bool(feed_path):
        return None
    return (feed_path, int(number)) if _PAGE_NUMBER.fullmatch(number) else None


@lru_cache(maxsize=4096)
def url(site_url: str, path: str) -> str:
    """The absolute URL of a path: the site's URL and percent-encoded UTF-8 (RFC 3986 §2.5)."""
    return f"{site_url.rstrip('/')}/{quote(path, safe='/~')}"


def path_at(site_url: str, spelling: str) -> str | None:
    """The path of a URL below the site's URL; None if the URL is not below it.

    Equivalent URLs have the same path (RFC 3986 §6.2): the case of scheme and host, a default
    port, percent-encoding and a query do not matter. The path is decoded but not normalised,
    so names that differ in Unicode form have different paths.
    """
    if _NO_URL.search(spelling):
        return None
    try:
        ours, theirs = urlsplit(site_url), urlsplit(spelling)
        if "@" in theirs.netloc or _authority(ours) != _authority(theirs):
            return None
        path = unquote_to_bytes(theirs.path).decode()
        base = unquote_to_bytes(ours.path).decode().rstrip("/") + "/"
    except ValueError:  # such as http://[x, http://x:y and %FF
        return None
    if not path.startswith(base) or _CONTROL.search(path):
        return None
    path = path.removeprefix(base)
    return None if path.startswith("/") else path


def _authority(url: SplitResult) -> tuple[str, str, int | None]:
    default = {"http": 80, "https": 443}.get(url.scheme)
    port = default if url.port is None else url.port
    return url.scheme, (url.hostname or "").encode("idna").decode().lower(), port


def page_url(site_url: str, path: str) -> str:
    """The permalink of the post at this decoded path of the site."""
    return site_url.rstrip("/") + quote("/" + nfc(path).lstrip("/"), safe="/~:@!$&'()*+,;=")


def web_url(base_url: str, text: str) -> str | None:
    """The ASCII http or https URL that `text` means relative to `base_url`; None if none."""
    text = _URL_NOISE.sub("", text).strip()
    try:
        absolute = urljoin(base_url, text)
        parts = urlsplit(absolute)
        _ = parts.port
    except ValueError:  # such as http://[x or http://x:y
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return quote(absolute, safe="/~:?#[]@!$&'()*+,;=%")


def is_reserved(path: str) -> bool:
    """True if feedsvc uses this decoded path itself, so that no post can have it.

    `path` has no leading slash. Every path that ends with the name of a feed's file is
    reserved, because there may be a feed later.
    """
    if path in _OWN_PATHS or path.startswith(("hooks/", "static/")):
        return True
    return path.rpartition("/")[2] in FORMATS.values()


def raw_name_path(path: str) -> str | None:
    """The path that one with a plain name means: `tags/C#` means `tags/C~23`."""
    kind, _, rest = path.partition("/")
    match kind:
        case "tags":
            return tag_path(rest) if rest else None
        case "authors":
            return author_path(rest) if rest else None
        case "categories":
            return category_path(tuple(rest.split("/"))) if rest else None
        case "lang":
            return language_path(rest) if rest else None
        case "filters":
            return filter_path(rest) if rest else None
        case _:
            return None
