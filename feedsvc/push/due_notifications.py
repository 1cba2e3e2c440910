"""Claims the listeners that missed a publish, and notifies them in threads."""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from feedsvc.errors import StoreError
from feedsvc.push.host_queues import HostQueues
from feedsvc.push.notifications import NotifyUrl, OutsideHub, notify
from feedsvc.push.outgoing import Outgoing
from feedsvc.store.queues.listeners import Listener
from feedsvc.store.store import Store

_THREADS: Final = 4

log = logging.getLogger("feedsvc.push")


class DueNotifications:
    """Listeners that this process has claimed. Each is notified in order, one at a time.

    The pusher's thread calls `register` and `claim`; each raises StoreError.
    """

    def __init__(
        self,
        store: Store,
        listeners: Sequence[OutsideHub | NotifyUrl],
        site_url: str,
        client: Outgoing,
        stopping: threading.Event,
        finished: threading.Event,
    ) -> None:
        self.queues = HostQueues(_THREADS, 1)
        self.claimed: set[str] = set()  # names of listeners
        self._store = store
        self._listeners = {listener.name: listener for listener in listeners}
        self._site_url = site_url
        self._client = client
        self._stopping = stopping
        self._finished = finished

    @property
    def has_listeners(self) -> bool:
        """True if the settings name a listener."""
        return bool(self._listeners)

    def register(self) -> None:
        """Enter the listeners of the settings in the store, and remove all others."""
        self._store.listeners.register(list(self._listeners))

    def claim(self, now: datetime, last_publish: int) -> None:
        """Claim and enqueue listeners that are due, up to the publish `last_publish`."""
        for row in self._store.listeners.claim(now, self.claimed, last_publish):
            listener = self._listeners.get(row.name)
            if listener:
                self.claimed.add(row.name)
                self.queues.add(row.name, partial(self._notify, listener, row, last_publish))

    def _notify(self, listener: OutsideHub | NotifyUrl, row: Listener, last: int) -> None:
        try:
            if self._stopping.is_set():
                return
            notify(listener, row, last, self._store, self._site_url, self._client)
        except StoreError as error:
            log.warning("a notification could not be recorded: %s", error)
        self.claimed.discard(row.name)
        self._finished.set()
