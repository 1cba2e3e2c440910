"""Reading the store: everything that one Snapshot returns is of one committed state."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import microseconds
from feedsvc.core.feeds.archives.paging import Extent
from feedsvc.core.feeds.deletions.tombstones import Tombstone
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import (
    Kind,
    Topic,
    listed,
)
from feedsvc.core.file_records import FileRecord, State
from feedsvc.core.ledger.identities import Holder, Standing
from feedsvc.core.ledger.ledger import LONG_ENOUGH, LedgerEntry
from feedsvc.core.ledger.ledger_lines import LedgerLine
from feedsvc.core.ledger.losses import HeldLoss, PublishedLoss
from feedsvc.core.problems import Problem
from feedsvc.core.site import Site, SiteChange
from feedsvc.store.chunks import chunks
from feedsvc.store.deletions.named_posts import NamedPost, near_paths, posts_named
from feedsvc.store.deletions.retractions import Retractions
from feedsvc.store.deletions.tombstones import next_expiry, read_tombstones
from feedsvc.store.engine.time_limits import read_until
from feedsvc.store.filters.choices import Choice, ChosenEntries
from feedsvc.store.held import (
    read_feed_paths,
    read_held,
    read_held_fact,
    read_published_losses,
)
from feedsvc.store.ledger_tables import (
    forgotten_hashes,
    is_blank,
    ledger_lines,
    unknown_ids,
)
from feedsvc.store.published_site import change_of, is_current
from feedsvc.store.rows import (
    FILE_COLUMNS,
    entry_of,
    file_record,
    ledger_entry,
    measured_of,
    problems_of,
    topic_of,
)
from feedsvc.store.schema import (
    ENTRIES_WITHOUT_TEXTS,
    IS_LISTED,
    IS_PUBLISH,
    WANTS_A_KEY,
    WHOLE_ENTRIES,
    attachments,
    by_octets,
    entries,
    facts,
    feed_order,
    feeds,
    files,
    identities,
    ledger,
    memberships,
    publishes,
)
from feedsvc.store.search.searching import SearchReader
from feedsvc.store.site_lists import (
    EntryLine,
    attached,
    digests_by_number,
    entry_lines,
    members,
    withdrawn_permalinks,
)

_HAS_PROBLEMS = sa.text("problems <> ''")  # exactly as in the index on it
_IS_PUBLISHED = files.c.entry_id.is_not(None)
_IS_UNPUBLISHED = sa.text("state <> 'published'")  # likewise
_RECORDS = sa.select(*(files.c[name] for name in FILE_COLUMNS))
_HAS_MEASURED = sa.text("measured <> ''")  # likewise

# The path of a file and its stamp. Its state, if only a new stamp can change what the file is;
# None if it must be compared with more than its stamp: a date, another file, a setting.
FileLine: TypeAlias = tuple[str, int, int, int, int, State | None]

_LINE: Final = (
    *(files.c[name] for name in ("path", "size", "mtime_ns", "ctime_ns", "inode")),
    sa.case(
        (
            sa.and_(
                files.c.due_at.is_(None),
                files.c.missing_since.is_(None),
                files.c.wants == "",
                files.c.measured == "",
                sa.or_(
                    files.c.state == "published",
                    sa.and_(files.c.state == "no post", files.c.problems == ""),
                ),
            ),
            files.c.state,
        )
    ),
)
_HIDES: Final = (files.c.hides_key, files.c.hides_title, files.c.hides_body)
_MOST_LANGUAGES: Final = 100  # whose own names are compared
_LINES_AT_ONCE: Final = 1000  # so that memory does not grow with the folder

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FINGERPRINT = (  # queried twenty times a second, so it is built once
    sa.select(facts.c.value, feeds.c.changed_at, feeds.c.digest)
    .join_from(facts, feeds, feeds.c.path == "")
    .where(facts.c.name == "revision")
)


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """A published feed. `changed_at` is the whole second in which its `digest` last changed."""

    number: int
    topic: Topic
    entries: int
    digest: str
    changed_at: datetime
    numbered: int = 0  # the highest number of a membership that it ever had

    @property
    def extent(self) -> Extent:
        """How many entries it has, and how many it has numbered."""
        return Extent(self.entries, self.numbered)

    @property
    def is_listed(self) -> bool:
        """False for an empty feed, which is only served. The site's feed is always listed."""
        return self.entries > 0 or not self.topic.names


class Snapshot:
    """The store at one moment. Methods return None for things that do not exist."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _rows(self, query: sa.Select[Any]) -> Iterator[sa.RowMapping]:
        return iter(self._connection.execute(query).mappings())

    def until(self, deadline: float) -> AbstractContextManager[None]:
        """Interrupt a query in this context that still runs at `deadline` (monotonic time).

        Raises StoreSlow. On PostgreSQL the snapshot cannot be used after that.
        """
        return read_until(self._connection, deadline)

    # The store as a whole.

    def facts(self) -> dict[str, str]:
        """Every row of `facts`, by name."""
        return {row["name"]: row["value"] for row in self._rows(sa.select(facts))}

    def site(self) -> Site | None:
        """The site as it was last published; None before the first publish."""
        query = sa.select(facts.c.value).where(facts.c.name == "site")
        text = self._connection.execute(query).scalar()
        return Site.from_json(text) if text else None

    def change_to(self, site: Site) -> SiteChange:
        """What a publish with the settings `site` must do because of them: see change_of."""
        return change_of(self.facts(), site)

    def generator(self) -> str | None:
        """The generator whose rules apply for good; empty for those of earlier versions.

        None until an entry is published: until then no bytes depend on it.
        """
        if self._connection.execute(sa.select(ledger.c.id).limit(1)).first() is None:
            return None
        facts_of = self.facts()
        return facts_of.get("generator", "") if "site" in facts_of else None

    def is_current(self) -> bool:
        """True if this version of the renderer wrote the store."""
        return is_current(self.facts())

    def revision(self) -> int:
        """How many publishes have changed a feed; 0 before the first publish."""
        query = sa.select(facts.c.value).where(facts.c.name == "revision")
        return int(self._connection.execute(query).scalar() or 0)

    def held_name(self) -> tuple[int, str]:
        """How many losses are held, and the name of their set; (0, "") for none."""
        return read_held_fact(self._connection)

    def held(self) -> tuple[HeldLoss, ...]:
        """Every loss that is held, by path."""
        return read_held(self._connection)

    def published_losses(self) -> tuple[PublishedLoss, ...]:
        """The losses that were published of late, without entries that have come back."""
        return read_published_losses(self._connection)

    def fingerprint(self) -> tuple[int, int, str]:
        """A value that changes whenever a feed changes.

        The revision alone is not enough: if a store is replaced, revisions start again at 1.
        """
        row = self._connection.execute(_FINGERPRINT).first()
        return (int(row[0]), row[1], row[2]) if row else (0, 0, "")

    def last_publish(self) -> int:
        """The number of the last publish that changed something; 0 before the first."""
        return int(
            self._connection.execute(sa.select(sa.func.max(publishes.c.number))).scalar() or 0
        )

    def last_published_at(self) -> datetime | None:
        """When a publish last changed something, or last held more; None before the first."""
        newest = publishes.c.number.desc()
        query = sa.select(publishes.c.at).where(IS_PUBLISH).order_by(newest).limit(1)
        at = self._connection.execute(query).scalar()
        return datetime.fromtimestamp(at / 1e6, UTC) if at is not None else None

    # Feeds and entries.

    def digests(self, paths: Collection[str]) -> dict[str, str]:
        """The digests of the feeds at these paths, by path."""
        digests: dict[str, str] = {}
        for chunk in chunks(paths):
            query = sa.select(feeds.c.path, feeds.c.digest).where(feeds.c.path.in_(chunk))
            digests |= {row["path"]: row["digest"] for row in self._rows(query)}
        return digests

    def feed(self, path: str) -> FeedRecord | None:
        """The feed at this path."""
        rows = self._rows(sa.select(feeds).where(feeds.c.path == path))
        return next(map(_feed_record, rows), None)

    def feeds_at(self, paths: Collection[str]) -> dict[str, FeedRecord]:
        """The feeds at these paths, by path; paths without a feed are left out."""
        rows = self._rows(sa.select(feeds).where(feeds.c.path.in_(paths)))
        return {row["path"]: _feed_record(row) for row in rows}

    def chosen(self, choice: Choice) -> ChosenEntries:
        """The entries that a filter chooses."""
        return ChosenEntries(self._connection, choice)

    def feeds(self) -> Iterator[FeedRecord]:
        """Every feed by path; the site's feed comes first."""
        return map(_feed_record, self._rows(sa.select(feeds).order_by(feeds.c.path)))

    def terms(self) -> Iterator[tuple[str, Topic, int]]:
        """The path, topic and number of entries of each feed; the largest feeds come first."""
        columns = (feeds.c.path, feeds.c.kind, feeds.c.names, feeds.c.entries)
        query = sa.select(*columns).order_by(feeds.c.entries.desc(), feeds.c.path)
        return ((row["path"], topic_of(row), row["entries"]) for row in self._rows(query))

    def listed_feeds(self) -> list[FeedRecord]:
        """The feeds to list, by path; those of languages only if there are several."""
        query = sa.select(feeds).where(IS_LISTED).order_by(feeds.c.path)
        records = list(map(_feed_record, self._rows(query)))
        shown = set(listed(record.topic for record in records))
        return [record for record in records if record.topic in shown]

    def newest(self, feed_number: int, most: int) -> list[Entry]:
        """The newest entries of a feed; of equal dates, the greater id comes first."""
        values = {"feed": feed_number, "most": most}
        query = _newest(self._connection.dialect.name)
        return list(map(entry_of, self._connection.execute(query, values).mappings()))

    def newest_dates(self, feed_numbers: Collection[int]) -> dict[int, datetime]:
        """The date of the newest entry of each of these feeds; feeds without any are left out.

        One look into the primary key of `memberships` for each feed.
        """
        dates: dict[int, datetime] = {}
        newest = (
            sa.select(memberships.c.published_at)
            .where(memberships.c.feed == feeds.c.number)
            .order_by(memberships.c.published_at.desc())
            .limit(1)
            .scalar_subquery()
        )
        for chunk in chunks(feed_numbers):
            query = sa.select(feeds.c.number, newest).where(feeds.c.number.in_(chunk))
            for number, published_at in self._connection.execute(query):
                if published_at is not None:
                    dates[number] = _EPOCH + timedelta(microseconds=published_at)
        return dates

    def neighbours(self, feed_number: int, entry: Entry) -> tuple[Entry | None, Entry | None]:
        """The entries of a feed just before and just after `entry` in time, without texts."""
        own, date = microseconds(entry.published), memberships.c.published_at
        entry_id = self._octets(entries.c.id)
        older = sa.and_(date <= own, sa.or_(date < own, entry_id < entry.id))
        newer = sa.and_(date >= own, sa.or_(date > own, entry_id > entry.id))
        members = self._members(feed_number)
        backwards = members.order_by(None).order_by(date, entry_id)
        return self._first_of(members.where(older)), self._first_of(backwards.where(newer))

    def _first_of(self, members: sa.Select[tuple[int]]) -> Entry | None:
        """The first of these entries, without its texts."""
        number = self._connection.execute(members.limit(1)).scalar()
        if number is None:
            return None
        rows = self._rows(ENTRIES_WITHOUT_TEXTS.where(entries.c.number == number))
        return next(map(entry_of, rows), None)

    def numbered(self, feed_number: int, first: int, last: int) -> list[Entry]:
        """The entries of a feed whose memberships have these numbers, newest first."""
        query = _numbered(feed_number, first, last, WHOLE_ENTRIES)
        return list(map(entry_of, self._rows(query.order_by(*self._feed_order()))))

    def digests_of_numbered(self, feed_number: int, first: int, last: int) -> list[str]:
        """The digests of the same entries in the same order. No text is read."""
        query = _numbered(feed_number, first, last, sa.select(entries.c.digest))
        return list(self._connection.execute(query.order_by(*self._feed_order())).scalars())

    @property
    def retractions(self) -> Retractions:
        """The posts that were taken back."""
        return Retractions(self._connection)

    def deleted(self, feed_numbers: Collection[int]) -> dict[int, list[Tombstone]]:
        """The entries that these feeds have lost of late, by the number of the feed."""
        return read_tombstones(self._connection, feed_numbers)

    def deleted_from(self, feed_number: int) -> list[Tombstone]:
        """The entries that a feed has lost of late, the last ones first."""
        return self.deleted([feed_number]).get(feed_number, [])

    def entry_at(self, permalink: str) -> Entry | None:
        """The entry with this permalink (an absolute URL)."""
        query = WHOLE_ENTRIES.where(entries.c.permalink == permalink)
        rows = self._rows(query.order_by(entries.c.id).limit(1))
        return next(map(entry_of, rows), None)

    def entry(self, entry_id: str) -> Entry | None:
        """The published entry with this id."""
        rows = self._rows(WHOLE_ENTRIES.where(entries.c.id == entry_id))
        return next(map(entry_of, rows), None)

    def posts_named(self, names: Collection[str]) -> list[NamedPost]:
        """The posts that one of these paths, ids or permalinks means."""
        return posts_named(self._connection, names)

    def near_paths(self, name: str) -> list[str]:
        """The paths of files with similar names."""
        return near_paths(self._connection, name)

    def is_gone(self, permalink: str) -> bool:
        """True if a post with this permalink was published and is withdrawn now.

        False for one that was forgotten: nothing may tell that it was here.
        """
        is_withdrawn = sa.text("withdrawn_at IS NOT NULL")  # exactly as in the index
        query = sa.select(ledger.c.id).where(ledger.c.permalink == permalink, is_withdrawn)
        return self._connection.execute(query.limit(1)).first() is not None

    def attached_at(self, path: str, most: int) -> list[tuple[Entry, str]]:
        """Entries that show the file at this decoded path, each with the path of its post."""
        query = (
            WHOLE_ENTRIES.add_columns(files.c.path)
            .join(attachments, attachments.c.entry_id == entries.c.id)
            .join(files, files.c.entry_id == entries.c.id)
            .where(attachments.c.path == path)
            .order_by(attachments.c.entry_id)
            .limit(most)
        )
        return [(entry_of(row), row["path"]) for row in self._rows(query)]

    # Lists of the whole site, for an export.

    def entry_lines(self) -> Iterator[EntryLine]:
        """Every entry without its texts, by id."""
        return entry_lines(self._connection)

    def members(self) -> Iterator[tuple[int, int, int]]:
        """The number of each feed, with the dates and the numbers of its entries."""
        return members(self._connection)

    def digests_by_number(
        self, feed_numbers: Collection[int]
    ) -> Iterator[tuple[int, int, str]]:
        """The number of each of these feeds, with the numbers and digests of its entries."""
        return digests_by_number(self._connection, feed_numbers)

    def attached(self) -> Iterator[tuple[str, Entry, str]]:
        """Each file that an entry shows, with that entry and the path of its post, by path."""
        return attached(self._connection)

    def withdrawn_permalinks(self) -> Iterator[str]:
        """The permalinks of withdrawn posts that no published entry has now."""
        return withdrawn_permalinks(self._connection)

    # Searches of visitors.

    @property
    def search(self) -> SearchReader:
        """Searches over titles and texts."""
        return SearchReader(self._connection)

    def feed_counts(self) -> dict[Kind, int]:
        """How many feeds of each kind are listed; kinds without such feeds are left out."""
        counted = sa.select(feeds.c.kind, sa.func.count().label("feeds")).where(IS_LISTED)
        return {r["kind"]: r["feeds"] for r in self._rows(counted.group_by(feeds.c.kind))}

    def has_feeds_of(self, kind: Kind) -> bool:
        """True if there is a feed of this kind, even an empty one, which no list has."""
        query = sa.select(feeds.c.number).where(feeds.c.kind == kind).limit(1)
        return self._connection.execute(query).first() is not None

    def largest_feeds(self, kind: Kind, most: int, skip: int = 0) -> list[FeedRecord]:
        """The listed feeds of a kind, the largest first; of equal ones, by path."""
        query = sa.select(feeds).where(feeds.c.kind == kind)
        return self._by_size(query, most, skip)

    def feeds_below(self, path: str, most: int) -> list[FeedRecord]:
        """The largest listed feeds whose paths begin with this path and a slash."""
        query = sa.select(feeds).where(self._is_below(feeds.c.path, path))
        return self._by_size(query, most)

    def _is_below(self, column: sa.Column[str], path: str) -> sa.ColumnElement[bool]:
        """True for paths that begin with `path` and a slash.

        A range of bytes and not LIKE, for which SQLite does not use the index. "0" follows "/".
        """
        # The collation of a database may ignore slashes, and order "a/b" after "ab".
        ordered = self._octets(column)
        return sa.and_(ordered >= f"{path}/", ordered < f"{path}0")

    def _octets(self, column: sa.Column[str]) -> sa.ColumnElement[str]:
        return by_octets(column, self._connection.dialect.name)

    def feeds_named_like(
        self, text: str, most: int, kind: Kind | None = None
    ) -> list[FeedRecord]:
        """The largest listed feeds, of a kind or any, with each word of `text` in their names.

        Case is ignored; on SQLite only for ASCII letters. A language also has its own name.
        Slashes between words are ignored, as people see `Tea / Green`.
        """
        words = [word for word in text.split() if word.strip("/")] or text.split()
        found = self._named_like(words, most, kind)
        if kind in (None, "language"):  # its own name is not in the store
            every = self.largest_feeds("language", _MOST_LANGUAGES)
            found += [r for r in every if r not in found and _is_named(r.topic, words)]
            found.sort(key=lambda record: (-record.entries, record.topic.path))
        return found[:most]

    def _named_like(self, words: list[str], most: int, kind: Kind | None) -> list[FeedRecord]:
        query = sa.select(feeds)
        if kind:
            query = query.where(feeds.c.kind == kind)
        for word in words:
            as_json = json.dumps(word, ensure_ascii=False)[1:-1]  # as in the column
            query = query.where(feeds.c.names.icontains(as_json, autoescape=True))
        # The column also contains JSON's own punctuation, such as brackets.
        return [r for r in self._by_size(query, most) if _is_named(r.topic, words)]

    def _by_size(self, query: sa.Select[Any], most: int, skip: int = 0) -> list[FeedRecord]:
        listed_only = query.where(feeds.c.entries > 0)
        ordered = listed_only.order_by(feeds.c.entries.desc(), feeds.c.path)
        return list(map(_feed_record, self._rows(ordered.limit(most).offset(skip))))

    def entries_titled_like(self, feed_number: int, text: str, most: int) -> list[Entry]:
        """The newest entries of a feed that have each word of `text` in their title."""
        query = self._members(feed_number)
        for word in text.split():
            query = query.where(entries.c.title.icontains(word, autoescape=True))
        return self._entries_of(query.limit(most))

    def older(self, feed_number: int, most: int, skip: int) -> list[Entry]:
        """The entries of a feed after the `skip` newest, newest first."""
        # Those that are skipped are counted in the index alone.
        date, is_member = memberships.c.published_at, memberships.c.feed == feed_number
        page = sa.select(date).where(is_member).order_by(date.desc()).limit(most).offset(skip)
        dates = self._connection.execute(page).scalars().all()
        if not dates:
            return []
        newer = sa.select(sa.func.count()).select_from(memberships)
        newer = newer.where(is_member, date > dates[0])
        before: int = self._connection.execute(newer).scalar_one()
        query = self._members(feed_number).where(date.between(dates[-1], dates[0]))
        return self._entries_of(query.limit(most).offset(skip - before))

    def _members(self, feed_number: int) -> sa.Select[tuple[int]]:
        """The numbers of the entries of a feed, newest first."""
        return (
            sa.select(entries.c.number)
            .join(memberships, memberships.c.entry == entries.c.number)
            .where(memberships.c.feed == feed_number)
            .order_by(*self._feed_order())
        )

    def _feed_order(self) -> tuple[sa.ColumnElement[Any], ...]:
        return feed_order(self._connection.dialect.name)

    def _entries_of(self, members: sa.Select[tuple[int]]) -> list[Entry]:
        """The entries with these numbers, in the same order. No other text is read."""
        numbers = self._connection.execute(members).scalars().all()
        query = WHOLE_ENTRIES.where(entries.c.number.in_(numbers))
        by_number = {row["number"]: entry_of(row) for row in self._rows(query)}
        return [by_number[number] for number in numbers]

    # Files and identities, for the next publish.

    def files(self, paths: Collection[str] | None = None) -> dict[str, FileRecord]:
        """The records of the files at these paths by path; of every file if `paths` is None."""
        return {record.path: record for record in self._files(paths)}

    def file_lines(self) -> Iterator[FileLine]:
        """A line of every file, in the order of the paths."""
        order: sa.ColumnElement[str] = files.c.path
        if self._connection.dialect.name == "postgresql":
            order = sa.collate(order, "C")  # compares octets, as SQLite and Python do
        query = sa.select(*_LINE).order_by(order)
        query = query.execution_options(yield_per=_LINES_AT_ONCE)
        for lines in self._connection.execute(query).partitions():
            yield from map(tuple, lines)

    def _files(self, paths: Collection[str] | None) -> Iterator[FileRecord]:
        if paths is None:
            yield from self._records(_RECORDS)
            return
        for chunk in chunks(paths):
            yield from self._records(_RECORDS.where(files.c.path.in_(chunk)))

    def _records(self, query: sa.Select[Any]) -> Iterator[FileRecord]:
        """The records of a query that begins with _RECORDS."""
        return map(file_record, self._connection.execute(query))

    def count_published(self) -> int:
        """How many files have a published entry."""
        query = sa.select(sa.func.count()).select_from(files)
        count: int = self._connection.execute(query.where(_IS_PUBLISHED)).scalar_one()
        return count

    def count_below(self, folder: str, most: int) -> int:
        """How many files below this folder have a published entry, up to `most`."""
        below = sa.and_(_IS_PUBLISHED, self._is_below(files.c.path, folder))
        some = sa.select(sa.literal(1)).select_from(files).where(below).limit(most).subquery()
        query = sa.select(sa.func.count()).select_from(some)
        count: int = self._connection.execute(query).scalar_one()
        return count

    def feed_sizes(self, paths: Collection[str]) -> dict[str, int]:
        """How many entries the feeds at these paths have, by path."""
        sizes: dict[str, int] = {}
        for chunk in chunks(paths):
            query = sa.select(feeds.c.path, feeds.c.entries).where(feeds.c.path.in_(chunk))
            sizes |= {row["path"]: row["entries"] for row in self._rows(query)}
        return sizes

    def feed_paths(self, entry_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The paths of the feeds that have each of these entries, by entry id."""
        return read_feed_paths(self._connection, entry_ids)

    def published_files(self) -> Iterator[tuple[str, str, str]]:
        """Each file that has a published entry: its path, the id and the title of the entry."""
        joined = sa.select(files.c.path, entries.c.id, entries.c.title).join(
            entries, entries.c.id == files.c.entry_id
        )
        return ((row["path"], row["id"], row["title"]) for row in self._rows(joined))

    def first_published(self, most: int, *, is_there: bool = False) -> list[str]:
        """The paths of up to `most` files that have a published entry, whichever come first.

        If `is_there`, files that were missing at the last look are left out.
        """
        query = sa.select(files.c.path).where(_IS_PUBLISHED).limit(most)
        if is_there:
            query = query.where(files.c.missing_since.is_(None))
        return [row["path"] for row in self._rows(query)]

    def some_published(self, most: int) -> list[str]:
        """The paths of up to `most` random files that have a published entry."""
        published = sa.select(files.c.path).where(_IS_PUBLISHED)
        query = published.order_by(sa.func.random()).limit(most)
        return list(self._connection.execute(query).scalars())

    def unsettled(self, now_us: int) -> list[str]:
        """The paths to check although they have not changed: files that are missing or due."""
        is_missing = files.c.missing_since > 0  # uses the index, unlike IS NOT NULL
        is_due = (files.c.due_at <= now_us) | (files.c.ends_at <= now_us)
        query = sa.select(files.c.path).where(is_due | is_missing)
        return [row["path"] for row in self._rows(query)]

    def next_due(self, now_us: int) -> datetime | None:
        """When the next file is due after now, for example a post with a future date.

        Or when a notice or a tombstone ends.
        """
        dates = [next_expiry(self._connection), self.retractions.next_end(now_us)]
        for column in (files.c.due_at, files.c.ends_at):
            query = sa.select(sa.func.min(column)).where(column > now_us)
            dates.append(self._connection.execute(query).scalar())
        due_at = min((at for at in dates if at is not None and at > now_us), default=None)
        return datetime.fromtimestamp(due_at / 1e6, UTC) if due_at is not None else None

    def has_deletions_due(self, now_us: int) -> bool:
        """True if a publish must remove tombstones, even if no file has changed."""
        ends_at = next_expiry(self._connection)
        return ends_at is not None and ends_at <= now_us

    def expired(self, now_us: int) -> list[FileRecord]:
        """The files that have a published entry which has expired."""
        return list(self._records(_RECORDS.where(files.c.ends_at <= now_us, _IS_PUBLISHED)))

    def hiding(self, posts: Collection[LedgerEntry]) -> dict[str, FileRecord]:
        """The files that hide posts with the key, title or text of one of these, by path."""
        found: dict[str, FileRecord] = {}
        values_of = (
            {post.key for post in posts},
            {post.title_digest for post in posts},
            {post.body_digest for post in posts},
        )
        for column, values in zip(_HIDES, values_of, strict=True):
            if not self._is_any_hiding(column):
                continue
            is_hidden = _hides(column)
            for chunk in chunks(sorted(values - {""})):
                query = _RECORDS.where(column.in_(chunk), is_hidden)
                found |= {record.path: record for record in self._records(query)}
        return found

    def is_hiding_any(self) -> bool:
        """True if any file hides a post."""
        return any(map(self._is_any_hiding, _HIDES))

    def _is_any_hiding(self, column: sa.Column[str]) -> bool:
        some = sa.select(files.c.path).where(_hides(column)).limit(1)
        return self._connection.execute(some).first() is not None

    def shared_by_posts(self, digests: Collection[str]) -> set[str]:
        """Those of these digests of titles and texts that several posts have or had."""
        shared: set[str] = set()
        for column in (ledger.c.title_digest, ledger.c.body_digest):
            for chunk in chunks(digests):
                query = sa.select(column).where(column.in_(chunk))
                several = query.group_by(column).having(sa.func.count() > 1)
                shared.update(self._connection.execute(several).scalars())
        return shared

    def long_texts(self, digests: Collection[str]) -> set[str]:
        """Those of these digests of texts that a post has or had, if they can tell it."""
        found: set[str] = set()
        is_long = ledger.c.body_length >= LONG_ENOUGH
        for chunk in chunks(digests):
            query = sa.select(ledger.c.body_digest).where(ledger.c.body_digest.in_(chunk))
            found.update(self._connection.execute(query.where(is_long)).scalars())
        return found

    def pinned(self, keys: Collection[str]) -> dict[str, str]:
        """The permanent entry ids of these keys, by key; of those that were ever published."""
        ids: dict[str, str] = {}
        for chunk in chunks(keys):
            query = sa.select(identities).where(identities.c.key.in_(chunk))
            ids |= {row["key"]: row["entry_id"] for row in self._rows(query)}
        return ids

    def ledger(self) -> Iterator[LedgerEntry]:
        """Every entry of the ledger, by id."""
        order = self._octets(ledger.c.id)
        return map(ledger_entry, self._rows(sa.select(ledger).order_by(order)))

    def remembered(self, entry_ids: Collection[str]) -> dict[str, LedgerEntry]:
        """What the ledger has of these entries, by entry id."""
        found: dict[str, LedgerEntry] = {}
        for chunk in chunks(entry_ids):
            query = sa.select(ledger).where(ledger.c.id.in_(chunk))
            found |= {row["id"]: ledger_entry(row) for row in self._rows(query)}
        return found

    def published_like(self, body_digests: Collection[str]) -> Iterator[LedgerEntry]:
        """The published entries whose texts have these digests."""
        is_published = ledger.c.withdrawn_at.is_(None)
        for chunk in chunks(body_digests):
            query = sa.select(ledger).where(ledger.c.body_digest.in_(chunk), is_published)
            yield from map(ledger_entry, self._rows(query.order_by(ledger.c.id)))

    def withdrawn(
        self, body_digests: Collection[str], read: Collection[str] = ()
    ) -> Iterator[LedgerEntry]:
        """The withdrawn entries whose texts have these digests, and whose keys no file has.

        Files that were `read`, or are missing, may have other keys now: theirs do not count.
        Entries of an imported ledger that were not published here yet are among them.
        """
        is_published = sa.exists().where(entries.c.id == ledger.c.id)
        is_withdrawn = sa.or_(ledger.c.withdrawn_at.is_not(None), sa.not_(is_published))
        for chunk in chunks(body_digests):
            query = sa.select(ledger).where(ledger.c.body_digest.in_(chunk), is_withdrawn)
            found = [ledger_entry(row) for row in self._rows(query.order_by(ledger.c.id))]
            had = self._keys_of_files({entry.key for entry in found if entry.key}, read)
            yield from (entry for entry in found if entry.key not in had)

    def _keys_of_files(self, keys: Collection[str], read: Collection[str]) -> set[str]:
        """Those of these keys that a file has which was not `read`."""
        found: set[str] = set()
        for chunk in chunks(keys):
            having = sa.select(files.c.key, files.c.path).where(files.c.key.in_(chunk))
            pinned = sa.select(identities.c.entry_id).where(identities.c.key.in_(chunk))
            # By indexes: the key of a published file leads to its entry.
            for query in (
                having.where(files.c.entry_id.in_(pinned)),
                having.where(_IS_UNPUBLISHED),
            ):
                found |= {row["key"] for row in self._rows(query) if row["path"] not in read}
        return found

    def adopted(self, entry_ids: Collection[str]) -> dict[str, LedgerEntry]:
        """As `remembered`, but only entries that took something over from another feed."""
        found: dict[str, LedgerEntry] = {}
        columns = (ledger.c.rss_guid, ledger.c.adopted_published, ledger.c.adopted_updated)
        took_over = sa.or_(*(column != "" for column in columns))
        for chunk in chunks(entry_ids):
            query = sa.select(ledger).where(ledger.c.id.in_(chunk), took_over)
            found |= {row["id"]: ledger_entry(row) for row in self._rows(query)}
        return found

    def ledger_lines(self) -> Iterator[LedgerLine]:
        """The ledger with the keys of each post, and what was forgotten, by id."""
        return ledger_lines(self._connection)

    def has_no_ledger(self) -> bool:
        """True if nothing was ever published or imported."""
        return is_blank(self._connection)

    def unknown_ids(self, entry_ids: Iterable[str]) -> Iterator[str]:
        """Those of these ids that the ledger neither has nor has forgotten."""
        return unknown_ids(self._connection, entry_ids)

    def forgotten(self) -> frozenset[str]:
        """The hashes of all ids, keys and permalinks that were forgotten."""
        return forgotten_hashes(self._connection)

    def published_from(self, entry_id: str) -> list[str]:
        """The paths of the files from which an entry is published."""
        query = sa.select(files.c.path).where(files.c.entry_id == entry_id)
        return [row["path"] for row in self._rows(query.order_by(files.c.path))]

    def at_same_permalink(self, entry_id: str) -> list[str]:
        """The ids of other entries, now or earlier, that have the permalink of this entry."""
        its = sa.select(ledger.c.permalink).where(ledger.c.id == entry_id)
        is_other = (ledger.c.permalink != "", ledger.c.id != entry_id)
        query = sa.select(ledger.c.id).where(ledger.c.permalink.in_(its), *is_other)
        return [row["id"] for row in self._rows(query.order_by(ledger.c.id))]

    def holders(self, entry_ids: Collection[str]) -> dict[str, Holder]:
        """The file that published each of these entries, and its key, by entry id."""
        holders: dict[str, Holder] = {}
        for chunk in chunks(entry_ids):
            query = sa.select(files.c.entry_id, files.c.path, files.c.key).where(
                files.c.entry_id.in_(chunk)
            )
            holders |= {r["entry_id"]: Holder(r["path"], r["key"]) for r in self._rows(query)}
        return holders

    def read_at(self, permalinks: Collection[str]) -> dict[str, list[str]]:
        """The files whose entries have these permalinks, in the order of their paths."""
        paths: dict[str, list[str]] = {}
        joined = sa.select(entries.c.permalink, files.c.path).join(
            files, files.c.entry_id == entries.c.id
        )
        for chunk in chunks(permalinks):
            query = joined.where(entries.c.permalink.in_(chunk)).order_by(files.c.path)
            for row in self._rows(query):
                paths.setdefault(row["permalink"], []).append(row["path"])
        return paths

    def waiting_for(self, keys: Collection[str]) -> set[str]:
        """The paths of files that want one of these keys, which another file has."""
        paths: set[str] = set()
        for chunk in chunks(keys):
            query = sa.select(files.c.path).where(files.c.wants.in_(chunk), WANTS_A_KEY)
            paths |= {row["path"] for row in self._rows(query)}
        return paths

    def measuring(self) -> Iterator[tuple[str, str]]:
        """The measured enclosures: the path of each post, and the name of the file in it."""
        query = sa.select(files.c.path, files.c.measured).where(_HAS_MEASURED)
        for row in self._rows(query):
            yield from ((row["path"], name) for name, _ in measured_of(row["measured"]))

    def has_files_below(self, folder: str) -> bool:
        """True if the store has a file below this folder."""
        query = sa.select(files.c.path).where(self._is_below(files.c.path, folder))
        return self._connection.execute(query.limit(1)).first() is not None

    def has_published_below(self, folder: str) -> bool:
        """True if a file below this folder has a published entry."""
        query = sa.select(files.c.path).where(self._is_below(files.c.path, folder))
        query = query.where(_IS_PUBLISHED).limit(1)
        return self._connection.execute(query).first() is not None

    def standing(self, paths_by_id: Mapping[str, str]) -> Iterator[Standing]:
        """These entries as they are published now; `paths_by_id` has the file of each entry."""
        for chunk in chunks(paths_by_id):
            columns = ("id", "title", "published", "updated")
            query = (
                sa.select(
                    *(entries.c[name] for name in columns),
                    *(ledger.c.redated, ledger.c.body_digest),
                )
                .outerjoin(ledger, ledger.c.id == entries.c.id)
                .where(entries.c.id.in_(chunk))
            )
            for row in self._rows(query):
                yield Standing(
                    paths_by_id[row["id"]],
                    row["id"],
                    row["title"],
                    datetime.fromisoformat(row["published"]),
                    datetime.fromisoformat(row["updated"]),
                    datetime.fromisoformat(row["redated"]) if row["redated"] else None,
                    row["body_digest"] or "",
                )

    def problems(self) -> tuple[Problem, ...]:
        """Every problem of a file, by path and line."""
        query = sa.select(files.c.path, files.c.problems).where(_HAS_PROBLEMS)
        problems = [
            p for row in self._rows(query) for p in problems_of(row["path"], row["problems"])
        ]
        return tuple(sorted(problems, key=lambda p: (p.path, p.line)))


def _hides(column: sa.Column[str]) -> sa.TextClause:
    return sa.text(f"{column.name} <> ''")  # exactly as in the index on it


def _is_named(topic: Topic, words: list[str]) -> bool:
    written = (topic.label,) if topic.kind == "language" else topic.names
    names = [name.casefold() for name in written]
    return all(any(word.casefold() in name for name in names) for word in words)


@cache  # an export queries it for every feed
def _newest(dialect: str) -> sa.Select[Any]:
    """The newest entries of a feed. No text of another entry is read, or sorted."""
    chosen = (
        sa.select(memberships.c.published_at, memberships.c.entry)
        .join(entries, entries.c.number == memberships.c.entry)
        .where(memberships.c.feed == sa.bindparam("feed"))
        .order_by(*feed_order(dialect))
        .limit(sa.bindparam("most"))
        .subquery("chosen")
    )
    _, by_id = feed_order(dialect)
    query = WHOLE_ENTRIES.join(chosen, chosen.c.entry == entries.c.number)
    return query.order_by(chosen.c.published_at.desc(), by_id)


def _numbered(feed_number: int, first: int, last: int, query: sa.Select[Any]) -> sa.Select[Any]:
    """A query of entries, for those whose memberships of a feed have these numbers."""
    number = memberships.c.number
    is_in = (memberships.c.feed == feed_number, number >= first, number <= last)
    return query.join(memberships, memberships.c.entry == entries.c.number).where(*is_in)


def _feed_record(row: sa.RowMapping) -> FeedRecord:
    changed_at = datetime.fromtimestamp(row["changed_at"], UTC)
    return FeedRecord(
        row["number"],
        topic_of(row),
        row["entries"],
        row["digest"],
        changed_at,
        row["numbered"],
    )
