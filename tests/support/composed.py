"""compose.yaml, with its variables expanded."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
_VARIABLE: Final = re.compile(r"\$\{(\w+)(?::(?P<rule>[-?])(?P<word>[^}]*))?\}")

Service = Mapping[str, Any]


def expanded(text: str, environ: Mapping[str, str]) -> str:
    """The text with `${NAME}`, `${NAME:-default}` and `${NAME:?message}` replaced.

    Raises KeyError if a variable without a default is missing.
    """

    def value(found: re.Match[str]) -> str:
        if environ.get(found[1]):
            return environ[found[1]]
        if found["rule"] == "-":
            return found["word"]
        raise KeyError(found[1])

    return _VARIABLE.sub(value, text)


@cache
def _text() -> str:
    return (ROOT / "compose.yaml").read_text("utf-8")


def services(environ: Mapping[str, str]) -> dict[str, Service]:
    """The services by name, as they are started with these variables."""
    loaded: dict[str, Service] = yaml.safe_load(expanded(_text(), environ))["services"]
    return loaded


def volumes() -> set[str]:
    """The names of the declared volumes."""
    return set(yaml.safe_load(_text())["volumes"])
