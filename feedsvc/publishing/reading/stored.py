"""What the store has of the files that a publish looks at, read before the folder is read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from feedsvc.core.dates import microseconds
from feedsvc.core.file_records import FileRecord
from feedsvc.core.ledger.losses import EMPTY, HeldLoss
from feedsvc.core.media import file_candidates
from feedsvc.core.site import Site
from feedsvc.publishing.reading.findings import unread
from feedsvc.publishing.reading.stored_files import StoredFiles
from feedsvc.source.left_out import is_post_name
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.store import Store


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored state of some files, or of the whole folder if `scope` is None."""

    files: StoredFiles
    revision: int
    scope: Collection[str] | None
    needs_all: bool  # settings of posts, or feedsvc, have changed: every file must be read
    zone_before: tzinfo | None  # the site's zone at the last publish, if it was another one
    was_held: bool
    held: tuple[HeldLoss, ...] = ()
    is_upgrade: bool = False  # another version of the renderer wrote the store
    accepts: bool = False  # held losses whose files are still missing need no second look
    # By path, for the posts of a folder that was found empty: when, in microseconds since 1970.
    # If the folder is no longer empty, those that are still missing get a second look.
    emptied_since: Mapping[str, int] = field(default_factory=dict)
    has_new_settings: bool = False  # or a new feedsvc: the feeds change, even if no file has
    renames_site: bool = False  # the files that name the site must be read

    @property
    def has_new_zone(self) -> bool:
        """True if a date without a zone is another moment than at the last publish."""
        return self.zone_before is not None

    def must_read(self, record: FileRecord) -> bool:
        """True if new settings may change what a file becomes."""
        return self.needs_all or (self.renames_site and record.names_site)


def recall(
    store: Store,
    site: Site,
    now: datetime,
    only: Collection[str] | None,
    *,
    accepts: bool = False,
) -> Stored:
    """Read the stored state of the paths in `only`, and of files that depend on them.

    If the publish `accepts` losses, all paths are read: it needs a new look at what is held.
    """
    with store.snapshot() as snapshot:
        published = snapshot.site()
        is_upgrade = published is not None and not snapshot.is_current()
        change = snapshot.change_to(site)
        has_new_zone = published is not None and published.timezone != site.timezone
        zone_before = published.zone if published and has_new_zone else None
        held = snapshot.held()
        scope: set[str] | None = None
        # While the folder was empty, missing files were not recorded: look at all of it.
        emptied = {loss.path: loss.since for loss in held if loss.reason == EMPTY}
        if only is None or change.is_of_feeds or emptied or accepts:
            lost = _to_look_at_again(snapshot, held) if accepts else {}
            records = StoredFiles(store, lost)
        else:
            scope = {*only, *snapshot.unsettled(microseconds(now))}
            some = snapshot.files(scope)
            waiting = snapshot.waiting_for({r.key for r in some.values() if r.key})
            attaching = _posts_attaching(only, snapshot)
            records = StoredFiles(None, some | snapshot.files(waiting | attaching))
            scope |= waiting | attaching
        facts = (records, snapshot.revision(), scope, change.rereads, zone_before, bool(held))
        how = (is_upgrade, accepts, {} if accepts else emptied)
        return Stored(*facts, held, *how, change.is_of_feeds, change.renames)


def _to_look_at_again(snapshot: Snapshot, held: Collection[HeldLoss]) -> dict[str, FileRecord]:
    """The records of the files that are held, so that they are read, or known to be missing."""
    records = snapshot.files({loss.path for loss in held})
    changed = {}
    for loss in held:
        record = records.get(loss.path)
        if record and record.missing_since is None:
            is_there = loss.kind == "re-identified"
            missing = replace(record, missing_since=loss.since)
            changed[loss.path] = unread(record) if is_there else missing
    return changed


def _posts_attaching(paths: Collection[str], snapshot: Snapshot) -> set[str]:
    """The posts that attach a file that is, or would be, at one of these paths."""
    others = {path for path in paths if not is_post_name(path.rpartition("/")[2])}
    if not others:
        return set()
    return {
        post
        for post, name in snapshot.measuring()
        if others.intersection(file_candidates(post, name))
    }
