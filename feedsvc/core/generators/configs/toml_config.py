"""Reads TOML config files. tomllib gives no lines, so a scan of the keys finds them."""

import re
import tomllib
from collections import Counter
from typing import TypeAlias

from feedsvc.core.frontmatter.toml_dialect import first_long_key, masked
from feedsvc.core.generators.configs.config_values import (
    DEEPEST,
    ConfigValue,
    Content,
    NotLiteral,
    UnreadableConfigError,
)

_Path: TypeAlias = tuple[str, ...]

_POSITION = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_HEADING = re.compile(r"[ \t]*+(?P<bracket>\[{1,2})(?P<key>[^\[\]\n]++)\]")
_KEY = re.compile(r"[ \t]*+(?P<key>[\w\-. \t]++)=")
_PART = re.compile(r"\"(?:[^\"\\\n]++|\\.)*+\"|'[^'\n]*+'|[\w-]++")
_BRACKET = re.compile(r"[\[\]{}]")


def toml_value(text: str) -> ConfigValue:
    """The tables of a TOML text. Raises UnreadableConfigError."""
    hidden = masked(text)
    if (long_key := first_long_key(hidden)) is not None:
        raise UnreadableConfigError(
            "has a key of too many parts", text.count("\n", 0, long_key) + 1
        )
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        position = _POSITION.search(str(error))
        line = int(position[1]) if position and position[1] else 0
        fault = _POSITION.sub("", str(error))
        raise UnreadableConfigError(f"is not TOML: {fault}", line) from error
    except (ValueError, RecursionError) as error:
        raise UnreadableConfigError("is not TOML: it has too many levels or digits") from error
    return _value(tree, (), 1, _lines(text, hidden))


def _value(tree: object, path: _Path, above: int, lines: dict[_Path, int]) -> ConfigValue:
    line = lines.get(path, above)
    return ConfigValue(_content(tree, path, line, lines), line)


def _content(tree: object, path: _Path, line: int, lines: dict[_Path, int]) -> Content:
    if len(path) > DEEPEST:
        return NotLiteral("is nested too deep")
    if isinstance(tree, dict):
        return {key: _value(child, (*path, key), line, lines) for key, child in tree.items()}
    if isinstance(tree, list):
        return tuple(
            _value(child, (*path, str(n)), line, lines) for n, child in enumerate(tree)
        )
    return tree if isinstance(tree, str | int | float) else str(tree)


def _lines(text: str, hidden: str) -> dict[_Path, int]:
    """The line of each key that begins one, and of each heading of a table.

    `hidden` is the text without the brackets in strings and comments.
    """
    lines: dict[_Path, int] = {}
    tables: Counter[_Path] = Counter()
    table: _Path = ()
    start = depth = counted = 0
    number = 1
    for row in hidden.split("\n"):  # a string of several lines is in one row
        number += text.count("\n", counted, start)
        counted = start
        if not depth and (heading := _HEADING.match(row)):
            table = _parts(text, start, heading)
            if heading["bracket"] == "[[":
                tables[table] += 1
                lines.setdefault(table, number)
                table = (*table, str(tables[table] - 1))
            lines.setdefault(table, number)
        elif not depth and (key := _KEY.match(row)):
            lines.setdefault((*table, *_parts(text, start, key)), number)
        depth += sum(1 if each in "[{" else -1 for each in _BRACKET.findall(row))
        start += len(row) + 1
    return lines


def _parts(text: str, start: int, match: re.Match[str]) -> _Path:
    """The names of a dotted key, without quotes."""
    key = text[start + match.start("key") : start + match.end("key")]
    return tuple(part.strip("\"'") for part in _PART.findall(key)[:DEEPEST])
