"""Finds the date in the path of a post: `2026/01/05/tea`, `20260105-tea`, `tea 2026-01-05`.

The year is always first. A name such as `260105` or `05-01-2026` may mean several days, so it
has no date.
"""

import re
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from feedsvc.core.dates import date_in_name, read_date

_YEAR: Final = r"(?P<year>(?:19|20)\d\d)"
_DAY: Final = (
    rf"{_YEAR}(?P<mark>[-_ ])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})(?!\d)"
    r"(?:T(?P<hour>\d\d):?(?P<minute>\d\d)(?!\d))?"
)
_DOTTED: Final = rf"{_YEAR}\.(?P<month>\d\d)\.(?P<day>\d\d)(?!\d)"  # 2026.1.5 is a version
_DIGITS: Final = (
    rf"{_YEAR}(?P<month>0\d|1[0-2])(?P<day>[0-2]\d|3[01])"
    r"(?:T?(?P<hour>\d\d)(?P<minute>\d\d)(?:\d\d)?)?(?!\d)"
)
_CHINESE: Final = rf"{_YEAR}年(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})[日号]"
_REST: Final = r"(?![A-Za-z0-9])[-_.\s]*+(?P<rest>.*+)"
_BEFORE: Final = r"(?P<rest>[^-_\s].*?)[-_\s]++\(?"
# A day of a folder has two digits if words follow: `2026/01/5-cups` is not of the fifth.
_IN_FOLDERS: Final = (
    rf"(?:.*/)?{_YEAR}[-_/](?P<month>\d\d)[-_/](?P<day>\d\d)"
    r"(?:/(?P<name>[^/]++)|[-_. ]++(?!\d{4}(?!\d))(?P<rest>[^/]++))?",
    rf"(?:.*/)?{_YEAR}/(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})(?:/(?P<name>[^/]++))?",
    rf"(?:.*/)?{_DIGITS}/(?P<name>[^/]++)",
)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.ASCII | re.DOTALL)


_NAMES: Final = (
    *(_pattern(date + _REST) for date in (_DAY, _DOTTED, _DIGITS, _CHINESE)),
    *(_pattern(rf"{_BEFORE}{date}\)?") for date in (_DAY, _DOTTED, _DIGITS)),
)
_FOLDERS: Final = tuple(map(_pattern, _IN_FOLDERS))
_FOUR_DIGITS: Final = re.compile(r"(?:19|20)\d\d", re.ASCII)
_MONTH: Final = re.compile(r"[A-Za-z]{3}|月")
_LONGEST: Final = 500  # characters of a path; keeps the patterns fast


def date_in_path(stem: str, zone: ZoneInfo) -> tuple[datetime, str] | None:
    """The date in a path without suffix, and the words of its last name; None if none.

    The name counts before the folders directly above it. If the name has a date that does not
    exist, the path has none. The words are empty if the name is only a date.
    """
    name = stem.rpartition("/")[2]
    dated = date_in_name(name, zone)
    if dated or len(stem) > _LONGEST or not _FOUR_DIGITS.search(stem):
        return dated
    for patterns, text in ((_NAMES, name), (_FOLDERS, stem)):
        for pattern in patterns:
            match = pattern.fullmatch(text)
            if match:
                return _dated(match, zone)
    return _named_day(name, zone)


def _named_day(name: str, zone: ZoneInfo) -> tuple[datetime, str] | None:
    """The date of a name that is one in words: `March 1st, 2026`."""
    if not _MONTH.search(name):
        return None
    try:
        return read_date(name, zone), ""
    except ValueError:
        return None


def date_in_address(address: str, zone: ZoneInfo) -> datetime | None:
    """The date in a permalink or a slug that an author wrote; None if there is none."""
    try:
        path = urlsplit(address).path
    except ValueError:  # such as http://[
        return None
    page = path[:_LONGEST].strip("/").removesuffix(".html").removesuffix("/index")
    dated = date_in_path(page, zone)
    return dated[0] if dated else None


def _dated(match: re.Match[str], zone: ZoneInfo) -> tuple[datetime, str] | None:
    part = match.groupdict()
    day = f"{part['year']}-{part['month']}-{part['day']}"
    clock = f" {part['hour']}:{part['minute']}" if part.get("hour") else ""
    try:
        moment = read_date(day + clock, zone)
    except ValueError:
        return None
    return moment, part.get("name") or part.get("rest") or ""
