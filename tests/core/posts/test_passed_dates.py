"""A date that has passed stays passed, even if the clock is set back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from feedsvc.core.dates import microseconds
from feedsvc.core.file_records import (
    FileRecord,
    Stamp,
    State,
)
from feedsvc.core.posts.passed_dates import (
    has_come,
    has_expired,
    is_unchanged,
)

DATE = datetime(2026, 3, 1, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
BEFORE, AFTER = DATE - timedelta(hours=2), DATE + timedelta(hours=2)


def a_record(
    state: State, entry_id: str | None = None, passed: datetime | None = DATE
) -> FileRecord:
    passed_at = None if passed is None else microseconds(passed)
    return FileRecord("a.md", Stamp(1, 1, 1, 1), "", state, entry_id, passed_at=passed_at)


PUBLISHED = a_record("published", "tag:tea")


@pytest.mark.parametrize(
    ("now", "formers", "comes"),
    [
        (AFTER, [], True),
        (DATE, [], True),
        (BEFORE, [], False),
        (BEFORE, [PUBLISHED], True),
        (BEFORE, [a_record("refused", "tag:tea")], True),  # its last good version stays
        (BEFORE, [a_record("published", "tag:tea", passed=BEFORE)], False),  # re-dated
        (BEFORE, [a_record("published", "tag:tea", passed=None)], False),
        (BEFORE, [a_record("held")], False),
        (BEFORE, [a_record("draft")], False),
        (BEFORE, [a_record("held"), PUBLISHED], True),
    ],
)
def test_a_date_has_passed_now_or_when_the_post_was_published(
    now: datetime, formers: list[FileRecord], comes: bool
) -> None:
    assert has_come(DATE, now, formers) is comes


def test_a_post_without_a_release_date_is_shown() -> None:
    assert has_come(None, BEFORE, [])


@pytest.mark.parametrize(
    ("now", "formers", "expires"),
    [
        (AFTER, [], True),
        (DATE, [], True),
        (BEFORE, [], False),
        (BEFORE, [a_record("draft")], True),
        (BEFORE, [a_record("draft", passed=None)], False),  # hidden for another reason
        (BEFORE, [a_record("draft", passed=BEFORE)], False),  # the author changed the date
        (BEFORE, [PUBLISHED], False),
    ],
)
def test_a_post_has_expired_now_or_before_the_clock_was_set_back(
    now: datetime, formers: list[FileRecord], expires: bool
) -> None:
    assert has_expired(DATE, now, formers) is expires


def test_a_new_time_zone_of_the_site_does_not_change_a_written_date() -> None:
    passed_at, zone = microseconds(DATE), ZoneInfo("Asia/Shanghai")
    same_words = DATE.replace(tzinfo=ZoneInfo("America/New_York"))
    assert is_unchanged(passed_at, same_words, zone)
    assert not is_unchanged(passed_at, same_words)
    assert not is_unchanged(passed_at, same_words + timedelta(hours=1), zone)
    assert is_unchanged(passed_at, DATE.astimezone(UTC), zone)  # it names its own zone
