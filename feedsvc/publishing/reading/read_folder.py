"""Read the files of the folder that have changed since they were last read."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias

from feedsvc.core.dates import microseconds
from feedsvc.core.file_records import FileRecord
from feedsvc.core.media import file_candidates
from feedsvc.core.site import Site
from feedsvc.publishing.reading.attached_files import AttachedFiles
from feedsvc.publishing.reading.earlier_dates import EarlierDatesLookup
from feedsvc.publishing.reading.findings import (
    Finding,
    Findings,
    unread,
)
from feedsvc.publishing.reading.given_dates import GivenDates
from feedsvc.publishing.reading.parallel import looks_at
from feedsvc.publishing.reading.reader import FileLook, FileToRead, Reader, is_due
from feedsvc.publishing.reading.shared_slugs import shared_slugs
from feedsvc.publishing.reading.spool import Spool
from feedsvc.publishing.reading.stored import Stored
from feedsvc.publishing.reading.stored_files import Compared, compare
from feedsvc.source.folder import Folder, Survey
from feedsvc.source.history import History
from feedsvc.store.store import Store

_AT_ONCE: Final = 500  # stored records
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

    `progress` is called before each file that may have changed, with the number of those that
    are done, and of all of them. If
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
    compared = _compared(survey, stored)
    absent = [*stored.files.of(compared.absent).values()]
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
    earlier = EarlierDatesLookup(store, missing, stored.zone_before, compared.to_look_at)
    attached = AttachedFiles(folder, site, now, GivenDates(site, history, earlier))
    reader = Reader(attached, earlier)
    freed_keys = {record.key for record in missing if record.key and record.path in gone}
    looked = _Looked(entries)
    unseen = (r for r in absent if stored.must_read(r) and survey.hides(r.path))
    looked.files += [Finding(unread(record), record) for record in unseen]

    done = 0

    def show_progress() -> None:
        if progress:
            progress(done, len(compared.to_look_at))

    def to_read() -> Iterator[FileToRead]:
        nonlocal done
        for number, (path, record) in enumerate(_with_records(compared.to_look_at, stored)):
            done = number
            show_progress()
            stamp = survey.stamps[path]
            has_new_settings = record is not None and stored.must_read(record)
            must_parse = has_new_settings or _must_parse(record, freed_keys, attached)
            if must_parse or record is None or record.stamp != stamp or is_due(record, now):
                yield FileToRead(path, stamp, record, must_parse, has_new_settings)
            elif record.missing_since is not None:
                looked.files.append(Finding(replace(record, missing_since=None), record))

    with closing(looks_at(to_read(), reader, show_progress)) as looks:
        for file, look in looks:
            looked.add(file.path, look)
    looked.give_own_keys(store, missing, reader, survey)
    return Findings(
        files=tuple(looked.files),
        missing=missing,
        gone=gone,
        problems=tuple(survey.problems),
        unsettled=frozenset(looked.unsettled),
        read=looked.read,
        listed=len(survey.stamps),
        scope=stored.scope,
        hidden=frozenset(r.path for r in absent if survey.hides(r.path)),
        stands=folder.stands,
        paths=compared.to_look_at if counts_all else (),
        unchanged=compared.unchanged,
        left_out=survey.left_out,
    )


def _compared(survey: Survey, stored: Stored) -> Compared:
    """The listed files beside the stored ones. New settings may need a look at all of them."""
    if stored.needs_all:
        chosen: Collection[str] = survey.stamps.keys()
    else:  # an account needs those that are held
        chosen = {loss.path for loss in stored.held}
    return compare(survey.stamps, stored.files.lines(), chosen)


def _with_records(
    paths: Sequence[str], stored: Stored
) -> Iterator[tuple[str, FileRecord | None]]:
    """The paths, each with what the store has of its file. Only a few records are in memory."""
    for start in range(0, len(paths), _AT_ONCE):
        some = paths[start : start + _AT_ONCE]
        records = stored.files.of(some)
        yield from ((path, records.get(path)) for path in some)


class _Looked:
    """What the looks at the files have found so far. Their entries go to the Spool."""

    def __init__(self, entries: Spool) -> None:
        self.files: list[Finding] = []
        self.unsettled: set[str] = set()
        self.read = 0
        self._entries = entries

    def add(self, path: str, look: FileLook) -> None:
        """Add what came of reading a file."""
        if look.finding:
            self.files.append(look.finding)
        if look.entry:
            self._entries.add(look.entry)
        if look.is_unsettled:
            self.unsettled.add(path)
        else:
            self.read += 1

    def give_own_keys(
        self,
        store: Store,
        missing: Sequence[FileRecord],
        reader: Reader,
        survey: Survey,
    ) -> None:
        """Read posts that share a slug with another again, with keys of their own.

        One that changes just now is left out.
        """
        self.files.sort(key=lambda finding: finding.record.path)
        plain_paths, numbers = dict[str, str](), dict[str, int]()
        to_read = []
        for number, key, plain in shared_slugs(store, self.files, missing):
            finding = self.files[number]
            path = finding.record.path
            if finding.claim and finding.claim.key == key:
                self.files[number] = replace(finding, plain=plain)
                continue
            numbers[path], plain_paths[path] = number, plain
            stamp = survey.stamps[path]
            to_read.append(FileToRead(path, stamp, finding.previous, own_key=key))
        with closing(looks_at(to_read, reader)) as looks:
            for file, look in looks:
                path = file.path
                again = look.finding or Finding(self.files[numbers[path]].record)
                self.files[numbers[path]] = replace(again, plain=plain_paths[path])
                if look.is_unsettled:
                    self.unsettled.add(path)
                if look.entry:
                    self._entries.replace(path, look.entry)
                else:
                    self._entries.remove(path)
        left_out = self.unsettled & numbers.keys()
        self.files = [each for each in self.files if each.record.path not in left_out]


def _must_parse(
    record: FileRecord | None, freed_keys: Collection[str], attached: AttachedFiles
) -> bool:
    """True if the text of the file must be parsed even if it has not changed."""
    return record is not None and (
        record.wants in freed_keys
        or _has_other_attachments(record, attached)
        or attached.dates.knows_more(record)
    )


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
