"""Switches the search index on and off. It is built from the store, and no file is read."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.search.tokens import VERSION
from feedsvc.store.engine.database import Database
from feedsvc.store.schema import entries, search_index
from feedsvc.store.search.indexing import IndexState, index_state, stored_words
from feedsvc.store.search.search_tables import create_tables, drop_tables, replace_words

_AT_ONCE: Final = 500  # entries: other writers of SQLite wait meanwhile


class SearchIndexes:
    """The search index of a store: whether there is one, and building it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def switch(self, *, on: bool) -> bool:
        """Create the index or drop it; False if it is as it should be.

        That of another version is created anew. A new index is empty: `build_some` fills it,
        and publishes keep what is in it up to date.
        """
        with self._database.reading() as connection:
            if _is_as_wanted(index_state(connection), on=on):
                return False
        with self._database.writing(alone="search index") as connection:
            if _is_as_wanted(index_state(connection), on=on):
                return False  # another process was faster
            connection.execute(sa.delete(search_index))
            if on:
                create_tables(connection)
                has_entries = _last_number(connection) > 0
                row = {"version": VERSION, "next_entry": 1 if has_entries else None}
                connection.execute(sa.insert(search_index), [row])
            else:
                drop_tables(connection)
        return True

    def build_some(self) -> tuple[int, int] | None:
        """Write some more entries to the index; None if nothing is left to do.

        The last number that is in it now, and the last number of all. What was built before a
        crash is kept.
        """
        with self._database.reading() as connection:
            if _next_entry(index_state(connection)) is None:
                return None
        with self._database.writing(alone="search index") as connection:
            start = _next_entry(index_state(connection, to_write=True))
            if start is None:
                return None
            words = stored_words(connection, entries.c.number >= start, _AT_ONCE)
            replace_words(connection, {}, words)
            last, done = _last_number(connection), max(words, default=0)
            next_entry = None if done >= last else done + 1
            connection.execute(sa.update(search_index).values(next_entry=next_entry))
        return done, last


def _is_as_wanted(state: IndexState | None, *, on: bool) -> bool:
    return state is not None and state.version == VERSION if on else state is None


def _next_entry(state: IndexState | None) -> int | None:
    return state.next_entry if state is not None else None


def _last_number(connection: Connection) -> int:
    return connection.execute(sa.select(sa.func.max(entries.c.number))).scalar() or 0
