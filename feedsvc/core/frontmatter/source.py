"""What every dialect of front matter gives: fields with their places, within limits."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final, TypeAlias

from feedsvc.core.text import legal
from feedsvc.errors import FrontMatterError

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"

LONGEST: Final = 256 * 1024  # characters of front matter; real ones have a few thousand
_MOST_VALUES: Final = 20_000
_MOST_LETTERS: Final = 4 * LONGEST  # an alias counts as often as it stands there
_DEEPEST: Final = 50
_LONGEST_KEY: Final = 200
_SHOWN: Final = 60
_LINE_END = re.compile("\n")


@dataclass(frozen=True, slots=True)
class Field:
    """One key of the front matter: its value, and where both stand in the file, from 1.

    `line` and `key_column` are the key's. `column` is where the value begins if that is on the
    key's line, else the key's.
    """

    value: Value
    line: int
    column: int
    key_column: int


class FrontMatterText:
    """The text of some front matter, which begins in line `line` of the file; knows places."""

    def __init__(self, text: str, line: int) -> None:
        self.text = text
        self.line = line
        self._starts: list[int] = []  # of its lines; most texts are read without them

    def position(self, index: int) -> tuple[int, int]:
        """The line and the column in the file of the character at `index`."""
        starts = self._line_starts()
        row = bisect_right(starts, index) - 1
        return self.line + row, index - starts[row] + 1

    def index(self, row: int, column: int) -> int:
        """The index of a place in this text, whose first line and column are 1."""
        return self._line_starts()[row - 1] + column - 1

    def _line_starts(self) -> list[int]:
        if not self._starts:
            self._starts = [0, *(end.end() for end in _LINE_END.finditer(self.text))]
        return self._starts

    def field(self, value: Value, key: int, begin: int) -> Field:
        """The field whose key stands at the index `key` and whose value begins at `begin`."""
        line, key_column = self.position(key)
        value_line, column = self.position(begin)
        beside = value_line == line and begin > key  # an alias has its anchor's place
        return Field(value, line, column if beside else key_column, key_column)

    def fault(self, index: int, fault: str, cure: str) -> FrontMatterError:
        """What is wrong at `index`, to be raised."""
        line, column = self.position(index)
        start = index - column + 1
        end = self.text.find("\n", index)
        row = self.text[start : end if end >= 0 else len(self.text)]
        text = row.strip() if len(row) <= _SHOWN else row[column - 1 :].strip()
        return FrontMatterError(line, fault, cure, column=column, text=text[:_SHOWN])

    def check_key(self, key: str, index: int, fields: dict[str, Field]) -> None:
        """Raises FrontMatterError if the key at `index` is too long or stands there already."""
        if len(key) > _LONGEST_KEY:
            raise self.fault(index, "a key is not a short word", "write `key: value`")
        if key in fields:
            raise self.fault(
                index,
                f"the key {key!r} stands twice (first in line {fields[key].line})",
                "keep one of them",
            )


class Allowance:
    """What is left of the values and letters that one front matter may have."""

    def __init__(self, source: FrontMatterText) -> None:
        self._source = source
        self._values = _MOST_VALUES
        self._letters = _MOST_LETTERS

    def spend(self, index: int, depth: int, text: str = "") -> None:
        """One value at `index`, `depth` levels down; FrontMatterError if that is too much."""
        self._values -= 1
        self._letters -= len(text)
        if self._values < 0 or self._letters < 0 or depth > _DEEPEST:
            raise self._source.fault(
                index,
                f"the front matter has more than {_MOST_VALUES} values, {_DEEPEST} levels or "
                f"{_MOST_LETTERS} characters",
                "shorten it; mind anchors (&) and aliases (*)",
            )

    def value(self, tree: object, index: int, depth: int = 1) -> Value:
        """What a parser of TOML or JSON made of the value at `index`, with every scalar a text.

        Raises ValueError for a number of thousands of digits.
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
