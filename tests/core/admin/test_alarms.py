"""Listeners are told once that something wants attention, and once that it ended."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import pytest

from feedsvc.core.admin.alarms import (
    BEGINS_AFTER,
    ENDS_AFTER,
    Alarm,
    AlarmChanges,
    AlarmNews,
    changes_of,
)
from feedsvc.core.admin.attention import Attention
from tests.support.builders import at

START: Final = at("2026-11-29T12:00:00Z")
LOW: Final = Attention("disk-low", "the disk is nearly full", "free some space")
HELD: Final = Attention("posts-held", "1 post is held", "accept it")
LOOK: Final = timedelta(seconds=15)


class Bell:
    """Alarms that are kept between looks, and what was told."""

    def __init__(self) -> None:
        self.alarms: dict[str, Alarm] = {}
        self.told: list[tuple[float, str, str]] = []
        self.writes = 0

    def look(self, attention: Iterable[Attention], now: datetime) -> AlarmChanges:
        changes = changes_of(self.alarms.values(), attention, now)
        self.writes += bool(changes)
        self.alarms |= {alarm.code: alarm for alarm in changes.written}
        for code in changes.deleted:
            del self.alarms[code]
        seconds = (now - START).total_seconds()
        self.told += [(seconds, news.code, news.state) for news in changes.news]
        return changes

    def watch(self, pattern: str, look: timedelta = LOOK, start: datetime = START) -> None:
        """One look for each character: `x` while the disk is full, `.` while it is not."""
        for n, char in enumerate(pattern):
            self.look([LOW] if char == "x" else [], start + n * look)


def test_what_lasts_a_minute_is_told_once_with_its_cure() -> None:
    bell = Bell()
    bell.watch("xxxx")
    assert bell.told == []
    (news,) = bell.look([LOW], START + BEGINS_AFTER).news
    assert news == AlarmNews("disk-low", "began", START, LOW.sentence, LOW.cure)
    bell.watch("x" * 400, start=START + BEGINS_AFTER)
    assert bell.told == [(60, "disk-low", "began")]


def test_what_ends_is_told_once_after_five_minutes() -> None:
    bell = Bell()
    bell.watch("x" * 5 + "." * 40)
    assert bell.told == [(60, "disk-low", "began"), (360, "disk-low", "ended")]
    assert bell.alarms == {}
    bell.watch("x" * 5, start=START + timedelta(hours=1))
    assert bell.told[-1] == (3660, "disk-low", "began")


def test_what_was_short_is_never_told() -> None:
    bell = Bell()
    bell.watch("xx" + "." * 40)
    assert bell.told == []
    assert bell.alarms == {}


@pytest.mark.parametrize("pattern", ["x." * 100, ("x" + "." * 15) * 12, ("x" * 15 + ".") * 12])
def test_what_comes_and_goes_is_told_once(pattern: str) -> None:
    bell = Bell()
    bell.watch(pattern)
    assert [state for _, _, state in bell.told] == ["began"]
    bell.watch("." * 40, start=START + timedelta(hours=2))
    assert [state for _, _, state in bell.told] == ["began", "ended"]


def test_each_thing_is_told_by_itself() -> None:
    bell = Bell()
    for minute in range(3):
        bell.look([LOW, HELD] if minute else [LOW], START + timedelta(minutes=minute))
    assert bell.told == [(60, "disk-low", "began"), (120, "posts-held", "began")]


def test_a_restart_changes_nothing() -> None:
    bell = Bell()
    bell.watch("x" * 5)
    bell.look([LOW], START + timedelta(hours=9))  # it was away for nine hours
    assert len(bell.told) == 1
    bell.look([], START + timedelta(hours=19))
    assert bell.told[1] == (19 * 3600, "disk-low", "ended")


def test_a_clock_that_is_set_back_neither_repeats_nor_delays() -> None:
    bell = Bell()
    bell.watch("xx", start=START + timedelta(days=9))
    bell.watch("x" * 6)
    assert bell.told == [(60, "disk-low", "began")]
    bell.watch("x" * 6, start=START - timedelta(days=1))
    bell.watch("." * 2, start=START - timedelta(days=2))
    assert [state for _, _, state in bell.told] == ["began", "ended"]


def test_little_is_written_while_nothing_changes() -> None:
    bell = Bell()
    bell.watch("x" * 41)  # ten minutes
    assert bell.writes <= 12
    assert not changes_of([], [], START)


def test_a_message_about_an_end_has_no_sentence() -> None:
    ended = AlarmNews("disk-low", "ended", START)
    assert ended.to_dict() == {
        "code": "disk-low",
        "state": "ended",
        "since": "2026-11-29T12:00:00Z",
    }
    began = AlarmNews("disk-low", "began", START, "full", "free some")
    assert began.to_dict() == ended.to_dict() | {
        "state": "began",
        "sentence": "full",
        "cure": "free some",
    }


def test_an_end_takes_longer_than_a_beginning() -> None:
    assert ENDS_AFTER > BEGINS_AFTER
