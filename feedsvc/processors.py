"""What the machine gives: how many processes may work beside this one, and its memory."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

MOST: Final = 4  # unless the settings say another number
_ENOUGH_MEMORY: Final = 1_000_000_000  # octets, in all
_GROUPS: Final = Path("/sys/fs/cgroup")
_OWN_GROUP: Final = Path("/proc/self/cgroup")


def worker_count(setting: int | str = "auto") -> int:
    """How many processes to start for much work; 0 means that this process does it.

    `setting` is this number, or "auto": as many as processors that this process may use, up to
    MOST, but none on one processor, or with less than 1 GB.
    """
    if isinstance(setting, int):
        return setting
    processors = min(_processors(), _quota())
    if processors < 2 or min(_memory(), _group_limit("memory.max")) < _ENOUGH_MEMORY:
        return 0
    return min(int(processors), MOST)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> float:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return float("inf")


def _quota() -> float:
    """The processors that a container may use; infinite without a limit."""
    return _group_limit("cpu.max")


def _group_limit(name: str) -> float:
    """The smallest limit of this name in the control groups (version 2) of this process."""
    limits = [float("inf")]
    with suppress(OSError, ValueError):
        path = _OWN_GROUP.read_text().strip().rpartition("::/")[2]
        group = _GROUPS / path
        for each in (group, *group.parents):
            if not each.is_relative_to(_GROUPS):
                break
            with suppress(OSError, ValueError):
                value, *period = (each / name).read_text().split()
                limits.append(float(value) / float(*period or "1"))
    return min(limits)


def resident_octets() -> int:
    """The memory of this process; where the system does not say it, the most so far."""
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    import resource  # not on Windows

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
