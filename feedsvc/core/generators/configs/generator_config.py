"""Reads config files by the suffix of their names. The text is never run."""

import codecs
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from feedsvc.core.generators.configs.config_values import (
    MOST_CHARACTERS,
    NOTHING,
    ConfigValue,
    UnreadableConfigError,
)
from feedsvc.core.generators.configs.scripts import json_value, python_value, script_value
from feedsvc.core.generators.configs.toml_config import toml_value
from feedsvc.core.generators.configs.yaml_config import front_matter_value, yaml_value

_READERS: Final[Mapping[str, Callable[[str], ConfigValue]]] = {
    **dict.fromkeys(("yml", "yaml"), yaml_value),
    "toml": toml_value,
    "py": python_value,
    "json": json_value,
    **dict.fromkeys(("js", "mjs", "cjs", "ts", "mts", "cts"), script_value),
    **dict.fromkeys(("md", "qmd"), front_matter_value),
}
_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class GeneratorConfig:
    """A config file. If it cannot be read, `root` is empty and `fault` says why."""

    name: str
    root: ConfigValue = NOTHING
    fault: str = ""
    fault_line: int = 0

    def at(self, *path: str) -> ConfigValue | None:
        """The value below these keys, or None."""
        return self.root.at(*path)


def read_config(name: str, source: bytes) -> GeneratorConfig:
    """The values of a config file. Never raises, for any bytes."""
    reader = _READERS.get(name.rpartition(".")[2])
    if reader is None:
        return GeneratorConfig(name)
    try:
        return GeneratorConfig(name, reader(_text(source)))
    except UnreadableConfigError as error:
        return GeneratorConfig(name, fault=str(error), fault_line=error.line)


def _text(source: bytes) -> str:
    """The text in UTF-8, without a byte order mark, with line feeds only."""
    if len(source) > MOST_CHARACTERS:
        raise UnreadableConfigError(f"is larger than {MOST_CHARACTERS // 1024} KiB")
    if source.startswith(_MARKS):
        raise UnreadableConfigError("is not UTF-8")
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise UnreadableConfigError("is not UTF-8", line) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
