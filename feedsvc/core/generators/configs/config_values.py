"""Defines the values of config files, each with its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

MOST_CHARACTERS: Final = 256 * 1024  # of one file; real ones have a few thousand
DEEPEST: Final = 40  # levels of lists and maps; values below them are not literals


@dataclass(frozen=True, slots=True)
class NotLiteral:
    """In place of a value that only a program could compute, with the reason."""

    why: str = "is not a literal"


Content: TypeAlias = (
    "str | int | float | bool | NotLiteral | tuple[ConfigValue, ...] "
    "| Mapping[str, ConfigValue] | None"
)


@dataclass(frozen=True, slots=True)
class ConfigValue:
    """A value and the line that it begins on, from 1. Scalars of YAML are text, or None."""

    content: Content
    line: int

    def at(self, *path: str) -> "ConfigValue | None":
        """The value below these keys of nested maps; None if there is none, or only None."""
        value: ConfigValue | None = self
        for key in path:
            if value is None or not isinstance(value.content, Mapping):
                return None
            value = value.content.get(key)
        return None if value is None or value.content is None else value

    @property
    def members(self) -> tuple["ConfigValue", ...]:
        """The members of a list; the value itself if it is a scalar; otherwise empty."""
        if isinstance(self.content, tuple):
            return self.content
        return () if isinstance(self.content, Mapping) or self.content is None else (self,)

    @property
    def keys(self) -> Mapping[str, "ConfigValue"]:
        """The members of a map; empty for any other value."""
        return self.content if isinstance(self.content, Mapping) else {}


NOTHING: Final = ConfigValue({}, 0)


class UnreadableConfigError(Exception):
    """A config file that cannot be read; the text says why ("is not TOML: ...")."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line
