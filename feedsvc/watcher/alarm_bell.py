"""Looks regularly whether something wants attention, so that listeners are told."""

import logging
from datetime import UTC, datetime

from feedsvc.core.admin.attention import attention_of
from feedsvc.core.admin.status import Surroundings
from feedsvc.errors import StoreError, StoreLocked
from feedsvc.store.engine.limits import Limits
from feedsvc.store.store import Store

log = logging.getLogger("feedsvc.watcher")


class AlarmBell:
    """Looks when it is told to. The schedule of the watcher does so."""

    def __init__(self, around: Surroundings, limits: Limits) -> None:
        self._around = around
        self._limits = limits
        self._store: Store | None = None

    def look(self) -> None:
        """Record in the store what wants attention now."""
        now = datetime.now(UTC)
        try:
            store = self._store or Store(self._around.store_url, limits=self._limits)
            self._store = store  # `close` may be called meanwhile
            news = store.alarms.note(attention_of(store.status(self._around, now)), now)
        except StoreLocked:  # somebody publishes; the next look will do
            return
        except StoreError as error:
            log.debug("it is unknown what wants attention: %s", error)
            self.close()  # the file may have been replaced
            return
        for each in news:
            words = f": {each.sentence}; {each.cure}" if each.sentence else ""
            log.warning("%s %s to want attention%s", each.code, _VERBS[each.state], words)

    def close(self) -> None:
        """Close the store. The next look opens it again."""
        if self._store:
            self._store.close()
        self._store = None


_VERBS = {"began": "began", "ended": "ceased"}
