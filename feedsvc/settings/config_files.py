"""Finds the settings file, and says where the relative paths in it start."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from feedsvc.settings.settings import Settings
from feedsvc.settings.suggestions import CONFIG_VARIABLE

NAME: Final = "feedsvc.toml"
_OLDER: Final = Path("config") / NAME
_SQLITE: Final = "sqlite:///"
_PATHS: Final = (("content", "seeds"), ("ledger", "file"), ("webhook", "secret_file"))


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A settings file, and the folder at which relative paths in it start.

    `is_named` if somebody named the file, so that it may be used from any folder. `variable`
    is the variable that named it.
    """

    path: Path
    base: Path = Path()
    is_named: bool = False
    variable: str = ""

    def __str__(self) -> str:
        return f"{self.path} (of {self.variable})" if self.variable else str(self.path)


def find_config(named: Path | None, environ: Mapping[str, str]) -> ConfigFile | None:
    """The file that was named, or of FEEDSVC_CONFIG, or that is in the current folder."""
    if named is not None:
        return ConfigFile(named, _base_of(named), is_named=True)
    if environ.get(CONFIG_VARIABLE):
        path = Path(environ[CONFIG_VARIABLE])
        return ConfigFile(path, _base_of(path), is_named=True, variable=CONFIG_VARIABLE)
    return config_in(Path())


def config_in(folder: Path) -> ConfigFile | None:
    """The settings file of a folder; its paths start there."""
    for name in (Path(NAME), _OLDER):
        path = folder / name
        if path.is_symlink() or path.exists():  # a link that leads nowhere is a fault
            return ConfigFile(path, folder)
    return None


def _base_of(path: Path) -> Path:
    """The folder of a `feedsvc.toml`; the current one for config/feedsvc.toml and others."""
    if path.name == NAME and path.absolute().parent.name != _OLDER.parent.name:
        return path.parent
    return Path()


def with_base(tree: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """The tree of a settings file with its relative paths below `base`."""
    based = copy.deepcopy(dict(tree))
    if base == Path():
        return based
    for section, key in _PATHS:
        value = _value(based, section, key)
        if isinstance(value, str) and value:
            based.setdefault(section, {})[key] = str(base / value)
    url = _value(based, "store", "url")
    if isinstance(url, str) and url.startswith(_SQLITE):
        based.setdefault("store", {})["url"] = _below(base, url)
    return based


def other_store(file: ConfigFile, tree: Mapping[str, Any]) -> tuple[Path, Path] | None:
    """The SQLite file of a tree, if it is missing, and one that other paths would lead to.

    A settings file that is started from elsewhere must not begin a second store, in which the
    ids of the first one are missing.
    """
    url = _value(tree, "store", "url")
    if not file.is_named or not isinstance(url, str) or not url.startswith(_SQLITE):
        return None
    path = Path(url.removeprefix(_SQLITE))
    if path.is_absolute() or (file.base / path).exists():
        return None
    parent = file.path.parent
    bases = (Path(), parent.parent if parent.name == _OLDER.parent.name else parent)
    others = [base / path for base in bases if (base / path).is_file()]
    return (file.base / path, others[0]) if others else None


def _below(base: Path, url: str) -> str:
    path = url.removeprefix(_SQLITE)
    return f"{_SQLITE}{base / path}" if path and path != ":memory:" else url


def _value(tree: Mapping[str, Any], section: str, key: str) -> Any:
    """A value of the tree, or its default; None if the section is not a table."""
    keys = tree.get(section, {})
    if not isinstance(keys, dict):
        return None
    value = keys.get(key, getattr(Settings.model_fields[section].default, key))
    return str(value) if isinstance(value, Path) else value
