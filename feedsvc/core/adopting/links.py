"""Compares links, titles and days as people do: spellings of one thing have one key."""

import re
import unicodedata
from typing import Final
from urllib.parse import unquote, urlsplit

from feedsvc.core.text import plain

_INDEX: Final = re.compile(r"/index\.(?:html?|php)$")
_SUFFIX: Final = re.compile(r"\.html?$")
_PORTS: Final = {"http": 80, "https": 443}
# WordPress and others print these where the author typed the plain characters.
_TYPED: Final = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " "}
)
_HYPHENS: Final = re.compile("-+")


def link_key(link: str) -> str:
    """What two links have in common that lead to the same page; empty for no web address.

    http and https, `www.`, the case of the host, percent-encoding, `index.html`, the last
    slash and a fragment make no difference. The query does.
    """
    try:
        parts = urlsplit(link.strip())
        port = parts.port
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:  # such as http://[x or http://x:y
        return ""
    if parts.scheme not in _PORTS or not host:
        return ""
    shown_port = "" if port in (None, _PORTS[parts.scheme]) else f":{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{shown_port}{_path_of(parts.path)}{query}"


def page_key(link: str) -> str:
    """The path of a link, compared as by `link_key`, without `.html`; empty for a home page.

    A link with a query has none: its path says too little.
    """
    try:
        parts = urlsplit(link.strip())
    except ValueError:
        return ""
    return "" if parts.query else _SUFFIX.sub("", _path_of(parts.path))


def _path_of(path: str) -> str:
    decoded = unicodedata.normalize("NFC", unquote(path))
    return _INDEX.sub("/", decoded).rstrip("/")


def title_key(title: str) -> str:
    """The words of a title, without markup, case and the style of quotes and dashes."""
    words = unicodedata.normalize("NFKC", plain(title).translate(_TYPED))
    return " ".join(_HYPHENS.sub("-", words).casefold().split())
