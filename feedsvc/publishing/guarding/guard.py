"""The rules by which losses are held: many at once wait until somebody accepts them. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from feedsvc.core.ledger.losses import (
    EMPTY,
    MANY,
    HeldLoss,
    Loss,
    LossBook,
    LossKind,
    PublishedLoss,
)
from feedsvc.publishing.identify import Identified
from feedsvc.publishing.reading.findings import Finding, Findings

MOST_LOSSES: Final = 1000  # that pass whatever share of the site they are
QUIET: Final = timedelta(hours=1)  # without a loss, after which earlier ones no longer count


@dataclass(frozen=True, slots=True)
class Guard:
    """How many losses pass: up to `entries`, or up to this `share` of the site.

    If one of them is 0, the guard is off.
    """

    entries: int = 20
    share: float = 0.2

    @property
    def is_on(self) -> bool:
        """False if losses are not counted."""
        return self.entries > 0 and self.share > 0


@dataclass(frozen=True, slots=True)
class DueLosses:
    """The losses that the folder, as it was found, would bring.

    The `ripe` ones are due now. Files of the `unripe` ones have only just vanished. `replaced`
    has the path of each post that would come with a new id, with the entry that it replaces.
    """

    ripe: tuple[Loss, ...] = ()
    unripe: tuple[Loss, ...] = ()
    replaced: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hold:
    """What a publish holds: entries that stay, and the posts that would replace them.

    `postponed` are posts whose earlier file has only just vanished. `replaced` is as in
    DueLosses, of what is published.
    """

    entries: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    postponed: frozenset[str] = frozenset()
    replaced: Mapping[str, str] = field(default_factory=dict)
    book: LossBook = field(default_factory=LossBook)


NOTHING_HELD: Final = Hold()


def due_losses(
    findings: Findings, identified: Identified, held: Iterable[HeldLoss] = ()
) -> DueLosses:
    """The losses that are due, or will be if missing files do not come back.

    `held` are the losses that are held until now.
    """
    ids, twins = identified.identities.ids, identified.identities.twins
    posts = [f for f in findings.files if f.claim and f.claim.path not in twins]
    published = {ids[f.record.path] for f in posts}
    ripe: list[Loss] = []
    unripe: list[Loss] = []
    replaced: dict[str, str] = {}
    for finding in posts:
        path, entry_id = finding.record.path, _entry_of(finding)
        if entry_id and entry_id not in published:
            ripe.append(Loss(entry_id, "re-identified", path, identified.title_of(path)))
            replaced[path] = entry_id
    missing = {
        record.path: record.entry_id
        for record in findings.missing
        if record.entry_id
        and record.entry_id not in published
        and record.path not in findings.ended
        and record.path not in findings.retracted
    }
    new = [
        f
        for f in posts
        if missing and not _entry_of(f) and ids[f.record.path] not in identified.standing
    ]
    if new:
        waiting = {loss.entry_id for loss in held if loss.kind == "re-identified"}
        replaced |= _replacements(new, missing, findings, identified, waiting)
    replaced_ids = set(replaced.values())
    for path, entry_id in missing.items():
        kind: LossKind = "re-identified" if entry_id in replaced_ids else "withdrawn"
        loss = Loss(entry_id, kind, path, identified.title_of(path))
        (ripe if path in findings.gone else unripe).append(loss)
    return DueLosses(tuple(ripe), tuple(unripe), replaced)


def _entry_of(finding: Finding) -> str | None:
    """The entry that the file of a finding has published."""
    return finding.previous.entry_id if finding.previous else None


def _replacements(
    new: Iterable[Finding],
    missing: Mapping[str, str],
    findings: Findings,
    identified: Identified,
    waiting: Collection[str],
) -> dict[str, str]:
    """The new posts that look like one whose file is missing: path, and the entry of that file.

    Alike are equal bytes, or an equal title with an equal date or text. For an entry that a new
    post was `waiting` to replace, a title is enough that no other of them has: the new post may
    have been edited meanwhile.
    """
    claims = {f.record.path: f.claim for f in new if f.claim}
    titles = Counter(claim.title for claim in claims.values())
    gone_titles = Counter(identified.title_of(path) for path in missing)
    looks: dict[object, str] = {}
    for record in findings.missing:
        if record.path not in missing:
            continue
        entry_id, standing = missing[record.path], identified.before.get(record.path)
        if record.digest:
            looks[record.digest] = entry_id
        if standing:
            looks[standing.title, standing.published] = entry_id
            looks[standing.title, standing.body_digest] = entry_id
            if entry_id in waiting and gone_titles[standing.title] == 1:
                looks["title", standing.title] = entry_id
    replaced = {}
    for finding in new:
        claim = claims[finding.record.path]
        title = ("title", claim.title) if titles[claim.title] == 1 else None
        text = (claim.title, claim.body_digest) if claim.body_length else None
        for look in (finding.record.digest, (claim.title, claim.published), text, title):
            if look in looks:
                replaced[claim.path] = looks[look]
                break
    return replaced


def still_held(
    held: Iterable[HeldLoss], findings: Findings, identified: Identified, due: DueLosses
) -> list[HeldLoss]:
    """The held losses about which this look at the folder says nothing new.

    Their files were not looked at, cannot be seen, or still have the other id.
    """
    ids, twins = identified.identities.ids, identified.identities.twins
    found = {f.record.path: f for f in findings.files}
    published = {ids[p] for p, f in found.items() if f.claim and p not in twins}
    known = {loss.entry_id for loss in (*due.ripe, *due.unripe)}
    missing = {record.path for record in findings.missing}
    staying = []
    for loss in held:
        if loss.entry_id in published or loss.entry_id in known or loss.path in missing:
            continue  # also if its author hides it now, in another file
        finding = found.get(loss.path)
        is_unseen = not findings.saw(loss.path)
        is_kept = loss.kind == "re-identified" and (
            finding is None or _keeps(finding, loss.entry_id)
        )
        if is_unseen or is_kept:
            staying.append(loss)
    return staying


def _keeps(finding: Finding, entry_id: str) -> bool:
    """True if a file was not away and, as it is now, gives its entry no new version."""
    was_away = finding.previous is not None and finding.previous.missing_since is not None
    return finding.record.entry_id == entry_id and not was_away


def counting(losses: Collection[PublishedLoss], now_us: int) -> tuple[PublishedLoss, ...]:
    """The published losses that still count: none after an hour without one.

    A loss in the future was written by a clock that was wrong; it counts as if it were now.
    """
    last = max((loss.at for loss in losses), default=now_us)
    is_quiet = now_us - last >= QUIET.total_seconds() * 1e6
    return () if is_quiet else tuple(losses)


def is_too_many(losses: int, site: int, guard: Guard) -> bool:
    """True if so many losses of a site with so many entries have to be accepted."""
    most = round(guard.share * site, 6)  # 0.07 * 100 is a bit more than 7
    return losses > MOST_LOSSES or (losses > guard.entries and losses > most)


def large_groups(
    groups: Mapping[str, Collection[str]], earlier: Iterable[PublishedLoss], guard: Guard
) -> set[str]:
    """The feeds and folders that lose as many entries as a group has that is watched.

    `groups` are those of each loss that is due; `earlier` losses are published.
    """
    due = Counter(name for names in groups.values() for name in names)
    lost = Counter(name for loss in earlier for name in loss.groups)
    return {name for name in due if due[name] + lost[name] >= guard.entries}


def emptied(groups: Mapping[str, Collection[str]], sizes: Mapping[str, int]) -> dict[str, str]:
    """The losses in a group that would lose every entry: entry id, and the name of the group.

    `sizes` are the numbers of entries that the groups in question have now.
    """
    due = Counter(name for names in groups.values() for name in names)
    ended = {name for name, size in sizes.items() if due[name] >= size}
    return {
        entry_id: name for entry_id, names in groups.items() for name in names if name in ended
    }


def keep_reasons(
    due: Iterable[Loss],
    held: Mapping[str, HeldLoss],
    judged: Mapping[str, str],
    *,
    sticks: bool,
) -> dict[str, str]:
    """Why each loss is held: as judged now; one that was held before stays so.

    If the folder was empty, it `sticks` only on a site that is large enough to be watched.
    """
    reasons = dict(judged)
    for loss in due:
        before = held.get(loss.entry_id)
        if before and loss.entry_id not in reasons:
            if before.reason != EMPTY:
                reasons[loss.entry_id] = before.reason
            elif sticks:
                reasons[loss.entry_id] = MANY
    return reasons
