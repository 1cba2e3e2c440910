"""Reads the settings from a TOML file and the environment, and reports every fault at once."""

import copy
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

from pydantic import BaseModel, ValidationError

from feedsvc.errors import SettingsError
from feedsvc.settings.faults import fault_of
from feedsvc.settings.redirect_checks import contradictions
from feedsvc.settings.settings import NotifySettings, Settings

PREFIX: Final = "FEEDSVC_"
DEFAULT_FILE: Final = Path("config/feedsvc.toml")


def load_settings(file: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings in `file` and `environ`; by default in config/feedsvc.toml, if it exists.

    `FEEDSVC_SECTION__KEY` overrides a key of the file, and `PORT` the port. Raises
    SettingsError with all problems.
    """
    path = file or DEFAULT_FILE
    text = _read(path) if file is not None or path.exists() else ""
    tree, problems = _override(_parse(path, text), environ)
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        problems += [_problem(dict(detail), path, text, environ) for detail in error.errors()]
        raise SettingsError(tuple(problems)) from None  # its text would show the values
    tags = (*settings.aliases.tags.items(), *settings.redirects.tags.items())
    problems += [f"{path}: {each}" for each in contradictions(tags)]
    if problems:
        raise SettingsError(tuple(problems))
    return settings


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError((f"{path} cannot be read: {error}",)) from error


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise SettingsError((f"{path} is not TOML: it is nested too deep",)) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError((f"{path} is not TOML: {error}",)) from error


def _override(
    tree: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    """The tree with the values of the environment, and a problem for each unknown variable."""
    merged, problems = copy.deepcopy(dict(tree)), []
    if environ.get("PORT") and isinstance(merged.setdefault("server", {}), dict):
        merged["server"]["port"] = environ["PORT"]
    for name, value in sorted(environ.items()):
        if not name.startswith(PREFIX):
            continue
        section, separator, key = name.removeprefix(PREFIX).lower().partition("__")
        if section == "notify" and not separator:
            merged[section] = value
            continue
        branch = merged.setdefault(section, {}) if section in Settings.model_fields else None
        if not separator or not isinstance(branch, dict):
            problems.append(
                f"{name} in the environment is not a setting; write {PREFIX}SITE__TITLE"
            )
        else:
            branch[key] = value
    return merged, problems


def _problem(
    detail: Mapping[str, Any], path: Path, text: str, environ: Mapping[str, str]
) -> str:
    """One line: where the setting is, its key, the fault, and an example."""
    keys = [str(part) for part in detail["loc"]]
    if keys[0] == "notify":
        keys = [keys[0], *keys[2:]]  # without the index in the list
    inner = keys[2:] if detail["type"] in ("missing", "extra_forbidden") else []
    key = ".".join([*keys[:2], *inner])
    return f"{_origin(keys, path, text, environ)}: {key}: {fault_of(detail)}{_example(keys)}"


def _origin(keys: list[str], path: Path, text: str, environ: Mapping[str, str]) -> str:
    """The variable or the line of the file that the value comes from."""
    variable = PREFIX + "__".join(keys[:2]).upper()
    if keys[:2] == ["server", "port"] and environ.get("PORT") and variable not in environ:
        variable = "PORT"
    if variable in environ:
        return f"{variable} in the environment"
    line = _line_of(keys, text)
    if not line and keys[:2] == ["redirects", "paths"]:  # it is written in the section itself
        line = _line_of(keys[:1], text)
    return f"{path}:{line}" if line else str(path)


def _line_of(keys: list[str], text: str) -> int:
    """The line that sets the key, or that begins its section; 0 if there is none."""
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        heading = re.match(r"\s*\[\[?\s*([\w.]+)\s*\]", line)
        if heading:
            section = heading[1]
            if section in (".".join(keys), ".".join(keys[:2])):
                return number
        key = re.match(r"\s*[\"']?([\w-]+)[\"']?\s*=", line)
        if key and [*filter(None, [section]), key[1]] == keys[: 1 + bool(section)]:
            return number
    return 0


def _example(keys: list[str]) -> str:
    """What to write instead: an example of the setting, or the names that there are."""
    section = _section(keys[0])
    if section is None:
        return f"; sections are {', '.join(Settings.model_fields)}"
    if len(keys) < 2:
        heading = "[[notify]]" if section is NotifySettings else f"[{keys[0]}]"
        return f"; write a {heading} section"
    field = section.model_fields.get(keys[1])
    if field is None:
        return f"; [{keys[0]}] has {', '.join(section.model_fields)}"
    example = (field.examples or [""])[0]
    is_bare = not isinstance(example, str) or example[0] in "{[" or example in ("true", "false")
    return f"; write {keys[1]} = {example}" if is_bare else f'; write {keys[1]} = "{example}"'


def _section(name: str) -> type[BaseModel] | None:
    if name == "notify":
        return NotifySettings
    field = Settings.model_fields.get(name)
    return cast("type[BaseModel] | None", field.annotation if field else None)
