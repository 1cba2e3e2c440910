"""Reads the YAML of most posts line by line, four times as fast as libyaml.

It reads lines of `key: words`, `key: [a, b]`, and `key:` with `- words` lines below. If any
character may mean more, it gives up, and libyaml reads the whole text. A property test checks
that the results are equal.
"""

import re
from typing import Final

from feedsvc.core.frontmatter.source import (
    Field,
    FrontMatterText,
    Value,
)

NOTHING: Final = frozenset(["", "~", "null", "Null", "NULL"])  # without quotes
NO_MEMBER: Final = frozenset(["", "~"])  # in a list, where `null` may be a tag

_LONGEST: Final = 8_192  # short enough that no list exceeds the limits
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}+")
_INDICATORS: Final = frozenset("-?:,[]{}#&*!|>'\"%@`")  # YAML 1.1 §4.2
_FLOW_WORDS = re.compile(r"[^][{}:#?]++")


class _Unsure(Exception):  # noqa: N818 - never leaves this module
    """The text may be YAML that this module cannot read."""


def flat_fields(source: FrontMatterText) -> dict[str, Field] | None:
    """The fields of a flat YAML mapping, or None if libyaml must read it."""
    if len(source.text) > _LONGEST or " #" in source.text:
        return None
    lines = source.text.split("\n")
    if not "".join(lines).isprintable():  # excludes tabs and other line ends too
        return None
    try:
        return _fields(lines, source.line)
    except _Unsure:
        return None


def _fields(lines: list[str], first: int) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    key = indent = ""
    items: list[Value] | None = None  # of the last key, if it has no value on its line
    for number, line in enumerate(lines, first):
        if not line or line[0] == "#":
            continue
        if line[0] in " -":
            lead, dash, word = line.partition("- ")
            if not dash and line.isspace():
                continue
            if items is None or lead.strip(" "):
                raise _Unsure
            if not items:
                indent = lead
                fields[key] = Field(items, fields[key].line, 1, 1)
            elif lead != indent:
                raise _Unsure
            items.append(_scalar(word.strip(" "), NO_MEMBER))
            continue
        key, colon, words = line.partition(":")
        if not colon or key in fields or not _KEY.fullmatch(key):
            raise _Unsure
        if not words or words.isspace():
            fields[key] = Field(None, number, 1, 1)
            items = []
        elif words[0] != " ":
            raise _Unsure
        else:
            words = words.lstrip(" ")
            column = len(line) - len(words) + 1
            words = words.rstrip(" ")
            value = _flow_list(words) if words[0] == "[" else _scalar(words)
            fields[key] = Field(value, number, column, 1)
            items = None
    return fields


def _flow_list(words: str) -> list[Value]:
    inside = words[1:-1]
    if words[-1] != "]":
        raise _Unsure
    return [_flow_scalar(word.strip(" ")) for word in inside.split(",")] if inside else []


def _flow_scalar(word: str) -> Value:
    if not _FLOW_WORDS.fullmatch(word):
        raise _Unsure
    return _scalar(word, NO_MEMBER)


def _scalar(word: str, nothing: frozenset[str] = NOTHING) -> str | None:
    """The value of a scalar on one line, without white space around it."""
    first = word[:1]
    if first in _INDICATORS:  # "" is not in it
        return _between_quotes(word)
    if not word or word[-1] == ":" or ": " in word:
        raise _Unsure
    return None if word in nothing else word


def _between_quotes(word: str) -> str:
    quote, inside = word[0], word[1:-1]
    if quote not in "'\"" or word[-1] != quote or len(word) < 2:
        raise _Unsure
    if quote in inside or "\\" in inside:
        raise _Unsure
    return inside
