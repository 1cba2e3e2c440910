"""Posts that are taken back: by the command, by their front matter, and until when."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from feedsvc.core.dates import microseconds
from feedsvc.core.feeds.deletions.retractions import (
    Retraction,
    next_retraction,
    retract_again,
    undone,
)
from feedsvc.core.file_records import FileRecord
from feedsvc.core.ledger.identities import Claim
from feedsvc.core.ledger.ledger import LONG_ENOUGH, LedgerEntry, local_too, text_digest
from feedsvc.core.ledger.losses import LossBook
from feedsvc.publishing.identify import Identified
from feedsvc.publishing.reading.findings import Finding, Findings
from feedsvc.publishing.reading.post_problems import retracted_copy_warning
from feedsvc.store.deletions.retractions import HIDDEN_BY
from feedsvc.store.publication import Changes, Publication
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.store import Store


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why a post is not published: it is retracted, or a copy of the `original` with this id.

    `key` is a key of the retracted post, by which its file is known whatever becomes of it.
    """

    key: str = ""
    original: str = ""


@dataclass(frozen=True, slots=True)
class Retracted:
    """What a publish does about posts that were taken back.

    `changed` are the retractions to write. The posts at the paths in `out` are not published.
    """

    changed: tuple[Retraction, ...] = ()
    out: Mapping[str, Withheld] = field(default_factory=dict)


NOTHING_RETRACTED: Final = Retracted()


def with_retracted(findings: Findings, snapshot: Snapshot, now: datetime) -> Findings:
    """The findings with the missing files whose posts were taken back: their notices stay."""
    ids = {r.entry_id: r.path for r in findings.missing if r.entry_id}
    standing = snapshot.retractions.of(ids) if ids else {}
    paths = {ids[entry_id] for entry_id, of in standing.items() if of.stands(now)}
    return replace(findings, retracted=frozenset(paths)) if paths else findings


def retracted_posts(
    snapshot: Snapshot, findings: Findings, identified: Identified, now: datetime
) -> Retracted:
    """The retractions that the posts which were found begin, change or undo."""
    ids, twins = identified.identities.ids, identified.identities.twins
    posts = [f for f in findings.files if f.claim and f.claim.path not in twins]
    some = (f for f in posts if f.claim and f.claim.notice is not None)
    if next(some, None) is None and not snapshot.retractions.exist():
        return NOTHING_RETRACTED
    before = snapshot.retractions.of(ids[f.record.path] for f in posts)
    changed: dict[str, Retraction] = {}
    shown = identified.standing.keys() | before.keys()
    coming = [f for f in posts if ids[f.record.path] not in shown]
    out = _same_files(snapshot, findings, coming, set(ids.values()))
    for claim in (finding.claim for finding in posts):
        if claim is None or claim.path in out:
            continue
        entry_id = ids[claim.path]
        standing, old = identified.standing.get(entry_id), before.get(entry_id)
        is_begun = old is not None and old.undone_at is None
        if claim.notice is not None and standing is None and not is_begun:
            out[claim.path] = Withheld()  # no feed has it, so there is nothing to take back
            continue
        seen = standing.updated if standing else None
        following = next_retraction(old, entry_id, claim.notice, now, seen)
        if following is None:
            continue
        if following != old:
            changed[entry_id] = following
        if following.has_ended(now):
            remembered = identified.returning.get(entry_id)
            out[claim.path] = Withheld((remembered.key if remembered else "") or claim.key)
    claims = [f.claim for f in coming if f.claim and f.claim.path not in out]
    out |= _copies(snapshot, claims)
    return Retracted(tuple(changed.values()), out)


def _same_files(
    snapshot: Snapshot, findings: Findings, coming: Sequence[Finding], claimed: Set[str]
) -> dict[str, Withheld]:
    """The posts that would come into the feeds from files of retracted posts: the same posts.

    Such a file was edited after it had been moved, or its post got another key or a guid; or
    it was moved and edited at once, after its notice had ended. Ids that are `claimed` belong
    to posts that were found.
    """
    lost = [record for record in findings.missing if record.hidden_by == HIDDEN_BY]
    records = [f.previous for f in coming if f.previous] + lost
    owners = {r.path: r.entry_id for r in records if r.entry_id and r.entry_id not in claimed}
    keys = {r.path: r.key for r in records if r.hidden_by == HIDDEN_BY and r.key}
    pinned = snapshot.pinned(keys.values()) if keys else {}
    owners |= {path: pinned[key] for path, key in keys.items() if key in pinned}
    if not owners:
        return {}
    retracted = snapshot.retractions.of(owners.values())
    found = {
        record.path: Withheld(record.key)
        for record in records
        if (of := retracted.get(owners.get(record.path, ""))) and of.undone_at is None
    }
    moved = {owners[r.path]: found[r.path] for r in lost if r.path in found}
    by_title: dict[str, list[LedgerEntry]] = {}
    for post in snapshot.remembered(moved).values() if moved else ():
        by_title.setdefault(post.title_digest, []).append(post)
    claims = [f.claim for f in coming if f.claim]
    by_look = {
        claim.path: moved[post.id]
        for claim in claims
        for post in (by_title.get(text_digest(claim.title), ()) if by_title else ())
        if _has_date(claim, post)
    }
    return by_look | {c.path: found[c.path] for c in claims if c.path in found}


def _has_date(claim: Claim, post: LedgerEntry) -> bool:
    dates = (*local_too(post.published), *local_too(post.redated))
    return not set(local_too(claim.published)).isdisjoint(dates)


def _copies(snapshot: Snapshot, claims: Sequence[Claim]) -> dict[str, Withheld]:
    """The posts that would come in with the text of a retracted post, by path.

    A short text tells little; then the title must be the same too.
    """
    by_text: dict[str, list[Claim]] = {}
    for claim in claims:
        by_text.setdefault(claim.body_digest, []).append(claim)
    found: dict[str, Withheld] = {}
    for post in snapshot.retractions.with_texts(by_text) if by_text else ():
        for claim in by_text[post.body_digest]:
            is_long = claim.body_length >= LONG_ENOUGH
            if is_long or text_digest(claim.title) == post.title_digest:
                found.setdefault(claim.path, Withheld(original=post.id))
    return found


def out_record(finding: Finding, claim: Claim, withheld: Withheld) -> FileRecord:
    """The record of a post that is not published because it, or its original, is retracted."""
    record = replace(hidden_record(finding.record), key=withheld.key)
    if not withheld.original:
        return record
    warning = retracted_copy_warning(claim.path, withheld.original, finding.positions.key)
    return replace(record, problems=(*record.problems, warning))


def hidden_record(record: FileRecord) -> FileRecord:
    """The record of a file whose post is retracted and no longer in any feed."""
    return replace(
        record,
        state="draft",
        entry_id=None,
        due_at=None,
        ends_at=None,
        missing_since=None,
        passed_at=None,
        hidden_by=HIDDEN_BY,
    )


# Between publishes.


def keep_retractions(store: Store, now: datetime) -> Changes:
    """Withdraw the posts whose notices have stood long enough. The folder is not needed.

    An entry that lacks its notice gets it: its retraction was imported with a ledger.
    """
    with store.snapshot() as snapshot:
        rows, now_us = snapshot.retractions, microseconds(now)
        site, ended, unshown = snapshot.site(), rows.ended(now_us), rows.unshown(now_us)
        if site is None or not (ended or unshown):
            return Changes()
        entries = [entry for i in unshown if (entry := snapshot.entry(i))]
        paths = [holder.path for holder in snapshot.holders(ended).values()]
        records = snapshot.files(paths).values() if paths else ()
        held = snapshot.held()
    ids = set(ended)
    publication = Publication(
        site,
        entries=entries,
        withdrawn=ended,
        files=[hidden_record(record) for record in records],
        released=sorted({record.key for record in records} - {""}),
        losses=LossBook(held, tuple(loss for loss in held if loss.entry_id not in ids)),
        is_partial=True,
    )
    return store.publish(publication, now)


def retract(
    store: Store, entry_id: str, notice: str, until: datetime, now: datetime
) -> tuple[Retraction, Changes]:
    """Take a post back: its retraction, and what changed. The caller holds the lock.

    A post that is withdrawn already will not come back.
    """
    with store.snapshot() as snapshot:
        site, entry = snapshot.site(), snapshot.entry(entry_id)
        before = snapshot.retractions.of([entry_id]).get(entry_id)
    seen = entry.updated if entry else None
    retraction = retract_again(before, entry_id, notice, until if entry else now, now, seen)
    if site is None:
        return retraction, Changes()
    publication = Publication(
        site,
        entries=[entry] if entry else [],
        retractions=[retraction],
        is_partial=True,
    )
    changes = store.publish(publication, now)
    return retraction, _together(changes, keep_retractions(store, now))


def undo(store: Store, retraction: Retraction, now: datetime) -> Changes:
    """Undo a retraction. The next publish reads its file again, and the post comes back.

    If no file has the post, its notice is withdrawn. The caller holds the lock.
    """
    entry_id = retraction.entry_id
    with store.snapshot() as snapshot:
        site, entry = snapshot.site(), snapshot.entry(entry_id)
        paths = snapshot.published_from(entry_id)
    if site is None:
        return Changes()
    publication = Publication(
        site,
        withdrawn=[entry_id] if entry and not paths else [],
        retractions=[undone(retraction, now)],
        is_partial=True,
        rereads=paths,
    )
    return store.publish(publication, now)


def _together(one: Changes, other: Changes) -> Changes:
    feeds = dict.fromkeys((*one.feeds, *other.feeds))
    return replace(one, feeds=list(feeds), withdrawn=[*one.withdrawn, *other.withdrawn])
