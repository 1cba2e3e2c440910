"""Dates as authors write them: read in the site's time zone, never in the host's."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from feedsvc.core.date_notations import DAYS, MONTHS, usual_notation

_USUAL = re.compile(
    r"""(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})
        (?:[Tt\s]\s*+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d++)?)?
           \s*+(?P<zone>(?i:Z|UTC?|GMT)|[+-](?:\d{2}:?\d{2}|\d{1,2}(?::\d{2})?)
                |[A-Za-z_]{1,40}/[A-Za-z0-9_+/-]{1,40})?)?""",
    re.VERBOSE | re.ASCII,
)
_DIGITS = re.compile("[0-9]{1,20}")
_IN_NAME = re.compile(
    r"""(\d{4}-\d{1,2}-\d{1,2})(?!\d)
        (T\d{2}:?\d{2}(?::?\d{2}(?:\.\d++)?)?(?:Z|[+-]\d{2}:\d{2})?(?![A-Za-z0-9:]))?
        [-_\s]*+(.*)""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_A_ZONE: Final = (
    "posix/",
    "right/",
)  # some hosts have them, and `right` counts leap seconds


def read_date(text: str, zone: ZoneInfo) -> datetime:
    """The instant that `text` names, to the second, with the offset it was meant in.

    `2026-03-01`, `2026/3/1 9:30`, `2026-03-01T09:30:00+08:00`, RFC 5322's and JavaScript's
    form, `March 1, 2026`, `2026年3月1日`, the seconds or milliseconds since 1970 and the like.
    Where no offset stands, `zone` decides: the first of two in an overlap, and an hour that a
    clock change skips is moved forward. Raises ValueError for all else and for what can be
    read in two ways; its text says why.
    """
    text = text.strip()
    match = _USUAL.fullmatch(text)
    if not match:
        if _DIGITS.fullmatch(text):
            return _of_digits(text, zone)
        match = _USUAL.fullmatch(usual_notation(text))
    if not match:
        raise ValueError("it is not a date")
    try:
        return _moment(match, zone)
    except OverflowError as error:
        raise ValueError("it is outside the years 1 to 9999") from error


def date_in_name(file_name: str, zone: ZoneInfo) -> tuple[datetime, str] | None:
    """The date that a file's name begins with, and the rest of the name without its suffix.

    `2026-03-01-tea`, `2026-03-01_tea`, `2026-03-01 tea`, `2026-03-01` and, as Zola has it,
    `2026-03-01T09:30:00Z-tea`. None where the name begins with no date that exists.
    """
    match = _IN_NAME.fullmatch(file_name)
    if not match:
        return None
    day, clock, rest = match.groups(default="")
    try:
        return read_date(day + clock, zone), rest
    except ValueError:
        return None


def _moment(match: re.Match[str], zone: ZoneInfo) -> datetime:
    part = match.groupdict(default="0")
    year, month, day = int(part["year"]), int(part["month"]), int(part["day"])
    hour, minute, second = int(part["hour"]), int(part["minute"]), int(part["second"])
    naive = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - its zone follows
    if match["zone"] and "/" in match["zone"]:
        zone = _zone_called(match["zone"])
    elif match["zone"]:
        moment = naive.replace(tzinfo=_offset(match["zone"]))
        moment.astimezone(UTC)  # or it is no moment that a feed can sort by
        return moment
    return _local(naive.replace(tzinfo=zone).astimezone(UTC), zone)


def _of_digits(text: str, zone: ZoneInfo) -> datetime:
    """A date of eight digits, or the seconds (10 digits) or milliseconds (13) since 1970."""
    match len(text):
        case 8:
            return read_date(f"{text[:4]}-{text[4:6]}-{text[6:]}", zone)
        case 10 | 13:
            return _local(_EPOCH + timedelta(seconds=int(text[:10])), zone)
        case 4:
            raise ValueError("it is a year without a month and a day")
        case length:
            raise ValueError(
                f"it is not a date: {length} digits are neither a day such as 20260301 "
                "nor the seconds or milliseconds since 1970"
            )


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """`moment`, which is in UTC, with the zone's offset then, in whole minutes."""
    local = moment.astimezone(zone)
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    return local.astimezone(timezone(timedelta(minutes=minutes)))


def _zone_called(name: str) -> ZoneInfo:
    try:
        if name.startswith(_NOT_A_ZONE):
            raise ValueError(name)
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"no time zone is called {name}") from error


def _offset(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    hours, minutes = int(text[1:3].rstrip(":")), 0
    if len(text) > 3:
        minutes = int(text[-2:])
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
    day, month = DAYS[moment.weekday()][:3], MONTHS[moment.month - 1][:3]
    return f"{day}, {moment:%d} {month} {moment.year:04d} {moment:%H:%M:%S %z}"


def microseconds(moment: datetime) -> int:
    """`moment` as whole microseconds since 1970 in UTC: what the store sorts by."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(count: int) -> datetime:
    """The moment of `microseconds`, in UTC, to the microsecond."""
    return _EPOCH + timedelta(microseconds=count)
