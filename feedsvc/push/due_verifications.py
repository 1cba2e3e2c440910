"""Claims the intents that are due, verifies them in threads, and records the results."""

import logging
import threading
import time
from datetime import UTC, datetime
from functools import partial
from queue import SimpleQueue
from typing import Final

from feedsvc.core import addresses
from feedsvc.core.websub.subscriptions import (
    MOST_FAILURES,
    MOST_VERIFIED_AT_ONCE,
    Intent,
    Target,
    Verification,
)
from feedsvc.errors import StoreError, Unreachable
from feedsvc.push.due_deliveries import START_WITHIN
from feedsvc.push.failures import Failures
from feedsvc.push.host_queues import HostQueues
from feedsvc.push.outgoing import Outgoing
from feedsvc.push.verification import deny, verify
from feedsvc.store.store import Store

# Also the most intents that are claimed: the rest stays in the store, where clients take turns.
_THREADS: Final = 64

log = logging.getLogger("feedsvc.push")


class DueVerifications:
    """Intents that this process has claimed, and subscriptions that it ends.

    The pusher's thread calls `claim` and `record`; each raises StoreError.
    """

    def __init__(
        self,
        store: Store,
        site_url: str,
        client: Outgoing,
        stopping: threading.Event,
        wake: threading.Event,
    ) -> None:
        self.queues = HostQueues(_THREADS, MOST_VERIFIED_AT_ONCE)
        self.claimed: set[str] = set()  # numbers of intents
        self._store = store
        self._site_url = site_url
        self._client = client
        self._stopping = stopping
        self._wake = wake
        self._failures = Failures()
        self._results: SimpleQueue[Verification] = SimpleQueue()
        self._ending: set[Target] = set()

    def claim(self, now: datetime) -> None:
        """Claim and enqueue the intents that are due."""
        due = self._store.intents.next_due(now)
        if due is None or due > now:
            return
        room = _THREADS - self.queues.queued().total()
        if room <= 0:
            return
        deadline = time.monotonic() + START_WITHIN
        for intent in self._store.intents.claim(now, room):
            self.claimed.add(intent.number)
            self.queues.add(intent.target.host, partial(self._verify, intent, deadline))

    def record(self) -> bool:
        """Record the results in one transaction. True if there were any."""
        results = []
        while not self._results.empty():
            results.append(self._results.get())
        if not results:
            return False
        now = datetime.now(UTC)
        try:
            self._store.intents.conclude(results, now)
        except StoreError:
            for result in results:
                self._results.put(result)
            raise
        self.claimed.difference_update(each.intent.number for each in results)
        for host in self._failures.count(results, now):
            dropped = self._store.intents.drop_queue(host, now)
            if dropped:
                log.warning(
                    "%s: %d verifications failed in a row; dropped %d queued requests",
                    host,
                    MOST_FAILURES,
                    dropped,
                )
        return True

    def is_recorded(self) -> bool:
        """True if no result waits to be recorded."""
        return self._results.empty()

    def end(self, target: Target, reason: str) -> None:
        """End a subscription and notify its callback. Raises StoreError."""
        try:
            deny(target, self._topic(target), reason, self._client)
        except Unreachable as error:
            log.info("not notified of the end of its subscription: %s", error)
        self._store.subscriptions.end(target)

    def end_soon(self, target: Target, reason: str) -> None:
        """End a subscription in the queue of its host: a silent callback delays no other."""
        if target not in self._ending:
            self._ending.add(target)
            self.queues.add(target.host, partial(self._end_queued, target, reason))

    def _verify(self, intent: Intent, deadline: float) -> None:
        if self._stopping.is_set() or time.monotonic() > deadline:
            return
        self._results.put(verify(intent, self._topic(intent.target), self._client))
        self._wake.set()

    def _end_queued(self, target: Target, reason: str) -> None:
        try:
            if not self._stopping.is_set():
                self.end(target, reason)
        except StoreError as error:
            log.warning("a subscription could not be ended, will retry: %s", error)
        finally:
            self._ending.discard(target)

    def _topic(self, target: Target) -> str:
        if target.topic:
            return target.topic
        path = addresses.document_path(target.feed_path, target.format)
        return addresses.url(self._site_url, path)
