"""Publishes whenever there is a reason: a file event, the schedule, a date, a request."""

import logging
import secrets
import threading
from collections.abc import Callable, Collection
from typing import Final

from feedsvc.core.site import Site
from feedsvc.errors import StoreError
from feedsvc.publishing.guarding.guard import Guard
from feedsvc.publishing.shared_store import refuse_different_posts
from feedsvc.source.source import Source
from feedsvc.store.engine.limits import DEFAULT_LIMITS, Limits
from feedsvc.watcher.agenda import Agenda
from feedsvc.watcher.current_store import CurrentStore
from feedsvc.watcher.file_events import FileEvents
from feedsvc.watcher.heartbeat import Heartbeat
from feedsvc.watcher.ledger_file import LedgerFile
from feedsvc.watcher.publish_loop import PublishLoop
from feedsvc.watcher.requests import Requests
from feedsvc.watcher.schedule import Schedule
from feedsvc.watcher.search_index import IndexBuilder

_LEDGER_SECONDS: Final = 10  # to write the ledger file at the end
_USUAL: Final = Guard()

log = logging.getLogger("feedsvc.watcher")


class Watcher:
    """Runs the threads that keep a store up to date with a source, from `start` to `stop`."""

    def __init__(
        self,
        source: Source,
        store_url: str,
        site: Site,
        interval: float,
        published: Callable[[Collection[str], Collection[str]], None] = (
            lambda _feeds, _pages: None
        ),
        limits: Limits = DEFAULT_LIMITS,
        guard: Guard = _USUAL,
        ledger_file: LedgerFile | None = None,
        *,
        full_text: bool = False,
    ) -> None:
        """`published` is called after each publish with the paths of the changed feeds.

        And with the pages that no cache must keep: see Changes.
        """
        self._source = source
        self._interval = interval
        self._name = secrets.token_hex(8)
        self._stopping = threading.Event()
        self._ended = threading.Event()  # nothing is published any more
        self._agenda = Agenda()
        self._schedule = Schedule()
        self._current = current = CurrentStore(store_url, limits)
        self._requests = Requests(
            current, source, site, self._name, self._stopping, guard, ledger_file
        )
        self._loop = PublishLoop(
            source,
            current,
            site,
            self._agenda,
            self._schedule,
            self._requests,
            published,
            self._stopping,
            guard,
            ledger_file,
        )
        heartbeat = Heartbeat(current, self._name, source.name, self._stopping)
        self._index = IndexBuilder(current, self._stopping, full_text=full_text)
        targets = {
            "publish loop": self._loop.run,
            "heartbeat": heartbeat.run,
            "search index": self._index.run,
        }
        if not source.is_fetched:
            events = FileEvents(source, self._agenda, self._had_posts, self._stopping)
            targets["file events"] = events.run
        self._ledger_thread = threading.Thread(
            target=self._keep_ledger_file, args=[ledger_file], name="ledger file", daemon=True
        )
        self._threads = [
            threading.Thread(target=target, name=name, daemon=True)
            for name, target in targets.items()
        ]

    def refuse_different_posts(self) -> None:
        """Raise FolderError if a live watcher publishes other posts into this store."""
        refuse_different_posts(self._source, self._current.store)

    def start(self) -> None:
        """Start with a scan of the whole folder."""
        self._index.switch()  # before the first publish, which then writes the index too
        self._agenda.look_at_everything()
        self._schedule.every(self._interval, self._agenda.look_at_everything)
        self._schedule.start()
        for thread in (*self._threads, self._ledger_thread):
            thread.start()

    def every(self, seconds: float, chore: Callable[[], None]) -> None:
        """Run something else on the schedule too."""
        self._schedule.every(seconds, chore)

    def stop(self) -> None:
        """Stop within seconds. A publish that is not committed by then has no effect."""
        self._stopping.set()
        self._agenda.wake()
        self._schedule.stop()
        for thread in self._threads:
            thread.join(timeout=2)
        self._ended.set()
        self._ledger_thread.join(timeout=_LEDGER_SECONDS)
        leaving = threading.Thread(target=self._leave, daemon=True)
        leaving.start()
        leaving.join(timeout=2)  # the store may not answer

    def _keep_ledger_file(self, ledger_file: LedgerFile | None) -> None:
        if ledger_file:
            ledger_file.keep(lambda: self._current.store, self._ended)

    def _leave(self) -> None:
        """Give the unfinished jobs to the next watcher."""
        try:
            self._requests.release()
            self._current.store.watchers.leave(self._name)
        except StoreError as error:
            log.warning("the store still lists this watcher: %s", error)

    def _had_posts(self, path: str) -> bool:
        """True if the store has files below this path, or if it cannot be read."""
        try:
            with self._current.store.snapshot() as snapshot:
                return snapshot.has_files_below(path)
        except StoreError:
            return True
