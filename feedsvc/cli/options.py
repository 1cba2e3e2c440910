"""The options of every command, and the settings that they lead to."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from feedsvc.errors import FolderError

if TYPE_CHECKING:
    from feedsvc.settings.settings import Settings

_F = TypeVar("_F", bound=Callable[..., Any])
_SEEDS: Final = "FEEDSVC_CONTENT__SEEDS"
_NO_SITE: Final = {  # how posts are read depends on none of these but the time zone
    "title": "untitled",
    "url": "http://127.0.0.1:8000",
    "author": "unknown",
    "timezone": "UTC",
    "tag_authority": "feedsvc-try.invalid,2026",
}


def settings_options(function: _F) -> _F:
    """The options `--config` and `--seeds`, which every command has."""
    config = click.option(
        "--config",
        type=click.Path(path_type=Path),
        help="The settings file. Default: feedsvc.toml or config/feedsvc.toml, if it exists.",
    )
    seeds = click.option(
        "--seeds", type=click.Path(path_type=Path), help="The folder of posts."
    )
    return config(seeds(function))


def listen_options(function: _F) -> _F:
    """The options `--host` and `--port` of the commands that serve."""
    host = click.option("--host", help="The address to listen on. Default: server.host.")
    port = click.option(
        "--port",
        type=click.IntRange(1, 65535),
        help="The port to listen on. Default: PORT, or server.port.",
    )
    return host(port(function))


class FolderPath(click.Path):
    """A path that is not empty: an unset variable must not mean the current folder."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """The path, or a usage error."""
        if value == "":
            self.fail("it is empty; give a folder, or . for the current one", param, ctx)
        return super().convert(value, param, ctx)


def folder_argument(function: _F) -> _F:
    """The argument FOLDER, which may be left out."""
    return click.argument("folder", required=False, type=FolderPath())(function)


# The functions below import what they need: --version and --help need no pydantic.


def settings_from(
    config: Path | None,
    seeds: Path | None,
    folder: Path | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
) -> "Settings":
    """The settings, with the options of the command or else those of the group.

    With `folder` they are those of the settings file in it, or else of a try of it.
    """
    from feedsvc.settings.config_files import config_in
    from feedsvc.settings.load import load_settings, read_settings

    group_config, group_seeds = _of_group()
    named = config or group_config
    given = {
        _SEEDS: seeds or group_seeds,
        "FEEDSVC_SERVER__HOST": host,
        "FEEDSVC_SERVER__PORT": port,
    }
    options = {name: str(value) for name, value in given.items() if value is not None}
    if folder is None:
        return load_settings(named, {**os.environ, **options})
    if named:
        raise click.UsageError(f"give either --config or FOLDER ({folder}), not both")
    require_folder(folder)
    file = config_in(folder)
    if file:
        return read_settings(file, {**os.environ, **options})
    from feedsvc.cli.folders.trying import try_settings

    return try_settings(folder, os.environ, options)


def check_settings(
    config: Path | None, seeds: Path | None, path: Path | None
) -> "tuple[Settings, Path | None]":
    """The settings with which PATH is checked, and PATH itself, or None for all their posts.

    A folder with a settings file, or a folder for which nothing is configured, is checked as a
    FOLDER. One post, or a part of the posts, needs no settings of the site.
    """
    from feedsvc.settings.config_files import config_in, find_config
    from feedsvc.settings.load import read_settings

    group_config, group_seeds = _of_group()
    named = config or group_config
    environ = dict(os.environ)
    if seeds or group_seeds:
        environ[_SEEDS] = str(seeds or group_seeds)
    file = find_config(named, environ)
    if path and path.is_dir() and not named:
        posts = environ.get(_SEEDS)
        is_part = posts and path.resolve().is_relative_to(Path(posts).resolve())
        if config_in(path) or not (file or is_part):
            return settings_from(config, seeds, path), None
    return read_settings(file, environ, {"site": _NO_SITE} if path else None), path


def is_try(folder: Path | None) -> bool:
    """True if a command with this FOLDER keeps nothing, because no settings file is in it."""
    from feedsvc.settings.config_files import config_in

    return folder is not None and config_in(folder) is None


def require_folder(folder: Path) -> None:
    """Raise FolderError if the folder that a command was given cannot be listed."""
    try:
        os.scandir(folder).close()
    except NotADirectoryError as error:
        raise FolderError(
            f"{folder} is a file; give a folder, or check one post with feedsvc check"
        ) from error
    except FileNotFoundError as error:
        home = "; the shell replaces ~ only without quotation marks"
        hint = home if str(folder).startswith("~") else ""
        raise FolderError(
            f"{folder} does not exist; give the folder of a site or of posts{hint}"
        ) from error
    except OSError as error:
        raise FolderError(
            f"{folder} cannot be read: {error.strerror}; let feedsvc read it"
        ) from error


def _of_group() -> tuple[Path | None, Path | None]:
    """The options `--config` and `--seeds` before the command."""
    options: tuple[Path | None, Path | None] | None = click.get_current_context().obj
    return options or (None, None)
