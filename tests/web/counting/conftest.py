"""A process that counts, without sockets and threads, whose clock the test sets."""

from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from feedsvc.core.audience.days import Day
from feedsvc.store.audience.flushes import CountingProcess
from feedsvc.store.store import Store
from feedsvc.web.counting.counting import Peer
from feedsvc.web.counting.flusher import Flusher
from feedsvc.web.counting.poll_kinds import PollKinds

BODY: Final = 1000  # octets of each document
ZIPPED: Final = 300


class SimulatedProcess:
    """A web process behind a proxy. It flushes when the test says so."""

    def __init__(
        self,
        store: Store,
        zone: ZoneInfo,
        now: Callable[[], float],
        name: str,
        proxies: int = 1,
    ) -> None:
        process = CountingProcess(name, "web")
        self.flusher = Flusher(store, zone, process, now, interval=0)
        self.kinds = PollKinds(self.flusher.counting, proxies, "X-Forwarded-For")
        self.now = now
        self.zone = zone
        self.flusher.read_keys()
        self.flusher.counting.turn(now())

    def poll(self, agent: str, client: str, status: int = 304, path: str = "atom.xml") -> None:
        """Count a poll, as the event loop does."""
        if Day.at(self.now(), self.zone).name not in self.flusher.keys:
            self.flusher.read_keys()  # each minute, in truth
        self.flusher.counting.turn(self.now())  # ten times a second, in truth
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": f"/{path}",
            "HTTP_USER_AGENT": agent,
            "HTTP_X_FORWARDED_FOR": client,
        }
        if status == 304:
            environ["HTTP_IF_NONE_MATCH"] = '"x"'
        sizes = (BODY, ZIPPED if status == 200 else 0)
        poll = self.kinds.poll(path, "tag", sizes, ("gzip", status), environ)
        assert poll
        tally = self.kinds.tally(poll, environ)
        self.flusher.counting.count(tally, Peer(client), self.now())

    def flush(self) -> None:
        """Flush, as it is done each minute."""
        self.flusher.tick()
        self.flusher.flush()
        self.flusher.read_keys()
        self.flusher.counting.turn(self.now())


@pytest.fixture
def berlin() -> ZoneInfo:
    return ZoneInfo("Europe/Berlin")
