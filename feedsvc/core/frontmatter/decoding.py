"""A file's bytes in, its text out: never a guess, never mojibake (F27)."""

from feedsvc.errors import FrontMatterError

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def decoded(source: bytes, encoding: str) -> str:
    """The text of a file in UTF-8, or else in `encoding`; line ends are `\\n`, no BOM.

    Old folders hold files of both kinds, and text in another encoding is hardly ever UTF-8 by
    chance. Raises FrontMatterError with the line of the first byte that fits neither.
    """
    if not source.strip(b" \t\r\n\0"):
        raise FrontMatterError(
            0, "the file is empty", "write a post into it or delete it", code="empty"
        )
    try:
        text = _text(source, encoding)
    except UnicodeDecodeError as error:
        raise _fault(source, error, encoding) from error
    if text.count("\0") > len(text) // 8:  # ASCII in UTF-16 without a mark
        raise _utf16(source.count(b"\n", 0, source.index(0)) + 1)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def roughly(source: bytes) -> str:
    """What can be made out of a file in no known encoding: all that is ASCII in it."""
    text = source.decode("utf-8", "replace").replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _text(source: bytes, encoding: str) -> str:
    other = encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "utf-8-sig")
    try:
        if not (other and b"\0" in source):  # UTF-16 without a mark might pass for UTF-8
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
    known = "UTF-8" if error.encoding.lower().startswith("utf-8") else f"UTF-8 nor {encoding}"
    fault = f"{byte} is {'not' if known == 'UTF-8' else 'neither'} {known}"
    cure = "save the file as UTF-8, or name its encoding in content.encoding"
    column = len(before.decode("utf-8", "replace")) + 1
    return FrontMatterError(line, fault, cure, column=column, code="encoding")


def _utf16(line: int) -> FrontMatterError:
    cure = 'save it as UTF-8, or set content.encoding = "utf-16"'
    return FrontMatterError(line, "the file is UTF-16", cure, code="encoding")


def first_illegal(text: str, cleaned: str) -> int | None:
    """Where the first character stands that `cleaned`, the legal text, leaves out."""
    if len(cleaned) == len(text):
        return None
    return next((n for n, c in enumerate(cleaned) if c != text[n]), len(cleaned))
