"""Words the faults that pydantic finds: short, and without the value, which may be a secret."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from feedsvc.settings.settings import Settings
from feedsvc.settings.suggestions import (
    PREFIX,
    heading_of,
    key_of_author_meant,
    section_meant,
    section_model,
    setting_meant,
    variable_meant,
    variable_of,
)

_FAULTS: Final = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such setting",
    "string_type": "it is not a text",
    "int_type": "it is not a whole number",
    "int_parsing": "it is not a whole number",
    "int_parsing_size": "it has too many digits",
    "int_from_float": "it is not a whole number",
    "float_type": "it is not a number",
    "float_parsing": "it is not a number",
    "finite_number": "it is not a finite number",
    "bool_type": "it is neither true nor false",
    "bool_parsing": "it is neither true nor false",
    "path_type": "it is not a path",
    "literal_error": "it is not {expected}",
    "greater_than_equal": "it is not {ge} or more",
    "less_than_equal": "it is not {le} or less",
    "tuple_type": "it is not a list",
    "dict_type": "it is not a table",
    "model_type": "it is not a table",
    "ip_any_network": "it is not a network such as 10.0.0.0/8",
}
_OTHER: Final = "it is not a value that this setting can have"


@dataclass(frozen=True, slots=True)
class Origins:
    """Where settings come from: the name and the text of a file, and the environment."""

    file: str
    text: str
    environ: Mapping[str, str]

    def of(self, keys: Sequence[str]) -> str:
        """The variable, or the file and the line, that a setting comes from.

        A setting that is nowhere comes from its section, or else from the whole file.
        """
        variable = self.variable(keys)
        if variable:
            return f"{variable} in the environment"
        line = _line_of(keys, self.text) or _line_of(keys[:1], self.text)
        return f"{self.file}:{line}" if line else self.file

    def variable(self, keys: Sequence[str]) -> str:
        """The variable that a setting comes from; empty if it is in the file."""
        name = "__".join(keys[:2])
        if f"{PREFIX}{name.upper()}" in self.environ and name == name.lower():
            return f"{PREFIX}{name.upper()}"
        is_port = keys[:2] == ["server", "port"] and self.environ.get("PORT")
        return "PORT" if is_port else ""


def problem_of(detail: Mapping[str, Any], origins: Origins) -> str:
    """One line for an error of pydantic: where the setting is, its key, the fault, the cure."""
    keys = [str(part) for part in detail["loc"]]
    origin, name = "", ""
    if keys[0] == "notify":
        keys = [keys[0], *keys[2:]]  # without the index in the list
    elif keys[0] == "filters" and len(keys) > 1:
        origin, name = origins.of(keys), f".{keys[1]}"
        keys = [keys[0], *(key for key in keys[2:] if key != "[key]")]
    inner = keys[2:] if detail["type"] in ("missing", "extra_forbidden") else []
    key = ".".join([f"{keys[0]}{name}", *keys[1:2], *inner])
    fault = fault_of(detail)
    if detail["type"] == "extra_forbidden":
        fault += _did_you_mean(_meant(keys, is_variable=bool(origins.variable(keys))))
    origin = origin or origins.of(keys)
    return f"{origin}: {key}: {fault}{_cure(keys)}".removeprefix(": ")


def unknown_variable(name: str) -> str:
    """One line for a variable that is no setting."""
    meant = variable_meant(name)
    cure = f"write {PREFIX}SECTION__KEY, such as {meant or variable_of('site', 'title')}"
    return f"{name} in the environment is not a setting; {cure}{_did_you_mean(meant)}"


def _meant(keys: Sequence[str], *, is_variable: bool) -> str:
    """The setting or the section that an unknown one may mean, as it would be written."""
    if len(keys) < 2:
        return section_meant(keys[0])
    if len(keys) > 2:
        return key_of_author_meant(keys[-1])
    meant = setting_meant(*keys[:2])
    if not (meant and is_variable):
        return meant
    return variable_of(*meant.split(".")) if "." in meant else variable_of(keys[0], meant)


def _did_you_mean(meant: str) -> str:
    return f" (did you mean {meant}?)" if meant else ""


def _line_of(keys: Sequence[str], text: str) -> int:
    """The line that sets the key, or that begins its section; 0 if there is none."""
    section: list[str] = []
    begins = 0
    for number, line in enumerate(text.splitlines(), 1):
        heading = re.match(r"\s*\[\[?([^\]=]+)\]", line)
        if heading:
            section = _parts(heading[1])
            if len(section) >= min(2, len(keys)) and section == list(keys[: len(section)]):
                begins = begins or number
        key = re.match(r"\s*((?:[\w.\- ]|\"[^\"]*\"|'[^']*')+?)\s*=", line)
        path = [*section, *_parts(key[1])] if key else []
        if path and path == list(keys[: len(path)]):
            return number
    return begins


def _parts(key: str) -> list[str]:
    """The parts of a key of TOML, without quotation marks."""
    return [part.strip().strip("\"'") for part in key.split(".")]


def _cure(keys: Sequence[str]) -> str:
    """What to write instead: an example of the setting, or the names that there are."""
    section = section_model(keys[0])
    if section is None:
        return f"; sections are {', '.join(Settings.model_fields)}"
    if len(keys) < 2:
        return f"; write a {heading_of(keys[0])} section"
    field = section.model_fields.get(keys[1])
    if field is None:
        return f"; {heading_of(keys[0])} has {', '.join(section.model_fields)}"
    example = (field.examples or [""])[0]
    is_bare = not isinstance(example, str) or example[0] in "{[" or example in ("true", "false")
    return f"; write {keys[1]} = {example}" if is_bare else f'; write {keys[1]} = "{example}"'


def fault_of(detail: Mapping[str, Any]) -> str:
    """The fault in an error of `ValidationError.errors()`."""
    if detail["type"] == "value_error":  # raised by our own checks
        return str(detail["ctx"]["error"])
    limits = {name: _plain(value) for name, value in detail.get("ctx", {}).items()}
    return _FAULTS.get(detail["type"], _OTHER).format(**limits)


def _plain(value: object) -> object:
    """60 for 60.0; other values as they are."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
