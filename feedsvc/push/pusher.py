"""The push loop: looks in the store for what is due, and passes it to threads that send it."""

import logging
import math
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from feedsvc.clock import SteadyClock
from feedsvc.core.feeds.renamed_feeds import successors
from feedsvc.core.websub.callback_addresses import Networks
from feedsvc.errors import StoreError
from feedsvc.push.due_deliveries import DueDeliveries
from feedsvc.push.due_notifications import DueNotifications
from feedsvc.push.due_verifications import DueVerifications
from feedsvc.push.notifications import NotifyUrl, OutsideHub
from feedsvc.push.outgoing import Outgoing
from feedsvc.push.rendered import RenderedTopics
from feedsvc.store.engine.limits import DEFAULT_LIMITS, Limits
from feedsvc.store.store import open_store

TICK: Final = 0.1  # seconds between two looks
# Seconds from a publish until web processes serve it; they follow the store every 0.05 s. A
# subscriber may fetch the feed when a delivery arrives. An outside hub always fetches it.
DELIVERED_AFTER: Final = 0.15
SERVED_AFTER: Final = 0.3
_LONGEST_WAIT: Final = 30.0  # seconds between two looks for deliveries, at most
_TIME_TO_END: Final = 2.0  # seconds that `stop` waits for running requests
_LEAST_OF_NAME: Final = 8  # characters of a name that identify a subscription
_PAUSE: Final = 2.0  # seconds to wait after the store failed
# Seconds that the clock has to run undisturbed before it may end leases. A clock ahead of time
# would end subscriptions for good.
_STEADY_SECONDS: Final = 3600.0

log = logging.getLogger("feedsvc.push")


@dataclass(frozen=True, slots=True)
class Push:
    """What the settings say about pushing.

    Callbacks may lie in the networks `allowed`. With `plain`, topics are served as plain XML
    and JSON (server.media_types).
    """

    site_url: str
    is_hub: bool = True
    allowed: Networks = ()
    listeners: Sequence[OutsideHub | NotifyUrl] = ()
    plain: bool = False


class Pusher:
    """Pushes in its own threads, from `start` to `stop`. It reads everything from the store."""

    def __init__(self, store_url: str, push: Push, limits: Limits = DEFAULT_LIMITS) -> None:
        self._is_hub = push.is_hub
        self._store = open_store(store_url, limits)
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._retry = threading.Event()  # a notification ended, so its listener may be due
        self._looking = threading.Lock()
        # Anybody can choose a callback; only the operator chooses hubs and notify URLs.
        self._public_client = Outgoing(push.allowed, site_url=push.site_url)
        self._operator_client = Outgoing(anywhere=True, site_url=push.site_url)
        self._deliveries = DueDeliveries(
            self._store,
            RenderedTopics(self._store, plain=push.plain),
            self._public_client,
            self._stopping,
            self._wake,
        )
        self._verifications = DueVerifications(
            self._store, push.site_url, self._public_client, self._stopping, self._wake
        )
        self._notifications = DueNotifications(
            self._store,
            push.listeners,
            push.site_url,
            self._operator_client,
            self._stopping,
            self._retry,
        )
        self._due = (self._deliveries, self._verifications, self._notifications)
        self._thread = threading.Thread(target=self._loop, name="pusher", daemon=True)
        self._is_alone = False
        self._is_registered = False  # in the store
        self._last_publish = -1
        # Monotonic times: setting the clock back must not delay anybody.
        self._deliveries_at = -math.inf  # of the next look for deliveries
        self._notifications_at = -math.inf  # of the next look for notifications
        self._deliverable_at = -math.inf  # when the last publish may be delivered
        self._served_at = -math.inf  # when the last publish is served by every web process
        self._clock = SteadyClock()

    def start(self, *, alone: bool = False) -> None:
        """Start pushing. `alone`: no other process pushes for this store."""
        self._is_alone = alone
        with suppress(StoreError):  # else at the first look at which the store can be written
            self._register()
        self._thread.start()

    def stop(self) -> None:
        """Stop within seconds. Another process may claim what is not sent by then."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout=2)
        for each in self._due:
            each.queues.close()
        until = time.monotonic() + _TIME_TO_END
        while any(each.queues.queued() for each in self._due) and time.monotonic() < until:
            time.sleep(TICK / 5)
        leaving = threading.Thread(target=self._leave, name="leaving", daemon=True)
        leaving.start()
        leaving.join(timeout=_TIME_TO_END)  # a silent store must not block the program's end
        self._public_client.close()
        self._operator_client.close()

    def finish(self, seconds: float) -> bool:
        """Wait until nothing is due. False if that takes longer than `seconds`."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._is_idle():
                return True
            self._stopping.wait(TICK)
        return False

    def wake(self, *_: object) -> None:
        """Look at once, because something was published."""
        self._wake.set()

    def end(self, name: str, reason: str) -> bool:
        """End the subscription whose name starts with `name`. False if there is none."""
        for subscription in self._store.subscriptions.all():
            if len(name) >= _LEAST_OF_NAME and subscription.target.name.startswith(name):
                self._verifications.end(subscription.target, reason)
                return True
        return False

    def tidy(self) -> None:
        """Delete what has expired, and end subscriptions to feeds that no longer exist."""
        now, ended = datetime.now(UTC), 0
        try:
            if self._clock.steady_seconds() >= _STEADY_SECONDS:
                ended = self._store.subscriptions.end_leases(now)
            self._store.intents.forget_old(now)
            self._store.jobs.forget_old(now)
            self._follow_renamed()
            for target in self._store.subscriptions.without_feed():
                self._verifications.end_soon(target, "this feed no longer exists")
        except StoreError as error:
            log.warning("the store could not be tidied: %s", error)
            return
        if ended:
            log.info("the leases of %d subscriptions have ended", ended)

    def _loop(self) -> None:
        fault = ""
        while not self._stopping.is_set():
            self._wake.wait(self._seconds_until_look())
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

    def _seconds_until_look(self) -> float:
        ahead = max(self._deliveries_at, self._deliverable_at) - time.monotonic()
        return ahead if 0 < ahead < TICK else TICK

    def _look(self) -> None:
        """Record what was sent, then claim and enqueue what is due."""
        if not self._is_registered:
            self._register()
        self._record_deliveries()
        now = time.monotonic()
        if self._clock.was_set() or self._retry.is_set():
            self._retry.clear()
            self._deliveries_at = self._notifications_at = now
        self._follow_publishes(now)
        if self._is_hub:
            self._record_verifications()
            self._verifications.claim(datetime.now(UTC))
            if max(self._deliveries_at, self._deliverable_at) <= now:
                self._claim_deliveries(datetime.now(UTC))
        if (
            self._notifications.has_listeners
            and max(self._notifications_at, self._served_at) <= now
        ):
            self._claim_notifications(datetime.now(UTC))

    def _register(self) -> None:
        """Enter the listeners in the store, and free claims that a dead process has left."""
        self._notifications.register()
        if self._is_alone:
            self._store.subscriptions.release_claims()
            self._store.intents.release_claims()
            self._store.listeners.release_claims()
        self._is_registered = True

    def _follow_publishes(self, now: float) -> None:
        """After a publish, make everything due as soon as web processes serve it."""
        last = self._store.listeners.last_publish()
        if last == self._last_publish:
            return
        if self._is_hub:
            self._follow_renamed()
        self._is_registered = last > self._last_publish  # a lower number: the store is new
        self._last_publish = last
        self._deliveries_at = self._notifications_at = now
        if self._deliverable_at <= now:  # else a series of publishes would delay deliveries
            self._deliverable_at = now + DELIVERED_AFTER
        self._served_at = now + SERVED_AFTER

    def _follow_renamed(self) -> None:
        """Move the subscriptions of renamed feeds; otherwise they would be ended."""
        with self._store.snapshot() as snapshot:
            site = snapshot.site()
        renamed = successors(site.rules) if site else {}
        if site and renamed:
            moved = self._store.subscriptions.follow_renamed(renamed, site.url)
            if moved:
                log.info("moved %d subscriptions to feeds with a new name", moved)

    def _record_deliveries(self) -> None:
        if self._deliveries.record():
            self._deliveries_at = min(self._deliveries_at, time.monotonic())

    def _record_verifications(self) -> None:
        if self._verifications.record():
            self._deliveries_at = min(self._deliveries_at, time.monotonic())

    def _claim_deliveries(self, now: datetime) -> None:
        if self._deliveries.claim(now):
            self._deliveries_at = time.monotonic() + TICK
            return
        due = self._store.subscriptions.next_delivery_due(now)
        self._deliveries_at = time.monotonic() + _seconds_until(due, now)

    def _claim_notifications(self, now: datetime) -> None:
        self._notifications.claim(now, self._last_publish)
        due = self._store.listeners.next_due(now)
        self._notifications_at = time.monotonic() + _seconds_until(due, now)

    def _is_idle(self) -> bool:
        with self._looking:  # else something claimed might not be in a queue yet
            if any(each.queues.queued() for each in self._due):
                return False
            if not (self._deliveries.is_recorded() and self._verifications.is_recorded()):
                return False
            now = datetime.now(UTC)
            due = [self._store.listeners.next_due(now)]
            if self._is_hub:
                due.append(self._store.intents.next_due(now))
                due.append(self._store.subscriptions.next_delivery_due(now))
        return not any(moment and moment <= now for moment in due)

    def _leave(self) -> None:
        """Record what was sent, and release the claims on everything else."""
        try:
            self._record_deliveries()
            self._record_verifications()
            deliveries, intents, listeners = (each.claimed.copy() for each in self._due)
            if deliveries:
                self._store.subscriptions.release(deliveries)
            if intents:
                self._store.intents.release(intents)
            if listeners:
                self._store.listeners.release(listeners)
        except StoreError as error:
            log.warning("the last requests will be sent a second time: %s", error)
        self._store.close()


def _seconds_until(due: datetime | None, now: datetime) -> float:
    """How long to wait for `due`; not very long, since the clock may be set."""
    ahead = (due - now).total_seconds() if due else _LONGEST_WAIT
    return min(max(ahead, 0.0), _LONGEST_WAIT)
