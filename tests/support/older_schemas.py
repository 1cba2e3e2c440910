"""A store with the current schema becomes one that an earlier feedsvc could have written."""

from typing import Any, Final

import sqlalchemy as sa

from feedsvc.store.rows import unpack

_HIDES: Final = ("hides_key", "hides_title", "hides_body")
_OLD_ENTRIES: Final = (
    *("id", "permalink", "title", "summary", "content_html", "published", "updated"),
    *("language", "terms", "digest", "more"),
)
_OLD_TABLES: Final = (
    "CREATE TABLE entries (id TEXT PRIMARY KEY, permalink TEXT NOT NULL, title TEXT NOT NULL, "
    "summary TEXT NOT NULL, content_html TEXT NOT NULL, published VARCHAR NOT NULL, "
    "updated VARCHAR NOT NULL, language VARCHAR NOT NULL, terms TEXT NOT NULL, "
    "digest VARCHAR NOT NULL, more TEXT NOT NULL DEFAULT '')",
    "CREATE INDEX entries_permalink ON entries (permalink)",
    "CREATE TABLE memberships (feed INTEGER NOT NULL REFERENCES feeds (number), "
    "published_at BIGINT NOT NULL, entry_id TEXT {collation} NOT NULL, "
    "PRIMARY KEY (feed, published_at, entry_id)) {kind}",
    "CREATE TABLE unresolved (entry_id TEXT PRIMARY KEY, path TEXT NOT NULL, "
    "content_html TEXT NOT NULL, links TEXT NOT NULL)",
)
_WHOLE_INDEXES: Final = (("due", "due_at"), ("missing", "missing_since"), ("wants", "wants"))
_BEFORE_0016: Final = (
    "DROP INDEX files_unpublished",
    "DROP INDEX subscriptions_failing",
    "DROP TABLE failures",
    "DROP TABLE alarms",
    "DROP TABLE publish_records",
)
_BEFORE_0015: Final = tuple(
    f"DROP TABLE {name}"
    for name in (
        *("audience", "audience_pushes", "audience_days", "audience_sketches"),
        *("audience_claims", "counters", "processes"),
    )
)
_BEFORE_0014: Final = ("DROP TABLE retractions", "DROP TABLE tombstones")
_BEFORE_0013: Final = ("DROP TABLE search_index",)
_BEFORE_0012: Final = (
    *(f"DROP INDEX files_{name}" for name, _ in _WHOLE_INDEXES),
    *(f"CREATE INDEX files_{name} ON files ({column})" for name, column in _WHOLE_INDEXES),
    "DROP INDEX memberships_number",
    "ALTER TABLE memberships DROP COLUMN number",
    "ALTER TABLE feeds DROP COLUMN numbered",
)
_BEFORE_0009: Final = (
    "DROP INDEX files_name",
    "ALTER TABLE files DROP COLUMN name",
    "DROP TABLE unresolved",
    "DROP TABLE link_keys",
)
_COLUMNS: Final = ("ends_at", "hidden_by", "hides_date", *_HIDES)
_BEFORE_0008: Final = (
    *(f"DROP INDEX files_{name}" for name in ("ends", *_HIDES)),
    *(f"ALTER TABLE files DROP COLUMN {name}" for name in _COLUMNS),
)

# What undoes each migration, the newest first.
_NEWEST_FIRST: Final = {
    "0016": _BEFORE_0016,
    "0015": _BEFORE_0015,
    "0014": _BEFORE_0014,
    "0013": _BEFORE_0013,
    "0012": _BEFORE_0012,
    "0011": ("DROP INDEX ledger_gone",),
}


def take_back(connection: sa.Connection, version: str) -> None:
    """Take a store with the current schema back to an earlier schema: 0012 to 0007."""
    for newer, statements in _NEWEST_FIRST.items():
        if newer <= version:
            break
        for statement in statements:
            connection.exec_driver_sql(statement)
    if version < "0010":
        _take_back_to_0009(connection)
    older = {"0008": _BEFORE_0009, "0007": (*_BEFORE_0009, *_BEFORE_0008)}
    for statement in older.get(version, ()):
        connection.exec_driver_sql(statement)
    changing = sa.text("UPDATE alembic_version SET version_num = :version")
    connection.execute(changing, {"version": version})


def _take_back_to_0009(connection: sa.Connection) -> None:
    query = "SELECT * FROM entries JOIN texts ON entry = number"
    entries = [_old_entry(row) for row in _rows(connection, query)]
    memberships = _rows(
        connection,
        "SELECT feed, published_at, id AS entry_id FROM memberships "
        "JOIN entries ON number = entry",
    )
    unresolved = [
        {**row, "content_html": unpack(row["packed"])}
        for row in _rows(connection, "SELECT * FROM unresolved")
    ]
    for table in ("entries", "texts", "memberships", "unresolved"):
        connection.exec_driver_sql(f"DROP TABLE {table}")
    is_postgres = connection.dialect.name == "postgresql"
    collation, kind = ('COLLATE "C"', "") if is_postgres else ("", "WITHOUT ROWID")
    for statement in _OLD_TABLES:
        connection.exec_driver_sql(statement.format(collation=collation, kind=kind))
    _insert(connection, "entries", _OLD_ENTRIES, entries)
    _insert(connection, "memberships", ("feed", "published_at", "entry_id"), memberships)
    names = ("entry_id", "path", "content_html", "links")
    _insert(connection, "unresolved", names, unresolved)


def _rows(connection: sa.Connection, query: str) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(sa.text(query)).mappings()]


def _old_entry(row: dict[str, Any]) -> dict[str, Any]:
    summary, _, content_html = unpack(row["packed"]).partition("\x00")
    return {**row, "summary": summary, "content_html": content_html}


def _insert(
    connection: sa.Connection, name: str, columns: tuple[str, ...], rows: list[dict[str, Any]]
) -> None:
    table = sa.table(name, *map(sa.column, columns))
    if rows:
        connection.execute(sa.insert(table), [{c: row[c] for c in columns} for row in rows])
