"""The clock that detects steps of the wall clock."""

import time

import pytest

from feedsvc.clock import SET_BY, SteadyClock


class Clocks:
    """The wall clock and the monotonic clock, which a test sets."""

    def __init__(self) -> None:
        self.wall = 1_000_000.0
        self.monotonic = 100.0

    def run(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    clocks = Clocks()
    monkeypatch.setattr(time, "time", lambda: clocks.wall)
    monkeypatch.setattr(time, "monotonic", lambda: clocks.monotonic)
    return clocks


def test_a_clock_that_runs_was_not_set(clocks: Clocks) -> None:
    clock = SteadyClock()
    clocks.run(3600)
    assert not clock.was_set()
    assert clock.steady_seconds() == 3600


@pytest.mark.parametrize("step", [SET_BY + 0.1, -SET_BY - 0.1, 1e9, -1e9])
def test_a_step_is_reported_once(clocks: Clocks, step: float) -> None:
    clock = SteadyClock()
    clocks.wall += step
    assert clock.was_set()
    assert not clock.was_set()


@pytest.mark.parametrize("step", [SET_BY, -SET_BY, 0.5])
def test_a_small_step_is_ignored(clocks: Clocks, step: float) -> None:
    clock = SteadyClock()
    clocks.wall += step
    assert not clock.was_set()


def test_a_step_restarts_the_steady_seconds(clocks: Clocks) -> None:
    clock = SteadyClock()
    clocks.run(60)
    clocks.wall -= 7200
    assert clock.steady_seconds() == 0
    clocks.run(5)
    assert clock.steady_seconds() == 5
