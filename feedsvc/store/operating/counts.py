"""Counts of files and subscriptions by their states. No query looks at every file's row."""

import json
from collections import Counter
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core import addresses
from feedsvc.core.admin.attention import DELIVERIES_FAIL_LONG
from feedsvc.core.admin.status import MOST_SHOWN, PostCounts, Receiver, Subscribers
from feedsvc.core.dates import from_microseconds
from feedsvc.core.problems import Problem
from feedsvc.store.rows import problems_of, target_of
from feedsvc.store.schema import files, subscriptions

# Each exactly as in an index.
_IS_UNPUBLISHED: Final = sa.text("state <> 'published'")
_HAS_PROBLEMS: Final = sa.text("problems <> ''")
_FAILS: Final = sa.text("attempts > 0")

_MOST_REASONS: Final = 10  # the rest is one number
_MOST_DISTINCT: Final = 1000
_MOST_COUNTED: Final = 1000  # files whose problems are counted one by one
_COUNT: Final = sa.func.count()


def post_counts(connection: Connection) -> PostCounts:
    """How many files are in each state."""
    states = unpublished(connection)
    published = sa.select(_COUNT).select_from(files).where(files.c.entry_id.is_not(None))
    broken = sa.select(_COUNT).select_from(files).where(_HAS_PROBLEMS)
    drafts = states.get("draft", 0)
    expired = _count(connection, _expired()) if drafts else 0
    return PostCounts(
        published=_count(connection, published),
        hidden=_hidden(connection, drafts, expired) if drafts else {},
        expired=expired,
        waiting=states.get("held", 0),
        refused=states.get("refused", 0),
        no_post=states.get("no post", 0),
        with_problems=_count(connection, broken),
    )


def unpublished(connection: Connection) -> dict[str, int]:
    """How many files are in each state but `published`."""
    by_state = sa.select(files.c.state, _COUNT).where(_IS_UNPUBLISHED).group_by(files.c.state)
    return {state: int(count) for state, count in connection.execute(by_state)}


def _count(connection: Connection, query: sa.Select[Any]) -> int:
    return int(connection.execute(query).scalar_one())


def _expired() -> sa.Select[Any]:
    """Posts that no key hides, but a date that has passed."""
    is_expired = (files.c.state == "draft", files.c.hidden_by == "")
    query = sa.select(_COUNT).select_from(files).where(_IS_UNPUBLISHED, *is_expired)
    return query.where(files.c.passed_at.is_not(None))


def _hidden(connection: Connection, drafts: int, expired: int) -> dict[str, int]:
    """The hidden posts by the first key that hides each of them. Drafts may have `expired`."""
    query = (
        sa.select(files.c.hidden_by, _COUNT)
        .where(_IS_UNPUBLISHED, files.c.state == "draft")
        .group_by(files.c.hidden_by)
        .order_by(_COUNT.desc())
        .limit(_MOST_DISTINCT)
    )
    reasons: Counter[str] = Counter()
    for hidden_by, count in connection.execute(query):
        reasons[hidden_by.partition(", ")[0][:60] or "other keys"] += count
    reasons["other keys"] -= expired
    shown = {key: n for key, n in reasons.most_common(_MOST_REASONS) if n > 0}
    rest = drafts - expired - sum(shown.values())
    return shown | ({"others": rest} if rest else {})


def first_problems(connection: Connection) -> tuple[Problem, ...]:
    """Some problems; those of refused files come first."""
    columns = sa.select(files.c.path, files.c.problems)
    refused = columns.where(_IS_UNPUBLISHED, files.c.state == "refused")
    refused = refused.order_by(files.c.hidden_by, files.c.path)
    others = columns.where(_HAS_PROBLEMS, files.c.state != "refused").order_by(files.c.path)
    problems: list[Problem] = []
    for query in (refused, others):
        for row in connection.execute(query.limit(MOST_SHOWN - len(problems))).mappings():
            problems += problems_of(row["path"], row["problems"])
        if len(problems) >= MOST_SHOWN:
            break
    return tuple(problems[:MOST_SHOWN])


def count_problems(connection: Connection, with_problems: int) -> int:
    """The number of all problems; of many files, at least so many."""
    query = sa.select(files.c.problems).where(_HAS_PROBLEMS).limit(_MOST_COUNTED)
    texts = connection.execute(query).scalars().all()
    return sum(len(json.loads(text)) for text in texts) + max(0, with_problems - len(texts))


def subscribers(connection: Connection, site_url: str) -> Subscribers:
    """The subscriptions, and some of them; those that fail most come first."""
    every = sa.select(_COUNT).select_from(subscriptions)
    long = subscriptions.c.attempts >= DELIVERIES_FAIL_LONG
    failing = sa.select(subscriptions).where(_FAILS).order_by(subscriptions.c.attempts.desc())
    rows = list(connection.execute(failing.limit(MOST_SHOWN)).mappings())
    if len(rows) < MOST_SHOWN:
        others = sa.select(subscriptions).where(subscriptions.c.attempts == 0)
        rows += connection.execute(others.limit(MOST_SHOWN - len(rows))).mappings()
    return Subscribers(
        _count(connection, every),
        _count(connection, every.where(_FAILS)),
        _count(connection, every.where(_FAILS, long)),
        tuple(_receiver(row, site_url) for row in rows),
    )


def _receiver(row: sa.RowMapping, site_url: str) -> Receiver:
    target, at = target_of(row), row["delivered_at"]
    path = addresses.document_path(target.feed_path, target.format)
    return Receiver(
        "subscription",
        target.name[:12],
        target.callback.partition("?")[0],  # its query may be a secret
        addresses.url(site_url, path),
        row["attempts"],
        None if at is None else from_microseconds(at),
        row["last_error"],
    )
