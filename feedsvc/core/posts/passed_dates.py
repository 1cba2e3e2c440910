"""Dates that have passed stay passed: a clock that is put back takes no post away."""

from collections.abc import Iterable
from datetime import datetime, tzinfo

from feedsvc.core.dates import from_microseconds
from feedsvc.core.file_records import FileRecord


def is_unchanged(passed_at: int, date: datetime, zone_before: tzinfo | None = None) -> bool:
    """True if `date` is the one that was stored when it passed.

    If the site's time zone has changed since, `zone_before` is the earlier one: a date without
    a zone is then another moment, though the author has not changed it.
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
    """True if a post is to be hidden because of its expiry.

    `formers` are the records that its file had before, perhaps under another name. A post that
    has expired once stays hidden until its author changes the date: the clock may have been
    ahead then, or may be behind now, and in doubt a post is hidden.
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
    """True if a post may be shown: its date has come, or had come when it was published."""
    if public_from is None or public_from <= now:
        return True
    return any(
        former.entry_id is not None
        and former.passed_at is not None
        and is_unchanged(former.passed_at, public_from, zone_before)
        for former in formers
    )
