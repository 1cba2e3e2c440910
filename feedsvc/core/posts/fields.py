"""Looks up the fields of one post by meaning, and collects its warnings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from feedsvc.core.frontmatter.source import Field, FrontMatter, Value
from feedsvc.core.posts.keys import KEYS, fold
from feedsvc.core.problems import Problem
from feedsvc.core.text import nfc, one_line

# The folded keys of each meaning, split at the dot; below, only the parts before the dot.
_PATHS: Final = {
    meaning: tuple((fold(name).partition(".")[0], fold(name).partition(".")[2]) for name in row)
    for meaning, row in KEYS.items()
}
_FIRSTS: Final = {meaning: {first for first, _ in paths} for meaning, paths in _PATHS.items()}


@lru_cache(maxsize=256)  # most posts of a folder have the same keys
def _meanings_of(keys: tuple[str, ...]) -> frozenset[str]:
    """The meanings of which these folded keys may be a field."""
    given = frozenset(keys)
    return frozenset(name for name, firsts in _FIRSTS.items() if not given.isdisjoint(firsts))


class Refused(Exception):  # noqa: N818 - parse_post turns it into a Problem
    """The post cannot be published as written."""

    def __init__(
        self,
        code: str,
        fault: str,
        cure: str,
        field: "NamedField | None" = None,
        *,
        line: int = 1,
    ) -> None:
        super().__init__(fault)
        self.code, self.fault, self.cure = code, fault, cure
        self.field, self.line = field, line


@dataclass(frozen=True, slots=True)
class NamedField:
    """A field and its full name, such as `taxonomies.tags` for a key in a table."""

    name: str
    field: Field

    @property
    def value(self) -> Value:
        """The value of the field."""
        return self.field.value

    @property
    def line(self) -> int:
        """The line of the key."""
        return self.field.line

    @property
    def column(self) -> int:
        """The column of the value, or of the key if the value is on another line."""
        return self.field.column

    @property
    def key_column(self) -> int:
        """The column of the key."""
        return self.field.key_column

    @property
    def shown(self) -> str:
        """The value for a message, cut to 60 characters."""
        return shown(self.field.value)


def shown(value: Value) -> str:
    """A value for a message, cut to 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


class PostFields:
    """The fields of the post at `path`, its warnings, and the origin of each meaning."""

    def __init__(self, path: str, front: FrontMatter) -> None:
        self.path = path
        self.warnings: list[Problem] = []
        self._said: set[tuple[int, int, str]] = set()
        self.origins: dict[str, str] = {}
        self.positions: dict[str, tuple[int, int]] = {}  # line and column by meaning
        self._by_key: dict[str, list[NamedField]] = {}  # by folded key
        for key, field in front.fields.items():
            self._by_key.setdefault(fold(key), []).append(NamedField(key, field))
        self._meanings = _meanings_of(tuple(self._by_key))

    def with_meaning(self, meaning: str) -> Iterable[NamedField]:
        """The fields with this meaning that have a value, in the order of KEYS."""
        return self._with_meaning(meaning) if meaning in self._meanings else ()

    def _with_meaning(self, meaning: str) -> Iterator[NamedField]:
        for first, rest in _PATHS[meaning]:
            for field in self._by_key.get(first, ()):
                inner = _inside(field, rest) if rest else field
                if inner is not None and inner.value is not None:
                    yield inner

    def all(self) -> Iterator[NamedField]:
        """All fields, those with the same folded key together."""
        for fields in self._by_key.values():
            yield from fields

    def in_tables(self, tables: Iterable[str]) -> Iterator[NamedField]:
        """The members of the maps with these folded keys, and of maps in lists there."""
        for table in (field for key in tables for field in self._by_key.get(key, ())):
            maps = table.value if isinstance(table.value, list) else [table.value]
            for each in maps:
                yield from _members(table, each)

    def line(self, meaning: str) -> int:
        """The line of the first field with this meaning, even an empty one; 1 if none."""
        firsts = (first for first, _ in _PATHS[meaning])
        return next((self._by_key[key][0].line for key in firsts if key in self._by_key), 1)

    def first_text(self, meaning: str, *, most: int = 0) -> tuple[NamedField, str] | None:
        """The first field with text, and that text on one line; None if there is none.

        Raises Refused if a field is not text, or if `most` is set and the text has more
        characters.
        """
        for field in self.with_meaning(meaning):
            if not isinstance(field.value, str):
                fault, cure = f"{field.name} is not a text", f"write {field.name}: words"
                raise Refused("not-text", fault, cure, field)
            words = one_line(field.value)
            if most and len(words) > most:
                fault = f"{field.name} has {len(words):,} characters, more than {most:,}"
                raise Refused("too-long", fault, "shorten it", field)
            if words:
                self.record_origin(meaning, field)
                return field, words
        return None

    def text(self, meaning: str, *, most: int = 0) -> str:
        """The text of `first_text`; empty if there is none."""
        first = self.first_text(meaning, most=most)
        return first[1] if first else ""

    def text_of_key(self, key: str) -> str | None:
        """The text of any key, for permalink templates; None if it has none."""
        for field in self._by_key.get(fold(key), ()):
            if isinstance(field.value, str) and field.value.strip():
                return nfc(one_line(field.value))
        return None

    def record_origin(self, meaning: str, origin: NamedField | str) -> None:
        """Record which field, or what else, gave the value of a meaning."""
        if isinstance(origin, NamedField):
            self.positions[meaning] = (origin.line, origin.column)
            origin = f"{origin.name}, line {origin.line}"
        self.origins[meaning] = origin

    def copy_origin(self, meaning: str, other: str) -> None:
        """Record that a meaning has the same origin as another one."""
        self.origins[meaning] = self.origins[other]
        self.positions[meaning] = self.positions[other]

    def warn(self, code: str, fault: str, cure: str, field: NamedField) -> None:
        """Add a warning about a field's value. A warning does not refuse the post."""
        self.warn_at(code, fault, cure, field.line, field.column, field.shown)

    def warn_of_key(self, code: str, fault: str, cure: str, field: NamedField) -> None:
        """Add a warning about a field's key; it does not show the value."""
        self.warn_at(code, fault, cure, field.line, field.key_column, field.name)

    def warn_at(
        self, code: str, fault: str, cure: str, line: int, column: int, text: str = ""
    ) -> None:
        """Add a warning about a position in the file."""
        said = (line, column, fault)
        if said not in self._said:  # a date may be read for two meanings
            self._said.add(said)
            warning = Problem(self.path, line, fault, cure, False, code, column, text)
            self.warnings.append(warning)

    def refusal(self, refused: Refused) -> Problem:
        """The problem that keeps the post from being published."""
        fault, cure, field = refused.fault, refused.cure, refused.field
        if field is None:
            return Problem(self.path, refused.line, fault, cure, code=refused.code)
        return Problem(
            self.path, field.line, fault, cure, True, refused.code, field.column, field.shown
        )


def _inside(table: NamedField, key: str) -> NamedField | None:
    """The member of a map with this folded key; None if there is none."""
    members = _members(table, table.value)
    return next((m for m in members if fold(m.name[len(table.name) + 1 :]) == key), None)


def _members(table: NamedField, value: Value) -> Iterator[NamedField]:
    """The members of `value` if it is a map, at the position of `table`; else none."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        field = Field(inner, table.line, table.column, table.key_column)
        yield NamedField(f"{table.name}.{key}", field)
