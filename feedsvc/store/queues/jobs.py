"""Jobs in the store: asked for by web processes, carried out by the watcher."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import from_microseconds, microseconds
from feedsvc.core.webhook.jobs import (
    LONGEST_PAUSE,
    Job,
    JobKind,
    JobState,
)
from feedsvc.store.engine.engine import Database
from feedsvc.store.queues.waits import is_beyond, is_due
from feedsvc.store.queues.watchers import is_alive
from feedsvc.store.schema import jobs, messages, watchers
from feedsvc.store.upserts import upsert

REMEMBERED: Final = timedelta(days=1)  # how long a message that comes twice is known
MOST_KEPT: Final = 1000  # jobs that have ended

_OPEN: Final = ("queued", "held")


class Jobs:
    """Every method raises StoreError where the store cannot be asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(
        self, now: datetime, *, message: str = "", kind: JobKind = "rebuild", ref: str = ""
    ) -> tuple[Job, bool]:
        """Ask, durably, for a job; the job, and whether this call was not heard before.

        A call joins the job of its kind and ref that has not begun. `message` is what its
        sender knows it by for good, `` where it has no such name. One whose job has failed
        counts as new: it was sent again to be carried out.
        """
        with self._database.writing(alone="jobs") as connection:
            known = _heard(connection, message) if message else None
            if known and known.state != "failed":
                return known, False
            name = _joined(connection, kind, ref, now) or _queued(connection, kind, ref, now)
            if message:
                row = {"message": message, "job": name, "heard_at": microseconds(now)}
                upsert(connection, messages, [row])
            job = _named(connection, name)
            assert job is not None  # noqa: S101 - it was written a moment ago
            return job, True

    def named(self, name: str) -> Job | None:
        """The job of this name, until it is forgotten."""
        with self._database.reading() as connection:
            return _named(connection, name)

    def newest(self, most: int) -> list[Job]:
        """The jobs that were asked for last, the newest first."""
        with self._database.reading() as connection:
            query = sa.select(jobs).order_by(jobs.c.number.desc()).limit(most)
            return [_job(row) for row in connection.execute(query).mappings()]

    def waiting(self, now: datetime) -> list[Job]:
        """The jobs that are queued, and those that are held until now or before."""
        with self._database.reading() as connection:
            # What is queued does not wait: it may have been asked for by a clock ahead of ours.
            due = is_due(jobs.c.next_attempt_at, now, LONGEST_PAUSE)
            query = (
                sa.select(jobs)
                .where(jobs.c.state.in_(_OPEN), (jobs.c.state == "queued") | due)
                .order_by(jobs.c.number)
            )
            return [_job(row) for row in connection.execute(query).mappings()]

    def begin(self, names: Collection[str], now: datetime, watcher: str = "") -> set[str]:
        """Record that a watcher begins these jobs; the names of those that it now has.

        The others were begun by another watcher.
        """
        begun = {"state": "running", "begun_at": microseconds(now), "watcher": watcher}
        with self._database.writing() as connection:
            open_ones = (jobs.c.name.in_(names), jobs.c.state.in_(_OPEN))
            beginning = sa.update(jobs).where(*open_ones).returning(jobs.c.name)
            return set(connection.execute(beginning.values(**begun)).scalars())

    def end(
        self, names: Collection[str], report: str, now: datetime, watcher: str = ""
    ) -> None:
        """Record that the jobs which this watcher runs are done, with a report (JSON)."""
        self._settle(names, watcher, **_done(report, now))

    def end_held(self, report: str, begun_at: datetime, now: datetime) -> None:
        """Note that a build which began then has done what was put off before.

        A call that came since has joined its job, which is held no more.
        """
        held = (jobs.c.kind == "rebuild", jobs.c.state == "held")
        before = jobs.c.begun_at <= microseconds(begun_at)
        with self._database.writing() as connection:
            ending = sa.update(jobs).where(*held, before)
            connection.execute(ending.values(**_done(report, now)))

    def fail(
        self,
        job: Job,
        state: JobState,
        error: str,
        next_attempt_at: datetime,
        now: datetime,
        watcher: str = "",
    ) -> None:
        """Record that a job which this watcher runs could not be done, and its new state."""
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
        """Queue again the running jobs of this watcher and of all that are dead; how many."""
        with self._database.writing() as connection:
            living = sa.select(watchers.c.name).where(is_alive(connection))
            is_free = sa.or_(jobs.c.watcher == watcher, jobs.c.watcher.not_in(living))
            running = sa.update(jobs).where(jobs.c.state == "running", is_free)
            return int(connection.execute(running.values(state="queued")).rowcount)

    def forget_old(self, now: datetime) -> None:
        """Forget messages after a day, and of the jobs that have ended all but the last.

        A job stays as long as a message that it answers is remembered.
        """
        with self._database.writing(alone="jobs") as connection:
            old = messages.c.heard_at < microseconds(now - REMEMBERED)
            never = is_beyond(messages.c.heard_at, now, REMEMBERED)  # the clock was ahead
            connection.execute(sa.delete(messages).where(old | never))
            ended = jobs.c.state.in_(("done", "failed"))
            last = sa.select(jobs.c.number).where(ended).order_by(jobs.c.number.desc())
            eldest = connection.execute(last.offset(MOST_KEPT).limit(1)).scalar()
            if eldest is not None:
                nameless = jobs.c.name.not_in(sa.select(messages.c.job))
                forgetting = sa.delete(jobs).where(ended, jobs.c.number <= eldest, nameless)
                connection.execute(forgetting)

    def _settle(self, names: Collection[str], watcher: str, **values: Any) -> None:
        """Change the jobs that this watcher still runs: another may have taken them over."""
        with self._database.writing() as connection:
            its_own = (jobs.c.state == "running", jobs.c.watcher == watcher)
            changing = sa.update(jobs).where(jobs.c.name.in_(names), *its_own)
            connection.execute(changing.values(**values))


def _done(report: str, now: datetime) -> dict[str, Any]:
    return {"state": "done", "ended_at": microseconds(now), "report": report, "error": ""}


def _heard(connection: Connection, message: str) -> Job | None:
    query = sa.select(messages.c.job).where(messages.c.message == message)
    name = connection.execute(query).scalar()
    return _named(connection, name) if name else None


def _joined(connection: Connection, kind: str, ref: str, now: datetime) -> str | None:
    """The job that has not begun, which answers one call more and is tried anew, at once."""
    same = (jobs.c.kind == kind, jobs.c.ref == ref, jobs.c.state.in_(_OPEN))
    first = sa.select(jobs.c.name).where(*same).order_by(jobs.c.number).limit(1)
    # The state once more: a watcher may begin it meanwhile.
    joining = (
        sa.update(jobs)
        .where(jobs.c.name == first.scalar_subquery(), jobs.c.state.in_(_OPEN))
        .returning(jobs.c.name)
    )
    again: dict[str, Any] = {"state": "queued", "calls": jobs.c.calls + 1, "attempts": 0}
    again["next_attempt_at"] = microseconds(now)
    return connection.execute(joining.values(**again)).scalar()


def _queued(connection: Connection, kind: str, ref: str, now: datetime) -> str:
    name = secrets.token_hex(8)
    now_us = microseconds(now)
    row = {
        **{"name": name, "kind": kind, "ref": ref, "state": "queued", "calls": 1},
        **{"asked_at": now_us, "next_attempt_at": now_us, "attempts": 0},
        **{"error": "", "report": ""},
    }
    connection.execute(sa.insert(jobs), [row])
    return name


def _named(connection: Connection, name: str) -> Job | None:
    rows = connection.execute(sa.select(jobs).where(jobs.c.name == name)).mappings()
    return next(map(_job, rows), None)


def _job(row: sa.RowMapping) -> Job:
    alike = ("name", "kind", "ref", "state", "calls", "attempts", "error", "report")
    return Job(
        **{name: row[name] for name in alike},
        asked_at=from_microseconds(row["asked_at"]),
        begun_at=_moment(row["begun_at"]),
        ended_at=_moment(row["ended_at"]),
        next_attempt_at=from_microseconds(row["next_attempt_at"]),
    )


def _moment(microseconds_since: int | None) -> datetime | None:
    return None if microseconds_since is None else from_microseconds(microseconds_since)
