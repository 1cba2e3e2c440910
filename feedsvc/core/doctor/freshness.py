"""Whether caches give an older version, or keep one for longer, than feedsvc allows."""

import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from feedsvc.core.doctor.decoding import decoded
from feedsvc.core.doctor.exchanges import Exchange, ExpectedDocument, Symptom, Visit
from feedsvc.core.doctor.validators import bare_tag, is_our_tag

_LONGEST: Final = 86_400  # the largest value of server.max_age
_TOLERANCE: Final = 2  # seconds: dates are whole seconds, and each cache rounds
_DIRECTIVE: Final = re.compile(r"(max-age|s-maxage)\s*=\s*\"?(\d{1,10})", re.IGNORECASE)


def seems_stale(visit: Visit) -> Exchange | None:
    """The first answer that is too old. A cache may refresh it just now: ask once more."""
    firsts = [poll.first for poll in visit.polls]
    return next((first for first in firsts if _is_old(first, visit)), None)


def freshness_symptoms(visit: Visit) -> list[Symptom]:
    """What is wrong with the age and with the lifetime of the answers."""
    symptoms = [
        Symptom("stale", poll.first, came)
        for poll in visit.polls
        if (came := _too_long(poll.first, visit.expected))
    ]
    again = visit.again
    if again and not symptoms and (came := _is_old(again, visit)):
        symptoms.append(Symptom("stale", again, came))
    unknown = visit.unknown_tag
    if unknown and unknown.status == 304:
        came = "304 for the tag of a version that there never was"
        symptoms.append(Symptom("stale", unknown, came))
    return symptoms


def _is_old(exchange: Exchange, visit: Visit) -> str:
    """Why this answer is older than it may be; empty if it is not."""
    if exchange.status != 200:
        return ""
    lifetime, age = _lifetime(exchange), _age(exchange)
    if age > lifetime:
        return f"Age: {age}, more than its lifetime of {lifetime} s"
    expected = visit.expected
    if expected and is_our_tag(exchange) and bare_tag(exchange) != expected.tag:
        since = visit.asked_at - expected.changed_at
        if since > timedelta(seconds=lifetime + _TOLERANCE):
            return _outdated(exchange, since, lifetime)
    current = visit.past_caches
    if current and current.status == 200 and decoded(current).body != decoded(exchange).body:
        since = _since_change(current, visit)
        if since > timedelta(seconds=lifetime + _TOLERANCE):
            return _outdated(exchange, since, lifetime)
    return ""


def _since_change(current: Exchange, visit: Visit) -> timedelta:
    """For how long the current version has existed, by the clock of the server.

    Caches may send old dates, so the latest one is now.
    """
    changed_at = _date(current, "Last-Modified")
    dates = [date for each in visit.exchanges if (date := _date(each, "Date"))]
    return max(dates) - changed_at if changed_at and dates else timedelta()


def _outdated(exchange: Exchange, since: timedelta, lifetime: int) -> str:
    seconds = int(since.total_seconds())
    tag = exchange.header("ETag") or "none"
    return f"ETag: {tag}, outdated for {seconds} s; its lifetime is {lifetime} s"


def _too_long(exchange: Exchange, expected: ExpectedDocument | None) -> str:
    """Why caches keep this answer for longer than feedsvc allows; empty if they do not."""
    named = [(name.lower(), int(value)) for name, value in _directives(exchange)]
    most = expected.lifetime if expected else _LONGEST
    private = [value for name, value in named if name == "max-age"]
    shared = [value for name, value in named if name == "s-maxage"] if expected else []
    if max(private + shared, default=0) > most:
        return f"Cache-Control: {exchange.header('Cache-Control')}; {_most(most, expected)}"
    # Caches of HTTP/1.1 ignore it beside max-age (RFC 9111 §5.3), but not every reader does.
    if _expires_in(exchange, most) > most + _TOLERANCE:
        return f"Expires: {exchange.header('Expires')}; {_most(most, expected)}"
    return ""


def _most(most: int, expected: ExpectedDocument | None) -> str:
    if expected:
        return f"feedsvc sends {most} s"
    return f"feedsvc sends at most {most} s"


def _directives(exchange: Exchange) -> list[tuple[str, str]]:
    return _DIRECTIVE.findall(exchange.header("Cache-Control"))


def _lifetime(exchange: Exchange) -> int:
    """For how many seconds a shared cache may keep an answer (RFC 9111 §4.2.1)."""
    named: dict[str, int] = {}
    for name, value in _directives(exchange):
        named.setdefault(name.lower(), int(value))
    if named:
        return named.get("s-maxage", named.get("max-age", 0))
    return _expires_in(exchange, _LONGEST)


def _expires_in(exchange: Exchange, otherwise: int) -> int:
    """After how many seconds an answer says that it expires."""
    expires, date = _date(exchange, "Expires"), _date(exchange, "Date")
    return max(int((expires - date).total_seconds()), 0) if expires and date else otherwise


def _age(exchange: Exchange) -> int:
    """How old a cache says the answer is. Several caches may each say it."""
    ages = (value.strip() for value in exchange.header("Age").split(","))
    return max((int(age[:10]) for age in ages if age.isdecimal()), default=0)


def _date(exchange: Exchange, name: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(exchange.header(name))
    except ValueError:
        return None
    return date if date.tzinfo else None
