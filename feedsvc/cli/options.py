"""The options of every command, and the settings that they lead to."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from feedsvc.settings.settings import Settings

_F = TypeVar("_F", bound=Callable[..., Any])


def settings_options(function: _F) -> _F:
    """The options `--config` and `--seeds`, which every command has."""
    config = click.option(
        "--config",
        type=click.Path(path_type=Path),
        help="The settings file. Default: config/feedsvc.toml, if it exists.",
    )
    seeds = click.option(
        "--seeds", type=click.Path(path_type=Path), help="The folder of posts."
    )
    return config(seeds(function))


def settings_from(config: Path | None, seeds: Path | None) -> "Settings":
    """The settings, with the options of the command or else those of the group."""
    from feedsvc.settings.load import (
        load_settings,  # not at the top: --version needs no pydantic
    )

    group_config, group_seeds = click.get_current_context().obj or (None, None)
    environ = dict(os.environ)
    folder = seeds or group_seeds
    if folder:
        environ["FEEDSVC_CONTENT__SEEDS"] = str(folder)
    return load_settings(config or group_config, environ)
