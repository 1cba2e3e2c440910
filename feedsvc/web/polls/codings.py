"""Content codings: which one a client prefers, and how to compress a document with it."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import brotli
import zstandard
from werkzeug.http import parse_accept_header


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)


def _br(body: bytes) -> bytes:
    # Each step above 6 at least doubles the time, and saves 1 % of the size.
    compressed: bytes = brotli.compress(body, quality=6)
    return compressed


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=9).compress(body)


# The order of our preference if a client accepts several equally: the smallest result first.
CODINGS: Final[dict[str, Callable[[bytes], bytes]]] = {"br": _br, "zstd": _zstd, "gzip": _gzip}

_SMALL: Final = 500  # octets; below this a coding saves less than its headers add
_MOST_CACHED: Final = 256
_LONGEST_CACHED: Final = 200
_cached: "dict[str, Preference]" = {}


@dataclass(frozen=True, slots=True)
class Preference:
    """The preferred coding of an Accept-Encoding header; `` for none.

    `fallback` is the coding for a client that refuses plain bytes; `` if it accepts them.
    """

    coding: str
    fallback: str


def coding_for(accept_encoding: str, octets: int) -> str:
    """The coding of an answer with so many octets; `` for plain bytes."""
    preferred = preference(accept_encoding)
    return preferred.fallback if octets < _SMALL else preferred.coding


def preference(accept_encoding: str) -> Preference:
    """The preference in an Accept-Encoding header (RFC 9110 §12.5.3). Results are cached."""
    cached = _cached.get(accept_encoding)
    if cached:
        return cached
    read = _read(accept_encoding)
    if len(accept_encoding) <= _LONGEST_CACHED:
        if len(_cached) >= _MOST_CACHED:
            _cached.clear()
        _cached[accept_encoding] = read
    return read


def _read(header: str) -> Preference:
    """Plain bytes are acceptable even if the header does not name them, as the last choice.

    `*` means gzip, because the client may know no other coding.
    """
    accepted = parse_accept_header(header)
    names = {name.lower() for name in accepted.values()}
    qualities = {
        coding: accepted[coding]
        for coding in CODINGS
        if coding in names or (coding == "gzip" and "*" in names)
    }
    best = max(qualities, key=lambda coding: qualities[coding], default="")
    if not best or qualities[best] <= 0:
        return Preference("", "")
    plain_is_named = "identity" in names
    plain = accepted["identity"] if plain_is_named else 0
    refused = (plain_is_named or "*" in names) and accepted["identity"] <= 0
    return Preference(best if qualities[best] >= plain else "", best if refused else "")
