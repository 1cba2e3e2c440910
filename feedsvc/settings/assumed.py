"""The settings that are assumed for a folder: of its generator, or our defaults."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pydantic import ValidationError

from feedsvc.core.generators.recognised import Assumption, Recognised, SettingValue, Unknown
from feedsvc.settings.faults import fault_of
from feedsvc.settings.settings import Settings, SiteSettings

REQUIRED: Final = tuple(
    f"site.{key}" for key, field in SiteSettings.model_fields.items() if field.is_required()
)
SEEDS: Final = "content.seeds"

# The value of each setting that is our default, and why it is that.
Defaults: TypeAlias = Mapping[str, tuple[SettingValue, str]]


@dataclass(frozen=True)
class Assumed:
    """Every setting that is assumed.

    `found` are those of the generator's config that feedsvc accepts, by setting; `defaults`
    those of ours. `unknown` could not be taken from the config, or feedsvc refuses it.
    """

    recognised: Recognised
    found: Mapping[str, Assumption]
    defaults: Defaults
    unknown: tuple[Unknown, ...]

    def values(self) -> dict[str, SettingValue]:
        """The value of each setting, the required ones first."""
        all_values = {key: value for key, (value, _) in self.defaults.items()}
        all_values |= {key: each.value for key, each in self.found.items()}
        return {key: all_values.pop(key) for key in REQUIRED} | all_values

    def tree(self) -> dict[str, dict[str, Any]]:
        """The values by section and key."""
        return tree_of(self.values())


def assume(recognised: Recognised, defaults: Defaults) -> Assumed:
    """The assumed settings. What a config of `recognised` says is taken before `defaults`."""
    found: dict[str, Assumption] = {}
    unknown = [each for each in recognised.unknown if each.file]
    said = [
        each for each in recognised.assumptions if each.file or each.setting not in defaults
    ]
    for each in said:
        fault = setting_fault(each.setting, each.value)
        if fault:
            why = f"has a value that feedsvc refuses: {fault}"
            unknown.append(Unknown(each.setting, each.file, each.line, why))
        else:
            found[each.setting] = each
    ours = {key: default for key, default in defaults.items() if key not in found}
    return Assumed(recognised, found, ours, tuple(unknown))


def setting_fault(setting: str, value: SettingValue) -> str:
    """What is wrong with the value of a setting; empty if nothing is."""
    try:
        Settings.model_validate(tree_of({setting: value}))
    except ValidationError as error:
        keys = tuple(setting.split("."))
        faults = [fault_of(each) for each in error.errors() if each["loc"][:2] == keys]
        return faults[0] if faults else ""
    return ""


def tree_of(values: Mapping[str, SettingValue]) -> dict[str, dict[str, Any]]:
    """Values of settings by section and key."""
    tree: dict[str, dict[str, Any]] = {}
    for setting, value in values.items():
        section, _, key = setting.partition(".")
        tree.setdefault(section, {})[key] = value
    return tree
