"""What all processes of one test run share: a folder, and a reaper that outlives them.

pytest-xdist runs the tests in several processes. The first that needs a costly thing (a
PostgreSQL server, a browser) starts it for all of them. Whatever a test starts is adopted: the
reaper kills what is left when the run ends, also when the run itself was killed.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_FOLDER: Final = "FEEDSVC_TEST_RUN"  # the variable that names the folder to all processes
_PIDS: Final = "pids"


class Run:
    """One test run, in the process that pytest was started as; it ends with `end`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="feedsvc-tests-"))
        self.folder.chmod(0o755)
        (self.folder / _PIDS).mkdir()
        os.environ[_FOLDER] = str(self.folder)
        # It reads from a pipe that closes when this process ends, however it ends.
        self._reaper = subprocess.Popen(
            [sys.executable, __file__, str(self.folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def end(self) -> None:
        """Kill what is left, and remove the folder."""
        self._reaper.communicate()
        del os.environ[_FOLDER]


def is_worker() -> bool:
    """True in a process that pytest-xdist has started for another one's run."""
    return "PYTEST_XDIST_WORKER" in os.environ


def worker_name() -> str:
    """A name of this process, different from that of each other process of the run."""
    return os.environ.get("PYTEST_XDIST_WORKER", "only")


_adopted: dict[int, subprocess.Popen[bytes]] = {}


def worker_number() -> int:
    """The number of this process among those of the run, from 0."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def adopt(process: subprocess.Popen[bytes]) -> None:
    """Have a process and its process group killed at the end of the run."""
    _adopted[process.pid] = process  # or it would be collected, which warns while it runs
    (_folder() / _PIDS / str(process.pid)).touch()


def release(process: subprocess.Popen[bytes]) -> None:
    """The process has ended: its number may soon be that of another one."""
    _adopted.pop(process.pid, None)
    (_folder() / _PIDS / str(process.pid)).unlink(missing_ok=True)


def open_folder() -> Path:
    """An empty folder that lasts as long as the run, and that other users may enter.

    pytest closes its own folders to all but their user, and so does each further run.
    """
    folder = Path(tempfile.mkdtemp(dir=_folder()))
    folder.chmod(0o755)
    return folder


def shared(name: str, start: Callable[[Path], str]) -> str:
    """What `start` returned to the first process of this run that asked for `name`.

    `start` gets an empty folder that lasts as long as the run. It adopts what it starts.
    """
    place = _folder() / name
    with _locked(_folder() / f"{name}.lock"):
        if not place.exists():
            place.mkdir()
            (_folder() / f"{name}.value").write_text(start(place), "utf-8")
        return (_folder() / f"{name}.value").read_text("utf-8")


def _folder() -> Path:
    return Path(os.environ[_FOLDER])


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _reap(folder: Path) -> None:
    """Wait for the run to end, then kill what it has left."""
    sys.stdin.read()
    for file in (folder / _PIDS).iterdir():
        for kill in (os.killpg, os.kill):
            with suppress(ProcessLookupError):
                kill(int(file.name), signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _reap(Path(sys.argv[1]))
