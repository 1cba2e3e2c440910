"""Reading the store: every answer of one Snapshot is of one committed revision."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import (
    RENDERER_VERSION,
    Kind,
    Topic,
    listed,
)
from feedsvc.core.feeds.identities import Holder, Standing
from feedsvc.core.file_records import FileRecord
from feedsvc.core.problems import Problem
from feedsvc.core.site import Site
from feedsvc.store.chunks import chunks
from feedsvc.store.engine.time_limits import read_until
from feedsvc.store.rows import entry_of, file_record, measured_of, problems_of, topic_of
from feedsvc.store.schema import (
    attachments,
    entries,
    facts,
    feeds,
    files,
    identities,
    memberships,
    publishes,
)

_HAS_PROBLEMS = sa.text("problems <> ''")  # to the letter as in the index on it
_IS_PUBLISHED = files.c.entry_id.is_not(None)
_HAS_MEASURED = sa.text("measured <> ''")  # likewise

_MARK = (  # asked for twenty times a second: put together once
    sa.select(facts.c.value, feeds.c.changed_at, feeds.c.digest)
    .join_from(facts, feeds, feeds.c.path == "")
    .where(facts.c.name == "revision")
)


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """A feed as it is published: its `digest` moved last at `changed_at`, a whole second."""

    number: int
    topic: Topic
    entries: int
    digest: str
    changed_at: datetime


class Snapshot:
    """The store as it was when the snapshot was taken. A thing that is not there is None."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _rows(self, query: sa.Select[Any]) -> Iterator[sa.RowMapping]:
        return iter(self._connection.execute(query).mappings())

    def until(self, deadline: float) -> AbstractContextManager[None]:
        """Interrupt what is read in the context at `deadline` (monotonic time).

        Raises StoreSlow; on PostgreSQL nothing more can be read from the snapshot after that.
        """
        return read_until(self._connection, deadline)

    # The whole.

    def facts(self) -> dict[str, str]:
        """Every fact about the whole by its name."""
        return {row["name"]: row["value"] for row in self._rows(sa.select(facts))}

    def site(self) -> Site | None:
        """The site as it was last published; None before the first scan."""
        query = sa.select(facts.c.value).where(facts.c.name == "site")
        text = self._connection.execute(query).scalar()
        return Site.from_json(text) if text else None

    def is_current(self) -> bool:
        """True where the store was published by a renderer of this version."""
        query = sa.select(facts.c.value).where(facts.c.name == "renderer")
        return self._connection.execute(query).scalar() == RENDERER_VERSION

    def revision(self) -> int:
        """Counts the publishes that moved a feed; 0 before the first scan is committed."""
        query = sa.select(facts.c.value).where(facts.c.name == "revision")
        return int(self._connection.execute(query).scalar() or 0)

    def held(self) -> int:
        """How many posts are held because the folder is empty; 0 if it is not."""
        query = sa.select(facts.c.value).where(facts.c.name == "held")
        return int(self._connection.execute(query).scalar() or 0)

    def mark(self) -> tuple[int, int, str]:
        """Differs whenever anything of a feed does: what to compare with what it was.

        A store that was made anew counts its revisions anew, so that these alone do not tell.
        """
        found = self._connection.execute(_MARK).first()
        return (int(found[0]), found[1], found[2]) if found else (0, 0, "")

    def last_publish(self) -> int:
        """The number of the last publish that changed something; 0 before the first."""
        return int(
            self._connection.execute(sa.select(sa.func.max(publishes.c.number))).scalar() or 0
        )

    # Feeds and entries.

    def digests(self, paths: Collection[str]) -> dict[str, str]:
        """The digest of the feed at each of these paths that has one."""
        found: dict[str, str] = {}
        for chunk in chunks(paths):
            query = sa.select(feeds.c.path, feeds.c.digest).where(feeds.c.path.in_(chunk))
            found |= {row["path"]: row["digest"] for row in self._rows(query)}
        return found

    def feed(self, path: str) -> FeedRecord | None:
        """The feed at a path."""
        rows = self._rows(sa.select(feeds).where(feeds.c.path == path))
        return next(map(_feed_record, rows), None)

    def feeds(self) -> Iterator[FeedRecord]:
        """Every feed, the site's first, by path."""
        return map(_feed_record, self._rows(sa.select(feeds).order_by(feeds.c.path)))

    def listed_feeds(self) -> list[FeedRecord]:
        """The feeds that people are shown: those of languages where there is more than one."""
        records = list(self.feeds())
        shown = set(listed(record.topic for record in records))
        return [record for record in records if record.topic in shown]

    def newest(self, feed_number: int, most: int) -> list[Entry]:
        """The newest entries of a feed; of two with one date, the greater id comes first."""
        query = _in_order(feed_number).limit(most)
        return [entry_of(row) for row in self._rows(query)]

    def entry_at(self, permalink: str) -> Entry | None:
        """The entry that is read at this absolute URL."""
        query = sa.select(entries).where(entries.c.permalink == permalink)
        rows = self._rows(query.order_by(entries.c.id).limit(1))
        return next(map(entry_of, rows), None)

    def attached_at(self, path: str, most: int) -> list[tuple[Entry, str]]:
        """Entries that show the file at a decoded path, each with the path of its post."""
        query = (
            sa.select(entries, files.c.path)
            .join(attachments, attachments.c.entry_id == entries.c.id)
            .join(files, files.c.entry_id == entries.c.id)
            .where(attachments.c.path == path)
            .order_by(attachments.c.entry_id)
            .limit(most)
        )
        return [(entry_of(row), row["path"]) for row in self._rows(query)]

    # What a visitor looks for.

    def feed_counts(self) -> dict[Kind, int]:
        """How many feeds of each kind there are; kinds without any are left out."""
        query = sa.select(feeds.c.kind, sa.func.count().label("feeds")).group_by(feeds.c.kind)
        return {row["kind"]: row["feeds"] for row in self._rows(query)}

    def largest_feeds(self, kind: Kind, most: int, skip: int = 0) -> list[FeedRecord]:
        """The feeds of a kind, those with the most entries first; of equal ones by path."""
        query = sa.select(feeds).where(feeds.c.kind == kind)
        return self._by_size(query, most, skip)

    def feeds_below(self, path: str, most: int) -> list[FeedRecord]:
        """The largest of the feeds whose path begins with this one and a slash."""
        # SQLite finds a range by the index of paths, but not LIKE. Other collations than "C"
        # would order slashes and letters otherwise.
        of_bytes: sa.ColumnElement[str] = feeds.c.path
        if self._connection.dialect.name == "postgresql":
            of_bytes = sa.collate(feeds.c.path, "C")
        query = sa.select(feeds).where(of_bytes >= f"{path}/", of_bytes < f"{path}0")
        return self._by_size(query, most)

    def feeds_named_like(self, text: str, most: int) -> list[FeedRecord]:
        """The largest of the feeds that have each word of `text` in a name.

        Small letters are as capitals; on SQLite that is true of ASCII alone.
        """
        words = text.split()
        query = sa.select(feeds)
        for word in words:
            spelt = json.dumps(word, ensure_ascii=False)[1:-1]  # as the column spells names
            query = query.where(feeds.c.names.icontains(spelt, autoescape=True))
        # What stands between the names in their column, such as a bracket, is in none of them.
        return [r for r in self._by_size(query, most) if _is_named(r.topic, words)]

    def _by_size(self, query: sa.Select[Any], most: int, skip: int = 0) -> list[FeedRecord]:
        ordered = query.order_by(feeds.c.entries.desc(), feeds.c.path)
        return list(map(_feed_record, self._rows(ordered.limit(most).offset(skip))))

    def entries_titled_like(self, feed_number: int, text: str, most: int) -> list[Entry]:
        """The newest entries of a feed with each word of `text` in their title."""
        found = _members(feed_number).join(entries, entries.c.id == memberships.c.entry_id)
        for word in text.split():
            found = found.where(entries.c.title.icontains(word, autoescape=True))
        return self._entries_of(found.limit(most))

    def older(self, feed_number: int, most: int, skip: int) -> list[Entry]:
        """The entries of a feed behind the `skip` newest, newest first."""
        return self._entries_of(_members(feed_number).limit(most).offset(skip))

    def _entries_of(self, members: sa.Select[Any]) -> list[Entry]:
        """The entries of these members, in their order. No other entry is read."""
        ids = self._connection.execute(members).scalars().all()
        query = sa.select(entries).where(entries.c.id.in_(ids))
        found = {row["id"]: entry_of(row) for row in self._rows(query)}
        return [found[entry_id] for entry_id in ids]

    # What publishing needs to know.

    def files(self, paths: Collection[str] | None = None) -> dict[str, FileRecord]:
        """The record of every file, or of those at these paths."""
        return {record.path: record for record in self._files(paths)}

    def _files(self, paths: Collection[str] | None) -> Iterator[FileRecord]:
        if paths is None:
            yield from map(file_record, self._rows(sa.select(files)))
            return
        for chunk in chunks(paths):
            query = sa.select(files).where(files.c.path.in_(chunk))
            yield from map(file_record, self._rows(query))

    def count_published(self) -> int:
        """How many files have an entry in the feeds."""
        query = sa.select(sa.func.count()).select_from(files)
        count: int = self._connection.execute(query.where(_IS_PUBLISHED)).scalar_one()
        return count

    def first_published(self, most: int) -> list[str]:
        """The paths of a few files that have an entry in the feeds, whichever come first."""
        query = sa.select(files.c.path).where(_IS_PUBLISHED).limit(most)
        return [row["path"] for row in self._rows(query)]

    def some_published(self, most: int) -> list[str]:
        """The paths of files that have a published entry, at random if there are more."""
        published = sa.select(files.c.path).where(_IS_PUBLISHED)
        query = published.order_by(sa.func.random()).limit(most)
        return list(self._connection.execute(query).scalars())

    def unsettled(self, now_us: int) -> list[str]:
        """The paths that need a look although nothing says that they changed.

        Those that were missing at the last look, and those that are due.
        """
        missing = files.c.missing_since > 0  # an index answers this, but not IS NOT NULL
        query = sa.select(files.c.path).where((files.c.due_at <= now_us) | missing)
        return [row["path"] for row in self._rows(query)]

    def next_due(self) -> datetime | None:
        """When the next file is due, such as a post that is held until its date."""
        query = sa.select(sa.func.min(files.c.due_at))
        due_at = self._connection.execute(query).scalar()
        return datetime.fromtimestamp(due_at / 1e6, UTC) if due_at is not None else None

    def pinned(self, keys: Collection[str]) -> dict[str, str]:
        """The entry id of each of these keys that was ever published."""
        found: dict[str, str] = {}
        for chunk in chunks(keys):
            query = sa.select(identities).where(identities.c.key.in_(chunk))
            found |= {row["key"]: row["entry_id"] for row in self._rows(query)}
        return found

    def holders(self, entry_ids: Collection[str]) -> dict[str, Holder]:
        """The file that has published each of these entries, and under which key."""
        found: dict[str, Holder] = {}
        for chunk in chunks(entry_ids):
            query = sa.select(files.c.entry_id, files.c.path, files.c.key).where(
                files.c.entry_id.in_(chunk)
            )
            found |= {r["entry_id"]: Holder(r["path"], r["key"]) for r in self._rows(query)}
        return found

    def read_at(self, permalinks: Collection[str]) -> dict[str, list[str]]:
        """The files whose entries are read at these URLs, in the order of their paths."""
        found: dict[str, list[str]] = {}
        joined = sa.select(entries.c.permalink, files.c.path).join(
            files, files.c.entry_id == entries.c.id
        )
        for chunk in chunks(permalinks):
            query = joined.where(entries.c.permalink.in_(chunk)).order_by(files.c.path)
            for row in self._rows(query):
                found.setdefault(row["permalink"], []).append(row["path"])
        return found

    def waiting_for(self, keys: Collection[str]) -> set[str]:
        """The paths of files that want one of these keys, which another has."""
        found: set[str] = set()
        for chunk in chunks(keys):
            query = sa.select(files.c.path).where(files.c.wants.in_(chunk))
            found |= {row["path"] for row in self._rows(query)}
        return found

    def measuring(self) -> Iterator[tuple[str, str]]:
        """Each file of which something attached was measured, with what it calls that."""
        query = sa.select(files.c.path, files.c.measured).where(_HAS_MEASURED)
        for row in self._rows(query):
            yield from ((row["path"], name) for name, _ in measured_of(row["measured"]))

    def has_files_below(self, folder: str) -> bool:
        """True where files of a folder of this path are known."""
        query = sa.select(files.c.path).where(
            files.c.path >= f"{folder}/", files.c.path < f"{folder}0"
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def standing(self, paths_by_id: Mapping[str, str]) -> Iterator[Standing]:
        """How these entries are published now; `paths_by_id` says from which file each came."""
        for chunk in chunks(paths_by_id):
            columns = ("id", "title", "published", "updated")
            query = sa.select(*(entries.c[name] for name in columns)).where(
                entries.c.id.in_(chunk)
            )
            for row in self._rows(query):
                dates = (datetime.fromisoformat(row[name]) for name in columns[2:])
                yield Standing(paths_by_id[row["id"]], row["id"], row["title"], *dates)

    def problems(self) -> tuple[Problem, ...]:
        """Every problem of a file that stands, by path and line."""
        query = sa.select(files.c.path, files.c.problems).where(_HAS_PROBLEMS)
        found = [
            p for row in self._rows(query) for p in problems_of(row["path"], row["problems"])
        ]
        return tuple(sorted(found, key=lambda p: (p.path, p.line)))


def _is_named(topic: Topic, words: list[str]) -> bool:
    names = [name.casefold() for name in topic.names]
    return all(any(word.casefold() in name for name in names) for word in words)


def _in_order(feed_number: int) -> sa.Select[Any]:
    """The entries of a feed, newest first."""
    return (
        sa.select(entries)
        .join(memberships, memberships.c.entry_id == entries.c.id)
        .where(memberships.c.feed == feed_number)
        .order_by(memberships.c.published_at.desc(), memberships.c.entry_id.desc())
    )


def _members(feed_number: int) -> sa.Select[Any]:
    """The ids of the entries of a feed, newest first, out of its index alone."""
    return (
        sa.select(memberships.c.entry_id)
        .where(memberships.c.feed == feed_number)
        .order_by(memberships.c.published_at.desc(), memberships.c.entry_id.desc())
    )


def _feed_record(row: sa.RowMapping) -> FeedRecord:
    changed_at = datetime.fromtimestamp(row["changed_at"], UTC)
    return FeedRecord(row["number"], topic_of(row), row["entries"], row["digest"], changed_at)
