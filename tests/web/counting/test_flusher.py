"""What processes count reaches the store: exactly, over midnight, and if the store fails."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from feedsvc.core.audience.agents import agent_of
from feedsvc.core.audience.days import Day
from feedsvc.core.audience.figures import Period
from feedsvc.store.audience.flushes import CountingProcess
from feedsvc.store.engine.limits import Limits
from feedsvc.store.store import Store
from feedsvc.web.counting import flusher
from feedsvc.web.counting.flusher import Flusher
from feedsvc.web.counting.poll_kinds import PollKinds
from tests.core.audience.test_agents import CLAIMS, PLAIN
from tests.support.running import wait_until
from tests.web.counting.conftest import SimulatedProcess

HOUR: Final = 3600.0
START: Final = datetime(2026, 10, 10, tzinfo=UTC).timestamp()  # clocks change on the 25th
AGENTS: Final = [str(row[0]) for row in (*CLAIMS, *PLAIN)]
APP: Final = "NetNewsWire (RSS Reader; https://netnewswire.com/)"
CROWD: Final = 3000  # individuals with the same app on one day


class Clock:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


def polls_of_a_day(start: float, rng: random.Random) -> Iterator[tuple[float, str, str]]:
    """When who polls on a day: three clients with each agent, some times each."""
    for agent in AGENTS:
        for client in range(3):
            for _ in range(rng.randrange(1, 4)):
                yield start + rng.uniform(0, 86400), agent, f"192.0.2.{client}"


def test_each_agent_is_counted_exactly_over_a_month_of_two_processes(
    store: Store, berlin: ZoneInfo
) -> None:
    rng, clock = random.Random(19), Clock(START)  # noqa: S311 - a fixed sequence
    processes = [SimulatedProcess(store, berlin, clock, name) for name in ("one", "two")]
    polls: Counter[tuple[str, str]] = Counter()
    individuals: dict[tuple[str, str], set[tuple[str, str]]] = {}
    events = [event for day in range(30) for event in polls_of_a_day(START + day * 86400, rng)]
    crowd_at = START + 5 * 86400 + 43_200
    events += [(crowd_at + n % 900, APP, f"198.51.{n // 250}.{n % 250}") for n in range(CROWD)]
    flushed_at = START + 60  # so that each process flushes a minute after midnight, as it does
    for at, agent, client in sorted(events):
        while at - flushed_at >= HOUR:
            flushed_at = clock.seconds = flushed_at + HOUR
            if flushed_at // HOUR % 24 in (4, 10, 16, 22, 23):
                for process in processes:
                    process.flush()
        clock.seconds = at
        rng.choice(processes).poll(agent, client)
        key = (Day.at(at, berlin).name, agent_of(agent).product.name)
        polls[key] += 1
        if agent_of(agent).is_individual:
            individuals.setdefault(key, set()).add((agent, client))
    for process in processes:
        process.flush()
    for day in {day for day, _ in polls}:
        found = {each.name: each for each in store.audience.by("product", Period(day, day))}
        assert {name: each["polls"] for name, each in found.items()} == {
            name: count for (of_day, name), count in polls.items() if of_day == day
        }
        for name, each in found.items():
            expected = len(individuals.get((day, name), ()))
            assert each.individuals == pytest.approx(expected, rel=0.03)
    (feedly,) = (
        each
        for each in store.audience.by("product", Period("2026-10-20", "2026-10-20"))
        if each.name == "Feedly"
    )
    assert feedly.subscribers == 462


def test_a_poll_belongs_to_the_day_of_the_site_to_the_second(
    store: Store, berlin: ZoneInfo
) -> None:
    midnight = datetime(2026, 10, 26, tzinfo=berlin).timestamp()
    clock = Clock(midnight - 0.001)
    process = SimulatedProcess(store, berlin, clock, "one")
    for _ in range(3):
        process.poll(APP, "192.0.2.1")
    clock.seconds = midnight
    for _ in range(2):
        process.poll(APP, "192.0.2.1")
    process.flush()
    process.poll(APP, "192.0.2.1")
    process.flush()
    days = store.audience.by("day", Period("2026-10-25", "2026-10-26"))
    assert [(each.name, each["polls"], each.individuals) for each in days] == [
        ("2026-10-25", 3, 1),
        ("2026-10-26", 3, 1),
    ]


def test_only_counts_stay_five_minutes_after_a_day(store: Store, berlin: ZoneInfo) -> None:
    midnight = datetime(2026, 10, 26, tzinfo=berlin).timestamp()
    clock = Clock(midnight - 1)
    process = SimulatedProcess(store, berlin, clock, "one")
    process.poll(APP, "192.0.2.1")
    process.flush()
    old = dict(process.flusher.keys)
    clock.seconds = midnight + 299
    process.flush()
    assert set(_days(store)) == {"2026-10-25", "2026-10-26"}
    clock.seconds = midnight + 301
    process.flush()
    assert _days(store) == ["2026-10-26"]
    assert list(process.flusher.keys) == ["2026-10-26"]
    assert process.flusher.keys["2026-10-26"] != old["2026-10-25"]


def test_the_key_of_the_next_day_is_there_before_the_day(
    store: Store, berlin: ZoneInfo
) -> None:
    midnight = datetime(2026, 10, 26, tzinfo=berlin).timestamp()
    clock = Clock(midnight - 500)
    process = SimulatedProcess(store, berlin, clock, "one")
    assert set(process.flusher.keys) == {"2026-10-25", "2026-10-26"}


def test_a_locked_store_loses_nothing(sqlite_url: str, store: Store, berlin: ZoneInfo) -> None:
    clock = Clock(START)
    hurried = Store(sqlite_url, limits=Limits(statement=1))
    process = SimulatedProcess(hurried, berlin, clock, "one")
    with closing(hurried):
        engine = sa.create_engine(sqlite_url)
        with engine.connect() as connection:
            connection.exec_driver_sql("ALTER TABLE processes RENAME TO taken")
            process.poll(APP, "192.0.2.1")
            process.flusher.tick()
            for _ in range(3):
                process.flusher._try(process.flusher.flush)
                process.poll(APP, "192.0.2.2")
                process.flusher.tick()
            connection.exec_driver_sql("ALTER TABLE taken RENAME TO processes")
        engine.dispose()
        process.flush()
        process.flush()
    (day,) = store.audience.by("day", Period("2026-10-10", "2026-10-10"))
    assert (day["polls"], day.individuals) == (4, 2)


def test_a_process_that_is_killed_loses_what_it_has_not_flushed(
    store: Store, berlin: ZoneInfo
) -> None:
    clock = Clock(START)
    killed = SimulatedProcess(store, berlin, clock, "one")
    killed.poll(APP, "192.0.2.1")
    killed.flush()
    killed.poll(APP, "192.0.2.2")
    del killed
    successor = SimulatedProcess(store, berlin, clock, "two")
    successor.poll(APP, "192.0.2.1")
    successor.flush()
    (day,) = store.audience.by("day", Period("2026-10-10", "2026-10-10"))
    assert (day["polls"], day.individuals) == (2, 1)


def test_the_thread_flushes_at_intervals_and_at_the_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flusher, "RETRY", 0.05)
    made = Flusher(store, ZoneInfo("UTC"), CountingProcess("one", "web"), interval=0.05)
    made.start()
    today = Day.at(time.time(), ZoneInfo("UTC")).name
    period = Period(today, Day.at(time.time() + 86400, ZoneInfo("UTC")).name)

    def count() -> int:
        return sum(each["polls"] for each in store.audience.by("day", period))

    process = SimulatedProcess.__new__(SimulatedProcess)
    process.flusher, process.now, process.zone = made, time.time, ZoneInfo("UTC")
    process.kinds = PollKinds(made.counting, 1, "X-Forwarded-For")
    process.poll(APP, "192.0.2.1")
    made._flushed_at = 0.0
    made.tick()
    wait_until(lambda: count() == 1, "the flush")
    assert [each.kind for each in store.flushes.running(datetime.now(UTC))] == ["web"]
    assert store.flushes.running(datetime.now(UTC))[0].memory > 1_000_000
    process.poll(APP, "192.0.2.1")
    made.finish()
    assert count() == 2
    assert store.flushes.running(datetime.now(UTC)) == []
    assert not any(thread.name == "flusher" for thread in threading.enumerate())


def test_no_address_and_no_agent_is_in_the_store(
    store: Store, sqlite_url: str, berlin: ZoneInfo
) -> None:
    process = SimulatedProcess(store, berlin, Clock(START), "one")
    process.poll("Zebrafish/9.1", "203.0.113.77")
    process.poll("Zebrafish/9.1", "2001:db8:77:88::1")
    process.flush()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    octets = file.read_bytes() + file.with_name(f"{file.name}-wal").read_bytes()
    for trace in (b"203.0.113.77", b"2001:db8", b"Zebrafish"):
        assert trace not in octets


def _days(store: Store) -> list[str]:
    with store._database.reading() as connection:
        return list(connection.execute(sa.text("SELECT day FROM audience_days")).scalars())
