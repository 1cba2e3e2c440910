"""Claims the deliveries that are due, sends them in threads, and records the outcomes."""

import threading
import time
from datetime import UTC, datetime
from functools import partial
from queue import SimpleQueue
from typing import Final

from feedsvc.core.websub.subscriptions import Delivery, Outcome
from feedsvc.errors import StoreError
from feedsvc.push.deliveries import deliver
from feedsvc.push.host_queues import HostQueues
from feedsvc.push.outgoing import Outgoing
from feedsvc.push.rendered import RenderedTopics
from feedsvc.store.queues.claims import CLAIM
from feedsvc.store.store import Store

# A claim lasts long enough for a request (10 s) that starts within this many seconds.
START_WITHIN: Final = CLAIM.total_seconds() - 15
MOST_QUEUED: Final = 128  # what can be sent within seconds; other processes claim the rest
_THREADS: Final = 64
_MOST_OF_HOST: Final = 16  # concurrent requests to one host
_CLAIMED_OF_HOST: Final = 64  # claimed at once for one host, if at most half of it is queued
_BATCH: Final = 32  # outcomes that wake the pusher before its next tick


class DueDeliveries:
    """Deliveries that this process has claimed.

    The pusher's thread calls `claim` and `record`; each raises StoreError.
    """

    def __init__(
        self,
        store: Store,
        rendered: RenderedTopics,
        client: Outgoing,
        stopping: threading.Event,
        wake: threading.Event,
    ) -> None:
        self.queues = HostQueues(_THREADS, _MOST_OF_HOST)
        self.claimed: set[str] = set()  # names of subscriptions
        self._store = store
        self._rendered = rendered
        self._client = client
        self._stopping = stopping
        self._wake = wake
        self._outcomes: SimpleQueue[Outcome] = SimpleQueue()
        self._late: SimpleQueue[str] = SimpleQueue()  # names of subscriptions to release
        self._under_way: set[str] = set()  # names of subscriptions with a queued delivery

    def claim(self, now: datetime) -> bool:
        """Claim and enqueue what is due. True if more may be due at the next tick."""
        queued = self.queues.queued()
        room = MOST_QUEUED - queued.total()
        busy = [host for host, count in queued.items() if count >= _CLAIMED_OF_HOST // 2]
        due: list[Delivery] = []
        if room > 0:
            due = self._store.subscriptions.claim_deliveries(now, room, busy, _CLAIMED_OF_HOST)
        deadline = time.monotonic() + START_WITHIN
        self.claimed.update(delivery.target.name for delivery in due)
        for delivery in due:
            # A claim ends early if the clock is set. A delivery under way is not sent twice.
            if delivery.target.name not in self._under_way:
                self._under_way.add(delivery.target.name)
                work = partial(self.send, delivery, deadline)
                self.queues.add(delivery.target.host, work)
        return bool(due) or room <= 0 or bool(busy)

    def send(self, delivery: Delivery, deadline: float) -> None:
        """Send a delivery. After the deadline it is released, since the claim may be over."""
        try:
            if self._stopping.is_set():
                return
            if time.monotonic() > deadline or datetime.now(UTC) >= delivery.lease_ends_at:
                self._late.put(delivery.target.name)
                return
            self._outcomes.put(deliver(delivery, self._rendered, self._client))
        finally:
            self._under_way.discard(delivery.target.name)
        if self._outcomes.qsize() >= _BATCH:
            self._wake.set()

    def record(self) -> bool:
        """Record the outcomes in the store. True if there were any."""
        outcomes, late = [], set()
        while not self._outcomes.empty():
            outcomes.append(self._outcomes.get())
        while not self._late.empty():
            late.add(self._late.get())
        if late:
            self.claimed.difference_update(late)
            self._store.subscriptions.release(late)
        if not outcomes:
            return False
        try:
            self._store.subscriptions.settle(outcomes, datetime.now(UTC))
        except StoreError:
            for outcome in outcomes:
                self._outcomes.put(outcome)
            raise
        self.claimed.difference_update(each.delivery.target.name for each in outcomes)
        return True

    def is_recorded(self) -> bool:
        """True if no outcome waits to be recorded."""
        return self._outcomes.empty()
