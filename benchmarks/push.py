"""From a save to the last of many subscribers: our hub beside a loop that only sends.

The subscribers are a process of their own, which checks the signature of every delivery. The
loop posts the same bytes to the same callbacks with requests, from as many threads as the hub
has, without a store, signatures and checks of addresses: what remains of the time is ours.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import requests

from benchmarks.posts import write_posts
from feedsvc.core.websub.subscriptions import Intent, Target
from feedsvc.store.store import Store

SECRET: Final = "a secret of every subscriber"  # noqa: S105 - of this benchmark
THREADS: Final = 64
POSTS: Final = 200


async def _subscribe(port: int) -> None:
    """The subscribers: a GET is answered with when each delivery since the last one came."""
    seen: dict[str, float] = {}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                method, path, _ = head.split(" ", 2)
                fields = dict(
                    line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line
                )
                body = await reader.readexactly(int(fields.get("content-length", 0)))
                said = b""
                if method == "GET":
                    said = json.dumps(sorted(seen.values())).encode()
                    seen.clear()
                else:
                    given = fields.get("x-hub-signature", "")
                    right = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
                    if given in ("", f"sha256={right}"):
                        seen[path] = time.time()
                length = str(len(said)).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Length: " + length + b"\r\n\r\n" + said
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


class Bench:
    """A site with so many subscribers of its feed."""

    def __init__(self, place: Path, count: int) -> None:
        self.place, self.count = place, count
        self.port, self.theirs = _free_port(), _free_port()
        self.posts = place / "posts"
        write_posts(self.posts, POSTS)
        self.environ = {
            "FEEDSVC_SITE__TITLE": "Benchmark",
            "FEEDSVC_SITE__URL": f"http://127.0.0.1:{self.port}",
            "FEEDSVC_SITE__AUTHOR": "Nobody",
            "FEEDSVC_SITE__TIMEZONE": "Asia/Shanghai",
            "FEEDSVC_SITE__TAG_AUTHORITY": "example.org,2026",
            "FEEDSVC_CONTENT__SEEDS": str(self.posts),
            "FEEDSVC_STORE__URL": f"sqlite:///{place}/var/feedsvc.sqlite3",
            "FEEDSVC_SERVER__PORT": str(self.port),
            "FEEDSVC_HUB__NETWORKS": '["127.0.0.0/8"]',
        }

    def callback(self, number: int) -> str:
        return f"http://127.0.0.1:{self.theirs}/{number}"

    def hub(self, rounds: int) -> Iterator[tuple[float, float]]:
        """Seconds from each publish to the first delivery and to the last."""
        with self._subscribers(), self._server():
            self._subscribe()
            for number in range(rounds):
                self._seen()
                post = self.posts / "pushed.md"
                post.write_text(f"---\ntitle: T\ndate: 2026-11-01\n---\nRound {number}.\n")
                arrivals = self._arrivals()
                store = Store(self.environ["FEEDSVC_STORE__URL"])
                began = store.listeners.publishes_since(0, 9999)[-1].at.timestamp()
                store.close()
                yield arrivals[0] - began, arrivals[-1] - began

    def loop(self) -> float:
        """Seconds in which a loop sends the same to the same callbacks."""
        with self._subscribers():
            body = b"x" * 110_000
            local = threading.local()

            def send(number: int) -> None:
                if not hasattr(local, "session"):
                    local.session = requests.Session()
                local.session.post(self.callback(number), body, timeout=10)

            with ThreadPoolExecutor(THREADS) as pool:
                started = time.perf_counter()
                list(pool.map(send, range(self.count)))
                return time.perf_counter() - started

    def _subscribe(self) -> None:
        store = Store(self.environ["FEEDSVC_STORE__URL"])
        now = datetime.now(UTC)
        with store.snapshot() as snapshot:
            feed = snapshot.feed("")
            assert feed
        for number in range(self.count):
            target = Target("", "atom", self.callback(number), "127.0.0.1")
            more = (SECRET, 864_000, feed.digest, now, str(number))
            intent = Intent(target, "subscribe", "bench", *more)
            is_confirmed = False
            while not is_confirmed:  # the server may verify it first, and drop it
                assert not store.intents.enqueue(intent, 2 * self.count, now)
                is_confirmed = store.intents.confirm(intent, now)
        store.close()

    def _arrivals(self) -> list[float]:
        arrivals: list[float] = []
        until = time.monotonic() + 120
        while len(arrivals) < self.count and time.monotonic() < until:
            time.sleep(0.5)
            arrivals += self._seen()
        assert len(arrivals) == self.count, f"{len(arrivals)} of {self.count} were delivered"
        return sorted(arrivals)

    def _seen(self) -> list[float]:
        found: list[float] = requests.get(self.callback(0), timeout=10).json()
        return found

    @contextmanager
    def _subscribers(self) -> Iterator[None]:
        command = [sys.executable, "-m", "benchmarks.push", "--subscribers", str(self.theirs)]
        with _running(command, self.theirs, {}):
            yield

    @contextmanager
    def _server(self) -> Iterator[None]:
        command = [sys.executable, "-m", "feedsvc", "serve"]
        with _running(command, self.port, self.environ, self.place):
            until = time.monotonic() + 60
            while time.monotonic() < until:
                if requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=10).ok:
                    break
                time.sleep(0.1)
            yield


@contextmanager
def _running(
    command: list[str], port: int, environ: dict[str, str], place: Path | None = None
) -> Iterator[None]:
    process = subprocess.Popen(
        command, env=os.environ | environ, cwd=place, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[1, 1000, 10_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--subscribers", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.subscribers:
        asyncio.run(_subscribe(given.subscribers))
        return
    for count in given.counts:
        with tempfile.TemporaryDirectory() as place:
            bench = Bench(Path(place), count)
            rounds = sorted(bench.hub(given.rounds), key=lambda found: found[1])
            first, last = rounds[len(rounds) // 2]
            loop = bench.loop()
            spread = f"{rounds[0][1]:.2f} to {rounds[-1][1]:.2f}"
            print(
                f"{count:>6} subscribers: first {first * 1000:.0f} ms, last {last:.2f} s "
                f"({spread}); a loop that only sends {loop:.2f} s, {loop / last:.2f}x"
            )


if __name__ == "__main__":
    main()
