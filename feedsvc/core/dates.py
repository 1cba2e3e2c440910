"""Dates as authors write them: read in the site's time zone, never in the host's."""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

_DATE = re.compile(
    r"""(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})
        (?:[Tt\s]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?
           \s*(?P<zone>[Zz]|UTC|GMT|[+-]\d{2}:?(?:\d{2})?)?)?""",
    re.VERBOSE | re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_date(text: str, zone: ZoneInfo) -> datetime:
    """The instant that `text` names, to the second, with the offset it was meant in.

    `2026-03-01`, `2026/3/1 9:30`, `2026-03-01 09:30:00`, `2026-03-01T09:30:00+08:00` and the
    like; where no offset stands, `zone` decides: the first of two in an overlap, and an hour
    that a clock change skips is moved forward. Raises ValueError.
    """
    match = _DATE.fullmatch(text.strip())
    if not match:
        raise ValueError("it is not a date")
    part = match.groupdict(default="0")
    year, month, day = int(part["year"]), int(part["month"]), int(part["day"])
    hour, minute, second = int(part["hour"]), int(part["minute"]), int(part["second"])
    naive = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - its zone follows
    try:
        if match["zone"]:
            moment = naive.replace(tzinfo=_offset(match["zone"]))
            moment.astimezone(UTC)
            return moment
        local = naive.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
        minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
        return local.astimezone(timezone(timedelta(minutes=minutes)))
    except OverflowError as error:
        raise ValueError("it is outside the years 1 to 9999") from error


def _offset(text: str) -> timezone:
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if hours > 14 or minutes > 59:
        raise ValueError(f"no time zone has the offset {text}")
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if text[0] == "-" else span)


def rfc3339(moment: datetime) -> str:
    """`moment` as RFC 3339 §5.6 writes it, to the second; `Z` for UTC."""
    text = moment.replace(microsecond=0).isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def rfc822(moment: datetime) -> str:
    """`moment` as RSS wants it: RFC 822 with a four-digit year and English names."""
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[moment.weekday()]
    month = (
        *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
        *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    )[moment.month - 1]
    return f"{day}, {moment:%d} {month} {moment.year:04d} {moment:%H:%M:%S %z}"


def microseconds(moment: datetime) -> int:
    """`moment` as whole microseconds since 1970 in UTC: what the store sorts by."""
    return (moment - _EPOCH) // timedelta(microseconds=1)
