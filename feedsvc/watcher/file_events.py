"""Watches the folder, and puts files that change on the agenda."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import watchfiles

from feedsvc.source.folder import Folder
from feedsvc.source.rendered import unrendered_beside
from feedsvc.source.source import Source
from feedsvc.watcher.agenda import Agenda

_RETRY: Final = 2.0  # seconds after which a watch that failed is set up again
_ROOT_TICK: Final = 0.25  # seconds between two checks whether the folder was replaced

log = logging.getLogger("feedsvc.watcher")


class FileEvents:
    """The file events of a folder. If there are none, the scans of the schedule go on."""

    def __init__(
        self,
        source: Source,
        agenda: Agenda,
        had_posts: Callable[[str], bool],
        stopping: threading.Event,
    ) -> None:
        self._source = source
        self._agenda = agenda
        self._had_posts = had_posts  # whether the store has files below a path
        self._stopping = stopping

    def run(self) -> None:
        """Watch the folder until the watcher stops."""
        is_logged = False
        while not self._stopping.is_set():
            folder = self._source.folder
            identity = _identity(folder)
            if identity is None:  # the next scan reports it
                self._stopping.wait(_ROOT_TICK)
                continue
            try:
                self._watch(folder, identity)
                is_logged = False
            except Exception as error:  # noqa: BLE001 - any fault: the schedule goes on
                if not is_logged:
                    log.warning("no file events: %s; the folder is still scanned", error)
                is_logged = True
                self._stopping.wait(_RETRY)

    def _watch(self, folder: Folder, identity: tuple[str, int, int]) -> None:
        """Watch until the path leads to another folder, whose events need another watch.

        There is no event if a link above the folder is replaced or a volume is mounted there.
        """
        events = watchfiles.watch(
            folder.root,
            watch_filter=None,
            debounce=50,
            step=20,
            rust_timeout=int(_ROOT_TICK * 1000),
            yield_on_timeout=True,
            stop_event=self._stopping,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        is_set_up = False
        for changes in events:
            if not is_set_up:  # files may have changed before the watch was set up
                self._agenda.look_at_everything()
            is_set_up = True
            self._plan({path for _, path in changes}, folder)
            if _identity(self._source.folder) != identity:
                self._agenda.look_at_everything()
                return

    def _plan(self, changed: set[str], folder: Folder) -> None:
        """Put changed paths on the agenda, after the quiet period."""
        paths = {Path(path).relative_to(folder.root).as_posix() for path in changed}
        posts = {path for path in paths if folder.holds(path)}
        posts |= {other for path in posts for other in unrendered_beside(folder.root, path)}
        if posts:
            self._agenda.look_at(posts, folder.quiet)
        ignored = {path for path in paths - posts if folder.ignores(path)}
        others = paths - posts - ignored
        self._agenda.look_at(others, folder.quiet)  # a post may have them as enclosures
        if any(self._may_hold_posts(path, folder) for path in others) or any(
            _is_link_to_folder(folder.root / path) for path in ignored
        ):
            self._agenda.look_at_everything(folder.quiet)

    def _may_hold_posts(self, path: str, folder: Folder) -> bool:
        """True if the path is a folder, or was one with posts in it."""
        try:
            return (folder.root / path).is_dir() or self._had_posts(path)
        except OSError:
            return True


def _identity(folder: Folder) -> tuple[str, int, int] | None:
    """A value that changes if the path leads to another folder; None if it leads to none."""
    try:
        status = folder.root.stat()
    except OSError:
        return None
    return (str(folder.root), status.st_dev, status.st_ino)  # inode numbers are reused


def _is_link_to_folder(path: Path) -> bool:
    """True if posts may be reached through this link, such as `..data` in Kubernetes."""
    try:
        return path.is_symlink() and path.is_dir()
    except OSError:
        return False
