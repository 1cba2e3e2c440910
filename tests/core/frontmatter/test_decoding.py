"""Decoding files, or refusing them with a position."""

import pytest

from feedsvc.core.frontmatter.decoding import decoded, first_illegal
from feedsvc.core.text import legal
from feedsvc.errors import FrontMatterError

TEXT = "---\ntitle: 春茶与秋茶\n---\n正文。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030", "big5", "utf-16"])
def test_a_file_is_decoded_with_the_encoding_of_the_settings(encoding: str) -> None:
    text = TEXT.replace("与", "與") if encoding == "big5" else TEXT
    assert decoded(text.encode(encoding), encoding) == text


@pytest.mark.parametrize("encoding", ["gbk", "latin-1", "UTF8", "utf-16-le"])
def test_utf_8_is_read_with_every_setting(encoding: str) -> None:
    assert decoded(TEXT.encode(), encoding) == TEXT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_bom_is_not_read_as_utf_8(encoding: str) -> None:
    assert decoded("---\ntitle: a\n---\n".encode(encoding), encoding).startswith("---\n")


@pytest.mark.parametrize(
    ("source", "encoding", "line", "column"),
    [
        (TEXT.encode("gbk"), "utf-8", 2, 8),
        (b"---\n\xe8\x8c\xb6: \xff\n", "utf-8", 2, 4),
        (b"a\n\x81", "gbk", 2, 1),
        (b"a\n\xff\xff", "ascii", 2, 1),
    ],
)
def test_undecodable_bytes_are_refused_with_their_position(
    source: bytes, encoding: str, line: int, column: int
) -> None:
    with pytest.raises(FrontMatterError) as refused:
        decoded(source, encoding)
    error = refused.value
    assert (error.line, error.column, error.code) == (line, column, "encoding")


@pytest.mark.parametrize("source", [TEXT.encode("utf-16"), "---\na: b\n".encode("utf-16-le")])
def test_utf_16_is_named_in_the_fault(source: bytes) -> None:
    with pytest.raises(FrontMatterError, match="the file is UTF-16"):
        decoded(source, "utf-8")


@pytest.mark.parametrize(
    ("text", "index"),
    [("茶\n\t", None), ("a\x08b", 1), ("\ufffe", 0), ("ab\x00", 2), ("\x01\x02a", 0)],
)
def test_the_first_illegal_character_is_found(text: str, index: int | None) -> None:
    assert first_illegal(text, legal(text)) == index
