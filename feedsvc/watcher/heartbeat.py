"""Shows other watchers that this one is alive, also during a long publish."""

import logging
import threading

from feedsvc.errors import StoreError
from feedsvc.store.queues.watchers import HEARTBEAT
from feedsvc.watcher.current_store import CurrentStore

log = logging.getLogger("feedsvc.watcher")


class Heartbeat:
    """Writes heartbeats to a shared store, and queues the jobs of dead watchers again."""

    def __init__(
        self, current: CurrentStore, watcher: str, source: str, stopping: threading.Event
    ) -> None:
        self._current = current
        self._watcher = watcher
        self._source = source
        self._stopping = stopping

    def run(self) -> None:
        """Beat until the watcher stops."""
        while not self._stopping.wait(HEARTBEAT):
            store = self._current.store
            if not store.is_shared:
                continue
            try:
                store.watchers.beat(self._watcher, self._source)
                if store.jobs.requeue():
                    log.info("the jobs of a dead watcher are queued again")
            except StoreError:
                continue  # the publish loop logs it
            except Exception:
                log.exception("no heartbeat because of a bug in feedsvc")
