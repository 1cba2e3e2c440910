"""Finds the setting that somebody probably meant: "did you mean"."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final

from pydantic import BaseModel

from feedsvc.settings.settings import (
    FilterSettings,
    NotifySettings,
    PersonSettings,
    Settings,
)

PREFIX: Final = "FEEDSVC_"
CONFIG_VARIABLE: Final = "FEEDSVC_CONFIG"  # names the settings file; it is no setting
# Sections that there may be several of.
_TABLES: Final[dict[str, type[BaseModel]]] = {
    "notify": NotifySettings,
    "filters": FilterSettings,
}
_HEADINGS: Final = {"notify": "[[notify]]", "filters": "[filters.NAME]"}


def section_model(name: str) -> type[BaseModel] | None:
    """The model of a section; None if there is no such section."""
    if name in _TABLES:
        return _TABLES[name]
    field = Settings.model_fields.get(name)
    annotation: Any = field.annotation if field else None
    return annotation  # type: ignore[no-any-return]  # the fields of Settings are sections


def section_meant(name: str) -> str:
    """The section, in brackets, or the setting that an unknown top-level name may mean."""
    near = _nearest(name, Settings.model_fields)
    return _setting_named(name) or (heading_of(near) if near else "")


def heading_of(section: str) -> str:
    """The line that begins a section."""
    return _HEADINGS.get(section, f"[{section}]")


def setting_meant(section: str, key: str) -> str:
    """The key, or the setting of another section, that an unknown key may mean."""
    model = section_model(section)
    near = _nearest(key, model.model_fields if model else ())
    return near or _setting_named(key)


def key_of_author_meant(key: str) -> str:
    """The key that an unknown key of an author in `content.authors` may mean."""
    return _nearest(key, PersonSettings.model_fields)


def variable_meant(name: str) -> str:
    """The variable that an unknown variable of the environment may mean."""
    wanted = _folded(name.removeprefix(PREFIX))
    variables = {variable: _folded(variable.removeprefix(PREFIX)) for variable in _variables()}
    for variable, folded in variables.items():
        if folded == wanted:
            return variable
    setting = _setting_named(name.removeprefix(PREFIX))
    if setting:
        return variable_of(*setting.split("."))
    near = get_close_matches(wanted, variables.values(), 1, 0.75)
    return next((each for each, folded in variables.items() if folded in near), "")


def variable_of(section: str, key: str) -> str:
    """The variable that overrides a setting."""
    return f"{PREFIX}{section}__{key}".upper()


def _variables() -> list[str]:
    return [
        *(variable_of(section, key) for section, key in _settings() if section not in _TABLES),
        *(f"{PREFIX}{section}".upper() for section in _TABLES),
        CONFIG_VARIABLE,
    ]


def _setting_named(key: str) -> str:
    """The first setting with exactly this key, as `section.key`."""
    wanted = _folded(key)
    named = (
        f"{section}.{each}"
        for section, each in _settings()
        if _folded(each) == wanted and section != "filters"
    )
    return next(named, "")


def _settings() -> Iterable[tuple[str, str]]:
    for section in Settings.model_fields:
        model = section_model(section)
        yield from ((section, key) for key in (model.model_fields if model else ()))


def _nearest(name: str, names: Iterable[str]) -> str:
    folded = {_folded(each): each for each in names}
    return "".join(folded[near] for near in get_close_matches(_folded(name), folded, 1))


def _folded(name: str) -> str:
    """The name without what is often wrong: case, hyphens, the number of underscores."""
    return name.lower().replace("-", "").replace("_", "")
