"""Jobs that failed: when they are retried, and when they are given up."""

from dataclasses import replace
from datetime import UTC, datetime

from feedsvc.core.webhook.jobs import (
    GIVEN_UP_AFTER,
    Job,
    after_failure,
)

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
JOB = Job("a", "rebuild", "", "running", 1, NOW, NOW, None, 0, NOW, "", "")


def seconds_until_the_next(attempts: int) -> float:
    state, next_attempt_at = after_failure(replace(JOB, attempts=attempts), NOW)
    assert state == "held"
    return (next_attempt_at - NOW).total_seconds()


def test_pauses_double_up_to_twenty_minutes() -> None:
    pauses = [seconds_until_the_next(attempts) for attempts in range(GIVEN_UP_AFTER - 1)]
    assert pauses == [10, 20, 40, 80, 160, 320, 640, 1200, 1200]


def test_a_rebuild_fails_after_its_last_attempt() -> None:
    last = replace(JOB, attempts=GIVEN_UP_AFTER - 1)
    assert after_failure(last, NOW) == ("failed", NOW)


def test_a_preview_is_not_retried() -> None:
    assert after_failure(replace(JOB, kind="preview"), NOW) == ("failed", NOW)
