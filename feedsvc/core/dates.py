"""Reads dates in the site's time zone, never the host's, and formats them for feeds."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from feedsvc.core.date_notations import DAYS, MONTHS, usual_notation

_USUAL = re.compile(
    r"""(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})
        (?:[Tt\s]\s*+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d++)?)?
           \s*+(?P<zone>(?i:Z|UTC?|GMT|CES?T)|[+-](?:\d{2}:?\d{2}|\d{1,2}(?::\d{2})?)
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
# Zones that only some hosts have; `right` counts leap seconds.
_NOT_A_ZONE: Final = ("posix/", "right/")
_HOURS_OF_ZONES: Final = {"CET": 1, "CEST": 2}  # any other name means UTC
# The largest offset of XML Schema's dateTime (§3.2.7.3), which Atom requires (RFC 4287 §3.3).
_LARGEST_OFFSET: Final = timedelta(hours=14)


def read_date(text: str, zone: ZoneInfo) -> datetime:
    """Read a date and time, to the second, with its offset.

    It reads `2026-03-01`, `2026/3/1 9:30`, `2026-03-01T09:30:00+08:00`, the forms of RFC 5322
    and JavaScript, `March 1, 2026`, `2026年3月1日`, seconds or milliseconds since 1970 and
    more. A date without an offset is in `zone`. If a clock change repeats an hour, the first
    counts; an hour that it skips is moved forward. An offset that no feed can contain becomes
    UTC. Raises ValueError, with the reason, for any other text and for ambiguous dates.
    """
    return read_written_date(text, zone)[0]


def read_written_date(text: str, zone: ZoneInfo) -> tuple[datetime, str]:
    """The date of `read_date`, and its offset if it is one that no feed can contain."""
    text = text.strip()
    match = _USUAL.fullmatch(text)
    if not match:
        if _DIGITS.fullmatch(text):
            return _of_digits(text, zone), ""
        match = _USUAL.fullmatch(usual_notation(text))
    if not match:
        raise ValueError("it is not a date")
    try:
        moment = _moment(match, zone)
    except OverflowError as error:
        raise ValueError("it is outside the years 1 to 9999") from error
    if abs(moment.utcoffset() or timedelta()) > _LARGEST_OFFSET:
        return moment.astimezone(UTC), moment.isoformat()[-6:]
    return moment, ""


def date_in_name(file_name: str, zone: ZoneInfo) -> tuple[datetime, str] | None:
    """The date at the beginning of a file's name (without suffix), and the rest of the name.

    It reads `2026-03-01-tea`, `2026-03-01_tea`, `2026-03-01 tea`, `2026-03-01` and Zola's
    `2026-03-01T09:30:00Z-tea`. None if the name does not begin with an existing date.
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
    parts = match.group("year", "month", "day", "hour", "minute", "second")
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    naive = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - its zone follows
    if match["zone"] and "/" in match["zone"]:
        zone = _zone_called(match["zone"])
    elif match["zone"]:
        moment = naive.replace(tzinfo=_offset(match["zone"]))
        moment.astimezone(UTC)  # raises OverflowError if feeds could not sort by it
        return moment
    return local(naive.replace(tzinfo=zone).astimezone(UTC), zone)


def _of_digits(text: str, zone: ZoneInfo) -> datetime:
    """A date of 8 digits, or the seconds (10 digits) or milliseconds (13) since 1970."""
    match len(text):
        case 8:
            return read_date(f"{text[:4]}-{text[4:6]}-{text[6:]}", zone)
        case 10 | 13:
            return local(_EPOCH + timedelta(seconds=int(text[:10])), zone)
        case 4:
            raise ValueError("it is a year without a month and a day")
        case length:
            raise ValueError(
                f"it is not a date: {length} digits are neither a day such as 20260301 "
                "nor the seconds or milliseconds since 1970"
            )


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """`moment` with the zone's offset at that time, in whole minutes (RFC 3339 §5.6).

    Before 1901 many offsets have seconds. Raises OverflowError outside the years 1 to 9999.
    """
    local = moment.astimezone(zone)
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    return local.astimezone(timezone(timedelta(minutes=minutes)))


def _zone_called(name: str) -> ZoneInfo:
    try:
        if name.startswith(_NOT_A_ZONE):
            raise ValueError(name)
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name}") from error


def _offset(text: str) -> timezone:
    if text[0] not in "+-":
        hours = _HOURS_OF_ZONES.get(text.upper(), 0)
        return timezone(timedelta(hours=hours)) if hours else UTC
    hours, minutes = int(text[1:3].rstrip(":")), 0
    if len(text) > 3:
        minutes = int(text[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError(f"no time zone has the offset {text}")
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if text[0] == "-" else span)


def rfc3339(moment: datetime) -> str:
    """`moment` in the form of RFC 3339 §5.6, to the second; `Z` for UTC."""
    text = moment.replace(microsecond=0).isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def rfc822(moment: datetime) -> str:
    """`moment` in the form of RFC 822 with a four-digit year, as RSS 2.0 requires."""
    day, month = DAYS[moment.weekday()][:3], MONTHS[moment.month - 1][:3]
    date = f"{day}, {moment.day:02d} {month} {moment.year:04d}"
    # Not by strftime, which takes three times as long.
    return f"{date} {moment.hour:02d}:{moment.minute:02d}:{moment.second:02d} {moment:%z}"


def microseconds(moment: datetime) -> int:
    """`moment` in whole microseconds since 1970; the store sorts by them."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(count: int) -> datetime:
    """The moment, in UTC, of a count of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=count)
