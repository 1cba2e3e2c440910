"""A clock that a test sets, for whole processes: libfaketime, read anew each second.

Only the clock on the wall moves, as on a machine whose clock is set: the monotonic clock and
the times of files stay. libfaketime 0.9.10 lets Python's `time.sleep` fail: use Event.wait.
"""

import time
from pathlib import Path
from typing import Final

import pytest

LIBRARY: Final = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)

_CACHED_SECONDS: Final = 1  # to read the file at each call would take most of the time

HOUR: Final = 3600
YEAR: Final = 365 * 24 * HOUR


class Clock:
    """The clock of the processes that are started with `environ`; skips without libfaketime."""

    def __init__(self, file: Path) -> None:
        if LIBRARY is None:
            pytest.skip("libfaketime is not installed")
        self._file = file
        self._write(0)
        self.environ = {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_CACHE_DURATION": str(_CACHED_SECONDS),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Otherwise a thread that waits for Python's lock takes all of the processor's time.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "NO_FAKE_STAT": "1",
        }

    def set(self, seconds: int) -> None:
        """Let it be so many seconds ahead of the right time; behind it if negative."""
        self._write(seconds)
        time.sleep(_CACHED_SECONDS + 1.1)  # it counts whole seconds

    def _write(self, seconds: int) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.replace(self._file)  # never half written
