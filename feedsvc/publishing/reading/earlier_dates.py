"""Dates that have passed stay passed if the clock is put back: what the store has of them."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, Final

from feedsvc.core.dates import microseconds
from feedsvc.core.file_records import FileRecord
from feedsvc.core.ledger.identities import Standing
from feedsvc.core.posts.passed_dates import has_come, has_expired
from feedsvc.core.posts.post import Post, Reading
from feedsvc.core.problems import Problem

# Processes that read posts import no store.
if TYPE_CHECKING:
    from feedsvc.store.snapshot import Snapshot
    from feedsvc.store.store import Store

_AHEAD: Final = 500  # posts that one query looks up


@dataclass(frozen=True, slots=True)
class EarlierDates:
    """The stored dates of one post, which count although the clock is behind them.

    `records` are what the store has of its file; if the file is new, of missing files that may
    be the same post under another name. `updated` is the published date of its last edit.
    `zone_before` is the site's time zone at the last publish, if it was another one.
    """

    records: tuple[FileRecord, ...] = ()
    updated: datetime | None = None
    zone_before: tzinfo | None = None

    def has_come(self, post: Post, now: datetime) -> bool:
        """True if the post is public: now, or before the clock was put back."""
        return has_come(post.public_from, now, self.records, self.zone_before)

    def has_expired(self, expires: datetime, now: datetime) -> bool:
        """True if a post expires at a date: now, or before the clock was put back."""
        return has_expired(expires, now, self.records, self.zone_before)

    def holds(self, problem: Problem, now: datetime) -> bool:
        """True if the published version of a post that cannot be read now may stay."""
        span = problem.span
        begun = has_come(span.begins, now, self.records, self.zone_before)
        return begun and replace(span, begins=None).holds(now)


class NeedsStoreError(BaseException):
    """The file can only be read where the store is. It is no fault of the file."""


class EarlierDatesLookup:
    """Looks up the stored dates of posts that have dates in the future, or none.

    Without a store, methods raise NeedsStoreError if there is anything to look up.
    """

    def __init__(
        self,
        store: "Store | None",
        missing: Collection[FileRecord],
        zone_before: tzinfo | None,
        paths: Sequence[str],
    ) -> None:
        """`paths` are those of files that may be read; they are asked for in their order."""
        self._store = store
        self._paths = paths
        self._ahead: dict[str, Standing | None] = {}
        self._missing = missing
        self.zone_before = zone_before

    def of(
        self, reading: Reading, digest: str, record: FileRecord | None, now: datetime
    ) -> EarlierDates:
        """The earlier dates of what a file contains now.

        `record` is what the store has of the file, `digest` is of its bytes.
        """
        if isinstance(reading, Problem) and record and not reading.span.holds(now):
            return EarlierDates((self._with_date(record),), None, self.zone_before)
        if isinstance(reading, Post) and _has_future_dates(reading, now):
            records = self._records_of(reading, digest, record)
            return EarlierDates(
                tuple(records), self._updated(reading, records, now), self.zone_before
            )
        return EarlierDates(zone_before=self.zone_before)

    def standing_at(self, path: str) -> Standing | None:
        """What readers have of the post in a file, if it is published."""
        if path not in self._ahead:
            start = bisect_left(self._paths, path)
            with self._snapshot() as snapshot:
                records = snapshot.files({path, *self._paths[start : start + _AHEAD]})
            self._ahead = {path: None}
            self._ahead |= self._standing_of(records)
        return self._ahead[path]

    def _snapshot(self) -> "AbstractContextManager[Snapshot]":
        if self._store is None:
            raise NeedsStoreError
        return self._store.snapshot()

    def _standing_of(self, records: Mapping[str, FileRecord]) -> dict[str, Standing | None]:
        """What readers have of the posts in these files, by path."""
        ids = {record.entry_id: path for path, record in records.items() if record.entry_id}
        found: dict[str, Standing | None] = dict.fromkeys(records)
        if ids:
            with self._snapshot() as snapshot:
                found |= {standing.path: standing for standing in snapshot.standing(ids)}
        return found

    def moved(self, digest: str, former_names: Collection[str]) -> Standing | None:
        """What readers have of a missing file that had these bytes, or one of these names."""
        names = [("digest", digest), *(("path", name) for name in former_names)]
        missing = [r for name in names for r in self._missing_by_name.get(name, ())]
        ids = [record.entry_id for record in missing if record.entry_id]
        return next(iter(self._standing(ids[:1])), None)

    def _updated(self, post: Post, records: list[FileRecord], now: datetime) -> datetime | None:
        if not post.updated or post.updated <= now:
            return None
        ids = [record.entry_id for record in records if record.entry_id]
        return next((standing.updated for standing in self._standing(ids[:1])), None)

    def _records_of(
        self, post: Post, digest: str, record: FileRecord | None
    ) -> list[FileRecord]:
        names = (("digest", digest), ("key", post.key), (post.title, post.published))
        renamed = [r for name in names for r in self._missing_by_name.get(name, ())]
        return [self._with_date(r) for r in (*([record] if record else []), *renamed)]

    @cached_property
    def _missing_by_name(self) -> dict[tuple[str, str | datetime], list[FileRecord]]:
        """The missing files by digest, by key, by path, and by title and date."""
        if self._store is None:
            raise NeedsStoreError
        by_name: dict[tuple[str, str | datetime], list[FileRecord]] = {}
        ids = {record.entry_id: record for record in self._missing if record.entry_id}
        for record in self._missing:
            names = (("digest", record.digest), ("key", record.key), ("path", record.path))
            for name in names:
                if name[1]:
                    by_name.setdefault(name, []).append(record)
        for standing in self._standing(list(ids)):
            title_and_date = (standing.title, standing.published)
            by_name.setdefault(title_and_date, []).append(ids[standing.entry_id])
        return by_name

    def _with_date(self, record: FileRecord) -> FileRecord:
        """The record. If an early feedsvc stored no date, it gets the date of its entry."""
        if record.passed_at is not None or record.entry_id is None:
            return record
        dates = [microseconds(s.published) for s in self._standing([record.entry_id])]
        return replace(record, passed_at=max(dates, default=None))

    def _standing(self, entry_ids: list[str]) -> list[Standing]:
        if not entry_ids:
            return []
        with self._snapshot() as snapshot:
            return list(snapshot.standing(dict.fromkeys(entry_ids, "")))


def _has_future_dates(post: Post, now: datetime) -> bool:
    dates = (post.public_from, post.expires, post.updated)
    return any(date is not None and date > now for date in dates)
