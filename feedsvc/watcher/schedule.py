"""APScheduler, with what has to be mended of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from feedsvc.clock import SteadyClock


class Schedule:
    """Runs chores at intervals, in threads of its own.

    APScheduler 3.11 stores when a job is due by the clock on the wall: with a clock that is put
    back two hours, each job would rest for two hours.
    """

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._clock = SteadyClock()

    def every(self, seconds: float, chore: Callable[[], None]) -> None:
        """Run a chore again and again, the first time after `seconds`."""
        self._scheduler.add_job(chore, _Every(seconds), misfire_grace_time=None)

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def stop(self) -> None:
        """End, without waiting for a chore at work."""
        self._scheduler.shutdown(wait=False)

    def keep_time(self) -> None:
        """Run each chore now if the clock was set since the last call; call this often."""
        if self._clock.was_set():
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))


class _Every(BaseTrigger):  # type: ignore[misc]  # APScheduler ships no types
    """An interval that begins when a chore does.

    APScheduler's own counts up all the times that were missed, under its lock: with a clock
    that goes from 1970 to the present, for minutes.
    """

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        return now + self._interval
