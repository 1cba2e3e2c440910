"""Answers requests: previews at once, rebuilds once no further request has come for a while."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from feedsvc.core.site import Site
from feedsvc.core.webhook.jobs import Job, JobState, after_failure
from feedsvc.errors import FeedsvcError, NotHeld, StoreError, StoreLocked
from feedsvc.publishing.guarding.guard import Guard
from feedsvc.publishing.publish import preview
from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder
from feedsvc.source.source import Source
from feedsvc.watcher.agenda import TICK, Stopped
from feedsvc.watcher.current_store import CurrentStore
from feedsvc.watcher.ledger_file import LedgerFile

REQUEST_QUIET: Final = 2.0  # seconds without a further call, after which the rebuild begins
REQUEST_PATIENCE: Final = 30.0  # seconds after which it begins although calls still come
PREVIEW_PATIENCE: Final = 10.0  # seconds that a preview waits for another process to publish

log = logging.getLogger("feedsvc.watcher")


class QuietWindow:
    """Waits until calls stop coming, so that one rebuild answers many calls."""

    def __init__(self) -> None:
        self._calls = 0
        self._first_at = self._last_at = 0.0

    def is_over(self, calls: int, now: float) -> bool:
        """True if the rebuild for so many calls is to begin. Resets the window then."""
        if not self._calls:
            self._first_at = now
        if calls != self._calls:
            self._calls, self._last_at = calls, now
        is_quiet = now - self._last_at >= REQUEST_QUIET
        is_over = is_quiet or now - self._first_at >= REQUEST_PATIENCE
        if is_over:
            self.reset()
        return is_over

    def reset(self) -> None:
        """Forget the calls: there are none any more."""
        self._calls = 0


class Requests:
    """The jobs in the store that this watcher answers."""

    def __init__(
        self,
        current: CurrentStore,
        source: Source,
        site: Site,
        watcher: str,
        stopping: threading.Event,
        guard: Guard,
        ledger_file: LedgerFile | None = None,
    ) -> None:
        self._current = current
        self._ledger_file = ledger_file
        self._guard = guard
        self._source = source
        self._site = site
        self._watcher = watcher
        self._stopping = stopping
        self._window = QuietWindow()
        self._rebuilds: list[Job] = []  # for the next build
        self._has_lost_jobs = True  # an earlier watcher may have left running jobs

    def check(self) -> bool:
        """Make the previews that are waiting. True if a rebuild is to begin."""
        if self._has_lost_jobs:
            self._current.store.watchers.beat(self._watcher, self._source.name)
            self._current.store.jobs.requeue(self._watcher)
            self._has_lost_jobs = False
        waiting = self._current.store.jobs.waiting(datetime.now(UTC))
        for job in waiting:
            if job.kind == "preview":
                self._preview(job)
        rebuilds = [job for job in waiting if job.kind == "rebuild"]
        if not rebuilds:
            self._window.reset()
            return False
        calls = sum(job.calls for job in rebuilds)
        if not self._window.is_over(calls, time.monotonic()):
            return False
        log.info("rebuild requested (%d %s)", calls, "call" if calls == 1 else "calls")
        self._rebuilds = rebuilds
        return True

    def take_rebuilds(self) -> list[Job]:
        """Begin the rebuilds for the next build, except those that another watcher began."""
        rebuilds, self._rebuilds = self._rebuilds, []
        return self._begin(rebuilds)

    @contextmanager
    def answering(
        self, jobs: Sequence[Job]
    ) -> Iterator[Callable[[Report, Sequence[Job]], None]]:
        """Store the reports of these jobs; for those without one, the error that is raised."""

        def answer(report: Report, answered: Sequence[Job]) -> None:
            names = [job.name for job in answered]
            if names:
                now, result = datetime.now(UTC), self._to_json(report)
                is_preview = answered[0].kind == "preview"
                state = "done" if is_preview else _state_after(report)
                self._current.store.jobs.end(names, result, now, self._watcher, state)

        try:
            yield answer
        except Stopped:
            raise  # the next watcher begins the jobs again
        except Exception as error:
            self._record_failure(jobs, error)
            raise

    def refuse(self, jobs: Sequence[Job], error: NotHeld) -> None:
        """End jobs that accept a set that is not held."""
        log.warning("a job failed: %s", error)
        self._record_failure(jobs, error)

    def end_held(self, report: Report, begun_at: datetime) -> None:
        """End the jobs that were waiting for a retry when this build began."""
        ended_at = datetime.now(UTC)
        result, state = self._to_json(report), _state_after(report)
        self._current.store.jobs.end_held(result, begun_at, ended_at, state)

    def requeue_later(self) -> None:
        """Requeue the running jobs at the next check: the store was replaced."""
        self._has_lost_jobs = True

    def release(self) -> None:
        """Give the unfinished jobs to the next watcher. Raises StoreError."""
        self._current.store.jobs.requeue(self._watcher)

    def _begin(self, jobs: Sequence[Job]) -> list[Job]:
        if not jobs:
            return []
        names = [job.name for job in jobs]
        begun = self._current.store.jobs.begin(names, datetime.now(UTC), self._watcher)
        return [job for job in jobs if job.name in begun]

    def _to_json(self, report: Report) -> str:
        """The report as JSON. Whoever reads it knows the repository, but not this machine."""
        shown = report.below(self._source.shown_root) if self._source.is_fetched else report
        return json.dumps(shown.to_dict(self._site.url), ensure_ascii=False)

    def _record_failure(self, jobs: Sequence[Job], error: Exception) -> None:
        is_expected = isinstance(error, FeedsvcError | OSError)
        reason = str(error) if is_expected else "a fault in feedsvc"
        now = datetime.now(UTC)
        for job in jobs:
            state, retry_at = after_failure(job, now)
            state = "failed" if isinstance(error, NotHeld) else state
            try:
                self._current.store.jobs.fail(job, state, reason, retry_at, now, self._watcher)
            except StoreError:
                self._has_lost_jobs = True

    def _preview(self, job: Job) -> None:
        if not self._begin([job]):
            return
        try:
            with self.answering([job]) as answer, self._source.proposed(job.ref) as folder:
                answer(self._previewed(folder, job.accept), [job])
        except FeedsvcError as error:
            log.warning("a preview failed: %s", error)

    def _previewed(self, folder: Folder, accept: str) -> Report:
        """The report of a preview. Waits while another process publishes."""
        if self._ledger_file:
            self._ledger_file.fill(self._current.store)  # as the first publish will
        until = time.monotonic() + PREVIEW_PATIENCE
        while True:
            try:
                now, store = datetime.now(UTC), self._current.store
                return preview(folder, store, self._site, now, accept=accept, guard=self._guard)
            except StoreLocked:
                if time.monotonic() > until:
                    raise
            if self._stopping.wait(TICK):
                raise Stopped


def _state_after(report: Report) -> JobState:
    return "held" if report.held else "done"
