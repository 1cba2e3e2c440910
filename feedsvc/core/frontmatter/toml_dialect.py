"""TOML front matter (Hugo, Zola): tomllib reads it, and this finds where the keys stand.

What is mended here (tomllib of Python 3.11): it tells no places; a number of 5,000 digits is a
ValueError and deep nesting a RecursionError; and its time grows with the square of the number
of parts that a dotted key has, so long ones are refused first.
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
_BRACKET = re.compile(r"[\[\]{}]")
_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")  # or "(at end of document)"


def toml_fields(source: FrontMatterText) -> dict[str, Field]:
    """The fields of a TOML document; a table is one field with a dict, at its first heading.

    A date is its ISO 8601 text, a float keeps its letters, an integer is written in decimal.
    Raises FrontMatterError for what is not TOML or beyond the limits.
    """
    if len(source.text) > _LONGEST:
        raise source.fault(
            0,
            f"the front matter has more than {_LONGEST} characters",
            "write what is long into the body",
        )
    masked = _STRING_OR_COMMENT.sub(_mask, source.text)
    dotted = _DOTTED.search(masked)
    if dotted:
        raise source.fault(
            dotted.start(), f"a key has more than {_MOST_PARTS} parts", "write it flatter"
        )
    try:
        tree = tomllib.loads(source.text, parse_float=str)
        return _fields(source, masked, tree)
    except tomllib.TOMLDecodeError as error:
        index, fault = _index_and_fault(source, str(error))
        raise source.fault(index, f"the front matter is not TOML: {fault}", _CURE) from error
    except (ValueError, RecursionError) as error:
        raise source.fault(
            0,
            "the front matter nests too many levels or has a number of too many digits",
            "write it flatter, or the number as a text",
        ) from error


def _fields(source: FrontMatterText, masked: str, tree: dict[str, object]) -> dict[str, Field]:
    places = _places(source.text, masked)
    allowance = Allowance(source)
    fields: dict[str, Field] = {}
    for name, value in tree.items():
        at, begin = places[name]
        key = legal(name)
        source.check_key(key, at, fields)
        fields[key] = source.field(allowance.value(value, at), at, begin)
    return fields


def _mask(found: re.Match[str]) -> str:
    """As many letters as a string or spaces as a comment is long: neither has syntax in it."""
    return (" " if found[0][0] == "#" else "s") * len(found[0])


def _places(text: str, masked: str) -> dict[str, tuple[int, int]]:
    """The indexes where each key of the top level first stands and where its value begins."""
    places: dict[str, tuple[int, int]] = {}
    start = depth = 0
    in_table = False
    for line in masked.split("\n"):
        found = None if depth else _STATEMENT.match(line)
        if found and (found["table"] or not in_table):
            in_table = in_table or bool(found["table"])
            at = start + found.start("key")
            begin = at if found["table"] else start + found.end()
            places.setdefault(_name(text[at : start + found.end("key")]), (at, begin))
        depth += sum(1 if bracket in "[{" else -1 for bracket in _BRACKET.findall(line))
        start += len(line) + 1
    return places


def _name(key: str) -> str:
    """The name that a key's first part, which may be quoted, stands for."""
    if "\\" in key:
        return next(iter(tomllib.loads(f"{key} = 0")))
    return key[1:-1] if key[0] in "\"'" else key


def _index_and_fault(source: FrontMatterText, message: str) -> tuple[int, str]:
    """Where tomllib says that a fault is, and its words without the place."""
    end = len(source.text.rstrip("\n"))
    place = _PLACE.search(message)
    index = source.index(int(place[1]), int(place[2])) if place else end
    return min(index, end), message.partition(" (at ")[0]
