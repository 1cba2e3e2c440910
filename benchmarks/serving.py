"""What `feedsvc serve` costs: a restart, one save, and polls while every file is read again."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Run, memory_of, processor_of

_TICK = 0.005  # seconds between two looks
_LONGEST = 600  # seconds
_SETTLED = 3  # seconds after which the first scan of 10,000 posts has ended
_POLL_EVERY = 0.002  # seconds
_IDLE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Serving:
    """A server on a free port, for the posts and the settings of `environ`."""

    place: Path
    posts: Path
    environ: Mapping[str, str]
    port: int

    @contextmanager
    def running(self, **settings: str) -> Iterator[int]:
        """Run the server with these `settings` too (`site__title`). Gives its process id."""
        more = {f"FEEDSVC_{name.upper()}": value for name, value in settings.items()}
        process = subprocess.Popen(
            [sys.executable, "-m", "feedsvc", "serve"],
            cwd=self.place,
            env=os.environ | self.environ | {"FEEDSVC_SERVER__PORT": str(self.port)} | more,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()

    def get(self, path: str) -> str:
        """The body at a path; empty while nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        except OSError:
            return ""
        finally:
            connection.close()

    def restart(self, **settings: str) -> Run:
        """From the start of the program to its first right answer."""
        started = time.perf_counter()
        with self.running(**settings) as pid:
            wait_for(lambda: "<entry>" in self.get("/atom.xml"))
            seconds = time.perf_counter() - started
            return Run(seconds, memory_of(pid), processor_of(pid))

    def saves(self, pid: int, count: int) -> tuple[list[float], Run]:
        """Seconds from each save of a post until it is visible over HTTP.

        Also the median, with the processor time of one save.
        """
        wait_for(lambda: "<entry>" in self.get("/atom.xml"))
        self._wait_until_idle(pid)
        newest = max(self.posts.rglob("*.md"), key=_date_of)
        source = newest.read_text("utf-8")
        times = []
        before = processor_of(pid)
        for number in range(count):
            mark = f"edit number {number}"
            newest.write_text(source.replace("title: ", f"title: {mark} ", 1), "utf-8")
            started = time.perf_counter()
            wait_for(lambda mark=mark: mark in self.get("/atom.xml"))  # type: ignore[misc]
            times.append(time.perf_counter() - started)
        processor = (processor_of(pid) - before) / count
        newest.write_text(source, "utf-8")
        return times, Run(sorted(times)[count // 2], memory_of(pid), processor)

    def polls_while_reading(
        self, settings: Mapping[str, str], others: Mapping[str, str]
    ) -> tuple[float, float]:
        """The 99th percentile of polls, in milliseconds: while nothing happens, and meanwhile.

        The store is that of the `settings`; with the `others` every file is read again.
        """
        with self.running(**settings) as pid:
            wait_for(lambda: "<entry>" in self.get("/atom.xml"))
            self._wait_until_idle(pid)
            until = time.monotonic() + _IDLE_SECONDS
            idle, body = self._polls(lambda body: time.monotonic() > until)
        with self.running(**settings, **others):
            wait_for(lambda: "<entry>" in self.get("/atom.xml"))
            busy, _ = self._polls(lambda now: now != body)
        return _p99(idle), _p99(busy)

    def _polls(self, is_over: Callable[[bytes], bool]) -> tuple[list[float], bytes]:
        """Poll the main feed over one connection. Gives the milliseconds, and the last body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        times: list[float] = []
        body = b""
        while not (body and is_over(body)):
            time.sleep(_POLL_EVERY)
            started = time.perf_counter()
            connection.request("GET", "/atom.xml")
            body = connection.getresponse().read()
            times.append(1000 * (time.perf_counter() - started))
        connection.close()
        return times, body

    def _wait_until_idle(self, pid: int) -> None:
        """Wait until the first scan has ended: a second with less than a fifth of a core."""
        time.sleep(_SETTLED)
        before = processor_of(pid)
        while True:
            time.sleep(1)
            now = processor_of(pid)
            if now - before < 0.2:
                return
            before = now


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until the condition is true."""
    until = time.monotonic() + _LONGEST
    while not condition():
        assert time.monotonic() < until
        time.sleep(_TICK)


def _p99(times: list[float]) -> float:
    return sorted(times)[int(0.99 * (len(times) - 1))]


def _date_of(post: Path) -> str:
    found = re.search(r"^date: (.*)$", post.read_text("utf-8"), re.M)
    return found[1] if found else ""
