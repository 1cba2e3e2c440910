"""Loads settings in a test, and collects their problems."""

from pathlib import Path
from typing import Final

import pytest
from pydantic import BaseModel

from feedsvc.errors import SettingsError
from feedsvc.settings.load import load_settings
from feedsvc.settings.settings import Settings

SHIPPED: Final = Path(__file__).parents[2] / "config" / "feedsvc.toml"
SITE: Final = {
    "FEEDSVC_SITE__TITLE": "Tea notes",
    "FEEDSVC_SITE__URL": "https://example.org",
    "FEEDSVC_SITE__AUTHOR": "Li Wei",
    "FEEDSVC_SITE__TIMEZONE": "Asia/Shanghai",
    "FEEDSVC_SITE__TAG_AUTHORITY": "example.org,2026",
}
HIDDEN: Final = "correct horse battery staple"  # long enough for a secret


def written(file: Path, text: str) -> Path:
    file.write_text(text, "utf-8")
    return file


def problems(file: Path | None, environ: dict[str, str]) -> tuple[str, ...]:
    """The problems of these settings, which are refused."""
    with pytest.raises(SettingsError) as refused:
        load_settings(file, environ)
    return refused.value.problems


def only_problem(file: Path | None, environ: dict[str, str]) -> str:
    (problem,) = problems(file, environ)
    return problem


def sections() -> dict[str, type[BaseModel]]:
    models = {}
    for name, field in Settings.model_fields.items():
        if name in ("notify", "filters"):
            continue  # there may be several of these sections
        assert isinstance(field.annotation, type)
        assert issubclass(field.annotation, BaseModel)
        models[name] = field.annotation
    return models
