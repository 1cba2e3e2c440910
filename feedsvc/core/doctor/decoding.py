"""Content codings off: those that the headers name, and those that they do not.

A document may be larger than the answer that carries it, but not without limit.
"""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import brotli
import zstandard

from feedsvc.core.doctor.exchanges import Exchange

_MOST: Final = 32 * 1024 * 1024  # octets of a document
_MOST_LAYERS: Final = 4
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
# A feed or a page: the first octets of brotli may be letters and brackets too.
_TEXT: Final = re.compile(rb"\s*(?:<[?!a-z]|\{\s*[\"}]|\xef\xbb\xbf|\xfe\xff|\xff\xfe)", re.I)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body without its codings.

    `declared` are the codings of `Content-Encoding`, `found` those that were below them and
    that no header names. `fault` is the declared coding that the body does not have.
    """

    body: bytes
    declared: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    fault: str = ""


def decoded(exchange: Exchange) -> Decoded:
    """The document of an answer, as a client would see it that undoes every coding."""
    named = [word.strip().lower() for word in exchange.header("Content-Encoding").split(",")]
    declared = tuple(word for word in named if word not in ("", "identity"))
    body = exchange.body
    if not body:
        return Decoded(b"", declared)
    for coding in reversed(declared):
        try:
            body = _DECODERS[coding](body)
        except (KeyError, ValueError):
            return _with_found(body, declared, coding)
    return _with_found(body, declared)


def _with_found(body: bytes, declared: tuple[str, ...], fault: str = "") -> Decoded:
    found: list[str] = []
    while len(found) < _MOST_LAYERS and (layer := _layer(body)):
        found.append(layer[0])
        body = layer[1]
    return Decoded(body, declared, tuple(found), fault)


def _layer(body: bytes) -> tuple[str, bytes] | None:
    """The coding that a body has, and the body without it."""
    if _TEXT.match(body):
        return None
    for coding in ("gzip", "zstd", "br"):
        try:
            inner = _DECODERS[coding](body)
        except ValueError:
            continue
        # Brotli has no mark at its start, so other octets may look like it.
        if coding != "br" or _looks_right(inner):
            return coding, inner
    return None


def _looks_right(inner: bytes) -> bool:
    return inner.startswith((_GZIP, _ZSTD)) or _TEXT.match(inner) is not None


def _inflated(body: bytes, *windows: int) -> bytes:
    for window in windows:
        decompressor = zlib.decompressobj(wbits=window)
        try:
            plain = decompressor.decompress(body, _MOST)
        except zlib.error:
            continue
        if decompressor.eof or len(plain) >= _MOST:
            return plain
    raise ValueError("it is not deflated")


def _ungzipped(body: bytes) -> bytes:
    return _inflated(body, 31)


def _undeflated(body: bytes) -> bytes:
    return _inflated(body, 15, -15)


def _unbrotlied(body: bytes) -> bytes:
    decompressor = brotli.Decompressor()
    try:
        plain: bytes = decompressor.process(body, output_buffer_limit=_MOST)
    except brotli.error as error:
        raise ValueError("it is not br") from error
    if decompressor.is_finished() or len(plain) >= _MOST:
        return plain
    raise ValueError("it is cut off")


def _unzstd(body: bytes) -> bytes:
    try:
        with zstandard.ZstdDecompressor().stream_reader(body) as stream:
            plain: bytes = stream.read(_MOST)
        if len(plain) < _MOST:
            whole = zstandard.ZstdDecompressor().decompressobj()
            whole.decompress(body)
            if not whole.eof:
                raise ValueError("it is cut off")
    except zstandard.ZstdError as error:
        raise ValueError("it is not zstd") from error
    return plain


_DECODERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "gzip": _ungzipped,
    "x-gzip": _ungzipped,
    "deflate": _undeflated,
    "br": _unbrotlied,
    "zstd": _unzstd,
}
