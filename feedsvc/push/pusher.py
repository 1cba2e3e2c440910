"""Sees to it that all who are to hear of a publish do: claims what is due, and has it sent."""

import logging
import math
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from queue import SimpleQueue
from typing import Final

from feedsvc.clock import SteadyClock
from feedsvc.core import addresses
from feedsvc.core.websub.callback_addresses import Networks
from feedsvc.core.websub.subscriptions import (
    MOST_FAILURES,
    MOST_VERIFIED_AT_ONCE,
    Delivery,
    Intent,
    Outcome,
    Target,
    Verification,
)
from feedsvc.errors import StoreError, Unreachable
from feedsvc.push.deliveries import deliver
from feedsvc.push.failures import Failures
from feedsvc.push.host_queues import HostQueues
from feedsvc.push.notifications import (
    Notified,
    OutsideHub,
    tell,
)
from feedsvc.push.outgoing import Outgoing
from feedsvc.push.rendered import RenderedTopics
from feedsvc.push.verification import deny, verify
from feedsvc.store.engine.limits import DEFAULT_LIMITS, Limits
from feedsvc.store.queues.claims import CLAIM
from feedsvc.store.queues.listeners import Listener
from feedsvc.store.store import open_store

TICK: Final = 0.1  # seconds between two looks for what is due
# Seconds from a publish until web processes serve it, which look every twentieth of one. Who is
# sent a version may fetch it at once; who is pinged does, so that it has to be certain (W3).
DELIVERED_AFTER: Final = 0.15
SERVED_AFTER: Final = 0.3
_LONGEST_WAIT: Final = 30.0  # seconds until deliveries are looked for in any case
_THREADS: Final = 64
_MOST_IN_HAND: Final = 128  # what is sent within seconds: other processes claim the rest
_MOST_OF_HOST: Final = 16  # at a time
_FEW: Final = 64  # of one host that are claimed at once, while half as many are in hand
_BATCH: Final = 32  # that are noted at once, or what there is at a tick
_VERIFIERS: Final = 64  # threads; no more is claimed, so that clients take turns
_BEGIN_WITHIN: Final = CLAIM.total_seconds() - 15  # a request takes 10 s: nobody else has it
_TIME_TO_END: Final = 2.0  # seconds for requests that are under way, when we are to end
_LEAST_OF_NAME: Final = 8  # characters that name a subscription
_PAUSE: Final = 2.0  # seconds after the store could not be asked
# Seconds that the clock has to run undisturbed before leases end by it: subscriptions that a
# clock ahead of time takes away do not come back.
_STEADY_SECONDS: Final = 3600.0

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

    def __init__(self, store_url: str, push: Push, limits: Limits = DEFAULT_LIMITS) -> None:
        self._store_url = store_url
        self._push = push
        self._store = open_store(store_url, limits)
        self._versions = RenderedTopics(self._store, plain=push.plain)
        self._others = {other.name: other for other in push.others}
        self._strangers = Outgoing(push.allowed, site_url=push.site_url)
        self._known = Outgoing(anywhere=True, site_url=push.site_url)
        self._deliveries = HostQueues(_THREADS, _MOST_OF_HOST)
        self._verifications = HostQueues(_VERIFIERS, MOST_VERIFIED_AT_ONCE)
        self._failures = Failures()
        self._tellings = HostQueues(4, 1)
        self._outcomes: SimpleQueue[Outcome] = SimpleQueue()
        self._verified: SimpleQueue[Verification] = SimpleQueue()
        # What we have claimed: names of subscriptions, numbers of intents, names of listeners.
        self._claimed: tuple[set[str], set[str], set[str]] = (set(), set(), set())
        self._late: SimpleQueue[str] = SimpleQueue()  # subscriptions to be claimed anew
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._look_anew = threading.Event()  # something ended: more may be due than was known
        self._looking = threading.Lock()
        self._ending: set[Target] = set()
        self._thread = threading.Thread(target=self._push_for_ever, name="pusher", daemon=True)
        self._is_alone = False
        self._is_known = False  # to the store
        self._last_publish = -1
        # Monotonic times: a clock that is put back must not keep anybody waiting.
        self._look_at = -math.inf  # when deliveries are looked for next
        self._tell_at = -math.inf  # likewise, for the others
        self._seen_at = self._served_at = -math.inf  # when the last publish is served
        self._clock = SteadyClock()
        self._under_way: set[str] = set()  # the names of subscriptions that are delivered to

    def start(self, *, alone: bool = False) -> None:
        """Begin. `alone` says that no other process pushes for this store."""
        self._is_alone = alone
        with suppress(StoreError):  # or at the first look that it can be written
            self._begin()
        self._thread.start()

    def stop(self) -> None:
        """End within seconds. What is not sent by then may be claimed by another process."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout=2)
        lanes = (self._deliveries, self._verifications, self._tellings)
        for each in lanes:
            each.close()
        until = time.monotonic() + _TIME_TO_END
        while any(each.in_hand() for each in lanes) and time.monotonic() < until:
            time.sleep(TICK / 5)
        leaving = threading.Thread(target=self._leave, name="leaving", daemon=True)
        leaving.start()
        leaving.join(timeout=_TIME_TO_END)  # a store that is silent must not keep us
        self._strangers.close()
        self._known.close()

    def _leave(self) -> None:
        """Record what was sent, and give back what we have claimed and not sent."""
        try:
            self._settle()
            self._conclude()
            deliveries, intents, listeners = (each.copy() for each in self._claimed)
            if deliveries:
                self._store.subscriptions.release(deliveries)
            if intents:
                self._store.intents.release(intents)
            if listeners:
                self._store.listeners.release(listeners)
        except StoreError as error:
            log.warning("what was sent last is sent again: %s", error)
        self._store.close()

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
        now, ended = datetime.now(UTC), 0
        try:
            if self._clock.steady_seconds() >= _STEADY_SECONDS:
                ended = self._store.subscriptions.end_leases(now)
            self._store.intents.forget_old(now)
            self._store.jobs.forget_old(now)
            for target in self._store.subscriptions.without_feed():
                self._end_soon(target, "there is no such feed any more")
        except StoreError as error:
            log.warning("the store could not be tidied: %s", error)
            return
        if ended:
            log.info("the leases of %d subscriptions have ended", ended)

    def _push_for_ever(self) -> None:
        fault = ""
        while not self._stopping.is_set():
            self._wake.wait(self._until_look())
            self._wake.clear()
            try:
                with self._looking:
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

    def _until_look(self) -> float:
        ahead = max(self._look_at, self._seen_at) - time.monotonic()
        return ahead if 0 < ahead < TICK else TICK

    def _look(self) -> None:
        """Note what was sent, then claim and begin what is due."""
        if not self._is_known:
            self._begin()
        self._settle()
        now = time.monotonic()
        if self._clock.was_set() or self._look_anew.is_set():
            self._look_anew.clear()
            self._look_at = self._tell_at = now
        last = self._store.listeners.last_publish()
        if last != self._last_publish:
            self._is_known = last > self._last_publish  # else the store was made anew
            self._last_publish = last
            self._look_at = self._tell_at = now
            if self._seen_at <= now:  # else many publishes in a row would keep all waiting
                self._seen_at = now + DELIVERED_AFTER
            self._served_at = now + SERVED_AFTER
        if self._push.is_hub:
            self._conclude()
            self._verify(datetime.now(UTC))
            if max(self._look_at, self._seen_at) <= now:
                self._deliver(datetime.now(UTC))
        if self._others and max(self._tell_at, self._served_at) <= now:
            self._tell(datetime.now(UTC))

    def _begin(self) -> None:
        """Make ourselves known to the store."""
        self._store.listeners.register(list(self._others))
        if self._is_alone:
            self._store.subscriptions.release_claims()
            self._store.intents.release_claims()
            self._store.listeners.release_claims()
        self._is_known = True

    def _is_idle(self) -> bool:
        lanes = (self._deliveries, self._verifications, self._tellings)
        with self._looking:  # what was claimed is in a lane, what was sent is noted or waits
            if any(each.in_hand() for each in lanes) or not self._is_noted():
                return False
            now = datetime.now(UTC)
            due = [self._store.listeners.next_due(now)]
            if self._push.is_hub:
                due.append(self._store.intents.next_due(now))
                due.append(self._store.subscriptions.next_delivery_due(now))
        return not any(moment and moment <= now for moment in due)

    def _is_noted(self) -> bool:
        return self._outcomes.empty() and self._verified.empty()

    # Deliveries.

    def _settle(self) -> None:
        outcomes, late = [], set()
        while not self._outcomes.empty():
            outcomes.append(self._outcomes.get())
        while not self._late.empty():
            late.add(self._late.get())
        if late:
            self._claimed[0].difference_update(late)
            self._store.subscriptions.release(late)
        if not outcomes:
            return
        try:
            self._store.subscriptions.settle(outcomes, datetime.now(UTC))
        except StoreError:
            for outcome in outcomes:
                self._outcomes.put(outcome)
            raise
        self._claimed[0].difference_update(each.delivery.target.name for each in outcomes)
        self._look_at = min(self._look_at, time.monotonic())

    def _deliver(self, now: datetime) -> None:
        in_hand = self._deliveries.in_hand()
        room = _MOST_IN_HAND - in_hand.total()
        busy = [host for host, count in in_hand.items() if count >= _FEW // 2]
        found = []
        if room > 0:
            found = self._store.subscriptions.claim_deliveries(now, room, busy, _FEW)
        until = time.monotonic() + _BEGIN_WITHIN
        self._claimed[0].update(delivery.target.name for delivery in found)
        for delivery in found:
            # A claim ends early when the clock is set: what is on its way is not sent twice.
            if delivery.target.name not in self._under_way:
                self._under_way.add(delivery.target.name)
                work = partial(self._deliver_one, delivery, until)
                self._deliveries.add(delivery.target.host, work)
        if found or room <= 0 or busy:
            self._look_at = time.monotonic() + TICK
            return
        due = self._store.subscriptions.next_delivery_due(now)
        self._look_at = time.monotonic() + _seconds_until(due, now)

    def _deliver_one(self, delivery: Delivery, until: float) -> None:
        """Deliver, unless that had to wait too long: then it is claimed anew."""
        try:
            if self._stopping.is_set():
                return
            if time.monotonic() > until or datetime.now(UTC) >= delivery.lease_ends_at:
                self._late.put(delivery.target.name)
                return
            self._outcomes.put(deliver(delivery, self._versions, self._strangers))
        finally:
            self._under_way.discard(delivery.target.name)
        if self._outcomes.qsize() >= _BATCH:
            self._wake.set()

    # Intents.

    def _verify(self, now: datetime) -> None:
        due = self._store.intents.next_due(now)
        if due is None or due > now:
            return
        room = _VERIFIERS - self._verifications.in_hand().total()
        if room <= 0:
            return
        until = time.monotonic() + _BEGIN_WITHIN
        for intent in self._store.intents.claim(now, room):
            self._claimed[1].add(intent.number)
            work = partial(self._verify_one, intent, until)
            self._verifications.add(intent.target.host, work)

    def _verify_one(self, intent: Intent, until: float) -> None:
        if self._stopping.is_set() or time.monotonic() > until:
            return
        self._verified.put(verify(intent, self._topic(intent.target), self._strangers))
        self._wake.set()

    def _conclude(self) -> None:
        """Note what was verified, all at once: eight threads would wait for each other."""
        found = []
        while not self._verified.empty():
            found.append(self._verified.get())
        if not found:
            return
        now = datetime.now(UTC)
        try:
            self._store.intents.conclude(found, now)
        except StoreError:
            for each in found:
                self._verified.put(each)
            raise
        self._claimed[1].difference_update(each.intent.number for each in found)
        for host in self._failures.note(found, now):
            dropped = self._store.intents.drop_queue(host, now)
            if dropped:
                log.warning(
                    "%s: %d verifications failed in a row; %d requests that wait are dropped",
                    host,
                    MOST_FAILURES,
                    dropped,
                )
        self._look_at = min(self._look_at, time.monotonic())

    def _end_soon(self, target: Target, reason: str) -> None:
        """End it in the lane of its host: a callback that is silent must not delay the rest."""
        if target not in self._ending:
            self._ending.add(target)
            self._verifications.add(target.host, partial(self._end_one, target, reason))

    def _end_one(self, target: Target, reason: str) -> None:
        try:
            if not self._stopping.is_set():
                self._end(target, reason)
        except StoreError as error:
            log.warning("a subscription is to be ended again: %s", error)
        finally:
            self._ending.discard(target)

    def _end(self, target: Target, reason: str) -> None:
        try:
            deny(target, self._topic(target), reason, self._strangers)
        except Unreachable as error:
            log.info("not told that its subscription ends: %s", error)
        self._store.subscriptions.end(target)

    def _topic(self, target: Target) -> str:
        if target.topic:
            return target.topic
        path = addresses.document_path(target.feed_path, target.format)
        return addresses.url(self._push.site_url, path)

    # Others.

    def _tell(self, now: datetime) -> None:
        for listener in self._store.listeners.claim(now, self._claimed[2]):
            who = self._others.get(listener.name)
            if who:
                self._claimed[2].add(listener.name)
                work = partial(self._tell_one, who, listener, self._last_publish)
                self._tellings.add(listener.name, work)
        due = self._store.listeners.next_due(now)
        self._tell_at = time.monotonic() + _seconds_until(due, now)

    def _tell_one(self, who: OutsideHub | Notified, listener: Listener, last: int) -> None:
        try:
            if self._stopping.is_set():
                return
            tell(who, listener, last, self._store, self._push.site_url, self._known)
        except StoreError as error:
            log.warning("who was told could not be noted: %s", error)
        self._claimed[2].discard(listener.name)
        self._look_anew.set()


def _seconds_until(due: datetime | None, now: datetime) -> float:
    """How long to wait for what is due then; not very long, since the clock may be set."""
    ahead = (due - now).total_seconds() if due else _LONGEST_WAIT
    return min(max(ahead, 0.0), _LONGEST_WAIT)
