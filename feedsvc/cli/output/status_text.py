"""The state of a running site as text, for the command status."""

from collections.abc import Iterable, Iterator

from feedsvc.cli.output.tables import utc
from feedsvc.core.admin.attention import Attention
from feedsvc.core.admin.status import (
    Failure,
    JobLine,
    PostCounts,
    PublishLine,
    Receiver,
    Status,
    WatcherState,
)
from feedsvc.core.dates import from_microseconds, rfc3339
from feedsvc.core.ledger.losses import HeldSet


def status_lines(status: Status, attention: Iterable[Attention]) -> Iterator[str]:
    """The lines of a status. What is held comes last, with the command that accepts it."""
    at = status.last_publish
    yield f"last publish: {rfc3339(at) if at else 'never'}"
    yield f"revision: {status.revision}"
    yield f"posts: {status.posts.published}"
    yield f"feeds: {status.feeds}"
    yield f"problems: {status.problem_count}"
    yield from _attention(attention)
    yield from _posts(status.posts)
    yield from _section("problems of files", map(str, status.problems), status.problem_count)
    yield from _section("last publishes", map(_publish, status.publishes[:5]))
    yield from _section("failures", map(_failure, status.failures))
    yield from _section("jobs", map(_job, status.jobs[:5]))
    yield from _receivers(status)
    yield from _section("watchers", map(_watcher, status.watchers))
    yield from _machine(status)
    yield from _held(status.held)


def _section(heading: str, lines: Iterable[str], count: int = 0) -> Iterator[str]:
    shown = list(lines)
    if not shown:
        return
    yield f"{heading}:"
    yield from (f"  {line}" for line in shown)
    if count > len(shown):
        yield f"  ... and {count - len(shown)} more; feedsvc check shows all"


def _attention(attention: Iterable[Attention]) -> Iterator[str]:
    wanted = list(attention)
    yield f"wants attention: {len(wanted) or 'nothing'}"
    for each in wanted:
        yield f"  {each.code}: {each.sentence}"
        yield f"    {each.cure}"


def _posts(posts: PostCounts) -> Iterator[str]:
    keys = ", ".join(f"{count} by {key}" for key, count in posts.hidden.items())
    counts = {
        "hidden": (sum(posts.hidden.values()), f" ({keys})"),
        "expired": (posts.expired, ""),
        "waiting for their date": (posts.waiting, ""),
        "refused": (posts.refused, ""),
        "no post": (posts.no_post, ""),
    }
    shown = (f"{name}: {count}{more}" for name, (count, more) in counts.items() if count)
    yield from _section("not published", shown)


def _publish(line: PublishLine) -> str:
    changed = ", ".join(f"{count} {kind}" for kind, count in line.counts.items() if count)
    took = f" in {line.took:g} s" if line.took is not None else ""
    held = f"{line.held} posts held" if line.held else ""
    posts = f": {', '.join(line.posts)}" if line.posts else ""
    return f"{utc(line.at)} {changed or held}{took}{posts}"


def _job(job: JobLine) -> str:
    fault = f": {job.error}" if job.error else ""
    return f"{utc(job.asked_at)} {job.kind} {job.name} {job.state}{fault}"


def _failure(failure: Failure) -> str:
    return f"{failure.kind} since {utc(failure.since)}: {failure.fault}"


def _receivers(status: Status) -> Iterator[str]:
    subscribers = status.subscribers
    if subscribers.count:
        yield f"subscriptions: {subscribers.count}, of which {subscribers.failing} fail"
        failing = (each for each in subscribers.first if each.attempts)
        yield from (f"  {_receiver(each)}" for each in failing)
    yield from _section("listeners", map(_receiver, status.listeners))


def _receiver(each: Receiver) -> str:
    state = f"failing ({each.attempts} times): {each.last_error}" if each.attempts else "active"
    return f"{each.kind} {each.name} {each.address} {state}"


def _watcher(watcher: WatcherState) -> str:
    age = "" if watcher.seconds is None else f", heartbeat {watcher.seconds:.0f} s ago"
    return f"{watcher.folder}{age}"


def _machine(status: Status) -> Iterator[str]:
    store = status.store
    size = f", {store.size / 1e6:,.1f} MB" if store.size is not None else ""
    fault = f": {store.fault}" if store.fault else ""
    yield f"store: {store.name} ({store.engine or 'not reached'}{size}){fault}"
    for disk in status.disks:
        share = 100 * disk.free // max(disk.total, 1)
        total = disk.total / 1e9
        yield f"disk of the {disk.what}: {share} % of {total:,.1f} GB free ({disk.path})"
    versions = ", ".join(f"{name} {version}" for name, version in status.versions.items())
    yield f"versions: {versions}"


def _held(held: HeldSet) -> Iterator[str]:
    """The set that is held, or that there is none."""
    yield f"held: {held.count}"
    if not held:
        return
    kinds = ", ".join(f"{count} {kind}" for kind, count in held.kinds.items())
    yield f"  set: {held.name} ({kinds})"
    since = min(loss.since for loss in held.first)
    yield f"  since: {utc(from_microseconds(since))}"
    groups = f" ({', '.join(held.groups)})" if held.groups else ""
    yield f"  why: {held.fault}{groups}"
    yield from (f"    {loss.path}: {loss.title}" for loss in held.first)
    if held.count > len(held.first):
        yield f"    ... and {held.count - len(held.first)} more"
    yield f"  to let them go: {held.command}"
