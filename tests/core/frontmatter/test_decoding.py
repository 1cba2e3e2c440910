"""A file's bytes become text, or a problem with its line; never mojibake."""

import pytest

from feedsvc.core.frontmatter.decoding import decoded, first_illegal
from feedsvc.core.text import legal
from feedsvc.errors import FrontMatterError

TEXT = "---\ntitle: 春茶与秋茶\n---\n正文。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030", "big5", "utf-16"])
def test_a_file_is_read_in_the_encoding_that_is_named(encoding: str) -> None:
    text = TEXT.replace("与", "與") if encoding == "big5" else TEXT
    assert decoded(text.encode(encoding), encoding) == text


@pytest.mark.parametrize("encoding", ["gbk", "latin-1", "UTF8", "utf-16-le"])
def test_utf_8_is_read_whatever_encoding_is_named(encoding: str) -> None:
    assert decoded(TEXT.encode(), encoding) == TEXT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_not_taken_for_utf_8(encoding: str) -> None:
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
def test_what_cannot_be_read_is_refused_with_its_place(
    source: bytes, encoding: str, line: int, column: int
) -> None:
    with pytest.raises(FrontMatterError) as refused:
        decoded(source, encoding)
    error = refused.value
    assert (error.line, error.column, error.code) == (line, column, "encoding")


@pytest.mark.parametrize("source", [TEXT.encode("utf-16"), "---\na: b\n".encode("utf-16-le")])
def test_utf_16_is_called_by_its_name(source: bytes) -> None:
    with pytest.raises(FrontMatterError, match="the file is UTF-16"):
        decoded(source, "utf-8")


@pytest.mark.parametrize(
    ("text", "place"),
    [("茶\n\t", None), ("a\x08b", 1), ("\ufffe", 0), ("ab\x00", 2), ("\x01\x02a", 0)],
)
def test_the_first_character_that_no_feed_can_carry_is_found(
    text: str, place: int | None
) -> None:
    assert first_illegal(text, legal(text)) == place
