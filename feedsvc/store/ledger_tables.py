"""The ledger in the store: all its lines, and lines of a file merged into it."""

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import microseconds
from feedsvc.core.ledger.ledger import LedgerEntry, forgotten_hash
from feedsvc.core.ledger.ledger_lines import ForgottenHash, LedgerLine, LedgerRecord
from feedsvc.store.bulk import upsert
from feedsvc.store.chunks import chunks
from feedsvc.store.deletions.retractions import Retractions
from feedsvc.store.rows import ledger_entry, ledger_row
from feedsvc.store.schema import entries, facts, forgotten, identities, ledger


@dataclass(slots=True)
class Merged:
    """What lines of a file changed in the store: counts of posts, and a warning for each line
    that is not as in the file.
    """

    added: int = 0
    known: int = 0
    warnings: list[str] = field(default_factory=list)


def ledger_lines(connection: Connection) -> Iterator[LedgerLine]:
    """Every line of the ledger, by id. They are read as they are needed."""
    query = sa.select(forgotten.c.hash).order_by(_bytewise(connection, forgotten.c.hash))
    hashes = (ForgottenHash(row["hash"]) for row in _rows(connection, query))
    return heapq.merge(_records(connection), hashes, key=_id_of)


def _id_of(line: LedgerLine) -> str:
    return line.id if isinstance(line, ForgottenHash) else line.entry.id


def _records(connection: Connection) -> Iterator[LedgerRecord]:
    """Every post. If the ledger lacks an entry that a key is pinned to, only its keys."""
    known = sa.select(ledger).order_by(_bytewise(connection, ledger.c.id))
    order = (_bytewise(connection, each) for each in (identities.c.entry_id, identities.c.key))
    pinned = sa.select(identities).order_by(*order)
    rows = heapq.merge(
        ((row["id"], "", ledger_entry(row)) for row in _rows(connection, known)),
        ((row["entry_id"], row["key"], None) for row in _rows(connection, pinned)),
        key=itemgetter(0, 1),
    )
    retracted = {each.entry_id: each for each in Retractions(connection).all()}
    for entry_id, group in groupby(rows, key=itemgetter(0)):
        members = list(group)
        entry = members[0][2]
        keys = [key for _, key, member in members if member is None]
        entry = entry or LedgerEntry(entry_id, keys[0])
        others = tuple(key for key in keys if key != entry.key)
        yield LedgerRecord(entry, others, retracted.get(entry_id))


def _bytewise(connection: Connection, column: sa.Column[str]) -> sa.ColumnElement[str]:
    """The column in the order of its UTF-8, which is that of Python's texts."""
    return sa.collate(column, "C") if connection.dialect.name == "postgresql" else column


def _rows(connection: Connection, query: sa.Select[Any]) -> Iterator[sa.RowMapping]:
    return iter(connection.execute(query, execution_options={"yield_per": 500}).mappings())


def is_blank(connection: Connection) -> bool:
    """True if nothing was ever published or imported into the store."""
    return not any(
        connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
        for table in (identities, ledger, forgotten, entries)
    )


def unknown_ids(connection: Connection, entry_ids: Iterable[str]) -> Iterator[str]:
    """Those of these ids that the store neither knows nor has forgotten."""
    hashes = forgotten_hashes(connection)
    for chunk in chunks(entry_ids):
        stored = _stored(connection, ledger.c.id, ledger.c.id, chunk)
        pinned = sa.select(identities.c.entry_id).where(identities.c.entry_id.in_(chunk))
        missing = [each for each in chunk if each not in stored]
        if missing:
            missing = sorted(set(missing) - set(connection.execute(pinned).scalars()))
        yield from (each for each in missing if forgotten_hash(each) not in hashes)


def forgotten_hashes(connection: Connection) -> frozenset[str]:
    """The hashes of all ids, keys and permalinks that were forgotten."""
    return frozenset(connection.execute(sa.select(forgotten.c.hash)).scalars())


def mark_unpublished(connection: Connection, now: datetime) -> None:
    """Record that entries of the ledger that are not published are withdrawn now."""
    published = sa.select(entries.c.id)
    is_open = sa.and_(ledger.c.withdrawn_at.is_(None), ledger.c.id.not_in(published))
    marking = sa.update(ledger).where(is_open)
    connection.execute(marking.values(withdrawn_at=microseconds(now)))


def merge_lines(
    connection: Connection,
    hashes: Collection[str],
    lines: Iterable[LedgerLine],
    now: datetime,
) -> Merged:
    """Add the lines of a file to the ledger; the store wins where they contradict each other.

    `hashes` are the forgotten hashes of the file, which are also among its lines. A file that
    lacks a hash of the store is older than what was forgotten here, and its lines of that post
    are refused.
    """
    merged = Merged()
    was_published = bool(
        connection.execute(sa.select(facts.c.name).where(facts.c.name == "site")).first()
    )
    here = forgotten_hashes(connection)
    new_hashes = set(hashes) - here
    if new_hashes:
        _refuse_published(connection, new_hashes, merged)
    records = (line for line in lines if isinstance(line, LedgerRecord))
    for chunk in chunks(records):
        _merge_chunk(connection, chunk, (here | new_hashes, here.difference(hashes)), merged)
    for some in chunks(sorted(new_hashes)):
        connection.execute(sa.insert(forgotten), [{"hash": each} for each in some])
    if was_published:
        mark_unpublished(connection, now)
    return merged


def _refuse_published(connection: Connection, new_hashes: set[str], merged: Merged) -> None:
    """Leave out the hashes of ids, keys and permalinks that posts of the store have."""
    for record in _records(connection):
        entry = record.entry
        texts = (entry.id, *record.keys, entry.permalink, *entry.earlier_permalinks)
        had = {forgotten_hash(text) for text in texts if text} & new_hashes
        if forgotten_hash(entry.id) in had:
            merged.warnings.append(
                f"{entry.id} was forgotten in the file and is a post of the store; it stays "
                "(remove it with feedsvc ledger forget)"
            )
        new_hashes -= had


def _merge_chunk(
    connection: Connection,
    records: list[LedgerRecord],
    hashes: tuple[frozenset[str], frozenset[str]],
    merged: Merged,
) -> None:
    ids = [record.entry.id for record in records]
    keys = _stored(connection, ledger.c.id, ledger.c.key, ids)
    wanted = [key for record in records for key in record.keys]
    pinned = _stored(connection, identities.c.key, identities.c.entry_id, wanted)
    new_entries: list[LedgerEntry] = []
    new_keys: dict[str, str] = {}
    taken_back = Retractions(connection)
    known = taken_back.of(ids)
    new_retractions = []
    pinned_ids = set(pinned.values())
    for record in records:
        entry = record.entry
        if _is_refused(record, pinned, *hashes):
            merged.warnings.append(
                f"{entry.id} is not imported: it was removed with feedsvc ledger forget"
            )
            continue
        if record.retraction and record.retraction.follows(known.get(entry.id)):
            new_retractions.append(record.retraction)
        free = {key: entry.id for key in record.keys if key not in pinned}
        new_keys |= free
        for key in record.keys:
            if key in pinned and pinned[key] != entry.id:
                merged.warnings.append(
                    f"the key {key!r} has the id {pinned[key]} in the store and {entry.id} in "
                    f"the file; the store's id stays"
                )
        if entry.id in keys:
            merged.known += 1
            key = keys[entry.id]
            if key and key not in record.keys and entry.key in free:
                merged.warnings.append(
                    f"{entry.id} has the key {key!r} in the store and "
                    f"{entry.key!r} in the file; the store's key stays"
                )
            continue
        if entry.id in pinned_ids:
            merged.known += 1
        else:
            merged.added += 1
        is_free = pinned.get(entry.key, entry.id) == entry.id
        new_entries.append(entry if is_free else replace(entry, key=""))
    if new_entries:
        connection.execute(sa.insert(ledger), [ledger_row(entry) for entry in new_entries])
    upsert(connection, identities, [{"key": k, "entry_id": i} for k, i in new_keys.items()])
    taken_back.write(new_retractions)


def _is_refused(
    record: LedgerRecord,
    pinned: Mapping[str, str],
    forgotten_ids: Collection[str],
    only_here: Collection[str],
) -> bool:
    if forgotten_hash(record.entry.id) in forgotten_ids:
        return True
    return any(
        forgotten_hash(key) in only_here and pinned.get(key) != record.entry.id
        for key in (record.keys if only_here else ())
    )


def _stored(
    connection: Connection,
    name: sa.Column[str],
    value: sa.Column[str],
    names: Iterable[str],
) -> dict[str, str]:
    """The value of each of these names that the table has."""
    found: dict[str, str] = {}
    for chunk in chunks(names):
        query = sa.select(name.label("name"), value.label("value")).where(name.in_(chunk))
        found |= {row.name: row.value for row in connection.execute(query)}
    return found
