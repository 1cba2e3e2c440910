"""Keeps dates passed once they have passed, even if the clock is set back."""

from collections.abc import Iterable
from datetime import datetime, tzinfo

from feedsvc.core.dates import from_microseconds
from feedsvc.core.file_records import FileRecord


def is_unchanged(passed_at: int, date: datetime, zone_before: tzinfo | None = None) -> bool:
    """True if the author has not changed `date` since it passed and was stored.

    `zone_before` is the site's earlier time zone if the setting has changed. That change moves
    a date without a zone to another moment, but it is still the same date.
    """
    stored = from_microseconds(passed_at)
    if stored == date:
        return True
    if zone_before is None:
        return False
    return stored.astimezone(zone_before).replace(tzinfo=None) == date.replace(tzinfo=None)


def has_expired(
    expires: datetime,
    now: datetime,
    formers: Iterable[FileRecord],
    zone_before: tzinfo | None = None,
) -> bool:
    """True if a post is hidden because it has expired.

    `formers` are the earlier records of its file, also under other names. An expired post
    stays hidden until its author changes the date. The clock may have been ahead then or may
    be behind now, and any doubt hides a post.
    """
    return expires <= now or any(
        former.state == "draft"
        and former.passed_at is not None
        and is_unchanged(former.passed_at, expires, zone_before)
        for former in formers
    )


def has_come(
    public_from: datetime | None,
    now: datetime,
    formers: Iterable[FileRecord],
    zone_before: tzinfo | None = None,
) -> bool:
    """True if the date has passed now, or had passed when the post was published."""
    if public_from is None or public_from <= now:
        return True
    return any(
        former.entry_id is not None
        and former.passed_at is not None
        and is_unchanged(former.passed_at, public_from, zone_before)
        for former in formers
    )
