"""Threads in which requests wait for answers, so that no slow host delays another."""

import logging
from collections import Counter, deque
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread

log = logging.getLogger("feedsvc.push")

_Work = Callable[[], None]


class HostQueues:
    """Does work in threads: each host has a lane, in which so much at a time is under way.

    A program that ends does not wait for them. Threads are started when they are needed.
    """

    def __init__(self, threads: int, most_of_host: int) -> None:
        self._most_threads = threads
        self._most_of_host = most_of_host
        self._threads: list[Thread] = []
        self._lanes: dict[str, deque[_Work]] = {}
        self._under_way: Counter[str] = Counter()
        self._ready: SimpleQueue[tuple[str, _Work]] = SimpleQueue()
        self._lock = Lock()

    def add(self, host: str, work: _Work) -> None:
        """Have this done, behind what is to be done for the host before it."""
        with self._lock:
            self._lanes.setdefault(host, deque()).append(work)
            self._begin_next(host)

    def in_hand(self) -> Counter[str]:
        """How much there is to do for each host, with what is under way."""
        with self._lock:
            return Counter(
                {host: len(lane) + self._under_way[host] for host, lane in self._lanes.items()}
            )

    def close(self) -> None:
        """Begin nothing more."""
        with self._lock:
            for lane in self._lanes.values():
                lane.clear()

    def _begin_next(self, host: str) -> None:
        lane = self._lanes[host]
        if not lane or self._under_way[host] >= self._most_of_host:
            return
        self._under_way[host] += 1
        self._ready.put((host, lane.popleft()))
        under_way = self._under_way.total()
        if len(self._threads) < min(under_way, self._most_threads):
            self._threads.append(Thread(target=self._work, name="push", daemon=True))
            self._threads[-1].start()

    def _work(self) -> None:
        while True:
            host, work = self._ready.get()
            try:
                work()
            except Exception:
                log.exception("a request failed because of a fault in feedsvc")
            with self._lock:
                self._under_way[host] -= 1
                self._begin_next(host)
                if not self._under_way[host]:
                    del self._lanes[host], self._under_way[host]
