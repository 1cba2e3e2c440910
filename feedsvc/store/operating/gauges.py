"""What the store has now, as numbers for the metrics: one look of bounded work."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.store.engine.database import Database
from feedsvc.store.held import read_held_fact
from feedsvc.store.operating.counts import unpublished
from feedsvc.store.rows import problems_of
from feedsvc.store.schema import facts, feeds, files, jobs, subscriptions
from feedsvc.store.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Gauges:
    """Numbers that go up and down. Times are seconds since 1970."""

    posts: Mapping[str, int] = field(default_factory=dict)  # by state
    problems: Mapping[str, int] = field(default_factory=dict)  # by code
    jobs: Mapping[str, int] = field(default_factory=dict)  # by state
    subscriptions: Mapping[str, int] = field(default_factory=dict)  # by state
    feeds: int = 0
    held: int = 0
    revision: int = 0
    last_publish: float = 0.0
    due: int = 0
    oldest_due: float | None = None
    latency: float = 0.0  # seconds of the shortest possible query


class StoreGauges:
    """Reads gauges. Raises StoreError if the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self) -> Gauges:
        """All gauges, of one committed state."""
        with self._database.reading() as connection:
            began = time.monotonic()
            revision = sa.select(facts.c.value).where(facts.c.name == "revision")
            number = int(connection.execute(revision).scalar() or 0)
            latency = time.monotonic() - began
            last = Snapshot(connection).last_published_at()
            due, oldest = _due(connection)
            return Gauges(
                posts=_posts(connection),
                problems=_problems(connection),
                jobs=_jobs(connection),
                subscriptions=_subscriptions(connection),
                feeds=int(
                    connection.execute(
                        sa.select(sa.func.count()).select_from(feeds)
                    ).scalar_one()
                ),
                held=read_held_fact(connection)[0],
                revision=number,
                last_publish=last.timestamp() if last else 0.0,
                due=due,
                oldest_due=oldest,
                latency=latency,
            )


def _posts(connection: Connection) -> dict[str, int]:
    """The files by state: those that are not published are counted in an index."""
    others = unpublished(connection)
    every = connection.execute(sa.select(sa.func.count()).select_from(files)).scalar_one()
    published = int(every) - sum(others.values())
    return dict(sorted((others | ({"published": published} if published else {})).items()))


def _jobs(connection: Connection) -> dict[str, int]:
    state = jobs.c.state
    query = sa.select(state, sa.func.count()).group_by(state).order_by(state)
    return {value: int(count) for value, count in connection.execute(query)}


def _problems(connection: Connection) -> dict[str, int]:
    """How many problems of each code there are. An index has the files with problems."""
    counts: Counter[str] = Counter()
    query = sa.select(files.c.problems).where(sa.text("problems <> ''"))
    for text in connection.execute(query).scalars():
        counts.update(problem.code for problem in problems_of("", text))
    return dict(sorted(counts.items()))


def _subscriptions(connection: Connection) -> dict[str, int]:
    is_failing = sa.case((subscriptions.c.attempts > 0, "failing"), else_="active")
    query = sa.select(is_failing, sa.func.count()).group_by(is_failing)
    return {state: int(count) for state, count in connection.execute(query)}


def _due(connection: Connection) -> tuple[int, float | None]:
    """How many deliveries are due, and since when the feed of the first one has changed."""
    is_behind = subscriptions.c.delivered != feeds.c.digest
    query = sa.select(sa.func.count(), sa.func.min(feeds.c.changed_at)).select_from(
        subscriptions.join(feeds, feeds.c.path == subscriptions.c.feed_path)
    )
    count, oldest = connection.execute(query.where(is_behind)).one()
    return int(count), None if oldest is None else float(oldest)
