"""Records in the store what fails, so that operators see since when, also after a restart."""

from contextlib import suppress
from datetime import UTC, datetime

from feedsvc.errors import StoreError
from feedsvc.store.operating.lasting_failures import FAILURE_KINDS, FailureKind
from feedsvc.watcher.current_store import CurrentStore


class FailureLog:
    """Writes only what is new. If the store cannot be written, the store is what fails."""

    def __init__(self, current: CurrentStore) -> None:
        self._current = current
        # None if it is unknown: an earlier watcher may have left a failure.
        self._faults: dict[FailureKind, str | None] = dict.fromkeys(FAILURE_KINDS)

    def failed(self, kind: FailureKind, fault: str) -> None:
        """Record that work of this kind fails."""
        if self._faults.get(kind) != fault:
            with suppress(StoreError):
                self._current.store.failures.note(kind, fault, datetime.now(UTC))
                self._faults[kind] = fault

    def succeeded(self, *kinds: FailureKind) -> None:
        """Record that work of these kinds succeeds."""
        if any(self._faults.get(kind) != "" for kind in kinds):
            with suppress(StoreError):
                self._current.store.failures.end(kinds)
                self._faults |= dict.fromkeys(kinds, "")
