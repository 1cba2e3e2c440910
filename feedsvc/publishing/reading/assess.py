"""Decide what one file is on its own: a post to publish, or the reason why it is not."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from feedsvc.core.dates import from_microseconds, microseconds
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.file_records import FileRecord, HiddenPost, Stamp, State
from feedsvc.core.ledger.identities import Claim
from feedsvc.core.ledger.ledger import LONG_ENOUGH, edit_digest, text_digest, text_length
from feedsvc.core.posts.post import Draft, NotAPost, Post, Reading
from feedsvc.core.problems import Problem, Span
from feedsvc.core.site import Site
from feedsvc.publishing.reading.earlier_dates import EarlierDates
from feedsvc.publishing.reading.findings import Finding, positions_of
from feedsvc.publishing.reading.post_problems import (
    expired_before_warning,
    future_update_warning,
    lost_front_matter_problem,
)
from feedsvc.publishing.reading.read_file import compose_entry, problems_of
from feedsvc.source.folder import HIDDEN

_LONGEST_REASON: Final = 200  # characters


def assess(
    reading: Reading,
    file: tuple[Stamp, str],
    previous: FileRecord | None,
    earlier: EarlierDates,
    site: Site,
    now: datetime,
) -> tuple[Finding, Entry | None]:
    """The finding about a file, and its entry if it is to be published.

    `file` is its stamp and digest, `previous` what the store has of it.
    """
    if isinstance(reading, NotAPost) and previous and previous.entry_id:
        problem = lost_front_matter_problem(reading.path)
        hidden = reading.reason
        reading = Draft(reading.path, (problem,), hidden) if hidden else problem
    if isinstance(reading, Post):
        if reading.expires and earlier.has_expired(reading.expires, now):
            passed_at = microseconds(reading.expires)
            expired = _expired(reading, reading.expires, now)
            return _not_published(expired, file, previous, passed_at), None
        if earlier.has_come(reading, now):
            post, due_at = _until_next_change(reading, now, earlier.updated)
            composed = compose_entry(_shown(post), site)
            if isinstance(composed, Entry):
                moves = site.rules.updated == "ledger"
                return _to_publish(post, file, previous, due_at, composed, moves), composed
            reading = replace(composed, span=Span(ends=post.expires), warnings=post.warnings)
        elif reading.held_by:
            reading = replace(reading, warnings=(*reading.warnings, reading.held_by))
    if isinstance(reading, Problem):
        reading = _with_earlier_end(reading, previous)
        if not earlier.holds(reading, now):
            reading = Draft(reading.path, tuple(problems_of(reading)), "its dates")
    return _not_published(reading, file, previous), None


def _shown(post: Post) -> Post:
    """The post without what nobody must see any more, if it was taken back."""
    if post.retracted is None:
        return post
    return replace(post, body="", summary="")


def _to_publish(
    post: Post,
    file: tuple[Stamp, str],
    previous: FileRecord | None,
    due_at: int | None,
    entry: Entry,
    moves_updated: bool,
) -> Finding:
    record = FileRecord(
        post.path,
        *file,
        "published",
        due_at=due_at,
        problems=post.warnings,
        measured=(
            *post.watched_files,
            *((e.file, e.length) for e in post.enclosures if e.file),
            *((name, HIDDEN) for name in post.hidden_files),
        ),
        passed_at=microseconds(post.public_from),
        ends_at=microseconds(post.expires) if post.expires else None,
    )
    claim = Claim(
        *(post.path, post.key, post.title, post.published),
        text_digest(post.body),
        text_length(post.body),
        edit_digest(entry.title, post.body, entry.content_html) if moves_updated else "",
        previous is not None and previous.digest == record.digest,
        post.keeps_updated,
        post.retracted,
    )
    return Finding(record, previous, claim, post.permalink, positions_of(post))


def _not_published(
    reading: Reading,
    file: tuple[Stamp, str],
    previous: FileRecord | None,
    passed_at: int | None = None,
) -> Finding:
    """The finding about a file that is hidden, held, refused or no post.

    If it is refused, what it last published stays.
    """
    state, due_at = _state_of(reading)
    record = FileRecord(
        *(reading.path, *file, state),
        due_at=due_at,
        problems=tuple(problems_of(reading)),
        passed_at=passed_at,
        hides=_hidden_post(reading),
        hidden_by=reading.reason[:_LONGEST_REASON] if isinstance(reading, Draft) else "",
    )
    if previous:
        record = replace(record, key=previous.key)
    if isinstance(reading, Problem) and previous:
        if previous.entry_id:
            record = replace(record, entry_id=previous.entry_id, passed_at=previous.passed_at)
            record = replace(record, ends_at=due_at)
        else:
            record = replace(record, hides=previous.hides)
    return Finding(record, previous)


def _with_earlier_end(problem: Problem, previous: FileRecord | None) -> Problem:
    """The problem; if no expiry can be read, that of the last good version counts."""
    if problem.span.ends or not previous or previous.ends_at is None:
        return problem
    ends = from_microseconds(previous.ends_at)
    return replace(problem, span=replace(problem.span, ends=ends))


def _hidden_post(reading: Reading) -> HiddenPost | None:
    if not isinstance(reading, Post | Draft):
        return None
    is_long = text_length(reading.body) >= LONG_ENOUGH
    return HiddenPost(
        reading.key,
        text_digest(reading.title) if reading.title else "",
        text_digest(reading.body) if is_long else "",
        reading.published,
    )


def _state_of(reading: Reading) -> tuple[State, int | None]:
    """How a file is recorded, and when it must be read again because of its dates."""
    match reading:
        case Post():
            return "held", microseconds(reading.public_from)
        case Draft():
            return "draft", None
        case NotAPost():
            return "no post", None
        case Problem():
            ends = reading.span.ends
            return "refused", microseconds(ends) if ends else None


def _expired(post: Post, expires: datetime, now: datetime) -> Draft:
    """The post, hidden because it has expired; with a warning if the clock is behind that."""
    if expires <= now:
        ended = (post.ended_by,) if post.ended_by else ()
        return _as_draft(post, (*post.warnings, *ended))
    warning = expired_before_warning(post.path, expires, post.position_of("expires"))
    return _as_draft(post, (*post.warnings, warning))


def _as_draft(post: Post, warnings: tuple[Problem, ...]) -> Draft:
    names = (post.key, post.title, post.published, post.body)
    return Draft(post.path, warnings, "expired", *names)


def _until_next_change(
    post: Post, now: datetime, published_update: datetime | None
) -> tuple[Post, int | None]:
    """The post as it is now, and when one of its dates changes it.

    An `updated` in the future has no effect until then. It has if it is already published,
    because then the clock was put back. A post ends when it expires.
    """
    due = [post.expires] if post.expires else []
    if post.updated and post.updated > now and post.updated != published_update:
        due.append(post.updated)
        position = post.position_of("updated")
        warning = future_update_warning(post.path, post.updated, position)
        post = replace(post, updated=None, warnings=(*post.warnings, warning))
    return post, microseconds(min(due)) if due else None
