"""Rewrites the notations of dates into the one that `read_date` reads.

Calendar and time zones are not handled here. Ambiguous dates are refused, never guessed.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache, partial
from typing import Final, TypeAlias

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_LONGEST: Final = 90  # characters; keeps the patterns below fast
_Replacement: TypeAlias = str | Callable[[re.Match[str]], str]
# Compiled when they are first used: together they take 7 ms, and most commands need none.
_pattern: Final[Callable[[str], re.Pattern[str]]] = cache(
    partial(re.compile, flags=re.IGNORECASE | re.ASCII)
)
_SHORT_MONTHS: Final = [month[:3].lower() for month in MONTHS]
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])\.?"
)
_CHINESE_DAYS: Final = "一二三四五六日"
_WEEKDAY = (
    r"(?P<weekday>(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?(?![a-z])"
    r"|(?:星期|礼拜|禮拜|周|週)[一二三四五六日天])"
)
_YEAR, _DAY = r"(?P<year>\d{4})(?!\d)", r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\w)"
_NUMBERS = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
_OFFSET = r"(?:[+-]\d{2}:?\d{2}|Z|UTC?|GMT|CES?T)"
_CLOCK_OFFSET = rf":\d{{2}}(?:[.,]\d+)?(?:\s*[ap]\.?m\.?)?\s*(?:UTC?|GMT)?\s*{_OFFSET}"
_ZONE_NAME = r"[a-z_]+(?:/[a-z0-9_+-]+)+"


def _dashed(match: re.Match[str]) -> str:
    month = _SHORT_MONTHS.index(match["month"][:3].lower()) + 1
    return f"{match['year']}-{month}-{match['day']} "


def _asctime(match: re.Match[str]) -> str:
    zone = match["zone"] or match["offset"] or ""
    return f"{_dashed(match)}{match['clock']} {zone}"


def _clock(match: re.Match[str]) -> str:
    return ":".join(f"{int(part or 0):02}" for part in match.groups())


def _of_24_hours(match: re.Match[str]) -> str:
    hour = int(match["hour"])
    if not 1 <= hour <= 12:
        raise ValueError(f"{match[0].strip()!r} is not a time of a 12-hour clock")
    late = match["half"].lower() in ("p", "下午", "午後")
    return f" {hour % 12 + 12 * late}:{match['minute'] or '00'}{match['second'] or ''} "


_TIME = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?P<second>:\d{2}(?:[.,]\d+)?)?)?"
_REPLACEMENTS: Final[tuple[tuple[str, _Replacement], ...]] = (
    (r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号號]", r"\1-\2-\3 "),
    (r"^(\d{4})(\d{2})(\d{2})(?=[T\s])", r"\1-\2-\3"),
    (r"(?<=\dT)(\d{2})(\d{2})(\d{2})?(?![\d:])", _clock),
    # Text after an offset repeats it: in JavaScript and Go, and the zone of RFC 9557.
    (rf"({_CLOCK_OFFSET})\s*(?:\([^()]*\)|\[{_ZONE_NAME}\]|\s[a-z]{{3,5}})$", r"\1"),
    (rf"\s*\[({_ZONE_NAME})\]$", r" \1"),
    (r"(?<![/a-z])(?:UTC?|GMT)\s*([+-]\d{1,2}(?::?\d{2})?)$", r"\1"),
    (
        (
            rf"^{_MONTH}\s+{_DAY}\s+(?P<clock>\d{{1,2}}:\d{{2}}(?::\d{{2}})?)\s+"
            rf"(?:(?P<zone>{_OFFSET})\s+)?{_YEAR}(?P<offset>\s+[+-]\d{{4}})?$"
        ),
        _asctime,
    ),
    (rf"^{_MONTH}[\s-]+{_DAY}(?:\s*,\s*|[\s-]+){_YEAR}", _dashed),
    (rf"^{_DAY}(?:\s+of)?[\s-]+{_MONTH},?[\s-]+{_YEAR}", _dashed),
    (rf"^{_YEAR}[\s-]+{_MONTH}[\s-]+{_DAY}", _dashed),
    (rf"^({_NUMBERS})(?:\s+|(?=Z))({_OFFSET})$", r"\1 00:00 \2"),
    (
        r"(\d{1,2})\s*[点點时時](?:\s*(\d{1,2})(?:\s*分|(?<=\d\d)))?(?:\s*(\d{1,2})\s*秒)?",
        _clock,
    ),
    (rf"(?<![\d:])\s*{_TIME}\s*(?P<half>[ap])\.?m(?![a-z])\.?", _of_24_hours),
    (rf"(?P<half>上午|下午|午前|午後)\s*{_TIME}", _of_24_hours),
    (rf"^({_NUMBERS})(?:\s*,\s*|\s+)(?:at\s+)?", r"\1 "),
)
_FAULTS: Final = (
    (
        "^(?:now|today|yesterday|tomorrow|(?:git )?(?:last modified|created))$",
        "it means a different day each day; write the date",
    ),
    (r"^\d{4}年?$", "it is a year without a month and a day"),
    (r"^\d{4}(?:[-/.]\d{1,2}|\s*年\s*\d{1,2}\s*月)$", "it has no day"),
    (rf"^{_MONTH},?\s+{_YEAR}$", "it has no day"),
    (rf"^{_MONTH}\s+{_DAY}$", "it has no year"),
    (rf"^{_DAY}\s+{_MONTH}$", "it has no year"),
    (
        r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?!\d)",
        "it is not clear which part is the month; write the year first",
    ),
    (
        rf"^(?:{_WEEKDAY},?\s*)?\d{{1,2}}[-/. ]+(?:\d{{1,2}}|{_MONTH})[-/. ]+\d\d(?!\d)",
        "its year has two digits; write all four",
    ),
    (
        r":\d\d\s*(?:[ap]\.?m\.?\s*)?(?!(?:[ap]m|UTC?|GMT|CES?T)\b)(?P<word>(?-i:[A-Z]{2,5}))(?:\s+\d{4})?$",
        "the zone {word} is ambiguous; write an offset such as +08:00",
    ),
)
_FIRST_WEEKDAY = rf"^{_WEEKDAY}\.?\s*,?\s*"
_SECOND_WEEKDAY = rf"(?<=\d)[\s,]*\(?{_WEEKDAY}\)?(?=[\s,]|$)"


def usual_notation(text: str) -> str:
    """Rewrite a date in any notation as `YYYY-M-D`, `YYYY-M-D H:MM` and so on.

    A text that is not a date is returned almost unchanged. Raises ValueError for an ambiguous
    date, such as 03/04/2024, and for a wrong weekday.
    """
    if len(text) > _LONGEST:
        raise ValueError("it is not a date")
    # Full-width digits and colons, and the spaces that JavaScript writes, become ASCII.
    text = unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()
    for pattern, fault in _FAULTS:
        match = _pattern(pattern).search(text)
        if match:
            raise ValueError(fault.format_map(match.groupdict()))
    first = _pattern(_FIRST_WEEKDAY).match(text)
    text = text[first.end() :] if first else text
    for pattern, replacement in _REPLACEMENTS:
        text = _pattern(pattern).sub(replacement, text, 1)
    second = _pattern(_SECOND_WEEKDAY).search(text)
    text = text[: second.start()] + text[second.end() :] if second else text
    for weekday in (first, second):
        if weekday:
            _check_weekday(text, weekday["weekday"])
    return text.strip()


def _check_weekday(text: str, word: str) -> None:
    """Raise ValueError if the date at the beginning of `text` is not on that weekday."""
    numbers = re.match(_NUMBERS, text, re.ASCII)
    if not numbers:
        return
    day = date(*(int(part) for part in re.split("[-/.]", numbers[0])))
    name = DAYS[day.weekday()]
    if not (
        name.lower().startswith(word[:3].lower())
        or word[-1].replace("天", "日") == _CHINESE_DAYS[day.weekday()]
    ):
        raise ValueError(f"{day} is a {name}, not a {word}")
