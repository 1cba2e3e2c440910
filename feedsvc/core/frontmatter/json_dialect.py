"""Reads JSON front matter: an object (Hugo), members without braces (Hexo), or 11ty's form.

The module `json` gives no positions of keys, so the top level is read here.
"""

import json
import re

from feedsvc.core.frontmatter.source import (
    Allowance,
    Field,
    FrontMatterText,
)
from feedsvc.core.text import legal
from feedsvc.errors import FrontMatterError

_SPACE = re.compile(r"[ \t\n\r]*+")  # RFC 8259 §2
_CURE = 'write it as `"key": "value",` lines'


def json_fields(source: FrontMatterText) -> dict[str, Field]:
    """The fields of a JSON object, with or without its outer braces.

    Raises FrontMatterError if the text is not such an object or is beyond the limits.
    """
    start = _after_space(source.text, 0)
    if source.text.startswith("{", start):
        whole = source
        fields, end = json_object(whole, start)
    else:  # only a closing brace is added, so all positions stay
        whole = source.with_text(source.text + "}")
        fields, end = _Members(whole, start).fields()
    end = _after_space(whole.text, end)
    if end < len(whole.text):
        raise whole.fault(end, "the front matter is not JSON: there is text after it", _CURE)
    return fields


def json_object(source: FrontMatterText, start: int) -> tuple[dict[str, Field], int]:
    """The fields of the object that begins at `start`, and the index after its end."""
    return _Members(source, _after_space(source.text, start + 1)).fields()


def _after_space(text: str, index: int) -> int:
    match = _SPACE.match(text, index)
    return match.end() if match else index


class _Members:
    """Reads the members of the outermost object, up to its closing brace."""

    def __init__(self, source: FrontMatterText, start: int) -> None:
        self._source = source
        self._index = start
        self._allowance = Allowance(source)

    def fields(self) -> tuple[dict[str, Field], int]:
        fields: dict[str, Field] = {}
        if self._next("}"):
            return fields, self._index
        while True:
            at = self._index
            key = self._key()
            is_new = self._source.is_new_key(key, at, fields)
            self._expect(":")
            begin = self._index
            value = self._allowance.value(self._decoded(key), at)
            if is_new:
                fields[key] = self._source.field(value, at, begin)
            if self._next("}"):
                return fields, self._index
            self._expect(",")

    def _key(self) -> str:
        at = self._index
        if not self._source.text.startswith('"', at):
            raise self._not_json(at, "expected a key in double quotes")
        return legal(str(self._decoded("")))

    def _next(self, mark: str) -> bool:
        """Skip the mark and the space after it; False if the next character is another."""
        if not self._source.text.startswith(mark, self._index):
            return False
        self._index += 1
        if mark != "}":  # the text after the last brace may be the body
            self._index = _after_space(self._source.text, self._index)
        return True

    def _expect(self, mark: str) -> None:
        if not self._next(mark):
            raise self._not_json(self._index, f"expected {mark!r}")

    def _decoded(self, name: str) -> object:
        """The value at the index, which is that of the key `name`."""
        at = self._index
        try:
            try:
                value, end = _DECODER.raw_decode(self._source.text, at)
            except _DoubledKey as doubled:
                self._source.add_repeated(f"{name}.{doubled.args[0]}", at)
                value, end = _LENIENT.raw_decode(self._source.text, at)
        except json.JSONDecodeError as error:
            raise self._not_json(error.pos, error.msg) from error
        except RecursionError as error:
            raise self._source.fault(
                at, "the front matter has too many levels", "use fewer levels"
            ) from error
        self._index = _after_space(self._source.text, end)
        return value

    def _not_json(self, index: int, fault: str) -> FrontMatterError:
        return self._source.fault(index, f"the front matter is not JSON: {fault}", _CURE)


class _DoubledKey(Exception):  # noqa: N818 - never leaves this module
    """A nested object has a key twice."""


def _object(members: list[tuple[str, object]]) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, value in members:
        if key in values:
            raise _DoubledKey(key)
        values[key] = value
    return values


def _with_first_values(members: list[tuple[str, object]]) -> dict[str, object]:
    return dict(reversed(members))


_LENIENT = json.JSONDecoder(
    object_pairs_hook=_with_first_values, parse_int=str, parse_float=str, parse_constant=str
)
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=str, parse_float=str, parse_constant=str
)
