"""Remove one post from the store for good: a takedown. Only hashes of its names stay."""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.ledger.ledger import forgotten_hash
from feedsvc.core.posts.post import SUFFIXES
from feedsvc.core.site import Site
from feedsvc.store.publication import Changes, Publication, commit
from feedsvc.store.rows import ledger_entry
from feedsvc.store.schema import (
    adoptions,
    entries,
    facts,
    files,
    forgotten,
    held,
    identities,
    jobs,
    ledger,
    losses,
    publishes,
)
from feedsvc.store.upserts import insert_new


def forget(connection: Connection, entry_id: str, now: datetime) -> Changes | None:
    """Remove an entry from its feeds and from all that is remembered of it.

    None if the store has no such entry. Only hashes of its id, its keys and its permalinks
    stay, so that its id is never given again.
    """
    keys, permalinks = _keys(connection, entry_id), _permalinks(connection, entry_id)
    has_row = connection.execute(sa.select(ledger.c.id).where(ledger.c.id == entry_id)).first()
    if not (has_row or keys or permalinks):
        return None
    query = sa.select(files.c.path).where(files.c.entry_id == entry_id)
    paths = list(connection.execute(query).scalars())
    changes = _withdraw(connection, entry_id, paths, keys, now)
    for table, column in (
        (ledger, ledger.c.id),
        (identities, identities.c.entry_id),
        (held, held.c.entry_id),
        (losses, losses.c.entry_id),
        (adoptions, adoptions.c.entry_id),
    ):
        connection.execute(sa.delete(table).where(column == entry_id))
    _clean_reports(connection, {entry_id, *permalinks}, {*paths, *_paths_of(keys)})
    for text in (entry_id, *keys, *permalinks):
        insert_new(connection, forgotten, {"hash": forgotten_hash(text)})
    return changes


def _keys(connection: Connection, entry_id: str) -> list[str]:
    pinned = sa.select(identities.c.key).where(identities.c.entry_id == entry_id)
    current = sa.select(ledger.c.key).where(ledger.c.id == entry_id, ledger.c.key != "")
    return sorted(connection.execute(pinned.union(current)).scalars())


def _paths_of(keys: list[str]) -> set[str]:
    """The paths that files with these keys may have had."""
    kinds = (key.partition(":") for key in keys)
    return {name + suffix for kind, _, name in kinds if kind == "path" for suffix in SUFFIXES}


def _permalinks(connection: Connection, entry_id: str) -> list[str]:
    published = sa.select(entries.c.permalink).where(entries.c.id == entry_id)
    permalinks = set(connection.execute(published).scalars())
    rows = connection.execute(sa.select(ledger).where(ledger.c.id == entry_id)).mappings()
    for entry in map(ledger_entry, rows):
        permalinks.update((entry.permalink, *entry.earlier_permalinks))
    return sorted(permalinks - {""})


def _withdraw(
    connection: Connection, entry_id: str, paths: list[str], keys: list[str], now: datetime
) -> Changes:
    """Withdraw the entry from its feeds as a publish does."""
    before = {row.name: row.value for row in connection.execute(sa.select(facts))}
    if "site" not in before:
        return Changes()  # nothing was ever published
    publication = Publication(
        Site.from_json(before["site"]),
        withdrawn=[entry_id],
        forgotten=paths,
        released=keys,
    )
    changes = commit(connection, publication, now)
    # After an upgrade all posts must still be read again.
    renderer = sa.update(facts).where(facts.c.name == "renderer")
    connection.execute(renderer.values(value=before.get("renderer", "")))
    return changes


def _clean_reports(connection: Connection, names: set[str], paths: set[str]) -> None:
    """Remove the post from summaries of publishes, reports of jobs and problems of files."""
    for table, column, key in (
        (publishes, publishes.c.news, publishes.c.number),
        (jobs, jobs.c.report, jobs.c.number),
    ):
        for number, text in connection.execute(sa.select(key, column)).all():
            stored = json.loads(text) if text else None
            cleaned = _without(stored, names, paths)
            if cleaned != stored:
                text = json.dumps(cleaned, ensure_ascii=False)
                changing = sa.update(table).where(key == number)
                connection.execute(changing.values({column.name: text}))
    for path in paths:
        # Problems of other files may name it: they are read again.
        names_it = files.c.problems.contains(
            json.dumps(path, ensure_ascii=False)[1:-1], autoescape=True
        )
        reading = sa.update(files).where(names_it)
        connection.execute(reading.values(size=-1, digest="", problems=""))


def _without(value: Any, names: set[str], paths: set[str]) -> Any:
    """JSON without the objects that describe the post: by id, permalink or path."""
    if isinstance(value, list):
        kept = (each for each in value if not _describes(each, names, paths))
        return [_without(each, names, paths) for each in kept]
    if isinstance(value, dict):
        return {key: _without(each, names, paths) for key, each in value.items()}
    return value


def _describes(value: Any, names: set[str], paths: set[str]) -> bool:
    if not isinstance(value, dict):
        return False
    is_named = any(value.get(key) == name for key in ("id", "permalink") for name in names)
    return is_named or any(value.get("path") == path for path in paths)
