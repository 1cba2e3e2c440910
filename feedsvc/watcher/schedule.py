"""Runs chores at intervals with APScheduler, even if the wall clock is set."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from feedsvc.clock import SteadyClock


class Schedule:
    """Runs chores at intervals, in threads of its own.

    APScheduler 3.11 compares the wall clock with the time at which a job is due. If that clock
    is put back two hours, no job runs for two hours: `keep_time` corrects this.
    """

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._clock = SteadyClock()

    def every(self, seconds: float, chore: Callable[[], None]) -> None:
        """Run a chore every so many seconds, the first time after `seconds`."""
        self._scheduler.add_job(chore, _Every(seconds), misfire_grace_time=None)

    def start(self) -> None:
        """Start."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop, without waiting for a chore that is running."""
        self._scheduler.shutdown(wait=False)

    def keep_time(self) -> None:
        """Run each chore now if the clock was set since the last call. Call this often."""
        if self._clock.was_set():
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))


class _Every(BaseTrigger):  # type: ignore[misc]  # APScheduler ships no types
    """An interval that starts when the chore starts.

    The trigger of APScheduler counts all missed runs one by one while it holds its lock. If
    the clock jumps from 1970 to now, that takes minutes.
    """

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        return now + self._interval
