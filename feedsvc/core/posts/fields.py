"""The fields of one post, found by what they mean, and what is noted while they are read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from feedsvc.core.frontmatter.parse import FrontMatter
from feedsvc.core.frontmatter.source import Field, Value
from feedsvc.core.posts.keys import KEYS, fold
from feedsvc.core.problems import Problem
from feedsvc.core.text import nfc, one_line

# For each meaning the folded keys, each parted at its dot; and what stands before the dots.
_PATHS: Final = {
    meaning: tuple((fold(name).partition(".")[0], fold(name).partition(".")[2]) for name in row)
    for meaning, row in KEYS.items()
}
_FIRSTS: Final = {meaning: {first for first, _ in paths} for meaning, paths in _PATHS.items()}


class Refused(Exception):  # noqa: N818 - no error: parse_post makes a Problem of it
    """The post cannot be published as it stands."""

    def __init__(
        self,
        code: str,
        fault: str,
        cure: str,
        found: "NamedField | None" = None,
        *,
        line: int = 1,
    ) -> None:
        super().__init__(fault)
        self.code, self.fault, self.cure = code, fault, cure
        self.found, self.line = found, line


@dataclass(frozen=True, slots=True)
class NamedField:
    """A field as the author named it: `taxonomies.tags` for what stands in a table."""

    name: str
    field: Field

    @property
    def value(self) -> Value:
        """What stands there."""
        return self.field.value

    @property
    def shown(self) -> str:
        """The value in a message, cut short."""
        return shown(self.field.value)


def shown(value: Value) -> str:
    """A value as it stands in a message, cut short."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


class PostFields:
    """The fields of the post at `path`; warnings and where each meaning was found are kept."""

    def __init__(self, path: str, front: FrontMatter) -> None:
        self.path = path
        self.warnings: list[Problem] = []
        self.origins: dict[str, str] = {}
        self.positions: dict[str, tuple[int, int]] = {}  # a line and a column for each
        self._found: dict[str, list[NamedField]] = {}
        for key, field in front.fields.items():
            self._found.setdefault(fold(key), []).append(NamedField(key, field))

    def all(self, meaning: str) -> Iterable[NamedField]:
        """Each field that says this and is not empty, the most trusted first."""
        if self._found.keys().isdisjoint(_FIRSTS[meaning]):
            return ()
        return self._all(meaning)

    def _all(self, meaning: str) -> Iterator[NamedField]:
        for first, rest in _PATHS[meaning]:
            for found in self._found.get(first, ()):
                inner = _inside(found, rest) if rest else found
                if inner is not None and inner.value is not None:
                    yield inner

    def every(self) -> Iterator[NamedField]:
        """Each field, as the file has them."""
        for found in self._found.values():
            yield from found

    def within(self, tables: Iterable[str]) -> Iterator[NamedField]:
        """Each member of these maps, and of maps in a list of these names."""
        for found in (found for table in tables for found in self._found.get(table, ())):
            maps = found.value if isinstance(found.value, list) else [found.value]
            for each in maps:
                yield from _members(found, each)

    def line(self, meaning: str) -> int:
        """The line of a field that says this, though it may be empty; 1 where there is none."""
        firsts = (first for first, _ in _PATHS[meaning])
        return next((self._found[n][0].field.line for n in firsts if n in self._found), 1)

    def said(self, meaning: str, *, most: int = 0) -> tuple[NamedField, str] | None:
        """The first that is not blank, on one line; one of more than `most` is refused."""
        for found in self.all(meaning):
            if not isinstance(found.value, str):
                fault, cure = f"{found.name} is not a text", f"write {found.name}: words"
                raise Refused("not-text", fault, cure, found)
            words = one_line(found.value)
            if most and len(words) > most:
                fault = f"{found.name} has {len(words):,} characters, more than {most:,}"
                raise Refused("too-long", fault, "shorten it", found)
            if words:
                self.note(meaning, found)
                return found, words
        return None

    def text(self, meaning: str, *, most: int = 0) -> str:
        """The words of `said`; empty where there are none."""
        said = self.said(meaning, most=most)
        return said[1] if said else ""

    def named(self, name: str) -> str | None:
        """The text of any key, known or not: what a permalink may be made of."""
        for found in self._found.get(fold(name), ()):
            if isinstance(found.value, str) and found.value.strip():
                return nfc(one_line(found.value))
        return None

    def note(self, meaning: str, origin: NamedField | str) -> None:
        """Remember where a meaning was found, for those who ask how a file was read."""
        if isinstance(origin, NamedField):
            self.positions[meaning] = (origin.field.line, origin.field.column)
            origin = f"{origin.name}, line {origin.field.line}"
        self.origins[meaning] = origin

    def note_same(self, meaning: str, other: str) -> None:
        """Remember that a meaning was found where another one was."""
        self.origins[meaning] = self.origins[other]
        self.positions[meaning] = self.positions[other]

    def warn(self, code: str, fault: str, cure: str, found: NamedField) -> None:
        """Tell the author of something that keeps nothing from being published."""
        field = found.field
        self.warn_at(code, fault, cure, field.line, field.column, found.shown)

    def warn_of_key(self, code: str, fault: str, cure: str, found: NamedField) -> None:
        """The same, where the key offends and not its value."""
        field = found.field
        self.warn_at(code, fault, cure, field.line, field.key_column, found.name)

    def warn_at(
        self, code: str, fault: str, cure: str, line: int, column: int, text: str = ""
    ) -> None:
        """The same, for a place in the file."""
        warning = Problem(self.path, line, fault, cure, False, code, column, text)
        self.warnings.append(warning)

    def refusal(self, refused: Refused) -> Problem:
        """The problem that keeps the post from being published."""
        found, said = refused.found, (refused.fault, refused.cure)
        if found is None:
            return Problem(self.path, refused.line, *said, code=refused.code)
        field = found.field
        return Problem(
            self.path, field.line, *said, True, refused.code, field.column, found.shown
        )


def _inside(found: NamedField, rest: str) -> NamedField | None:
    """The member of a map that a folded key names."""
    members = _members(found, found.value)
    return next((m for m in members if fold(m.name[len(found.name) + 1 :]) == rest), None)


def _members(found: NamedField, value: Value) -> Iterator[NamedField]:
    """The members of a field that is a map; none of any other."""
    place = found.field
    for key, inner in value.items() if isinstance(value, dict) else ():
        field = Field(inner, place.line, place.column, place.key_column)
        yield NamedField(f"{found.name}.{key}", field)
