"""Whether the server of a store is known not to answer, so that nobody else waits for it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SILENT_AFTER: Final = 2.0  # seconds for which a probe has had no answer


class Silence:
    """One thread probes the store; the others ask here whether to wait for it.

    Nothing is known until a probe has begun. A probe that fails sooner, as when a server
    refuses connections, says nothing: then the others fail soon too.
    """

    def __init__(self) -> None:
        self._prober: int | None = None
        self._begun: float | None = None
        self._was_silent = False

    @contextmanager
    def probe(self) -> Iterator[None]:
        """Ask the store within this context, in one thread, again and again."""
        self._prober = threading.get_ident()
        self._begun = time.monotonic()
        try:
            yield
        except BaseException:
            self._was_silent = time.monotonic() - self._begun > SILENT_AFTER
            raise
        else:
            self._was_silent = False
        finally:
            self._begun = None

    def is_known(self) -> bool:
        """True if the store does not answer. The thread that probes has to find out itself."""
        if self._prober is None or threading.get_ident() == self._prober:
            return False
        begun = self._begun
        is_late = begun is not None and time.monotonic() - begun > SILENT_AFTER
        return self._was_silent or is_late
