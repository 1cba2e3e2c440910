"""Content codings: which one a client likes best, and the bytes of a document in it."""

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
    # Above 6 each step doubles the time at least, for a hundredth of the size.
    compressed: bytes = brotli.compress(body, quality=6)
    return compressed


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=9).compress(body)


# In the order in which we choose where a client likes several alike: the smallest first.
CODINGS: Final[dict[str, Callable[[bytes], bytes]]] = {"br": _br, "zstd": _zstd, "gzip": _gzip}

_SMALL: Final = 500  # octets; below it a coding saves less than its headers add
_MOST_REMEMBERED: Final = 256
_LONGEST_REMEMBERED: Final = 200
_remembered: "dict[str, Preference]" = {}


@dataclass(frozen=True, slots=True)
class Preference:
    """What an Accept-Encoding asks for: a coding, or `` for plain bytes.

    `instead` is what serves a client that refuses plain bytes, `` where it does not.
    """

    coding: str
    instead: str


def coding_for(accept_encoding: str, octets: int) -> str:
    """The coding in which to answer this client with so many octets; `` for plain bytes."""
    liked = preference(accept_encoding)
    return liked.instead if octets < _SMALL else liked.coding


def preference(accept_encoding: str) -> Preference:
    """What a header asks for (RFC 9110 §12.5.3); each value is read once."""
    known = _remembered.get(accept_encoding)
    if known:
        return known
    found = _read(accept_encoding)
    if len(accept_encoding) <= _LONGEST_REMEMBERED:
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        _remembered[accept_encoding] = found
    return found


def _read(header: str) -> Preference:
    """Plain bytes need not be named to be welcome, but are then liked least.

    Who takes `*` gets gzip: it may be a program that knows no other.
    """
    accepted = parse_accept_header(header)
    named = {name.lower() for name in accepted.values()}
    qualities = {
        coding: accepted[coding]
        for coding in CODINGS
        if coding in named or (coding == "gzip" and "*" in named)
    }
    best = max(qualities, key=lambda coding: qualities[coding], default="")
    if not best or qualities[best] <= 0:
        return Preference("", "")
    plain_is_named = "identity" in named
    plain = accepted["identity"] if plain_is_named else 0
    refused = (plain_is_named or "*" in named) and accepted["identity"] <= 0
    return Preference(best if qualities[best] >= plain else "", best if refused else "")
