"""A queue of work for each host, so that a slow host does not delay the others."""

import logging
from collections import Counter, deque
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread

log = logging.getLogger("feedsvc.push")

_Work = Callable[[], None]


class HostQueues:
    """Runs work in daemon threads, at most `most_of_host` at a time for each host.

    Threads start when they are needed. The program does not wait for them when it ends.
    """

    def __init__(self, threads: int, most_of_host: int) -> None:
        self._most_threads = threads
        self._most_of_host = most_of_host
        self._threads: list[Thread] = []
        self._queues: dict[str, deque[_Work]] = {}
        self._running: Counter[str] = Counter()
        self._ready: SimpleQueue[tuple[str, _Work]] = SimpleQueue()
        self._lock = Lock()

    def add(self, host: str, work: _Work) -> None:
        """Enqueue work at the end of the queue of its host."""
        with self._lock:
            self._queues.setdefault(host, deque()).append(work)
            self._start_next(host)

    def queued(self) -> Counter[str]:
        """How much work each host has, running work included."""
        with self._lock:
            return Counter(
                {host: len(queue) + self._running[host] for host, queue in self._queues.items()}
            )

    def close(self) -> None:
        """Drop all work that is not running yet."""
        with self._lock:
            for queue in self._queues.values():
                queue.clear()

    def _start_next(self, host: str) -> None:
        queue = self._queues[host]
        if not queue or self._running[host] >= self._most_of_host:
            return
        self._running[host] += 1
        self._ready.put((host, queue.popleft()))
        running = self._running.total()
        if len(self._threads) < min(running, self._most_threads):
            self._threads.append(Thread(target=self._run, name="push", daemon=True))
            self._threads[-1].start()

    def _run(self) -> None:
        while True:
            host, work = self._ready.get()
            try:
                work()
            except Exception:
                log.exception("a request failed because of a fault in feedsvc")
            with self._lock:
                self._running[host] -= 1
                self._start_next(host)
                if not self._running[host]:
                    del self._queues[host], self._running[host]
