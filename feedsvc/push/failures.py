"""Counts the verifications of each callback host that failed in a row."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime

from feedsvc.core.websub.subscriptions import (
    MOST_FAILURES,
    UNPROVEN_FOR,
    Verification,
)


class Failures:
    """The number of failures in a row of each host. It expires after ten minutes."""

    def __init__(self) -> None:
        self._hosts: OrderedDict[str, tuple[int, datetime]] = OrderedDict()  # oldest first

    def count(self, verifications: Iterable[Verification], now: datetime) -> set[str]:
        """Count these in order. Returns the hosts whose queues must be dropped."""
        while self._hosts and next(iter(self._hosts.values()))[1] <= now - UNPROVEN_FOR:
            self._hosts.popitem(last=False)
        dropped = set()
        for each in verifications:
            host = each.intent.target.host
            count = self._hosts.pop(host, (0, now))[0] + 1
            if each.is_confirmed:
                dropped.discard(host)
                continue
            self._hosts[host] = (count, now)
            if count >= MOST_FAILURES:
                dropped.add(host)
        return dropped
