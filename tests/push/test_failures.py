"""How failures of verifications are counted."""

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
    found = []
    for name in hosts:
        host = name.removeprefix("+")
        of = Target("tags/Tea", "atom", f"https://{host}/", host)
        intent = Intent(of, "subscribe", "::1", "", 300, "", NOW, "1")
        found.append(Verification(intent, is_confirmed=name.startswith("+")))
    return found


def test_the_third_failure_in_a_row_and_each_after_it_counts() -> None:
    failures = Failures()
    assert failures.note(verified("one", "one", "two"), NOW) == set()
    assert failures.note(verified("one"), NOW) == {"one"}
    assert failures.note(verified("one", "two"), NOW) == {"one"}


def test_a_success_begins_the_count_anew() -> None:
    failures = Failures()
    assert failures.note(verified("one", "one", "+one", "one", "one", "+two"), NOW) == set()
    assert failures.note(verified("one", "+one"), NOW) == set()
    assert failures.note(verified("one", "one", "one"), NOW) == {"one"}


def test_failures_of_long_ago_are_forgotten() -> None:
    failures = Failures()
    failures.note(verified("one", "one", "two", "two"), NOW)
    later = NOW + UNPROVEN_FOR
    assert failures.note(verified("one"), later - SECOND) == {"one"}
    assert failures.note(verified("two", "one"), later) == {"one"}
