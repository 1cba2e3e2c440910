"""Posts whose dates the clock is behind: what they were before the clock was put back."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import cached_property

from feedsvc.core.dates import microseconds
from feedsvc.core.feeds.identities import Standing
from feedsvc.core.file_records import FileRecord
from feedsvc.core.posts.passed_dates import has_come, has_expired
from feedsvc.core.posts.post import Post
from feedsvc.core.problems import Problem
from feedsvc.store.store import Store


class Formers:
    """What is known of posts whose dates the clock is behind: such a date may have passed.

    The record of a post may be that of another file, which is missing: the post was renamed.
    Nothing is looked up while all dates are behind the clock.
    """

    def __init__(
        self, store: Store, missing: Collection[FileRecord], zone_before: tzinfo | None
    ) -> None:
        self._store = store
        self._missing = missing
        self._zone_before = zone_before

    def has_come(
        self, post: Post, digest: str, record: FileRecord | None, now: datetime
    ) -> bool:
        """True if the post is public: now, or before the clock was put back."""
        if has_come(post.public_from, now, ()):
            return True
        return has_come(
            post.public_from, now, self._of(post, digest, record), self._zone_before
        )

    def has_expired(
        self,
        post: Post,
        expires: datetime,
        digest: str,
        record: FileRecord | None,
        now: datetime,
    ) -> bool:
        """True if the post has expired: now, or before the clock was put back."""
        if has_expired(expires, now, ()):
            return True
        found = [*([record] if record else []), *self._by_name.get(("digest", digest), ())]
        return has_expired(expires, now, found, self._zone_before)

    def holds(self, problem: Problem, record: FileRecord | None, now: datetime) -> bool:
        """True if what was published of a post that cannot be read now may stay."""
        span = problem.span
        known = [self._with_date(record)] if record else []
        begun = has_come(span.begins, now, known, self._zone_before)
        return begun and replace(span, begins=None).holds(now)

    def updated(
        self, post: Post, digest: str, record: FileRecord | None, now: datetime
    ) -> datetime | None:
        """The `updated` that is published of a post, if the one it has is still to come."""
        if not post.updated or post.updated <= now:
            return None
        ids = [r.entry_id for r in self._of(post, digest, record) if r.entry_id]
        found = (standing.updated for standing in self._standing(ids[:1]))
        return next(found, None)

    def _of(self, post: Post, digest: str, record: FileRecord | None) -> list[FileRecord]:
        names = (("digest", digest), ("key", post.key), (post.title, post.published))
        found = [r for name in names for r in self._by_name.get(name, ())]
        return [self._with_date(r) for r in (*([record] if record else []), *found)]

    @cached_property
    def _by_name(self) -> dict[tuple[str, str | datetime], list[FileRecord]]:
        found: dict[tuple[str, str | datetime], list[FileRecord]] = {}
        ids = {record.entry_id: record for record in self._missing if record.entry_id}
        for record in self._missing:
            for name in (("digest", record.digest), ("key", record.key)):
                if name[1]:
                    found.setdefault(name, []).append(record)
        for standing in self._standing(list(ids)):
            title_and_date = (standing.title, standing.published)
            found.setdefault(title_and_date, []).append(ids[standing.entry_id])
        return found

    def _with_date(self, record: FileRecord) -> FileRecord:
        """The record; with the date of its entry if an earlier feedsvc wrote none."""
        if record.passed_at is not None or record.entry_id is None:
            return record
        dates = [microseconds(s.published) for s in self._standing([record.entry_id])]
        return replace(record, passed_at=max(dates, default=None))

    def _standing(self, entry_ids: list[str]) -> list[Standing]:
        if not entry_ids:
            return []
        with self._store.snapshot() as snapshot:
            return list(snapshot.standing(dict.fromkeys(entry_ids, "")))
