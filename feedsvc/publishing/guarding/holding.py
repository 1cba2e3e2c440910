"""Weigh the losses that a publish would bring: some pass, some are held, some are accepted."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from feedsvc.core.dates import microseconds
from feedsvc.core.ledger.losses import (
    EMPTY,
    MANY,
    HeldLoss,
    Loss,
    LossBook,
    PublishedLoss,
    feed_group,
    folder_group,
    group_names,
    held_set,
    members_of,
)
from feedsvc.errors import NotHeld
from feedsvc.publishing.guarding.guard import (
    NOTHING_HELD,
    DueLosses,
    Guard,
    Hold,
    counting,
    due_losses,
    emptied,
    is_too_many,
    keep_reasons,
    large_groups,
    still_held,
)
from feedsvc.publishing.identify import Identified
from feedsvc.publishing.reading.findings import Findings
from feedsvc.publishing.reading.stored import Stored
from feedsvc.store.snapshot import Snapshot

WHATEVER: Final = "*"  # accepts whatever is held


def require_held(stored: Stored, accept: str) -> None:
    """Raise NotHeld if `accept` is the name of another set than the one that is held."""
    summary = held_set(stored.held)
    if accept in ("", WHATEVER, summary.name):
        return
    if not summary:
        raise NotHeld(f"there is no held set {accept!r}: nothing is held")
    raise NotHeld(
        f"there is no held set {accept!r}: {summary.count} posts are held as {summary.name}; "
        f"look at them with feedsvc status, then use {summary.command}"
    )


def weigh(
    snapshot: Snapshot,
    findings: Findings,
    identified: Identified,
    stored: Stored,
    guard: Guard,
    now: datetime,
    *,
    accept: str = "",
    is_emptied: bool = False,
) -> Hold:
    """What is held of the losses that are due, and what is to be written of all of them.

    `accept` lets losses through that are due now: those of the set that is held, or with
    WHATEVER all of them. If the folder `is_emptied`, no other loss passes.
    """
    losses = due_losses(findings, identified, stored.held)
    staying = still_held(stored.held, findings, identified, losses)
    held_before = {loss.entry_id for loss in stored.held}
    vanished = [loss for loss in losses.unripe if loss.entry_id in held_before]
    due = [*_with_stored_kinds([*losses.ripe, *vanished], stored), *staying]
    if not due and not losses.unripe and not stored.was_held:
        return replace(NOTHING_HELD, book=LossBook(forgets=bool(accept)))
    now_us = microseconds(now)
    published = snapshot.published_losses() if due or losses.unripe else ()
    earlier = counting(published, now_us)
    before = {loss.entry_id: loss for loss in stored.held}
    reasons = _judge(snapshot, due, earlier, guard)
    if is_emptied:
        reasons = dict.fromkeys((loss.entry_id for loss in due), EMPTY)
    elif before and guard.is_on:
        is_watched = snapshot.count_published() >= guard.entries
        reasons = keep_reasons(due, before, reasons, sticks=is_watched)
    due_ids = {loss.entry_id for loss in losses.ripe}
    accepted = _accepted(due, due_ids, stored, accept)
    held = tuple(
        _held(loss, reasons[loss.entry_id], before, now_us)
        for loss in due
        if loss.entry_id in reasons and loss.entry_id not in accepted
    )
    entries = frozenset(loss.entry_id for loss in held)
    stopped_or_accepted = entries | accepted
    passing = [loss for loss in losses.ripe if loss.entry_id not in stopped_or_accepted]
    postponed = _postponed(snapshot, due, losses, earlier, guard, accept)
    waiting = frozenset(path for path, i in losses.replaced.items() if i in entries)
    book = LossBook(
        stored.held,
        held,
        _published(snapshot, passing, earlier, now_us) if guard.is_on else (),
        bool(accept) or (bool(passing) and len(earlier) < len(published)),
    )
    paths = waiting | postponed
    return Hold(
        entries,
        paths,
        postponed - waiting,
        {p: i for p, i in losses.replaced.items() if p not in paths},
        book,
    )


def _judge(
    snapshot: Snapshot, due: Collection[Loss], earlier: Collection[PublishedLoss], guard: Guard
) -> dict[str, str]:
    """Why losses are held, by entry id. Reads nothing as long as there are few."""
    counted = len(due) + len(earlier)
    if not guard.is_on or not due or counted < guard.entries:
        return {}
    if is_too_many(counted, snapshot.count_published() + len(earlier), guard):
        return dict.fromkeys((loss.entry_id for loss in due), MANY)
    groups = _groups(snapshot, due)
    large = large_groups(groups, earlier, guard)
    return emptied(groups, _sizes(snapshot, large, len(due)))


def _groups(snapshot: Snapshot, due: Iterable[Loss]) -> dict[str, tuple[str, ...]]:
    paths = {loss.entry_id: loss.path for loss in due}
    feeds = snapshot.feed_paths(paths)
    return {
        entry_id: group_names(path, feeds.get(entry_id, ())) for entry_id, path in paths.items()
    }


def _sizes(snapshot: Snapshot, names: Collection[str], most: int) -> dict[str, int]:
    """How many entries these groups have, counted up to one more than `most`."""
    feeds = {feed_group(path): path for path in _named(names, feed_group(""))}
    sizes = snapshot.feed_sizes(feeds.values())
    return {
        **{name: sizes[path] for name, path in feeds.items() if path in sizes},
        **{
            folder_group(folder): snapshot.count_below(folder, most + 1)
            for folder in _named(names, folder_group(""))
        },
    }


def _named(names: Iterable[str], prefix: str) -> list[str]:
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]


def _with_stored_kinds(ripe: Iterable[Loss], stored: Stored) -> list[Loss]:
    """The losses; a look at a part of the folder may miss the post that replaces another."""
    if stored.scope is None:
        return list(ripe)
    kinds = {loss.entry_id: loss.kind for loss in stored.held}
    replaced = {i for i, kind in kinds.items() if kind == "re-identified"}
    return [
        replace(loss, kind="re-identified") if loss.entry_id in replaced else loss
        for loss in ripe
    ]


def _accepted(
    due: Iterable[Loss], due_ids: Collection[str], stored: Stored, accept: str
) -> set[str]:
    """The losses that somebody accepts: those that are due now and in the set that is held."""
    if not accept:
        return set()
    members = members_of(stored.held)
    return {
        loss.entry_id
        for loss in due
        if loss.entry_id in due_ids
        and (accept == WHATEVER or (loss.entry_id, loss.kind) in members)
    }


def _held(loss: Loss, reason: str, before: Mapping[str, HeldLoss], now_us: int) -> HeldLoss:
    earlier = before.get(loss.entry_id)
    title = loss.title or (earlier.title if earlier else "")
    since = min(earlier.since, now_us) if earlier else now_us
    return HeldLoss(loss.entry_id, loss.kind, loss.path, title, reason, since)


def _postponed(
    snapshot: Snapshot,
    due: Collection[Loss],
    losses: DueLosses,
    earlier: Collection[PublishedLoss],
    guard: Guard,
    accept: str,
) -> frozenset[str]:
    """The posts that would be held if the files that have just vanished do not come back."""
    unripe = {loss.entry_id: loss for loss in losses.unripe}
    paths = {path: i for path, i in losses.replaced.items() if i in unripe}
    if not paths or accept == WHATEVER:
        return frozenset()
    later = unripe | {loss.entry_id: loss for loss in due}
    judged = _judge(snapshot, later.values(), earlier, guard)
    return frozenset(path for path, entry_id in paths.items() if entry_id in judged)


def _published(
    snapshot: Snapshot, passing: Collection[Loss], earlier: Iterable[PublishedLoss], now_us: int
) -> tuple[PublishedLoss, ...]:
    """The losses to write: those that pass now, and earlier ones of a clock that was wrong."""
    if not passing:
        return ()
    groups = _groups(snapshot, passing)
    wrong = [replace(loss, at=now_us) for loss in earlier if loss.at > now_us]
    return (*wrong, *(PublishedLoss(i, now_us, names) for i, names in groups.items()))
