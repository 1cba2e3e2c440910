"""Work for worker processes, which import it by name."""

import multiprocessing
import os
import signal
import sys
import time
from itertools import count

from feedsvc.publishing.exporting.sharing import shared


def is_worker() -> bool:
    """True in a process that another one has started for its work."""
    return multiprocessing.parent_process() is not None


def with_pids(numbers: list[int]) -> list[tuple[int, int]]:
    """Each number with the process that had it. A worker takes a moment for each."""
    time.sleep(0.001 * len(numbers))
    return [(number, os.getpid()) for number in numbers]


def dying_at_50(numbers: list[int]) -> list[int]:
    """The numbers, which take a moment; a worker dies at 50 or more."""
    time.sleep(0.001)
    if is_worker() and max(numbers) >= 50:
        os.kill(os.getpid(), signal.SIGKILL)
    return numbers


def full_at_50(numbers: list[int]) -> list[int]:
    """The numbers; a worker has no room for 50 or more."""
    if is_worker() and max(numbers) >= 50:
        raise OSError(28, "No space left on device", "public/atom.xml")
    time.sleep(0.01)
    return numbers


def main() -> None:
    """Work for ever, and print the process id of each worker once."""
    seen = set()
    for _, pid in shared(with_pids, count(), 3):
        if pid not in seen:
            seen.add(pid)
            sys.stdout.write(f"{pid}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
