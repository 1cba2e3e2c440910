"""Remove one post from the store for good: a takedown. Only hashes of its names stay."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.ledger.forgotten_names import ForgottenNames
from feedsvc.core.ledger.ledger import forgotten_hash
from feedsvc.core.posts.post import SPELLED_SUFFIXES
from feedsvc.core.site import Site
from feedsvc.store.adoptions import adoptions_of, forget_adoptions
from feedsvc.store.bulk import insert_new
from feedsvc.store.deletions.old_summaries import rewrite_news
from feedsvc.store.held import write_held_fact
from feedsvc.store.publication import Changes, Publication, commit
from feedsvc.store.rows import ledger_entry
from feedsvc.store.schema import (
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
    retractions,
)
from feedsvc.store.search.indexing import index_state
from feedsvc.store.search.search_tables import merge_segments

_REMOVED: Final = "the text of this error named a post that was removed"


def forget(connection: Connection, entry_id: str, now: datetime) -> Changes | None:
    """Remove an entry from its feeds and from all that is remembered of it.

    None if the store has no such entry. Only hashes stay: of its id, of the ids that it had
    before adoptions, of its keys and its permalinks. So none of its ids is given again.
    """
    names = _names(connection, entry_id)
    if names is None:
        return None
    changes = _withdraw(connection, entry_id, names, now)
    for table, column in (
        (ledger, ledger.c.id),
        (identities, identities.c.entry_id),
        (held, held.c.entry_id),
        (losses, losses.c.entry_id),
        (retractions, retractions.c.entry_id),
    ):
        connection.execute(sa.delete(table).where(column == entry_id))
    write_held_fact(connection)
    # What another post has got since then is a name of that post.
    reserved = names.ids | names.keys
    reserved -= _in_use(connection, reserved)
    forget_adoptions(connection, entry_id, reserved)
    every_name = reserved | names.permalinks | names.files | _paths_of(names.keys)
    every_name |= _paths_in_reports(connection, ForgottenNames(names.ids))
    _clean_reports(connection, ForgottenNames(every_name))
    _clean_problems(connection, every_name)
    for text in sorted(reserved | names.permalinks):
        insert_new(connection, forgotten, {"hash": forgotten_hash(text)})
    return changes


@dataclass(frozen=True, slots=True)
class _Names:
    """Everything that an entry was ever called, and the paths of its files in the store."""

    ids: frozenset[str]
    keys: frozenset[str]
    permalinks: frozenset[str]
    files: frozenset[str]


def _names(connection: Connection, entry_id: str) -> _Names | None:
    """The names of an entry; None if the store has no such entry."""
    pinned = sa.select(identities.c.key).where(identities.c.entry_id == entry_id)
    published = sa.select(entries.c.permalink).where(entries.c.id == entry_id)
    remembered = sa.select(ledger).where(ledger.c.id == entry_id)
    keys = set(connection.execute(pinned).scalars())
    permalinks = set(connection.execute(published).scalars())
    rows = [*map(ledger_entry, connection.execute(remembered).mappings())]
    if not (keys or permalinks or rows):
        return None
    ids = {entry_id}
    for adoption in adoptions_of(connection, entry_id):
        ids |= {adoption.before["id"], adoption.before["rss_guid"]}
        rows += [ledger_entry(row) for row in (adoption.before["ledger"],) if row]
    for row in rows:
        ids |= {row.id, row.rss_guid}
        keys |= {row.key}
        permalinks |= {row.permalink, *row.earlier_permalinks}
    # A file that published it, and is hidden by now, has kept its key.
    hides = sa.and_(files.c.entry_id.is_(None), files.c.key.in_(keys - {""}))
    of_files = sa.select(files.c.path).where((files.c.entry_id == entry_id) | hides)
    paths = connection.execute(of_files).scalars()
    return _Names(*(frozenset(each) - {""} for each in (ids, keys, permalinks, paths)))


def _paths_of(keys: Iterable[str]) -> set[str]:
    """The paths that files with these keys may have had."""
    kinds = (key.partition(":") for key in keys)
    return {
        name + suffix
        for kind, _, name in kinds
        if kind == "path"
        for suffix in SPELLED_SUFFIXES
    }


def _withdraw(connection: Connection, entry_id: str, names: _Names, now: datetime) -> Changes:
    """Withdraw the entry from its feeds as a publish does."""
    before = {row.name: row.value for row in connection.execute(sa.select(facts))}
    if "site" not in before:
        return Changes()  # nothing was ever published
    publication = Publication(
        Site.from_json(before["site"]),
        withdrawn=[entry_id],
        forgotten=names.files,
        released=sorted(names.keys),
        unnamed=names.ids,
    )
    changes = commit(connection, publication, now)
    if index_state(connection):
        merge_segments(connection)
    # After an upgrade all posts must still be read again.
    renderer = sa.update(facts).where(facts.c.name == "renderer")
    connection.execute(renderer.values(value=before.get("renderer", "")))
    return changes


def _in_use(connection: Connection, names: Collection[str]) -> set[str]:
    """Those of these ids and keys that a post has now."""
    columns = (identities.c.key, identities.c.entry_id, ledger.c.id, ledger.c.rss_guid)
    queries = (sa.select(column).where(column.in_(names)) for column in columns)
    return {name for query in queries for name in connection.execute(query).scalars()}


def _paths_in_reports(connection: Connection, names: ForgottenNames) -> frozenset[str]:
    """The paths of the post in reports; a post with a slug has no path in its keys."""
    paths: frozenset[str] = frozenset()
    for column in (publishes.c.news, jobs.c.report):
        for text in connection.execute(sa.select(column).where(column != "")).scalars():
            paths |= names.paths_in(json.loads(text))
    return paths


def _clean_reports(connection: Connection, names: ForgottenNames) -> None:
    """Remove the post from summaries of publishes, and from reports and errors of jobs."""
    rewrite_news(connection, names.removed_from)
    for number, text in connection.execute(sa.select(jobs.c.number, jobs.c.error)).all():
        if names.are_in(text):
            changing = sa.update(jobs).where(jobs.c.number == number)
            connection.execute(changing.values(error=_REMOVED))


def _clean_problems(connection: Connection, names: Iterable[str]) -> None:
    """Let files be read again whose problems name the post."""
    for name in names:
        as_json = json.dumps(name, ensure_ascii=False)[1:-1]
        names_it = files.c.problems.contains(as_json, autoescape=True)
        reading = sa.update(files).where(names_it)
        connection.execute(reading.values(size=-1, digest="", problems=""))
