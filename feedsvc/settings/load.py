"""Reads the settings from a TOML file and the environment, and reports every fault at once."""

import copy
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from feedsvc.errors import SettingsError
from feedsvc.settings.config_files import ConfigFile, find_config, other_store, with_base
from feedsvc.settings.faults import Origins, problem_of, unknown_variable
from feedsvc.settings.redirect_checks import contradictions
from feedsvc.settings.settings import AliasSettings, RedirectSettings, Settings
from feedsvc.settings.suggestions import CONFIG_VARIABLE, PREFIX, variable_of

_REQUIRED: Final = "site"  # the section with settings that have no default
_HINT: Final = (
    "there is no feedsvc.toml here; name another one with --config, or write one for a folder "
    "of posts with `feedsvc init FOLDER`; `feedsvc serve FOLDER` needs none"
)


def load_settings(file: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings in `file` and `environ`.

    The default for `file` is that of `FEEDSVC_CONFIG`, or else feedsvc.toml or
    config/feedsvc.toml, if there is one. `FEEDSVC_SECTION__KEY` overrides a key of the file,
    and `PORT` the port. Raises SettingsError with all problems.
    """
    return read_settings(find_config(file, environ), environ)


def read_settings(
    file: ConfigFile | None,
    environ: Mapping[str, str],
    assumed: Mapping[str, Mapping[str, Any]] | None = None,
) -> Settings:
    """The settings in `file` and `environ`, and the `assumed` ones where these have none.

    `assumed` has values by section and key. Raises SettingsError with all problems.
    """
    text, written, unread = _read(file)
    origins = Origins(str(file.path) if file else "", text, environ)
    tree, unknown = _override(with_base(written, file.base) if file else {}, environ)
    tree = _completed(tree, assumed or {})
    settings, faults = _checked(tree)
    if unread:  # the file may have what is missing
        faults = [fault for fault in faults if not _is_missing(fault)]
    problems = [
        *([f"{file} {unread}"] if unread else []),
        *_second_store(file, written, origins),
        *unknown,
        *(problem_of(fault, origins) for fault in faults),
        *_contradictions(tree, origins),
    ]
    if problems or settings is None:
        hint = _HINT if file is None and any(map(_is_missing, faults)) else ""
        raise SettingsError(tuple(problems), hint) from unread
    return settings.starting_at(file.base) if file else settings


def _checked(tree: Mapping[str, Any]) -> tuple[Settings | None, list[Mapping[str, Any]]]:
    """The settings, or else the errors of pydantic, whose texts would show the values."""
    try:
        return Settings.model_validate(tree), []
    except ValidationError as error:
        return None, [dict(each) for each in error.errors()]


def _read(file: ConfigFile | None) -> tuple[str, dict[str, Any], "_Unread | None"]:
    """The text and the tree of the file, or why there is none."""
    text = ""
    if file is None:
        return text, {}, None
    try:
        text = file.path.read_text("utf-8-sig")  # some editors of Windows write a mark
        return text, tomllib.loads(text), None
    except RecursionError:
        return text, {}, _Unread("is not TOML: it is nested too deep")
    except tomllib.TOMLDecodeError as error:
        return text, {}, _Unread(f"is not TOML: {error}")
    except (OSError, UnicodeDecodeError) as error:
        return text, {}, _Unread(f"cannot be read: {error}")


class _Unread(Exception):  # noqa: N818 - the cause of a SettingsError
    """Why a file has no settings."""


def _second_store(
    file: ConfigFile | None, written: Mapping[str, Any], origins: Origins
) -> list[str]:
    """A problem if the file would begin a second store, because it was started elsewhere."""
    if file is None or variable_of("store", "url") in origins.environ:
        return []
    stores = other_store(file, written)
    if stores is None:
        return []
    missing, other = stores
    return [
        f"{origins.of(['store', 'url'])}: store.url: there is no store {missing}, but there is "
        f"{other}, which may have the ids of these posts; write the one to use with its whole "
        f'path, such as url = "sqlite:///{other.absolute()}"'
    ]


def _override(
    tree: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    """The tree with the values of the environment, and a problem for each unknown variable."""
    merged, problems = copy.deepcopy(dict(tree)), []
    if environ.get("PORT") and isinstance(merged.setdefault("server", {}), dict):
        merged["server"]["port"] = environ["PORT"]
    for name, value in sorted(environ.items()):
        if not name.startswith(PREFIX) or name == CONFIG_VARIABLE:
            continue
        section, separator, key = name.removeprefix(PREFIX).lower().partition("__")
        if section in ("notify", "filters") and not separator:
            merged[section] = value
            continue
        branch = merged.setdefault(section, {}) if section in Settings.model_fields else None
        if not separator or not isinstance(branch, dict):
            problems.append(unknown_variable(name))
        else:
            branch[key] = value
    return merged, problems


def _completed(
    tree: dict[str, Any], assumed: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """The tree with the assumed values where it has none, and with the required section."""
    for section, values in {_REQUIRED: {}, **assumed}.items():
        branch = tree.setdefault(section, {})
        if isinstance(branch, dict):
            tree[section] = {**values, **branch}
    return tree


def _contradictions(tree: Mapping[str, Any], origins: Origins) -> list[str]:
    """The tags that lead to themselves by way of two sections."""
    try:
        aliases = AliasSettings.model_validate(tree.get("aliases", {}))
        redirects = RedirectSettings.model_validate(tree.get("redirects", {}))
    except ValidationError:
        return []  # these faults are reported
    faults = contradictions((*aliases.tags.items(), *redirects.tags.items()))
    return [f"{origins.of(['redirects', 'tags'])}: {fault}" for fault in faults]


def _is_missing(detail: Mapping[str, Any]) -> bool:
    return bool(detail["type"] == "missing")
