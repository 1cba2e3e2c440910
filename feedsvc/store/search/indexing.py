"""Keeps the search index up to date within the transaction that changes entries."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.search.tokens import VERSION, index_text
from feedsvc.core.text import bare_text
from feedsvc.store.rows import content_of
from feedsvc.store.schema import entries, search_index, texts
from feedsvc.store.search.search_tables import replace_words


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far the index is built: entries from the number `next_entry` on are not in it yet.

    None if all are in it.
    """

    version: str
    next_entry: int | None

    @property
    def is_ready(self) -> bool:
        """True if every entry is in the index, as this version of feedsvc writes it."""
        return self.next_entry is None and self.version == VERSION

    def covers(self, number: int) -> bool:
        """True if the entry with this number is in the index, or must be written to it."""
        return self.next_entry is None or number < self.next_entry


def index_state(connection: Connection, *, to_write: bool = False) -> IndexState | None:
    """The state of the index; None if it is switched off.

    If it is read `to_write`, no other transaction changes it before this one ends.
    """
    query = sa.select(search_index.c.version, search_index.c.next_entry)
    row = connection.execute(query.with_for_update() if to_write else query).first()
    return IndexState(row.version, row.next_entry) if row else None


class IndexWriter:
    """What one publish changes in the index. It does nothing while the index is off.

    The old tokens of an entry come from its row, so `remove` is called before that is deleted.
    An entry that is removed and written again with the same words stays as it is.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._state = index_state(connection, to_write=True)
        self._removed: dict[int, str] = {}

    def remove(self, numbers: Collection[int]) -> None:
        """Remove the entries with these numbers, which are still stored."""
        if self._state is not None:
            covered = list(filter(self._state.covers, numbers))
            self._removed |= stored_words(self._connection, entries.c.number.in_(covered))

    def write(self, written: Mapping[int, Entry]) -> None:
        """Write entries by their numbers, and what was removed before."""
        state = self._state
        if state is None:
            return
        new = {
            number: index_text(entry.title, bare_text(entry.content_html))
            for number, entry in written.items()
            if state.covers(number)
        }
        old, self._removed = self._removed, {}
        same = {number for number, words in new.items() if old.get(number) == words}
        replace_words(
            self._connection,
            {number: words for number, words in old.items() if number not in same},
            {number: words for number, words in new.items() if number not in same},
        )


def stored_words(
    connection: Connection, which: sa.ColumnElement[bool], most: int | None = None
) -> dict[int, str]:
    """The tokens of stored entries, by number; of the first `most` of them by number."""
    query = sa.select(entries.c.number, entries.c.title, texts.c.packed).join_from(
        entries, texts, texts.c.entry == entries.c.number
    )
    rows = connection.execute(query.where(which).order_by(entries.c.number).limit(most))
    return {
        number: index_text(title, bare_text(content_of(packed)))
        for number, title, packed in rows
    }
