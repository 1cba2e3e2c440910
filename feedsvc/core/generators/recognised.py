"""Defines what the config files of a generator tell about a blog."""

from dataclasses import dataclass
from typing import TypeAlias

from feedsvc.core.rules import Generator

# The value of a setting as TOML has it: a table is only that of `content.authors`.
SettingValue: TypeAlias = (
    "str | int | bool | tuple[SettingValue, ...] | dict[str, SettingValue]"
)


@dataclass(frozen=True, slots=True)
class Assumption:
    """A setting of ours that follows from the config of a generator.

    `setting` is the name in our configuration, such as `site.title`; `value` is a value that
    it accepts. `line` counts from 1. It is 0 if the config does not name the value: then it is
    the default of the generator, and `file` is the file by which it was recognised. For a
    folder of no known generator `file` is empty.
    """

    setting: str
    value: SettingValue
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """A setting that the config has, or should have, but that cannot be taken from it.

    `why` completes a sentence that begins with the place: "is not a literal". `line` is 0 if no
    line has it.
    """

    setting: str
    file: str
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """The generator of a blog, and the settings that its config files give.

    `content.generator` is one of the assumptions. No setting is both in `assumptions` and in
    `unknown`, and none is there twice. `feeds` are the paths of the feeds of the site that the
    generator makes, the likeliest first, below the address of the site (`/atom.xml`); empty if
    it makes none.
    """

    generator: Generator
    assumptions: tuple[Assumption, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    feeds: tuple[str, ...] = ()
