"""Reads Pelican's headers: `Key: value` lines before the first blank line of a file."""

import re
from dataclasses import replace
from typing import Final

from feedsvc.core.frontmatter.source import (
    LONGEST,
    Field,
    FrontMatterText,
    Value,
)

_KEY = re.compile(r" {0,3}(?P<key>\w[\w-]*+):[ \t]*+(?P<value>.*+)")
_BLANK_LINE = re.compile(r"^[ \t]*+(?:\n|\Z)", re.MULTILINE)
_WORDS_BY_CAPITALS = re.compile("[a-z][A-Z]|[A-Z][A-Z][a-z]")
_NEEDED = frozenset(["title", "date"])
_LISTS: Final = frozenset(["tag", "tags", "author", "authors"])
_CATEGORIES: Final = frozenset(["category", "categories"])


def header_fields(source: FrontMatterText) -> tuple[dict[str, Field], int] | None:
    """The fields of the headers at the beginning of a text, and the index of its body.

    None if a line is not a header, or if there is neither a title nor a date. Keys are
    compared in lower case, and returned so unless capitals separate words (`GoLive`). An
    indented line continues the value above it. The values of a repeated `Tag`, `Category` or
    `Author` add up (Publ). Raises FrontMatterError for too much text.
    """
    text = source.text
    blank = _BLANK_LINE.search(text)
    block = text[: blank.start()] if blank else text
    headers = _headers(block)
    if headers is None or not any(match["key"].lower() in _NEEDED for match, _ in headers):
        return None
    if len(block) > LONGEST:
        raise source.fault(
            0,
            f"the front matter has more than {LONGEST} characters",
            "put a blank line below the headers",
        )
    fields: dict[str, Field] = {}
    written: dict[str, str] = {}
    names: dict[str, list[str]] = {}
    for match, lines in headers:
        key = match["key"].lower()
        value = "\n".join(filter(None, lines)) or None
        if key in _LISTS or key in _CATEGORIES:
            names.setdefault(key, []).extend([value] if value else [])
            if key in fields:
                continue
        if not source.is_new_key(key, match.start("key"), fields):
            continue
        begin = match.start("value" if match["value"] else "key")
        fields[key] = source.field(value, match.start("key"), begin)
        if _WORDS_BY_CAPITALS.search(match["key"]):
            written[key] = match["key"]
    for key, several in names.items():
        if len(several) > 1 or (several and fields[key].value is None):
            fields[key] = replace(fields[key], value=_all(key, several))
    if written:
        fields = {written.get(key, key): field for key, field in fields.items()}
    return fields, blank.end() if blank else len(text)


def _all(key: str, names: list[str]) -> Value:
    """The value of a header that is there several times: a list of paths, or a text."""
    if key in _CATEGORIES:
        return [[name] for name in names]
    return (";" if any(";" in name for name in names) else ",").join(names)


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
