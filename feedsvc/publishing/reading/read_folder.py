"""Read the files of the folder that have changed since they were last read."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from feedsvc.core.dates import microseconds
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.file_records import FileRecord, Stamp
from feedsvc.core.ledger.copies import is_impossible
from feedsvc.core.posts.enclosures import file_candidates
from feedsvc.core.posts.slug_keys import place_in
from feedsvc.core.problems import Problem
from feedsvc.core.site import Site
from feedsvc.publishing.reading.assess import assess
from feedsvc.publishing.reading.attached_files import AttachedFiles
from feedsvc.publishing.reading.earlier_dates import EarlierDatesLookup
from feedsvc.publishing.reading.findings import (
    Finding,
    Findings,
    unread,
)
from feedsvc.publishing.reading.given_dates import GivenDates
from feedsvc.publishing.reading.read_file import read_post, with_positions
from feedsvc.publishing.reading.shared_slugs import shared_slugs
from feedsvc.publishing.reading.spool import Spool
from feedsvc.publishing.reading.stored import Stored
from feedsvc.source.folder import Folder, SourceFile, Survey, Unsettled
from feedsvc.source.history import History
from feedsvc.store.store import Store

SECOND_LOOK_SECONDS: Final = 1.0  # a missing file may be about to appear under another name

Progress: TypeAlias = Callable[[int, int], None]


def read_folder(
    folder: Folder,
    store: Store,
    stored: Stored,
    site: Site,
    now: datetime,
    entries: Spool,
    progress: Progress | None,
    *,
    counts_all: bool = False,
) -> Findings:
    """List the folder, read what has changed, and add the entries of posts to `entries`.

    `progress` is called before each file, with the number of files done and of all files. If
    nothing was ever published, files that are being written get one quiet period to be
    finished, so that a new site does not start with empty feeds. If it `counts_all`, the
    findings have what an account needs.
    """
    with folder.history() as history:
        how = (entries, progress, counts_all and stored.scope is None)
        return _read(folder, store, stored, site, now, history, *how)


def _read(
    folder: Folder,
    store: Store,
    stored: Stored,
    site: Site,
    now: datetime,
    history: History,
    entries: Spool,
    progress: Progress | None,
    counts_all: bool,
) -> Findings:
    survey = _survey(folder, stored, progress, counts_all=counts_all)
    absent = [r for path, r in stored.records.items() if path not in survey.stamps]
    missing = tuple(
        replace(record, missing_since=None) if record.path in stored.emptied_since else record
        for record in absent
        if not survey.hides(record.path)
    )
    gone = frozenset(
        r.path for r in missing if has_been_gone(r.missing_since, folder, microseconds(now))
    )
    if stored.accepts:
        held = {loss.entry_id for loss in stored.held}
        gone |= {r.path for r in missing if r.entry_id in held}
    earlier = EarlierDatesLookup(store, missing, stored.zone_before, stored.records)
    reader = _Reader(
        folder,
        stored,
        AttachedFiles(folder, site, now, GivenDates(site, history, earlier)),
        earlier,
        frozenset(record.key for record in missing if record.key and record.path in gone),
    )
    files: list[Finding] = []
    if stored.needs_all:
        files += [Finding(unread(r), r) for r in absent if survey.hides(r.path)]
    unsettled, read = set(), 0
    for done, path in enumerate(sorted(survey.stamps)):
        if progress:
            progress(done, len(survey.stamps))
        look = reader.look_at(path, survey.stamps[path])
        if look.finding:
            files.append(look.finding)
        if look.entry:
            entries.add(path, look.entry)
        if look.is_unsettled:
            unsettled.add(path)
        read += look.is_read
    again = _with_own_keys(files, store, missing, reader, survey, entries)
    unsettled |= {file.record.path for file in files} - {file.record.path for file in again}
    return Findings(
        files=again,
        missing=missing,
        gone=gone,
        problems=tuple(survey.problems),
        unsettled=frozenset(unsettled),
        read=read,
        listed=len(survey.stamps),
        scope=stored.scope,
        hidden=frozenset(r.path for r in absent if survey.hides(r.path)),
        stands=folder.stands,
        paths=tuple(sorted(survey.stamps)) if counts_all else (),
        left_out=survey.left_out,
    )


def _with_own_keys(
    files: Sequence[Finding],
    store: Store,
    missing: Sequence[FileRecord],
    reader: "_Reader",
    survey: Survey,
    entries: Spool,
) -> tuple[Finding, ...]:
    """The findings; posts that share a slug with another are read again with keys of their own.

    One that changes just now is left out.
    """
    found: list[Finding | None] = [*files]
    for number, key, plain in shared_slugs(store, files, missing):
        finding = files[number]
        path = finding.record.path
        if finding.claim and finding.claim.key == key:
            found[number] = replace(finding, plain=plain)
            continue
        look = reader.look_again(finding, survey.stamps[path], key)
        again = replace(look.finding or Finding(finding.record), plain=plain)
        found[number] = None if look.is_unsettled else again
        if look.entry:
            entries.replace(path, look.entry)
        else:
            entries.remove(path)
    return tuple(finding for finding in found if finding)


@dataclass(frozen=True, slots=True)
class _Look:
    """What came of the look at one file."""

    finding: Finding | None = None
    entry: Entry | None = None
    is_read: bool = False
    is_unsettled: bool = False


_UNCHANGED: Final = _Look()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Looks at files one by one. `freed_keys` are the keys of files that are gone."""

    folder: Folder
    stored: Stored
    attached: AttachedFiles
    earlier: EarlierDatesLookup
    freed_keys: frozenset[str]

    def look_at(self, path: str, stamp: Stamp) -> _Look:
        """Read the file if it has changed, or if what its entry depends on has changed."""
        record, now = self.stored.records.get(path), self.attached.now
        must_parse = self._must_parse(record)
        if record and not must_parse and record.stamp == stamp and not _is_due(record, now):
            if record.missing_since is None:
                return _UNCHANGED
            return _Look(Finding(replace(record, missing_since=None), record))
        try:
            file = self.folder.read(path, stamp)
        except Unsettled:
            keeps = record if self.stored.needs_all else None
            return _Look(Finding(unread(keeps), keeps) if keeps else None, is_unsettled=True)
        if record and not must_parse and _has_same_text(record, file, now):
            touched = replace(record, stamp=stamp, missing_since=None)
            return _Look(Finding(touched, record), is_read=True)
        return self._assessed(file, record, stamp)

    def look_again(self, finding: Finding, stamp: Stamp, key: str) -> _Look:
        """Read a post again that shares its slug with another: `key` is its own key."""
        try:
            file = self.folder.read(finding.record.path, stamp)
        except Unsettled:
            return _Look(is_unsettled=True)  # its stamp differs, so that it is read again
        return self._assessed(file, finding.previous, stamp, key)

    def _must_parse(self, record: FileRecord | None) -> bool:
        """True if the text of the file must be parsed even if it has not changed."""
        if self.stored.needs_all:
            return True
        return record is not None and (
            record.wants in self.freed_keys
            or _has_other_attachments(record, self.attached)
            or self.attached.dates.knows_more(record)
        )

    def _assessed(
        self,
        file: SourceFile | Problem,
        record: FileRecord | None,
        stamp: Stamp,
        own_key: str = "",
    ) -> _Look:
        if record and place_in(record.key):
            own_key = own_key or record.key
        reading = read_post(file, self.attached, record.measured if record else (), own_key)
        digest = file.digest if isinstance(file, SourceFile) else ""
        now = self.attached.now
        earlier = self.earlier.of(reading, digest, record, now)
        site = self.attached.site
        finding, entry = assess(reading, (stamp, digest), record, earlier, site, now)
        if isinstance(file, Problem) and file.code == "unreadable":
            # A disk that works again changes no stamp.
            finding = replace(finding, record=unread(finding.record))
        if entry and isinstance(file, SourceFile):
            entry = with_positions(entry, file)
        return _Look(finding if finding.record != record else None, entry, is_read=True)


def _survey(
    folder: Folder, stored: Stored, progress: Progress | None, *, counts_all: bool
) -> Survey:
    """What is in the folder; before the first publish, after the quiet period of new files."""

    def look() -> Survey:
        return folder.survey(counts_all=True) if counts_all else folder.survey(stored.scope)

    survey = look()
    stamps = survey.stamps.values()
    if stored.revision or not any(folder.has_just_changed(s.ctime_ns) for s in stamps):
        return survey
    _wait(folder.quiet, len(stamps), progress)
    return look()


def _wait(seconds: float, total: int, progress: Progress | None) -> None:
    """Wait, and call `progress` meanwhile, which may raise in order to stop."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if progress:
            progress(0, total)
        time.sleep(min(left, 0.1))


def has_been_gone(since: int | None, folder: Folder, now_us: int) -> bool:
    """True if a file that is missing `since` a time may be withdrawn; None is since now.

    The first look may come in the middle of a rename, when neither name exists. A second look
    is not needed if nobody changes the folder while it is read.
    """
    if folder.stands:
        return True
    if since is None:
        return False
    wait = max(SECOND_LOOK_SECONDS, 2 * folder.quiet)
    return now_us - since >= wait * 1e6


def _is_due(record: FileRecord, now: datetime) -> bool:
    if record.due_at is None:
        return False
    now_us = microseconds(now)
    waits = record.state == "held" and record.wants  # a copy
    return record.due_at <= now_us or bool(waits and is_impossible(record.due_at, now_us))


def _has_same_text(record: FileRecord, file: SourceFile | Problem, now: datetime) -> bool:
    """True if only the stamp of a file has changed, and nothing else calls for a new entry."""
    if record.wants or _is_due(record, now):
        return False
    return isinstance(file, SourceFile) and file.digest == record.digest


def _has_other_attachments(record: FileRecord, attached: AttachedFiles) -> bool:
    """True if an attached file appeared, disappeared, was hidden or shown, or changed size."""
    folder = attached.folder
    try:
        return any(
            attached.size(record.path, name) != octets
            and not any(map(folder.is_being_written, file_candidates(record.path, name)))
            for name, octets in record.measured
        )
    except OSError:  # the disk does not answer
        return False
