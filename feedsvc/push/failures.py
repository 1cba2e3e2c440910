"""How many verifications of a callback host have failed since one succeeded."""

from collections import OrderedDict
from datetime import datetime
from threading import Lock

from feedsvc.core.subscriptions import MOST_FAILURES, UNPROVEN_FOR


class Failures:
    """Counts failures in a row of each host; one that is older than ten minutes is forgotten.

    For any number of threads.
    """

    def __init__(self) -> None:
        self._hosts: OrderedDict[str, tuple[int, datetime]] = OrderedDict()  # oldest first
        self._lock = Lock()

    def add(self, host: str, now: datetime) -> bool:
        """Count a failure; True if so many have failed that the host's queue is to go."""
        with self._lock:
            while self._hosts and next(iter(self._hosts.values()))[1] <= now - UNPROVEN_FOR:
                self._hosts.popitem(last=False)
            count = self._hosts.pop(host, (0, now))[0] + 1
            self._hosts[host] = (count, now)
            return count >= MOST_FAILURES

    def clear(self, host: str) -> None:
        """Note a success."""
        with self._lock:
            self._hosts.pop(host, None)
