"""Flushes of several processes add up, on either engine."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from feedsvc.core.audience.agents import agent_of
from feedsvc.core.audience.batch import OTHERS, Batch, Counted
from feedsvc.core.audience.figures import Period
from feedsvc.core.audience.polls import PollKind
from feedsvc.core.audience.sketch import individual_hash
from feedsvc.errors import StoreError
from feedsvc.store.audience import flushes
from feedsvc.store.audience.flushes import CountingProcess
from feedsvc.store.store import Store

NOW: Final = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAY: Final = "2026-11-29"
TODAY: Final = Period(DAY, DAY)
ONE: Final = CountingProcess("one", "web", 1000)
TWO: Final = CountingProcess("two", "web", 2000)
NEWSBOAT: Final = agent_of("Newsboat/2.30")
TEA: Final = PollKind("tags/Tea", "atom", "gzip", 200, 300, 700, is_blind=True, address="/tea")


def batch(first: int, count: int, agent: str = "Newsboat/2.30", day: str = DAY) -> Batch:
    """Polls of so many individuals, one each."""
    made = Batch()
    made.add(day, TEA, agent_of(agent), count)
    for number in range(first, first + count):
        made.add_individual(
            day, TEA, agent_of(agent), individual_hash(b"k", b"%d" % number, b"")
        )
    return made


def rows(url: str, table: str) -> int:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        count = connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
    engine.dispose()
    return int(count)


def test_figures_of_processes_are_added_and_individuals_counted_once(
    either_store: Store,
) -> None:
    add = either_store.flushes.add
    either_store.flushes.key_of(DAY)
    add(batch(0, 10), ONE, 1, NOW)
    add(batch(5, 10), TWO, 1, NOW)
    add(batch(0, 2000), ONE, 2, NOW)
    add(batch(0, 3000), TWO, 2, NOW)
    (day,) = either_store.audience.by("day", TODAY)
    (feed,) = either_store.audience.by("feed", TODAY)
    (product,) = either_store.audience.by("product", TODAY)
    for figures in (day, feed, product):
        assert figures["polls"] == figures["whole"] == figures["atom"] == 5020
        assert figures["sent"] == figures["wasted"] == 300 * 5020
        assert figures.individuals == pytest.approx(3000, rel=0.03)
    assert (day.name, feed.name, product.name) == (DAY, "tags/Tea", "Newsboat")
    assert either_store.flushes.counters() == {Counted("polls", ("200", "atom", "gzip")): 5020}


def test_a_batch_that_is_sent_again_counts_once(either_store: Store) -> None:
    for _ in range(3):
        either_store.flushes.add(batch(0, 10), ONE, 1, NOW)
    either_store.flushes.add(batch(0, 10), ONE, 2, NOW)
    (day,) = either_store.audience.by("day", TODAY)
    assert day["polls"] == 20


def test_the_highest_claims_of_a_day_count_and_the_sources_are_added(
    either_store: Store,
) -> None:
    either_store.flushes.key_of(DAY)
    told = ((3, 1), (5, 1), (4, 1), (2, 9))
    for number, (subscribers, feed_id) in enumerate(told, 1):
        agent = f"Feedbin feed-id:{feed_id} - {subscribers} subscribers"
        made = Batch()
        made.add(DAY, TEA, agent_of(agent), 1)
        either_store.flushes.add(made, ONE, number, NOW)
    (product,) = either_store.audience.by("product", TODAY)
    assert (product.name, product.subscribers, product.individuals) == ("Feedbin", 7, 0)


def test_invented_feed_ids_take_no_more_rows(either_store: Store, either_url: str) -> None:
    either_store.flushes.key_of(DAY)
    for number in range(1, 9):
        made = Batch()
        for feed_id in range(20):
            agent = f"Feedbin feed-id:{number}-{feed_id} - 1 subscribers"
            made.add(DAY, TEA, agent_of(agent), 1)
        either_store.flushes.add(made, ONE, number, NOW)
    assert rows(either_url, "audience_claims") <= flushes.MOST_SOURCES + 1


def test_one_key_a_day_is_given_to_all_who_ask_at_once(either_store: Store) -> None:
    keys: list[bytes] = []
    asking = [
        threading.Thread(target=lambda: keys.append(either_store.flushes.key_of(DAY)))
        for _ in range(6)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(keys) == 6
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32
    assert either_store.flushes.key_of("2026-11-30") != keys[0]


def test_only_counts_stay_of_a_day_that_has_ended(either_store: Store, either_url: str) -> None:
    key = either_store.flushes.key_of(DAY)
    either_store.flushes.key_of("2026-11-30")
    either_store.flushes.add(batch(0, 10), ONE, 1, NOW)
    either_store.flushes.add(batch(0, 1, "Feedly (9 subscribers)"), ONE, 2, NOW)
    assert not either_store.flushes.end_days(DAY)
    assert either_store.flushes.end_days("2026-11-30")
    for table in ("audience_sketches", "audience_claims"):
        assert rows(either_url, table) == 0
    assert rows(either_url, "audience_days") == 1
    # A late flush of that day: polls count, individuals and claims cannot be merged any more.
    either_store.flushes.add(batch(99, 5), TWO, 1, NOW)
    either_store.flushes.add(batch(0, 1, "Feedly (1 subscribers)"), TWO, 2, NOW)
    (day,) = either_store.audience.by("day", TODAY)
    assert (day["polls"], day.individuals, day.subscribers) == (17, 10, 9)
    if either_url.startswith("sqlite"):
        file = Path(either_url.removeprefix("sqlite:///"))
        octets = file.read_bytes() + file.with_name(f"{file.name}-wal").read_bytes()
        assert key.hex().encode() not in octets


def test_figures_are_kept_for_two_years(either_store: Store) -> None:
    for number, day in enumerate(("2024-11-28", "2024-11-29", DAY), 1):
        either_store.flushes.key_of(day)
        either_store.flushes.add(batch(0, 1, day=day), ONE, number, NOW)
    assert either_store.audience.first_day() == "2024-11-28"
    assert either_store.flushes.end_days("2026-11-30")
    assert either_store.audience.first_day() == "2024-11-29"


def test_feeds_with_few_polls_become_one_row_when_the_day_has_ended(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flushes, "MOST_ROWS_OF_A_DAY", 3)
    store.flushes.key_of(DAY)
    made = Batch()
    for number in range(8):
        poll = PollKind(f"tags/{number}", "atom", "gzip", 200, 10, 0, is_blind=True)
        made.add(DAY, poll, NEWSBOAT, 10 - number)
        made.add_individual(DAY, poll, NEWSBOAT, 7)
    store.flushes.add(made, ONE, 1, NOW)
    store.flushes.end_days("2026-11-30")
    found = {each.name: each["polls"] for each in store.audience.by("feed", TODAY)}
    assert found == {"tags/0": 10, "tags/1": 9, "tags/2": 8, OTHERS: 25}
    (day,) = store.audience.by("day", TODAY)
    assert (day["polls"], day["sent"], day.individuals) == (52, 520, 1)


def test_the_processes_that_flush_are_listed(either_store: Store) -> None:
    either_store.flushes.add(batch(0, 1), ONE, 1, NOW - timedelta(hours=1))
    either_store.flushes.add(batch(0, 1), TWO, 1, NOW)
    assert either_store.flushes.running(NOW) == [TWO]
    either_store.flushes.leave("two")
    assert either_store.flushes.running(NOW) == []


def test_a_flush_that_fails_writes_nothing(either_store: Store, either_url: str) -> None:
    engine = sa.create_engine(either_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE processes RENAME TO taken")
    with pytest.raises(StoreError):
        either_store.flushes.add(batch(0, 1), ONE, 1, NOW)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE taken RENAME TO processes")
    engine.dispose()
    assert either_store.audience.by("day", TODAY) == []
