"""Whether the server of a store has stopped answering, so that threads do not wait for it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SILENT_AFTER: Final = 2.0  # seconds for which a probe has had no answer


class Silence:
    """One thread probes the store; the other threads ask here whether it answers.

    Before the first probe the store counts as answering. If a probe fails quickly, for example
    because the server refuses connections, the store does not count as silent: the other
    threads fail quickly too.
    """

    def __init__(self) -> None:
        self._prober: int | None = None
        self._probe_began: float | None = None
        self._was_silent = False

    @contextmanager
    def probe(self) -> Iterator[None]:
        """Query the store within this context. Only one thread may probe."""
        self._prober = threading.get_ident()
        self._probe_began = time.monotonic()
        try:
            yield
        except BaseException:
            self._was_silent = time.monotonic() - self._probe_began > SILENT_AFTER
            raise
        else:
            self._was_silent = False
        finally:
            self._probe_began = None

    def is_silent(self) -> bool:
        """True if the store does not answer. Always False in the thread that probes it."""
        if self._prober is None or threading.get_ident() == self._prober:
            return False
        began = self._probe_began
        is_late = began is not None and time.monotonic() - began > SILENT_AFTER
        return self._was_silent or is_late
