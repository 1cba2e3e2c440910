"""Sees to it that all who are to hear of a publish do: claims what is due, and has it sent."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from queue import SimpleQueue
from typing import Final

from feedsvc.core import addresses
from feedsvc.core.reachable import Networks
from feedsvc.core.subscriptions import Delivery, Intent, Outcome, Target
from feedsvc.errors import StoreError, Unreachable
from feedsvc.outgoing import Outgoing
from feedsvc.push.deliveries import deliver
from feedsvc.push.lanes import Lanes
from feedsvc.push.tellings import Notified, OutsideHub, tell
from feedsvc.push.verification import deny, verify
from feedsvc.push.versions import Versions
from feedsvc.store.listeners import Listener
from feedsvc.store.store import open_store

TICK: Final = 0.1  # seconds between two looks for what is due
SERVED_AFTER: Final = 0.3  # seconds: by then every web process serves what was published (W3)
_LONGEST_WAIT: Final = timedelta(seconds=30)  # until deliveries are looked for in any case
_THREADS: Final = 64
_MOST_IN_HAND: Final = 512
_MOST_OF_HOST: Final = 16  # at a time
_FEW: Final = 64  # of one host that are claimed at once, while half as many are in hand
_BATCH: Final = 32  # that are noted at once, or what there is at a tick
_LEAST_OF_NAME: Final = 8  # characters that name a subscription
_PAUSE: Final = 2.0  # seconds after the store could not be asked

log = logging.getLogger("feedsvc.push")


@dataclass(frozen=True, slots=True)
class Push:
    """Who is told, as the settings say; `allowed` are networks that callbacks may lie in."""

    site_url: str
    is_hub: bool = True
    allowed: Networks = ()
    others: Sequence[OutsideHub | Notified] = ()
    plain: bool = False  # topics are served as plain XML and JSON (server.media_types)


class Pusher:
    """Pushes in threads of its own, from `start` to `stop`. It lives on the store alone."""

    def __init__(self, store_url: str, push: Push) -> None:
        self._store_url = store_url
        self._push = push
        self._store = open_store(store_url)
        self._versions = Versions(self._store, plain=push.plain)
        self._others = {other.name: other for other in push.others}
        self._strangers = Outgoing(push.allowed, site_url=push.site_url)
        self._known = Outgoing(anywhere=True, site_url=push.site_url)
        self._deliveries = Lanes(_THREADS, _MOST_OF_HOST)
        self._verifications = Lanes(8, 2)
        self._tellings = Lanes(4, 1)
        self._outcomes: SimpleQueue[Outcome] = SimpleQueue()
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._push_for_ever, name="pusher", daemon=True)
        self._last_publish = -1
        self._look_at = datetime.min.replace(tzinfo=UTC)  # when deliveries are looked for next
        self._tell_at = self._look_at  # likewise, for the others

    def start(self, *, alone: bool = False) -> None:
        """Begin. `alone` says that no other process pushes for this store."""
        self._store.listeners.register(list(self._others))
        if alone:
            self._store.subscriptions.release_claims()
            self._store.listeners.release_claims()
        self._thread.start()

    def stop(self) -> None:
        """End within seconds; what is under way is sent again after the next start."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout=2)
        for lanes in (self._deliveries, self._verifications, self._tellings):
            lanes.close()

    def finish(self, seconds: float) -> bool:
        """Wait until nothing is due any more; False where that takes too long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._is_idle():
                return True
            self._stopping.wait(TICK)
        return False

    def wake(self, *_: object) -> None:
        """Look at once: something was published."""
        self._wake.set()

    def end(self, name: str, reason: str) -> bool:
        """End the subscription whose name begins so, and tell it; False where there is none."""
        for subscription in self._store.subscriptions.all():
            if len(name) >= _LEAST_OF_NAME and subscription.target.name.startswith(name):
                self._end(subscription.target, reason)
                return True
        return False

    def tidy(self) -> None:
        """Forget what has ended, and end subscriptions of feeds that are no more."""
        now = datetime.now(UTC)
        try:
            ended = self._store.subscriptions.end_leases(now)
            self._store.jobs.forget_old(now)
            for target in self._store.subscriptions.without_feed():
                self._end(target, "there is no such feed any more")
        except StoreError as error:
            log.warning("the store could not be tidied: %s", error)
            return
        if ended:
            log.info("the leases of %d subscriptions have ended", ended)

    def _push_for_ever(self) -> None:
        fault = ""
        while not self._stopping.is_set():
            self._wake.wait(TICK)
            self._wake.clear()
            try:
                self._look()
                fault = ""
            except StoreError as error:
                if str(error) != fault:
                    log.warning("pushing waits for the store: %s", error)
                fault = str(error)
                self._stopping.wait(_PAUSE)
            except Exception:
                log.exception("pushing failed because of a fault in feedsvc")
                self._stopping.wait(_PAUSE)

    def _look(self) -> None:
        """Note what was sent, then claim and begin what is due."""
        self._settle()
        now = datetime.now(UTC)
        last = self._store.listeners.last_publish()
        if last != self._last_publish:
            self._last_publish = last
            self._look_at = now
            self._tell_at = now + timedelta(seconds=SERVED_AFTER)
        if self._push.is_hub:
            self._verify(now)
            if self._look_at <= now:
                self._deliver(now)
        if self._others and self._tell_at <= now:
            self._tell(now)

    def _is_idle(self) -> bool:
        lanes = (self._deliveries, self._verifications, self._tellings)
        if any(each.in_hand() for each in lanes) or not self._outcomes.empty():
            return False
        now = datetime.now(UTC)
        due = (
            self._store.subscriptions.next_intent_due(),
            self._store.subscriptions.next_delivery_due(now),
            self._store.listeners.next_due(),
        )
        return not any(moment and moment <= now for moment in due)

    # Deliveries.

    def _settle(self) -> None:
        outcomes = []
        while not self._outcomes.empty():
            outcomes.append(self._outcomes.get())
        if not outcomes:
            return
        try:
            self._store.subscriptions.settle(outcomes, datetime.now(UTC))
        except StoreError:
            for outcome in outcomes:
                self._outcomes.put(outcome)
            raise
        self._look_at = min(self._look_at, datetime.now(UTC))

    def _deliver(self, now: datetime) -> None:
        in_hand = self._deliveries.in_hand()
        room = _MOST_IN_HAND - in_hand.total()
        busy = [host for host, count in in_hand.items() if count >= _FEW // 2]
        found = []
        if room > 0:
            found = self._store.subscriptions.claim_deliveries(now, room, busy, _FEW)
        for delivery in found:
            self._deliveries.add(delivery.target.host, partial(self._deliver_one, delivery))
        if found or room <= 0 or busy:
            self._look_at = now + timedelta(seconds=TICK)
            return
        due = self._store.subscriptions.next_delivery_due(now)
        self._look_at = min(due or now + _LONGEST_WAIT, now + _LONGEST_WAIT)

    def _deliver_one(self, delivery: Delivery) -> None:
        if self._stopping.is_set():
            return
        self._outcomes.put(deliver(delivery, self._versions, self._strangers))
        if self._outcomes.qsize() >= _BATCH:
            self._wake.set()

    # Intents.

    def _verify(self, now: datetime) -> None:
        due = self._store.subscriptions.next_intent_due()
        if due is None or due > now:
            return
        for intent in self._store.subscriptions.claim_intents(now, 64):
            self._verifications.add(intent.target.host, partial(self._verify_one, intent))

    def _verify_one(self, intent: Intent) -> None:
        try:
            verify(intent, self._topic(intent.target), self._store, self._strangers)
        except StoreError as error:
            log.warning("a verification is to be done again: %s", error)
        self._look_at = datetime.now(UTC)
        self._wake.set()

    def _end(self, target: Target, reason: str) -> None:
        try:
            deny(target, self._topic(target), reason, self._strangers)
        except Unreachable as error:
            log.info("not told that its subscription ends: %s", error)
        self._store.subscriptions.end(target)

    def _topic(self, target: Target) -> str:
        path = addresses.document_path(target.feed_path, target.format)
        return addresses.url(self._push.site_url, path)

    # Others.

    def _tell(self, now: datetime) -> None:
        for listener in self._store.listeners.claim(now):
            who = self._others.get(listener.name)
            if who:
                self._tellings.add(listener.name, partial(self._tell_one, who, listener))
        due = self._store.listeners.next_due()
        self._tell_at = min(due or now + _LONGEST_WAIT, now + _LONGEST_WAIT)

    def _tell_one(self, who: OutsideHub | Notified, listener: Listener) -> None:
        try:
            tell(who, listener, self._store, self._push.site_url, self._known)
        except StoreError as error:
            log.warning("who was told could not be noted: %s", error)
        self._tell_at = datetime.now(UTC)
