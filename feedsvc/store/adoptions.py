"""Taking over ids and dates of other feeds in the store, and undoing it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.adopting.matches import PublishedPost
from feedsvc.core.adopting.plan import Adoption
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.ledger.ledger import LedgerEntry, forgotten_hash
from feedsvc.core.site import Site
from feedsvc.errors import FeedError
from feedsvc.store.bulk import upsert
from feedsvc.store.chunks import chunks
from feedsvc.store.deletions.retractions import Retractions
from feedsvc.store.engine.database import Database
from feedsvc.store.held import write_held_fact
from feedsvc.store.ledger_tables import forgotten_hashes
from feedsvc.store.publication import Changes, commit_renamed
from feedsvc.store.rows import entry_of, ledger_entry, ledger_row
from feedsvc.store.schema import (
    WHOLE_ENTRIES,
    adoptions,
    entries,
    files,
    held,
    identities,
    ledger,
    losses,
)
from feedsvc.store.snapshot import Snapshot


class Adoptions:
    """The adoptions of other feeds. Writing needs the lock to publish."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def posts(self) -> list[PublishedPost]:
        """Every published post, by path. Raises FeedError if a publish must come first."""
        with self._database.reading() as connection:
            _published_site(connection)
            posts = list(_posts(connection))
        if not posts:
            raise FeedError("no post is published yet; run feedsvc publish first")
        return posts

    def used_ids(self) -> dict[str, str]:
        """Every id that a post has or had, and whose it is, for people."""
        pinned = sa.select(identities.c.entry_id.label("id"))
        recalled = sa.select(ledger.c.id, ledger.c.rss_guid)
        published = sa.select(files.c.entry_id.label("id"), files.c.path)
        with self._database.reading() as connection:
            used = dict.fromkeys(connection.execute(pinned).scalars(), "a withdrawn post")
            for row in connection.execute(recalled):
                used |= dict.fromkeys(
                    [row.id, *filter(None, [row.rss_guid])],
                    used.get(row.id, "a withdrawn post"),
                )
            for row in connection.execute(published.where(files.c.entry_id.is_not(None))):
                used[row.id] = row.path
        return used

    def later_id(self, entry_id: str) -> str:
        """The id that adoptions gave to the post with this earlier id; empty if none did."""
        number, later = 0, entry_id
        with self._database.reading() as connection:
            while True:
                is_next = (adoptions.c.number > number, _names_in_before(later))
                query = sa.select(adoptions).where(*is_next).order_by(adoptions.c.number)
                rows = connection.execute(query).mappings()
                replacing = next((row for row in rows if _id_before(row) == later), None)
                if replacing is None:
                    return "" if later == entry_id else later
                number, later = replacing["number"], replacing["entry_id"]

    def write(self, chosen: Sequence[Adoption], now: datetime) -> Changes:
        """Take over the ids and dates in one transaction, as one adoption."""
        with self._database.writing() as connection:
            site = _published_site(connection)
            last = connection.execute(sa.select(sa.func.max(adoptions.c.number))).scalar()
            renamed: dict[str, Entry] = {}
            for chunk in chunks(chosen):
                renamed |= _Adopting(connection, (last or 0) + 1).take_over(chunk)
            write_held_fact(connection)
            changes = commit_renamed(connection, site, renamed, now)
            self._database.check_lock()
            return changes

    def undo(self, now: datetime) -> tuple[int, Changes]:
        """Undo the last adoption; for how many posts. Raises FeedError if there is none."""
        with self._database.writing() as connection:
            site = _published_site(connection)
            number = connection.execute(sa.select(sa.func.max(adoptions.c.number))).scalar()
            if number is None:
                raise FeedError("there is no adoption to undo")
            restored = _restore(connection, number)
            write_held_fact(connection)
            changes = commit_renamed(connection, site, restored.entries, now)
            self._database.check_lock()
            return restored.posts, changes


def _published_site(connection: Connection) -> Site:
    snapshot = Snapshot(connection)
    site = snapshot.site()
    if site is None:
        raise FeedError("no post is published yet; run feedsvc publish first")
    if not snapshot.is_current():
        raise FeedError("another feedsvc wrote this store; run feedsvc publish first")
    return site


def _posts(connection: Connection) -> Iterator[PublishedPost]:
    columns = ("id", "permalink", "title", "published", "updated")
    query = (
        sa.select(
            files.c.path,
            files.c.key,
            *(entries.c[name] for name in columns),
            ledger.c.rss_guid,
            ledger.c.earlier_permalinks,
        )
        .join_from(files, entries, entries.c.id == files.c.entry_id)
        .outerjoin(ledger, ledger.c.id == entries.c.id)
        .order_by(files.c.path)
    )
    listed = set()
    for row in connection.execute(query).mappings():
        if row["id"] in listed:  # another file keeps the last version of the same entry
            continue
        listed.add(row["id"])
        earlier = json.loads(row["earlier_permalinks"] or "[]")
        yield PublishedPost(
            entry_id=row["id"],
            key=row["key"],
            path=row["path"],
            title=row["title"],
            permalinks=(row["permalink"], *earlier),
            published=datetime.fromisoformat(row["published"]),
            updated=datetime.fromisoformat(row["updated"]),
            rss_guid=row["rss_guid"] or "",
        )


def _entries(connection: Connection, ids: list[str]) -> dict[str, Entry]:
    rows = connection.execute(WHOLE_ENTRIES.where(entries.c.id.in_(ids))).mappings()
    return {row["id"]: entry_of(row) for row in rows}


def _keys(connection: Connection, ids: list[str]) -> dict[str, list[str]]:
    """The keys that are pinned to these ids, by id."""
    keys: dict[str, list[str]] = {}
    query = sa.select(identities).where(identities.c.entry_id.in_(ids))
    for row in connection.execute(query.order_by(identities.c.key)).mappings():
        keys.setdefault(row["entry_id"], []).append(row["key"])
    return keys


@dataclass(frozen=True, slots=True)
class _Adopting:
    """Writes one adoption."""

    connection: Connection
    number: int

    def take_over(self, chosen: list[Adoption]) -> dict[str, Entry]:
        """Write all but the entries; returns these, by the ids that they have now."""
        ids = [each.post.entry_id for each in chosen]
        stored = _entries(self.connection, ids)
        remembered = Snapshot(self.connection).remembered(ids)
        keys = _keys(self.connection, ids)
        kept: list[dict[str, Any]] = []
        new_rows: list[LedgerEntry] = []
        renamed: dict[str, Entry] = {}
        for each in chosen:
            entry = stored[each.post.entry_id]
            renamed[entry.id] = _adopted_entry(entry, each)
            row = remembered.get(entry.id)
            new_rows.append(_adopted_row(row, each))
            before = _before(entry, row, renamed[entry.id])
            kept += [
                {
                    "number": self.number,
                    "key": key,
                    "entry_id": each.entry_id,
                    "before": before,
                }
                for key in keys.get(entry.id, [each.post.key])
            ]
        upsert(self.connection, adoptions, kept)
        _rename(self.connection, {entry_id: new.id for entry_id, new in renamed.items()})
        upsert(self.connection, ledger, list(map(ledger_row, new_rows)))
        return renamed


def _adopted_entry(entry: Entry, adoption: Adoption) -> Entry:
    return replace(
        entry,
        id=adoption.entry_id,
        rss_guid=adoption.rss_guid,
        published=adoption.published,
        updated=adoption.updated,
    )


def _adopted_row(row: LedgerEntry | None, adoption: Adoption) -> LedgerEntry:
    post = adoption.post
    row = row or LedgerEntry(post.entry_id, post.key, permalink=post.permalinks[0])
    # A file that is renamed is recognised by the date in it.
    is_redated = adoption.published != post.published
    return replace(
        row,
        id=adoption.entry_id,
        rss_guid=adoption.rss_guid,
        published=adoption.published,
        updated=adoption.updated,
        redated=row.redated or (post.published if is_redated else None),
        adopted_published=adoption.adopted_published or row.adopted_published,
        adopted_updated=adoption.adopted_updated or row.adopted_updated,
    )


def _before(entry: Entry, row: LedgerEntry | None, after: Entry) -> str:
    """What `_restored_entry` and `_restored_row` need, as JSON."""
    return json.dumps(
        {
            "id": entry.id,
            "rss_guid": entry.rss_guid,
            "dates": [entry.published.isoformat(), entry.updated.isoformat()],
            "adopted_dates": [after.published.isoformat(), after.updated.isoformat()],
            "ledger": ledger_row(row) if row else None,
        },
        ensure_ascii=False,
    )


def _rename(connection: Connection, new_ids: Mapping[str, str]) -> None:
    """Give entries new ids in every table but `entries` and what follows from it.

    The rows in `ledger` are deleted: the caller writes them.
    """
    changed = {old: new for old, new in new_ids.items() if old != new}
    rows = [{"b_old": old, "b_new": new} for old, new in changed.items()]
    if not rows:
        return
    for table in (files, identities, held, losses):
        renaming = sa.update(table).where(table.c.entry_id == sa.bindparam("b_old"))
        connection.execute(renaming.values(entry_id=sa.bindparam("b_new")), rows)
    Retractions(connection).rename(changed)
    connection.execute(sa.delete(ledger).where(ledger.c.id.in_(list(changed))))


# Undoing.


@dataclass(frozen=True, slots=True)
class _Restored:
    """How many posts have their ids and dates back, and the entries of the published ones."""

    posts: int
    entries: Mapping[str, Entry]


def _restore(connection: Connection, number: int) -> _Restored:
    query = sa.select(adoptions).where(adoptions.c.number == number)
    rows = connection.execute(query).mappings()
    before = {row["entry_id"]: json.loads(row["before"]) for row in rows}
    before = _without_forgotten(connection, before)
    restored: dict[str, Entry] = {}
    for ids in chunks(before):
        _refuse_used(connection, {i: before[i]["id"] for i in ids if before[i]["id"] != i})
        for entry_id, entry in _entries(connection, ids).items():
            restored[entry_id] = _restored_entry(entry, before[entry_id])
        remembered = Snapshot(connection).remembered(ids)
        _rename(connection, {entry_id: before[entry_id]["id"] for entry_id in ids})
        back = [
            _restored_row(remembered[i], before[i])
            for i in ids
            if before[i]["ledger"] and i in remembered
        ]
        upsert(connection, ledger, list(map(ledger_row, back)))
        unknown = [i for i in ids if not before[i]["ledger"]]
        connection.execute(sa.delete(ledger).where(ledger.c.id.in_(unknown)))
    connection.execute(sa.delete(adoptions).where(adoptions.c.number == number))
    return _Restored(len(before), restored)


def _without_forgotten(
    connection: Connection, before: Mapping[str, Any]
) -> dict[str, Mapping[str, Any]]:
    """What is restored, without ids that were forgotten: those posts keep the adopted ids."""
    hashes = forgotten_hashes(connection)
    return {
        entry_id: earlier
        for entry_id, earlier in before.items()
        if earlier["id"] == entry_id or forgotten_hash(earlier["id"]) not in hashes
    }


def _refuse_used(connection: Connection, wanted: Mapping[str, str]) -> None:
    """Raise FeedError if another entry has one of these ids by now."""
    ids = list(wanted.values())
    used = [*_entries(connection, ids), *Snapshot(connection).remembered(ids)]
    if used:
        raise FeedError(
            f"the adoption cannot be undone: another post has the id {used[0]} since then; "
            "give it a slug or guid of its own"
        )


def _restored_entry(entry: Entry, before: Mapping[str, Any]) -> Entry:
    """The entry as it was, with the edits since then."""
    published, updated = _restored_dates((entry.published, entry.updated), before)
    return replace(
        entry,
        id=before["id"],
        rss_guid=before["rss_guid"],
        published=published,
        updated=max(published, updated),
    )


def _restored_dates(
    dates: tuple[datetime, datetime], before: Mapping[str, Any]
) -> tuple[datetime, datetime]:
    """The dates from before the adoption, but those that have changed since."""
    was, became = (
        [datetime.fromisoformat(text) for text in before[name]]
        for name in ("dates", "adopted_dates")
    )
    published, updated = (
        old if date == adopted else date
        for date, adopted, old in zip(dates, became, was, strict=True)
    )
    return published, updated


def _restored_row(row: LedgerEntry, before: Mapping[str, Any]) -> LedgerEntry:
    earlier = ledger_entry(before["ledger"])
    published, updated = row.published, row.updated
    if published and updated:
        published, updated = _restored_dates((published, updated), before)
    return replace(
        row,
        id=earlier.id,
        rss_guid=earlier.rss_guid,
        published=published,
        updated=updated,
        redated=earlier.redated if row.published != published else row.redated,
        adopted_published=earlier.adopted_published,
        adopted_updated=earlier.adopted_updated,
    )


# Forgetting.


@dataclass(frozen=True, slots=True)
class StoredAdoption:
    """An adoption of one post: its number, the adopted id, and what was there before."""

    number: int
    entry_id: str
    before: Mapping[str, Any]


def adoptions_of(connection: Connection, entry_id: str) -> Iterator[StoredAdoption]:
    """The adoptions by which the post with this id has got it, the last one first.

    An earlier id may belong to another post by now, so each is looked for only in the
    adoptions before the one that replaced it.
    """
    earlier: sa.ColumnElement[bool] = sa.true()
    while True:
        query = (
            sa.select(adoptions.c.number, adoptions.c.before)
            .where(adoptions.c.entry_id == entry_id, earlier)
            .order_by(adoptions.c.number.desc())
            .limit(1)
        )
        row = connection.execute(query).first()
        if row is None:
            return
        before = json.loads(row.before)
        yield StoredAdoption(row.number, entry_id, before)
        entry_id, earlier = before["id"], adoptions.c.number < row.number


def forget_adoptions(connection: Connection, entry_id: str, names: Iterable[str]) -> None:
    """Delete the adoptions of a post, and those of others that name one of its ids or keys.

    Undoing would give such an id to another post.
    """
    for each in [*adoptions_of(connection, entry_id)]:
        is_same = (adoptions.c.number == each.number, adoptions.c.entry_id == each.entry_id)
        connection.execute(sa.delete(adoptions).where(*is_same))
    for name in names:
        is_named = (adoptions.c.entry_id == name, adoptions.c.key == name)
        deleting = sa.delete(adoptions).where(sa.or_(*is_named, _names_in_before(name)))
        connection.execute(deleting)


def _names_in_before(name: str) -> sa.ColumnElement[bool]:
    """True for adoptions that have this text in what was there before."""
    return adoptions.c.before.contains(json.dumps(name, ensure_ascii=False), autoescape=True)


def _id_before(row: sa.RowMapping) -> str:
    before: dict[str, str] = json.loads(row["before"])
    return before["id"]
