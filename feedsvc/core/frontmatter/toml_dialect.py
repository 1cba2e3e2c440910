"""Reads TOML front matter (Hugo, Zola) with tomllib, and adds the positions of the keys.

Workarounds for tomllib of Python 3.11: it gives no positions; a number of 5,000 digits raises
ValueError, and deep nesting RecursionError; its time grows with the square of the number of
parts of a dotted key, so keys with many parts are refused first.
"""

import re
import tomllib
from typing import Final

from feedsvc.core.frontmatter.source import (
    Allowance,
    Field,
    FrontMatterText,
)
from feedsvc.core.text import legal

_LONGEST: Final = 64 * 1024  # characters; tomllib is written in Python
_MOST_PARTS: Final = 20
_CURE = 'write it as `key = "value"` lines'
_STRING_OR_COMMENT = re.compile(
    r'''
      """ (?: [^"\\]++ | \\. | "(?!"") )*+ (?: "{3,5}+ | \Z )
    | '{3} (?: [^']++ | '(?!'') )*+ (?: '{3,5}+ | \Z )
    | " (?: [^"\\\n]++ | \\[^\n] )*+ "?
    | ' [^'\n]*+ '?
    | \#[^\n]*+
    ''',
    re.DOTALL | re.VERBOSE,
)
_DOTTED = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{_MOST_PARTS}}}")
_STATEMENT = re.compile(r"[ \t]*+(?P<table>\[{1,2}[ \t]*+)?+(?P<key>[\w-]++)[^=\n]*+=?[ \t]*+")
_TABLE = re.compile(r"^[ \t]*+\[{1,2}[ \t]*+([\w.-]++)", re.MULTILINE)
_PAIR = re.compile(r"[ \t]*+(?P<key>[\w-]++)[ \t]*+=[^\n]*+")
_TWICE: Final = "Cannot overwrite a value"
_MOST_REPEATED: Final = 5  # each is parsed again
_BRACKET = re.compile(r"[\[\]{}]")
_POSITION = re.compile(r" \(at line (\d+), column (\d+)\)$")  # or "(at end of document)"


def toml_fields(source: FrontMatterText) -> dict[str, Field]:
    """The fields of a TOML document; a table is one field, at its first heading.

    All scalars are text: a date in ISO 8601, a float as written, an integer in decimal. Raises
    FrontMatterError if the text is not TOML or is beyond the limits.
    """
    if len(source.text) > _LONGEST:
        raise source.fault(
            0,
            f"the front matter has more than {_LONGEST} characters",
            "move long texts into the body",
        )
    hidden = masked(source.text)
    long_key = first_long_key(hidden)
    if long_key is not None:
        raise source.fault(
            long_key, f"a key has more than {_MOST_PARTS} parts", "use fewer parts"
        )
    try:
        return _fields(source, hidden, _tree(source, hidden))
    except tomllib.TOMLDecodeError as error:
        index, fault = _index_and_fault(source, str(error))
        raise source.fault(index, f"the front matter is not TOML: {fault}", _CURE) from error
    except (ValueError, RecursionError) as error:
        raise source.fault(
            0,
            "the front matter has too many levels or a number with too many digits",
            "use fewer levels, or quote the number",
        ) from error


def _tree(source: FrontMatterText, hidden: str) -> dict[str, object]:
    """The document; a key that is there twice, on a line of its own, has its first value."""
    text = source.text
    for _ in range(_MOST_REPEATED):
        try:
            return tomllib.loads(text, parse_float=str)
        except tomllib.TOMLDecodeError as error:
            index, fault = _index_and_fault(source, str(error))
            line = _lines(text, index)
            pair = _PAIR.fullmatch(hidden, *line)
            if fault != _TWICE or pair is None:
                raise
            tables = _TABLE.findall(hidden, 0, line[0])
            key = _name(text[pair.start("key") : pair.end("key")])
            source.add_repeated(".".join([*tables[-1:], key]), pair.start("key"))
            text = text[: line[0]] + " " * (line[1] - line[0]) + text[line[1] :]
    return tomllib.loads(text, parse_float=str)


def _lines(text: str, index: int) -> tuple[int, int]:
    """The span of the line that ends at `index`, or that holds it."""
    end = text.find("\n", index)
    return text.rfind("\n", 0, index) + 1, end if end >= 0 else len(text)


def masked(text: str) -> str:
    """TOML with letters in place of strings, and spaces in place of comments.

    The length stays, and no bracket, dot or equals sign is in a string or a comment.
    """
    return _STRING_OR_COMMENT.sub(_mask, text)


def first_long_key(hidden: str) -> int | None:
    """The index of the first dotted key with too many parts in a masked text, or None."""
    dotted = _DOTTED.search(hidden)
    return dotted.start() if dotted else None


def _fields(source: FrontMatterText, hidden: str, tree: dict[str, object]) -> dict[str, Field]:
    positions = _positions(source.text, hidden)
    allowance = Allowance(source)
    fields: dict[str, Field] = {}
    for name, value in tree.items():
        at, begin = positions[name]
        key = legal(name)
        if not source.is_new_key(key, at, fields):
            continue  # two keys that differ only in illegal characters
        fields[key] = source.field(allowance.value(value, at), at, begin)
    return fields


def _mask(match: re.Match[str]) -> str:
    return (" " if match[0][0] == "#" else "s") * len(match[0])


def _positions(text: str, hidden: str) -> dict[str, tuple[int, int]]:
    """The index of each top-level key, where it is first, and the index of its value."""
    positions: dict[str, tuple[int, int]] = {}
    start = depth = 0
    in_table = False
    for line in hidden.split("\n"):
        match = None if depth else _STATEMENT.match(line)
        if match and (match["table"] or not in_table):
            in_table = in_table or bool(match["table"])
            at = start + match.start("key")
            begin = at if match["table"] else start + match.end()
            positions.setdefault(_name(text[at : start + match.end("key")]), (at, begin))
        depth += sum(1 if bracket in "[{" else -1 for bracket in _BRACKET.findall(line))
        start += len(line) + 1
    return positions


def _name(key: str) -> str:
    """The name in the first part of a key, without quotes and escapes."""
    if "\\" in key:
        return next(iter(tomllib.loads(f"{key} = 0")))
    return key[1:-1] if key[0] in "\"'" else key


def _index_and_fault(source: FrontMatterText, message: str) -> tuple[int, str]:
    """The index of the fault that tomllib reports, and its message without the position."""
    end = len(source.text.rstrip("\n"))
    position = _POSITION.search(message)
    index = source.index(int(position[1]), int(position[2])) if position else end
    return min(index, end), message.partition(" (at ")[0]
