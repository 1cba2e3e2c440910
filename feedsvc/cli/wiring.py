"""Builds the parts of feedsvc from the settings; every command gets its parts here."""

import logging
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from feedsvc.errors import FolderError, SettingsError
from feedsvc.publishing.guard import Guard
from feedsvc.settings.config_files import config_in, find_config
from feedsvc.settings.load import load_settings, read_settings
from feedsvc.settings.settings import Settings
from feedsvc.settings.site import site_of
from feedsvc.source.opening import source_of
from feedsvc.source.source import Source
from feedsvc.store.engine.limits import Limits
from feedsvc.store.engine.urls import file_of
from feedsvc.store.store import Store, store_to_look_at
from feedsvc.watcher.ledger_file import LedgerFile

# APScheduler, watchfiles and the HTTP client are imported by the functions that need them:
# `publish` in a git hook must start fast.
if TYPE_CHECKING:
    from feedsvc.push.notifications import NotifyUrl, OutsideHub
    from feedsvc.push.purging import Purger
    from feedsvc.push.pusher import Pusher

_F = TypeVar("_F", bound=Callable[..., Any])
_TIDY_SECONDS: Final = 60
_PURGE_SECONDS: Final = 20
_NO_SITE: Final = {  # how posts are read depends on none of these but the time zone
    "title": "untitled",
    "url": "http://127.0.0.1:8000",
    "author": "unknown",
    "timezone": "UTC",
    "tag_authority": "feedsvc-try.invalid,2026",
}

log = logging.getLogger("feedsvc.ledger")


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


def settings_from(
    config: Path | None,
    seeds: Path | None,
    folder: Path | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
) -> Settings:
    """The settings, with the options of the command or else those of the group.

    With `folder` they are those of the settings file in it, or else of a try of it.
    """
    group_config, group_seeds = click.get_current_context().obj or (None, None)
    named = config or group_config
    given = {
        "FEEDSVC_CONTENT__SEEDS": seeds or group_seeds,
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
    from feedsvc.cli.trying import try_settings  # not at the top: only a try needs it

    return try_settings(folder, os.environ, options)


def check_settings(
    config: Path | None, seeds: Path | None, path: Path | None
) -> tuple[Settings, Path | None]:
    """The settings with which PATH is checked, and PATH itself, or None for all their posts.

    A folder with a settings file, or a folder for which nothing is configured, is checked as a
    FOLDER. One post, or a part of the posts, needs no settings of the site.
    """
    group_config, group_seeds = click.get_current_context().obj or (None, None)
    environ = dict(os.environ)
    if seeds or group_seeds:
        environ["FEEDSVC_CONTENT__SEEDS"] = str(seeds or group_seeds)
    file = find_config(config or group_config, environ)
    if path and path.is_dir() and not (config or group_config):
        posts = environ.get("FEEDSVC_CONTENT__SEEDS")
        is_part = bool(posts) and path.resolve().is_relative_to(Path(posts or "").resolve())
        if config_in(path) or not (file or is_part):
            return settings_from(config, seeds, path), None
    return read_settings(file, environ, {"site": _NO_SITE} if path else None), path


def is_try(folder: Path | None) -> bool:
    """True if a command with this FOLDER keeps nothing, because no settings file is in it."""
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


def limits_of(settings: Settings) -> Limits:
    """How long a command waits for the database. A statement may take any time."""
    return Limits(settings.store.timeout)


def guard_of(settings: Settings) -> Guard:
    """How many losses pass by themselves."""
    return Guard(settings.guard.entries, settings.guard.share)


def source_to_read(settings: Settings) -> Source:
    """The source of posts. Raises FolderError if the folder of the settings is missing."""
    source = source_of(settings)
    if not settings.source.git:
        source.folder_to_read().require_root()
    return source


def ledger_file_of(settings: Settings) -> LedgerFile | None:
    """The file of `ledger.file`, if there is one.

    It is only read if the posts come from git, because every watcher writes its own clone.
    Raises SettingsError if writing it would change the folder of posts or the store.
    """
    if not settings.ledger.file:
        return None
    file = Path(settings.ledger.file)
    if settings.source.git:
        return LedgerFile(file, is_kept=False)
    real = Path(os.path.realpath(file))
    store = file_of(settings.store.url)
    if store and real.name.startswith(store.name) and real.parent == store.resolve().parent:
        raise SettingsError((f"ledger.file: {file} belongs to the store; set another path",))
    folder = source_of(settings).folder
    if real.is_relative_to(folder.root) and not folder.ignores(
        real.relative_to(folder.root).as_posix()
    ):
        raise SettingsError(
            (
                f"ledger.file: {file} is in the folder of posts, and each write would be a "
                "change there; set a path outside, or a name that is ignored, such as "
                f"{folder.path / '_ledger.jsonl'}",
            )
        )
    if real.is_dir():
        raise SettingsError((f"ledger.file: {file} is a folder; add the name of a file",))
    return LedgerFile(file)


def warn_unkept(ledger_file: LedgerFile | None) -> None:
    """Log a warning if the ledger file is never written."""
    if ledger_file and not ledger_file.is_kept:
        log.warning(
            "%s is not kept up to date, because the posts come from source.git; write it with "
            "feedsvc ledger export",
            ledger_file.file,
        )


def require_posts(settings: Settings) -> None:
    """Raise FolderError if the folder is missing and the store has no published post."""
    try:
        source_to_read(settings)
    except FolderError:
        looking = store_to_look_at(settings.store.url, limits_of(settings), upgrade=True)
        with looking as store, store.snapshot() as snapshot:
            if snapshot.first_published(1):
                return  # the watcher reports the folder, and publishes it when it is back
        raise


def store_to_list(settings: Settings) -> Store:
    """The store as it is. Its schema is not upgraded."""
    return Store(settings.store.url, upgrade=False, limits=limits_of(settings))


@contextmanager
def watching(settings: Settings) -> Iterator[None]:
    """Run the watcher and the pusher until the context ends."""
    from feedsvc.watcher.watcher import Watcher

    ledger_file = ledger_file_of(settings)
    warn_unkept(ledger_file)
    purge, pusher = _purging(settings), pusher_of(settings)

    def published(feed_paths: Collection[str]) -> None:
        purge(feed_paths)
        pusher.wake()

    watcher = Watcher(
        source_of(settings),
        settings.store.url,
        site_of(settings),
        settings.watcher.interval,
        published,
        limits_of(settings),
        guard_of(settings),
        ledger_file,
    )
    watcher.refuse_different_posts()
    watcher.every(_TIDY_SECONDS, pusher.tidy)
    pusher.start(alone=settings.store.url.startswith("sqlite"))
    watcher.start()
    try:
        yield
    finally:
        watcher.stop()
        pusher.stop()


def pusher_of(settings: Settings) -> "Pusher":
    """The pusher, which is not started."""
    from feedsvc.push.pusher import Push, Pusher

    hub = settings.hub
    plain = settings.server.media_types == "plain"
    push = Push(settings.site.url, hub.enabled, hub.networks, listeners_of(settings), plain)
    return Pusher(settings.store.url, push, limits_of(settings))


def listeners_of(settings: Settings) -> "tuple[OutsideHub | NotifyUrl, ...]":
    """The outside hubs and the notify URLs."""
    from feedsvc.push.notifications import NotifyUrl, OutsideHub

    return (
        *(OutsideHub(url) for url in settings.hub.others),
        *(NotifyUrl(each.url, each.secret.get_secret_value()) for each in settings.notify),
    )


def purge_now(settings: Settings, feed_paths: Collection[str]) -> bool:
    """Purge feeds from the cache in front, and wait for it; False if it did not accept that."""
    if not settings.server.purge or not feed_paths:
        return True
    purger = _purger(settings)
    purger.ask(feed_paths)
    return purger.finish(_PURGE_SECONDS)


def _purging(settings: Settings) -> Callable[[Collection[str]], None]:
    """A function that purges feeds from the cache in front; it does nothing without a cache."""
    if not settings.server.purge:
        return lambda _paths: None
    purger = _purger(settings)
    purger.start()
    return purger.ask


def _purger(settings: Settings) -> "Purger":
    from feedsvc.push.purging import Cache, Purger

    server = settings.server
    names = (server.purge, server.purge_method, settings.site.url, server.cache_keys)
    return Purger(Cache(*names, settings.feeds.aliases))
