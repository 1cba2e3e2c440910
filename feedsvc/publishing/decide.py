"""Decide what one publish changes: findings and stored entries in, a Publication out. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from feedsvc.core.adopting.adopted_entries import as_adopted
from feedsvc.core.dates import microseconds
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.file_records import FileRecord
from feedsvc.core.ledger.copies import stands_from
from feedsvc.core.ledger.identities import Claim
from feedsvc.core.ledger.ledger import LedgerEntry
from feedsvc.core.posts.passed_dates import is_unchanged
from feedsvc.core.posts.slug_keys import shared_key
from feedsvc.core.site import Site
from feedsvc.publishing.guarding.guard import NOTHING_HELD, Hold
from feedsvc.publishing.identify import Identified
from feedsvc.publishing.reading.findings import (
    Finding,
    Findings,
    unread,
)
from feedsvc.publishing.reading.post_problems import (
    copy_warning,
    first_date_warning,
    lookalike_warning,
    one_page_problem,
    shared_slug_warning,
    twin_problem,
)
from feedsvc.publishing.reading.stored import Stored
from feedsvc.publishing.retracting import NOTHING_RETRACTED, Retracted, out_record
from feedsvc.store.deletions.retractions import HIDDEN_BY
from feedsvc.store.publication import Publication


def decide(
    findings: Findings,
    entries: Iterable[tuple[str, Entry]],
    stored: Stored,
    identified: Identified,
    site: Site,
    now: datetime,
    hold: Hold = NOTHING_HELD,
    retracted: Retracted = NOTHING_RETRACTED,
) -> Publication:
    """The publication that brings the store up to the findings, except for what is held.

    `entries` are those of the findings, by path. They are read when the publication is written.
    """
    ids = identified.identities.ids
    owners = page_owners(findings, identified.pages)
    first_dates = _first_dates(findings, identified, stored.zone_before)
    records = [finding.record for finding in findings.files if not finding.claim]
    identities: dict[str, str] = {}
    claims: dict[str, Claim] = {}
    permalinks: dict[str, str] = {}
    aside: set[str] = set()
    released = findings.released_ids()
    for finding in findings.files:
        claim = finding.claim
        if claim is None:
            continue
        if claim.path in retracted.out:
            aside.add(claim.path)
            records.append(out_record(finding, claim, retracted.out[claim.path]))
            released |= _previous_ids(finding)
            continue
        set_aside = _set_aside(finding, claim, identified, hold, now)
        if set_aside is not None:
            aside.add(claim.path)
            records += set_aside
            continue
        entry_id = ids[claim.path]
        identities[claim.key] = entry_id
        claims[entry_id] = claim
        permalinks[entry_id] = finding.permalink
        released |= _previous_ids(finding)
        record = _published_record(
            finding,
            claim,
            entry_id,
            owners.get(claim.path),
            first_dates.get(claim.path),
            identified.identities.lookalikes.get(claim.path, ()),
        )
        records.append(record)
    published = claims.keys()
    fate = decide_missing(findings, published, stored, now, hold)
    records += fate.kept
    return Publication(
        site,
        _to_publish(entries, aside, ids, first_dates, identified.adopted),
        sorted((released | fate.withdrawn) - published),
        records,
        fate.forgotten,
        identities,
        released_keys(findings.previous(), records, fate.forgotten),
        hold.book,
        claims,
        permalinks=permalinks,
        retractions=retracted.changed,
        unnamed=findings.hidden_ids() - published,
    )


def _to_publish(
    entries: Iterable[tuple[str, Entry]],
    aside: Collection[str],
    ids: Mapping[str, str],
    first_dates: Mapping[str, datetime],
    adopted: Mapping[str, LedgerEntry],
) -> Iterator[Entry]:
    """The entries of the posts that are not set aside, with their ids and dates."""
    for path, entry in entries:
        if path not in aside:
            entry = with_identity(entry, ids[path], first_dates.get(path))
            remembered = adopted.get(entry.id)  # what it took over from another feed
            yield as_adopted(entry, remembered) if remembered else entry


def _previous_ids(finding: Finding) -> set[str]:
    """The entry that the file has published until now, if any."""
    entry_id = finding.previous.entry_id if finding.previous else None
    return {entry_id} if entry_id else set()


def _set_aside(
    finding: Finding, claim: Claim, identified: Identified, hold: Hold, now: datetime
) -> list[FileRecord] | None:
    """What is recorded of a post that is not published now; None if it is published.

    It is held, another post has its key, or it is a copy that waits.
    """
    if claim.path in hold.paths:
        return [_waiting_record(finding, finding.previous)] if finding.previous else []
    owner = identified.identities.twins.get(claim.path)
    if owner is not None:
        return [_twin_record(finding, claim, owner)]
    if original := identified.originals.get(claim.path):
        ready_at = _copy_ready_at(finding, original, now)
        if ready_at > microseconds(now):
            return [_copy_record(finding, original, ready_at)]
    return None


def page_owners(findings: Findings, pages: Mapping[str, list[str]]) -> dict[str, str]:
    """For each post whose permalink another post has: the path of that other post.

    A stored post keeps its permalink; of several new ones, the oldest gets it.
    """
    stored = {path for paths in pages.values() for path in paths}
    looked_at = {record.path for record in findings.missing if record.path in stored}
    looked_at |= {f.claim.path for f in findings.files if f.claim and f.claim.path in stored}
    owners: dict[str, str] = {}
    for permalink, paths in pages.items():
        staying = [path for path in paths if path not in looked_at]
        if staying:
            owners[permalink] = staying[0]
    # Of 100,000 posts few share their page, and only those are sorted.
    counts = Counter(finding.permalink for finding in findings.files if finding.claim)
    rivals = [
        (finding.claim.published, finding.claim.path, finding.permalink)
        for finding in findings.files
        if finding.claim and (counts[finding.permalink] > 1 or finding.permalink in owners)
    ]
    shared = {}
    for _, path, permalink in sorted(rivals):
        owner = owners.setdefault(permalink, path)
        if owner != path:
            shared[path] = owner
    return shared


def _first_dates(
    findings: Findings, identified: Identified, zone_before: tzinfo | None
) -> dict[str, datetime]:
    """By path, the date under which a post was first published, if its author changed it.

    A new zone of the site moves dates that the author has not changed: these are left out. So
    are the dates of posts that their authors had hidden.
    """
    ids, twins = identified.identities.ids, identified.identities.twins
    first_dates = {}
    for finding in findings.files:
        claim = finding.claim
        if claim is None or claim.path in twins:
            continue
        standing = identified.standing.get(ids[claim.path])
        remembered = identified.returning.get(ids[claim.path])
        if standing and not is_unchanged(
            microseconds(standing.published), claim.published, zone_before
        ):
            first_dates[claim.path] = standing.published
        elif remembered and remembered.published and not _was_hidden(finding):
            local = remembered.published.replace(tzinfo=None)
            if local != claim.published.replace(tzinfo=None):
                first_dates[claim.path] = remembered.published
    return first_dates


def _was_hidden(finding: Finding) -> bool:
    """True if the author had hidden the post until now: then its new date counts."""
    previous = finding.previous
    if previous is None or previous.entry_id is not None or previous.hidden_by == HIDDEN_BY:
        return False
    has_expired = previous.state == "draft" and previous.passed_at is not None
    is_copy = previous.state == "held" and previous.wants != ""
    was_hidden = previous.state in ("draft", "held", "no post")
    return was_hidden and not has_expired and not is_copy


def _twin_record(finding: Finding, claim: Claim, owner: str) -> FileRecord:
    """The record of a post that is refused because another one has its key.

    What it last published stays. It is read again once the key is free.
    """
    record, previous = finding.record, finding.previous
    problem = twin_problem(claim.path, owner, claim.key, finding.positions.key)
    return replace(
        record,
        state="refused",
        entry_id=previous.entry_id if previous else None,
        key=previous.key if previous else "",
        passed_at=previous.passed_at if previous and previous.entry_id else None,
        wants=claim.key,
        problems=(*record.problems, problem),
    )


def _waiting_record(finding: Finding, previous: FileRecord) -> FileRecord:
    """The record of a post that waits because it would replace an entry.

    What the file last published stays. It is read again when it changes, or somebody accepts.
    """
    if previous.entry_id is None:
        return unread(previous)
    record = finding.record
    return replace(
        previous,
        stamp=record.stamp,
        digest=record.digest,
        due_at=record.due_at,
        ends_at=record.ends_at,
        missing_since=None,
    )


def _copy_ready_at(finding: Finding, original: FileRecord, now: datetime) -> int:
    """When a copy is a post of its own, in microseconds since 1970."""
    changed_at = max(finding.record.stamp.ctime_ns, original.stamp.ctime_ns) // 1000
    previous = finding.previous
    waits = previous and previous.state == "held" and previous.wants != ""
    is_same = previous and previous.digest == finding.record.digest
    due_at = previous.due_at if previous and waits and is_same else None
    return stands_from(changed_at, due_at, microseconds(now))


def _copy_record(finding: Finding, original: FileRecord, ready_at: int) -> FileRecord:
    """The record of a copy that waits. It is read again once its original is gone."""
    record = finding.record
    problem = copy_warning(record.path, original.path)
    if finding.plain and finding.claim:
        key, position = finding.claim.key, finding.positions.key
        problem = shared_slug_warning(record.path, finding.plain, key, position, waits=True)
    return replace(
        record,
        state="held",
        due_at=ready_at,
        key="",
        passed_at=None,
        wants=original.key,
        problems=(*record.problems, problem),
    )


def _published_record(
    finding: Finding,
    claim: Claim,
    entry_id: str,
    owner: str | None,
    first_date: datetime | None,
    lookalikes: tuple[str, ...],
) -> FileRecord:
    """The record of a post that is published, with the warnings that this brings."""
    problems = finding.record.problems
    if owner is not None:
        position = finding.positions.permalink
        problems += (one_page_problem(claim.path, owner, finding.permalink, position),)
    if first_date is not None:
        position = finding.positions.published
        problems += (first_date_warning(claim.path, first_date, position),)
    wants = ""
    if finding.plain:
        position = finding.positions.key
        problems += (shared_slug_warning(claim.path, finding.plain, claim.key, position),)
        wants = shared_key(claim.key)  # read it again, without the warning, once that is free
    if lookalikes:
        problems += (lookalike_warning(claim.path, lookalikes, finding.positions.key),)
    return replace(
        finding.record, entry_id=entry_id, key=claim.key, wants=wants, problems=problems
    )


def with_identity(entry: Entry, entry_id: str, first_date: datetime | None) -> Entry:
    """The entry with its permanent id, and with the date that readers already have."""
    if first_date is not None:
        updated = entry.updated if entry.updated > entry.published else first_date
        entry = replace(entry, published=first_date, updated=max(first_date, updated))
    if entry.id != entry_id:
        return replace(entry, id=entry_id)
    # Equal texts are one in memory: what was published is known by these ids until the end.
    object.__setattr__(entry, "id", entry_id)
    return entry


@dataclass(frozen=True, slots=True)
class MissingFiles:
    """What becomes of missing files: records to keep, paths to forget, entries to withdraw."""

    kept: tuple[FileRecord, ...]
    forgotten: tuple[str, ...]
    withdrawn: frozenset[str]


def decide_missing(
    findings: Findings,
    published: Collection[str],
    stored: Stored,
    now: datetime,
    hold: Hold = NOTHING_HELD,
) -> MissingFiles:
    """Forget the files that are gone, moved, or were never published; keep the others.

    `published` are the ids of entries that some file has now.
    """
    kept, forgotten, withdrawn = [], [], []
    now_us = microseconds(now)
    held = (*hold.book.before, *hold.book.held)
    changed = {loss.path for loss in held if loss.kind == "re-identified"}
    for record in findings.missing:
        is_gone = record.path in findings.gone
        has_notice = is_gone and record.path in findings.retracted
        if record.entry_id is None or record.entry_id in published or has_notice:
            forgotten.append(record.path)
        elif record.path in findings.ended or (is_gone and record.entry_id not in hold.entries):
            forgotten.append(record.path)
            withdrawn.append(record.entry_id)
        else:
            since = min(record.missing_since or now_us, now_us)
            still = replace(record, missing_since=since)
            if stored.must_read(record) or record.path in changed:
                still = unread(still)
            if still != record or record.entry_id not in hold.entries:
                kept.append(still)
    return MissingFiles(tuple(kept), tuple(forgotten), frozenset(withdrawn))


def released_keys(
    before: Mapping[str, FileRecord], records: Collection[FileRecord], forgotten: Iterable[str]
) -> list[str]:
    """The keys that published files had before and have no more. Other files may want them."""
    if not before:
        return []
    paths = {record.path for record in records} | set(forgotten)
    had = {before[path].key for path in paths if path in before and before[path].entry_id}
    return sorted(had - {record.key for record in records if record.entry_id} - {""})
