"""Writing the store: one transaction applies a Publication and computes what it changed."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cache
from itertools import chain, count
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import microseconds
from feedsvc.core.feeds.archives.paging import Extent
from feedsvc.core.feeds.change_summary import MOST_NAMED, ChangeSummary, Headline, headline
from feedsvc.core.feeds.deletions.retractions import Retraction
from feedsvc.core.feeds.deletions.tombstones import Tombstone
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.entry_files import entry_files
from feedsvc.core.feeds.feeds import (
    SITE_TOPIC,
    Topic,
    feed_digest,
    opml_digest,
)
from feedsvc.core.feeds.link_index import names_of_feed
from feedsvc.core.feeds.linked_entries import LinkedEntry, with_link_problems
from feedsvc.core.feeds.renamed_feeds import removed, successors
from feedsvc.core.file_records import FileRecord
from feedsvc.core.filters.placing import named_topics, topics_in
from feedsvc.core.ledger.identities import Claim
from feedsvc.core.ledger.ledger import next_updated
from feedsvc.core.ledger.losses import LossBook
from feedsvc.core.problems import Problem
from feedsvc.core.site import UNCHANGED, Site
from feedsvc.store.archives.numbering import Numbering
from feedsvc.store.archives.waiting import Membership
from feedsvc.store.bulk import insert_rows, upsert
from feedsvc.store.chunks import chunks
from feedsvc.store.deletions.taken_back import TakenBack
from feedsvc.store.deletions.tombstones import Tombstones
from feedsvc.store.filters.regrouping import feeds_of_settings, regrouped
from feedsvc.store.held import write_losses
from feedsvc.store.ledger_tables import mark_unpublished
from feedsvc.store.post_links import LinkedFile, PostLinks
from feedsvc.store.published_site import change_of, facts_of
from feedsvc.store.rows import (
    entry_of,
    entry_row,
    file_row,
    ledger_entry,
    next_ledger_row,
    problems_of,
    problems_text,
    texts_row,
    topic_of,
)
from feedsvc.store.schema import (
    ENTRIES_WITHOUT_TEXTS,
    IS_LISTED,
    WANTS_A_KEY,
    WHOLE_ENTRIES,
    attachments,
    entries,
    facts,
    feed_order,
    feeds,
    files,
    identities,
    ledger,
    memberships,
    publishes,
    texts,
)
from feedsvc.store.search.indexing import IndexWriter

MOST_PUBLISHES: Final = 1000  # whose summaries are kept

_FEW_WINDOWS: Final = 20  # full windows that a feed with few entries has at most

_KINDS: Final = ("added", "changed", "withdrawn")


@dataclass(frozen=True, slots=True)
class Publication:
    """What one publish is to write. `entries` come in any order and are iterated over once.

    `released` are keys that a file no longer uses; files that want them are read again.
    `claims` are the posts of the entries, by entry id, for the ledger. If the publication
    `is_partial`, `site` is the published one, and an upgrade or new settings still wait for a
    publish of all posts. The `unnamed` entry ids leave no tombstones. `retractions` are those
    that this publish begins, changes or ends; the store has the others. If it `rereads` files
    at these paths, the next publish reads them whatever their stamps are, and with them all
    files that are hidden because of a retraction.
    """

    site: Site
    entries: Iterable[Entry] = ()
    withdrawn: Collection[str] = ()  # entry ids
    files: Collection[FileRecord] = ()
    forgotten: Collection[str] = ()  # paths
    identities: Mapping[str, str] = field(default_factory=dict)  # entry id by key
    released: Collection[str] = ()
    losses: LossBook = field(default_factory=LossBook)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    is_partial: bool = False
    permalinks: Mapping[str, str] = field(default_factory=dict)  # of the entries, by id
    unnamed: Collection[str] = ()
    retractions: Collection[Retraction] = ()
    rereads: Collection[str] | None = None


@dataclass(slots=True)
class Changes:
    """What a publish changed: ids of entries, and paths of the feeds whose digest changed.

    `corrected` are the changed entries whose `updated` stays, so that readers keep quiet, and
    `retracted` those that are notices now.
    `pages` are the paths of other documents that caches must not keep: of retracted posts.
    `number` is that of the publish; 0 if nothing has changed.
    `titles` are those of the withdrawn entries, and of those whose links alone have changed;
    `paths` are the files of the latter.
    """

    revision: int = 0
    number: int = 0
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    corrected: list[str] = field(default_factory=list)
    retracted: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)  # of those added: withdrawn before
    feeds: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    summary: ChangeSummary = field(default_factory=ChangeSummary)
    unblocked: list[str] = field(default_factory=list)  # paths of files to read again
    titles: dict[str, str] = field(default_factory=dict)  # by id
    paths: dict[str, str] = field(default_factory=dict)  # by id
    # By path, of files whose links lead to other posts than before: all their problems.
    problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)


def commit(connection: Connection, publication: Publication, now: datetime) -> Changes:
    """Write a publication within the transaction of the connection."""
    return _Writer(connection, publication, now).write()


def commit_renamed(
    connection: Connection, site: Site, renamed: Mapping[str, Entry], now: datetime
) -> Changes:
    """Replace entries, by their present ids, with others that have new ids or dates.

    `site` is the published one. Listeners are told of the feeds alone: no entry is new.
    """
    return _Writer(connection, Publication(site), now).rename(renamed)


class _Writer:
    """One publish, and what it has changed so far."""

    def __init__(self, connection: Connection, publication: Publication, now: datetime) -> None:
        self._connection = connection
        self._publication = publication
        self._now = now
        self._second = int(now.timestamp())
        self._facts = {
            row["name"]: row["value"] for row in connection.execute(sa.select(facts)).mappings()
        }
        self._changes = Changes()
        self._headlines: dict[str, list[Headline]] = {kind: [] for kind in _KINDS}
        some_row = sa.select(sa.literal(1)).select_from(ledger).limit(1)
        self._had_ledger = bool(connection.execute(some_row).first())
        last = connection.execute(sa.select(sa.func.max(entries.c.number))).scalar()
        self._has_entries = last is not None
        self._new_numbers = count((last or 0) + 1)  # of entries
        self._number = next_number(connection)
        self._numbers: dict[Topic, int] = {}  # of feeds
        self._numbering = Numbering(connection)
        self._tombstones = Tombstones(connection, now)
        self._taken_back = TakenBack(connection, publication.site, now)
        self._growth: Counter[int] = Counter()  # entries by feed number; 0 if touched only
        self._feed_list_changed = False
        self._links = PostLinks(connection, publication.site, publication.permalinks)
        self._search = IndexWriter(connection)
        is_partial = publication.is_partial
        self._change = UNCHANGED if is_partial else change_of(self._facts, publication.site)

    def write(self) -> Changes:
        publication = self._publication
        self._ensure_feeds([SITE_TOPIC, *named_topics(publication.site)])
        if self._change.regroups:
            self._regroup()
        targets = {} if self._change.relinks else self._links.targets(self._recorded_paths())
        self._record_files()  # first: links lead to what is published in the end
        self._taken_back.begin(publication.retractions, publication.rereads)
        for chunk in chunks(publication.entries):
            self._put(chunk)
        self._has_entries = True
        for ids in chunks(publication.withdrawn):
            self._withdraw(ids)
        self._touch(self._tombstones.remove(publication.unnamed))
        self._link_again(targets)
        if "site" not in self._facts:
            mark_unpublished(self._connection, self._now)
        self._update_feeds(everything=self._change.shows)
        self._remove_ended_feeds()
        if self._change.is_of_feeds or self._feed_list_changed:
            self._update_opml()
        self._write_facts()
        self._taken_back.finish()
        self._changes.pages += self._taken_back.pages
        number = self._number + self._write_summary()
        write_losses(self._connection, publication.losses, microseconds(self._now), number)
        return self._changes

    def _regroup(self) -> None:
        """Move the published entries as the settings say; the feeds that they decide."""
        site = self._publication.site
        numbers = feeds_of_settings(self._connection, site)
        self._growth.update(dict.fromkeys(numbers.values(), 0))
        self._read_numbers(numbers)
        if len(numbers) > 1 or site.main or self._had_main():
            for old, new, ids in regrouped(self._connection, site, numbers):
                self._write_memberships(old, new, ids)

    def _had_main(self) -> bool:
        """True if the site's feed had not all entries until now because of `feeds.main`."""
        return "site" in self._facts and bool(Site.from_json(self._facts["site"]).main)

    def rename(self, renamed: Mapping[str, Entry]) -> Changes:
        self._ensure_feeds([SITE_TOPIC])
        for ids in chunks(renamed):
            old = {row["number"]: entry_of(row) for row in self._stored(ids).values()}
            new = {number: renamed[entry.id] for number, entry in old.items()}
            self._delete_entries(old)
            self._delete_attachments(ids)
            self._links.rename({old[number].id: entry.id for number, entry in new.items()})
            self._write_entries(new)
            self._replace_attachments(list(new.values()))
            self._replace_memberships(old, new)
            self._touch(self._tombstones.remove([entry.id for entry in new.values()]))
        self._update_feeds(everything=False)
        self._write_facts()
        self._write_summary()
        return self._changes

    def _record_change(self, kind: str, entry: Entry) -> None:
        getattr(self._changes, kind).append(entry.id)
        if len(self._headlines[kind]) < MOST_NAMED:
            self._headlines[kind].append(headline(entry))

    def _record_addition(self, entry: Entry, *, is_return: bool) -> None:
        """An entry that returns was announced before, so the news do not name it."""
        if is_return:
            self._changes.added.append(entry.id)
            self._changes.returned.append(entry.id)
        else:
            self._record_change("added", entry)

    # Entries and their memberships.

    def _stored(
        self, ids: Collection[str], query: sa.Select[Any] = ENTRIES_WITHOUT_TEXTS
    ) -> dict[str, sa.RowMapping]:
        if not self._has_entries:
            return {}
        rows = self._connection.execute(query.where(entries.c.id.in_(ids)))
        return {row["id"]: row for row in rows.mappings()}

    def _write_entries(self, written: Mapping[int, Entry]) -> None:
        """Write entries, by their numbers, that are new or were deleted just now."""
        rows = (entry_row(number, entry) for number, entry in written.items())
        insert_rows(self._connection, entries, rows)
        packed = (texts_row(number, entry) for number, entry in written.items())
        insert_rows(self._connection, texts, packed)
        self._search.write(written)

    def _replace_entries(self, before: Mapping[int, Entry], after: Mapping[int, Entry]) -> None:
        """Write entries, and their feeds, in place of those with the same numbers."""
        self._delete_entries(before)
        self._write_entries(after)
        self._replace_memberships(before, after)

    def _delete_entries(self, numbers: Collection[int]) -> None:
        if numbers:
            self._search.remove(numbers)
            self._connection.execute(sa.delete(entries).where(entries.c.number.in_(numbers)))
            self._connection.execute(sa.delete(texts).where(texts.c.entry.in_(numbers)))

    def _put(self, unlinked: list[Entry]) -> None:
        claims = self._publication.claims
        unlinked = self._taken_back.shown(unlinked)
        paths = {e.id: claims[e.id].path for e in unlinked if e.id in claims}
        composed = self._linked(unlinked, paths)
        remembered = self._remembered([entry.id for entry in composed])
        dated = [self._dated(entry, remembered.get(entry.id)) for entry in composed]
        chunk = self._taken_back.dated(dated)
        old = self._stored([entry.id for entry in chunk])
        # Compare with the digest in the row, not with that of the entry in the row: after an
        # upgrade they differ, and the digests of feeds are computed from those in the rows.
        differing = [e for e in chunk if e.id not in old or old[e.id]["digest"] != e.digest]
        self._write_ledger(chunk, remembered)
        for entry in differing:
            if entry.id not in old:
                self._record_addition(entry, is_return=entry.id in remembered)
                continue
            self._record_change("changed", entry)
            if old[entry.id]["updated"] == entry.updated.isoformat():
                self._changes.corrected.append(entry.id)
            elif entry.is_notice:
                self._changes.retracted.append(entry.id)
        self._touch(self._tombstones.remove([e.id for e in differing if e.id not in old]))
        self._taken_back.note_replaced(differing, old)
        self._replace_attachments(chunk if self._change.rereads else differing)
        if not differing:
            return
        stored = [old[entry.id] for entry in differing if entry.id in old]
        before = {row["number"]: entry_of(row) for row in stored}
        numbers = {entry.id: number for number, entry in before.items()}
        after = {
            numbers[e.id] if e.id in numbers else next(self._new_numbers): e for e in differing
        }
        self._replace_entries(before, after)

    def _linked(self, put: Sequence[Entry], paths: Mapping[str, str]) -> list[Entry]:
        """The entries with resolved links. What they depend on, and what is lost, is stored."""
        linked = self._links.resolve(put, paths)
        self._links.write(linked, paths)
        if any(each.entry.unresolved for each in linked):
            self._write_problems({paths.get(each.entry.id, ""): each for each in linked})
        return [each.entry for each in linked]

    def _write_problems(self, linked: Mapping[str, LinkedEntry]) -> None:
        """Write the lost links of these entries, by path, to the problems of their files."""
        paths = [path for path, each in linked.items() if each.entry.unresolved]
        query = sa.select(files.c.path, files.c.problems).where(
            files.c.path.in_(paths), files.c.state == "published"
        )
        updates = []
        for path, text in self._connection.execute(query).all() if paths else ():
            before, each = problems_of(path, text), linked[path]
            problems = with_link_problems(before, each.entry, path, each.lost)
            if problems != before:
                self._changes.problems[path] = problems
                updates.append({"b_path": path, "problems": problems_text(problems)})
        if updates:
            of_file = sa.update(files).where(files.c.path == sa.bindparam("b_path"))
            of_file = of_file.values(problems=sa.bindparam("problems"))
            self._connection.execute(of_file, updates)

    def _link_again(self, targets: Mapping[str, LinkedFile]) -> None:
        """Resolve the links that may lead elsewhere now. No file is read, and no date moves."""
        links, publication = self._links, self._publication
        if not links.exist:
            return
        if self._change.relinks:
            stale = links.every_id()
        else:
            recorded = (publication.files, publication.forgotten)
            stale = links.dependants(links.changed_keys(targets, *recorded))
        stale -= links.resolved_ids
        if begun_or_ended := self._feeds_begun_or_ended():
            links.see_feeds(self._growth)
            rules = publication.site.rules
            names = (name for topic in begun_or_ended for name in names_of_feed(topic, rules))
            stale |= links.dependants(names)
        seen = {*self._changes.added, *self._changes.changed} if stale else set()
        for read in links.read(stale):
            old = [entry for _, entry in read.values()]
            paths = {entry.id: path for path, entry in read.values()}
            linked = zip(read, old, self._linked(old, paths), strict=True)
            changes = [(n, before, e) for n, before, e in linked if e.digest != before.digest]
            for _, _, entry in changes:
                if entry.id not in seen:
                    self._record_change("changed", entry)
                    self._changes.corrected.append(entry.id)
                self._changes.titles[entry.id] = entry.title
                self._changes.paths[entry.id] = paths[entry.id]
            self._replace_attachments([entry for _, _, entry in changes])
            self._replace_entries(
                {number: before for number, before, _ in changes},
                {number: entry for number, _, entry in changes},
            )

    def _feeds_begun_or_ended(self) -> list[Topic]:
        """The topics of the feeds that get their first entry, or lose their last one."""
        topics = []
        for numbers in chunks(number for number, growth in self._growth.items() if growth):
            query = sa.select(feeds).where(feeds.c.number.in_(numbers))
            for row in self._connection.execute(query).mappings():
                if (row["entries"] > 0) != (row["entries"] + self._growth[row["number"]] > 0):
                    topics.append(topic_of(row))
        return topics

    def _dated(self, entry: Entry, before: sa.RowMapping | None) -> Entry:
        """The entry with the `updated` that follows from the ledger."""
        claim = self._publication.claims.get(entry.id)
        if before is None or claim is None or entry.is_notice:
            return entry
        if not (claim.words_digest or claim.keeps_updated):
            return entry
        after = ledger_entry(next_ledger_row(entry, claim, before, self._now))
        earlier = ledger_entry(before)
        if claim.is_unedited:
            earlier = replace(earlier, words_digest="")
        now = self._now.astimezone(self._publication.site.zone).replace(microsecond=0)
        keeps = claim.keeps_updated
        updated = next_updated(entry.updated, earlier, after, keeps=keeps, now=now)
        updated = max(entry.published, updated)
        return entry if updated == entry.updated else replace(entry, updated=updated)

    def _remembered(self, ids: Collection[str]) -> dict[str, sa.RowMapping]:
        if not self._had_ledger:
            return {}
        rows = self._connection.execute(sa.select(ledger).where(ledger.c.id.in_(ids)))
        return {row["id"]: row for row in rows.mappings()}

    def _write_ledger(self, put: list[Entry], before: Mapping[str, sa.RowMapping]) -> None:
        """Write the rows of the ledger that have changed."""
        rows, keys = [], []
        for entry in put:
            old, claim = before.get(entry.id), self._publication.claims.get(entry.id)
            new = next_ledger_row(entry, claim, old, self._now)
            if old is None or new != dict(old):
                rows.append(new)
            if new["key"] and (old is None or new["key"] != old["key"]):
                keys.append(new["key"])
        if keys and self._had_ledger:
            # A key is in one row: the post that had it before has none now.
            mine = [entry.id for entry in put]
            others = sa.update(ledger).where(ledger.c.key.in_(keys), ledger.c.id.not_in(mine))
            self._connection.execute(others.values(key=""))
        upsert(self._connection, ledger, rows)

    def _withdraw(self, ids: list[str]) -> None:
        rows = self._stored(ids, WHOLE_ENTRIES).values()  # the news have the summaries
        old = {row["number"]: entry_of(row) for row in rows}
        for entry in self._taken_back.without_words(old.values()):
            self._record_change("withdrawn", entry)
            self._changes.titles[entry.id] = entry.title
        self._delete_entries(old)
        self._search.write({})
        gone = sa.update(ledger).where(ledger.c.id.in_(ids))
        self._connection.execute(gone.values(withdrawn_at=microseconds(self._now)))
        self._replace_memberships(old, {})
        self._delete_attachments(ids)
        self._links.delete(ids)

    def _replace_attachments(self, put: list[Entry]) -> None:
        self._delete_attachments([entry.id for entry in put])
        site_url = self._publication.site.url
        rows = (
            {"path": path, "entry_id": entry.id}
            for entry in put
            for path in entry_files(entry, site_url)
        )
        insert_rows(self._connection, attachments, rows)

    def _delete_attachments(self, ids: Collection[str]) -> None:
        if ids and self._has_entries:
            self._connection.execute(
                sa.delete(attachments).where(attachments.c.entry_id.in_(ids))
            )

    def _replace_memberships(
        self, before: Mapping[int, Entry], after: Mapping[int, Entry]
    ) -> None:
        site = self._publication.site
        topics_before = {number: topics_in(site, entry) for number, entry in before.items()}
        topics_after = {number: topics_in(site, entry) for number, entry in after.items()}
        self._ensure_feeds({*chain(*topics_before.values(), *topics_after.values())})
        old = set(self._memberships(before, topics_before))
        new = [*self._memberships(after, topics_after)]
        self._touch({number for number, _, _ in (*old, *new)})
        if not after:
            self._bury(old, before)
        self._write_memberships(old, new, {n: entry.id for n, entry in after.items()})

    def _bury(self, lost: Iterable[Membership], before: Mapping[int, Entry]) -> None:
        unnamed = frozenset(self._publication.unnamed)
        ids = {number: entry.id for number, entry in before.items() if entry.id not in unnamed}
        self._tombstones.add((each for each in lost if each[2] in ids), ids)

    def _write_memberships(
        self, old: set[Membership], new: Collection[Membership], ids: Mapping[int, str]
    ) -> None:
        gone = old.difference(new)
        added = [each for each in new if each not in old] if old else new
        self._growth.subtract(number for number, _, _ in gone)
        self._growth.update(number for number, _, _ in added)
        self._numbering.replace(gone, added, ids)

    def _touch(self, feed_numbers: Iterable[int]) -> None:
        """Compute the digests of these feeds anew, even if they do not grow."""
        for number in feed_numbers:
            self._growth[number] += 0

    def _memberships(
        self, entries: Mapping[int, Entry], topics: Mapping[int, tuple[Topic, ...]]
    ) -> Iterator[Membership]:
        for number, entry in entries.items():
            published_at = microseconds(entry.placed_at)
            for topic in topics[number]:
                yield self._numbers[topic], published_at, number

    # Feeds.

    def _ensure_feeds(self, topics: Iterable[Topic]) -> None:
        """Create the feeds that are missing, and read the number of every feed."""
        paths = {topic: topic.path for topic in topics if topic not in self._numbers}
        wanted = {path: topic for topic, path in paths.items()}
        numbers = self._read_numbers(wanted)
        new: list[dict[str, Any]] = [
            {
                "path": path,
                "kind": topic.kind,
                "names": json.dumps(topic.names, ensure_ascii=False),
                "entries": 0,
                "digest": "",
                "changed_at": self._second,
            }
            for path, topic in sorted(wanted.items())
            if path not in numbers
        ]
        if new:
            insert_rows(self._connection, feeds, new)
            self._feed_list_changed = True
            created = self._read_numbers(row["path"] for row in new)
            self._growth.update(dict.fromkeys(created.values(), 0))
            numbers |= created
        self._numbers |= {topic: numbers[path] for topic, path in paths.items()}

    def _read_numbers(self, paths: Iterable[str]) -> dict[str, int]:
        numbers: dict[str, int] = {}
        for chunk in chunks(paths):
            columns = (feeds.c.path, feeds.c.number, feeds.c.numbered)
            query = sa.select(*columns).where(feeds.c.path.in_(chunk))
            for path, number, numbered in self._connection.execute(query):
                numbers[path] = number
                self._numbering.see(number, numbered)
        return numbers

    def _update_feeds(self, *, everything: bool) -> None:
        """Compute the digest of every touched feed, and date the feeds whose digest changed."""
        self._numbering.number_new()
        self._touch(self._tombstones.expire())
        self._tombstones.prune()
        updates = []
        for row, window, deleted in self._touched_feeds(everything=everything):
            extent, topic = self._extent(row), topic_of(row)
            digest = feed_digest(self._publication.site, topic, window, extent, deleted)
            if (row["entries"] > 0) != (extent.entries > 0):
                self._feed_list_changed = True  # no list has an empty feed
            update = {**row, **asdict(extent), "digest": digest}
            if digest != row["digest"]:
                # Each version has a second of its own, the precision of If-Modified-Since.
                earliest = row["changed_at"] + 1 if row["digest"] else self._second
                update["changed_at"] = max(self._second, earliest)
                update["moved_in"] = self._number
                self._changes.feeds.append(row["path"])
            updates.append(update)
        upsert(self._connection, feeds, updates)

    def _extent(self, row: sa.RowMapping) -> Extent:
        number = row["number"]
        numbered = self._numbering.numbered(number, row["numbered"])
        return Extent(row["entries"] + self._growth[number], numbered)

    def _remove_ended_feeds(self) -> None:
        """Delete the empty feeds of names that the rules remove or rename.

        A renamed feed stays until there is a feed of its new name.
        """
        rules, ended = self._publication.site.rules, list[str]()
        renamed = successors(rules)
        present: set[str] = set()
        for paths in chunks(set(renamed.values())):
            query = sa.select(feeds.c.path).where(feeds.c.path.in_(paths))
            present.update(self._connection.execute(query).scalars())
        waiting = {old for old, new in renamed.items() if new not in present}
        for paths in chunks(removed(rules) - waiting):
            empty = sa.and_(feeds.c.path.in_(paths), feeds.c.entries == 0)
            deleting = sa.delete(feeds).where(empty).returning(feeds.c.path)
            ended.extend(self._connection.execute(deleting).scalars())
        self._feed_list_changed |= bool(ended)
        if ended:
            self._tombstones.remove_orphans()
        self._changes.feeds.extend(sorted(set(ended).difference(self._changes.feeds)))

    def _touched_feeds(
        self, *, everything: bool
    ) -> Iterator[tuple[sa.RowMapping, list[str], list[Tombstone]]]:
        """The rows of touched feeds, each with the digests of its newest entries.

        Then follow the tombstones of entries that it had.
        """
        most = _FEW_WINDOWS * self._publication.site.entries
        for rows in self._feed_rows(everything=everything):
            sizes = {r["number"]: r["entries"] + self._growth[r["number"]] for r in rows}
            windows = self._windows([n for n, size in sizes.items() if size <= most])
            deleted = self._tombstones.of(sizes)
            for row in rows:
                number = row["number"]
                window = windows[number] if number in windows else self._window(number)
                yield row, window, deleted.get(number, [])

    def _feed_rows(self, *, everything: bool) -> Iterator[Sequence[sa.RowMapping]]:
        """The rows of touched feeds in chunks."""
        query = sa.select(feeds).order_by(feeds.c.path)
        if everything:
            yield from chunks(self._connection.execute(query).mappings().all())
            return
        for numbers in chunks(self._growth):
            chosen = query.where(feeds.c.number.in_(numbers))
            yield self._connection.execute(chosen).mappings().all()

    def _windows(self, numbers: Collection[int]) -> dict[int, list[str]]:
        """The windows of feeds with few entries, by number: one query numbers all of these."""
        order = feed_order(self._connection.dialect.name)
        place = sa.func.row_number().over(partition_by=memberships.c.feed, order_by=order)
        of_feeds = (
            sa.select(memberships.c.feed, entries.c.digest, place.label("place"))
            .join(entries, memberships.c.entry == entries.c.number)
            .where(memberships.c.feed.in_(numbers))
            .subquery()
        )
        query = (
            sa.select(of_feeds.c.feed, of_feeds.c.digest)
            .where(of_feeds.c.place <= self._publication.site.entries)
            .order_by(of_feeds.c.feed, of_feeds.c.place)
        )
        windows: dict[int, list[str]] = {number: [] for number in numbers}
        for number, digest in self._connection.execute(query) if numbers else ():
            windows[number].append(digest)
        return windows

    def _window(self, number: int) -> list[str]:
        """The digests of the newest entries of a feed, as many as its documents show."""
        limits = {"feed": number, "most": self._publication.site.entries}
        query = _window(self._connection.dialect.name)
        return list(self._connection.execute(query, limits).scalars())

    def _update_opml(self) -> None:
        listed = sa.select(feeds.c.path, feeds.c.kind, feeds.c.names).where(IS_LISTED)
        # The path of a filter does not tell its title.
        names = (
            f"{row.path} {row.names}" if row.kind == "filter" else row.path
            for row in self._connection.execute(listed)
        )
        digest = opml_digest(self._publication.site, names)
        if digest != self._facts.get("opml_digest"):
            last = int(self._facts.get("opml_changed_at", self._second - 1))
            self._facts["opml_digest"] = digest
            self._facts["opml_changed_at"] = str(max(self._second, last + 1))

    # Files and facts.

    def _recorded_paths(self) -> Iterator[str]:
        yield from (record.path for record in self._publication.files)
        yield from self._publication.forgotten

    def _record_files(self) -> None:
        publication = self._publication
        for paths in chunks(publication.forgotten):
            self._connection.execute(sa.delete(files).where(files.c.path.in_(paths)))
        upsert(self._connection, files, map(file_row, publication.files))
        pin(self._connection, publication.identities)
        for keys in chunks(publication.released):
            waiting = sa.update(files).where(files.c.wants.in_(keys), WANTS_A_KEY)
            unread = waiting.values(size=-1, digest="", wants="").returning(files.c.path)
            self._changes.unblocked.extend(self._connection.execute(unread).scalars())

    def _write_facts(self) -> None:
        revision = int(self._facts.get("revision", 0))
        if self._changes.feeds or not revision:
            revision += 1
        self._changes.revision = revision
        new = self._facts | {"revision": str(revision)}
        if not self._publication.is_partial:
            new |= facts_of(self._publication.site, self._change)
        upsert(
            self._connection, facts, [{"name": n, "value": v} for n, v in sorted(new.items())]
        )

    # The summary for listeners.

    def _write_summary(self) -> bool:
        """Write the summary, and return true, if anything has changed."""
        changes = self._changes
        kinds = (changes.added, changes.changed, changes.withdrawn, changes.feeds)
        added, changed, withdrawn, feed_count = map(len, kinds)
        changes.summary = ChangeSummary(
            **{kind: tuple(lines) for kind, lines in self._headlines.items()},
            feeds=tuple(changes.feeds[:MOST_NAMED]),
            counts=(added, changed, withdrawn, feed_count),
        )
        if changes.summary:
            changes.number = self._number
            row = {"number": self._number, "news": changes.summary.to_json()}
            row["at"] = microseconds(self._now)
            self._connection.execute(sa.insert(publishes), [row])
            is_old = publishes.c.number <= self._number - MOST_PUBLISHES
            self._connection.execute(sa.delete(publishes).where(is_old))
        return bool(changes.summary)


@cache  # it is run for each feed that changes
def _window(dialect: str) -> sa.Select[Any]:
    """The digests of the newest entries of a feed."""
    return (
        sa.select(entries.c.digest)
        .join(memberships, memberships.c.entry == entries.c.number)
        .where(memberships.c.feed == sa.bindparam("feed"))
        .order_by(*feed_order(dialect))
        .limit(sa.bindparam("most"))
    )


def next_number(connection: Connection) -> int:
    """The number of the next publish that listeners hear of."""
    last = connection.execute(sa.select(sa.func.max(publishes.c.number))).scalar()
    return int(last or 0) + 1


def pin(connection: Connection, ids: Mapping[str, str]) -> None:
    """Store the permanent entry id of each key."""
    rows = ({"key": key, "entry_id": ids[key]} for key in sorted(ids))
    upsert(connection, identities, rows)
