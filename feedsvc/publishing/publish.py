"""The story: read the folder, identify its posts, hold losses, decide, write, report."""

import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final

from feedsvc.core.dates import microseconds
from feedsvc.core.site import Site
from feedsvc.errors import FolderError, StoreError
from feedsvc.publishing.decide import decide
from feedsvc.publishing.guarding.empty_folder import hold_everything, is_emptied, may_be_emptied
from feedsvc.publishing.guarding.ended_posts import with_ended_posts, withdraw_expired
from feedsvc.publishing.guarding.guard import Guard, Hold
from feedsvc.publishing.guarding.held_edits import under_earlier_keys
from feedsvc.publishing.guarding.holding import require_held, weigh
from feedsvc.publishing.identify import identify_posts
from feedsvc.publishing.reading.findings import Findings
from feedsvc.publishing.reading.read_folder import Progress, read_folder
from feedsvc.publishing.reading.spool import Spool
from feedsvc.publishing.reading.stored import Stored, recall
from feedsvc.publishing.report import Report, report_on
from feedsvc.publishing.retracting import keep_retractions, retracted_posts, with_retracted
from feedsvc.publishing.site_generator import with_generator
from feedsvc.publishing.unknown_terms import warn_of_unknown_terms
from feedsvc.source.folder import Folder
from feedsvc.store.operating.publish_records import PublishRecord
from feedsvc.store.publication import Changes
from feedsvc.store.store import Store

_USUAL: Final = Guard()


def publish(
    folder: Folder,
    store: Store,
    site: Site,
    now: datetime,
    *,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    accept: str = "",
    guard: Guard = _USUAL,
    accounts: bool = False,
    by: str = "command",
) -> Report:
    """Bring the store up to the folder. Files that have not changed are not read.

    With `only`, other paths are not looked at, so that the cost is that of the change. What the
    `guard` holds stays published, unless `accept` is the name of the held set, or WHATEVER. If
    it `accounts`, the report on the whole folder has an account of every file in it. The store
    records how long a publish took, and `by` whom it was. Raises FolderError and StoreError;
    StoreLocked if another process is publishing; NotHeld if another set than `accept` is held.
    """
    began = time.monotonic()
    how = (accept, guard, accounts)
    report = _publish(folder, store, site, now, only, progress, *how, writes=True)
    if report.number:
        took = round(time.monotonic() - began, 3)
        with suppress(StoreError):  # all is published
            store.record(report.number, PublishRecord(took, report.read, by))
    return report


def preview(
    folder: Folder,
    store: Store,
    site: Site,
    now: datetime,
    *,
    accept: str = "",
    guard: Guard = _USUAL,
    accounts: bool = False,
) -> Report:
    """What `publish` would do with the whole folder. Nothing is written.

    The folder may be another one than the published one. Nobody may change it meanwhile: posts
    that are missing in it would be withdrawn. Raises as `publish` does.
    """
    how = (accept, guard, accounts)
    return _publish(folder, store, site, now, None, None, *how, writes=False)


def _publish(
    folder: Folder,
    store: Store,
    site: Site,
    now: datetime,
    only: Collection[str] | None,
    progress: Progress | None,
    accept: str,
    guard: Guard,
    accounts: bool,
    *,
    writes: bool,
) -> Report:
    """The story. Unless it `writes`, the report says what it would do."""
    with store.lock(), Spool() as entries:
        earlier = keep_retractions(store, now).feeds if writes else []
        with store.snapshot() as snapshot:
            site = with_generator(site, folder, snapshot.generator())
        try:
            how = (entries, progress, accept, accounts)
            stored, findings = _look(folder, store, site, now, only, *how)
        except FolderError:
            if writes:
                withdraw_expired(store, now)
            raise
        commit = store.publish if writes else store.rehearse
        emptied = is_emptied(store, stored, findings)
        if emptied and not accept:
            publication = hold_everything(store, stored, findings, now)
            changes = Changes(stored.revision)
            if publication.withdrawn or publication.files or publication.losses:
                changes = commit(publication, now)
            hold = Hold(book=publication.losses)
            ended = tuple(r for r in findings.missing if r.path in findings.ended)
            findings = replace(findings, missing=ended)  # the others need no second look
            with store.snapshot() as snapshot:
                report = report_on(snapshot, publication, changes, stored, findings, now, hold)
                return report.after(earlier)
        identified = identify_posts(store, site, findings)
        with store.snapshot() as snapshot:
            hold = weigh(
                *(snapshot, findings, identified, stored, guard, now),
                accept=accept,
                is_emptied=emptied,
            )
            is_due = snapshot.has_deletions_due(microseconds(now))
        findings, identified, hold = under_earlier_keys(store, site, findings, identified, hold)
        with store.snapshot() as snapshot:
            retracted = retracted_posts(snapshot, findings, identified, now)
        publication = decide(findings, entries, stored, identified, site, now, hold, retracted)
        # The publication has what is to be written. 100,000 findings, and what the store has of
        # these posts, need not be in memory longer.
        findings = findings.without(publication.claims.keys())
        known = identified.known
        del identified
        changes = Changes(stored.revision)
        has_news = stored.has_new_settings or publication.files or publication.forgotten
        if has_news or hold.book or is_due:
            changes = commit(publication, now)
        publication = replace(publication, entries=(), identities={}, permalinks={})
        with store.snapshot() as snapshot:
            if writes and stored.has_new_settings:
                warn_of_unknown_terms(snapshot, site)
            what = (publication, changes, stored, findings, now, hold, known)
            return report_on(snapshot, *what).after(earlier)


def _look(
    folder: Folder,
    store: Store,
    site: Site,
    now: datetime,
    only: Collection[str] | None,
    entries: Spool,
    progress: Progress | None,
    accept: str,
    accounts: bool,
) -> tuple[Stored, Findings]:
    """What the store has of the folder, and what is found there.

    If no public post may be left, this looks at the whole folder.
    """
    stored = recall(store, site, now, only, accepts=bool(accept))
    require_held(stored, accept)
    how = (site, now, entries, progress)
    findings = read_folder(folder, store, stored, *how, counts_all=accounts)
    if may_be_emptied(folder, store, stored, findings):
        entries.clear()
        stored = recall(store, site, now, None)
        findings = read_folder(folder, store, stored, *how, counts_all=accounts)
    findings = with_ended_posts(findings, folder, store, stored, now)
    with store.snapshot() as snapshot:
        return stored, with_retracted(findings, snapshot, now)
