"""Leases, pauses and shares of the hub, and what identifies a subscription."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feedsvc.core.websub.subscriptions import (
    Subscription,
    Target,
    granted_lease,
    pause,
    share,
)

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TARGET = Target("tags/Tea", "atom", "https://reader.example/cb?x=1", "reader.example")
DAY = 24 * 3600


@pytest.mark.parametrize(
    ("requested", "granted"),
    [
        (None, 10 * DAY),
        (0, 10 * DAY),
        (-1, 10 * DAY),
        (1, 300),
        (300, 300),
        (DAY, DAY),
        (30 * DAY, 30 * DAY),
        (30 * DAY + 1, 30 * DAY),
        (10**400, 30 * DAY),
    ],
)
def test_a_lease_is_the_requested_one_within_bounds(
    requested: int | None, granted: int
) -> None:
    assert granted_lease(requested) == granted


def middle(attempts: int) -> float:
    return pause(attempts, luck=0.5).total_seconds()


def test_each_pause_is_twice_the_last_up_to_an_hour() -> None:
    assert [middle(n) for n in range(1, 10)] == [10, 20, 40, 80, 160, 320, 640, 1280, 2560]
    assert [middle(n) for n in (10, 11, 22, 5000)] == [3600] * 4


@pytest.mark.parametrize("attempts", [1, 3, 10])
def test_jitter_changes_a_pause_by_up_to_a_quarter(attempts: int) -> None:
    least, most = pause(attempts, 0.0), pause(attempts, 0.999_999)
    assert least.total_seconds() == 0.75 * middle(attempts)
    assert 1.249 * middle(attempts) < most.total_seconds() < 1.25 * middle(attempts)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [(None, 10), (-5, 10), (0, 10), (9, 10), (120, 120), (3600, 3600), (10**30, 3600)],
)
def test_a_retry_after_is_respected_up_to_an_hour(
    retry_after: int | None, seconds: int
) -> None:
    assert pause(1, 0.5, retry_after) == timedelta(seconds=seconds)


def test_a_retry_after_does_not_shorten_a_pause() -> None:
    assert pause(9, 0.5, 5) == pause(9, 0.5)


def test_feed_format_and_callback_identify_a_subscription() -> None:
    others = [
        replace(TARGET, feed_path="tags/Te"),
        replace(TARGET, format="rss"),
        replace(TARGET, callback="https://reader.example/cb"),
    ]
    assert len({target.name for target in (TARGET, *others)}) == 4
    assert replace(TARGET).name == TARGET.name
    assert len(TARGET.name) == 40


@pytest.mark.parametrize(
    ("attempts", "is_behind", "state"),
    [(0, False, "active"), (0, True, "due"), (2, True, "failing")],
)
def test_a_subscription_has_a_state(attempts: int, is_behind: bool, state: str) -> None:
    subscription = Subscription(
        TARGET, "::1", NOW, NOW, is_behind, None, attempts, NOW, "it answered 500"
    )
    assert subscription.state == state


@pytest.mark.parametrize(("most", "half"), [(1, 1), (2, 1), (3, 2), (50_000, 25_000)])
def test_one_client_may_have_half_of_the_hub(most: int, half: int) -> None:
    assert share(most) == half


def test_the_spelling_of_a_topic_does_not_identify_a_subscription() -> None:
    assert replace(TARGET, topic="https://example.org/tags/%54ea/atom.xml").name == TARGET.name
