"""Counts polls on the event loop. A repeated poll only increases a number.

Everything here runs on the event loop, but for the keys, which a thread reads from the store.
No address outlives its request: what is kept is a hash of it, under the key of the day.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from feedsvc.core.audience.agents import LONGEST_AGENT, Agent, agent_of
from feedsvc.core.audience.batch import Batch
from feedsvc.core.audience.days import Day
from feedsvc.core.audience.polls import PollKind
from feedsvc.core.audience.sketch import individual_hash
from feedsvc.core.clients import client_at

_MOST_TALLIES: Final = 4096
_MOST_AGENTS: Final = 2048  # whose User-Agent is not read again


class Tally:
    """Polls of one kind and agent that are not in the batch yet.

    `individual` is the hash of the client that a proxy reports; None if the client is the peer
    of the connection. `line` is the header of the agent, and `position` where it was in the
    last request: most clients send it at the same place again.
    """

    __slots__ = ("agent", "individual", "line", "poll", "polls", "position", "user_agent")

    def __init__(
        self, poll: PollKind, agent: Agent, user_agent: bytes, individual: int | None = None
    ) -> None:
        self.poll = poll
        self.agent = agent
        self.user_agent = user_agent
        self.individual = individual
        self.line = b"\nUser-Agent: %b\r" % user_agent
        self.position = 0
        self.polls = 0


class Peer:
    """The client of a connection: its address, and the tally that it was last counted with."""

    __slots__ = ("address", "counted")

    def __init__(self, address: str = "") -> None:
        self.address = address
        self.counted: Tally | None = None


class Counting:
    """What this process has counted since it last handed over a batch."""

    def __init__(
        self,
        zone: ZoneInfo,
        keys: Mapping[str, bytes],
        now: Callable[[], float] = time.time,
    ) -> None:
        """`keys` has the random key of each day, as soon as it is known."""
        self.turned: Callable[[], None] = lambda: None  # is called when tallies become invalid
        self._zone = zone
        self._keys = keys
        self._now = now
        self._day = Day.at(now(), zone)
        self._until = self._day.until  # here, it is faster to read
        self._key = keys.get(self._day.name)
        self._batch = Batch()
        self._begun: list[Tally] = []  # those with polls
        self._tallies: dict[tuple[PollKind, bytes], Tally] = {}
        self._agents: dict[bytes, Agent] = {}

    @property
    def is_full(self) -> bool:
        """True if the batch should be taken now, before it counts in less detail."""
        return self._batch.is_full

    def tally(self, poll: PollKind, user_agent: bytes) -> Tally:
        """The tally of polls whose client is the peer of the connection."""
        kept = self._tallies.get((poll, user_agent))
        if kept is None:
            if len(self._tallies) >= _MOST_TALLIES:
                self._tallies.clear()
            kept = Tally(poll, self._agent(user_agent), user_agent)
            self._tallies[poll, user_agent] = kept
        return kept

    def tally_of(self, poll: PollKind, user_agent: bytes, client: str) -> Tally:
        """A tally of polls of one client, which a proxy reports."""
        individual = self._hash(client, user_agent)
        return Tally(poll, self._agent(user_agent), user_agent, individual)

    def count(self, tally: Tally, peer: Peer, now: float) -> None:
        """Count a poll."""
        if now >= self._until:
            self.turn(now)
            # A hash that it has is of the day before. The next poll gets another tally.
            peer.counted = None if tally.individual is None else tally
        if not tally.polls:
            self._begin(tally)
        tally.polls += 1
        if peer.counted is not tally:
            self._add_individual(tally, peer)

    def turn(self, now: float) -> None:
        """Begin another day, if this one has ended, or use the key of the day once it is known.

        Tallies have hashes under the key of their day, so those of another one are not used.
        """
        if now < self._day.until and self._key is self._keys.get(self._day.name):
            return
        self._drain()
        self._day = Day.at(now, self._zone)
        self._until = self._day.until
        self._key = self._keys.get(self._day.name)
        self._tallies.clear()
        self.turned()

    def take(self) -> Batch:
        """What was counted since the last call."""
        self._drain()
        taken, self._batch = self._batch, Batch()
        return taken

    def _begin(self, tally: Tally) -> None:
        if len(self._begun) >= _MOST_TALLIES:
            self._drain()
        self._begun.append(tally)

    def _drain(self) -> None:
        for tally in self._begun:
            self._batch.add(self._day.name, tally.poll, tally.agent, tally.polls)
            tally.polls = 0
        self._begun.clear()

    def _add_individual(self, tally: Tally, peer: Peer) -> None:
        if self._key is None or not tally.agent.is_individual:
            return
        peer.counted = tally
        individual = tally.individual
        if individual is None and peer.address:
            individual = self._hash(peer.address, tally.user_agent)
        if individual is not None:
            self._batch.add_individual(self._day.name, tally.poll, tally.agent, individual)

    def _hash(self, client: str, user_agent: bytes) -> int | None:
        if self._key is None:
            return None
        if ":" in client:  # of IPv6, the network of a customer
            client = client_at(client) or client
        told = client.encode("utf-8", "surrogateescape")
        return individual_hash(self._key, told, user_agent)

    def _agent(self, user_agent: bytes) -> Agent:
        kept = self._agents.get(user_agent)
        if kept is None:
            if len(self._agents) >= _MOST_AGENTS:
                self._agents.clear()
            kept = self._agents[user_agent] = agent_of(user_agent.decode("latin-1"))
        return kept


def shortened(user_agent: bytes) -> bytes:
    """A User-Agent as it is counted: a client may send any octets, and as many as it likes."""
    return user_agent.strip(b" \t")[:LONGEST_AGENT]
