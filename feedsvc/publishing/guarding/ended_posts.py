"""Find posts whose files are missing and that have expired, or that their authors hide now."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from feedsvc.core.dates import microseconds
from feedsvc.core.file_records import FileRecord
from feedsvc.core.ledger.hidden_posts import hidden_among
from feedsvc.core.ledger.ledger import LedgerEntry, text_digest
from feedsvc.core.ledger.losses import LossBook
from feedsvc.publishing.reading.findings import Findings
from feedsvc.publishing.reading.read_folder import has_been_gone
from feedsvc.publishing.reading.stored import Stored
from feedsvc.source.folder import Folder
from feedsvc.store.publication import Publication
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.store import Store


def with_ended_posts(
    findings: Findings, folder: Folder, store: Store, stored: Stored, now: datetime
) -> Findings:
    """The findings with their `ended` posts.

    A file in a folder that cannot be read counts as missing once its post has expired. If a
    file that hides a post was there before, the post gets a second look, like any missing file.
    """
    now_us = microseconds(now)
    hidden = stored.files.of(findings.hidden) if findings.hidden else {}
    unseen = [record for record in hidden.values() if _has_expired(record, now_us)]
    unseen_paths = {record.path for record in unseen}
    missing = (*findings.missing, *unseen)
    expired = {record.path for record in missing if _has_expired(record, now_us)}
    lost = {r.entry_id: r for r in missing if r.entry_id and r.path not in expired}
    if not lost and not expired:
        return findings
    gone = {
        record.path
        for record in lost.values()
        if record.path in findings.gone
        or has_been_gone(stored.emptied_since.get(record.path), folder, now_us)
    }
    with store.snapshot() as snapshot:
        at_once, later = _hidden(snapshot, findings, stored, lost) if lost else (set(), set())
    return replace(
        findings,
        files=tuple(f for f in findings.files if f.record.path not in unseen_paths),
        missing=missing,
        ended=frozenset(expired | at_once | later & gone),
        unsettled=findings.unsettled | (later - gone),
        hidden=findings.hidden - unseen_paths,
    )


def _has_expired(record: FileRecord, now_us: int) -> bool:
    return bool(record.entry_id) and record.ends_at is not None and record.ends_at <= now_us


def _hidden(
    snapshot: Snapshot, findings: Findings, stored: Stored, lost: Mapping[str, FileRecord]
) -> tuple[set[str], set[str]]:
    """The lost files whose posts are hidden: in files that are new or changed, and in others.

    A public post with the title of a lost one, which may be the same post under another id, is
    better evidence than a hidden file that was there before. A look at a part of the folder
    judges held posts again only if it finds a newly hidden file, so that it stays cheap.
    """
    hiding = [finding for finding in findings.files if finding.record.hides]
    if not hiding and not snapshot.is_hiding_any():
        return set(), set()  # and the lost posts, which may be many, are not read
    newly = [finding.record for finding in hiding if not _was_hidden(finding.previous)]
    held = {loss.entry_id: loss.kind for loss in stored.held}
    unjudged = lost if newly or stored.scope is None else lost.keys() - held.keys()
    posts = [
        replace(post, key=lost[entry_id].key or post.key)
        for entry_id, post in snapshot.remembered(unjudged).items()
    ]
    found = {finding.record.path: finding.record for finding in findings.files}
    kept = snapshot.hiding(posts) | {path: r for path, r in found.items() if r.hides}
    gone = {record.path for record in findings.missing}
    kept = {
        path: record
        for path, record in kept.items()
        if path not in gone and found.get(path, record).hides
    }
    public = {text_digest(f.claim.title) for f in findings.files if f.claim and not f.previous}
    unreplaced = [
        post
        for post in posts
        if post.title_digest not in public and held.get(post.id) != "re-identified"
    ]
    at_once = _recognised(snapshot, posts, newly)
    later = _recognised(snapshot, unreplaced, kept.values())
    return {lost[i].path for i in at_once}, {lost[i].path for i in later}


def _was_hidden(previous: FileRecord | None) -> bool:
    return previous is not None and previous.hides is not None


def _recognised(
    snapshot: Snapshot, posts: Iterable[LedgerEntry], files: Collection[FileRecord]
) -> frozenset[str]:
    """The ids of the posts that these files hide. Reads nothing if none looks like one."""
    alike = hidden_among(posts, files, frozenset(), frozenset())
    if not alike:
        return alike
    posts = [post for post in posts if post.id in alike]
    digests = {digest for post in posts for digest in (post.title_digest, post.body_digest)}
    shared = snapshot.shared_by_posts(digests - {""})
    texts = snapshot.long_texts({file.hides.body_digest for file in files if file.hides})
    return hidden_among(posts, files, shared, texts)


def withdraw_expired(store: Store, now: datetime) -> None:
    """Withdraw the posts that have expired. The folder cannot be read, and is not needed."""
    with store.snapshot() as snapshot:
        site, expired = snapshot.site(), snapshot.expired(microseconds(now))
        held = snapshot.held()
    if site is None or not expired:
        return
    ids = {record.entry_id for record in expired if record.entry_id}
    book = LossBook(held, tuple(loss for loss in held if loss.entry_id not in ids))
    publication = Publication(
        site,
        withdrawn=sorted(ids),
        forgotten=[record.path for record in expired],
        released=sorted({record.key for record in expired} - {""}),
        losses=book,
        is_partial=True,
        unnamed=ids,
    )
    store.publish(publication, now)
