"""How people write dates: each notation is put into the one that `read_date` knows.

No calendar and no zones here. What can be read in two ways is refused, and never guessed.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Final, TypeAlias

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_LONGEST: Final = 90  # characters; so no pattern here meets a long text
_Put: TypeAlias = str | Callable[[re.Match[str]], str]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.ASCII)


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
_OFFSET = r"(?:[+-]\d{2}:?\d{2}|Z|UTC?|GMT)"
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
        raise ValueError(f"{match[0].strip()!r} is no time of a clock with 12 hours")
    late = match["half"].lower() in ("p", "下午", "午後")
    return f" {hour % 12 + 12 * late}:{match['minute'] or '00'}{match['second'] or ''} "


_TIME = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?P<second>:\d{2}(?:[.,]\d+)?)?)?"
_IN_TURN: Final[tuple[tuple[re.Pattern[str], _Put], ...]] = (
    (_pattern(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号號]"), r"\1-\2-\3 "),
    (_pattern(r"^(\d{4})(\d{2})(\d{2})(?=[T\s])"), r"\1-\2-\3"),
    (_pattern(r"(?<=\dT)(\d{2})(\d{2})(\d{2})?(?![\d:])"), _clock),
    # Words behind an offset repeat it: JavaScript's and Go's, and RFC 9557's zone.
    (_pattern(rf"({_CLOCK_OFFSET})\s*(?:\([^()]*\)|\[{_ZONE_NAME}\]|\s[a-z]{{3,5}})$"), r"\1"),
    (_pattern(rf"\s*\[({_ZONE_NAME})\]$"), r" \1"),
    (_pattern(r"(?<![/a-z])(?:UTC?|GMT)\s*([+-]\d{1,2}(?::?\d{2})?)$"), r"\1"),
    (
        _pattern(
            rf"^{_MONTH}\s+{_DAY}\s+(?P<clock>\d{{1,2}}:\d{{2}}(?::\d{{2}})?)\s+"
            rf"(?:(?P<zone>{_OFFSET})\s+)?{_YEAR}(?P<offset>\s+[+-]\d{{4}})?$"
        ),
        _asctime,
    ),
    (_pattern(rf"^{_MONTH}[\s-]+{_DAY}(?:\s*,\s*|[\s-]+){_YEAR}"), _dashed),
    (_pattern(rf"^{_DAY}(?:\s+of)?[\s-]+{_MONTH},?[\s-]+{_YEAR}"), _dashed),
    (_pattern(rf"^{_YEAR}[\s-]+{_MONTH}[\s-]+{_DAY}"), _dashed),
    (_pattern(rf"^({_NUMBERS})(?:\s+|(?=Z))({_OFFSET})$"), r"\1 00:00 \2"),
    (
        _pattern(
            r"(\d{1,2})\s*[点點时時](?:\s*(\d{1,2})(?:\s*分|(?<=\d\d)))?(?:\s*(\d{1,2})\s*秒)?"
        ),
        _clock,
    ),
    (_pattern(rf"(?<![\d:])\s*{_TIME}\s*(?P<half>[ap])\.?m(?![a-z])\.?"), _of_24_hours),
    (_pattern(rf"(?P<half>上午|下午|午前|午後)\s*{_TIME}"), _of_24_hours),
    (_pattern(rf"^({_NUMBERS})(?:\s*,\s*|\s+)(?:at\s+)?"), r"\1 "),
)
_FAULTS: Final = (
    (
        _pattern("^(?:now|today|yesterday|tomorrow|(?:git )?(?:last modified|created))$"),
        "it means another day each time; write the day itself",
    ),
    (_pattern(r"^\d{4}年?$"), "it is a year without a month and a day"),
    (_pattern(r"^\d{4}(?:[-/.]\d{1,2}|\s*年\s*\d{1,2}\s*月)$"), "it has no day"),
    (_pattern(rf"^{_MONTH},?\s+{_YEAR}$"), "it has no day"),
    (_pattern(rf"^{_MONTH}\s+{_DAY}$"), "it has no year"),
    (_pattern(rf"^{_DAY}\s+{_MONTH}$"), "it has no year"),
    (
        _pattern(r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?!\d)"),
        "nobody can tell its month from its day; write the year first",
    ),
    (
        _pattern(
            rf"^(?:{_WEEKDAY},?\s*)?\d{{1,2}}[-/. ]+(?:\d{{1,2}}|{_MONTH})[-/. ]+\d\d(?!\d)"
        ),
        "its year has two digits; write all four",
    ),
    (
        _pattern(
            r":\d\d\s*(?:[ap]\.?m\.?\s*)?(?!(?:[ap]m|UTC?|GMT)\b)(?P<word>(?-i:[A-Z]{2,5}))(?:\s+\d{4})?$"
        ),
        "the zone {word} is not the same everywhere; write an offset such as +08:00",
    ),
)
_FIRST_WEEKDAY = _pattern(rf"^{_WEEKDAY}\.?\s*,?\s*")
_SECOND_WEEKDAY = _pattern(rf"(?<=\d)[\s,]*\(?{_WEEKDAY}\)?(?=[\s,]|$)")


def usual_notation(text: str) -> str:
    """`text`, a date in whatever notation, as `YYYY-M-D`, `YYYY-M-D H:MM` and so on.

    A text that is no date comes back as it is, or nearly. Raises ValueError for what cannot be
    read in one way only, such as 03/04/2024 or a weekday that the day has not.
    """
    if len(text) > _LONGEST:
        raise ValueError("it is not a date")
    # Full-width digits and colons become ASCII, and so do the spaces that JavaScript writes.
    text = unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()
    for pattern, fault in _FAULTS:
        found = pattern.search(text)
        if found:
            raise ValueError(fault.format_map(found.groupdict()))
    first = _FIRST_WEEKDAY.match(text)
    text = text[first.end() :] if first else text
    for pattern, put in _IN_TURN:
        text = pattern.sub(put, text, 1)
    second = _SECOND_WEEKDAY.search(text)
    text = text[: second.start()] + text[second.end() :] if second else text
    for weekday in (first, second):
        if weekday:
            _check_weekday(text, weekday["weekday"])
    return text.strip()


def _check_weekday(text: str, word: str) -> None:
    """Raises ValueError if the date that `text` begins with is no such weekday."""
    numbers = re.match(_NUMBERS, text, re.ASCII)
    if not numbers:
        return
    day = date(*(int(part) for part in re.split("[-/.]", numbers[0])))
    name = DAYS[day.weekday()]
    if not (
        name.lower().startswith(word[:3].lower())
        or word[-1].replace("天", "日") == _CHINESE_DAYS[day.weekday()]
    ):
        raise ValueError(f"{day} is a {name}, but it says {word}")
