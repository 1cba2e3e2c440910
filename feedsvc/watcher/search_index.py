"""Switches the search index on or off, and builds it beside the publishes."""

import logging
import threading
import time
from typing import Final

from feedsvc.errors import StoreError
from feedsvc.watcher.current_store import CurrentStore

_SECONDS: Final = 1.0  # between two looks: the store may be replaced at any time
_LOG_SECONDS: Final = 10.0  # between two lines of the log

log = logging.getLogger("feedsvc.search")


class IndexBuilder:
    """Keeps the search index as the setting `search.full_text` wants it, in its own thread."""

    def __init__(
        self, current: CurrentStore, stopping: threading.Event, *, full_text: bool
    ) -> None:
        self._current = current
        self._stopping = stopping
        self._full_text = full_text
        self._logged_at = -_LOG_SECONDS
        self._fault = ""
        self._is_off = False  # nothing is left to do

    def switch(self) -> None:
        """Create or drop the index; a fault is logged, and retried later."""
        try:
            if self._current.store.search_indexes.switch(on=self._full_text):
                log.info("the search index is switched %s", "on" if self._full_text else "off")
            self._is_off = not self._full_text
        except StoreError as error:
            self._log_fault(error)

    def run(self) -> None:
        """Build the index until the watcher stops. Most of the time nothing is to be done."""
        while not (self._is_off or self._stopping.wait(_SECONDS)):
            try:
                self.switch()
                while self._full_text and self._build_some():
                    if self._stopping.is_set():
                        return
            except StoreError as error:
                self._log_fault(error)
            except Exception:
                log.exception("the search index is not built because of a bug in feedsvc")

    def _build_some(self) -> bool:
        progress = self._current.store.search_indexes.build_some()
        if progress is None:
            return False
        self._fault = ""
        done, last = progress
        is_complete = done >= last
        if is_complete or time.monotonic() >= self._logged_at + _LOG_SECONDS:
            self._logged_at = time.monotonic()
            state = "is complete" if is_complete else "is being built"
            log.info("the search index %s: %d of %d posts", state, done, last)
        return True

    def _log_fault(self, error: StoreError) -> None:
        if self._full_text and str(error) != self._fault:  # once, and not every second
            self._fault = str(error)
            log.warning("the search index is not built, will be retried: %s", error)
