"""Counting in memory: tallies, individuals, and bounds."""

from typing import Final
from zoneinfo import ZoneInfo

import pytest

from feedsvc.core.audience.batch import ALL, Batch
from feedsvc.core.audience.polls import PollKind
from feedsvc.web.counting import counting
from feedsvc.web.counting.counting import Counting, Peer, shortened

UTC: Final = ZoneInfo("UTC")
NOW: Final = 1_800_000_000.0
DAY: Final = "2027-01-15"
KEYS: Final = {DAY: b"k" * 32}
POLL: Final = PollKind("tags/Tea", "atom", "gzip", 304, 0, 900, is_blind=False, address="/x")
APP: Final = b"Newsboat/2.30"


def counting_now() -> Counting:
    return Counting(UTC, KEYS, lambda: NOW)


def count(made: Counting, address: str, times: int = 1, agent: bytes = APP) -> None:
    connection = Peer(address)
    for _ in range(times):
        made.count(made.tally(POLL, agent), connection, NOW)


def individuals(batch: Batch) -> int:
    return sum(each.count() for row, each in batch.sketches.items() if row.feed != ALL)


def polls(batch: Batch) -> int:
    return sum(each["polls"] for each in batch.figures.values())


def test_each_poll_counts_and_each_individual_once() -> None:
    made = counting_now()
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        count(made, address, times=5)
    count(made, "192.0.2.1", agent=b"Liferea/1")
    batch = made.take()
    assert (polls(batch), individuals(batch)) == (16, 3)
    assert not made.take()


def test_an_individual_of_ipv6_is_a_network() -> None:
    made = counting_now()
    for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "::ffff:192.0.2.1"):
        count(made, address)
    count(made, "192.0.2.1")
    assert individuals(made.take()) == 3


def test_a_connection_without_an_address_counts_its_polls() -> None:
    made = counting_now()
    connection = Peer()  # as that of a Unix socket
    made.count(made.tally(POLL, APP), connection, NOW)
    batch = made.take()
    assert (polls(batch), individuals(batch)) == (1, 0)


def test_aggregators_and_bots_are_no_individuals() -> None:
    made = counting_now()
    for agent in (
        b"Feedly/1.0 (3 subscribers)",
        b"Feedly/1.0",
        b"Googlebot/2.1",
        b"x (1 reader)",
    ):
        count(made, "192.0.2.1", agent=agent)
    batch = made.take()
    assert (polls(batch), individuals(batch)) == (4, 0)


def test_without_a_key_only_polls_count_until_there_is_one() -> None:
    keys: dict[str, bytes] = {}
    made = Counting(UTC, keys, lambda: NOW)
    turned: list[str] = []
    made.turned = lambda: turned.append("turned")
    connection = Peer("192.0.2.1")
    made.count(made.tally(POLL, APP), connection, NOW)
    made.turn(NOW)
    assert turned == []
    keys[DAY] = b"k" * 32
    made.turn(NOW)
    made.count(made.tally(POLL, APP), connection, NOW)
    batch = made.take()
    assert (polls(batch), individuals(batch), turned) == (2, 1, ["turned"])


def test_another_day_begins_in_the_middle_of_a_connection() -> None:
    made = counting_now()
    keys = {**KEYS, "2027-01-16": b"n" * 32}
    made._keys = keys
    turned: list[str] = []
    made.turned = lambda: turned.append("turned")
    connection = Peer("192.0.2.1")
    for now in (NOW, NOW + 86400, NOW + 86400):
        made.count(made.tally(POLL, APP), connection, now)
    batch = made.take()
    assert {row[0]: each["polls"] for row, each in batch.figures.items()} == {
        DAY: 1,
        "2027-01-16": 2,
    }
    assert individuals(batch) == 2
    assert turned == ["turned"]


def test_invented_agents_take_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_MOST_TALLIES", 50)
    monkeypatch.setattr(counting, "_MOST_AGENTS", 50)
    made = counting_now()
    for number in range(400):
        count(made, "192.0.2.1", agent=b"Invented/%d" % number)
        assert max(len(made._tallies), len(made._agents), len(made._begun)) <= 50
    assert not made.is_full
    batch = made.take()
    assert (polls(batch), individuals(batch)) == (400, 400)
    assert {row.product for row in batch.figures} == {"other"}


def test_an_agent_is_shortened() -> None:
    assert shortened(b" \tNewsboat ") == b"Newsboat"
    assert len(shortened(b"\xff" * 60_000)) <= 512
