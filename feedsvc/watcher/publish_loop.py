"""Publishes what is on the agenda, and goes on after every fault.

One thread runs this loop, so publishes never overlap and none is lost.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Final

from feedsvc.core.dates import microseconds
from feedsvc.core.site import Site
from feedsvc.core.webhook.jobs import Job
from feedsvc.errors import (
    FeedsvcError,
    FolderError,
    NotHeld,
    RepositoryError,
    StoreDamaged,
    StoreError,
    StoreGone,
    StoreLocked,
)
from feedsvc.publishing.account import NO_FILES
from feedsvc.publishing.guarding.guard import Guard
from feedsvc.publishing.publish import publish
from feedsvc.publishing.reading.worker import import_reading
from feedsvc.publishing.report import Report
from feedsvc.source.source import Source
from feedsvc.watcher.agenda import Agenda, Stopped
from feedsvc.watcher.current_store import CurrentStore
from feedsvc.watcher.failure_log import FailureLog
from feedsvc.watcher.fetching import Fetches
from feedsvc.watcher.ledger_file import LedgerFile
from feedsvc.watcher.publish_counts import PublishCounts
from feedsvc.watcher.report_log import ReportLog
from feedsvc.watcher.requests import Requests
from feedsvc.watcher.schedule import Schedule

RETRY: Final = 2.0  # seconds after which a publish that failed is retried
_LOOK: Final = 5.0  # seconds between two looks for dates that a command has set

log = logging.getLogger("feedsvc.watcher")


class PublishLoop:
    """Keeps the store up to date with the source."""

    def __init__(
        self,
        source: Source,
        current: CurrentStore,
        site: Site,
        agenda: Agenda,
        schedule: Schedule,
        requests: Requests,
        published: Callable[[Collection[str], Collection[str]], None],
        stopping: threading.Event,
        guard: Guard,
        ledger_file: LedgerFile | None = None,
    ) -> None:
        self._source = source
        self._current = current
        self._site = site
        self._agenda = agenda
        self._schedule = schedule
        self._requests = requests
        self._published = published
        self._stopping = stopping
        self._guard = guard
        self._ledger_file = ledger_file
        self._fetches = Fetches(source)
        self._fetch_failed = False
        self._log = ReportLog()
        self._failures = FailureLog(current)
        self._counts = PublishCounts(secrets.token_hex(8))
        self._has_posts = False  # until then the log says why
        self._next_due: datetime | None = None  # the next date at which a post changes state
        self._dates_of = datetime.now(UTC)  # up to this moment, dates are known to be done
        self._next_look = 0.0  # monotonic

    def run(self) -> None:
        """Publish until the watcher stops."""
        try:
            self._run()
        finally:
            self._counts.flush(lambda: self._current.store, at_once=True)

    def _run(self) -> None:
        try:
            self._current.store.verify()  # not at the start: feeds can be served meanwhile
        except StoreError as error:
            self._replace_store(error)
        import_reading()  # no save waits for that
        while not self._stopping.is_set():
            self._counts.flush(lambda: self._current.store)
            self._agenda.wait()
            try:
                self._publish_what_is_due()
            except Stopped:
                return
            except (StoreDamaged, StoreGone) as error:
                self._replace_store(error)
            except Exception as error:  # noqa: BLE001 - _recover logs each kind
                self._recover(error)

    def _publish_what_is_due(self) -> None:
        if self._requests.check():
            self._agenda.look_at_everything()
        self._schedule.keep_time()
        self._plan_next_due()
        if self._fetch_failed:
            self._publish_last_fetch()
        whole, paths = self._agenda.take()
        if whole or paths:
            self.build(None if whole else paths)

    def build(self, only: Collection[str] | None) -> None:
        """Publish these paths; with None, fetch, publish everything, and answer requests."""
        if only is not None:
            if self._source.is_whole:
                self._publish(only)
            return
        jobs = self._requests.take_rebuilds()
        begun_at = datetime.now(UTC)
        plain, accepting = _by_set(jobs)
        with self._requests.answering(jobs) as answer:
            fetched = self._fetches.fetch()
            self._failures.succeeded("fetch")
            for accept, group in accepting.items():
                try:
                    answer(self._publish(None, accept), group)
                except NotHeld as error:
                    self._requests.refuse(group, error)
            report = self._publish(fetched)
            self._fetches.mark_published()
            answer(report, plain)
        self._requests.end_held(report, begun_at)

    def _publish_last_fetch(self) -> None:
        """Publish the tree of the last fetch that succeeded."""
        self._fetch_failed = False
        try:
            is_mended = self._fetches.mend()
        except RepositoryError as error:  # the next fetch mends the tree
            self._log.log_once(logging.ERROR, f"publish failed, will be retried: {error}")
            return
        if is_mended:
            self._publish(self._fetches.unpublished)
            self._fetches.mark_published()

    def _publish(self, only: Collection[str] | None, accept: str = "") -> Report:
        folder = self._source.folder_to_read()
        store, now = self._current.store, datetime.now(UTC)
        if self._ledger_file:
            self._ledger_file.fill(store)
        report = self._counted(
            lambda: publish(
                *(folder, store, self._site, now),
                only=only,
                progress=self._check_stop,
                accept=accept,
                guard=self._guard,
                accounts=not self._has_posts,
                by="watcher",
            )
        )
        self._failures.succeeded("folder", "publish")
        self._has_posts = self._has_posts or (report.account or NO_FILES).has_posts
        self._published(report.feeds, report.pages)
        if self._ledger_file and (report.read or report.withdrawn or report.feeds):
            self._ledger_file.note_change()
        shown = report.below(self._source.shown_root)
        self._log.log_report(shown, str(folder), is_whole=only is None)
        if report.unsettled:
            self._agenda.look_at(report.unsettled, max(folder.quiet, 0.1))
        self._next_due = report.next_due if report.next_due and report.next_due > now else None
        return report

    def _counted(self, work: Callable[[], Report]) -> Report:
        """The report of a publish, which is counted with its duration."""
        began = time.monotonic()
        try:
            report = work()
        except (StoreLocked, NotHeld, Stopped):
            raise  # nothing was tried
        except Exception:
            self._counts.note("failed", time.monotonic() - began)
            raise
        outcome = "changed" if report.feeds else "unchanged"
        self._counts.note(outcome, time.monotonic() - began)
        return report

    def _plan_next_due(self) -> None:
        """Publish if a date of a post has come. The wall clock decides, even if it was set."""
        self._look_for_dates()
        if self._next_due and self._next_due <= datetime.now(UTC):
            self._next_due = None
            self._agenda.look_at([""], 0)  # no file: every publish looks for due dates

    def _look_for_dates(self) -> None:
        """Look for dates in the store, which the command `retract` may have written."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + _LOOK
        now = datetime.now(UTC)
        with self._current.store.snapshot() as snapshot:
            due = snapshot.next_due(microseconds(min(self._dates_of, now)))
        self._dates_of = now
        if due and (self._next_due is None or due < self._next_due):
            self._next_due = due

    def _check_stop(self, _done: int, _total: int) -> None:
        if self._stopping.is_set():
            raise Stopped

    def _recover(self, error: Exception) -> None:
        """Log an error and plan the retry."""
        text = f"publish failed, will be retried: {error}"
        match error:
            case RepositoryError():
                self._log.log_once(logging.ERROR, f"fetch failed, will be retried: {error}")
                self._failures.failed("fetch", str(error))
                self._fetch_failed = True
            case FolderError():
                self._log.log_once(logging.ERROR, text)
                self._failures.failed("folder", str(error))
                self._agenda.look_at_everything(RETRY)  # or at once if the folder comes back
            case StoreLocked():
                self._log.log_once(logging.INFO, text)
                self._retry()
            case FeedsvcError() | OSError():  # OSError: the disk of temporary files is full
                self._log.log_once(logging.ERROR, text)
                self._failures.failed("publish", str(error))
                self._retry()
            case _:
                log.error("publish failed because of a bug in feedsvc", exc_info=error)
                self._failures.failed("publish", "a bug in feedsvc; the log has more")
                self._retry()

    def _retry(self) -> None:
        self._stopping.wait(RETRY)
        self._agenda.look_at_everything()

    def _replace_store(self, error: StoreError) -> None:
        self._log.log_once(logging.ERROR, str(error))
        self._stopping.wait(RETRY)
        self._requests.requeue_later()
        try:
            self._current.replace()
        except FeedsvcError as failure:
            text = f"the store cannot be replaced: {failure}"
            self._log.log_once(logging.ERROR, text)
        self._agenda.look_at_everything()


def _by_set(jobs: Collection[Job]) -> tuple[list[Job], dict[str, list[Job]]]:
    """The jobs that accept nothing, and the others by the name of the held set."""
    accepting: dict[str, list[Job]] = {}
    for job in jobs:
        if job.accept:
            accepting.setdefault(job.accept, []).append(job)
    return [job for job in jobs if not job.accept], accepting
