"""Reads Pelican's headers: `Key: value` lines before the first blank line of a file."""

import re

from feedsvc.core.frontmatter.source import (
    LONGEST,
    Field,
    FrontMatterText,
)

_KEY = re.compile(r" {0,3}(?P<key>\w[\w-]*+):[ \t]*+(?P<value>.*+)")
_BLANK_LINE = re.compile(r"^[ \t]*+(?:\n|\Z)", re.MULTILINE)
_WORDS_BY_CAPITALS = re.compile("[a-z][A-Z]|[A-Z][A-Z][a-z]")
_NEEDED = frozenset(["title", "date"])


def header_fields(text: str, line: int) -> tuple[dict[str, Field], int] | None:
    """The fields of the headers at the beginning of a text, and the index of its body.

    None if a line is not a header, or if there is neither a title nor a date. Keys are
    compared in lower case, and returned so unless capitals separate words (`GoLive`). An
    indented line continues the value above it. `line` is the line of the file at which `text`
    begins. Raises FrontMatterError for a repeated key and for too much text.
    """
    window = text[: LONGEST + 1]
    blank = _BLANK_LINE.search(window)
    block = window[: blank.start()] if blank else window
    headers = _headers(block)
    if headers is None or not any(match["key"].lower() in _NEEDED for match, _ in headers):
        return None
    source = FrontMatterText(block, line)
    if len(block) > LONGEST:
        raise source.fault(
            0,
            f"the front matter has more than {LONGEST} characters",
            "put a blank line below the headers",
        )
    fields: dict[str, Field] = {}
    written: dict[str, str] = {}
    for match, lines in headers:
        key = match["key"].lower()
        source.check_key(key, match.start("key"), fields)
        value = "\n".join(filter(None, lines)) or None
        begin = match.start("value" if match["value"] else "key")
        fields[key] = source.field(value, match.start("key"), begin)
        if _WORDS_BY_CAPITALS.search(match["key"]):
            written[key] = match["key"]
    if written:
        fields = {written.get(key, key): field for key, field in fields.items()}
    return fields, blank.end() if blank else len(text)


def _headers(block: str) -> list[tuple[re.Match[str], list[str]]] | None:
    """Each header with the lines of its value; None if a line is not part of one."""
    headers: list[tuple[re.Match[str], list[str]]] = []
    start = 0
    for line in block.removesuffix("\n").split("\n"):
        match = _KEY.match(block, start)
        if match:
            headers.append((match, [match["value"].rstrip()]))
        elif headers and line[:1] in (" ", "\t"):
            headers[-1][1].append(line.strip())
        else:
            return None
        start += len(line) + 1
    return headers
