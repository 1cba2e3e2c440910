"""Pelican's headers: `Key: value` lines at the top of a file, up to its first blank line."""

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
    """The fields of the headers with which a text begins, and the index where its body does.

    Keys are in lower case, except those in which capitals separate words (`GoLive`); capitals
    make no other key. An indented line continues the value above it. None where a line among
    them is no header, or none of them is a title or a date. `line` is the text's first in its
    file. Raises FrontMatterError for a doubled key and for too much text.
    """
    window = text[: LONGEST + 1]
    blank = _BLANK_LINE.search(window)
    block = window[: blank.start()] if blank else window
    found = _headers(block)
    if found is None or not any(match["key"].lower() in _NEEDED for match, _ in found):
        return None
    source = FrontMatterText(block, line)
    if len(block) > LONGEST:
        raise source.fault(
            0,
            f"the front matter has more than {LONGEST} characters",
            "put a blank line below",
        )
    fields: dict[str, Field] = {}
    written: dict[str, str] = {}
    for match, lines in found:
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
    """Each header with the lines of its value; None where a line is none of one."""
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
