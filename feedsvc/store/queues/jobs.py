"""Jobs: builds that web processes request and a watcher carries out."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import from_microseconds, microseconds
from feedsvc.core.webhook.jobs import LONGEST_PAUSE, Job, JobKind, JobState
from feedsvc.store.bulk import upsert
from feedsvc.store.engine.database import Database
from feedsvc.store.queues.waits import is_beyond, is_due
from feedsvc.store.queues.watchers import is_alive
from feedsvc.store.schema import jobs, messages, watchers

REMEMBERED: Final = timedelta(days=1)  # how long the name of a message is stored
MOST_KEPT: Final = 1000  # ended jobs


# A job is held until it is retried, or has ended while posts were held.
_HAS_ENDED: Final = jobs.c.ended_at.is_not(None)
_IS_RETRIED: Final = sa.and_(jobs.c.state == "held", jobs.c.ended_at.is_(None))
_IS_OPEN: Final = sa.or_(jobs.c.state == "queued", _IS_RETRIED)
# Asked several times a second. To build a statement costs more than to execute it.
_ANY_IS_OPEN: Final = sa.select(sa.exists().where(_IS_OPEN))


class Jobs:
    """The queue of jobs. Every method raises StoreError if the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enqueue(
        self,
        now: datetime,
        *,
        message: str = "",
        kind: JobKind = "rebuild",
        ref: str = "",
        accept: str = "",
    ) -> tuple[Job, bool]:
        """Queue a job; returns the job, and whether the call is new.

        A call joins the job of its kind, ref and `accept` that has not begun. `message` is the
        permanent name that the sender gave the call, or "". A call with the name of an earlier
        one is not new, unless the job of that one has failed: then the sender wants a retry.
        """
        with self._database.writing(alone="jobs") as connection:
            stored = _job_of(connection, message) if message else None
            if stored and stored.state != "failed":
                return stored, False
            what = {"kind": kind, "ref": ref, "accept": accept}
            name = _join(connection, what, now) or _insert(connection, what, now)
            if message:
                row = {"message": message, "job": name, "heard_at": microseconds(now)}
                upsert(connection, messages, [row])
            job = _named(connection, name)
            assert job is not None  # noqa: S101 - it was just written
            return job, True

    def named(self, name: str) -> Job | None:
        """The job of this name; None if there is none or it was deleted."""
        with self._database.reading() as connection:
            return _named(connection, name)

    def newest(self, most: int) -> list[Job]:
        """The newest jobs, newest first."""
        with self._database.reading() as connection:
            query = sa.select(jobs).order_by(jobs.c.number.desc()).limit(most)
            return [_job(row) for row in connection.execute(query).mappings()]

    def waiting(self, now: datetime) -> list[Job]:
        """The queued jobs, and those that are due for another attempt."""
        with self._database.reading() as connection:
            if not connection.execute(_ANY_IS_OPEN).scalar():
                return []
            # A queued job does not wait, even if a clock ahead of ours wrote its time.
            due = is_due(jobs.c.next_attempt_at, now, LONGEST_PAUSE)
            query = (
                sa.select(jobs)
                .where(_IS_OPEN, (jobs.c.state == "queued") | due)
                .order_by(jobs.c.number)
            )
            return [_job(row) for row in connection.execute(query).mappings()]

    def begin(self, names: Collection[str], now: datetime, watcher: str = "") -> set[str]:
        """Record that a watcher begins these jobs; returns the names of those that it got.

        Another watcher has begun the others.
        """
        begun = {"state": "running", "begun_at": microseconds(now), "watcher": watcher}
        with self._database.writing() as connection:
            is_open = (jobs.c.name.in_(names), _IS_OPEN)
            beginning = sa.update(jobs).where(*is_open).returning(jobs.c.name)
            return set(connection.execute(beginning.values(**begun)).scalars())

    def end(
        self,
        names: Collection[str],
        report: str,
        now: datetime,
        watcher: str = "",
        state: JobState = "done",
    ) -> None:
        """Record that these jobs of this watcher have ended, with a report (JSON)."""
        self._settle(names, watcher, **_ended(report, now, state))

    def end_held(
        self, report: str, begun_at: datetime, now: datetime, state: JobState = "done"
    ) -> None:
        """End the rebuilds that wait for a retry: a build that began at `begun_at` did them.

        A job that a later call has joined is no longer held, and stays in the queue. So does a
        job that accepts a loss, because that build has not accepted it.
        """
        is_held = (jobs.c.kind == "rebuild", _IS_RETRIED, jobs.c.accept == "")
        is_earlier = jobs.c.begun_at <= microseconds(begun_at)
        with self._database.writing() as connection:
            ending = sa.update(jobs).where(*is_held, is_earlier)
            connection.execute(ending.values(**_ended(report, now, state)))

    def fail(
        self,
        job: Job,
        state: JobState,
        error: str,
        next_attempt_at: datetime,
        now: datetime,
        watcher: str = "",
    ) -> None:
        """Record that a job of this watcher failed, and its new state."""
        self._settle(
            [job.name],
            watcher,
            state=state,
            error=error,
            attempts=job.attempts + 1,
            next_attempt_at=microseconds(next_attempt_at),
            ended_at=microseconds(now) if state == "failed" else None,
        )

    def requeue(self, watcher: str = "") -> int:
        """Requeue the running jobs of this watcher and of dead watchers; returns how many."""
        with self._database.writing() as connection:
            living = sa.select(watchers.c.name).where(is_alive(connection))
            is_free = sa.or_(jobs.c.watcher == watcher, jobs.c.watcher.not_in(living))
            running = sa.update(jobs).where(jobs.c.state == "running", is_free)
            return int(connection.execute(running.values(state="queued")).rowcount)

    def forget_old(self, now: datetime) -> None:
        """Delete messages after a day, and all ended jobs but the last ones.

        A job stays as long as one of its messages is stored.
        """
        with self._database.writing(alone="jobs") as connection:
            is_old = messages.c.heard_at < microseconds(now - REMEMBERED)
            is_ahead = is_beyond(messages.c.heard_at, now, REMEMBERED)
            connection.execute(sa.delete(messages).where(is_old | is_ahead))
            last = sa.select(jobs.c.number).where(_HAS_ENDED).order_by(jobs.c.number.desc())
            oldest = connection.execute(last.offset(MOST_KEPT).limit(1)).scalar()
            if oldest is not None:
                is_unnamed = jobs.c.name.not_in(sa.select(messages.c.job))
                deleting = sa.delete(jobs).where(
                    _HAS_ENDED, jobs.c.number <= oldest, is_unnamed
                )
                connection.execute(deleting)

    def _settle(self, names: Collection[str], watcher: str, **values: Any) -> None:
        """Change these jobs, except those that another watcher has taken over."""
        with self._database.writing() as connection:
            is_ours = (jobs.c.state == "running", jobs.c.watcher == watcher)
            changing = sa.update(jobs).where(jobs.c.name.in_(names), *is_ours)
            connection.execute(changing.values(**values))


def _ended(report: str, now: datetime, state: JobState) -> dict[str, Any]:
    return {"state": state, "ended_at": microseconds(now), "report": report, "error": ""}


def _job_of(connection: Connection, message: str) -> Job | None:
    query = sa.select(messages.c.job).where(messages.c.message == message)
    name = connection.execute(query).scalar()
    return _named(connection, name) if name else None


def _join(connection: Connection, what: dict[str, str], now: datetime) -> str | None:
    """Add a call to the job that has not begun, and make it due now; returns its name."""
    is_same = (*(jobs.c[name] == value for name, value in what.items()), _IS_OPEN)
    first = sa.select(jobs.c.name).where(*is_same).order_by(jobs.c.number).limit(1)
    # The state is checked twice: a watcher may begin the job between the two.
    joining = (
        sa.update(jobs)
        .where(jobs.c.name == first.scalar_subquery(), _IS_OPEN)
        .returning(jobs.c.name)
    )
    values: dict[str, Any] = {"state": "queued", "calls": jobs.c.calls + 1, "attempts": 0}
    values["next_attempt_at"] = microseconds(now)
    return connection.execute(joining.values(**values)).scalar()


def _insert(connection: Connection, what: dict[str, str], now: datetime) -> str:
    name = secrets.token_hex(8)
    now_us = microseconds(now)
    row = {
        **{**what, "name": name, "state": "queued", "calls": 1},
        **{"asked_at": now_us, "next_attempt_at": now_us, "attempts": 0},
        **{"error": "", "report": ""},
    }
    connection.execute(sa.insert(jobs), [row])
    return name


def _named(connection: Connection, name: str) -> Job | None:
    rows = connection.execute(sa.select(jobs).where(jobs.c.name == name)).mappings()
    return next(map(_job, rows), None)


def _job(row: sa.RowMapping) -> Job:
    same = (
        *("name", "kind", "ref", "state", "calls", "attempts", "error", "report"),
        "accept",
    )
    return Job(
        **{name: row[name] for name in same},
        asked_at=from_microseconds(row["asked_at"]),
        begun_at=_moment(row["begun_at"]),
        ended_at=_moment(row["ended_at"]),
        next_attempt_at=from_microseconds(row["next_attempt_at"]),
    )


def _moment(microseconds_since: int | None) -> datetime | None:
    return None if microseconds_since is None else from_microseconds(microseconds_since)
