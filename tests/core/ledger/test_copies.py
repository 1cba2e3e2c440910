"""A copy waits for a minute, whatever the clocks say."""

import pytest

from feedsvc.core.ledger.copies import COPY_WAIT, is_impossible, stands_from

NOW = 1_000 * COPY_WAIT


@pytest.mark.parametrize(
    ("changed_at", "due_at", "ready_at"),
    [
        (NOW, None, NOW + COPY_WAIT),
        (NOW - COPY_WAIT, NOW + 5, NOW),
        (NOW + 1, None, NOW + COPY_WAIT),
        (NOW + 1, NOW + 5, NOW + 5),
        (NOW + 1, NOW - 5, NOW - 5),
        (NOW + 1, NOW + 2 * COPY_WAIT, NOW + COPY_WAIT),
    ],
)
def test_the_wait_ends(changed_at: int, due_at: int | None, ready_at: int) -> None:
    assert stands_from(changed_at, due_at, NOW) == ready_at


def test_no_copy_waits_longer_than_a_minute() -> None:
    assert is_impossible(NOW + COPY_WAIT + 1, NOW)
    assert not is_impossible(NOW + COPY_WAIT, NOW)
