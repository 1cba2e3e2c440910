"""A copy of an older store at today's schema, to try a publish on before an upgrade."""

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from feedsvc.store.chunks import chunks
from feedsvc.store.engine.engine import Database

# What a publish reads and writes. Subscriptions, jobs and their secrets are not copied.
_TABLES: Final = (
    "facts",
    "identities",
    "files",
    "entries",
    "attachments",
    "feeds",
    "memberships",
)


def copy_upgraded(url: str, file: Path) -> None:
    """Copy what is published in the store at `url` into a new SQLite store, and upgrade that.

    The store at `url`, which an older feedsvc may be using, is read in one transaction and left
    as it is. Raises StoreError.
    """
    old, new = Database(url, as_found=True), Database(f"sqlite:///{file}", as_found=True)
    try:
        with old.reading() as source:
            new.migrate(old.version())
            inspector = sa.inspect(source)
            with new.writing() as target:
                for name in filter(inspector.has_table, _TABLES):
                    _copy(name, source, target)
        new.migrate()
    finally:
        old.close()
        new.close()


def _copy(name: str, source: sa.Connection, target: sa.Connection) -> None:
    there = sa.Table(name, sa.MetaData(), autoload_with=source)
    here = sa.Table(name, sa.MetaData(), autoload_with=target)
    rows = source.execution_options(yield_per=500).execute(sa.select(there)).mappings()
    for chunk in chunks(rows):
        target.execute(sa.insert(here), [dict(row) for row in chunk])
