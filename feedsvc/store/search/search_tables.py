"""The tables of the search index, which exist only while it is switched on.

SQLite has an FTS5 table without the texts themselves (`content=''`) and without positions
(`detail=none`): to remove a post from it, its old tokens are needed. PostgreSQL has the tokens
as a text, and an index over the tsvector of that text, which takes less space than a column.
"""

from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.search.queries import SearchQuery
from feedsvc.core.search.tokens import IN_TITLE
from feedsvc.store.bulk import insert_rows

_NAME: Final = "search_words"
_HASH_OCTETS: Final = 8 * 1024 * 1024  # that FTS5 collects before it writes a segment
_WORDS: Final = sa.table(_NAME, sa.column("rowid"), sa.column("entry"), sa.column("words"))
_VECTOR: Final = "array_to_tsvector(string_to_array(words, ' '))"

_CREATING: Final = {
    "sqlite": (
        f"CREATE VIRTUAL TABLE {_NAME} USING fts5 "
        "(words, content='', columnsize=0, detail=none, tokenize='ascii')",
        f"INSERT INTO {_NAME} ({_NAME}, rank) VALUES ('hashsize', {_HASH_OCTETS})",  # noqa: S608
    ),
    "postgresql": (
        f"CREATE TABLE {_NAME} (entry INTEGER PRIMARY KEY, words TEXT NOT NULL)",
        f"ALTER TABLE {_NAME} SET (toast_tuple_target = 128)",
        f"CREATE INDEX {_NAME}_vector ON {_NAME} USING gin (({_VECTOR}))",
    ),
}


def create_tables(connection: Connection) -> None:
    """Create the empty tables, in place of any that there are."""
    drop_tables(connection)
    for statement in _CREATING[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop_tables(connection: Connection) -> None:
    """Drop the tables if there are any."""
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {_NAME}")


def replace_words(connection: Connection, old: dict[int, str], new: dict[int, str]) -> None:
    """Write the tokens of entries, by number, in place of the old ones of these entries."""
    if connection.dialect.name == "postgresql":
        _replace_rows(connection, old, new)
        return
    inserting = f"INSERT INTO {_NAME} (rowid, words) VALUES (?, ?)"  # noqa: S608
    if not old:
        if new:
            connection.exec_driver_sql(inserting, sorted(new.items()))
        return
    deleting = f"INSERT INTO {_NAME} ({_NAME}, rowid, words) VALUES ('delete', ?, ?)"  # noqa: S608
    # In the order of the numbers: FTS5 writes a segment if a number is less than the last.
    for number in sorted({*old, *new}):
        if number in old:
            connection.exec_driver_sql(deleting, (number, old[number]))
        if number in new:
            connection.exec_driver_sql(inserting, (number, new[number]))


def _replace_rows(connection: Connection, old: Iterable[int], new: dict[int, str]) -> None:
    numbers = list(old)
    if numbers:
        connection.execute(sa.delete(_WORDS).where(_WORDS.c.entry.in_(numbers)))
    rows = ({"entry": number, "words": _distinct(words)} for number, words in new.items())
    insert_rows(connection, _WORDS, rows)


def _distinct(words: str) -> str:
    return " ".join(sorted(set(words.split())))


def use_index(connection: Connection) -> None:
    """Let PostgreSQL use the index for common words too, until the transaction ends.

    It does not know that the tokens of each row must be unpacked and sorted without the index.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")


def merge_segments(connection: Connection) -> None:
    """Write the index of SQLite anew, without the tokens of deleted entries.

    Until then they are in it, with a mark. PostgreSQL removes them with VACUUM.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"INSERT INTO {_NAME} ({_NAME}) VALUES ('optimize')")  # noqa: S608


def numbers_with(query: SearchQuery, dialect: str, *, in_title: bool = False) -> sa.Select[Any]:
    """The numbers of the entries that have the tokens of a query, in any order.

    If `in_title`, they have those of its words in the title. Terms that are not exact must be
    compared with the texts of these entries: see `matches`.
    """
    mark = IN_TITLE if in_title else ""
    words = [f"{mark}{token}" for term in query.words for token in term.tokens]
    without = [token for term in query.without if term.is_exact for token in term.tokens]
    if dialect == "postgresql":
        text = " & ".join((*map(_quoted, words), *(f"!{_quoted(each)}" for each in without)))
        matching = sa.text(f"{_VECTOR} @@ CAST(:search_words AS tsquery)")
        return sa.select(_WORDS.c.entry).where(matching.bindparams(search_words=text))
    text = " AND ".join(f'"{word}"' for word in words)
    if without:
        excluded = " OR ".join(f'"{word}"' for word in without)
        text = f"({text}) NOT ({excluded})"
    matching = sa.text(f"{_NAME} MATCH :search_words")
    return sa.select(_WORDS.c.rowid).where(matching.bindparams(search_words=text))


def _quoted(token: str) -> str:
    """A token in a tsquery. It has no quotation mark and no backslash."""
    return f"'{token}'"
