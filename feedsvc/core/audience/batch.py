"""What a process has counted since its last flush. It takes bounded memory, whoever polls."""

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from feedsvc.core.audience.polls import PollKind
from feedsvc.core.audience.sketch import Sketch

if TYPE_CHECKING:
    from feedsvc.core.audience.agents import Agent

OTHERS: Final = "*"  # stands for the feeds, or the sources of claims, beyond the most
ALL: Final = "/"  # stands for all feeds together: an individual counts once, whatever it reads

# The names of counters of the metrics; their labels are in web/admin/metric_families.py.
POLLS: Final = "polls"
RENDERINGS: Final = "renderings"
DELIVERIES: Final = "deliveries"
PUBLISHES: Final = "publishes"
PUBLISH_TIMES: Final = "publish_times"  # by the upper bound of their duration, see below
PUBLISH_MICROSECONDS: Final = "publish_microseconds"
FLUSHES: Final = "flushes"
FLUSH_MICROSECONDS: Final = "flush_microseconds"

# Seconds, as OpenMetrics writes them.
PUBLISH_BOUNDS: Final = (
    *("0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "30.0", "60.0", "300.0"),
    *("1800.0", "+Inf"),
)

MOST_ROWS: Final = 4096
MOST_SOURCES: Final = 16  # of one row
MOST_HASHES: Final = 65_536  # of all sketches; about 6 MB


class DayRow(NamedTuple):
    """What figures belong to: a day, the path of a feed, and a product."""

    day: str
    feed: str
    product: str


class Counted(NamedTuple):
    """What a counter of the metrics counts: its name, and the values of its labels."""

    name: str
    labels: tuple[str, ...] = ()


class Batch:
    """Figures, claims, sketches and counters to be added to those of the store."""

    def __init__(self) -> None:
        self.figures: dict[DayRow, Counter[str]] = {}
        self.claims: dict[DayRow, dict[str, int]] = {}  # the highest by source
        self.sketches: dict[DayRow, Sketch] = {}
        self.counters: dict[Counted, int] = {}
        self._rows: set[DayRow] = set()
        self._hashes = 0  # the cost of all sketches

    def __bool__(self) -> bool:
        return bool(self.figures or self.counters)

    @property
    def is_full(self) -> bool:
        """True if it should be flushed now, before it counts in less detail."""
        return len(self._rows) > MOST_ROWS // 2 or self._hashes > MOST_HASHES // 2

    def add(self, day: str, poll: PollKind, agent: "Agent", times: int) -> None:
        """Count so many polls of one agent."""
        row = self._row(day, poll, agent)
        self.figures.setdefault(row, Counter()).update(poll.figures(times))
        self.count(Counted(POLLS, (str(poll.status), poll.format, poll.coding)), times)
        if agent.subscribers is not None:
            self._claim(row, agent.source or poll.address, agent.subscribers)

    def count(self, counted: Counted, times: int = 1) -> None:
        """Increase a counter of the metrics."""
        self.counters[counted] = self.counters.get(counted, 0) + times

    def add_individual(self, day: str, poll: PollKind, agent: "Agent", individual: int) -> None:
        """Count an individual, by its hash. Without room, only its polls are counted.

        A client of an aggregator or a bot is no individual.
        """
        if not agent.is_individual:
            return
        self._sketch(self._row(day, poll, agent), individual)
        self._sketch(DayRow(day, ALL, agent.product.name), individual)

    def _sketch(self, row: DayRow, individual: int) -> None:
        sketch = self.sketches.get(row)
        if sketch is None:
            sketch = self.sketches[row] = Sketch()
        if self._hashes >= MOST_HASHES and not sketch.is_dense:
            return
        before = sketch.cost
        sketch.add(individual)
        self._hashes += sketch.cost - before

    def _row(self, day: str, poll: PollKind, agent: "Agent") -> DayRow:
        row = DayRow(day, poll.feed, agent.product.name)
        if row in self._rows:
            return row
        if len(self._rows) >= MOST_ROWS:
            return DayRow(day, OTHERS, agent.product.name)
        self._rows.add(row)
        return row

    def _claim(self, row: DayRow, source: str, subscribers: int) -> None:
        claims = self.claims.setdefault(row, {})
        if source not in claims and len(claims) >= MOST_SOURCES:
            source = OTHERS
        claims[source] = max(claims.get(source, 0), subscribers)
