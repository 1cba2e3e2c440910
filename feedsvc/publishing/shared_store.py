"""One store, several watchers: folders that would undo each other's publishes are refused."""

from contextlib import suppress
from typing import Final

from feedsvc.errors import FolderError, RepositoryError
from feedsvc.source.source import Source
from feedsvc.store.queues.watchers import DEAD_AFTER
from feedsvc.store.store import Store

SAMPLE: Final = 100  # published files that are looked for


def refuse_different_posts(source: Source, store: Store) -> None:
    """Raise FolderError if another watcher lives and this source has not the same posts.

    Their paths tell nothing: machines may mount one folder at different paths. So some of the
    published files are looked for, at random, and more than half of them must be here. A folder
    that is missing or empty is no other folder: nothing is published of it until it is back.
    """
    others = store.watchers.alive()
    if not others:
        return
    with store.snapshot() as snapshot:
        sample = set(snapshot.some_published(SAMPLE))
    if source.is_fetched:
        if source.name in {other.folder for other in others}:
            return
        with suppress(RepositoryError):  # the watcher logs it, and tries again
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
            f"{source.name} lacks {missing} of {len(sample)} published files that were looked "
            f"for, and another watcher publishes {others[0].folder} into {store.name}; watch "
            "the same posts, set another store.url, or stop the other watcher (one that was "
            f"killed is forgotten after {DEAD_AFTER.total_seconds():.0f} seconds)"
        )


def refuse_other_folder(source: Source, store: Store) -> None:
    """Raise FolderError if watchers live and none of them has this folder configured."""
    folders = {watcher.folder for watcher in store.watchers.alive()}
    if folders and source.name not in folders:
        raise FolderError(
            f"{source.name} is not published: a running watcher publishes "
            f"{', '.join(sorted(folders))} into {store.name}, and would undo it; stop the "
            "watcher or set another store.url (one that was killed is forgotten after "
            f"{DEAD_AFTER.total_seconds():.0f} seconds)"
        )
