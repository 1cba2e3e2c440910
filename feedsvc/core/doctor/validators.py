"""Whether a reader that has the current version gets 304."""

import re
from collections.abc import Sequence
from typing import Final

from feedsvc.core.doctor.decoding import decoded
from feedsvc.core.doctor.exchanges import Exchange, Poll, Symptom

_SUFFIX: Final = re.compile(r"[-;](?:gzip|br|zstd)$")
_OURS: Final = re.compile(r"[0-9a-f]{32}")


def bare_tag(exchange: Exchange) -> str:
    """The `ETag` without quotes, `W/`, and the suffix of a coding."""
    tag = exchange.header("ETag").removeprefix("W/").strip('"')
    return _SUFFIX.sub("", tag)


def is_our_tag(exchange: Exchange) -> bool:
    """True if the tag has the form that feedsvc makes."""
    return _OURS.fullmatch(bare_tag(exchange)) is not None


def validator_symptoms(polls: Sequence[Poll]) -> list[Symptom]:
    """What is wrong with the validators of a document, and with conditional requests."""
    symptoms = [
        Symptom("etag-dropped", poll.first, "no ETag")
        for poll in polls
        if not poll.first.header("ETag")
    ]
    unmatched = [
        (poll, poll.by_tag) for poll in polls if poll.by_tag and _is_unmatched(poll.by_tag)
    ]
    # If no condition arrives, tags that are weak as well are not the cause.
    fault = "etag-weakened" if all(_was_changed(poll) for poll, _ in unmatched) else "no-304"
    for poll, by_tag in unmatched:
        tag, now = poll.first.header("ETag"), by_tag.header("ETag")
        again = "" if now == tag else f" with another tag, {now or 'none'},"
        came = f"{by_tag.status}{again} for If-None-Match: {tag}"
        symptoms.append(Symptom(fault, by_tag, came))
    for poll in polls:
        if poll.by_date and _is_unmatched(poll.by_date):
            date = poll.first.header("Last-Modified")
            came = f"{poll.by_date.status} for If-Modified-Since: {date}"
            symptoms.append(Symptom("no-304", poll.by_date, came))
    return symptoms


def has_changed(poll: Poll) -> bool:
    """True if another version came meanwhile, so that no 304 was due."""
    answers = [each for each in (poll.by_tag, poll.by_date) if each and each.status == 200]
    document, tag = decoded(poll.first).body, poll.first.header("ETag")
    return any(
        decoded(each).body != document and (not tag or each.header("ETag") != tag)
        for each in answers
    )


def _is_unmatched(asked: Exchange) -> bool:
    return asked.status not in (0, 304)


def _was_changed(poll: Poll) -> bool:
    """True if the tag is not that of feedsvc: it is weak, or others than it are matched."""
    if poll.first.header("ETag").startswith("W/"):
        return True
    is_constant = poll.by_tag is not None and poll.by_tag.header("ETag") in (
        poll.first.header("ETag"),
        "",
    )
    return is_constant and poll.by_any is not None and poll.by_any.status == 304
