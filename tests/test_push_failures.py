"""How failures of verifications are counted."""

from datetime import UTC, datetime, timedelta

from feedsvc.core.subscriptions import UNPROVEN_FOR
from feedsvc.push.failures import Failures

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_the_third_failure_in_a_row_and_each_after_it_counts() -> None:
    failures = Failures()
    assert [failures.add("one", NOW) for _ in range(4)] == [False, False, True, True]
    assert failures.add("two", NOW) is False


def test_a_success_begins_the_count_anew() -> None:
    failures = Failures()
    failures.add("one", NOW)
    failures.add("one", NOW)
    failures.clear("one")
    failures.clear("never seen")
    assert [failures.add("one", NOW) for _ in range(3)] == [False, False, True]


def test_failures_of_long_ago_are_forgotten() -> None:
    failures = Failures()
    for host in ("one", "one", "two", "two"):
        failures.add(host, NOW)
    assert failures.add("one", NOW + UNPROVEN_FOR - SECOND) is True
    assert failures.add("two", NOW + UNPROVEN_FOR) is False
    assert failures.add("one", NOW + UNPROVEN_FOR) is True
    assert list(failures._hosts) == ["two", "one"]
