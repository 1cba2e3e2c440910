"""Writing the store: one transaction takes the feeds from one revision to the next."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import microseconds
from feedsvc.core.feeds.change_summary import (
    MOST_NAMED,
    ChangeSummary,
    Headline,
    headline,
)
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.entry_files import entry_files
from feedsvc.core.feeds.feeds import (
    RENDERER_VERSION,
    SITE_TOPIC,
    Topic,
    feed_digest,
    opml_digest,
    topics_of,
)
from feedsvc.core.feeds.renamed_feeds import removed
from feedsvc.core.file_records import FileRecord
from feedsvc.core.site import Site
from feedsvc.store.chunks import chunks
from feedsvc.store.rows import entry_of, entry_row, file_row, topic_of
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
from feedsvc.store.upserts import upsert

MOST_PUBLISHES: Final = 1000  # whose news are kept

_KINDS: Final = ("added", "changed", "withdrawn")


@dataclass(frozen=True, slots=True)
class Publication:
    """What one publish is to change. `entries` are put in, in any order, and walked once.

    `released` are keys that a file had until now: those that wait for them are woken.
    """

    site: Site
    entries: Iterable[Entry] = ()
    withdrawn: Collection[str] = ()  # entry ids
    files: Collection[FileRecord] = ()
    forgotten: Collection[str] = ()  # paths
    identities: Mapping[str, str] = field(default_factory=dict)  # entry id by key
    released: Collection[str] = ()


@dataclass(slots=True)
class Changes:
    """What a publish did: entry ids, and the paths of the feeds whose digest moved."""

    revision: int = 0
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    feeds: list[str] = field(default_factory=list)
    news: ChangeSummary = field(default_factory=ChangeSummary)
    woken: list[str] = field(default_factory=list)  # paths of files to be read again


def commit(connection: Connection, publication: Publication, now: datetime) -> Changes:
    """Write a publication within the connection's transaction."""
    return _Writer(connection, publication, now).write()


class _Writer:
    """One publish at work: what it has touched so far."""

    def __init__(self, connection: Connection, publication: Publication, now: datetime) -> None:
        self._connection = connection
        self._publication = publication
        self._at = now
        self._now = int(now.timestamp())
        self._facts = {
            row["name"]: row["value"] for row in connection.execute(sa.select(facts)).mappings()
        }
        self._changes = Changes()
        self._headlines: dict[str, list[Headline]] = {kind: [] for kind in _KINDS}
        self._number = self._next_number()
        self._numbers: dict[str, int] = {}
        self._grown: Counter[int] = Counter()
        self._feeds_differ = False
        self._anew = (
            self._facts.get("site") != publication.site.to_json()
            or self._facts.get("renderer") != RENDERER_VERSION
        )

    def write(self) -> Changes:
        publication = self._publication
        self._ensure_feeds([SITE_TOPIC])
        for chunk in chunks(publication.entries):
            self._put(chunk)
        for ids in chunks(publication.withdrawn):
            self._withdraw(ids)
        self._record_files()
        self._move_feeds(everything=self._anew)
        self._end_feeds()
        if self._anew or self._feeds_differ:
            self._move_opml()
        self._keep_facts()
        self._keep_news()
        return self._changes

    def _note(self, kind: str, entry: Entry) -> None:
        getattr(self._changes, kind).append(entry.id)
        if len(self._headlines[kind]) < MOST_NAMED:
            self._headlines[kind].append(headline(entry))

    # Entries and their places in the feeds.

    def _stored(self, ids: Collection[str]) -> dict[str, sa.RowMapping]:
        rows = self._connection.execute(sa.select(entries).where(entries.c.id.in_(ids)))
        return {row["id"]: row for row in rows.mappings()}

    def _put(self, chunk: list[Entry]) -> None:
        old = self._stored([entry.id for entry in chunk])
        # The digest in the row, not that of what the row says: an upgrade computes others, and
        # the tags of feeds are made of those in the rows.
        moved = [e for e in chunk if e.id not in old or old[e.id]["digest"] != e.digest]
        for entry in moved:
            self._note("changed" if entry.id in old else "added", entry)
        self._replace_attachments(chunk if self._anew else moved)
        if not moved:
            return
        before = {e.id: entry_of(old[e.id]) for e in moved if e.id in old}
        upsert(self._connection, entries, [entry_row(entry) for entry in moved])
        self._replace_memberships(before, {entry.id: entry for entry in moved})

    def _withdraw(self, ids: list[str]) -> None:
        old = {entry_id: entry_of(row) for entry_id, row in self._stored(ids).items()}
        for entry in old.values():
            self._note("withdrawn", entry)
        self._connection.execute(sa.delete(entries).where(entries.c.id.in_(ids)))
        self._replace_memberships(old, {})
        self._forget_attachments(ids)

    def _replace_attachments(self, put: list[Entry]) -> None:
        self._forget_attachments([entry.id for entry in put])
        site_url = self._publication.site.url
        rows = [
            {"path": path, "entry_id": entry.id}
            for entry in put
            for path in entry_files(entry, site_url)
        ]
        if rows:
            self._connection.execute(sa.insert(attachments), rows)

    def _forget_attachments(self, ids: Collection[str]) -> None:
        if ids:
            self._connection.execute(
                sa.delete(attachments).where(attachments.c.entry_id.in_(ids))
            )

    def _replace_memberships(
        self, before: Mapping[str, Entry], after: Mapping[str, Entry]
    ) -> None:
        topics = {entry: topics_of(entry) for entry in (*before.values(), *after.values())}
        self._ensure_feeds({topic for found in topics.values() for topic in found})
        gone = {place for entry in before.values() for place in self._places(entry, topics)}
        come = {place for entry in after.values() for place in self._places(entry, topics)}
        for number, _, _ in (*gone, *come):
            self._grown[number] += 0  # touched, whether or not it grows
        for number, _, _ in gone - come:
            self._grown[number] -= 1
        for number, _, _ in come - gone:
            self._grown[number] += 1
        names = ("feed", "published_at", "entry_id")
        if gone - come:
            where = sa.and_(
                *(memberships.c[name] == sa.bindparam(f"b_{name}") for name in names)
            )
            rows = [dict(zip((f"b_{n}" for n in names), p, strict=True)) for p in gone - come]
            self._connection.execute(sa.delete(memberships).where(where), rows)
        if come - gone:
            rows = [dict(zip(names, place, strict=True)) for place in sorted(come - gone)]
            self._connection.execute(sa.insert(memberships), rows)

    def _places(
        self, entry: Entry, topics: Mapping[Entry, tuple[Topic, ...]]
    ) -> Iterator[tuple[int, int, str]]:
        published_at = microseconds(entry.published)
        for topic in topics[entry]:
            yield self._numbers[topic.path], published_at, entry.id

    # Feeds.

    def _ensure_feeds(self, topics: Iterable[Topic]) -> None:
        """See to it that each topic has a feed and that its number is known."""
        wanted = {topic.path: topic for topic in topics if topic.path not in self._numbers}
        for paths in chunks(wanted):
            self._learn_numbers(paths)
        new: list[dict[str, Any]] = [
            {
                "path": path,
                "kind": topic.kind,
                "names": json.dumps(topic.names, ensure_ascii=False),
                "entries": 0,
                "digest": "",
                "changed_at": self._now,
            }
            for path, topic in sorted(wanted.items())
            if path not in self._numbers
        ]
        if new:
            self._connection.execute(sa.insert(feeds), new)
            self._feeds_differ = True
            for paths in chunks(row["path"] for row in new):
                self._learn_numbers(paths)
            self._grown.update({self._numbers[row["path"]]: 0 for row in new})

    def _learn_numbers(self, paths: list[str]) -> None:
        query = sa.select(feeds.c.path, feeds.c.number).where(feeds.c.path.in_(paths))
        self._numbers |= {row.path: row.number for row in self._connection.execute(query)}

    def _move_feeds(self, *, everything: bool) -> None:
        """Compute the digest of every touched feed; date those whose digest moved."""
        moved = []
        for row in self._touched_feeds(everything=everything):
            digest = feed_digest(
                self._publication.site, topic_of(row), self._window(row["number"])
            )
            change = {
                "b_number": row["number"],
                "entries": row["entries"] + self._grown[row["number"]],
                "digest": digest,
                "changed_at": row["changed_at"],
                "moved_in": row["moved_in"],
            }
            if digest != row["digest"]:
                # Whole seconds, each version its own: If-Modified-Since knows no finer ones.
                earliest = row["changed_at"] + 1 if row["digest"] else self._now
                change["changed_at"] = max(self._now, earliest)
                change["moved_in"] = self._number
                self._changes.feeds.append(row["path"])
            moved.append(change)
        if moved:
            where = feeds.c.number == sa.bindparam("b_number")
            columns: dict[str, Any] = {
                name: sa.bindparam(name)
                for name in ("entries", "digest", "changed_at", "moved_in")
            }
            self._connection.execute(sa.update(feeds).where(where).values(columns), moved)

    def _end_feeds(self) -> None:
        """Take away the feeds that are to end, of which no entry is left."""
        ended: list[str] = []
        for paths in chunks(removed(self._publication.site.rules)):
            empty = sa.and_(feeds.c.path.in_(paths), feeds.c.entries == 0)
            found = sa.delete(feeds).where(empty).returning(feeds.c.path)
            ended.extend(self._connection.execute(found).scalars())
        self._feeds_differ |= bool(ended)
        self._changes.feeds.extend(sorted(set(ended).difference(self._changes.feeds)))

    def _touched_feeds(self, *, everything: bool) -> Iterator[sa.RowMapping]:
        query = sa.select(feeds).order_by(feeds.c.path)
        if everything:
            yield from self._connection.execute(query).mappings().all()
            return
        for numbers in chunks(self._grown):
            chosen = query.where(feeds.c.number.in_(numbers))
            yield from self._connection.execute(chosen).mappings().all()

    def _window(self, number: int) -> list[str]:
        query = (
            sa.select(entries.c.digest)
            .join(memberships, memberships.c.entry_id == entries.c.id)
            .where(memberships.c.feed == number)
            .order_by(memberships.c.published_at.desc(), memberships.c.entry_id.desc())
            .limit(self._publication.site.entries)
        )
        return list(self._connection.execute(query).scalars())

    def _move_opml(self) -> None:
        paths = self._connection.execute(sa.select(feeds.c.path)).scalars()
        digest = opml_digest(self._publication.site, paths)
        if digest != self._facts.get("opml_digest"):
            last = int(self._facts.get("opml_changed_at", self._now - 1))
            self._facts["opml_digest"] = digest
            self._facts["opml_changed_at"] = str(max(self._now, last + 1))

    # What is known of files and of the whole.

    def _record_files(self) -> None:
        publication = self._publication
        for paths in chunks(publication.forgotten):
            self._connection.execute(sa.delete(files).where(files.c.path.in_(paths)))
        upsert(self._connection, files, [file_row(record) for record in publication.files])
        pin(self._connection, publication.identities)
        for keys in chunks(publication.released):
            waiting = sa.update(files).where(files.c.wants.in_(keys))
            again = waiting.values(size=-1, digest="", wants="").returning(files.c.path)
            self._changes.woken.extend(self._connection.execute(again).scalars())

    def _keep_facts(self) -> None:
        revision = int(self._facts.get("revision", 0))
        if self._changes.feeds or not revision:
            revision += 1
        self._changes.revision = revision
        kept = self._facts | {
            "revision": str(revision),
            "site": self._publication.site.to_json(),
            "renderer": RENDERER_VERSION,
        }
        upsert(
            self._connection, facts, [{"name": n, "value": v} for n, v in sorted(kept.items())]
        )

    # What others are told.

    def _next_number(self) -> int:
        last = self._connection.execute(sa.select(sa.func.max(publishes.c.number))).scalar()
        return int(last or 0) + 1

    def _keep_news(self) -> None:
        changes = self._changes
        kinds = (changes.added, changes.changed, changes.withdrawn, changes.feeds)
        added, changed, withdrawn, moved = map(len, kinds)
        changes.news = ChangeSummary(
            **{kind: tuple(lines) for kind, lines in self._headlines.items()},
            feeds=tuple(changes.feeds[:MOST_NAMED]),
            counts=(added, changed, withdrawn, moved),
        )
        if changes.news:
            row = {"number": self._number, "news": changes.news.to_json()}
            row["at"] = microseconds(self._at)
            self._connection.execute(sa.insert(publishes), [row])
            old = publishes.c.number <= self._number - MOST_PUBLISHES
            self._connection.execute(sa.delete(publishes).where(old))


def pin(connection: Connection, ids: Mapping[str, str]) -> None:
    """Keep the entry id of each key, for good."""
    upsert(connection, identities, [{"key": k, "entry_id": i} for k, i in sorted(ids.items())])
