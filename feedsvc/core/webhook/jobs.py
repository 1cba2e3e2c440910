"""Jobs that a webhook call requests: a rebuild, or a preview of one."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from feedsvc.core.dates import rfc3339

JobKind: TypeAlias = Literal["rebuild", "preview"]
JobState: TypeAlias = Literal["queued", "running", "held", "done", "failed"]

GIVEN_UP_AFTER: Final = 10  # attempts, which take nearly an hour
LONGEST_PAUSE: Final = timedelta(seconds=1200)  # between two attempts


@dataclass(frozen=True, slots=True)
class Job:
    """A rebuild or preview, by its `name`. One job may serve several `calls`.

    Its state is `queued` until a build starts, then `running`, then `done`, or `held` if posts
    are held. After a failure it is `held` until `next_attempt_at`, and `failed` after
    GIVEN_UP_AFTER attempts; `error` says why. `report` is JSON, and empty until the job has
    ended. A preview is of `ref`, the git ref of a pull request, or of the current posts if it
    is empty. A rebuild may `accept` a held set by its name.
    """

    name: str
    kind: JobKind
    ref: str
    state: JobState
    calls: int
    asked_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    attempts: int
    next_attempt_at: datetime
    error: str
    report: str
    accept: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The job as JSON, for the API."""
        is_retried = self.state == "held" and self.ended_at is None
        next_attempt_at = self.next_attempt_at if is_retried else None
        return {
            "job": self.name,
            "kind": self.kind,
            "ref": self.ref,
            **({"accept": self.accept} if self.accept else {}),
            "state": self.state,
            "calls": self.calls,
            "attempts": self.attempts,
            "asked_at": _rfc3339(self.asked_at),
            "begun_at": _rfc3339(self.begun_at),
            "ended_at": _rfc3339(self.ended_at),
            "next_attempt_at": _rfc3339(next_attempt_at),
            "error": self.error,
            "report": json.loads(self.report) if self.report else None,
        }


def _rfc3339(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None


def after_failure(job: Job, now: datetime) -> tuple[JobState, datetime]:
    """The state of a job after a failed attempt, and the time of the next attempt."""
    attempts = job.attempts + 1
    if job.kind == "preview" or attempts >= GIVEN_UP_AFTER:
        return "failed", now
    return "held", now + min(LONGEST_PAUSE, timedelta(seconds=5 * 2**attempts))
