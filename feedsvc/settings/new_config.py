"""Writes the text of a new feedsvc.toml: the settings that differ from defaults, explained."""

import json
from collections.abc import Mapping
from typing import Final

from feedsvc.core.generators.recognised import SettingValue
from feedsvc.settings.settings import Settings

_COLUMN: Final = 40  # where comments begin
_WIDTH: Final = 110
_HEAD: Final = """\
# The settings of feedsvc for this folder. All other settings have their defaults: see
# docs/configuration.md. Relative paths start at the folder of this file.
# The environment overrides any of them: FEEDSVC_SITE__TITLE="Tea notes" sets title in [site].
"""
_MEANINGS: Final = {
    "site.title": "name of the site",
    "site.url": "public address, without a slash at the end; may have a path",
    "site.author": "author of posts that name none",
    "site.timezone": "IANA time zone of dates without an offset",
    "site.tag_authority": "part of every id; never change it",
    "content.seeds": "the folder of posts",
    "store.url": "the database of ids and subscriptions; do not commit it to a repository",
}


def config_text(
    values: Mapping[str, SettingValue],
    origins: Mapping[str, str],
    notes: Mapping[str, list[str]],
) -> str:
    """A settings file with `values` by setting, such as `site.title`.

    `origins` says where some values are from; `notes` has further comments by section.
    """
    lines = [_HEAD.rstrip()]
    sections = {setting.partition(".")[0] for setting in values}
    for section in [name for name in Settings.model_fields if name in sections]:
        lines += ["", f"[{section}]"]
        for setting, value in values.items():
            if setting.startswith(f"{section}."):
                text = f"{setting.partition('.')[2]} = {toml_value(value)}"
                lines += _with_comment(text, _comment(setting, origins.get(setting, "")))
        lines += [f"# {_one_line(note)}" for note in notes.get(section, [])]
    return "\n".join([*lines, ""])


def toml_value(value: SettingValue) -> str:
    """A value as TOML writes it, on one line."""
    match value:
        case str():
            return _toml_text(value)
        case dict():
            pairs = (f"{_toml_text(key)} = {toml_value(each)}" for key, each in value.items())
            return f"{{ {', '.join(pairs)} }}" if value else "{}"
        case tuple():
            return f"[{', '.join(map(toml_value, value))}]"
        case _:
            return json.dumps(value)  # numbers, true and false are the same in both


def _toml_text(text: str) -> str:
    """A basic string: the escapes of JSON are among those of TOML, which needs one more."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _with_comment(text: str, comment: str) -> list[str]:
    """The line of a setting, and its comment: behind it, or above it if it is too long."""
    line = f"{text:<{_COLUMN - 2}}  # {comment}" if comment else text
    return [line] if len(line) <= _WIDTH else [f"# {comment}", text]


def _comment(setting: str, origin: str) -> str:
    meaning = _MEANINGS.get(setting, "")
    if meaning and origin:
        return _one_line(f"{meaning} ({origin})")
    return _one_line(meaning or origin)


def _one_line(text: str) -> str:
    """The text without control characters, which would end the comment."""
    return "".join(c if c.isprintable() else " " for c in text)
