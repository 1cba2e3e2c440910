"""Publishes whenever there is a reason: a file event, the schedule, a date, a request."""

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from watchfiles import watch

from feedsvc.core.site import Site
from feedsvc.core.webhook.jobs import Job, after_failure
from feedsvc.errors import (
    FeedsvcError,
    FolderError,
    RepositoryError,
    StoreDamaged,
    StoreError,
    StoreGone,
    StoreLocked,
)
from feedsvc.publishing.empty_folder import held_message
from feedsvc.publishing.publish import preview, publish
from feedsvc.publishing.report import Report
from feedsvc.publishing.shared_store import refuse_different_posts
from feedsvc.source.folder import Folder
from feedsvc.source.source import Source
from feedsvc.store.engine.limits import DEFAULT_LIMITS, Limits
from feedsvc.store.queues.watchers import HEARTBEAT
from feedsvc.store.store import open_sound_store, open_store
from feedsvc.watcher.schedule import Schedule

REQUEST_QUIET: Final = 2.0  # seconds without a further call, then the build begins (G10)
REQUEST_PATIENCE: Final = 30.0  # seconds after which it begins all the same
RETRY: Final = 2.0  # seconds after which a publish that failed is tried again
PREVIEW_PATIENCE: Final = 10.0  # seconds that a preview waits for another process to publish
_TICK: Final = 0.2
_ROOT_TICK: Final = 0.25  # seconds after which the folder may have been replaced unnoticed

log = logging.getLogger("feedsvc.watcher")


class _Agenda:
    """What to look at, and when (monotonic time): single files, or the whole folder."""

    def __init__(self) -> None:
        self._files: dict[str, float] = {}
        self._whole: float | None = None
        self._lock = threading.Lock()
        self.wake = threading.Event()

    def look_at(self, paths: Collection[str], delay: float) -> None:
        with self._lock:
            for path in paths:
                self._files[path] = time.monotonic() + delay
        self.wake.set()

    def look_at_everything(self, delay: float = 0) -> None:
        with self._lock:
            due = time.monotonic() + delay
            self._whole = due if self._whole is None else min(due, self._whole)
        self.wake.set()

    def next_due(self) -> float | None:
        with self._lock:
            times = [*self._files.values(), *([] if self._whole is None else [self._whole])]
        return min(times, default=None)

    def take(self) -> tuple[bool, set[str]]:
        """What is due now, taken off the agenda."""
        now = time.monotonic()
        with self._lock:
            whole = self._whole is not None and self._whole <= now
            paths = {path for path, due in self._files.items() if due <= now}
            if whole:
                self._whole = None
            for path in paths:
                del self._files[path]
        return whole, paths


class Watcher:
    """Keeps a store up to a folder, in threads of its own, from `start` to `stop`."""

    def __init__(
        self,
        source: Source,
        store_url: str,
        site: Site,
        interval: float,
        published: Callable[[Collection[str]], None] = lambda _paths: None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._source = source
        self._store_url = store_url
        self._limits = limits
        self._store = open_store(store_url, limits)
        self._name = secrets.token_hex(8)
        self._site = site
        self._interval = interval
        self._published = published  # is told the paths of the feeds that moved
        self._agenda = _Agenda()
        self._stopping = threading.Event()
        self._schedule = Schedule()
        self._next_due: datetime | None = None  # when a date of a post comes
        events = () if source.is_fetched else (self._hear_events,)
        self._threads = [
            threading.Thread(target=target, name=target.__name__, daemon=True)
            for target in (self._publish_when_due, self._beat, *events)
        ]
        self._is_held = False  # and the log says so
        self._told: set[str] = set()  # what stands in the log and need not be said again
        self._request: tuple[int, float, float] | None = None  # calls, first and last seen
        self._jobs: list[Job] = []  # that the next build answers
        self._has_lost_jobs = True  # those of a watcher that died at work
        self._fetch_failed = False
        self._unpublished: frozenset[str] | None = None  # paths that were fetched; None: all

    def refuse_different_posts(self) -> None:
        """Raise FolderError if another watcher lives whose posts are others than ours."""
        refuse_different_posts(self._source, self._store)

    def start(self) -> None:
        """Begin with a scan of the whole folder."""
        self._agenda.look_at_everything()
        self._schedule.every(self._interval, self._agenda.look_at_everything)
        self._schedule.start()
        for thread in self._threads:
            thread.start()

    def every(self, seconds: float, chore: Callable[[], None]) -> None:
        """Do something else on the schedule too."""
        self._schedule.every(seconds, chore)

    def stop(self) -> None:
        """End within seconds; a publish that is not committed by then is as if never begun."""
        self._stopping.set()
        self._agenda.wake.set()
        self._schedule.stop()
        for thread in self._threads:
            thread.join(timeout=2)
        leaving = threading.Thread(target=self._leave, daemon=True)
        leaving.start()
        leaving.join(timeout=2)  # a store that is silent must not keep us

    def _leave(self) -> None:
        """Give the jobs that are not done to the next watcher."""
        try:
            self._store.jobs.requeue(self._name)
            self._store.watchers.leave(self._name)
        except StoreError as error:
            log.warning("this watcher could not sign off: %s", error)

    # One thread publishes, so that no two publishes overlap and none is lost.

    def _publish_when_due(self) -> None:
        try:
            self._store.verify()  # here and not at the start: feeds can be served meanwhile
        except StoreError as error:
            self._replace_store(error)
        while not self._stopping.is_set():
            due = self._agenda.next_due()
            wait = _TICK if due is None else min(_TICK, max(0.0, due - time.monotonic()))
            self._agenda.wake.wait(wait)
            self._agenda.wake.clear()
            try:
                self._hear_jobs()
                self._schedule.keep_time()
                self._look_at_what_is_due()
                if self._fetch_failed:
                    self._publish_what_there_is()
                whole, paths = self._agenda.take()
                if whole or paths:
                    self._build(None if whole else paths)
            except _Stopped:
                return
            except (StoreDamaged, StoreGone) as error:
                self._replace_store(error)
            except RepositoryError as error:
                self._tell(logging.ERROR, f"not fetched, to be tried again: {error}")
                self._fetch_failed = True
            except FolderError as error:
                self._tell(logging.ERROR, f"not published, to be tried again: {error}")
                self._agenda.look_at_everything(RETRY)  # sooner if the folder comes back
            except FeedsvcError as error:
                level = logging.INFO if isinstance(error, StoreLocked) else logging.ERROR
                self._tell(level, f"not published, to be tried again: {error}")
                self._try_again()
            except OSError as error:  # of a temporary file: the disk is full
                self._tell(logging.ERROR, f"not published, to be tried again: {error}")
                self._try_again()
            except Exception:
                log.exception("not published because of a fault in feedsvc")
                self._try_again()

    def _build(self, only: Collection[str] | None) -> None:
        """Fetch where that is for us to do, publish, and tell those who asked for it."""
        if only is not None:
            if self._source.is_whole:
                self._publish(only)
            return
        waiting, self._jobs = self._jobs, []
        jobs = self._begun(waiting)
        begun_at = datetime.now(UTC)
        with self._answering(jobs) as answer:
            report = self._publish(self._fetch())
            self._unpublished = frozenset()
            answer(report)
        self._store.jobs.end_held(self._as_json(report), begun_at, datetime.now(UTC))

    def _fetch(self) -> Collection[str] | None:
        """What is to be looked at, after what is new was fetched; None for the whole folder."""
        if not self._source.is_fetched:
            return None
        changed = self._source.update()
        if self._unpublished is not None and changed is not None:
            self._unpublished |= changed
        else:
            self._unpublished = None
        return self._unpublished

    def _publish_what_there_is(self) -> None:
        """Publish the tree that was fetched last, after a fetch that failed."""
        self._fetch_failed = False
        if not self._source.is_whole:
            self._unpublished = None  # nobody tells what mending changes
        try:
            mended = self._source.mend()
        except RepositoryError as error:  # the next fetch tries it again
            self._tell(logging.ERROR, f"not published, to be tried again: {error}")
            return
        if mended:
            self._publish(self._unpublished)
            self._unpublished = frozenset()

    def _begun(self, jobs: Sequence[Job]) -> list[Job]:
        """Begin these jobs; those that another watcher has not begun before."""
        if not jobs:
            return []
        names = self._store.jobs.begin([j.name for j in jobs], datetime.now(UTC), self._name)
        return [job for job in jobs if job.name in names]

    @contextmanager
    def _answering(self, jobs: Sequence[Job]) -> Iterator[Callable[[Report], None]]:
        """Record in the store what comes of these jobs, which were begun."""
        names = [job.name for job in jobs]

        def answer(report: Report) -> None:
            if names:
                now = datetime.now(UTC)
                self._store.jobs.end(names, self._as_json(report), now, self._name)

        try:
            yield answer
        except _Stopped:
            raise  # they are asked for anew at the next start
        except Exception as error:
            self._put_off(jobs, error)
            raise

    def _as_json(self, report: Report) -> str:
        return json.dumps(report.to_dict(self._site.url), ensure_ascii=False)

    def _put_off(self, jobs: Sequence[Job], error: Exception) -> None:
        reason = (
            str(error) if isinstance(error, FeedsvcError | OSError) else "a fault in feedsvc"
        )
        now = datetime.now(UTC)
        for job in jobs:
            state, again = after_failure(job, now)
            try:
                self._store.jobs.fail(job, state, reason, again, now, self._name)
            except StoreError:
                self._has_lost_jobs = True

    def _preview(self, job: Job) -> None:
        if not self._begun([job]):
            return
        try:
            with self._answering([job]) as answer, self._source.proposed(job.ref) as folder:
                answer(self._previewed(folder))
        except FeedsvcError as error:
            log.warning("a preview failed: %s", error)

    def _previewed(self, folder: Folder) -> Report:
        until = time.monotonic() + PREVIEW_PATIENCE
        while True:
            try:
                return preview(folder, self._store, self._site, datetime.now(UTC))
            except StoreLocked:
                if time.monotonic() > until:
                    raise
            if self._stopping.wait(_TICK):
                raise _Stopped

    def _publish(self, only: Collection[str] | None) -> Report:
        folder = self._source.folder_to_read()
        now = datetime.now(UTC)
        report = publish(folder, self._store, self._site, now, only=only, progress=self._go_on)
        self._published(report.feeds)
        self._tell_of(report, whole=only is None)
        if report.held and not self._is_held:
            log.error("%s", held_message(str(folder), report.held))
        self._is_held = bool(report.held)
        if report.unsettled:
            self._agenda.look_at(report.unsettled, max(folder.quiet, 0.1))
        self._next_due = report.next_due if report.next_due and report.next_due > now else None
        return report

    def _look_at_what_is_due(self) -> None:
        """A date comes by the clock on the wall, wherever that is set to meanwhile."""
        if self._next_due and self._next_due <= datetime.now(UTC):
            self._next_due = None
            self._agenda.look_at([""], 0)  # no file: what is due is looked at with any look

    def _tell(self, level: int, text: str) -> None:
        """Log what has not been said since it was last otherwise."""
        if text not in self._told:
            log.log(level, "%s", text)
        self._told.add(text)

    def _tell_of(self, report: Report, *, whole: bool) -> None:
        said = {str(problem) for problem in report.noticed}
        for problem in report.noticed:
            level = logging.ERROR if problem.refuses else logging.WARNING
            self._tell(level, str(problem))
        self._told = said | ({str(p) for p in report.problems} if whole else self._told)
        if report.added or report.changed or report.withdrawn:
            log.info(
                "published: %d added, %d changed, %d withdrawn; %d feeds moved",
                len(report.added),
                len(report.changed),
                len(report.withdrawn),
                len(report.feeds),
            )

    def _go_on(self, _done: int, _total: int) -> None:
        if self._stopping.is_set():
            raise _Stopped

    def _try_again(self) -> None:
        self._stopping.wait(RETRY)
        self._agenda.look_at_everything()

    def _replace_store(self, error: StoreError) -> None:
        self._tell(logging.ERROR, str(error))
        self._stopping.wait(RETRY)
        self._has_lost_jobs = True  # and the new store knows no watcher
        self._store.close()
        try:
            self._store = open_sound_store(self._store_url, self._limits)
        except FeedsvcError as failure:
            self._tell(logging.ERROR, f"the store cannot be replaced: {failure}")
        self._agenda.look_at_everything()

    def _hear_jobs(self) -> None:
        """Answer calls for a rebuild, many with one, once they have become quiet."""
        if self._has_lost_jobs:
            self._store.watchers.beat(self._name, self._source.name)
            self._store.jobs.requeue(self._name)
            self._has_lost_jobs = False
        waiting = self._store.jobs.waiting(datetime.now(UTC))
        for job in waiting:
            if job.kind == "preview":
                self._preview(job)
        rebuilds = [job for job in waiting if job.kind == "rebuild"]
        if not rebuilds:
            self._request = None
            return
        now, calls = time.monotonic(), sum(job.calls for job in rebuilds)
        heard, first, last = self._request or (calls, now, now)
        if calls != heard:
            last = now
        self._request = (calls, first, last)
        if now - last >= REQUEST_QUIET or now - first >= REQUEST_PATIENCE:
            self._request = None
            self._jobs = rebuilds
            log.info("a rebuild was asked for by %d calls", calls)
            self._agenda.look_at_everything()

    # Another thread says that we are alive, also during a long build.

    def _beat(self) -> None:
        """Send heartbeats, and queue again the jobs of watchers that have sent none."""
        while not self._stopping.wait(HEARTBEAT):
            store = self._store  # which may be replaced
            if not store.is_shared:
                continue
            try:
                store.watchers.beat(self._name, self._source.name)
                if store.jobs.requeue():
                    log.info("the jobs of a watcher that is gone are taken over")
            except StoreError:
                continue  # the thread that publishes logs it
            except Exception:
                log.exception("no heartbeat because of a fault in feedsvc")

    # Another thread hears of changes.

    def _hear_events(self) -> None:
        told = False
        while not self._stopping.is_set():
            folder = self._source.folder
            identity = _identity(folder)
            if identity is None:  # the look that finds nothing reports it
                self._stopping.wait(_ROOT_TICK)
                continue
            try:
                self._hear_events_of(folder, identity)
                told = False
            except Exception as error:  # noqa: BLE001 - whatever it is, the schedule goes on
                if not told:
                    log.warning("no file events: %s; the folder is still scanned", error)
                told = True
                self._stopping.wait(RETRY)

    def _hear_events_of(self, folder: Folder, identity: tuple[str, int, int]) -> None:
        """Until the folder is replaced by another, whose events would not be heard.

        No event tells of that if a link above it is replaced, or a volume is mounted there.
        """
        events = watch(
            folder.root,
            watch_filter=None,
            debounce=50,
            step=20,
            rust_timeout=int(_ROOT_TICK * 1000),
            yield_on_timeout=True,
            stop_event=self._stopping,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        heard = False
        for changes in events:  # the first come, or a while without any, when the watch stands
            if not heard:
                self._agenda.look_at_everything()  # something may have changed before it did
            heard = True
            self._note({path for _, path in changes}, folder)
            if _identity(self._source.folder) != identity:
                self._agenda.look_at_everything()
                return

    def _note(self, changed: set[str], folder: Folder) -> None:
        paths = {Path(path).relative_to(folder.root).as_posix() for path in changed}
        posts = {path for path in paths if folder.holds(path)}
        if posts:
            self._agenda.look_at(posts, folder.quiet)
        ignored = {path for path in paths - posts if folder.ignores(path)}
        others = paths - posts - ignored
        self._agenda.look_at(others, folder.quiet)  # a post may announce their length
        if any(self._was_folder(path, folder) for path in others) or any(
            _is_link_to_folder(folder.root / path) for path in ignored
        ):
            self._agenda.look_at_everything(folder.quiet)

    def _was_folder(self, path: str, folder: Folder) -> bool:
        """True for a folder that came, and for one that went with posts in it."""
        try:
            if (folder.root / path).is_dir():
                return True
            with self._store.snapshot() as snapshot:
                return snapshot.has_files_below(path)
        except (OSError, StoreError):
            return True


class _Stopped(Exception):  # noqa: N818 - not an error
    """The watcher is to end in the middle of a look."""


def _identity(folder: Folder) -> tuple[str, int, int] | None:
    """Differs if the path leads to another folder than before; None if it leads to none."""
    try:
        status = folder.root.stat()
    except OSError:
        return None
    return (str(folder.root), status.st_dev, status.st_ino)  # numbers of old ones are reused


def _is_link_to_folder(path: Path) -> bool:
    """True for a link through which posts may be reached, such as `..data` in Kubernetes."""
    try:
        return path.is_symlink() and path.is_dir()
    except OSError:
        return False
