"""The story: read the folder, identify its posts, decide, write one transaction, report."""

from collections.abc import Collection
from datetime import datetime

from feedsvc.core.site import Site
from feedsvc.publishing.decide import decide
from feedsvc.publishing.empty_folder import count_held
from feedsvc.publishing.identify import identify_posts
from feedsvc.publishing.reading.read_folder import Progress, read_folder
from feedsvc.publishing.reading.spool import Spool
from feedsvc.publishing.reading.stored import recall
from feedsvc.publishing.report import Report, report_held, report_on
from feedsvc.source.folder import Folder
from feedsvc.store.publication import Changes
from feedsvc.store.store import Store


def publish(
    folder: Folder,
    store: Store,
    site: Site,
    now: datetime,
    *,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    accept: bool = False,
) -> Report:
    """Bring the store up to the folder. Files that have not changed are not read.

    With `only`, other paths are not looked at, so that the cost is that of the change. If the
    folder is empty, the published posts stay, unless `accept` is true. Raises FolderError and
    StoreError; StoreLocked if another process is publishing.
    """
    with store.lock(), Spool() as entries:
        stored = recall(store, site, now, only)
        findings = read_folder(folder, store, stored, site, now, entries, progress)
        held = 0 if accept else count_held(folder, store, stored, findings)
        if held:
            if not stored.was_held:
                store.set_held_posts(held)
            with store.snapshot() as snapshot:
                return report_held(snapshot, site, stored, findings, held)
        identified = identify_posts(store, site, findings)
        publication = decide(findings, entries, stored, identified, site, now)
        changes = Changes(stored.revision)
        if stored.needs_all or publication.files or publication.forgotten:
            changes = store.publish(publication, now)
        if stored.was_held:
            store.set_held_posts(0)
        with store.snapshot() as snapshot:
            return report_on(snapshot, publication, changes, stored, findings)


def preview(
    folder: Folder, store: Store, site: Site, now: datetime, *, accept: bool = False
) -> Report:
    """What `publish` would do with the whole folder. Nothing is written.

    The folder may be another one than the published one. Nobody may change it meanwhile: posts
    that are missing in it would be withdrawn. Raises FolderError and StoreError; StoreLocked if
    another process is publishing.
    """
    with store.lock(), Spool() as entries:
        stored = recall(store, site, now, None)
        findings = read_folder(folder, store, stored, site, now, entries, None)
        held = 0 if accept else count_held(folder, store, stored, findings)
        if held:
            with store.snapshot() as snapshot:
                return report_held(snapshot, site, stored, findings, held)
        identified = identify_posts(store, site, findings)
        publication = decide(findings, entries, stored, identified, site, now)
        changes = store.rehearse(publication, now)
        with store.snapshot() as snapshot:
            return report_on(snapshot, publication, changes, stored, findings)
