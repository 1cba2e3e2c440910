"""What is recognised in the config files of a test."""

from collections.abc import Mapping
from typing import Any

from feedsvc.core.generators.recognise import recognise
from feedsvc.core.generators.recognised import Recognised


def recognised(files: Mapping[str, str]) -> Recognised:
    """What config files with these texts give."""
    return recognise({name: text.encode() for name, text in files.items()})


def generator(*names: str, **texts: str) -> str:
    """The generator of empty files with these names."""
    return recognised(dict.fromkeys(names, "") | texts).generator


def settings(files: Mapping[str, str]) -> dict[str, Any]:
    """The values that are assumed, by setting."""
    return {each.setting: each.value for each in recognised(files).assumptions}


def reasons(files: Mapping[str, str]) -> dict[str, str]:
    """Why settings are unknown."""
    return {each.setting: each.why for each in recognised(files).unknown}
