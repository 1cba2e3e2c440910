"""Read one file that has changed: in the process that publishes, or in one beside it."""

import sys
from dataclasses import dataclass, fields, replace
from datetime import datetime, tzinfo
from operator import attrgetter
from typing import Any, Final, NamedTuple

from feedsvc.core.dates import microseconds
from feedsvc.core.file_records import FileRecord, Stamp
from feedsvc.core.ledger.copies import is_impossible
from feedsvc.core.ledger.identities import Claim
from feedsvc.core.posts.post import may_name_site
from feedsvc.core.posts.slug_keys import place_in
from feedsvc.core.problems import Problem
from feedsvc.core.site import Site
from feedsvc.publishing.reading.assess import assess
from feedsvc.publishing.reading.attached_files import AttachedFiles
from feedsvc.publishing.reading.earlier_dates import EarlierDatesLookup
from feedsvc.publishing.reading.findings import Finding, shared_positions, unread
from feedsvc.publishing.reading.given_dates import GivenDates
from feedsvc.publishing.reading.read_file import read_post, with_positions
from feedsvc.publishing.reading.spool import pack
from feedsvc.source.folder import Folder, SourceFile, Unsettled


@dataclass(frozen=True, slots=True)
class FileToRead:
    """A file that has changed, or whose entry depends on something else that has.

    `record` is what the store has of it. If it `must_parse`, its text is parsed even if only
    its stamp has changed. If it `has_new_settings`, it must be read before its record can stay.
    `own_key` is the key of a post that shares its slug, else empty.
    """

    path: str
    stamp: Stamp
    record: FileRecord | None = None
    must_parse: bool = True
    has_new_settings: bool = False
    own_key: str = ""

    @property
    def is_dangerous(self) -> bool:
        """True if it has ended a process that read it."""
        return self.record is not None and any(
            problem.code == "crashed" for problem in self.record.problems
        )


@dataclass(frozen=True, slots=True)
class FileLook:
    """What came of reading one file. `entry` is packed for the Spool; empty for no entry."""

    finding: Finding | None = None
    entry: bytes = b""
    is_unsettled: bool = False


_fields_of_record: Final = attrgetter(*(field.name for field in fields(FileRecord)[1:]))
_fields_of_claim: Final = attrgetter(*(field.name for field in fields(Claim)[1:]))


class PlainLook(NamedTuple):
    """A look for another process, which has the FileToRead: without its path and its record.

    Records and claims are the tuples of their fields: these are pickled much faster.
    """

    record: tuple[Any, ...] | None
    claim: tuple[Any, ...] | None
    permalink: str
    positions: tuple[Any, ...]
    entry: bytes
    is_unsettled: bool


def plain(look: FileLook) -> PlainLook:
    """The look without what whoever asked for it has already."""
    finding = look.finding
    if finding is None:
        return PlainLook(None, None, "", (), look.entry, look.is_unsettled)
    claim = _fields_of_claim(finding.claim) if finding.claim else None
    what = (finding.permalink, tuple(finding.positions), look.entry, look.is_unsettled)
    return PlainLook(_fields_of_record(finding.record), claim, *what)


def look_of(plain: PlainLook, file: FileToRead) -> FileLook:
    """The look at a file. Many of them share their paths, states and positions."""
    fields_of_record, fields_of_claim, permalink, positions, entry, is_unsettled = plain
    if fields_of_record is None:
        return FileLook(None, entry, is_unsettled)
    stamp, digest, name, *others = fields_of_record
    state: Any = sys.intern(name)
    record = FileRecord(file.path, stamp, digest, state, *others)
    claim = Claim(file.path, *fields_of_claim) if fields_of_claim else None
    what = (claim, permalink, shared_positions(*positions))
    return FileLook(Finding(record, file.record, *what), entry, is_unsettled)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads files one by one."""

    attached: AttachedFiles
    earlier: EarlierDatesLookup

    def look_at(self, file: FileToRead) -> FileLook:
        """Read a file. Raises NeedsStoreError where there is no store and it is needed."""
        record, now = file.record, self.attached.now
        try:
            found = self.attached.folder.read(file.path, file.stamp)
        except Unsettled:
            keeps = record if file.has_new_settings else None
            return FileLook(Finding(unread(keeps), keeps) if keeps else None, is_unsettled=True)
        if record and not file.must_parse and _has_same_text(record, found, now):
            touched = replace(record, stamp=file.stamp, missing_since=None)
            return FileLook(Finding(touched, record))
        return self._assessed(found, file)

    def failed_on(self, file: FileToRead, problem: Problem) -> FileLook:
        """The look at a file that cannot be read because of a problem."""
        return self._assessed(problem, file)

    def _assessed(self, found: SourceFile | Problem, file: FileToRead) -> FileLook:
        record, own_key = file.record, file.own_key
        if record and place_in(record.key):
            own_key = own_key or record.key
        reading = read_post(found, self.attached, record.measured if record else (), own_key)
        digest = found.digest if isinstance(found, SourceFile) else ""
        now, site = self.attached.now, self.attached.site
        earlier = self.earlier.of(reading, digest, record, now)
        finding, entry = assess(reading, (file.stamp, digest), record, earlier, site, now)
        if may_name_site(reading):
            finding = replace(finding, record=replace(finding.record, names_site=True))
        if isinstance(found, Problem) and found.code == "unreadable":
            # A disk that works again changes no stamp.
            finding = replace(finding, record=unread(finding.record))
        if entry and isinstance(found, SourceFile):
            entry = with_positions(entry, found)
        packed = pack(file.path, entry) if entry else b""
        return FileLook(finding if finding.record != record else None, packed)


@dataclass(frozen=True, slots=True)
class ReaderElsewhere:
    """What a process without a store needs to know in order to read posts."""

    folder: Folder
    site: Site
    now: datetime
    zone_before: tzinfo | None

    def reader(self) -> Reader:
        """A Reader that raises NeedsStoreError for a file for which it needs the store."""
        earlier = EarlierDatesLookup(None, (), self.zone_before, ())
        dates = GivenDates(self.site, self.folder.history(), earlier)
        attached = AttachedFiles(self.folder, self.site, self.now, dates)
        return Reader(attached, earlier)


def is_due(record: FileRecord, now: datetime) -> bool:
    """True if a date of the file has come, so that it must be read again."""
    if record.due_at is None:
        return False
    now_us = microseconds(now)
    waits = record.state == "held" and record.wants  # a copy
    return record.due_at <= now_us or bool(waits and is_impossible(record.due_at, now_us))


def _has_same_text(record: FileRecord, file: SourceFile | Problem, now: datetime) -> bool:
    """True if only the stamp of a file has changed, and nothing else calls for a new entry."""
    if record.wants or is_due(record, now):
        return False
    return isinstance(file, SourceFile) and file.digest == record.digest
