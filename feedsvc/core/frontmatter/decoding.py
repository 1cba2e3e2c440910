"""Decodes the bytes of a file; never guesses an encoding, so text is never garbled."""

from feedsvc.errors import FrontMatterError

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def decoded(source: bytes, encoding: str) -> str:
    """Decode UTF-8, or else `encoding`; the text has `\\n` line ends and no BOM.

    Old folders mix both, and text in another encoding is almost never valid UTF-8. Raises
    FrontMatterError with the line of the first byte that is valid in neither.
    """
    if not source.strip(b" \t\r\n\0"):
        raise FrontMatterError(
            0, "the file is empty", "write a post or delete the file", code="empty"
        )
    try:
        text = _text(source, encoding)
    except UnicodeDecodeError as error:
        raise _fault(source, error, encoding) from error
    if text.count("\0") > len(text) // 8:  # ASCII in UTF-16 without a BOM
        raise _utf16(source.count(b"\n", 0, source.index(0)) + 1)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def ascii_text(source: bytes) -> str:
    """The ASCII in a file with an unknown encoding; U+FFFD replaces other bytes."""
    text = source.decode("utf-8", "replace").replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _text(source: bytes, encoding: str) -> str:
    other = encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "utf-8-sig")
    try:
        if not (other and b"\0" in source):  # UTF-16 without a BOM may be valid UTF-8
            return source.decode("utf-8-sig")
    except UnicodeDecodeError:
        if not other:
            raise
    return source.decode(encoding).removeprefix("\ufeff")


def _fault(source: bytes, error: UnicodeDecodeError, encoding: str) -> FrontMatterError:
    line = source.count(b"\n", 0, error.start) + 1
    if source.startswith(_UTF16):
        return _utf16(line)
    before = source[source.rfind(b"\n", 0, error.start) + 1 : error.start]
    byte = f"byte {source[error.start]:#04x}" if error.start < len(source) else "its end"
    tried = "UTF-8" if error.encoding.lower().startswith("utf-8") else f"UTF-8 nor {encoding}"
    fault = f"{byte} is {'not' if tried == 'UTF-8' else 'neither'} {tried}"
    cure = "save the file as UTF-8, or name its encoding in content.encoding"
    column = len(before.decode("utf-8", "replace")) + 1
    return FrontMatterError(line, fault, cure, column=column, code="encoding")


def _utf16(line: int) -> FrontMatterError:
    cure = 'save it as UTF-8, or set content.encoding = "utf-16"'
    return FrontMatterError(line, "the file is UTF-16", cure, code="encoding")


def first_illegal(text: str, cleaned: str) -> int | None:
    """The index of the first character of `text` that `cleaned` lacks; None if equal."""
    if len(cleaned) == len(text):
        return None
    return next((n for n, c in enumerate(cleaned) if c != text[n]), len(cleaned))
