"""Defines what all dialects return: fields with their positions, within limits."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final, TypeAlias

from feedsvc.core.rules import Dialect
from feedsvc.core.text import legal
from feedsvc.errors import FrontMatterError

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"

LONGEST: Final = 256 * 1024  # characters of front matter; real ones have a few thousand
_MOST_VALUES: Final = 20_000
_MOST_CHARACTERS: Final = 4 * LONGEST  # an alias counts each time it is used
_DEEPEST: Final = 50
_LONGEST_KEY: Final = 200
_SHOWN: Final = 60
_LINE_END = re.compile("\n")


@dataclass(frozen=True, slots=True)
class Field:
    """One key of the front matter, its value, and their positions in the file, from 1.

    `line` and `key_column` are the position of the key. `column` is the column of the value,
    or of the key if the value begins on another line.
    """

    value: Value
    line: int
    column: int
    key_column: int


@dataclass(frozen=True, slots=True)
class RepeatedKey:
    """A key that is there twice; a member of a map has the name of the map in front.

    Its first value counts. `fault` is the error to raise if the key has an effect.
    """

    name: str
    fault: FrontMatterError


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields of a file by key, and its body, which begins at line `body_line`.

    `dialect` is the dialect of the fields, never `auto`. `repeated` are the keys that are there
    twice; their first values are in `fields`.
    """

    fields: dict[str, Field]
    body: str
    body_line: int
    dialect: Dialect
    repeated: tuple[RepeatedKey, ...] = ()


class FrontMatterText:
    """The text of some front matter, which begins at line `line` of the file.

    `repeated` are the keys that were there twice when it was read.
    """

    def __init__(self, text: str, line: int) -> None:
        self.text = text
        self.line = line
        self.repeated: list[RepeatedKey] = []
        self._starts: list[int] = []  # of the lines; filled when first needed

    def with_text(self, text: str) -> "FrontMatterText":
        """The same front matter with another text, which adds to the same `repeated`."""
        source = FrontMatterText(text, self.line)
        source.repeated = self.repeated
        return source

    def position(self, index: int) -> tuple[int, int]:
        """The line and column in the file of the character at `index`."""
        starts = self._line_starts()
        row = bisect_right(starts, index) - 1
        return self.line + row, index - starts[row] + 1

    def index(self, row: int, column: int) -> int:
        """The index of a row and column of this text, both counted from 1."""
        return self._line_starts()[row - 1] + column - 1

    def _line_starts(self) -> list[int]:
        if not self._starts:
            self._starts = [0, *(end.end() for end in _LINE_END.finditer(self.text))]
        return self._starts

    def field(self, value: Value, key: int, begin: int) -> Field:
        """The field whose key is at index `key` and whose value begins at index `begin`."""
        line, key_column = self.position(key)
        value_line, column = self.position(begin)
        beside = value_line == line and begin > key  # the value of an alias is at its anchor
        return Field(value, line, column if beside else key_column, key_column)

    def fault(self, index: int, fault: str, cure: str) -> FrontMatterError:
        """The error to raise for a fault at `index`."""
        line, column = self.position(index)
        start = index - column + 1
        end = self.text.find("\n", index)
        row = self.text[start : end if end >= 0 else len(self.text)]
        text = row.strip() if len(row) <= _SHOWN else row[column - 1 :].strip()
        return FrontMatterError(line, fault, cure, column=column, text=text[:_SHOWN])

    def is_new_key(self, key: str, index: int, fields: dict[str, Field]) -> bool:
        """True if the key at `index` is not in `fields`; if it is, it is added to `repeated`.

        Raises FrontMatterError if it is too long.
        """
        if len(key) > _LONGEST_KEY:
            raise self.fault(index, "a key is not a short word", "write `key: value`")
        if key in fields:
            self.add_repeated(key, index, f" (first in line {fields[key].line})")
            return False
        return True

    def add_repeated(self, name: str, index: int, first: str = "") -> None:
        """Add a key that is there twice, the second time at `index`, to `repeated`."""
        key = name.rpartition(".")[2]
        fault = self.fault(index, f"the key {key!r} appears twice{first}", "keep one of them")
        self.repeated.append(RepeatedKey(name, fault))


class Allowance:
    """Counts the values and characters of one front matter against the limits."""

    def __init__(self, source: FrontMatterText) -> None:
        self._source = source
        self._values = _MOST_VALUES
        self._characters = _MOST_CHARACTERS

    def spend(self, index: int, depth: int, text: str = "") -> None:
        """Count a value at `index` and level `depth`. Raises FrontMatterError at a limit."""
        self._values -= 1
        self._characters -= len(text)
        if self._values < 0 or self._characters < 0 or depth > _DEEPEST:
            raise self._source.fault(
                index,
                f"the front matter has more than {_MOST_VALUES} values, {_DEEPEST} levels or "
                f"{_MOST_CHARACTERS} characters",
                "shorten it; anchors (&) and aliases (*) count too",
            )

    def value(self, tree: object, index: int, depth: int = 1) -> Value:
        """Convert a parsed TOML or JSON value at `index`; every scalar becomes text.

        Raises ValueError for a number with thousands of digits.
        """
        if isinstance(tree, list):
            self.spend(index, depth)
            return [self.value(child, index, depth + 1) for child in tree]
        if isinstance(tree, dict):
            self.spend(index, depth)
            return {
                legal(key): self.value(child, index, depth + 1) for key, child in tree.items()
            }
        text = _text(tree)
        self.spend(index, depth, text or "")
        return text


def _text(scalar: object) -> str | None:
    if scalar is None:
        return None
    if isinstance(scalar, bool):
        return "true" if scalar else "false"
    if isinstance(scalar, date | datetime | time):
        return scalar.isoformat()
    return legal(str(scalar))
