"""Finds the post that a person names: by its file, its id or its permalink."""

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.store.schema import entries, files, identities, ledger

_MOST_COMPARED: Final = 5_000  # paths, for near names
_MOST_NEAR: Final = 3


@dataclass(frozen=True, slots=True)
class NamedPost:
    """A post that was published: its id, and its file if there is one.

    The id is empty if the file was never published; `state` is then that of the file.
    """

    entry_id: str
    path: str = ""
    state: str = ""


def posts_named(connection: Connection, names: Collection[str]) -> list[NamedPost]:
    """The posts that one of these names means, each once; ids come before all others."""
    by_id = sa.select(ledger.c.id).where(ledger.c.id.in_(names))
    if found := _posts(connection, by_id):
        return found
    if found := _of_files(connection, names):
        return found
    published = sa.select(entries.c.id).where(entries.c.permalink.in_(names))
    if found := _posts(connection, published):
        return found
    is_withdrawn = sa.text("withdrawn_at IS NOT NULL")  # exactly as in the index
    gone = sa.select(ledger.c.id).where(ledger.c.permalink.in_(names), is_withdrawn)
    return _posts(connection, gone)


def _posts(connection: Connection, query: sa.Select[Any]) -> list[NamedPost]:
    ids: list[str] = sorted(connection.execute(query).scalars())
    of_files = sa.select(files.c.entry_id, files.c.path).where(files.c.entry_id.in_(ids))
    paths = {row.entry_id: row.path for row in connection.execute(of_files)} if ids else {}
    return [NamedPost(entry_id, paths.get(entry_id, "")) for entry_id in ids]


def _of_files(connection: Connection, paths: Iterable[str]) -> list[NamedPost]:
    """The posts of the files at these paths; one that is hidden now has kept its key."""
    had = identities.c.entry_id.label("had")
    query = sa.select(files.c.path, files.c.state, files.c.entry_id, had).outerjoin(
        identities, identities.c.key == files.c.key
    )
    rows = connection.execute(query.where(files.c.path.in_(paths)).order_by(files.c.path))
    return [NamedPost(row.entry_id or row.had or "", row.path, row.state) for row in rows]


def near_paths(connection: Connection, name: str) -> list[str]:
    """The paths of files with names that look like this one."""
    query = sa.select(files.c.path).order_by(files.c.path).limit(_MOST_COMPARED)
    paths = list(connection.execute(query).scalars())
    by_name = {path.rpartition("/")[2].casefold(): path for path in paths}
    last = name.rstrip("/").rpartition("/")[2].casefold()
    near = difflib.get_close_matches(last, by_name, n=_MOST_NEAR, cutoff=0.6)
    return [by_name[each] for each in near]
