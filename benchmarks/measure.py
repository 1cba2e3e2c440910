"""How long a command takes and how much memory: measured by a small process of its own.

A child's peak begins at that of the process that starts it, so a small one does: this file, run
as a program.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """What a command took: seconds of wall time and the peak of resident memory in MB.

    `processor` is the seconds of processor time, which a busy machine changes less.
    """

    seconds: float
    peak_mb: float
    processor: float


def measured(command: list[str], folder: Path, environ: Mapping[str, str]) -> Run:
    """Run a command in a folder. Raises CalledProcessError where it fails."""
    done = subprocess.run(
        [sys.executable, "-I", __file__, *command],
        check=True,
        cwd=folder,
        env=dict(environ),
        stdout=subprocess.PIPE,
    )
    return Run(**json.loads(done.stdout))


def _measure(command: list[str]) -> Run:
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(process.returncode)
    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes there, kibibytes elsewhere
    return Run(seconds, usage.ru_maxrss / unit, usage.ru_utime + usage.ru_stime)


if __name__ == "__main__":
    print(json.dumps(asdict(_measure(sys.argv[1:]))))
