"""How long a command takes and how much memory: measured by a small process of its own.

A child's peak begins at that of the process that starts it, so a small one does: this file, run
as a program.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

_TICK = 0.03  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Run:
    """What a command took: seconds of wall time and the peak of memory in MB (10^6 octets).

    The memory is that of all its processes together: what several share counts once (PSS).
    Without /proc it is the resident memory of the largest. `processor` is the seconds of
    processor time of all of them, which a busy machine changes less.
    """

    seconds: float
    peak_mb: float
    processor: float


def measured(
    command: list[str],
    folder: Path,
    environ: Mapping[str, str],
    expected: Collection[int] = (0,),
) -> Run:
    """Run a command in a folder. Raises CalledProcessError if it ends otherwise."""
    done = subprocess.run(
        [sys.executable, "-I", __file__, *command],
        check=False,
        cwd=folder,
        env=dict(environ),
        stdout=subprocess.PIPE,
    )
    if done.returncode not in expected:
        raise subprocess.CalledProcessError(done.returncode, command)
    return Run(**json.loads(done.stdout))


def _measure(command: list[str]) -> tuple[Run, int]:
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        ended, peaks = threading.Event(), [0.0]
        watch = threading.Thread(target=_watch, args=(process.pid, ended, peaks))
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        ended.set()
        watch.join()
        process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 2**10  # octets there, kibibytes elsewhere
    peak = max(peaks) or usage.ru_maxrss * unit / 1e6
    return Run(seconds, peak, usage.ru_utime + usage.ru_stime), process.returncode


def memory_of(pid: int) -> float:
    """The memory of a process and of those below it in MB, as in a Run."""
    return sum(map(_octets, _tree(pid))) / 1e6


def processor_of(pid: int) -> float:
    """The seconds of processor time that a process and those below it have used so far.

    Processes that have ended count, once somebody has waited for them.
    """
    ticks = 0
    for each in _tree(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(") ")[2].split()
        except OSError:  # it has just ended
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _watch(pid: int, ended: threading.Event, peaks: list[float]) -> None:
    while not ended.wait(_TICK):
        peaks.append(memory_of(pid))


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found = children.read_text().split()
        except OSError:  # it has just ended
            continue
        for child in found:
            yield from _tree(int(child))


def _octets(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    sizes = [line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:")]
    return sum(map(int, sizes)) * 1024


if __name__ == "__main__":
    run, code = _measure(sys.argv[1:])
    print(json.dumps(asdict(run)))
    sys.exit(code)
