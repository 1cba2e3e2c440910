"""Failed verifications are counted for each host."""

from datetime import UTC, datetime, timedelta

from feedsvc.core.websub.subscriptions import (
    UNPROVEN_FOR,
    Intent,
    Target,
    Verification,
)
from feedsvc.push.failures import Failures

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def verified(*hosts: str) -> list[Verification]:
    """`one` failed, `+one` was confirmed."""
    results = []
    for name in hosts:
        host = name.removeprefix("+")
        of = Target("tags/Tea", "atom", f"https://{host}/", host)
        intent = Intent(of, "subscribe", "::1", "", 300, "", NOW, "1")
        results.append(Verification(intent, is_confirmed=name.startswith("+")))
    return results


def test_the_third_failure_in_a_row_drops_the_queue_and_so_does_each_after_it() -> None:
    failures = Failures()
    assert failures.count(verified("one", "one", "two"), NOW) == set()
    assert failures.count(verified("one"), NOW) == {"one"}
    assert failures.count(verified("one", "two"), NOW) == {"one"}


def test_a_success_resets_the_count() -> None:
    failures = Failures()
    assert failures.count(verified("one", "one", "+one", "one", "one", "+two"), NOW) == set()
    assert failures.count(verified("one", "+one"), NOW) == set()
    assert failures.count(verified("one", "one", "one"), NOW) == {"one"}


def test_old_failures_expire() -> None:
    failures = Failures()
    failures.count(verified("one", "one", "two", "two"), NOW)
    later = NOW + UNPROVEN_FOR
    assert failures.count(verified("one"), later - SECOND) == {"one"}
    assert failures.count(verified("two", "one"), later) == {"one"}
