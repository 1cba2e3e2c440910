"""How many processes share work that needs the processor."""

import os
from typing import Final

_MOST: Final = 4


def worker_count(setting: int | None = None) -> int:
    """The number of processes to use, this one included; 1 on one core."""
    return setting or max(1, min(_MOST, len(os.sched_getaffinity(0))))
