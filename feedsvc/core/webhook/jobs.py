"""What is asked for from outside: to look at the posts again, or to say what that would do."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from feedsvc.core.dates import rfc3339

JobKind: TypeAlias = Literal["rebuild", "preview"]
JobState: TypeAlias = Literal["queued", "running", "held", "done", "failed"]

GIVEN_UP_AFTER: Final = 10  # attempts: an hour, nearly
LONGEST_PAUSE: Final = timedelta(seconds=1200)  # between two of them


@dataclass(frozen=True, slots=True)
class Job:
    """A job by the `name` that it is asked for by; `calls` is how many it answers.

    It is `queued` until a build begins that answers it, then `running`, then `done`. What could
    not be done now is `held` until `next_attempt_at`, and `failed` after GIVEN_UP_AFTER
    attempts; `error` says why. `report` is JSON, empty until the job has ended. A preview is of
    `ref`, a name that the repository has for a proposed change, or of what is there.
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

    def to_dict(self) -> dict[str, Any]:
        """The same for those who asked for it, whose JSON it becomes."""
        next_attempt_at = self.next_attempt_at if self.state == "held" else None
        return {
            "job": self.name,
            "kind": self.kind,
            "ref": self.ref,
            "state": self.state,
            "calls": self.calls,
            "attempts": self.attempts,
            "asked_at": _told(self.asked_at),
            "begun_at": _told(self.begun_at),
            "ended_at": _told(self.ended_at),
            "next_attempt_at": _told(next_attempt_at),
            "error": self.error,
            "report": json.loads(self.report) if self.report else None,
        }


def _told(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None


def after_failure(job: Job, now: datetime) -> tuple[JobState, datetime]:
    """What becomes of a job whose attempt has failed, and when it is tried again."""
    attempts = job.attempts + 1
    if job.kind == "preview" or attempts >= GIVEN_UP_AFTER:
        return "failed", now
    return "held", now + min(LONGEST_PAUSE, timedelta(seconds=5 * 2**attempts))
