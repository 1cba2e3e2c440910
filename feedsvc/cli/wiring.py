"""Builds the parts of feedsvc from the settings; every command gets its parts here."""

import logging
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from feedsvc.errors import FolderError, SettingsError
from feedsvc.importing import importing
from feedsvc.publishing.guarding.guard import Guard
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

_TIDY_SECONDS: Final = 60
_BELL_SECONDS: Final = 15
_PURGE_SECONDS: Final = 20

log = logging.getLogger("feedsvc.ledger")


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
    """The store as it is, which may be read-only. Its schema is not upgraded."""
    return Store(settings.store.url, upgrade=False, reads=True, limits=limits_of(settings))


@contextmanager
def watching(settings: Settings) -> Iterator[None]:
    """Run the watcher and the pusher until the context ends."""
    with importing():
        from feedsvc.source.surroundings import surroundings_of
        from feedsvc.watcher.alarm_bell import AlarmBell
        from feedsvc.watcher.watcher import Watcher

    ledger_file = ledger_file_of(settings)
    warn_unkept(ledger_file)
    purge, pusher = _purging(settings), pusher_of(settings)

    def published(feed_paths: Collection[str], pages: Collection[str]) -> None:
        purge(feed_paths, pages)
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
        full_text=settings.search.full_text,
    )
    watcher.refuse_different_posts()
    watcher.every(_TIDY_SECONDS, pusher.tidy)
    bell = AlarmBell(surroundings_of(settings), limits_of(settings))
    if any("attention" in each.kinds for each in settings.notify):
        watcher.every(_BELL_SECONDS, bell.look)
    pusher.start(alone=settings.store.url.startswith("sqlite"))
    watcher.start()
    try:
        yield
    finally:
        watcher.stop()
        bell.close()
        pusher.stop()


def pusher_of(settings: Settings) -> "Pusher":
    """The pusher, which is not started."""
    with importing():
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
        *(
            NotifyUrl(each.url, each.secret.get_secret_value(), each.kinds)
            for each in settings.notify
        ),
    )


def purge_now(
    settings: Settings, feed_paths: Collection[str], pages: Collection[str] = ()
) -> bool:
    """Purge feeds and pages from the cache in front, and wait for it.

    False if it did not accept that.
    """
    if not settings.server.purge or not (feed_paths or pages):
        return True
    purger = _purger(settings)
    purger.ask(feed_paths, pages)
    return purger.finish(_PURGE_SECONDS)


def _purging(settings: Settings) -> Callable[[Collection[str], Collection[str]], None]:
    """A function that purges feeds and pages from the cache in front; nothing without one."""
    if not settings.server.purge:
        return lambda _feeds, _pages: None
    purger = _purger(settings)
    purger.start()
    return purger.ask


def _purger(settings: Settings) -> "Purger":
    from feedsvc.push.purging import Cache, Purger

    server = settings.server
    names = (server.purge, server.purge_method, settings.site.url, server.cache_keys)
    return Purger(Cache(*names, settings.feeds.aliases))
