"""The story: read the folder, identify its posts, hold losses, decide, write, report."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from feedsvc.core.site import Site
from feedsvc.publishing.decide import decide
from feedsvc.publishing.empty_folder import hold_everything, is_emptied
from feedsvc.publishing.guard import Guard
from feedsvc.publishing.holding import require_held, weigh
from feedsvc.publishing.identify import identify_posts
from feedsvc.publishing.reading.read_folder import Progress, read_folder
from feedsvc.publishing.reading.spool import Spool
from feedsvc.publishing.reading.stored import recall
from feedsvc.publishing.report import Report, report_held, report_on
from feedsvc.source.folder import Folder
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
) -> Report:
    """Bring the store up to the folder. Files that have not changed are not read.

    With `only`, other paths are not looked at, so that the cost is that of the change. What the
    `guard` holds stays published, unless `accept` is the name of the held set, or WHATEVER. If
    it `accounts`, the report on the whole folder has an account of every file in it. Raises
    FolderError and StoreError; StoreLocked if another process is publishing; NotHeld if another
    set than `accept` is held.
    """
    how = (accept, guard, accounts)
    return _publish(folder, store, site, now, only, progress, *how, writes=True)


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
        stored = recall(store, site, now, only, accepts=bool(accept))
        require_held(stored, accept)
        what = (folder, store, stored, site, now, entries, progress)
        findings = read_folder(*what, counts_all=accounts)
        emptied = is_emptied(folder, store, stored, findings)
        if emptied and not accept:
            book = hold_everything(store, stored, now)
            if writes and book:
                store.write_losses(book, now)
            with store.snapshot() as snapshot:
                return report_held(snapshot, site, stored, findings, book)
        identified = identify_posts(store, site, findings)
        with store.snapshot() as snapshot:
            how = (guard, now)
            hold = weigh(
                snapshot, findings, identified, stored, *how, accept=accept, is_emptied=emptied
            )
        publication = decide(findings, entries, stored, identified, site, now, hold)
        changes = Changes(stored.revision)
        if stored.needs_all or publication.files or publication.forgotten or hold.book:
            commit = store.publish if writes else store.rehearse
            changes = commit(publication, now)
        with store.snapshot() as snapshot:
            known = identified.known
            return report_on(snapshot, publication, changes, stored, findings, hold, known)
