"""The schedule, in a process whose clock is set."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.clocks import HOUR, YEAR, Clock

SCHEDULED = """
import threading
from feedsvc.watcher.schedule import Schedule

schedule, pause = Schedule(), threading.Event()
schedule.every(0.2, lambda: print("chore", flush=True))
schedule.start()
while True:
    schedule.keep_time()
    pause.wait(0.05)
"""


@pytest.mark.parametrize("seconds", [-2 * HOUR, 2 * HOUR, -30 * YEAR, 30 * YEAR])
def test_a_schedule_keeps_its_interval_when_the_clock_is_set(
    tmp_path: Path, seconds: int
) -> None:
    clock = Clock(tmp_path / "clock")
    process = subprocess.Popen(
        [sys.executable, "-c", SCHEDULED],
        env=os.environ | clock.environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        for offset in (0, seconds, 0):
            clock.set(offset)
            began = time.monotonic()
            for _ in range(4):
                assert process.stdout.readline() == "chore\n"
            assert time.monotonic() - began < 5
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
