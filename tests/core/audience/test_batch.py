"""A batch adds up polls, keeps the highest claims, and is bounded."""

import pytest

from feedsvc.core.audience.agents import agent_of
from feedsvc.core.audience.batch import (
    ALL,
    MOST_HASHES,
    MOST_ROWS,
    MOST_SOURCES,
    OTHERS,
    Batch,
    Counted,
    DayRow,
)
from feedsvc.core.audience.polls import PollKind

DAY = "2026-11-29"
READER = agent_of("Newsboat/2.30")
FULL = PollKind(
    "tags/Tea", "atom", "gzip", 200, 300, 700, is_blind=True, address="/tags/Tea/atom.xml"
)
SAME = PollKind("tags/Tea", "rss", "identity", 304, 0, 1000, is_blind=False, address="/x")
ROW = DayRow(DAY, "tags/Tea", "Newsboat")


def test_polls_are_added_up_by_status_format_and_coding() -> None:
    batch = Batch()
    assert not batch
    batch.add(DAY, FULL, READER, 2)
    batch.add(DAY, SAME, READER, 5)
    assert batch.figures == {
        ROW: {
            **{"polls": 7, "whole": 2, "unmodified": 5, "blind": 2, "atom": 2, "rss": 5},
            **{"gzip": 2, "identity": 5, "sent": 600, "spared": 6400, "wasted": 600},
        }
    }
    assert batch.counters == {
        Counted("polls", ("200", "atom", "gzip")): 2,
        Counted("polls", ("304", "rss", "identity")): 5,
    }
    assert batch
    assert not batch.claims


def test_the_highest_claim_of_a_source_is_kept() -> None:
    batch = Batch()
    for number, feed_id in ((3, 1), (5, 1), (4, 1), (2, 9)):
        batch.add(DAY, FULL, agent_of(f"Feedbin feed-id:{feed_id} - {number} subscribers"), 1)
    for number in (7, 6):
        batch.add(DAY, FULL, agent_of(f"Feedly/1.0 ({number} subscribers)"), 1)
    assert batch.claims == {
        DayRow(DAY, "tags/Tea", "Feedbin"): {"feed 1": 5, "feed 9": 2},
        DayRow(DAY, "tags/Tea", "Feedly"): {"/tags/Tea/atom.xml": 7},
    }


def test_a_reader_counts_once_a_day_and_feed() -> None:
    batch = Batch()
    for reader in (1, 2, 2, 3):
        batch.add_individual(DAY, FULL, READER, reader)
    batch.add_individual("2026-11-30", FULL, READER, 1)
    batch.add_individual(DAY, FULL, agent_of("Feedly/1.0"), 4)
    batch.add_individual(DAY, FULL, agent_of("TeaReader (2 subscribers)"), 5)
    other = PollKind("tags/Cup", "atom", "gzip", 200, 1, 0, is_blind=True)
    batch.add_individual(DAY, other, READER, 1)
    assert {row[:2]: each.count() for row, each in batch.sketches.items()} == {
        (DAY, "tags/Tea"): 3,
        (DAY, "tags/Cup"): 1,
        (DAY, ALL): 3,
        ("2026-11-30", "tags/Tea"): 1,
        ("2026-11-30", ALL): 1,
    }


def test_invented_feeds_claims_and_readers_take_no_more_memory() -> None:
    batch = Batch()
    for number in range(MOST_ROWS + 9):
        poll = PollKind(f"tags/{number}", "atom", "gzip", 200, 1, 0, is_blind=True)
        batch.add(DAY, poll, READER, 1)
    assert batch.is_full
    assert batch.figures[DayRow(DAY, OTHERS, "Newsboat")]["polls"] == 9
    assert len(batch.figures) == MOST_ROWS + 1

    batch = Batch()
    for number in range(99):
        batch.add(DAY, FULL, agent_of(f"Feedbin feed-id:{number} - {number} subscribers"), 1)
    (claims,) = batch.claims.values()
    assert len(claims) == MOST_SOURCES + 1
    assert claims[OTHERS] == 98
    assert not batch.is_full


def test_readers_beyond_the_memory_for_sketches_are_not_counted() -> None:
    batch, reader = Batch(), 0
    for feed in range(MOST_HASHES // 1000 + 2):
        poll = PollKind(f"tags/{feed}", "atom", "gzip", 200, 1, 0, is_blind=True)
        for _ in range(1000):
            reader += 1
            batch.add_individual(DAY, poll, READER, reader)
    assert batch.is_full
    counted = [each.count() for row, each in batch.sketches.items() if row.feed != ALL]
    assert sum(counted) == pytest.approx(MOST_HASHES, rel=0.01)
    assert sum(counted) < reader
    assert batch.sketches[DayRow(DAY, ALL, "Newsboat")].is_dense
