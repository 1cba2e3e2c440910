"""A process that publishes in forks of itself, so that a test can kill many of them quickly.

For each line on its standard input it forks a process, which writes "begin PID", publishes
once, and writes "end". When that process is gone, "dead" follows.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGKILL

from feedsvc.core.site import Site
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store

SITE = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")
NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


class Publishers:
    """The processes that publish a folder into a store."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def publish(self, kill_after: float | None = None) -> float:
        """Publish in a new process, and kill it after so many seconds; how long it ran."""
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        pid = int(self._line().removeprefix("begin "))
        began = time.monotonic()
        if kill_after is not None:
            time.sleep(kill_after)
            with suppress(ProcessLookupError):
                os.kill(pid, SIGKILL)
        while self._line() != "dead":
            pass
        return time.monotonic() - began

    def _line(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the process has ended"
        return line.strip()


@contextmanager
def publishers(root: Path, url: str) -> Iterator[Publishers]:
    """Processes that publish the folder `root` into the store at `url`, one after another."""
    command = [sys.executable, "-m", "tests.support.killed_publish", str(root), url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe) as process:
        yield Publishers(process)


def main(root: str, url: str) -> None:
    """Fork a publisher for each line."""
    for _ in sys.stdin:
        pid = os.fork()
        if not pid:
            store = Store(url)
            _say(f"begin {os.getpid()}")
            publish(Folder(Path(root), 0), store, SITE, NOW)
            _say("end")
            os._exit(0)
        os.waitpid(pid, 0)
        _say("dead")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
