"""A real feedsvc process on a free port."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path

import requests

from tests.support.run import adopt, release, worker_number
from tests.support.starter import start_forked
from tests.support.stores import prepare_store

SITE = {
    "FEEDSVC_SITE__TITLE": "Tea notes",
    "FEEDSVC_SITE__AUTHOR": "Li Wei",
    "FEEDSVC_SITE__TIMEZONE": "Asia/Shanghai",
    "FEEDSVC_SITE__TAG_AUTHORITY": "example.org,2026",
}
_FIRST_PORT = 10_000
_PORTS_OF_PROCESS = 1_000
_OURS = range(
    _FIRST_PORT + _PORTS_OF_PROCESS * worker_number(),
    _FIRST_PORT + _PORTS_OF_PROCESS * (worker_number() + 1),
)
# Two runs on a machine begin at different ports: both may find one free before either listens.
_BEGIN: int = secrets.randbelow(_PORTS_OF_PROCESS)
_PORTS: "cycle[int]" = cycle([*_OURS[_BEGIN:], *_OURS[:_BEGIN]])
_KEPT = ("PATH", "HOME", "LANG")


def free_port() -> int:
    """A port that nothing listens on now, and that no other process of this run chooses.

    The ports are below those that the kernel gives to outgoing connections.
    """
    while True:
        port = next(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Server:
    """A running `feedsvc serve` (or `web`, `watch`): its address, its log, its end."""

    def __init__(
        self,
        place: Path,
        seeds: Path,
        *,
        command: str = "serve",
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
        more: Sequence[str] = (),
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_file = place / f"{command}-{self.port}.log"
        place.mkdir(parents=True, exist_ok=True)
        environ = {
            **{name: os.environ[name] for name in _KEPT if name in os.environ},
            **SITE,
            "FEEDSVC_SITE__URL": self.url,
            "FEEDSVC_CONTENT__SEEDS": str(seeds),
            "FEEDSVC_STORE__URL": f"sqlite:///{place}/var/feedsvc.sqlite3",
            "FEEDSVC_SERVER__PORT": str(self.port),
            **(settings or {}),
        }
        self.log_file.touch()
        if "FEEDSVC_STORE__URL" not in (settings or {}):
            prepare_store(environ["FEEDSVC_STORE__URL"])
        self.process = _started([command, *more], environ, place, self.log_file)
        adopt(self.process)

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self.log_file.read_text("utf-8")

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> requests.Response:
        """GET, without following redirects."""
        return self.ask("GET", path, headers)

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        data: object = None,
    ) -> requests.Response:
        """Any request to a path; `Accept-Encoding: identity` unless told otherwise."""
        sent = {"Accept-Encoding": "identity", **(headers or {})}
        return requests.request(
            method,
            self.url + path,
            headers=sent,
            allow_redirects=False,
            timeout=10,
            data=data,  # type: ignore[arg-type]  # bytes, or an iterator of them
        )

    def wait_until_ready(self) -> "Server":
        """Wait for the first scan to be committed and the server to answer."""
        wait_until(self._is_ready, f"ready: {self.log_file}")
        return self

    def _is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"feedsvc ended with {self.process.returncode}: {self.log}")
        try:
            return self.get("/readyz").status_code == 200
        except requests.ConnectionError:
            return False

    def pause(self) -> None:
        """Stop it and its processes, so that they take no processor time."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, signal_number: int) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal_number)

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        """End it, and everything that it started; its exit code."""
        self.resume()
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
        try:
            return self.process.wait(10)
        finally:
            self.kill()

    def kill(self) -> None:
        """kill -9 the whole process group."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        release(self.process)


def _started(
    words: list[str], environ: Mapping[str, str], place: Path, log_file: Path
) -> "subprocess.Popen[bytes]":
    if sys.platform != "linux":
        with log_file.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "feedsvc", *words],
                env=environ,
                cwd=place,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
    return start_forked(words, environ, place, log_file)


def wait_until(condition: Callable[[], object], what: str, seconds: float = 60) -> float:
    """Wait for a condition to hold; for how many seconds it did not.

    It looks less often the longer it waits, because each look may be a request.
    """
    started = time.monotonic()
    while (waited := time.monotonic() - started) < seconds:
        if condition():
            return time.monotonic() - started
        time.sleep(min(0.02 + waited / 20, 0.1))
    raise AssertionError(f"not within {seconds} s: {what}")


@contextmanager
def running(
    place: Path,
    seeds: Path,
    settings: Mapping[str, str] | None = None,
    port: int | None = None,
) -> Iterator[Server]:
    """A server that is ready, and that ends with the context."""
    server = Server(place, seeds, port=port, settings=settings)
    try:
        yield server.wait_until_ready()
    finally:
        server.stop()
