"""What wants the attention of an operator: one list, for the page, the command and messages."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from feedsvc.core.admin.status import Disk, JobLine, Status

# Work is retried every few seconds; a failure that ends within this time wants nothing.
FAILS_LONG: Final = timedelta(minutes=1)
OFTEN: Final = 3  # failures in a row of a listener, which take a few minutes
DELIVERIES_FAIL_LONG: Final = 6  # failures in a row of a subscription, which take half an hour
_LEAST_FREE: Final = 256 * 1024 * 1024  # octets
_STALE_JOB: Final = timedelta(days=1)

_FAILURES: Final = {
    "fetch": (
        "the repository of posts cannot be fetched",
        "correct what the fault names; it is retried on schedule and for each webhook call",
    ),
    "folder": (
        "the folder of posts cannot be read",
        "restore it; it is looked for every 2 seconds",
    ),
    "publish": (
        "publishing fails",
        "correct what the fault names; it is retried every 2 seconds",
    ),
}


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that wants attention: what, and what to do about it.

    The `code` is for programs, and of each code there is one at most.
    """

    code: str
    sentence: str
    cure: str

    def to_dict(self) -> dict[str, str]:
        """As JSON."""
        return asdict(self)


def attention_of(status: Status) -> tuple[Attention, ...]:
    """What wants attention, the most urgent first."""
    return (
        *_store(status),
        *_watchers(status),
        *_failures(status),
        *_held(status),
        *_posts(status),
        *_jobs(status),
        *_receivers(status),
        *_disks(status),
    )


def status_as_json(status: Status) -> dict[str, Any]:
    """What the page and the command give to programs."""
    return {"attention": [each.to_dict() for each in attention_of(status)], **status.to_dict()}


def _store(status: Status) -> Iterator[Attention]:
    store = status.store
    if store.fault:
        yield Attention(
            "store-unreachable",
            f"the store {store.name} cannot be used: {store.fault}",
            "correct what the fault names; feeds that were served before are still served",
        )
    elif not store.can_write and _is_watched(status):
        yield Attention(
            "store-read-only",
            f"the store {store.name} cannot be written, so nothing new is published",
            "let the user that runs feedsvc write to it and to its folder",
        )


def _watchers(status: Status) -> Iterator[Attention]:
    if _is_watched(status) and not status.watchers and not status.store.fault:
        yield Attention(
            "no-watcher",
            "no watcher is running, so changes of posts are not published",
            "start feedsvc serve or feedsvc watch, or publish with feedsvc publish",
        )


def _is_watched(status: Status) -> bool:
    """True if the last publish was that of a watcher, so one is expected to publish."""
    return next((each.by == "watcher" for each in status.publishes if each.by), False)


def _failures(status: Status) -> Iterator[Attention]:
    for failure in status.failures:
        if status.at - failure.since >= FAILS_LONG and failure.kind in _FAILURES:
            words, cure = _FAILURES[failure.kind]
            yield Attention(f"{failure.kind}-fails", f"{words}: {failure.fault}", cure)


def _held(status: Status) -> Iterator[Attention]:
    held = status.held
    if held:
        yield Attention(
            "posts-held",
            f"{_number(held.count, 'post')} held and stay published: {held.fault}",
            held.cure,
        )


def _posts(status: Status) -> Iterator[Attention]:
    count = status.posts.refused
    if count:
        yield Attention(
            "posts-refused",
            f"{_number(count, 'file')} refused",
            "correct what the problems of files say; feedsvc check shows all of them",
        )


def _jobs(status: Status) -> Iterator[Attention]:
    """The newest rebuild that has ended, if it failed. A later publish has done its work."""
    rebuilds = [job for job in status.jobs if job.kind == "rebuild" and job.ended_at]
    if not rebuilds or rebuilds[0].state != "failed" or not _is_open(status, rebuilds[0]):
        return
    job = rebuilds[0]
    yield Attention(
        "job-failed",
        f"the job {job.name} of the webhook failed: {job.error}",
        f"correct what the fault names and send the call again; see feedsvc jobs {job.name}",
    )


def _is_open(status: Status, job: JobLine) -> bool:
    at = job.ended_at
    is_done = status.last_publish and at and status.last_publish > at
    return bool(at and status.at - at < _STALE_JOB and not is_done)


def _receivers(status: Status) -> Iterator[Attention]:
    """Listeners that fail often, and subscriptions if most of them fail for long.

    Anybody can subscribe and go away, so one subscription that fails is no fault of the site.
    """
    failing = [each for each in status.listeners if each.attempts >= OFTEN]
    if failing:
        names = ", ".join(f"{each.kind} {each.address}" for each in failing[:3])
        error = failing[0].last_error
        yield Attention(
            "listeners-fail",
            f"{names} {'does' if len(failing) == 1 else 'do'} not accept messages: {error}",
            "repair it, or remove it from the settings; messages are retried until then",
        )
    long, count = status.subscribers.failing_long, status.subscribers.count
    if long * 2 > count:
        yield Attention(
            "deliveries-fail",
            f"deliveries to {long} of {count} subscriptions have failed for long",
            "check whether this machine can reach the internet; feedsvc subscriptions says why",
        )


def _disks(status: Status) -> Iterator[Attention]:
    size = status.store.size or 0
    low = [each for each in status.disks if each.free < least_free(each, size)]
    if low:
        free = ", ".join(f"{disk.path} has {disk.free // 1_000_000} MB free" for disk in low)
        yield Attention(
            "disk-low",
            f"the disk is nearly full: {free}",
            "free some space: a full disk stops publishing",
        )


def least_free(disk: Disk, store_size: int) -> int:
    """The octets that should be free. An upgrade copies the store."""
    return max(_LEAST_FREE, store_size) if disk.what == "store" else _LEAST_FREE


def _number(count: int, noun: str) -> str:
    return f"1 {noun} is" if count == 1 else f"{count:,} {noun}s are"
