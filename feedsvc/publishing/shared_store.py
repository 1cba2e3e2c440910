"""Refuse to publish a folder into a store that other watchers fill from different posts."""

from contextlib import suppress
from typing import Final

from feedsvc.errors import FolderError, RepositoryError
from feedsvc.source.source import Source
from feedsvc.store.queues.watchers import DEAD_AFTER
from feedsvc.store.store import Store

SAMPLE: Final = 100  # published files to look for


def refuse_different_posts(source: Source, store: Store) -> None:
    """Raise FolderError if another watcher is running and this source has different posts.

    The paths of folders prove nothing: machines may mount one folder at different paths. So a
    random sample of the published files is looked for, and at least half of it must be here. A
    folder that is missing or empty passes: nothing is published from it until it is back. A
    SQLite store has only one watcher, which is the caller.
    """
    if not store.is_shared:
        return
    others = store.watchers.alive()
    if not others:
        return
    with store.snapshot() as snapshot:
        sample = set(snapshot.some_published(SAMPLE))
    if source.is_fetched:
        if source.name in {other.folder for other in others}:
            return
        with suppress(RepositoryError):  # the watcher logs it and retries
            source.update()
        if not source.is_whole:
            return
    folder = source.folder
    try:
        if folder.is_empty():
            return
        missing = len(sample) - len(folder.survey(sample).stamps.keys() & sample)
    except FolderError:
        return
    if 2 * missing > len(sample):
        raise FolderError(
            f"{source.name} lacks {missing} of the {len(sample)} published files that were "
            f"checked, and another watcher publishes {others[0].folder} into {store.name}; "
            "watch the same posts, set another store.url, or stop the other watcher (one that "
            f"was killed counts as running for {DEAD_AFTER.total_seconds():.0f} seconds)"
        )


def refuse_other_folder(source: Source, store: Store) -> None:
    """Raise FolderError if watchers are running and none of them watches this folder."""
    folders = {watcher.folder for watcher in store.watchers.alive()}
    if folders and source.name not in folders:
        raise FolderError(
            f"{source.name} is not published: a running watcher publishes "
            f"{', '.join(sorted(folders))} into {store.name}, and would undo it; stop the "
            "watcher or set another store.url (one that was killed counts as running for "
            f"{DEAD_AFTER.total_seconds():.0f} seconds)"
        )
