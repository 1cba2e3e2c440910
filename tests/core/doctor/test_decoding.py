"""Codings that are declared, found below, missing or wrong."""

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard

from feedsvc.core.doctor.decoding import Decoded, decoded
from feedsvc.core.doctor.exchanges import Exchange

FEED = b"<feed/>" * 100
ZSTD_OF = zstandard.ZstdCompressor().compress
ZSTD = ZSTD_OF(FEED)


def gzipped(body: bytes) -> bytes:
    """The same octets in each process: the names of tests have them."""
    return gzip.compress(body, mtime=0)


def result(body: bytes, *codings: str) -> Decoded:
    headers = tuple(("Content-Encoding", coding) for coding in codings)
    return decoded(Exchange("Feedly", "http://a/", 200, headers, body))


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (FEED, "identity"),
        (gzipped(FEED), "gzip"),
        (gzipped(FEED), "x-gzip"),
        (zlib.compress(FEED), "deflate"),
        (zlib.compress(FEED)[2:-4], "Deflate"),
        (brotli.compress(FEED), "br"),
        (ZSTD, "zstd"),
    ],
)
def test_a_declared_coding_is_undone(body: bytes, coding: str) -> None:
    got = result(body, coding)
    assert (got.body, got.found, got.fault) == (FEED, (), "")


@pytest.mark.parametrize("codings", [("gzip, br",), ("gzip", "br")])
def test_several_codings_are_undone_in_reverse(codings: tuple[str, ...]) -> None:
    got = result(brotli.compress(gzipped(FEED)), *codings)
    assert got == Decoded(FEED, ("gzip", "br"))


@pytest.mark.parametrize(
    ("inner", "found"),
    [
        (gzipped(FEED), ("gzip",)),
        (gzipped(gzipped(FEED)), ("gzip", "gzip")),
        (ZSTD, ("zstd",)),
        (brotli.compress(FEED), ("br",)),
        (brotli.compress(ZSTD), ("br", "zstd")),
    ],
)
def test_codings_that_no_header_names_are_found(inner: bytes, found: tuple[str, ...]) -> None:
    assert result(inner) == Decoded(FEED, (), found)
    assert result(gzipped(inner), "gzip") == Decoded(FEED, ("gzip",), found)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "compress"])
def test_a_coding_that_the_body_does_not_have_is_a_fault(coding: str) -> None:
    assert result(FEED, coding) == Decoded(FEED, (coding,), (), coding)


@pytest.mark.parametrize(
    ("body", "coding"),
    [(brotli.compress(FEED), "br"), (gzipped(FEED), "gzip"), (ZSTD, "zstd")],
)
def test_a_body_that_was_cut_off_is_a_fault(body: bytes, coding: str) -> None:
    assert result(body[:-9], coding).fault == coding


@pytest.mark.parametrize("compress", [gzipped, brotli.compress, ZSTD_OF])
def test_a_document_is_not_read_without_limit(
    compress: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.core.doctor.decoding._MOST", 1000)
    got = result(compress(b"<a>" * 1_000_000))
    assert (len(got.body) < 100_000, got.found != ()) == (True, True)


def test_octets_that_happen_to_be_brotli_are_not_decoded() -> None:
    assert result(brotli.compress(b"\0\1\2")).found == ()
    assert result(b"\xff\xd8\xff\xe0 a picture").found == ()


def test_an_answer_without_a_body_has_no_fault() -> None:
    assert result(b"", "gzip") == Decoded(b"", ("gzip",))
